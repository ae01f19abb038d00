"""Numbers, tables and curves as plain text."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, TypeGuard, cast

import numpy as np

from pellucid.errors import TableError
from pellucid.reading.names import one_line, width

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    Rows = Iterable[Sequence[Any]] | pd.DataFrame

BLOCKS = "▁▂▃▄▅▆▇█"


class Written(float):
    """A number that is written in a way of its own, such as a p-value.

    Examples
    --------
    >>> number(Written(0.0346123, "0.035")), Written(0.5, "0.50") + 1
    ('0.035', 1.5)
    """

    text: str

    def __new__(cls, value: float, text: str) -> Written:
        """Keep the text beside the number."""
        self = super().__new__(cls, value)
        self.text = text
        return self


def number(value: object, digits: int = 6) -> str:
    """Write a value as a person would: six digits, whole numbers whole.

    Parameters
    ----------
    value
        A number; anything else is written by `str`, on one line, and `None` as nothing.
    digits
        How many significant digits a number that is not whole keeps.

    Examples
    --------
    >>> number(1.9726121674845993), number(348), number(0.00000123456789)
    ('1.97261', '348', '1.23457e-06')
    >>> number(2062000.4), number(float("nan")), number("age"), number(None)
    ('2062000', 'nan', 'age', '')
    """
    if value is None:
        return ""
    if isinstance(value, Written):
        return value.text
    if not is_number(value):
        return one_line(str(value))
    if isinstance(value, Integral):
        return str(int(value))
    value = float(value)  # type: ignore[arg-type]
    large = 10**digits <= abs(value) < 1e15
    return f"{value:.0f}" if large else f"{value:.{digits}g}"


def numbers(column: Sequence[object], digits: int = 6) -> list[str]:
    """Write a column as a person would: all its numbers to the same decimals.

    The largest has `digits` significant digits and the smallest at least four; values
    too unlike for that are written one by one.

    Parameters
    ----------
    column
        Numbers; anything else is written as by `number`.
    digits
        How many significant digits.

    Examples
    --------
    >>> numbers([-10.0098663, 751.2736996, 67.625])
    ['-10.010', '751.274', '67.625']
    >>> numbers([0.5, 0.25, None, "none"]), numbers([0.867, 4.3e-14])
    (['0.50', '0.25', '', 'none'], ['0.867', '4.3e-14'])
    """
    texts = [number(value, digits) for value in column]
    fractions = [float(v) for v in column if _is_fraction(v) and math.isfinite(v)]
    decimals = _decimals(fractions, digits)
    if decimals is None:
        return texts
    return [
        f"{value:.{decimals}f}" if _is_fraction(value) else text
        for value, text in zip(column, texts, strict=True)
    ]


def _is_fraction(value: object) -> TypeGuard[float]:
    """Whether a value is a number of a kind that has decimals."""
    return is_number(value) and not isinstance(value, Integral | Written)


def _decimals(values: Sequence[float], digits: int) -> int | None:
    """Count the decimals that suit all values; None where no count does."""
    sizes = [abs(value) for value in values if value]
    if not sizes or max(sizes) >= 1e15:
        return None
    most, least = (math.floor(math.log10(size)) for size in (max(sizes), min(sizes)))
    decimals = max(digits - 1 - most, 3 - least, 0)
    if decimals > digits + 2:
        return None
    texts = [f"{value:.{decimals}f}" for value in values]
    common_zeros = min(len(text) - len(text.rstrip("0")) for text in texts)
    return decimals - min(common_zeros, decimals)


def is_number(value: object) -> bool:
    """Whether a value is a real number; a truth value is not.

    Examples
    --------
    >>> is_number(0.5), is_number(np.int64(3)), is_number(True), is_number("3")
    (True, True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def spans_decades(values: ArrayLike) -> bool:
    """Whether positive values differ so much that only a log scale shows them all.

    The rule is max >= 100 min > 0, over the finite values.

    Examples
    --------
    >>> spans_decades([14.0, 2.0, 0.1]), spans_decades([14.0, 2.0, 0.0])
    (True, False)
    """
    values = np.asarray(values, dtype=float)
    finite = values[np.isfinite(values)]
    if not finite.size or finite.min() <= 0:
        return False
    return bool(finite.max() / 100 >= finite.min())


def sparkline(values: ArrayLike, width: int = 60) -> str:
    """Draw a curve, such as the cost at each iteration, as one line of blocks.

    Values that span two decades or more are drawn on a log scale; a constant is a
    line at half height, nan a gap, infinity as high as the highest finite value.

    Parameters
    ----------
    values
        (n,) numbers.
    width
        The most characters to use: a longer series is averaged over equal parts.

    Examples
    --------
    >>> sparkline([8, 7, 6, 5, 4, 3, 2, 1])
    '█▇▆▅▄▃▂▁'
    >>> sparkline([1000, 100, float("nan"), 10, 1])
    '█▆ ▃▁'
    >>> sparkline(np.linspace(1, 0, 348), width=8)
    '█▇▆▅▄▃▂▁'
    >>> sparkline([5, 5, 5]), sparkline([])
    ('▄▄▄', '')
    """
    heights = _heights(np.asarray(values, dtype=float).ravel())
    return "".join(_block(height) for height in _averaged(heights, width))


def _heights(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale values to [0, 1], by their logarithm where they span decades."""
    finite = values[np.isfinite(values)]
    if not finite.size:
        return np.full_like(values, np.nan)
    low, high = finite.min(), finite.max()
    if low == high:
        return np.where(np.isnan(values), np.nan, 0.49)
    values = np.clip(values, low, high)
    if spans_decades(finite):
        values, low, high = np.log(values), np.log(low), np.log(high)
    return np.asarray((values - low) / (high - low))


def _averaged(heights: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Average a long series over `width` equal parts; nan only where a part is."""
    if heights.size <= width:
        return heights
    parts = [part[~np.isnan(part)] for part in np.array_split(heights, width)]
    return np.array([part.mean() if part.size else np.nan for part in parts])


def _block(height: float) -> str:
    """Choose the character for a height in [0, 1]."""
    return " " if math.isnan(height) else BLOCKS[min(int(height * 8), 7)]


def table(rows: Rows, headers: Sequence[str] = ()) -> str:
    """Lay out rows as an aligned table, numbers by their decimal points.

    Parameters
    ----------
    rows
        Rows of cells (numbers, text, `None` for an empty cell), or a pandas
        data frame, which brings its own headers.
    headers
        One header a column; none for a table without a head.

    Raises
    ------
    TableError
        When a row has another number of cells than the first.

    Examples
    --------
    >>> print(
    ...     table(
    ...         [("intercept", 2.86442, 12), ("x", 1.97261, 7)],
    ...         headers=("", "estimate", "steps"),
    ...     )
    ... )
               estimate  steps
    ─────────  ────────  ─────
    intercept   2.86442     12
    x           1.97261      7
    """
    headers, body = cells(rows, headers)
    columns = [list(column) for column in zip(*body, strict=True)]
    columns = columns or [[] for _ in headers]
    heads = headers or [""] * len(columns)
    laid_out = [_column(*both) for both in zip(heads, columns, strict=True)]
    lines = ["  ".join(line).rstrip() for line in zip(*laid_out, strict=True)]
    return "\n".join(lines if headers else lines[2:])


def cells(rows: Rows, headers: Sequence[str] = ()) -> tuple[list[str], list[list[Any]]]:
    """Give the headers and the rows of cells of a table, whatever it came as.

    The index of a data frame becomes the first column, unless it merely counts.

    Raises
    ------
    TableError
        When a row has another number of cells than the first.

    Examples
    --------
    >>> cells([("x", 1.5)], headers=("name", "value"))
    (['name', 'value'], [['x', 1.5]])
    >>> import pandas as pd
    >>> cells(pd.DataFrame({"estimate": [1.5]}, index=["x"]))
    (['', 'estimate'], [['x', 1.5]])
    """
    pandas = sys.modules.get("pandas")  # a frame exists only where pandas is loaded
    if pandas is not None and isinstance(rows, pandas.DataFrame):
        counted = isinstance(rows.index, pandas.RangeIndex)
        return _frame_cells(rows, index=not counted)
    body = [list(row) for row in cast("Iterable[Sequence[Any]]", rows)]
    expected = len(headers) or (len(body[0]) if body else 0)
    for at, row in enumerate(body, start=1):
        if len(row) != expected:
            message = f"Expected {expected} cells in each row, got {len(row)} in row "
            raise TableError(f"{message}{at}: give every row one cell a column.")
    return [one_line(str(header)) for header in headers], body


def _frame_cells(
    frame: pd.DataFrame, *, index: bool
) -> tuple[list[str], list[list[Any]]]:
    """Take a data frame apart, with or without its index."""
    first = [one_line(str(frame.index.name or ""))] if index else []
    body = [list(row) for row in frame.itertuples(index=index, name=None)]
    return [*first, *(one_line(str(name)) for name in frame.columns)], body


def is_numeric(column: Iterable[object]) -> bool:
    """Whether a column holds numbers only, empty cells aside.

    Examples
    --------
    >>> is_numeric([1, 2.5, None]), is_numeric([1, "two"]), is_numeric([])
    (True, False, False)
    """
    filled = [value for value in column if value is not None]
    return bool(filled) and all(is_number(value) for value in filled)


def _column(head: str, column: Sequence[object]) -> list[str]:
    """Lay out one column: head, rule and cells, all equally wide."""
    texts = numbers(column)
    numeric = is_numeric(column)
    if numeric:
        after = max(len(_fraction(text)) for text in texts)
        texts = [text + " " * (after - len(_fraction(text))) for text in texts]
    widest = max(width(text) for text in [head, *texts])
    room = [" " * (widest - width(text)) for text in [head, *texts]]
    laid_out = [blanks + text if numeric else text + blanks
                for text, blanks in zip([head, *texts], room, strict=True)]  # fmt: skip
    return [laid_out[0], "─" * widest, *laid_out[1:]]


def _fraction(text: str) -> str:
    """Give what stands right of the whole part of a number, the point included."""
    whole = len(text.partition("e")[0].partition(".")[0])
    return text[whole:]
