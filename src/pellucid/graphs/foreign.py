"""Arrays that compute in a way of their own, which a graph does not know.

A masked array leaves elements out, an np.matrix multiplies as matrices, a sparse matrix
is no array at all. Each is refused with the plain spelling. What pandas holds are
arrays under labels, and what polars holds are arrays.
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
_HOLDING = (
    "an array of objects that holds traced values: take np.array([x, y]), or a list"
)
# By the module that a class comes from, or that runs the function that was called.
_KINDS = {
    "numpy.ma": _MASKED,
    "numpy.matrix": _MATRIX,  # the class itself
    "numpy.matrixlib": _MATRIX,
    "scipy.sparse": _SPARSE,
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
    """Whether a value is a table or column of pandas or polars, or of its kin."""
    kind = type(value)
    if kind.__module__.partition(".")[0] in ("pandas", "polars"):
        return True
    return hasattr(kind, "__pandas_priority__") and not is_stand_in(value)


def is_of_polars(value: Any) -> bool:
    """Whether a value is a table or column of polars."""
    return type(value).__module__.partition(".")[0] == "polars"


def is_table_or_column(value: Any) -> bool:
    """Whether a value is one of these itself, and no index or array of pandas."""
    return is_labelled(value) and hasattr(value, "iloc")


def has_rows(value: Any) -> bool:
    """Whether a value is a table or column, of polars too, and so an array of rows."""
    name = "to_numpy" if is_of_polars(value) else "iloc"
    return hasattr(value, name)


def unlabelled(value: Any) -> tuple[Any, str | None]:
    """The entries of what pandas holds, without labels; and why they are no numbers."""
    if is_of_polars(value):
        return _of_polars(value)
    if not hasattr(value, "columns"):
        return _entries(value)
    columns = [_entries(value.iloc[:, i]) for i in range(value.shape[1])]
    for name, (_, reason) in zip(value.columns, columns, strict=True):
        if reason:
            return None, f"{name!r}, {reason}"
    arrays = [array for array, _ in columns]
    if len({array.dtype for array in arrays}) == 1:
        return value.to_numpy(arrays[0].dtype), None
    return np.stack(arrays, axis=1) if arrays else np.empty(value.shape), None


def _of_polars(value: Any) -> tuple[Any, str | None]:
    """The entries of a table or column of polars."""
    if not hasattr(value, "to_numpy"):
        return None, (
            f"a {type(value).__name__} of polars, which is no number: compute it "
            "outside, and take .to_numpy() of the column"
        )
    array = value.to_numpy()
    if array.dtype.kind not in "biuf":
        return None, (
            "what polars holds as no numbers: make numbers of it outside, as with "
            ".cast(pl.Float64), .to_physical() or .to_dummies()"
        )
    if np.any(np.asarray(value.null_count())):
        return None, (
            "a column of polars with missing values, which polars leaves out: fill "
            "them in, .fill_null(0), or write .to_numpy(), where they are nan"
        )
    return array, None


def _entries(column: Any) -> tuple[Any, str | None]:
    """The entries of a column, or of an index or an array of pandas."""
    dtype = getattr(column, "dtype", None)
    if dtype is None or not hasattr(column, "to_numpy"):
        return None, f"a {type(column).__name__} of pandas, which is no number"
    kind = getattr(dtype, "kind", "O")
    if kind in "biufc":
        return _numbers(column, dtype), None
    array = np.asarray(column)
    if kind == "O" and all(isinstance(v, _NUMBERS) for v in array.flat):
        return np.array(array.tolist()), None
    return None, (
        f"a column of the dtype {dtype}, which holds no numbers: make numbers of it "
        "outside, as with .astype(float), pd.get_dummies or .cat.codes"
    )


def _numbers(column: Any, dtype: Any) -> Any:
    """Entries that are numbers; pandas' own missing value becomes nan."""
    if isinstance(dtype, np.dtype):
        return column.to_numpy()
    plain = getattr(dtype, "numpy_dtype", getattr(dtype, "subtype", dtype))
    if not column.isna().any():
        return column.to_numpy(plain)
    return column.to_numpy(np.result_type(plain, np.float16), na_value=np.nan)


_NUMBERS = (bool, int, float, complex, np.generic)


def strange_call(is_machinery: Callable[[FrameType], bool]) -> str | None:
    """What is said of the function, of masked arrays and the like, that is running."""
    reason, frame = None, sys._getframe(1)
    while frame.f_back and is_machinery(frame):
        reason = _of_module(frame.f_globals.get("__name__", "")) or reason
        frame = frame.f_back
    return reason
