"""Tables and columns of pandas that meet traced values: `df["a"] * w`, `df @ w`.

What comes out is a `Labelled`: a traced array under the labels that pandas would give.
What pandas does in a way of its own (a mean without missing values, a deviation by
n - 1, a sum of each column) is done as there. What moves entries, pandas itself does on
their places.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from pellucid.graphs.foreign import is_labelled
from pellucid.graphs.tracing.frames import code
from pellucid.graphs.tracing.labels.operands import (
    OPERATORS,
    flexible,
    joined,
    product,
    with_labels,
)
from pellucid.graphs.tracing.labels.operators import ARITHMETIC, operators
from pellucid.graphs.tracing.labels.under_labels import (
    NAMES,
    UnderLabels,
    plain_key,
    without_labels,
)
from pellucid.graphs.tracing.refusals import refuse
from pellucid.graphs.tracing.traced import KINDS, called


class Labelled(UnderLabels):
    """A table or column of traced entries, with the methods of pandas."""

    __slots__ = ()

    # -- NumPy's protocols ------------------------------------------------------------

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any
    ) -> Any:
        if options.get("out"):
            refuse(f"{code()} writes into a traced column: write x = x + y, or x += y.")
        if method == "reduce" and ufunc.__name__ in _REDUCED:
            return getattr(self, _REDUCED[ufunc.__name__])(axis=options.get("axis", 0))
        if method != "__call__":
            inputs = without_labels(inputs)
            return getattr(ufunc, method)(*inputs, **options)
        return with_labels(ufunc, *inputs, **options)

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        refuse(
            f"{code()} writes into a traced {NAMES[self.ndim]}: write into an array, "
            "x = np.array(...), or make it of its parts, np.where(mask, a, b)."
        )

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        name = function.__name__
        if args and args[0] is self and name in _AS_METHODS:
            return _by_method(self, function, args, kwargs)
        if name in _KEEPING:
            refuse(
                f"{code()}: np.{name} of a column keeps its labels in pandas; take its "
                ".to_numpy() first."
            )
        return called(function, without_labels(args), without_labels(kwargs))

    # -- what pandas does in a way of its own -----------------------------------------

    def _reduced(
        self, name: str, axis: Any = 0, skipna: bool = True, **options: Any
    ) -> Any:
        """A reduction along an axis, by which its labels go."""
        axis = {"index": 0, "columns": 1}.get(axis, axis)
        if self.ndim == 1 or axis is None:
            axis = None
        prefix = "nan" if self.missing and skipna and name in _SKIPPING else ""
        made = getattr(np, prefix + name)(self.array, axis=axis, **options)
        left = [labels for i, labels in enumerate(self.axes) if i != axis]
        return made if axis is None else Labelled(made, left)

    def std(self, axis: Any = 0, skipna: bool = True, ddof: int = 1) -> Any:
        """The deviation, by n - 1 as pandas takes it."""
        return self._reduced("std", axis, skipna, ddof=ddof)

    def var(self, axis: Any = 0, skipna: bool = True, ddof: int = 1) -> Any:
        """The variance, by n - 1 as pandas takes it."""
        return self._reduced("var", axis, skipna, ddof=ddof)

    def _along(self, name: str, axis: Any = 0) -> Any:
        """What is summed up from entry to entry."""
        if self.missing:
            refuse(f"{code()}: pandas leaves missing values out; fill them in first.")
        return self._alike(getattr(np, name)(self.array, axis=axis or 0))

    def cumsum(self, axis: Any = 0) -> Any:
        """The sum of the entries up to each."""
        return self._along("cumsum", axis)

    def cumprod(self, axis: Any = 0) -> Any:
        """The product of the entries up to each."""
        return self._along("cumprod", axis)

    def round(self, decimals: int = 0) -> Any:
        """The entries, rounded."""
        return self._alike(np.round(self.array, decimals))

    def abs(self) -> Any:
        """The sizes of the entries."""
        return np.absolute(self)

    def clip(self, lower: Any = None, upper: Any = None) -> Any:
        """The entries, those beyond a bound replaced by it."""
        low, high = (-np.inf if lower is None else lower,
                     np.inf if upper is None else upper)  # fmt: skip
        return joined(np.clip, self, low, high)

    def astype(self, dtype: Any) -> Any:
        """The entries in another dtype."""
        return self._alike(self.array.astype(dtype))

    def copy(self, deep: bool = True) -> Any:
        """The same entries under the same labels."""
        return self._alike(self.array)

    def pipe(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        """A function of it."""
        return function(self, *args, **options)

    def dot(self, other: Any) -> Any:
        """The product of matrices."""
        return product(self, other)

    # -- what moves entries -----------------------------------------------------------

    def _places(self) -> Any:
        """A table of pandas that has its place in the place of each entry."""
        places = np.arange(self.size).reshape(self.shape)
        return self._kind(places, *self.axes)

    def _moved(self, places: Any) -> Any:
        """The entries that are at these places, which pandas has chosen."""
        entries = np.ravel(self.array)
        if np.ndim(places) == 0:
            return entries[int(places)]
        if not is_labelled(places) or places.to_numpy().dtype.kind not in "iu":
            refuse(f"{code()} asks a traced column for entries that it has not.")
        return Labelled(entries[places.to_numpy()], places.axes, self.missing)

    def __getitem__(self, key: Any) -> Any:
        return self._moved(self._places()[plain_key(key)])

    @property
    def loc(self) -> Any:
        """Entries by their labels."""
        return _Located(self, "loc")

    @property
    def iloc(self) -> Any:
        """Entries by their positions."""
        return _Located(self, "iloc")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        kind = self._kind
        if name in _MOVING:
            moved = getattr(self._places(), name)
            if not callable(moved):
                return self._moved(moved)
            return lambda *args, **options: self._moved(moved(*args, **options))
        if name in OPERATORS:
            return functools.partial(flexible, name, self)
        if self.ndim > 1 and name in self.columns:
            return self[name]
        if callable(getattr(kind, name, None)):
            return lambda *args, **options: self._refuse(name)
        if hasattr(kind, name):
            self._refuse(name)
        raise AttributeError(f"{NAMES[self.ndim]!r} object has no attribute {name!r}")

    def _refuse(self, name: str) -> NoReturn:
        refuse(
            f"{code()} takes .{name} of a traced {NAMES[self.ndim]}, which is not "
            "recorded: write it with functions of NumPy, of its .to_numpy()."
        )


class _Located:
    """`.loc` and `.iloc` of traced entries."""

    def __init__(self, whole: Labelled, name: str) -> None:
        self._whole, self._name = whole, name

    def __getitem__(self, key: Any) -> Any:
        places = getattr(self._whole._places(), self._name)[plain_key(key)]
        return self._whole._moved(places)


_MOVING = {"T", "transpose", "head", "tail", "sort_index", "drop", "reset_index",
           "set_axis", "rename", "squeeze", "take", "xs", "stack", "filter",
           "get"}  # fmt: skip
_SKIPPING = {"sum", "mean", "prod", "min", "max", "median", "std", "var"}
_REDUCED = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min",
            "logical_and": "all", "logical_or": "any"}  # fmt: skip
# What NumPy does by the method of pandas, and what else keeps labels there.
_AS_METHODS = {
    **{name: name for name in ("sum", "mean", "prod", "max", "min", "any", "all",
                               "std", "var", "cumsum", "cumprod", "round", "clip",
                               "transpose", "squeeze")},
    "amax": "max", "amin": "min", "around": "round", "permute_dims": "transpose",
}  # fmt: skip
_KEEPING = {"argsort", "fix", "flip", "isneginf", "isposinf", "ptp", "repeat"}
for _name in ("sum", "mean", "prod", "min", "max", "median", "any", "all"):
    setattr(Labelled, _name, functools.partialmethod(Labelled._reduced, _name))


def _by_method(x: Labelled, function: Any, args: Any, kwargs: Any) -> Any:
    """What a function of NumPy gives that is left to the method of pandas."""
    name = _AS_METHODS[function.__name__]
    given = dict(inspect.signature(function).bind(*args, **kwargs).arguments)
    given = {k: v for k, v in list(given.items())[1:] if v is not None}
    if given.keys() - _TAKEN:
        refuse(
            f"{code()}: np.{function.__name__} of a traced column takes no "
            f"{', '.join(sorted(given.keys() - _TAKEN))}; take its .to_numpy() first."
        )
    if name in ("std", "var"):
        given.setdefault("ddof", 0)  # NumPy hands its own on
    if name in ("clip", "round", "transpose", "squeeze"):
        return getattr(x, name)(*given.values())
    return getattr(x, name)(**{"axis": None, **given})


_TAKEN = {"axis", "ddof", "decimals", "a_min", "a_max", "min", "max"}


# -- Python's operators ---------------------------------------------------------------


def _in_place(ufunc: np.ufunc) -> Any:
    """The same object with other entries; no other shares its memory."""

    def operator(x: Labelled, y: Any) -> Labelled:
        x.array = with_labels(ufunc, x, y).array
        return x

    return operator


for _name, _method in operators(with_labels).items():
    setattr(Labelled, _name, _method)
for _name, _ufunc in ARITHMETIC.items():
    setattr(Labelled, f"__i{_name}__", _in_place(_ufunc))

KINDS["labelled"] = Labelled
