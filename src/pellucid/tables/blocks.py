"""The rows of a text as blocks, and which of them any parser would cut alike.

A plain block is one in which nothing is open to two readings: each row has as many
delimiters as the others, and quotation marks, if any, enclose whole cells, in which
marks are doubled. It may be cut by a fast parser; of others, the csv module is the
judge.
"""

from __future__ import annotations

import codecs
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pellucid.show.progress import progress
from pellucid.tables.lines import Lines

HEAD = 4096  # rows that are looked at before any other, as a block of their own
SIZE = 1 << 23  # characters of another block
MEGA = 10**6
Placed = tuple[int, int, list[str]]  # its place in the text, its line, its cells
PATIENCE = 1.0  # seconds before a person is shown how far the work is


@dataclass(frozen=True)
class Block:
    """A stretch of a text that holds whole rows.

    Parameters
    ----------
    start, end : int
        Its places in the text.
    line, after : int
        The number of its first line, and of the first behind it.
    n : int
        The number of its rows.
    plain : bool
        Whether any parser would cut it alike.
    """

    start: int
    end: int
    line: int
    after: int
    n: int
    plain: bool


def blocks_of(lines: Lines, width: int) -> tuple[Block, ...]:
    """Part a text, from a place on, into blocks; rows should have `width` cells."""
    found: list[Block] = []
    rest = lines
    with progress(f"looking through {lines.name}, MB", megas(lines), PATIENCE) as bar:
        while rest.start < len(lines.text):
            block = _plain(rest, width) if found else first_block(rest)
            block = block or _by_records(rest, None)
            rest = replace(lines, start=block.end, line=block.after)
            found.append(block)
            bar.advance(block.end // MEGA - block.start // MEGA)
    return tuple(found)


def first_block(lines: Lines) -> Block:
    """The rows that are looked at before any other."""
    return _by_records(lines, HEAD)


def megas(lines: Lines) -> int:
    """How many million characters a text has."""
    return len(lines.text) // MEGA


def _plain(rest: Lines, width: int) -> Block | None:
    """The next lines as a plain block, None where they are none."""
    end = rest.text.find("\n", rest.start + SIZE) + 1 or len(rest.text)
    if rest.delimiter == " " or rest.quote != '"' or width < 2:
        return None
    part = encoded(rest.text, rest.start, end)
    n = plain_rows(part, rest.delimiter, width)
    after = rest.line + line_ends(part)
    return Block(rest.start, end, rest.line, after, n, True) if n else None


def encoded(text: str, start: int, end: int) -> bytes:
    """A stretch of a text in UTF-8, its last line ended."""
    part = text[start:end].encode("utf-8", "surrogatepass")
    return part if part.endswith(b"\n") else part + b"\n"


def plain_rows(part: bytes, delimiter: str, width: int) -> int:
    r"""The number of rows of a plain stretch, 0 where it is none.

    >>> plain_rows(b'1,"a,b"\n2,c\n', ",", 2), plain_rows(b'1,a"\n2,c\n', ",", 2)
    (2, 0)
    """
    if is_strange(part):
        return 0
    chars = np.frombuffer(part, np.uint8)
    ends = chars == ord("\n")
    cuts = np.flatnonzero(ends | (chars == ord(delimiter)))
    if b'"' in part:
        marks = np.flatnonzero(chars == ord('"'))
        if not enclose_cells(chars, marks, delimiter):
            return 0
        cuts = cuts[np.searchsorted(marks, cuts) % 2 == 0]  # those outside of cells
    n, rest = divmod(len(cuts), width)
    regular = (
        not rest and ends[cuts[width - 1 :: width]].all() and ends[cuts].sum() == n
    )
    return n if regular else 0


def is_strange(part: bytes) -> bool:
    """Whether a stretch holds what parsers take for different things."""
    return part.startswith(codecs.BOM_UTF8) or b"\0" in part or _lone_returns(part) > 0


def line_ends(part: bytes) -> int:
    r"""How many lines end in a stretch: by LF, CRLF or CR.

    >>> line_ends(b"a\nb\r\nc\rd")
    3
    """
    return part.count(b"\n") + _lone_returns(part)


def _lone_returns(part: bytes) -> int:
    """How many lines end by CR alone."""
    returns = part.count(b"\r")
    return returns - part.count(b"\r\n") if returns else 0


def enclose_cells(
    chars: NDArray[np.uint8], marks: NDArray[np.intp], delimiter: str
) -> bool:
    """Whether marks, two by two, enclose whole cells, in which they are doubled."""
    opening, closing = marks[::2], marks[1::2]
    if len(opening) != len(closing):
        return False
    edges = np.zeros(256, bool)
    edges[[*b'\r\n"', ord(delimiter)]] = True
    edges[chars[marks[0]]] = True  # the mark itself, which may be another one
    inner = opening[1:] if opening[0] == 0 else opening
    after = closing[:-1] if closing[-1] == len(chars) - 1 else closing
    return bool(edges[chars[inner - 1]].all() and edges[chars[after + 1]].all())


def _by_records(rest: Lines, most: int | None) -> Block:
    """The next rows, some characters or so many of them, as the csv module cuts."""
    n, line = 0, rest.line
    for place, line, _ in rest.placed():
        if n == most or (most is None and place > rest.start + SIZE):
            return Block(rest.start, place, rest.line, line, n, False)
        n += 1
    return Block(rest.start, len(rest.text), rest.line, line, n, False)


def records_of(lines: Lines, block: Block) -> Iterator[tuple[int, list[str]]]:
    """Each row of a block, with the number of its line."""
    return ((line, cells) for _, line, cells in _placed(lines, block))


def _placed(lines: Lines, block: Block) -> Iterator[Placed]:
    part = replace(lines, start=block.start, line=block.line)
    return itertools.takewhile(lambda row: row[0] < block.end, part.placed())


def last_records(lines: Lines, blocks: Sequence[Block], k: int) -> list[Placed]:
    """The last k rows, or fewer, each with its place in the text and its line."""
    found: list[Placed] = []
    for block in reversed(blocks):
        found = [*deque(_placed(lines, block), k), *found][-k:]
        if len(found) == k:
            break
    return found


def ended(lines: Lines, blocks: Sequence[Block], end: int) -> tuple[Block, ...]:
    """Blocks without the rows from a place on."""
    kept = [block for block in blocks if block.start < end]
    last = replace(kept[-1], end=min(end, kept[-1].end))
    n = sum(1 for _ in records_of(lines, last))
    return (*kept[:-1], replace(last, n=n))
