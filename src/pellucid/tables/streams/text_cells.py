"""Some records of a text become a grid, as `tables.parsing` reads a text in memory.

Plain stretches are cut by Arrow's parser, which rounds as Python does and lets other
threads work; whatever it refuses, and every other stretch, is cut by the csv module
and read cell by cell, so that there is one meaning.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import needs
from pellucid.tables.blocks import Block, is_strange, plain_rows
from pellucid.tables.cells import FAILED, MISSING, Marks
from pellucid.tables.dialects import Dialect
from pellucid.tables.grid import PLAINLY, Cells, Column, Grid
from pellucid.tables.parsing import NumberColumn, Values, exact
from pellucid.tables.streams.text_cuts import Stretch, are_letters

NOTHING = sorted(
    {spelled for word in (*MISSING, *FAILED)
     for spelled in (word, word.upper(), word.capitalize())} | {"NaN", "NaT", "None"}
)  # fmt: skip
FAILURE = re.compile(r"In CSV column #(\d+)")
Found = dict[int, Values | Cells]


@dataclass(frozen=True)
class Numerals:
    """How the numbers of a column are written, as its first cells say.

    Parameters
    ----------
    marks : Marks
        Their marks.
    alike : bool
        Whether they are digits of one length, which may be codes: with a hole they are.
    """

    marks: Marks
    alike: bool

    @classmethod
    def of(cls, column: NumberColumn) -> Numerals | None:
        """What was found of the first cells; None where they are no numbers."""
        return cls(column.marks, column.alike) if column.alive else None

    def read(self, cells: Sequence[str]) -> Values | None:
        """Cells as numbers, None where some cell is none."""
        return self.kept(exact(cells, self.marks))

    def kept(self, values: Values | None) -> Values | None:
        """Numbers, None where they are codes."""
        codes = values is not None and self.alike and bool(np.isnan(values).any())
        return None if codes else values


@dataclass(frozen=True)
class Layout:
    """What all records of a file have in common.

    Parameters
    ----------
    dialect : Dialect
        How they are cut, without any text.
    names : tuple of str
        Of the columns, each another one.
    numerals : tuple of Numerals or None
        How the numbers of each column are written; None for text.
    notes : tuple of str
        What was decided that may be wrong.
    """

    dialect: Dialect
    names: tuple[str, ...]
    numerals: tuple[Numerals | None, ...]
    notes: tuple[str, ...]

    def at(self, stretch: Stretch) -> Dialect:
        """The dialect of some records alone, with their text."""
        text = stretch.part.decode()
        block = Block(0, len(text), stretch.line, stretch.after, 0, False)
        lines = replace(self.dialect.lines, text=text, start=0, line=stretch.line)
        return replace(self.dialect, lines=lines, blocks=(block,))

    def lengths(self, stretch: Stretch) -> list[tuple[int, int]]:
        """The line of each record, and how many cells it has."""
        n = self._plain_rows(stretch.part)
        if n:
            return [(stretch.line, self.dialect.width)] * n
        return [(line, len(cells)) for line, cells in self.at(stretch).rows()]

    def marked(self, part: bytes) -> bool | None:
        """Whether marks of a part of the text are around cells; None where they may be.

        Any parser would cut it alike, or refuse it, unless it is None.
        """
        if not self._is_usual or is_strange(part):
            return None
        if b'"' not in part or are_letters(part, self.dialect.lines):
            return False
        return True if self._plain_rows(part) else None

    @property
    def _is_usual(self) -> bool:
        lines = self.dialect.lines
        return lines.delimiter != " " and lines.quote == '"' and self.dialect.width > 1

    def _plain_rows(self, part: bytes) -> int:
        """How many rows a part has where it is plain, else 0."""
        lines, width = self.dialect.lines, self.dialect.width
        return plain_rows(_ended(part), lines.delimiter, width) * self._is_usual


def _ended(part: bytes) -> bytes:
    return part if part.endswith(b"\n") else part + b"\n"


class Ragged(Exception):  # noqa: N818
    """A record has too few or too many cells."""


def text_grid(layout: Layout, stretch: Stretch, wanted: Sequence[int]) -> Grid:
    """Cut some records into those columns that are wanted.

    Raises
    ------
    Ragged
        Where a record has too few or too many cells.
    """
    found = cut(layout, stretch, wanted)
    columns = []
    for j in wanted:
        kind, numerals, part = "number", layout.numerals[j], found[j]
        again = functools.partial(_again, layout, stretch, j)
        if isinstance(part, Cells):
            kind, again, values = "text", functools.partial(_same, part), _none(part)
        else:
            values = part
        marks = numerals.marks if numerals else PLAINLY
        columns.append(Column(layout.names[j], values, again, kind, marks=marks))
    return Grid(
        source=layout.dialect.lines.name,
        columns=columns,
        place=lambda i: f"line {_line_of(layout.at(stretch), i)}",
        named=layout.dialect.named,
        notes=layout.notes,
    )


def _same(cells: Cells) -> Cells:
    return cells


def _none(cells: Cells) -> Values:
    return np.full(len(cells), np.nan)


def _line_of(dialect: Dialect, i: int) -> int:
    return next(line for k, (line, _) in enumerate(dialect.rows()) if k == i)


def _again(layout: Layout, stretch: Stretch, j: int) -> Cells:
    """The cells of a column of numbers, cut once more."""
    numerals = (None,) * len(layout.numerals)
    cells = cut(replace(layout, numerals=numerals), stretch, [j])[j]
    return Cells.of(cells.tolist()) if isinstance(cells, np.ndarray) else cells


def cut(layout: Layout, stretch: Stretch, wanted: Sequence[int]) -> Found:
    """Columns of some records: numbers where all cells are, else text."""
    marked = layout.marked(stretch.part)
    if wanted and marked is not None:
        found = _by_arrow(layout, _ended(stretch.part), wanted, marked)
        if found is not None:
            return found
    return _by_records(layout, stretch, wanted)


def _by_records(layout: Layout, stretch: Stretch, wanted: Sequence[int]) -> Found:
    """Columns as the csv module cuts the records."""
    d, width = layout.dialect.d, layout.dialect.width
    rows = [cells for _, cells in layout.at(stretch).rows()]
    if any(len(cells) not in (width, d) for cells in rows):
        raise Ragged
    found: Found = {}
    for j in wanted:
        numerals, cells = layout.numerals[j], [row[j] for row in rows]
        values = numerals.read(cells) if numerals else None
        found[j] = Cells.of(cells) if values is None else values
    return found


# -- by Arrow -------------------------------------------------------------------------


def _by_arrow(
    layout: Layout, part: bytes, wanted: Sequence[int], marked: bool
) -> Found | None:
    """Columns of a plain part, as Arrow cuts it; None where it would not."""
    texts = {j for j in wanted if layout.numerals[j] is None}
    found: dict[int, Values | Cells | None] = {}
    for decimal in (".", ","):
        these = {j for j in wanted if (numerals := layout.numerals[j])
                 and numerals.marks.decimal == decimal}  # fmt: skip
        while these or texts:
            try:
                table = _read(layout, part, these, texts, marked, decimal)
            except ValueError as error:  # Arrow's own is one
                odd = _failed(str(error), these)
                if not odd:
                    return None
                these, texts = these - odd, texts | odd
                continue
            for j in these | texts:
                column, numerals = table[str(j)], layout.numerals[j]
                found[j] = (
                    _values_of(numerals, column) if j in these
                    else _cells_of(numerals, column, marked)
                )  # fmt: skip
            these, texts = set(), set()
    whole = {j: part for j, part in found.items() if part is not None}
    return whole if len(whole) == len(found) else None


def _failed(message: str, these: set[int]) -> set[int]:
    """Which columns are to be read as text, as a cell of one is no number."""
    if "conversion" not in message:
        return set()  # a line has too few or too many cells
    named = FAILURE.match(message)
    if named and int(named[1]) in these:
        return {int(named[1])}
    return these


def _read(
    layout: Layout, part: bytes, these: set[int], texts: set[int], marked: bool,
    decimal: str,
) -> Any:  # fmt: skip
    """Some columns as numbers and some as text."""
    reader: Any = needs("pyarrow.csv", extra="data")
    pa: Any = needs("pyarrow", extra="data")

    kinds: dict[str, Any] = {str(j): pa.float64() for j in sorted(these)}
    kinds |= {str(j): pa.dictionary(pa.int32(), pa.string()) for j in sorted(texts)}
    names = [str(j) for j in range(layout.dialect.width)]
    return reader.read_csv(
        pa.py_buffer(part),
        reader.ReadOptions(
            use_threads=False, block_size=len(part) + 1, column_names=names
        ),
        reader.ParseOptions(
            delimiter=layout.dialect.lines.delimiter,
            quote_char='"' if marked else False,
            newlines_in_values=marked,
        ),
        reader.ConvertOptions(
            column_types=kinds, include_columns=[*kinds], null_values=NOTHING,
            strings_can_be_null=False, decimal_point=decimal, check_utf8=False,
        ),
    )  # fmt: skip


def _values_of(numerals: Numerals | None, column: Any) -> Values | None:
    """Numbers as Arrow has read them; None where Python might read them otherwise."""
    values = np.asarray(column.to_numpy(), np.float64)
    nothing = np.count_nonzero(np.isnan(values))
    if nothing != column.null_count or np.isinf(values).any() or numerals is None:
        return None
    return numerals.kept(values)


def _cells_of(
    numerals: Numerals | None, column: Any, marked: bool
) -> Values | Cells | None:
    """The different cells of a column, as numbers where they are.

    A blank before a cell is none of it, unless it stands within marks: None where
    nothing tells which it is.
    """
    (chunk,) = column.chunks  # all was one block
    levels = chunk.dictionary.to_pylist()
    codes: NDArray[np.intp] = chunk.indices.to_numpy().astype(np.intp)
    if any(level.startswith(" ") for level in levels):
        if marked:
            return None
        merged = Cells.of([level.lstrip(" ") for level in levels])
        levels, codes = [str(level) for level in merged.levels], merged.codes[codes]
    values = numerals.read(levels) if numerals else None
    return Cells(levels, codes) if values is None else np.asarray(values[codes])
