"""What a column is taken for, and its cells as numbers by that role."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.cells import Marks, is_missing, truth_of
from pellucid.tables.dates import moments
from pellucid.tables.grid import PLAINLY, Cells, Column
from pellucid.tables.levels import text_of

WHOLE = re.compile(r"-?\d+(\.0)?")


@dataclass(frozen=True)
class Role:
    """What a column is taken for.

    Parameters
    ----------
    kind : str
        "number", "category", "boolean", "date" or "left out".
    reason : str
        Why, in a few words.
    levels : tuple of str
        Of a category, the reference first, also where it is left out for having too
        many; of a boolean, what is 0 and what is 1.
    marks : Marks
        How its numbers are written.
    format : str
        Of a date.
    scale : str
        What a number counts: "days since 1970-01-01".
    lenient : bool
        Whether a cell that is no number counts as missing.
    numbering : bool
        Whether it is left out because it numbers the rows.
    """

    kind: str
    reason: str
    levels: tuple[str, ...] = ()
    marks: Marks = field(default_factory=Marks)
    format: str = ""
    scale: str = ""
    lenient: bool = False
    numbering: bool = False


LEFT_OUT = "left out"
PERCENT = "in %"  # the scale of numbers that bear this sign


def values_of(column: Column, role: Role) -> NDArray[Any]:
    """A column as numbers (n,), or as the places of its levels, nan where missing."""
    if role.kind == "category":
        place = {level: float(i) for i, level in enumerate(role.levels)}
        place = {**{_otherwise(level): i for level, i in place.items()}, **place}
        return _by_level(column.cells(), lambda text: place.get(text, np.nan))
    if role.kind == "boolean" and column.kind != "boolean":
        zero, one = (level.casefold() for level in role.levels)
        truth = {zero: 0.0, one: 1.0}
        return _by_level(
            column.cells(), lambda text: truth.get(text.casefold(), truth_of(text))
        )
    if role.kind == "date" and role.format:
        return _dates(column.cells(), role.format)
    worded = column.kind in ("text", "category")
    if not worded and column.marks in (PLAINLY, role.marks):
        x = column.numbers
        finite = np.isfinite(x)
        return x if finite.all() else np.where(finite, x, np.nan)
    return _by_level(column.cells(), role.marks.number)


def part_values_of(column: Column, role: Role) -> NDArray[Any]:
    """A part of a column as numbers, by the role that the whole of it has.

    A part may look plainer than the whole: 1.234 may be a thousand and more.
    """
    other = column.kind == role.kind == "number" and column.marks != role.marks
    if other and any(isinstance(cell, str) for cell in column.cells()[:1]):
        column = replace(column, kind="text")
    return values_of(column, role)


def _otherwise(level: str) -> str:
    """A level as another file may have it: whole numbers get decimals beside holes.

    >>> _otherwise("3"), _otherwise("3.0"), _otherwise("A3")
    ('3.0', '3', 'A3')
    """
    if not WHOLE.fullmatch(level):
        return level
    return level.removesuffix(".0") if level.endswith(".0") else f"{level}.0"


def _by_level(
    cells: Sequence[object], value: Callable[[str], float]
) -> NDArray[np.float64]:
    """A number for each cell; each different cell is looked at once."""
    held = Cells.of(cells)
    known = [
        np.nan if not isinstance(cell, str) and is_missing(cell)
        else value(text_of(cell))
        for cell in held.levels
    ]  # fmt: skip
    return np.array([*known, np.nan])[held.codes]


def _dates(cells: Sequence[object], form: str) -> NDArray[np.float64]:
    held = Cells.of(cells)
    given = np.array([not is_missing(cell) for cell in held.levels], bool)
    known = np.full(len(held.levels), np.nan)
    known[given] = moments(
        [text_of(cell) for cell in itertools.compress(held.levels, given)], form
    )
    return known[held.codes]
