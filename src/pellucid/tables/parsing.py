"""The columns of a text: numbers where all cells are, else the different cells.

Plain blocks are cut by pandas' parser, which rounds as Python does and reads no number
that Python does not; whatever it refuses, and every other block, is cut by the csv
module and read cell by cell, so that there is one meaning.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.show.progress import progress
from pellucid.tables.blocks import MEGA, PATIENCE, Block, encoded, megas, records_of
from pellucid.tables.cells import Marks, is_missing, marks_of
from pellucid.tables.dialects import Dialect, ragged
from pellucid.tables.grid import Cells

Values = NDArray[np.float64]
Row = Sequence[str]

CODE = re.compile(r"0\d+")
NOTHING = ["", "-", "?", ".", "NA", "na", "N/A", "n/a", "#N/A", "NaN", "nan", "NAN",
           "NULL", "null", "None", "<NA>", "NaT"]  # fmt: skip


def are_codes(cells: Iterable[str]) -> bool:
    """Whether digits are a code, like 01776: all of one length, some begin with 0."""
    given = [cell.strip() for cell in cells if cell.strip()]
    if not any(CODE.fullmatch(cell) for cell in given):
        return False
    return _alike(given)


def _alike(given: Sequence[str]) -> bool:
    """Whether cells are digits, all of one length."""
    return len({len(cell) for cell in given}) == 1 and all(map(str.isdecimal, given))


class NumberColumn:
    """A column on its way to numbers, block by block, until a cell is none.

    Parameters
    ----------
    cells : sequence of str
        Its cells in the first block: they decide how its numbers are written.
    n : int
        The number of its rows.
    """

    def __init__(self, cells: Row, n: int) -> None:
        given = [cell.strip() for cell in cells if not is_missing(cell)]
        self.marks = _marks_of(given)
        self.alive = bool(given) and not are_codes(cells)
        self.alike = self.alive and _alike(given)
        self.values = np.full(n, np.nan)
        self.done = 0
        self.add(exact(cells, self.marks) if self.alive else None)

    def add(self, part: Values | None) -> None:
        """Take the numbers of one more block, or None where some cell is none.

        Digits of one length with a hole may be codes: only all of their cells tell.
        """
        if part is None or (self.alike and np.isnan(part).any()):
            self.alive = False
            self.values[: self.done] = np.nan
        else:
            self.values[self.done : self.done + len(part)] = part
            self.done += len(part)


def _marks_of(given: Sequence[str]) -> Marks:
    """How numbers are written, where it is plainly or with a decimal comma alone."""
    if any("," in cell for cell in given) and not any("." in cell for cell in given):
        marks, share = marks_of(given)
        if share == 1 and marks.decimal == ",":
            return marks
    return Marks()


def exact(cells: Row, marks: Marks) -> Values | None:
    """Cells as finite numbers, nan where one is missing; None where one is neither."""
    if marks.decimal == ",":
        if any("." in cell for cell in cells if not is_missing(cell)):
            return None
        cells = [cell.replace(",", ".") for cell in cells]
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return _with_holes(cells)
    if not np.isfinite(values).all():
        return _with_holes(cells)
    return None if any("_" in cell for cell in cells) else values


def _with_holes(cells: Row) -> Values | None:
    try:
        values = [np.nan if is_missing(c) else _finite(c) for c in cells]
    except ValueError:
        return None
    return np.array(values)


def _finite(cell: str) -> float:
    """A cell as a finite number; ValueError for another."""
    value = float(cell)
    if not np.isfinite(value) or "_" in cell:
        raise ValueError(cell)
    return value


def numeric(dialect: Dialect) -> list[NumberColumn]:
    """Each column as numbers, as far as its cells are."""
    columns: list[NumberColumn] = []
    n = sum(block.n for block in dialect.blocks)
    with _bar(dialect, "reading numbers of") as bar:
        for block in dialect.blocks:
            if not columns:
                columns = [NumberColumn(cells, n) for cells in _columns(dialect, block)]
            else:
                _add(dialect, block, columns)
            bar.advance(block.end // MEGA - block.start // MEGA)
    return columns or [NumberColumn((), n) for _ in range(dialect.d)]


def _bar(dialect: Dialect, what: str) -> Any:
    name = f"{what} {dialect.lines.name}, MB"
    return progress(name, megas(dialect.lines), PATIENCE)


def _columns(dialect: Dialect, block: Block) -> list[Row]:
    """The columns of a block, as the csv module cuts it.

    Raises
    ------
    TableError
        When a line has too few or too many cells.
    """
    rows = [cells for _, cells in records_of(dialect.lines, block)]
    if any(len(cells) not in (dialect.width, dialect.d) for cells in rows):
        raise ragged(dialect)
    if not rows:
        return [()] * dialect.d
    return list(zip(*(cells[: dialect.d] for cells in rows), strict=True))


def _add(dialect: Dialect, block: Block, columns: Sequence[NumberColumn]) -> None:
    """Read a block into the columns that are numbers so far."""
    wanted = [j for j, column in enumerate(columns) if column.alive]
    found = _parsed(dialect, block, columns, wanted) if block.plain and wanted else None
    if found is None:
        cells = _columns(dialect, block)
        found = {j: exact(cells[j], columns[j].marks) for j in wanted}
    for j in wanted:
        columns[j].add(found[j])


def _parsed(
    dialect: Dialect,
    block: Block,
    columns: Sequence[NumberColumn],
    wanted: Sequence[int],
) -> dict[int, Values | None] | None:
    """Columns of a plain block as numbers, None where a cell is none."""
    found: dict[int, Values | None] = {}
    for decimal in (".", ","):
        these = [j for j in wanted if columns[j].marks.decimal == decimal]
        try:
            frame = _cut(dialect, block, these, dtype=np.float64, decimal=decimal,
                         na_values=NOTHING)  # fmt: skip
        except (ValueError, TypeError):
            return None
        found |= {j: frame[j].to_numpy() for j in these}
    if not _are_sound(dialect, block, found):
        return None
    return found


def _are_sound(dialect: Dialect, block: Block, found: dict[int, Any]) -> bool:
    """Whether numbers are finite or missing, and no truth values are among them.

    pandas takes a block of nothing but True and False for ones and zeros.
    """
    if any(np.isinf(values).any() for values in found.values()):
        return False
    doubtful = [j for j, x in found.items()
                if ((x == 0) | (x == 1) | np.isnan(x)).all()]  # fmt: skip
    frame = _cut(dialect, block, doubtful, dtype=object)
    words = {word for j in doubtful for word in frame[j]}
    return not any(
        "rue" in word.casefold() or "alse" in word.casefold() for word in words
    )


def texts(dialect: Dialect, columns: Sequence[int]) -> dict[int, Cells]:
    """The cells of some columns, as text."""
    known: dict[int, dict[str, int]] = {j: {} for j in columns}
    codes: dict[int, list[NDArray[np.intp]]] = {j: [] for j in columns}
    if not columns:
        return {}
    with _bar(dialect, "reading text of") as bar:
        for block in dialect.blocks:
            for j, (levels, places) in _levels(dialect, block, columns).items():
                again = [known[j].setdefault(level, len(known[j])) for level in levels]
                codes[j].append(np.array(again, np.intp)[places])
            bar.advance(block.end // MEGA - block.start // MEGA)
    none = np.empty(0, np.intp)
    return {j: Cells(list(known[j]), np.concatenate([none, *codes[j]]))
            for j in columns}  # fmt: skip


def _levels(
    dialect: Dialect, block: Block, columns: Sequence[int]
) -> dict[int, tuple[list[str], NDArray[np.intp]]]:
    """The different cells of columns of a block, as they first occur, and where."""
    if not block.plain:
        cells = _columns(dialect, block)
        held = {j: Cells.of(cells[j]) for j in columns}
        return {j: ([str(c) for c in h.levels], h.codes) for j, h in held.items()}
    import pandas as pd

    frame = _cut(dialect, block, columns, dtype=object)
    found = {}
    for j in columns:
        codes, levels = pd.factorize(frame[j].to_numpy())  # in order of appearance
        found[j] = [level.lstrip(" ") for level in levels], codes
    return found


def _cut(dialect: Dialect, block: Block, columns: Sequence[int], **options: Any) -> Any:
    """Some columns of a plain block, as pandas cuts it."""
    if not columns:
        return {}
    import pandas as pd

    read: Any = pd.read_csv  # its stubs want literals
    part = encoded(dialect.lines.text, block.start, block.end)
    return read(
        io.BytesIO(part), sep=dialect.lines.delimiter, engine="c", low_memory=False,
        header=None, names=range(dialect.width), index_col=False, usecols=columns,
        skipinitialspace=True, skip_blank_lines=False, keep_default_na=False,
        quoting=0 if b'"' in part else 3, encoding="utf-8", **options,
    )  # fmt: skip
