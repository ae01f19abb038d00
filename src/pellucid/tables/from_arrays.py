"""Arrays and data frames: tables that are in memory already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.cells import numbers
from pellucid.tables.frames import is_frame, labels_of
from pellucid.tables.grid import Column, Grid, default_names, distinct
from pellucid.tables.wording import counted


def row(i: int) -> str:
    """Say where row i stands, counted from 1."""
    return f"row {i + 1}"


def frame_grid(frame: Any, source: str = "data frame") -> Grid:
    """Lay out a data frame as a grid, its types kept."""
    arrow = nw.dependencies.is_pyarrow_table(frame)
    labels = frame.column_names if arrow else frame.columns
    names, notes = distinct([str(label) for label in labels])
    columns = list(_unique(frame, names).iter_columns())
    made = [_column(name, c) for name, c in zip(names, columns, strict=True)]
    return Grid(source, made, row, notes=notes, labels=labels_of(frame))


def _unique(frame: Any, names: list[str]) -> nw.DataFrame[Any]:
    """A frame of narwhals, in which no two columns have one name."""
    if nw.dependencies.is_pandas_dataframe(frame):
        frame = frame.set_axis(names, axis="columns")
    return nw.from_native(frame, eager_only=True)


def _column(name: str, column: nw.Series[Any]) -> Column:
    """A column of a frame as numbers, with what its type says."""
    dtype, n = column.dtype, len(column)
    nothing = np.full(n, np.nan)

    def cells() -> list[Any]:
        """The cells as they came, but for pandas' NA, which is not even unequal."""
        return [None if type(c).__name__ == "NAType" else c for c in column.to_list()]

    if dtype.is_numeric():
        return Column(name, _floats(column), cells, "number")
    if dtype == nw.Boolean:
        return Column(name, _floats(column), cells, "boolean")
    if dtype in (nw.Datetime, nw.Date):
        return Column(name, _days(column), cells, "date")
    if dtype == nw.Duration:
        seconds = column.dt.total_microseconds().cast(nw.Float64) / 8.64e10
        return Column(name, seconds.to_numpy(), cells, "duration")
    if dtype in (nw.Categorical, nw.Enum):
        levels = _ordered(column)
        given = column.cast(nw.String) if dtype == nw.Categorical else column
        return Column(name, nothing, given.to_list, "category", levels)
    return _objects(name, cells())


def _objects(name: str, cells: Sequence[Any]) -> Column:
    """A column of text, or of objects that are numbers or truth values after all."""
    given = [cell for cell in cells if cell is not None and cell == cell]
    if given and all(type(cell) in (bool, np.bool_) for cell in given):
        truths = [float(c) if c is not None and c == c else np.nan for c in cells]
        return Column(name, np.array(truths), lambda: cells, "boolean")
    values = numbers(cells)
    typed = not any(isinstance(cell, str) for cell in given)
    kind = "number" if given and typed and np.isfinite(values).sum() else "text"
    return Column(name, values, lambda: cells, kind)


def _floats(column: nw.Series[Any]) -> NDArray[np.float64]:
    values = column.cast(nw.Float64).to_numpy()
    return np.array(values, dtype=np.float64)


def _days(column: nw.Series[Any]) -> NDArray[np.float64]:
    """Days since the beginning of 1970."""
    if getattr(column.dtype, "time_zone", None):
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    naive = column.cast(nw.Datetime("us"))
    counts = naive.dt.timestamp("us").cast(nw.Float64) / 8.64e10
    return np.array(counts.to_numpy(), dtype=np.float64)


def _ordered(column: nw.Series[Any]) -> tuple[str, ...]:
    """The levels of an ordered category, in their order; none of another."""
    native = column.to_native()
    if column.dtype == nw.Enum:
        return tuple(column.dtype.categories)  # type: ignore[attr-defined]
    categorical = getattr(native, "cat", None)
    if categorical is not None and getattr(categorical, "ordered", False):
        return tuple(map(str, categorical.categories))
    return ()


def array_grid(source: Any) -> Grid:
    """Lay out an array (n, d), or (n,) for one column, as a grid."""
    if getattr(getattr(source, "dtype", None), "names", None):  # records
        import pandas as pd

        return frame_grid(pd.DataFrame(source), "records")
    cells = two_dimensional(source)  # (n, d)
    names = default_names(cells.shape[1])
    made = [column_of(name, cells[:, j]) for j, name in enumerate(names)]
    return Grid("array", made, row, False)


def column_of(name: str, cells: NDArray[Any]) -> Column:
    """A column of an array: numbers, truth values, or objects that may be some."""
    if cells.dtype.kind in "biuf":
        kind = "boolean" if cells.dtype.kind == "b" else "number"
        return Column(name, cells.astype(np.float64), cells.tolist, kind)
    return _objects(name, cells.tolist())


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
    if array.ndim == 0 and isinstance(source, Iterator):
        raise TableError(
            "expected rows that can be read again in each pass, found "
            f"{type(source).__name__}, which gives them once; give a function that "
            "begins anew each time it is called: pl.rows(lambda: ..., stream=True)."
        )
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
    n = features.n
    if target.n != n:
        raise TableError(
            "expected one value of y for each row of X, found "
            f"{counted(target.n, 'value')} for {counted(n, 'row')}; look for "
            "what is missing in one of them."
        )
    if len(target.columns) != 1:
        raise TableError(
            "expected one value of y a row, found "
            f"{len(target.columns)}; choose one column of y."
        )
    names, notes = distinct([*features.names, name])
    columns = [*features.columns, target.columns[0]]
    renamed = [Column(new, c.numbers, c.cells, c.kind, c.levels)
               for new, c in zip(names, columns, strict=True)]  # fmt: skip
    return Grid("pair (X, y)", renamed, row, notes=notes, labels=features.labels)
