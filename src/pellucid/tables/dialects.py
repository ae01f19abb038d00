"""How a text file is cut into cells, and which of its lines are rows.

Decided by the most likely reading of its first lines, and told where it is in doubt.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from pellucid.errors import TableError
from pellucid.tables.blocks import Block, blocks_of, ended, last_records, records_of
from pellucid.tables.cells import is_missing
from pellucid.tables.lines import DELIMITERS, LINE_END, Feed, Lines
from pellucid.tables.wording import counted, shown

SAMPLE = 100  # records that decide
TOTALS = re.compile(
    r"(grand |sub)?(total|totals|sum|summe|gesamt|insgesamt|somme|average|mean)\b:?",
    re.IGNORECASE,
)
NUMERAL = re.compile(
    r"[\s$€£¥(+−-]*[\d.,'\u00a0\u202f ]*\d[\d.,]*(e[+-]?\d+)?[\s%€$£¥)]*",
    re.IGNORECASE,
)
YEARS = range(1800, 2101)


@dataclass(frozen=True)
class Layout:
    """Which records of a file are rows, and what its columns are called.

    Parameters
    ----------
    lines : Lines
        The file, with its delimiter.
    names : tuple of str
        Of the columns; "" where there is none.
    named : bool
        Whether the file holds names.
    top : int
        The line of the names, or of the first row.
    blocks : tuple of Block
        The rows, as stretches of the text.
    trailing : bool
        Whether each row ends with a delimiter, behind which there is nothing.
    row_names : bool
        Whether the names are one short, as R writes names of rows without a name.
    notes : tuple of str
        What was decided that may be wrong.
    """

    lines: Lines
    names: tuple[str, ...]
    named: bool
    top: int
    blocks: tuple[Block, ...] = ()
    trailing: bool = False
    row_names: bool = False
    notes: tuple[str, ...] = ()

    @property
    def d(self) -> int:
        """The number of columns."""
        return len(self.names)

    @property
    def width(self) -> int:
        """The number of cells of a row, with that behind a delimiter at its end."""
        return self.d + self.trailing

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Each row, with the number of its line."""
        for block in self.blocks:
            yield from records_of(self.lines, block)

    def line_of(self, i: int) -> int:
        """The number of the line on which row i begins."""
        for block in self.blocks:
            if i < block.n:
                break
            i -= block.n
        records = records_of(self.lines, block)
        return next(itertools.islice(records, i, None))[0]


def layout_of(name: str, text: str, header: bool | None) -> Layout:
    """Find out how a text is to be read.

    Raises
    ------
    TableError
        For an empty file.
    """
    lines, notes = declared(Lines(name, text))
    if lines.delimiter == ",":
        lines = replace(lines, delimiter=delimiter_of(lines))
    placed = list(itertools.islice(lines.placed(), SAMPLE + 2))
    sample = [(line, cells) for _, line, cells in placed[:SAMPLE]]
    d = usual_length([cells for _, cells in sample])
    opening = opening_records([cells for _, cells in sample], d)
    if opening == len(sample) or all(_is_comment(cells) for _, cells in sample):
        raise TableError(
            f"{name}: expected a line of column names or of numbers, found an empty "
            "file; check that it was written."
        )
    above = [record for record in sample[:opening] if "".join(record[1]).strip()]
    told = [record for record in above if not _is_comment(record[1])]
    notes += [f"line {line} is a title: {shown(cells[0])}" for line, cells in told]
    top, first = sample[opening]
    below = [cells for _, cells in sample[opening + 1 :]]
    named, doubt = (header, "") if header is not None else is_header(first, below)
    notes += [f"line {top} {doubt}"] if doubt else []
    layout = Layout(lines, tuple(first), named, top)
    layout = _with_names(layout, below) if named else layout
    units = unit_record(layout, below)
    if units:
        notes.append(f"line {sample[opening + 1][0]} holds units and is left out")
    place, line, _ = [*placed, (len(text), 0, [])][opening + named + units]
    blocks = blocks_of(replace(lines, start=place, line=line), layout.width)
    layout = replace(layout, blocks=blocks)
    closing = closing_records(layout)
    notes += [note for _, note in closing]
    if closing:
        layout = replace(layout, blocks=ended(lines, blocks, closing[0][0]))
    layout = replace(layout, notes=tuple(notes))
    return layout if layout.named else _without_names(layout)


