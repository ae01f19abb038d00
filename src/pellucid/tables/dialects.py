"""How a text file is cut into cells, and which of its lines are rows.

Decided by the most likely reading of its first lines, and told where it is in doubt.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from pellucid.errors import TableError
from pellucid.tables.blocks import Block, blocks_of, ended, last_records, records_of
from pellucid.tables.cells import is_missing
from pellucid.tables.headers import NUMERAL, is_header, is_numeral
from pellucid.tables.lines import DELIMITERS, LINE_END, Feed, Lines
from pellucid.tables.wording import counted, shown

SAMPLE = 100  # records that decide
LAST = 12  # records that may stand below a table
REMARK = re.compile(
    r"notes?\b|sources?\b|quellen?\b|anmerkung|hinweis|footnotes?\b|remarks?\b|data\b|"
    r"last updated|©|copyright|[*†‡(]|\[?\w[\])] |.{40}",
    re.IGNORECASE,
)
TOTALS = re.compile(
    r"(grand |sub)?(total|totals|sum|summe|gesamt|insgesamt|somme|average|mean)\b:?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dialect:
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


def dialect_of(name: str, text: str, header: bool | None) -> Dialect:
    """Find out how a text is to be read.

    Raises
    ------
    TableError
        For an empty file.
    """
    dialect, rows = opened(name, text, header)
    dialect = replace(dialect, blocks=blocks_of(rows, dialect.width))
    return settled(without_closing(dialect))


def opened(name: str, text: str, header: bool | None) -> tuple[Dialect, Lines]:
    """What the beginning of a text says of it, and the text from its first row on."""
    lines, notes = declared(Lines(name, text))
    if lines.delimiter == ",":
        lines = replace(lines, delimiter=delimiter_of(lines))
    lines = replace(lines, quote=quote_of(lines))
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
    notes += [f"line {line} {_above(cells, d)}" for line, cells in told]
    top, first = sample[opening]
    below = [cells for _, cells in sample[opening + 1 :]]
    named, doubt = (header, "") if header is not None else is_header(first, below)
    notes += [f"line {top} {doubt}"] if doubt else []
    dialect = Dialect(lines, tuple(first), named, top)
    dialect = _with_names(dialect, below) if named else dialect
    units = unit_record(dialect, below)
    if units:
        notes.append(f"line {sample[opening + 1][0]} holds units and is left out")
    place, line, _ = [*placed, (len(text), 0, [])][opening + named + units]
    return replace(dialect, notes=tuple(notes)), replace(lines, start=place, line=line)


def without_closing(dialect: Dialect) -> Dialect:
    """A dialect whose rows end above what stands below the table."""
    closing = closing_records(dialect)
    if not closing:
        return dialect
    notes = [f"line {line} {why}" for _, line, why in closing if why]
    blocks = ended(dialect.lines, dialect.blocks, closing[0][0])
    return replace(dialect, blocks=blocks, notes=(*dialect.notes, *notes))


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
    if best == "\t" and _is_aligned(lines):
        best = max((blank, best), key=agreement)
    return best if agreement(best) else ","


def _is_aligned(lines: Lines) -> bool:
    """Whether tabs stand in lines whose cells stand one below another by blanks."""
    some = itertools.islice(Feed(lines.text, lines.start, bare=False), SAMPLE)
    filled = [line.strip() for line in some if line.strip()]
    return all(re.search(r"\S {2,}\S", line) for line in filled)


def quote_of(lines: Lines) -> str:
    """The mark around cells: a single one where every cell that opens so closes so."""
    feed = Feed(lines.text, lines.start, bare=False)
    some = "".join(itertools.islice(feed, SAMPLE))
    if '"' in some or "'" not in some:
        return '"'
    mark = r"\s" if lines.delimiter == " " else re.escape(lines.delimiter)
    opens = re.findall(rf"(?:^|{mark})\s*'", some, re.MULTILINE)
    whole = re.findall(
        rf"(?:^|{mark})\s*'[^'\r\n]*'\s*?(?=$|{mark})", some, re.MULTILINE
    )
    return "'" if whole and len(opens) == len(whole) else '"'


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
        title = title or (i == 0 and _counts_table(cells, d))
        title = title or (filled < 3 and _stands_above(len(cells), records[i + 1 :], d))
        if filled and not comment and not (title and d in rest):
            return i
    return len(records)


def _stands_above(k: int, below: Sequence[Sequence[str]], d: int) -> bool:
    """Whether a record of k cells is a remark above names and rows of d cells."""
    table = [cells for cells in below if len(cells) == d]
    return k < d - 1 and len(table) > 1 and is_header(table[0], table[1:])[0]


def _counts_table(cells: Sequence[str], d: int) -> bool:
    """Whether a record counts the rows and features that follow, and names classes."""
    numerals, names = cells[:2], cells[2:]
    counts = len(names) > 1 and all(cell.strip().isdecimal() for cell in numerals)
    return counts and int(cells[1]) == d - 1 and not any(map(is_numeral, names))


def _above(cells: Sequence[str], d: int) -> str:
    """What is told of a record above the table."""
    if _counts_table(cells, d):
        return f"counts {cells[0]} rows of {cells[1]} features and is left out"
    return f"is a title: {shown(cells[0])}"


def _is_comment(cells: Sequence[str]) -> bool:
    return cells[0].lstrip().startswith("#")


def closing_records(dialect: Dialect) -> list[tuple[int, int, str]]:
    """What stands below the table, and why: totals, remarks, blanks.

    Each comes with its place in the text and its line.
    """
    tail = last_records(dialect.lines, dialect.blocks, LAST)
    found: list[tuple[int, int, str]] = []
    while len(tail) > 2 and dialect.d > 1:
        place, line, cells = tail.pop()
        filled = [cell.strip() for cell in cells if cell.strip()]
        text = filled[0] if filled else ""
        if not filled:
            why = ""
        elif _is_remark(cells, filled, dialect.d):
            why = f"is no row and is left out: {shown(text)}"
        elif len(cells) >= dialect.d - 1 and TOTALS.fullmatch(text):
            why = f"is a total and is left out: {shown(text)}"
        else:
            break
        found.insert(0, (place, line, why))
    return found if any(why for *_, why in found) else []


def _is_remark(cells: Sequence[str], filled: Sequence[str], d: int) -> bool:
    """Whether a record holds text in its first cell alone, as below a table."""
    text = filled[0]
    if len(filled) > 1 or NUMERAL.fullmatch(text) or is_missing(text):
        return False
    padded = d > 2 and bool(cells[0].strip()) and bool(REMARK.match(text))
    return len(cells) == 1 or padded


def unit_record(dialect: Dialect, below: Sequence[Sequence[str]]) -> bool:
    """Whether the line below the names holds units: text where numbers follow."""
    if not dialect.named or len(below) < 3:
        return False
    units, *rest = below
    filled = [j for j, cell in enumerate(units) if cell.strip()]
    if not filled or any(NUMERAL.fullmatch(units[j].strip()) for j in filled):
        return False
    columns = {j: [cells[j] for cells in rest if j < len(cells)] for j in filled}
    if any(units[j] in column or is_missing(units[j]) for j, column in columns.items()):
        return False
    numeric = [j for j, column in columns.items() if all(map(is_numeral, column))]
    return bool(numeric) and 2 * len(numeric) >= len(filled)


# -- names ----------------------------------------------------------------------------


def _with_names(dialect: Dialect, below: Sequence[Sequence[str]]) -> Dialect:
    """The names of the columns, where rows may be one cell longer or end in a mark."""
    names = [cell.strip().removeprefix("#").strip() if j == 0 else cell.strip()
             for j, cell in enumerate(dialect.names)]  # fmt: skip
    d = len(names)
    ends = [cells[-1].strip() for cells in below if len(cells) == d + 1]
    if below and len(ends) == len(below):
        if not any(ends):
            return replace(dialect, names=tuple(names), trailing=True)
        return replace(dialect, names=("", *names), row_names=True)
    last = [cells[-1].strip() for cells in below if len(cells) == d]
    if d > 1 and not names[-1] and not any(last):
        return replace(dialect, names=tuple(names[:-1]), trailing=True)
    return replace(dialect, names=tuple(names))


def settled(dialect: Dialect) -> Dialect:
    """A dialect that knows its rows: a place for each column where none has a name."""
    if dialect.named:
        return dialect
    rows = [cells for _, cells in itertools.islice(dialect.rows(), SAMPLE)]
    d = len(dialect.names)
    trailing = d > 1 and all(
        len(cells) == d and not cells[-1].strip() for cells in rows
    )
    return replace(dialect, names=("",) * (d - trailing), trailing=trailing)


def ragged(
    dialect: Dialect, lengths: Iterable[tuple[int, int]] | None = None
) -> TableError:
    """Say which line has too few or too many cells, of all lines and their lengths."""
    if lengths is None:
        lengths = ((line, len(cells)) for line, cells in dialect.rows())
    lengths = [*lengths]
    d = dialect.d + dialect.trailing
    wrong = [(line, n) for line, n in lengths if n not in (d, dialect.d)]
    line, n = wrong[0]
    header = d - dialect.row_names
    return TableError(
        f"{dialect.lines.name}, line {line}: expected {counted(header, 'cell')} as in "
        f"line {dialect.top}, found {n} ({counted(len(wrong), 'such line')} in "
        f"{counted(len(lengths), 'row')}); look for a "
        f"{DELIMITERS[dialect.lines.delimiter]} too many or too few."
    )
