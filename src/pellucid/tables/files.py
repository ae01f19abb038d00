"""Files of tables: CSV of any dialect, Excel, Parquet and Feather become a grid.

Text is cut by the csv module alone, so that there is one meaning: once block by block
for the numbers, and once more for the columns that hold something else.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
import re
import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError, needs
from pellucid.tables.arrays import frame_grid
from pellucid.tables.decoding import Content, content_of, is_workbook, text_of
from pellucid.tables.dialects import Layout, layout_of, ragged
from pellucid.tables.grid import Column, Grid, default_names, distinct
from pellucid.tables.wording import listed

BLOCK = 4096  # records that are text at the same time
CODE = re.compile(r"0\d+")


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
        return text_grid(layout_of(name, text, header))
    if not content.bytes.strip():
        raise TableError(
            f"{content.name}: expected a line of column names or of numbers, found an "
            "empty file; check that it was written."
        )
    text, notes = text_of(content)
    layout = layout_of(content.name, text, header)
    return text_grid(layout, (*content.notes, *notes))


def text_grid(layout: Layout, notes: tuple[str, ...] = ()) -> Grid:
    """Cut the rows of a text into columns."""
    values, text = numeric(layout)
    cells = texts(layout, sorted(text))
    if layout.named:
        names, renamed = distinct(layout.names)
    else:
        names, renamed = default_names(layout.d), ()

    columns = []
    for j, name in enumerate(names):
        kind = "text" if j in text else "number"
        held = functools.partial(cells.__getitem__, j)
        again = functools.partial(_again, layout, j)
        columns.append(Column(name, values[j], held if j in text else again, kind))
    return Grid(
        source=layout.lines.name,
        columns=columns,
        place=lambda i: f"line {next(islice(layout.rows(), i, None))[0]}",
        named=layout.named,
        notes=(*notes, *layout.notes, *renamed),
        records=lambda: (cells[: layout.d] for _, cells in layout.rows()),
    )


def _again(layout: Layout, j: int) -> list[str]:
    """The cells of a column of numbers, cut once more."""
    return texts(layout, [j])[j]


def numeric(layout: Layout) -> tuple[list[NDArray[np.float64]], set[int]]:
    """Each column as numbers, and which columns hold something else too."""
    width = layout.d + layout.trailing
    found: list[list[NDArray[np.float64]]] = [[] for _ in range(layout.d)]
    text: set[int] = set()
    n = 0
    for block in blocks(layout):
        if any(len(cells) not in (width, layout.d) for cells in block):
            raise ragged(layout)
        for j, cells in enumerate(islice(zip(*block, strict=False), layout.d)):
            if j not in text:
                part = _plain(cells)
                if part is None or (not n and are_codes(cells)):
                    text.add(j)
                else:
                    found[j].append(part)
        n += len(block)
    whole = [np.concatenate(parts) if parts else np.empty(0) for parts in found]
    empty = np.full(n, np.nan)
    return [empty if j in text else whole[j] for j in range(layout.d)], text


def _plain(cells: tuple[str, ...]) -> NDArray[np.float64] | None:
    """Cells as numbers, where all of them are plain finite ones."""
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    odd = not np.isfinite(values).all() or any("_" in cell for cell in cells)
    return None if odd else values


def are_codes(cells: tuple[str, ...] | list[str]) -> bool:
    """Whether digits are a code, like 01776: all of one length, some begin with 0."""
    given = [cell.strip() for cell in cells if cell.strip()]
    if not any(CODE.fullmatch(cell) for cell in given):
        return False
    return len({len(cell) for cell in given}) == 1 and all(map(str.isdecimal, given))


def texts(layout: Layout, columns: list[int]) -> dict[int, list[str]]:
    """The cells of some columns; equal ones are one object."""
    found: dict[int, list[str]] = {j: [] for j in columns}
    kept: dict[str, str] = {}
    if columns:
        for _, cells in layout.rows():
            for j in columns:
                found[j].append(kept.setdefault(cells[j], cells[j]))
    return found


def blocks(layout: Layout) -> Iterator[list[list[str]]]:
    """The rows, some at a time."""
    rows = layout.rows()
    while block := [cells for _, cells in islice(rows, BLOCK)]:
        yield block


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
    """The sheet that is asked for, by name or by number from 1; else the first."""
    if wanted is None:
        return names[0]
    if str(wanted) in names:
        return str(wanted)
    if str(wanted).isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    raise TableError(
        f"{name}: expected one of the sheets {listed(names)}, found {wanted!r}; name "
        "one of them."
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
