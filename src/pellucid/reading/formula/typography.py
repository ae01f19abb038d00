"""Formulas and numbers as plain text in the signs of mathematics: √(a² + b²)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

LONGEST = 44  # characters of a formula
FULL = 12  # elements of an array that is shown in full

SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
POWER_OF_TEN = re.compile(r"\b(\d+\.?\d*)e([+-]\d+)")
# From NumPy's spelling to what stands in a box.
TYPOGRAPHY: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"\bnp\.(linalg\.)?", ""),
    (r", keepdims=True", ""),
    (r"\*\*(\d+)(?![\d.])", lambda match: match[1].translate(SUPERSCRIPTS)),
    (r" \* ", " · "),
    (r"<=", "≤"),
    (r">=", "≥"),
    (r"!=", "≠"),
    (r"==", "="),
    (r"->", "→"),
    (r"-", "−"),
    (r"\bsqrt\((\w+)\)", r"√\1"),
    (r"\bsqrt\(", "√("),
    (r"\bsum\((\w+)\)", r"Σ \1"),
    (r"\.T\b", "ᵀ"),
)


def typeset(numpy: str, longest: int = LONGEST) -> str:
    """A NumPy expression with the signs of mathematics.

    >>> typeset("np.sqrt(a**2 + b**2) * -np.sum(loss)")
    '√(a² + b²) · −Σ loss'
    """
    numpy = POWER_OF_TEN.sub(_as_power, numpy)
    for pattern, sign in TYPOGRAPHY:
        numpy = re.sub(pattern, sign, numpy)
    return numpy if len(numpy) <= longest else f"{numpy[: longest - 1]}…"


def shown_value(value: Any, shape: bool = True) -> str:
    r"""A number, a small array in full, or the shape and range of a large one.

    >>> shown_value(0.1 + 0.2), shown_value(np.eye(2)), shown_value(np.arange(-9, 9))
    ('0.3', '[[1 0]\n[0 1]]', '18: −9 … 8')
    """
    array = np.asarray(value)
    digits = 3 if array.ndim else 4
    if array.size <= FULL:
        column = array.ndim == 2 and array.shape[0] > 1 == array.shape[1]
        numbers = array.T[0] if column else array
        return _bracketed(numbers.tolist(), digits) + "ᵀ" * column
    extent = _extent(array, digits)
    return f"{'×'.join(map(str, array.shape))}: {extent}" if shape else extent


def _extent(array: Any, digits: int) -> str:
    """The smallest and the largest of many numbers, and how many are none."""
    good = array[array == array]
    missing = array.size - good.size
    if missing:
        rest = f"{_extent(good, digits)}, " if good.size else ""
        return f"{rest}{missing} nan"
    low, high = (shown_number(end(good).item(), digits) for end in (np.min, np.max))
    if low == high:
        return f"all {low}"
    return f"{good.sum()} True" if good.dtype == bool else f"{low} … {high}"


def _bracketed(numbers: Any, digits: int) -> str:
    """Numbers in NumPy's brackets, the rows of a matrix below one another."""
    if not isinstance(numbers, list):
        return shown_number(numbers, digits)
    rows = all(isinstance(part, list) and len(part) > 1 for part in numbers)
    parts = [_bracketed(part, digits) for part in numbers]
    return "[" + ("\n" if rows else " ").join(parts) + "]"


def shown_number(value: Any, digits: int) -> str:
    """A number rounded to digits, as in 2·10⁻⁵, with a true minus sign."""
    text = f"{value + 0.0:.{digits}g}" if isinstance(value, float) else str(value)
    return POWER_OF_TEN.sub(_as_power, text).replace("-", "−")


def _as_power(number: re.Match[str]) -> str:
    """2e-05 as 2·10⁻⁵."""
    mantissa, exponent = number.groups()
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}·{power}"
