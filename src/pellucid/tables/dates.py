"""Dates and times of day, as text: in which format a column holds them, as a number.

A date becomes days since 1970-01-01, with its time of day as a fraction; a time of day
becomes hours since midnight.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

# In the order in which they are tried: the ISO form, then as Europe and America write.
DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y",
    "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%b %Y", "%B %Y",
    "%Y-%m", "%a %b %d %Y", "%A, %B %d, %Y", "%b-%d-%Y", "%d-%m-%y", "%m-%d-%y",
    "%d/%b/%Y", "%b-%Y", "%b-%y", "%b %y", "%Y-%b", "%YM%m", "%m/%Y", "%m/%y",
    "%YQ%q", "%Y-Q%q", "%Y Q%q", "Q%q %Y", "Q%q-%Y", "Q%q/%Y",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", "T%H:%M", "T%H:%M:%S",
         "T%H:%M:%S.%f", "T%H:%M:%SZ", "T%H:%M:%S.%fZ", "T%H:%M:%S%z", " %H:%M:%S%z",
         " %I:%M %p", " %I:%M:%S %p")  # fmt: skip
OF_DAY = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p")
FORMATS = (*(d + t for d in DATES for t in TIMES), *OF_DAY)

QUARTER = re.compile(r"Q([1-4])(?!\d)")  # %q: strptime knows none
COMPACT = {"%Y%m%d": (18000101, 21001231), "%y%m%d": (100101, 991231)}  # in numbers

START = datetime(1970, 1, 1)
DAY = timedelta(days=1)
FEW = 200  # cells that are read one by one
SHAPE = re.compile(r"(?=.*\d)[\w:./, +-]{4,40}")


def unit_of(form: str) -> str:
    """What the number of a date or time counts."""
    return "hours since midnight" if form in OF_DAY else "days since 1970-01-01"


def moment(text: str, form: str) -> float:
    """A date or time as a number, nan where the text has another format.

    >>> moment("1970-01-02 12:00", "%Y-%m-%d %H:%M"), moment("6:30", "%H:%M")
    (1.5, 6.5)
    """
    text = text.strip()
    if "%q" in form:
        text, form = _by_month(text), _by_month(form)
    try:
        read = datetime.strptime(text, form)
    except ValueError:
        return math.nan
    if form in OF_DAY:
        return (read - datetime(1900, 1, 1)) / timedelta(hours=1)
    if read.tzinfo is not None:
        read = (read - (read.utcoffset() or timedelta())).replace(tzinfo=None)
    return (read - START) / DAY


def _by_month(text: str) -> str:
    """A text or a format with the first month of a quarter in the quarter's place.

    >>> _by_month("1974Q3"), _by_month("%YQ%q")
    ('1974-07-', '%Y-%m-')
    """
    named = text.replace("Q%q", "-%m-")
    return QUARTER.sub(lambda found: f"-{3 * int(found[1]) - 2:02}-", named)


def moments(cells: Sequence[str], form: str) -> NDArray[np.float64]:
    """Each of many dates or times as a number; see `moment`."""
    if len(cells) <= FEW:
        return np.array([moment(cell, form) for cell in cells])
    import pandas as pd

    texts = pd.Series(cells, dtype=object).str.strip()
    if "%q" in form:
        texts, form = texts.map(_by_month), _by_month(form)
    read = pd.to_datetime(texts, format=form, errors="coerce", utc=True)
    start, unit = ("1900-01-01", "1h") if form in OF_DAY else (START, "1D")
    counts = (read - pd.Timestamp(start, tz="UTC")) / pd.Timedelta(unit)
    return np.asarray(counts, dtype=np.float64)


def format_of(cells: Sequence[str]) -> tuple[str, bool] | None:
    """The format that reads all cells, and whether another reads them otherwise.

    >>> format_of(["31/01/2024", "01/02/2024"]), format_of(["1/2/24", "3/4/24"])
    (('%d/%m/%Y', False), ('%d/%m/%y', True))
    """
    some = cells[:FEW]
    if not some or not all(SHAPE.fullmatch(cell.strip()) for cell in some):
        return None
    first = [form for form in FORMATS if not math.isnan(moment(some[0], form))]
    likely = [f for f in first if not np.isnan(moments(some, f)).any()]
    reading = [f for f in likely if not np.isnan(moments(cells, f)).any()]
    if not reading:
        return None
    return reading[0], len({tuple(moments(some, form)) for form in reading}) > 1


def compact_form(x: NDArray[np.float64], dated: bool = False) -> str:
    """The format in which numbers are all days, like 20240131; "" where they are not.

    Three different days at least; 240131 only where the column is called a date.

    >>> compact_form(np.array([19580329, 19580405, 19580412.0]))
    '%Y%m%d'
    >>> compact_form(np.array([19580329, 19580405, 19581312.0]))
    ''
    """
    for form, (least, most) in COMPACT.items():
        within = len(x) and ((x >= least) & (x <= most) & (x == np.floor(x))).all()
        if within and (dated or form == "%Y%m%d"):
            days = [str(int(day)) for day in np.unique(x)]
            if len(days) > 2 and not np.isnan(moments(days, form)).any():
                return form
    return ""
