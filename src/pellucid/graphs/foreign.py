"""Arrays that compute in a way of their own, which a graph does not know.

A masked array leaves elements out, an np.matrix multiplies as matrices, pandas aligns
labels, a sparse matrix is no array at all. Each is refused with the plain spelling.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from pellucid.graphs.stand_in import is_stand_in

PLAIN = {np.ndarray, np.memmap, float, int, complex, bool}

_MASKED = (
    "a masked array, and a graph has no masks: take keep = ~np.ma.getmaskarray(m) and "
    "data = m.filled(0) outside; np.sum(np.where(keep, w * data, 0)) is the sum, and "
    "divided by np.sum(keep) the mean"
)
_MATRIX = (
    "an np.matrix, whose * is the product of matrices: take A = np.asarray(M), and "
    "write A @ w"
)
_SPARSE = (
    "a sparse matrix, which is no array of NumPy's: take A = X.toarray() outside, and "
    "write A @ w"
)
LABELLED = (
    "a table or column of pandas, which goes by labels: take x = s.to_numpy() outside "
    "and compute with x"
)
_HOLDING = (
    "an array of objects that holds traced values: take np.array([x, y]), or a list"
)
# By the module that a class comes from, or that runs the function that was called.
_KINDS = {
    "numpy.ma": _MASKED,
    "numpy.matrix": _MATRIX,  # the class itself
    "numpy.matrixlib": _MATRIX,
    "scipy.sparse": _SPARSE,
    "pandas": LABELLED,
}


def _of_module(module: str) -> str | None:
    """What is said of the classes and functions of a module."""
    for name, reason in _KINDS.items():
        if module == name or module.startswith(f"{name}."):
            return reason
    return None


def strange(value: Any) -> str | None:
    """Why a value cannot take part in a graph; None where it can.

    Columns of pandas can: NumPy's array functions take them for arrays.
    """
    kind = type(value)
    if kind in PLAIN:
        return _HOLDING if kind is np.ndarray and _holds_stand_ins(value) else None
    if issubclass(kind, np.ndarray):
        own = [_of_module(f"{k.__module__}.{k.__name__}") for k in kind.__mro__]
        other = (
            f"an array of class {kind.__name__}, which may compute in a way of its "
            "own: take np.asarray(x) of it outside"
        )
        return next(filter(None, own), other)
    is_sparse = kind.__module__.startswith("scipy.sparse.")
    return _SPARSE if is_sparse else None


def _holds_stand_ins(array: Any) -> bool:
    if not array.dtype.hasobject or array.dtype.fields:
        return False
    return any(map(is_stand_in, array.flat))


def is_labelled(value: Any) -> bool:
    """Whether a value is a table or column of pandas."""
    return type(value).__module__.partition(".")[0] == "pandas"


def strange_call(is_machinery: Callable[[FrameType], bool]) -> str | None:
    """What is said of the function, of masked arrays and the like, that is running."""
    reason, frame = None, sys._getframe(1)
    while frame.f_back and is_machinery(frame):
        reason = _of_module(frame.f_globals.get("__name__", "")) or reason
        frame = frame.f_back
    return reason
