"""A text that no memory holds is cut where a record ends, never inside of a cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pellucid.errors import TableError
from pellucid.show.progress import progress
from pellucid.tables.blocks import MEGA, PATIENCE, enclose_cells, line_ends
from pellucid.tables.decoding import FEW, binary, odd
from pellucid.tables.lines import Lines
from pellucid.tables.streams.text_bytes import NotUtf8, TextFile

LONGEST = (
    1 << 20
)  # bytes of a record whose end is looked for: the csv module takes less
Place = tuple[int, int]  # a byte of a file, and the number of its line


@dataclass(frozen=True)
class Stretch:
    """Whole records of a file, as UTF-8, and where they lie in it."""

    part: bytes
    start: int
    end: int
    line: int
    after: int  # the number of the first line behind it


def stretches(
    file: TextFile, lines: Lines, place: Place, end: int | None = None
) -> Iterator[Stretch]:
    """Some whole records at a time, from a place of a file on."""
    start, line = place
    rest = b""
    for part in file.read(start, end):
        rest += part
        cut = whole_records(rest, replace(lines, line=line))
        if cut:
            stretch = _stretch(file, rest[:cut], start, line)
            yield stretch
            start, line, rest = stretch.end, stretch.after, rest[cut:]
    if end is None:
        rest = rest.rstrip(b"\x1a")  # where old systems ended a file
    if rest:
        yield _stretch(file, rest, start, line)


def _stretch(file: TextFile, part: bytes, start: int, line: int) -> Stretch:
    return Stretch(part, start, start + file.length(part), line, line + line_ends(part))


def whole_records(part: bytes, lines: Lines) -> int:
    r"""How many bytes whole records take at the beginning of a part of a text.

    >>> whole_records(b'1,2\n3,"4\n5"\n6,', Lines("", ""))
    12
    """
    if lines.quote.encode() not in part or are_letters(part, lines):
        return _last_end(part, 0, len(part))
    end = _outside(part, lines) if lines.delimiter != " " else None
    return _by_records(part, lines) if end is None else end


def are_letters(part: bytes, lines: Lines) -> bool:
    """Whether marks stand within cells alone, where they are letters, as in 5" pipe."""
    chars = np.frombuffer(part, np.uint8)
    marks = np.flatnonzero(chars == ord(lines.quote))
    edges = [*b" \r\n", ord(lines.delimiter)]
    return bool(marks[0] > 0 and not np.isin(chars[marks - 1], edges).any())


def _last_end(part: bytes, low: int, high: int) -> int:
    """Behind the last line that ends between two places; 0 where none does.

    CR at the end of what was read may be the first half of CRLF.
    """
    lone = part.rfind(b"\r", low, min(high, len(part) - 1))
    return max(part.rfind(b"\n", low, high), lone) + 1


def _outside(part: bytes, lines: Lines) -> int | None:
    """Behind the last line end outside of quotation marks, where these are regular."""
    chars = np.frombuffer(part, np.uint8)
    marks = np.flatnonzero(chars == ord(lines.quote))
    for k in range(len(marks) - len(marks) % 2, -1, -2):
        low = int(marks[k - 1]) + 1 if k else 0
        high = int(marks[k]) if k < len(marks) else len(part)
        end = _last_end(part, low, high)
        if end:
            break
    else:
        return None
    if len(part) - end > LONGEST:
        return None
    regular = not k or enclose_cells(chars, marks[:k], lines.delimiter)
    return end if regular else None


def _by_records(part: bytes, lines: Lines) -> int:
    """Where the last record begins, which may go on, as the csv module cuts."""
    text = part.decode(errors="surrogateescape")  # it may end within a character
    place = 0
    try:
        for place, _, _ in replace(lines, text=text, start=0).placed():  # noqa: B007
            pass
    except TableError:
        if len(part) - place > LONGEST:
            raise
    return len(text[:place].encode(errors="surrogateescape"))


def looked_through(
    file: TextFile, lines: Lines, place: Place, before: str
) -> list[Stretch]:
    """Where stretches lie, in one pass that checks that all of it is text.

    Parameters
    ----------
    file, lines : TextFile, Lines
        The file, and how it is cut.
    place : tuple of int
        Of the first row.
    before : str
        What stands above it.

    Returns
    -------
    list of Stretch
        All of them, without their text.

    Raises
    ------
    NotUtf8
        Where it is to be read in another encoding.
    TableError
        For what is no text, or quotation marks that do not close.
    """
    found: list[Stretch] = []
    strange, length = odd(before), len(before)
    size = file.stamp.size // MEGA if not file.packing else None
    with progress(f"looking through {file.name}, MB", size, PATIENCE) as bar:
        for stretch in stretches(file, lines, place):
            length += _characters(file, stretch)
            strange += _strange(file, stretch)
            found.append(replace(stretch, part=b""))
            bar.advance(stretch.end // MEGA - stretch.start // MEGA)
    if strange > FEW * length:
        raise binary(file.name)
    return found


def _characters(file: TextFile, stretch: Stretch) -> int:
    """How many characters UTF-8 holds."""
    part = stretch.part
    try:
        return len(part) if part.isascii() else len(part.decode())
    except UnicodeDecodeError as error:
        if file.skip:
            raise binary(file.name) from None
        above = file.read(0, stretch.start + error.start)
        raise NotUtf8(sum(some.count(b"\n") for some in above) + 1) from None


def _strange(file: TextFile, stretch: Stretch) -> int:
    """How many characters are none of any text; zero is in no text at all."""
    part = stretch.part
    if b"\0" in part:
        raise binary(file.name)
    controls = np.count_nonzero(np.frombuffer(part, np.uint8) < ord(" "))
    if controls == stretch.after - stretch.line and part.isascii():
        return 0  # each ends a line
    return odd(part.decode())
