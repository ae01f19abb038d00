"""Questions about arrays, and the functions that are methods too."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.operations.entries import Function, recorded_as
from pellucid.graphs.operations.table import reduced_axes
from pellucid.graphs.refusals import refused
from pellucid.graphs.traced import FUNCTIONS, Traced, recorded


@recorded_as(np.size)
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, in all or along axes."""
    return int(np.prod([a.shape[i] for i in reduced_axes(a.ndim, axis)], dtype=int))


@recorded_as(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that NumPy takes for all together."""
    return np.result_type(*(_type_of(a) for a in arrays_and_dtypes))


def _type_of(a: Any) -> Any:
    if not isinstance(a, Traced):
        return a
    return 0.0 if a.node.weak else a.dtype


FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.iscomplexobj] = lambda x: x.dtype.kind == "c"
FUNCTIONS[np.isrealobj] = lambda x: x.dtype.kind != "c"
FUNCTIONS[np.real] = lambda val: val.real


# -- the same as methods --------------------------------------------------------------


def _method(function: Any) -> Function:
    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


METHODS = (
    "all", "any", "argmax", "argmin", "argsort", "clip", "copy", "cumprod", "cumsum",
    "diagonal", "dot", "max", "mean", "min", "prod", "ptp", "put", "ravel", "repeat",
    "round", "squeeze", "std", "sum", "swapaxes", "take", "trace", "var",
)  # fmt: skip
for _name in METHODS:
    setattr(Traced, _name, _method(getattr(np, _name)))


def _reshape(self: Any, *shape: Any, order: Any = "C", copy: bool | None = None) -> Any:
    return np.reshape(self, shape[0] if len(shape) == 1 else shape, order, copy=copy)


def _transpose(self: Any, *axes: Any) -> Any:
    one = len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list)))
    return np.transpose(self, (axes[0] if one else axes) or None)


def _astype(
    self: Any, dtype: Any, order: str = "K", casting: str = "unsafe",
    subok: bool = True, copy: bool = True,
) -> Any:  # fmt: skip
    if np.dtype(dtype) == self.dtype:
        return np.copy(self) if copy else self
    return recorded("cast", self, dtype=np.dtype(dtype))


def _fill(self: Any, value: Any) -> None:
    self[...] = value


def _sort(self: Any, axis: int = -1, *args: Any, **options: Any) -> None:
    self[...] = np.sort(self, axis, *args, **options)


def _flatten(self: Any, order: str = "C") -> Any:
    return np.copy(np.ravel(self, order))  # type: ignore[call-overload]


def _conjugate(self: Any) -> Any:
    return (
        self if self.dtype.kind != "c" else refused("the conjugate of complex numbers")
    )


_OWN_METHODS: dict[str, Function] = {
    "reshape": _reshape, "transpose": _transpose, "astype": _astype, "fill": _fill,
    "sort": _sort, "flatten": _flatten, "conj": _conjugate, "conjugate": _conjugate,
}  # fmt: skip
for _name, _implementation in _OWN_METHODS.items():
    setattr(Traced, _name, _implementation)
