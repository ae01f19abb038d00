"""Arrays and data frames: tables that are in memory already."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.grid import Grid, default_names, distinct, numbers
from pellucid.tables.wording import counted


def row(i: int) -> str:
    """Say where row i stands, counted from 1."""
    return f"row {i + 1}"


def is_frame(source: object) -> bool:
    """Whether narwhals reads it: a pandas, polars or pyarrow table."""
    return nw.dependencies.is_into_dataframe(source)


def frame_grid(frame: Any) -> Grid:
    """Lay out a data frame as a grid."""
    arrow = nw.dependencies.is_pyarrow_table(frame)
    labels = frame.column_names if arrow else frame.columns
    names = distinct([str(label) for label in labels], "data frame")
    columns = list(nw.from_native(frame, eager_only=True).iter_columns())
    values = np.empty((len(frame), len(columns)))
    for j, column in enumerate(columns):
        plain = column.dtype.is_numeric() or column.dtype == nw.Boolean
        values[:, j] = (
            column.cast(nw.Float64).to_numpy() if plain else numbers(column.to_list())
        )
    return Grid("data frame", names, values, lambda j: columns[j].to_list(), row)


def array_grid(source: object) -> Grid:
    """Lay out an array (n, d), or (n,) for one column, as a grid."""
    cells = two_dimensional(source)  # (n, d)
    if cells.dtype.kind in "biuf":
        values = cells.astype(np.float64)
    else:
        values = numbers(cells.ravel().tolist()).reshape(cells.shape)
    names = default_names(cells.shape[1])
    return Grid("array", names, values, lambda j: cells[:, j].tolist(), row, False)


def two_dimensional(source: object) -> NDArray[Any]:
    """Turn a source into an array of rows and columns."""
    if isinstance(source, np.ma.MaskedArray):
        cells = source.data.astype(object)
        cells[np.ma.getmaskarray(source)] = None  # masked is missing
        source = cells
    try:
        array = np.asarray(source)
    except ValueError:
        message = "expected rows of the same length, found different lengths"
        raise TableError(f"array: {message}; look for a cell too few.") from None
    if array.ndim == 0:
        raise TableError(
            "expected a path, a data frame, an array or a pair (X, y), found "
            f"{type(source).__name__}; turn it into one of them."
        )
    if array.ndim > 2:
        raise TableError(
            f"array: expected rows and columns, found the shape {array.shape}; "
            "flatten each row: X.reshape(len(X), -1)."
        )
    if array.dtype.kind in "cmM":
        array = array.astype(str)  # complex numbers and dates are not real numbers
    return array if array.ndim == 2 else array[:, np.newaxis]


def pair_grid(X: object, y: object, name: str) -> Grid:
    """Lay out features X (n, d) and a target y (n,) as a grid, the target last."""
    features = frame_grid(X) if is_frame(X) else array_grid(X)
    target = array_grid(y)
    n, d = features.values.shape
    if len(target.values) != n:
        raise TableError(
            "expected one value of y for each row of X, found "
            f"{counted(len(target.values), 'value')} for {counted(n, 'row')}; look for "
            "what is missing in one of them."
        )
    if target.values.shape[1] != 1:
        raise TableError(
            "expected one value of y a row, found "
            f"{target.values.shape[1]}; choose one column of y."
        )
    return Grid(
        source="pair (X, y)",
        names=distinct([*features.names, name], "pair (X, y)"),
        values=np.column_stack([features.values, target.values]),
        column=lambda j: target.column(0) if j == d else features.column(j),
        place=row,
    )
