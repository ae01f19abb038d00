"""What one cell of a table says: nothing, a number, a truth value, or text.

A number may be written with marks: a decimal comma, marks between thousands, a
currency sign, a percent sign, a minus sign of typesetters, an accountant's brackets.
Which of them a column uses is found from the whole column, since "1,234" alone may be
either a thousand or one and a bit.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.units import FOOTNOTES, units_of, without_unit

# Spellings of nothing, as text in any case, and of objects in data frames.
MISSING = {
    "", "na", "n/a", "#n/a", "nan", "null", "<na>", "nat", "-", "?", ".",
    "n.a.", "k.a.", "#n/a n/a", "-nan", "(null)", "\\n", "--", "---", "–", "—",
    "..", "...", "…", ":", "*", "**",  # in tables of statistical offices
}  # fmt: skip
MISSING_OBJECTS = {"nan", "nat", "none", "<na>"}
# Excel writes these where a formula has failed.
FAILED = {"#div/0!", "#name?", "#null!", "#num!", "#ref!", "#value!"}

TRUTHS = {
    "true": "false", "t": "f", "yes": "no", "y": "n", "on": "off", "ja": "nein",
    "oui": "non", "vrai": "faux", "wahr": "falsch", "sí": "no", "si": "no",
}  # fmt: skip

CURRENCY = "$€£¥₹₩₽₺₫₪฿"
MINUS = str.maketrans("−–﹣－", "----")
BLANKS = "\u00a0\u202f\u2009"  # of typesetters: they keep a number on one line
CODES = re.compile(  # in place of such a sign
    r"(USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|RUB|"
    r"TRY|KRW|SGD|HKD|Rs\.?|R\$|US\$|A\$|C\$|kr)(?=[\s\d.,-])"
)
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)


def is_missing(cell: object) -> bool:
    """Whether a cell holds nothing, in one of the spellings of nothing.

    The word None is one of them as Python writes it; "none" is a word.

    >>> is_missing(" "), is_missing("NA"), is_missing(None), is_missing("none")
    (True, True, True, False)
    """
    if not isinstance(cell, str):
        return str(cell).strip().casefold() in MISSING_OBJECTS
    text = cell.strip()
    return text == "None" or text.casefold() in MISSING or is_failed(text)


def is_failed(cell: object) -> bool:
    """Whether a cell holds what Excel writes for a formula that has failed."""
    return isinstance(cell, str) and cell.strip().casefold() in FAILED


# -- numbers --------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """How the numbers of a column are written.

    Parameters
    ----------
    decimal, thousands : str
        The mark before the decimals, and that between thousands ("" for none).
    unit : str
        What stands behind each number ("" for nothing).

    Examples
    --------
    >>> Marks(",", ".").number("1.234,5 €"), Marks().number("12 %")
    (1234.5, 12.0)
    >>> Marks(unit="mm").number("12 mm"), Marks(unit="mm").number("12 cm")
    (12.0, nan)
    """

    decimal: str = "."
    thousands: str = ""
    unit: str = ""

    def number(self, cell: str) -> float:
        """Read a cell as a finite number, nan where it is none, as 1e999."""
        if self.decimal == "." and not self.unit and PLAIN.fullmatch(cell):
            return _finite(cell)  # most are, and need no more
        text = _bared(without_unit(cell, self.unit) if self.unit else cell)
        if self.thousands:
            grouped = _grouped(self.decimal, self.thousands).fullmatch(text)
            text = text.replace(self.thousands, "") if grouped else text
        if self.decimal != ".":
            text = "" if "." in text else text.replace(self.decimal, ".")
        return _finite(text) if PLAIN.fullmatch(text) else math.nan


def _finite(text: str) -> float:
    """A number that a float holds, nan where it does not."""
    value = float(text)
    return math.nan if math.isinf(value) else value


@functools.lru_cache(maxsize=65536)
def _bared(cell: str) -> str:
    """A number without its signs of currency and percent, its minus an ordinary one."""
    text = FOOTNOTES.sub("", cell.strip().translate(MINUS))
    text = CODES.sub("", text, count=1).strip(CURRENCY).strip()
    if text[:1] == "(" and text[-1:] == ")":  # an accountant's minus
        text = "-" + text[1:-1].strip()
    sign = text[:1] if text[:1] in "+-" else ""
    body = text[len(sign) :].strip().strip(CURRENCY).strip()
    if body[:1] in "+-" and not sign:  # $-5
        sign, body = body[:1], body[1:]
    body = body.removesuffix("%").strip()
    for blank in BLANKS:
        body = body.replace(blank, " ")
    return sign + body


@functools.cache
def _grouped(decimal: str, thousands: str) -> re.Pattern[str]:
    """Whole thousands in groups of three, then decimals."""
    t, d = re.escape(thousands), re.escape(decimal)
    return re.compile(rf"[+-]?\d{{1,3}}(?:{t}\d{{3}})+(?:{d}\d*)?")


# In the order in which they are tried; the first that reads most cells is taken.
STYLES = (
    Marks(), Marks(".", ","), Marks(",", "."), Marks(".", " "), Marks(",", " "),
    Marks(".", "'"), Marks(".", "’"), Marks(","),
)  # fmt: skip
SAMPLE = 2000  # different cells that decide on the style


def number(cell: Any) -> float:
    """Read a cell as a plain number, nan where it is none.

    >>> number(" 1e3 "), number("n/a"), number(None)
    (1000.0, nan, nan)
    """
    try:
        return math.nan if isinstance(cell, str) and "_" in cell else float(cell)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def numbers(cells: Sequence[Any]) -> NDArray[np.float64]:
    """Read a column of cells as plain numbers, nan where one is none.

    >>> numbers(["1.5", "n/a"])
    array([1.5, nan])
    """
    return np.fromiter(map(number, cells), np.float64, len(cells))


def marks_of(cells: Iterable[str], decimal: str = ".") -> tuple[Marks, float]:
    """The style that reads most of the cells, and the share that it reads.

    Of two that read as many, the one with the decimal mark of the file is taken.

    >>> marks_of(["1.234,5", "12,0"])
    (Marks(decimal=',', thousands='.', unit=''), 1.0)
    """
    cells = list(cells)
    if not cells:
        return Marks(decimal), 0.0
    some = cells[:: 1 + len(cells) // SAMPLE]
    unit = units_of(some)[:1]
    styles = [replace(marks, unit=unit[0]) for marks in STYLES] if unit else STYLES

    def read(marks: Marks) -> tuple[float, bool]:
        return share_read(some, marks), marks.decimal == decimal

    best = max(styles, key=read)
    share = share_read(some, best)
    return best, share if share < 0.5 else share_read(cells, best)


def share_read(cells: Sequence[str], marks: Marks) -> float:
    """The share of the cells that are numbers written with these marks."""
    return sum(not math.isnan(marks.number(cell)) for cell in cells) / len(cells)


# -- truth values ---------------------------------------------------------------------


def truth_of(text: str) -> float:
    """Return 1 or 0 for any spelling of a truth value, nan for other text.

    >>> truth_of("Yes"), truth_of("false"), truth_of("0"), truth_of("maybe")
    (1.0, 0.0, 0.0, nan)
    """
    word = text.strip().casefold()
    if word in TRUTHS or word == "1":
        return 1.0
    return 0.0 if word in TRUTHS.values() or word == "0" else math.nan


def truths(levels: Iterable[str]) -> dict[str, float] | None:
    """From each of two spellings of a truth value to 0 or 1; None for other text.

    >>> truths(["Yes", "No"]), truths(["yes", "maybe"])
    ({'Yes': 1.0, 'No': 0.0}, None)
    """
    spelled = {level.strip().casefold(): level for level in levels}
    if len(spelled) != 2:
        return None
    for true, false in TRUTHS.items():
        if spelled.keys() == {true, false}:
            return {spelled[true]: 1.0, spelled[false]: 0.0}
    return None
