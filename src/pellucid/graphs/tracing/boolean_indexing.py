"""`x[mask]` under a mask that is computed, whose length is not known before it runs.

A selection is kept in the full shape. Elementwise functions of selections under one
mask are taken of the full arrays, x[mask] = selection is np.where(mask, full, x), and
the sum is that of np.where(mask, full, 0). So that no function meets a value that the
mask keeps away from it (log(x[x > 0])), the places outside the mask are first filled
with an element inside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.stand_in import StandIn, node_in
from pellucid.graphs.tracing.frames import code
from pellucid.graphs.tracing.refusals import refused_shape
from pellucid.graphs.tracing.traced import Traced


class Selection(StandIn, np.lib.mixins.NDArrayOperatorsMixin):
    """The elements of a full array for which a mask holds, in a row."""

    def __init__(self, full: Any, mask: Traced) -> None:
        self.full = full
        self.mask = mask

    @property
    def _content(self) -> Node | None:
        return node_in(self.full)

    def under(self, mask: Traced) -> Any:
        """The full array, for an assignment under the same mask."""
        if not same_value(mask.node, self.mask.node):
            _refused()
        return self.full

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any
    ) -> Any:
        out = options.pop("out", (None,))
        whole = ufunc.signature is not None  # matmul takes more than the element
        if (
            method != "__call__"
            or whole
            or options
            or not (out[0] is None or out[0] is self)
        ):
            _refused()
        full = ufunc(*(self._full(x) for x in inputs))
        if out[0] is None:
            return Selection(full, self.mask)
        self.full = full  # x[mask] *= 2
        return self

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        if function not in REDUCTIONS or len(args) > 1 or kwargs:
            _refused()
        return REDUCTIONS[function](self.full, self.mask)

    def _full(self, x: Any) -> Any:
        """An operand beside this selection: another one under its mask, or a number."""
        if isinstance(x, Selection):
            return x.under(self.mask)
        return x if np.ndim(x) == 0 else _refused()

    def astype(self, dtype: Any) -> Selection:
        """The elements in another dtype."""
        return Selection(self.full.astype(dtype), self.mask)

    def copy(self) -> Selection:
        """The same elements: a selection is no view."""
        return Selection(self.full, self.mask)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        _refused()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"x[mask] has no attribute {name!r}")
        _refused()

    def __len__(self) -> int:
        """The number of elements, which leaves a guard."""
        mask: Any = self.mask
        return int(np.sum(mask)) if mask.is_countable else _refused()

    @property
    def size(self) -> int:
        """The number of elements."""
        return len(self)

    @property
    def shape(self) -> tuple[int]:
        """The number of elements, along one axis."""
        return (len(self),)

    def __getitem__(self, key: Any) -> Any:
        _refused()


def _refused() -> NoReturn:
    """Say what x[mask] can and cannot do."""
    refused_shape(
        f"x[mask] in {code()}",
        "elementwise functions, sum, mean, max and min of it are recorded, and "
        "x[mask] = ... under the same mask; for all else np.where(mask, x, 0) keeps "
        "the shape",
    )


def selected(x: Any, mask: Any) -> Selection:
    """Stand for x[mask]: outside the mask its first element inside.

    Where there is none, a number stands there at which functions are smooth.
    """
    if x.size == 0:
        return Selection(x, mask)
    smooth = np.array(0.5 if x.dtype.kind == "f" else 1).astype(x.dtype)
    first = np.where(np.any(mask), np.ravel(x)[np.argmax(mask)], smooth)
    return Selection(np.where(mask, x, first), mask)


def _sum(full: Any, mask: Any) -> Any:
    return np.sum(np.where(mask, full, np.zeros((), full.dtype)))


# What a selection is summed up in; outside the mask stands an element inside it.
REDUCTIONS: dict[Any, Callable[[Any, Any], Any]] = {
    np.sum: _sum,
    np.mean: lambda full, mask: _sum(full, mask) / np.sum(mask),
    np.max: lambda full, mask: np.max(np.where(mask, full, -np.inf)),
    np.min: lambda full, mask: np.min(np.where(mask, full, np.inf)),
    np.any: lambda full, mask: np.any(full & mask),
    np.all: lambda full, mask: np.all(full | ~mask),
}


def _method(function: Any) -> Callable[..., Any]:
    def method(self: Selection, *args: Any, **options: Any) -> Any:
        return function(self, *args, **options)

    return method


for _function in REDUCTIONS:
    setattr(Selection, _function.__name__, _method(_function))


def same_value(one: Node, other: Node) -> bool:
    """Whether two nodes compute the same from the same."""
    waiting = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if a is b:
            continue
        if a.operation != b.operation or len(a.arguments) != len(b.arguments):
            return False
        if not _same_options(a.options, b.options):
            return False
        waiting.extend(zip(a.arguments, b.arguments, strict=True))
        if a.is_input:
            return False
    return True


def _same_options(a: Any, b: Any) -> bool:
    if a.keys() != b.keys():
        return False
    return all(type(a[k]) is type(b[k]) and np.array_equal(a[k], b[k]) for k in a)