def declared(lines: Lines) -> tuple[Lines, list[str]]:
    """Follow a line `sep=;` at the top, as Excel does."""
    found = re.match(r"\s*\"?sep=(.)\"?[^\S\r\n]*(\r\n|\r|\n)", lines.text)
    if not found or found[1] not in DELIMITERS:
        return lines, []
    line = 1 + len(LINE_END.findall(found[0]))
    cut = replace(lines, delimiter=found[1], start=found.end(), line=line)
    return cut, [f"cut by {DELIMITERS[found[1]]}s, as line 1 says"]


def delimiter_of(lines: Lines) -> str:
    """Choose the delimiter by which most lines have the same number of cells."""

    def agreement(candidate: str) -> int:
        lengths: Counter[int] = Counter()
        with suppress(TableError):  # quotation marks that are wrong for this one
            records = replace(lines, delimiter=candidate).records()
            lengths.update(len(cells) for _, cells in itertools.islice(records, SAMPLE))
        n = lengths.total()
        del lengths[1]
        most = max(lengths.values(), default=0)
        return most if candidate != " " or 2 * most > n else 0

    *marks, blank = DELIMITERS
    best = max(marks, key=agreement)
    feed = Feed(lines.text, lines.start, bare=True)
    filled = sum(bool(line.strip()) for line in itertools.islice(feed, SAMPLE))
    if 2 * agreement(best) < filled:
        best = max((best, blank), key=agreement)
    return best if agreement(best) else ","


def usual_length(records: Sequence[Sequence[str]]) -> int:
    """The number of cells that most records have; of two as frequent, the larger."""
    lengths = Counter(map(len, records))
    return max(lengths, key=lambda d: (lengths[d], d), default=0)


# -- lines above and below the rows ---------------------------------------------------


def opening_records(records: Sequence[Sequence[str]], d: int) -> int:
    """How many records stand above the table: comments and titles."""
    for i, cells in enumerate(records):
        filled = sum(bool(cell.strip()) for cell in cells)
        comment = _is_comment(cells) and len(cells) != d
        title = d > 1 and filled == 1 and (len(cells) == 1 or (i == 0 and d > 2))
        title = title and not re.fullmatch(NUMERAL, "".join(cells).strip())
        rest = [len(r) for r in records[i + 1 :]]
        if filled and not comment and not (title and d in rest):
            return i
    return len(records)


def _is_comment(cells: Sequence[str]) -> bool:
    return cells[0].lstrip().startswith("#")


def closing_records(layout: Layout) -> list[tuple[int, str]]:
    """What stands below the table, each told: totals, and lines of a single cell.

    Each comes with its place in the text.
    """
    tail = last_records(layout.lines, layout.blocks, 5)
    found: list[tuple[int, str]] = []
    while len(tail) > 2 and layout.d > 1:
        place, line, cells = tail.pop()
        text = next((cell.strip() for cell in cells if cell.strip()), "")
        alone = len(cells) == 1 and not NUMERAL.fullmatch(text) and not is_missing(text)
        if not (alone or (len(cells) >= layout.d - 1 and TOTALS.fullmatch(text))):
            break
        what = "is no row" if alone else "is a total"
        note = f"line {line} {what} and is left out: {shown(text)}"
        found.insert(0, (place, note))
    return found


