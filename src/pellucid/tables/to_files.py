"""A table with new columns is written: CSV, TSV, Parquet or Excel, by its name."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
import math
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Protocol

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


class Writer(Protocol):
    """Writes a table into an open file, some rows after others."""

    def add(self, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
        """Write rows.

        Parameters
        ----------
        grid : Grid
            As they were read.
        new : mapping
            From the name of a new column to its values, for the rows that have them.
        has : array (n,) of bool
            Which rows have them; in the others the new columns are empty.
        """
        ...

    def close(self) -> None:
        """Write what comes at the end."""
        ...


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Write a table beside its place, chunk by chunk, and rename it when it is whole.

    Raises
    ------
    TableError
        For a name that says no kind of file that is written.
    PellucidError
        When the place cannot be written.
    """
    kind = WRITERS[suffix_of(path)]
    with opened_whole(path) as file:
        writer = kind(file)
        try:
            yield writer
        except BaseException:
            with suppress(Exception):  # the file is taken away
                writer.close()
            raise
        writer.close()


# -- text -----------------------------------------------------------------------------


class TextWriter:
    """Writes CSV in UTF-8: cells as they were read, and the new ones behind them."""

    def __init__(self, file: BinaryIO, mark: str = ",") -> None:
        self._file, self._mark, self._headed = file, mark, False

    def add(self, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
        """Write rows, the names before the first."""
        columns = [_texts(values, has) for values in new.values()]
        raw = grid.rows()
        if grid.records is None:  # not text yet
            raw = (list(map(_text, row)) for row in raw)
        rows = ([*row, *more] for row, *more in zip(raw, *columns, strict=True))
        names = [] if self._headed else [[*grid.names, *new]]
        self._headed = True
        for block in _blocks(itertools.chain(names, rows)):
            text = io.StringIO()
            csv.writer(text, delimiter=self._mark, lineterminator="\n").writerows(block)
            self._file.write(text.getvalue().encode())

    def close(self) -> None:
        """Let go of what is not written yet."""
        self._file.flush()


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


class ParquetWriter:
    """Writes Parquet: numbers as numbers, what has several types as text.

    A column has the type of its cells in the first chunk. Where a later one does not
    fit, what was written is written again with a type that holds both.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._arrow = needs("pyarrow", extra="data")
        self._parquet = needs("pyarrow.parquet", extra="data")
        self._file = file
        self._out: Any = None

    def add(self, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
        """Write rows as a group."""
        names = [*grid.names, *new]
        columns = [*map(_typed, grid.columns), *(_filled(v, has) for v in new.values())]
        arrays = [self._array(cells) for cells in columns]
        rows = self._arrow.table(arrays, names=names)
        if self._out is None:
            self._out = self._parquet.ParquetWriter(self._file, rows.schema)
        schema = self._held_by_both(self._out.schema, rows.schema)
        if schema != self._out.schema:
            self._rewrite(schema)
        self._out.write_table(_cast(rows, schema))

    def close(self) -> None:
        """Write where the groups are."""
        if self._out is not None:
            self._out.close()

    def _array(self, cells: Sequence[Any]) -> Any:
        arrow = self._arrow
        try:
            return arrow.array(cells, from_pandas=True)
        except (arrow.ArrowException, OverflowError, TypeError):
            return arrow.array([_text(cell) for cell in cells])

    def _held_by_both(self, one: Any, other: Any) -> Any:
        """A schema with types that hold the columns of both; text holds all."""
        fields = [self._type(a.name, a.type, b.type)
                  for a, b in zip(one, other, strict=True)]  # fmt: skip
        return self._arrow.schema(fields)

    def _type(self, name: str, one: Any, other: Any) -> Any:
        arrow = self._arrow
        schemas = [arrow.schema([(name, kind)]) for kind in (one, other)]
        try:
            both = arrow.unify_schemas(schemas, promote_options="permissive")
        except arrow.ArrowException:
            return arrow.field(name, arrow.string())
        return both.field(0)

    def _rewrite(self, schema: Any) -> None:
        """Write the groups again with other types, one after another."""
        self.close()
        with tempfile.TemporaryFile(dir=Path(self._file.name).parent) as before:
            self._file.flush()
            with open(self._file.name, "rb") as written:
                shutil.copyfileobj(written, before)
            self._file.seek(0)
            self._file.truncate()
            self._out = self._parquet.ParquetWriter(self._file, schema)
            groups = self._parquet.ParquetFile(before)
            for i in range(groups.num_row_groups):
                self._out.write_table(_cast(groups.read_row_group(i), schema))


def _cast(rows: Any, schema: Any) -> Any:
    """Rows with the types of a schema."""
    return rows if rows.schema == schema else rows.cast(schema)


class SheetWriter:
    """Writes a workbook of one sheet: numbers as numbers, and no text as a formula."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._rows = file, 0
        self._book = needs("openpyxl", extra="data").Workbook(write_only=True)
        self._cell = needs("openpyxl.cell", extra="data").WriteOnlyCell
        self._illegal = needs(
            "openpyxl.utils.exceptions", extra="data"
        ).IllegalCharacterError
        self._sheet = self._book.create_sheet("predictions")

    def add(self, grid: Grid, new: New, has: NDArray[np.bool_]) -> None:
        """Append rows to the sheet, the names before the first."""
        names = [] if self._rows else [[*grid.names, *new]]
        self._rows += grid.n
        if self._rows >= SHEET:
            raise TableError(
                f"--out: expected at most {SHEET - 1} rows for a sheet of Excel, found "
                f"{self._rows}; write .csv or .parquet."
            )
        columns = [*map(_typed, grid.columns), *(_filled(v, has) for v in new.values())]
        try:
            for row in itertools.chain(names, zip(*columns, strict=True)):
                self._sheet.append([self._made(value) for value in row])
        except self._illegal as error:
            found = f"text that a sheet of Excel cannot hold ({error})"
            advice = "write .csv or .parquet"
            raise TableError(
                f"--out: expected plain text, found {found[:80]}; {advice}."
            ) from None

    def close(self) -> None:
        """Pack the workbook."""
        self._book.save(self._file)

    def _made(self, value: Any) -> Any:
        made = self._cell(self._sheet, value=_of_sheet(value))
        if isinstance(value, str):
            made.data_type = "s"  # not a formula, nor an error
        return made


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


WRITERS: dict[str, Callable[[BinaryIO], Writer]] = {
    ".csv": TextWriter,
    ".tsv": partial(TextWriter, mark="\t"),
    ".parquet": ParquetWriter,
    ".xlsx": SheetWriter,
}
