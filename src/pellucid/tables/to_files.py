"""A table with new columns is written: CSV, TSV, Parquet or Excel, by its name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError, needs
from pellucid.files import opened_whole
from pellucid.tables.grid import Column, Grid
from pellucid.tables.levels import text_of

New = Mapping[str, NDArray[Any]]  # values of the rows that have them, by column
BLOCK = 4096  # rows that are text at the same time
SHEET = 1_048_576  # rows of a sheet of Excel


def suffix_of(path: Path) -> str:
    """The kind of file that a name asks for.

    Raises
    ------
    TableError
        For one that is not written.
    """
    suffix = path.suffix.lower()
    if suffix not in WRITERS:
        raise TableError(
            f"--out: expected a name that ends in {', '.join(WRITERS)}, found "
            f"{path.name!r}; name it so."
        )
    return suffix


def write_table(path: Path, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
    """Write a table with new columns beside its place, and rename it.

    Parameters
    ----------
    path : Path
        Its ending says the kind of file.
    grid : Grid
        The table as it was read.
    new : mapping
        From the name of a new column to its values, for the rows that have them.
    has : array (n,) of bool
        Which rows have them; in the others the new columns are empty.
    """
    write = WRITERS[suffix_of(path)]
    with opened_whole(path) as file:
        write(file, grid, new, has)


# -- text -----------------------------------------------------------------------------


def write_text(
    file: BinaryIO, grid: Grid, new: New, has: NDArray[np.bool_], mark: str = ","
) -> None:
    """Write CSV in UTF-8: cells as they were read, and the new ones behind them."""
    columns = [_texts(values, has) for values in new.values()]
    raw = grid.rows()
    if grid.records is None:  # not text yet
        raw = (list(map(_text, row)) for row in raw)
    rows = ([*row, *more] for row, *more in zip(raw, *columns, strict=True))
    every = itertools.chain([[*grid.names, *new]], rows)
    for block in _blocks(every):
        text = io.StringIO()
        csv.writer(text, delimiter=mark, lineterminator="\n").writerows(block)
        file.write(text.getvalue().encode())


def _blocks(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    rows = iter(rows)
    while block := list(itertools.islice(rows, BLOCK)):
        yield block


def _text(cell: Any) -> str:
    """A cell as it is written: text as it is, nothing for a missing one."""
    if isinstance(cell, str):
        return cell
    return "" if cell is None or cell != cell else str(cell)


def as_text(label: Any) -> str:
    """A class as it is called: text as it is, whole numbers without decimals."""
    return label if isinstance(label, str) else text_of(label)


def _texts(values: NDArray[Any], has: NDArray[np.bool_]) -> list[str]:
    """A new column as text: numbers with all their digits, nothing for nan."""
    texts = np.full(len(has), "", object)
    if values.dtype.kind == "f":
        write: Callable[[Any], str] = repr if values.dtype == np.float64 else str
        cells = values.tolist() if values.dtype == np.float64 else values
        given = ["" if cell != cell else write(cell) for cell in cells]
    else:
        given = [as_text(label) for label in values.tolist()]
    texts[has] = given
    return list(texts)


# -- binary files ---------------------------------------------------------------------


def write_parquet(file: BinaryIO, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
    """Write Parquet: numbers as numbers, what has several types as text."""
    arrow = needs("pyarrow", extra="data")
    parquet = needs("pyarrow.parquet", extra="data")
    names = [*grid.names, *new]
    columns = [*map(_typed, grid.columns), *(_filled(v, has) for v in new.values())]
    arrays = [_arrow(arrow, column) for column in columns]
    parquet.write_table(arrow.table(arrays, names=names), file)


def _arrow(arrow: Any, cells: Sequence[Any]) -> Any:
    try:
        return arrow.array(cells, from_pandas=True)
    except (arrow.ArrowException, OverflowError, TypeError):
        return arrow.array([_text(cell) for cell in cells])


def write_excel(file: BinaryIO, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
    """Write a workbook of one sheet: numbers as numbers, and no text as a formula."""
    if grid.n >= SHEET:
        raise TableError(
            f"--out: expected at most {SHEET - 1} rows for a sheet of Excel, found "
            f"{grid.n}; write .csv or .parquet."
        )
    book = needs("openpyxl", extra="data").Workbook(write_only=True)
    write_only = needs("openpyxl.cell", extra="data").WriteOnlyCell
    illegal = needs("openpyxl.utils.exceptions", extra="data").IllegalCharacterError
    sheet = book.create_sheet("predictions")

    def cell(value: Any) -> Any:
        made = write_only(sheet, value=_of_sheet(value))
        if isinstance(value, str):
            made.data_type = "s"  # not a formula, nor an error
        return made

    columns = [*map(_typed, grid.columns), *(_filled(v, has) for v in new.values())]
    try:
        for row in itertools.chain([[*grid.names, *new]], zip(*columns, strict=True)):
            sheet.append([cell(value) for value in row])
    except illegal as error:
        found = f"text that a sheet of Excel cannot hold ({error})"
        raise TableError(
            f"--out: expected plain text, found {found[:80]}; write .csv or .parquet."
        ) from None
    book.save(file)


def _of_sheet(value: Any) -> Any:
    """A value as a sheet can hold it."""
    if value is None or value != value:
        return None
    if isinstance(value, float) and math.isinf(value):
        return str(value)
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.isoformat(" ")
    known = isinstance(value, str | int | float | dt.date | dt.time | dt.timedelta)
    return value if known else str(value)


def _typed(column: Column) -> Sequence[Any]:
    """The cells of a column, as numbers where all of them are."""
    cells = column.cells()
    if column.kind != "number" or not any(isinstance(c, str) for c in cells[:1]):
        return cells
    try:
        whole = [int(str(cell)) for cell in cells]
    except ValueError:
        whole = [2**63]
    return whole if max(map(abs, whole)) < 2**63 else column.numbers.tolist()


def _filled(values: NDArray[Any], has: NDArray[np.bool_]) -> list[Any]:
    """A new column with None where there is no value."""
    cells = np.full(len(has), None, object)
    cells[has] = [None if cell != cell else cell for cell in values.tolist()]
    return list(cells)


def _write_tabs(file: BinaryIO, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
    write_text(file, grid, new, has, "\t")


WRITERS: dict[str, Callable[[BinaryIO, Grid, New, NDArray[np.bool_]], None]] = {
    ".csv": write_text,
    ".tsv": _write_tabs,
    ".parquet": write_parquet,
    ".xlsx": write_excel,
}
