"""Whether the first record of a table holds the names of its columns."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from pellucid.tables.cells import is_missing

NUMERAL = re.compile(
    r"[\s$€£¥(+−-]*[\d.,'\u00a0\u202f ]*\d[\d.,]*(e[+-]?\d+)?[\s%€$£¥)]*",
    re.IGNORECASE,
)
YEARS = range(1800, 2101)


def is_numeral(cell: str) -> bool:
    """Whether a cell is a number, in whatever way it is written, or missing."""
    return is_missing(cell) or bool(NUMERAL.fullmatch(cell.strip()))


def is_header(first: Sequence[str], below: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Whether the first record holds names, and what is in doubt about it."""
    filled = [cell.strip() for cell in first if not is_missing(cell)]
    texts = [cell for cell in filled if not NUMERAL.fullmatch(cell)]
    if not texts:
        return _is_years(filled, below)
    if len(texts) == len(filled):
        return True, ""
    second = below[0] if below else []
    above_number = any(
        not is_numeral(a) and NUMERAL.fullmatch(b.strip())
        for a, b in zip(first, second, strict=False)
    )
    if above_number:
        return True, ""
    numerals = [j for j, cell in enumerate(first) if NUMERAL.fullmatch(cell.strip())]
    above = [first[j].strip() for j in numerals]
    under = [second[j].strip() for j in numerals if j < len(second)]
    if _counts_on(above) or _are_years(above, under):
        return True, ""
    return False, "holds numbers beside text and is read as a row (--header: as names)"


def _counts_on(cells: list[str]) -> bool:
    """Whether numbers beside names count on: 1, 2, 3 or 1990, 2000, 2010."""
    if len(cells) < 3 or not all(map(str.isdecimal, cells)):
        return False
    steps = {int(b) - int(a) for a, b in itertools.pairwise(cells)}
    return len(steps) == 1 and 0 not in steps


def _are_years(cells: list[str], under: list[str]) -> bool:
    """Whether numbers are years in their order, above what is none."""
    if len(cells) < 2 or not all(map(_is_year, cells)) or all(map(_is_year, under)):
        return False
    gaps = [int(b) - int(a) for a, b in itertools.pairwise(cells)]
    return min(gaps) > 0 or max(gaps) < 0


def _is_year(cell: str) -> bool:
    return cell.isdecimal() and int(cell) in YEARS


def _is_years(cells: list[str], below: Sequence[Sequence[str]]) -> tuple[bool, str]:
    """Whether a record of numbers holds names: years, one step after another."""
    if len(cells) < 2 or not all(map(_is_year, cells)):
        return False, ""
    second = [cell.strip() for cell in below[0]] if below else []
    steps = {int(b) - int(a) for a, b in itertools.pairwise(cells)}
    if len(steps) == 1 and _are_years(cells, second):
        return True, "holds years and is read as names (--no-header: as a row)"
    return False, "holds numbers and is read as a row (--header: as names)"
