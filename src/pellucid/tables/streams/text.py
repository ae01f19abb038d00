"""Rows of text tables that no memory holds: CSV of any dialect, packed or not.

The head of a file says how it is cut, and its end what stands below the rows, as
`tables.dialects` decides for a text in memory. One quick pass finds where records end,
so that pieces can be read each on its own; a packed file is one piece, since it can be
unpacked from its beginning alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from pellucid.errors import TableError
from pellucid.tables import blocks
from pellucid.tables.blocks import Block, first_block
from pellucid.tables.dialects import (
    LAST,
    Dialect,
    closing_records,
    dialect_of,
    opened,
    ragged,
    settled,
)
from pellucid.tables.grid import Grid, default_names, distinct
from pellucid.tables.parsing import numeric
from pellucid.tables.streams.text_bytes import NotUtf8, TextFile, text_file
from pellucid.tables.streams.text_cells import Layout, Numerals, Ragged, text_grid
from pellucid.tables.streams.text_cuts import (
    Place,
    Stretch,
    looked_through,
    stretches,
)

FIRST = 1 << 22  # bytes that say how a file is cut, unless its rows are long
MOST = 1 << 26  # then
PIECE = 1 << 24  # bytes of a piece


@dataclass(frozen=True)
class TextRows:
    """A text file whose records are known: where they begin and end, and how they are.

    Parameters
    ----------
    file : TextFile
        Where it lies.
    layout : Layout
        How records are cut into cells.
    first : tuple of int
        The byte at which the first row begins, and its line.
    end : int
        The byte behind the last row.
    """

    file: TextFile
    layout: Layout
    first: Place
    end: int

    def stretches(self, place: Place, end: int) -> Iterator[Stretch]:
        """Some records at a time."""
        return stretches(self.file, self.layout.dialect.lines, place, end)

    def ragged(self) -> TableError:
        """Say which line has too few or too many cells; all of the file is read."""
        lengths = (
            each
            for stretch in self.stretches(self.first, self.end)
            for each in self.layout.lengths(stretch)
        )
        return ragged(self.layout.dialect, lengths)


@dataclass(frozen=True)
class TextPiece:
    """Whole records of a text file that lie together."""

    rows: TextRows
    start: int
    end: int
    line: int
    n: int | None = None

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.rows.file.name

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, some rows at a time.

        Raises
        ------
        TableError
            Where a line has too few or too many cells, a quotation mark does not
            close, or the file is gone or has changed.
        """
        layout = self.rows.layout
        asked = {name.strip().casefold() for name in columns or ()}
        wanted = [
            j for j, name in enumerate(layout.names)
            if columns is None or name.strip().casefold() in asked
        ]  # fmt: skip
        grids = (text_grid(layout, each, wanted) for each in self._stretches())
        try:
            yield from ahead(grids) if self.rows.file.packing else grids
        except Ragged:
            raise self.rows.ragged() from None

    def _stretches(self) -> Iterator[Stretch]:
        """Its records; an empty stretch where it has none."""
        if self.end == self.start:
            return iter([Stretch(b"", self.start, self.end, self.line, self.line)])
        return self.rows.stretches((self.start, self.line), self.end)


def ahead(grids: Iterator[Grid]) -> Iterator[Grid]:
    """The next is read while one is summed, of a file that is read in one piece.

    >>> list(ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, grids, None)
        while (grid := coming.result()) is not None:
            coming = pool.submit(next, grids, None)
            yield grid


def pieces_of(path: Path, header: bool | None = None) -> list[TextPiece]:
    """The pieces of a text file, found in one pass over its bytes.

    Raises
    ------
    TableError
        As where it is read into memory.
    """
    file = text_file(path)
    try:
        return _pieces(file, header)
    except NotUtf8 as error:
        return _pieces(file.as_windows(error), header)


def _pieces(file: TextFile, header: bool | None) -> list[TextPiece]:
    text, dialect, whole = _beginning(file, header)
    if whole:
        last = dialect.blocks[-1].end if dialect.blocks else len(text)
    block = dialect.blocks[0] if dialect.blocks else _nothing(text)
    first = file.skip + file.length(text[: block.start].encode()), block.line
    lines = replace(dialect.lines, text="")
    found = looked_through(file, lines, first, text[: block.start])
    if whole:
        end = file.skip + file.length(text[:last].encode())
    else:
        end, notes = _closing(file, dialect, found)
        dialect = replace(dialect, notes=(*dialect.notes, *notes))
    names, renamed = (
        distinct(dialect.names) if dialect.named else (default_names(dialect.d), ())
    )
    told = (*file.notes, *dialect.notes, *renamed)
    bare = replace(dialect, lines=lines, blocks=())
    layout = Layout(bare, tuple(names), (None,) * dialect.d, told)
    rows = TextRows(file, layout, first, end)
    return [*_cut(_with_numerals(rows, dialect), found)]


def _nothing(text: str) -> Block:
    return Block(len(text), len(text), text.count("\n") + 1, 0, 0, False)


def _beginning(file: TextFile, header: bool | None) -> tuple[str, Dialect, bool]:
    """The first text of a file, its dialect by that, and whether it is all of it."""
    most = FIRST
    while True:
        text, whole = file.head(most)
        try:
            if not text or text.isspace():
                raise TableError(
                    f"{file.name}: expected a line of column names or of numbers, "
                    "found an empty file; check that it was written."
                )
            if whole:
                return text, dialect_of(file.name, text, header), True
            dialect, rows = opened(file.name, text, header)
            block = first_block(rows)
            if block.n == blocks.HEAD or most >= MOST:
                return text, settled(replace(dialect, blocks=(block,))), False
        except TableError:
            if whole or most >= MOST:
                raise
        most *= 2


def _with_numerals(rows: TextRows, dialect: Dialect) -> TextRows:
    """The rows, with how the numbers of each column are written at the beginning."""
    try:
        first = numeric(replace(dialect, blocks=dialect.blocks[:1]))
    except TableError:
        raise rows.ragged() from None
    numerals = tuple(map(Numerals.of, first))
    return replace(rows, layout=replace(rows.layout, numerals=numerals))


def _closing(
    file: TextFile, dialect: Dialect, found: Sequence[Stretch]
) -> tuple[int, list[str]]:
    """Behind which byte the last row ends, and what is told of what stands below."""
    k, n = 1, 0
    while True:
        begun = found[-k]
        place = begun.start, begun.line
        some = stretches(file, dialect.lines, place)
        text = b"".join(stretch.part for stretch in some).decode()
        lines = replace(dialect.lines, text=text, start=0, line=begun.line)
        block = Block(0, len(text), begun.line, 0, 0, False)
        tail = replace(dialect, lines=lines, blocks=(block,))
        n = sum(1 for _ in tail.rows())
        if n >= LAST or k == len(found):
            break
        k = min(2 * k, len(found))
    closing = closing_records(tail)
    if not closing:
        return found[-1].end, []
    above = text[: closing[0][0]].encode()
    return begun.start + file.length(above), [
        f"line {line} {why}" for _, line, why in closing if why
    ]


def _cut(rows: TextRows, found: Sequence[Stretch]) -> Iterator[TextPiece]:
    """Pieces of some stretches each; one, where a file can be read from its beginning.

    One piece is there in any case, so that the names of columns are known.
    """
    (start, line), end = rows.first, rows.end
    if not rows.file.packing:
        for stretch in found:
            if stretch.end - start >= PIECE and stretch.end < end:
                yield TextPiece(rows, start, stretch.end, line)
                start, line = stretch.end, stretch.after
    yield TextPiece(rows, start, end, line)
