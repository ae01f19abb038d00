"""Files of tables: CSV of any dialect, Excel, Parquet and Feather become a grid."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import warnings
from pathlib import Path
from typing import Any

from pellucid.errors import TableError, needs
from pellucid.tables.decoding import Content, content_of, is_workbook, text_of
from pellucid.tables.dialects import Dialect, dialect_of
from pellucid.tables.from_arrays import frame_grid
from pellucid.tables.grid import Cells, Column, Grid, default_names, distinct
from pellucid.tables.parsing import numeric, texts
from pellucid.tables.wording import listed, quoted


def file_grid(
    path: Path, header: bool | None = None, sheet: str | int | None = None
) -> Grid:
    """Read a file into a grid, by what it holds and not by its name.

    Raises
    ------
    TableError
        When it holds no table, or a line of it has too few or too many cells.
    """
    content = content_of(path)
    if content.bytes.startswith((b"PAR1", b"ARROW1", b"FEA1")):
        return _columnar(content)
    if is_workbook(content.bytes):
        name, text = _workbook(content, sheet)
        return text_grid(dialect_of(name, text, header))
    if not content.bytes or content.bytes.isspace():
        raise TableError(
            f"{content.name}: expected a line of column names or of numbers, found an "
            "empty file; check that it was written."
        )
    name, unpacked = content.name, content.notes
    text, notes = text_of(content)
    del content  # a large file is not held twice
    dialect = dialect_of(name, text, header)
    return text_grid(dialect, (*unpacked, *notes))


def text_grid(dialect: Dialect, notes: tuple[str, ...] = ()) -> Grid:
    """Cut the rows of a text into columns."""
    found = numeric(dialect)
    cells = texts(dialect, [j for j, column in enumerate(found) if not column.alive])
    if dialect.named:
        names, renamed = distinct(dialect.names)
    else:
        names, renamed = default_names(dialect.d), ()

    columns = []
    for j, (name, column) in enumerate(zip(names, found, strict=True)):
        held = functools.partial(cells.__getitem__, j)
        again = functools.partial(_again, dialect, j)
        kind = "number" if column.alive else "text"
        columns.append(
            Column(
                name, column.values, again if column.alive else held, kind,
                marks=column.marks,
            )
        )  # fmt: skip
    return Grid(
        source=dialect.lines.name,
        columns=columns,
        place=lambda i: f"line {dialect.line_of(i)}",
        named=dialect.named,
        notes=(*notes, *dialect.notes, *renamed),
        records=lambda: (cells[: dialect.d] for _, cells in dialect.rows()),
    )


def _again(dialect: Dialect, j: int) -> Cells:
    """The cells of a column of numbers, cut once more."""
    return texts(dialect, [j])[j]


# -- binary files ---------------------------------------------------------------------


def _columnar(content: Content) -> Grid:
    """A Parquet or Feather file."""
    needs("pyarrow", extra="data")
    import pandas as pd

    source = io.BytesIO(content.bytes)
    parquet = content.bytes.startswith(b"PAR1")
    try:
        frame = pd.read_parquet(source) if parquet else pd.read_feather(source)
    except (OSError, ValueError) as error:
        kind = "Parquet" if parquet else "Feather"
        reason = str(error).splitlines()[0]
        raise TableError(
            f"{content.name}: expected a {kind} file that can be read, found a damaged "
            f"one ({reason}); write it again."
        ) from None
    return frame_grid(frame, content.name)


def _workbook(content: Content, sheet: str | int | None) -> tuple[str, str]:
    """One sheet of a workbook as text: it is read as any CSV, titles and all."""
    new = content.bytes.startswith(b"PK")
    engine: Any = "openpyxl" if new else "xlrd"
    needs(engine, extra="data")
    import pandas as pd

    options = {} if new else {"logfile": io.StringIO()}  # xlrd would print
    try:
        with (
            warnings.catch_warnings(action="ignore"),  # pandas warns of its own code
            pd.ExcelFile(
                io.BytesIO(content.bytes), engine=engine, engine_kwargs=options
            ) as book,
        ):
            names = [str(name) for name in book.sheet_names]
            wanted = _sheet(content.name, names, sheet)
            frame = pd.read_excel(
                book, sheet_name=wanted, header=None, dtype=object, na_filter=False
            )
    except TableError:  # a sheet that is not there
        raise
    except (OSError, ValueError, KeyError, AssertionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise TableError(
            f"{content.name}: expected an Excel file that can be read, found a damaged "
            f"one ({reason}); save it again."
        ) from None
    written = io.StringIO()
    csv.writer(written).writerows(
        [_as_text(cell) for cell in row] for row in frame.itertuples(index=False)
    )
    more = f", sheet {wanted}" if len(names) > 1 else ""
    return f"{content.name}{more}", written.getvalue()


def _sheet(name: str, names: list[str], wanted: str | int | None) -> str:
    """The sheet that is asked for, by name or by number from 1; else the first.

    >>> _sheet("b.xlsx", ["Sales", "Notes"], "notes")
    'Notes'
    """
    if wanted is None:
        return names[0]
    if str(wanted) in names:
        return str(wanted)
    alike = [name for name in names if name.casefold() == str(wanted).casefold()]
    if len(alike) == 1:
        return alike[0]
    if str(wanted).isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise TableError(
        f"{name}: expected one of the sheets {listed(names)}, found "
        f"{quoted(str(wanted))}; name one of them."
    )


def _as_text(cell: Any) -> str:
    """A cell of a sheet as it would stand in a CSV file."""
    if cell is None or cell != cell:
        return ""
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        return cell.date().isoformat()
    if isinstance(cell, dt.datetime):
        return cell.isoformat(" ")
    if isinstance(cell, float) and cell == int(cell) and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)