def unit_record(layout: Layout, below: Sequence[Sequence[str]]) -> bool:
    """Whether the line below the names holds units: text where numbers follow."""
    if not layout.named or len(below) < 3:
        return False
    units, *rest = below
    filled = [j for j, cell in enumerate(units) if cell.strip()]
    if not filled or any(NUMERAL.fullmatch(units[j].strip()) for j in filled):
        return False
    columns = {j: [cells[j] for cells in rest if j < len(cells)] for j in filled}
    if any(units[j] in column or is_missing(units[j]) for j, column in columns.items()):
        return False
    numeric = [j for j, column in columns.items() if all(map(_is_numeral, column))]
    return bool(numeric) and 2 * len(numeric) >= len(filled)


def _is_numeral(cell: str) -> bool:
    return is_missing(cell) or bool(NUMERAL.fullmatch(cell.strip()))


# -- names ----------------------------------------------------------------------------


def is_header(first: list[str], below: list[list[str]]) -> tuple[bool, str]:
    """Whether the first record holds names, and what is in doubt about it."""
    filled = [cell.strip() for cell in first if not is_missing(cell)]
    texts = [cell for cell in filled if not NUMERAL.fullmatch(cell)]
    if not texts:
        return _is_years(filled, below)
    if len(texts) == len(filled):
        return True, ""
    second = below[0] if below else []
    above_number = any(
        not _is_numeral(a) and NUMERAL.fullmatch(b.strip())
        for a, b in zip(first, second, strict=False)
    )
    if above_number:
        return True, ""
    return False, "holds numbers beside text and is read as a row (--header: as names)"


def _is_years(cells: list[str], below: list[list[str]]) -> tuple[bool, str]:
    """Whether numbers are names: years, one after another, above what is none."""
    years = [int(cell) for cell in cells if cell.isdecimal()]
    if len(years) < max(len(cells), 2) or not set(years) <= set(YEARS):
        return False, ""
    steps = {b - a for a, b in itertools.pairwise(years)}
    second = [cell.strip() for cell in below[0]] if below else []
    alike = all(cell.isdecimal() and int(cell) in YEARS for cell in second)
    if len(steps) != 1 or 0 in steps or alike:
        return False, "holds numbers and is read as a row (--header: as names)"
    return True, "holds years and is read as names (--no-header: as a row)"


def _with_names(layout: Layout, below: Sequence[Sequence[str]]) -> Layout:
    """The names of the columns, where rows may be one cell longer or end in a mark."""
    names = [cell.strip().removeprefix("#").strip() if j == 0 else cell.strip()
             for j, cell in enumerate(layout.names)]  # fmt: skip
    d = len(names)
    ends = [cells[-1].strip() for cells in below if len(cells) == d + 1]
    if below and len(ends) == len(below):
        if not any(ends):
            return replace(layout, names=tuple(names), trailing=True)
        return replace(layout, names=("", *names), row_names=True)
    last = [cells[-1].strip() for cells in below if len(cells) == d]
    if d > 1 and not names[-1] and not any(last):
        return replace(layout, names=tuple(names[:-1]), trailing=True)
    return replace(layout, names=tuple(names))


def _without_names(layout: Layout) -> Layout:
    """A place for each column, without names."""
    rows = [cells for _, cells in itertools.islice(layout.rows(), SAMPLE)]
    d = len(layout.names)
    trailing = d > 1 and all(
        len(cells) == d and not cells[-1].strip() for cells in rows
    )
    return replace(layout, names=("",) * (d - trailing), trailing=trailing)


def ragged(layout: Layout) -> TableError:
    """Say which line has too few or too many cells."""
    lengths = [(line, len(cells)) for line, cells in layout.rows()]
    d = layout.d + layout.trailing
    wrong = [(line, n) for line, n in lengths if n not in (d, layout.d)]
    line, n = wrong[0]
    header = d - layout.row_names
    return TableError(
        f"{layout.lines.name}, line {line}: expected {counted(header, 'cell')} as in "
        f"line {layout.top}, found {n} ({counted(len(wrong), 'such line')} in "
        f"{counted(len(lengths), 'row')}); look for a "
        f"{DELIMITERS[layout.lines.delimiter]} too many or too few."
    )
