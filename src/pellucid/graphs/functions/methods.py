"""The methods of arrays, which are functions of NumPy too."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import Function
from pellucid.graphs.tracing.attributes import TracedScalar
from pellucid.graphs.tracing.traced import Traced, copied, recorded


def _method(function: Any) -> Function:
    def method(self: Traced, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    return method


METHODS = (
    "all", "any", "argmax", "argmin", "argsort", "choose", "cumprod", "cumsum",
    "diagonal", "dot", "max", "mean", "min", "nonzero", "prod", "ptp", "put", "ravel",
    "repeat", "round", "searchsorted", "squeeze", "std", "sum", "swapaxes", "take",
    "trace", "var",
)  # fmt: skip
for _name in METHODS:
    setattr(TracedScalar, _name, _method(getattr(np, _name)))


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
    made = recorded("cast", self, dtype=np.dtype(dtype))
    return made if made.mutable or not self.mutable else copied(made)


def _copy(self: Any, order: Any = "C") -> Any:
    return np.copy(self, order)


def _fill(self: Any, value: Any) -> None:
    self[...] = value


def _sort(self: Any, axis: int = -1, *args: Any, **options: Any) -> None:
    self[...] = np.sort(self, axis, *args, **options)


def _clip(
    self: Any, min: Any = None, max: Any = None, out: Any = None, **options: Any
) -> Any:
    return np.clip(self, min, max, out, **options)


def _compress(self: Any, condition: Any, axis: Any = None, out: Any = None) -> Any:
    return np.compress(condition, self, axis, out)


def _partition(self: Any, kth: Any, axis: int = -1, *args: Any, **options: Any) -> None:
    self[...] = np.partition(self, kth, axis, *args, **options)


def _flatten(self: Any, order: str = "C") -> Any:
    return np.copy(np.ravel(self, order))  # type: ignore[call-overload]


_OWN_METHODS: dict[str, Function] = {
    "reshape": _reshape, "transpose": _transpose, "astype": _astype, "fill": _fill,
    "copy": _copy,
    "sort": _sort, "partition": _partition, "argpartition": _method(np.argpartition),
    "flatten": _flatten, "clip": _clip, "compress": _compress,
}  # fmt: skip
for _name, _implementation in _OWN_METHODS.items():
    setattr(TracedScalar, _name, _implementation)
