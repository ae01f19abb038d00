"""Which role each column has in a model, and why.

A role is found from the column alone: a number as it stands, a category, a truth
value, a date; or it is left out, because it numbers the rows, names them, never
varies, or is mostly missing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.cells import Marks, is_missing, marks_of, truth_of, truths
from pellucid.tables.column_names import (
    counts_rows,
    identifies,
    is_dated,
    may_identify,
)
from pellucid.tables.dates import compact_form, format_of, moments, unit_of
from pellucid.tables.grid import PLAINLY, ROW_NAMES, Cells, Column, Grid
from pellucid.tables.levels import Levels, levels_of, text_of
from pellucid.tables.parsing import are_codes
from pellucid.tables.units import units_of
from pellucid.tables.wording import counted, quoted, shown

FEW = 20  # levels that a text column may always have
MANY = 100  # levels that it may have where each has rows enough
EACH = 5  # rows a level, then
UNIQUE = 0.9  # share of different numbers from which an identifier is one
MOSTLY = 0.5  # share of missing cells from which a column is left out
WHOLE = re.compile(r"-?\d+(\.0)?")
STRAY = 0.1  # share of other text up to which a column of numbers is one


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


def decimal_of(grid: Grid) -> str:
    """The decimal mark of a source: a comma where some text column has one."""
    for column in grid.columns:
        if column.marks.decimal == ",":
            return ","
        if column.kind == "text":
            texts = [c for c in Cells.of(column.cells()).levels if not is_missing(c)]
            strings = [c for c in texts[:200] if isinstance(c, str)]
            marks, share = marks_of(strings)
            if share > 0.9 and marks.decimal == ",":
                return ","
    return "."


# -- a feature ------------------------------------------------------------------------


def role_of(
    column: Column, decimal: str = ".", *, first: bool = False, judged: bool = True
) -> Role:
    """Find the role of a feature.

    Parameters
    ----------
    column : Column
        As it was read.
    decimal : str
        The decimal mark of the file, for numbers that may be read in two ways.
    first : bool
        Whether it is the first column, which may number the rows by other names too.
    judged : bool
        Whether a column from which nothing can be learned is left out.
    """
    n = len(column.numbers)
    role = _typed(column, decimal)
    if not judged or n < 2:
        return role
    if role.kind == "number":
        role = _numbering(column, role, first)
    if role.kind == LEFT_OUT:
        return role
    given = n - missing_of(column, role)
    if not given:
        return Role(LEFT_OUT, "holds nothing")
    if given < (1 - MOSTLY) * n:
        share = f"{100 * (n - given) / n:.0f} % of its cells are missing"
        return Role(LEFT_OUT, f"mostly missing: {share}")
    return _varying(column, role)


def _typed(column: Column, decimal: str) -> Role:
    """The role by what the cells are."""
    if column.kind == "number":
        return _of_dates(column, column.numbers) or of_numbers(column)
    if column.kind == "boolean":
        return Role("boolean", "false is 0, true is 1", ("False", "True"))
    if column.kind == "date":
        return Role("date", "as a number", scale="days since 1970-01-01")
    if column.kind == "duration":
        return Role("number", "a duration, in days", scale="days")
    levels = levels_of(column.cells())
    if column.kind == "category":
        return category(levels, column.levels)
    return of_text(column, levels, decimal)


def _of_dates(column: Column, x: NDArray[np.float64]) -> Role | None:
    """The role of numbers that are dates; None for others."""
    form = compact_form(x[np.isfinite(x)], is_dated(column.name))
    if not form:
        return None
    reason = f"written as {form}, as a number"
    return Role("date", reason, format=form, scale=unit_of(form))


def of_numbers(column: Column) -> Role:
    """The role of a column of numbers, with the marks of those of a file."""
    written = _written((column.marks.decimal,), column.marks)
    reason = "numbers" if column.marks == PLAINLY else written
    return Role("number", reason, marks=column.marks)


def of_text(column: Column, levels: Levels, decimal: str) -> Role:
    """The role of a column of text: number, truth value, date, category or name."""
    if not levels.texts:
        return Role(LEFT_OUT, "holds nothing")
    if are_codes(list(levels.texts)):
        return _named(column, levels, "a code, as it begins with 0")
    numeric = as_number(column, levels, decimal)
    if numeric:
        return numeric
    pair = truths(levels.texts)
    if pair:
        zero, one = sorted(pair, key=lambda level: pair[level])
        return Role("boolean", f"{quoted(zero)} is 0, {quoted(one)} is 1", (zero, one))
    date = format_of(levels.texts)
    if date:
        form, doubt = date
        unit = unit_of(form)
        reason = (
            f"written as {form}, as a number" + doubt * " (or month and day swapped)"
        )
        return Role("date", reason, format=form, scale=unit)
    units = units_of(levels.texts)[:4]
    why = f"numbers in different units ({', '.join(units)})" if units else ""
    return _named(column, levels, why)


def as_number(column: Column, levels: Levels, decimal: str) -> Role | None:
    """The role of text that is numbers, but for a few cells; None for other text."""
    marks, share = marks_of(levels.texts, decimal)
    if share < 1 - STRAY and len(levels.texts) > FEW:
        return None
    odd = {text for text in levels.texts if np.isnan(marks.number(text))}
    if odd:
        return _with_stray(column, levels, marks, odd)
    dates = _of_dates(column, np.array([*map(marks.number, levels.texts)]))
    if dates:
        return dates
    reason = scale = percent_of(levels.texts)
    if marks != Marks(unit=marks.unit):
        reason = _written(levels.texts, marks)
    if marks.unit:
        reason = f"numbers in {marks.unit}{', ' * bool(reason)}{reason}"
    return Role("number", reason or "numbers", marks=marks, scale=scale)


def percent_of(texts: Sequence[str]) -> str:
    """The scale of numbers that bear a sign of percent; "" for others."""
    return PERCENT if any(text.endswith("%") for text in texts) else ""


def _written(texts: Sequence[str], marks: Marks) -> str:
    """How the numbers of a column are written, where it is not plainly."""
    both = {marks.decimal: "before decimals", marks.thousands: "between thousands"}
    there = [f"{quoted(mark)} {where}" for mark, where in both.items()
             if mark and any(mark in text for text in texts)]  # fmt: skip
    return f"written with {' and '.join(there)}" if there else ""


def _with_stray(
    column: Column, levels: Levels, marks: Marks, odd: set[str]
) -> Role | None:
    """Numbers, where a few cells are none; None where they are rather all labels.

    Measurements have decimals or marks, or stray text without a digit: "207a" beside
    "207" is a label, and so is "rotary" beside a few small numbers.
    """
    cells = Cells.of(column.cells())
    strange = [not is_missing(cell) and text_of(cell) in odd for cell in cells.levels]
    stray = int(cells.counts() @ np.array(strange, int))
    numerals = set(levels.texts) - odd
    measured = any(not text.lstrip("+-").isdecimal() for text in numerals)
    coded = any(char.isdecimal() for text in odd for char in text)
    few = len(numerals) <= FEW and not measured
    if stray > STRAY * levels.given or few or (coded and not measured):
        return None
    are = "is" if stray == 1 else "are"
    what = f"number in {marks.unit}" if marks.unit else "number"
    reason = f"{counted(stray, 'cell')} that {are} no {what} ({shown(min(odd))})"
    counts = "counts" if stray == 1 else "count"
    return Role("number", f"{reason} {counts} as missing", marks=marks, lenient=True,
                scale=percent_of(levels.texts))  # fmt: skip


def category(levels: Levels, order: tuple[str, ...] = ()) -> Role:
    """A category: its levels in their order, or sorted; the first is the reference."""
    there = set(levels.texts)
    kept = tuple(level for level in order if level in there) if order else levels.texts
    how = "ordered, " if order else ""
    reason = f"{how}{counted(len(kept), 'level')}, against {quoted(kept[0])}"
    return Role("category", reason, kept) if len(kept) > 1 else Role(
        LEFT_OUT, f"constant: always {quoted(kept[0])}"
    )  # fmt: skip


def _named(column: Column, levels: Levels, why: str = "") -> Role:
    """A category where levels come again, else a name of each row."""
    k, n = len(levels.texts), levels.given
    and_why = f"{'; ' * bool(why)}{why}"
    if k == n and n > 2:
        return Role(LEFT_OUT, f"names each row: no text comes twice{and_why}")
    often = n >= (2 if k > 2 else 1.5) * k if k <= FEW else k <= MANY and n >= EACH * k
    if k == 1 or often:
        found = category(levels)
        return replace(found, reason=f"{found.reason}{and_why}")
    kept = levels.texts if k <= MANY else ()  # for where there is no other column
    return Role(LEFT_OUT, f"too many levels: {k} in {counted(n, 'row')}{and_why}", kept)


def _numbering(column: Column, role: Role, first: bool) -> Role:
    """A number, but for one that counts or names the rows."""
    name = column.name.strip()
    x = values_of(column, role)
    n = len(x)
    whole = n > 2 and np.isfinite(x).all() and (x == np.round(x)).all()
    steps = whole and (np.diff(x) == 1).all() and x[0] in (0, 1)
    if steps and counts_rows(name, first):
        reason = f"numbers the rows from {int(x[0])} to {int(x[-1])}"
        return Role(LEFT_OUT, reason, numbering=True)
    odd = name == ROW_NAMES and n > 2 and not _is_even(x)  # else they may be a time
    naming = whole and (name == ROW_NAMES or identifies(name))
    k = len(np.unique(x))
    if k == n and (naming or odd):
        return Role(LEFT_OUT, "an identifier: no number comes twice")
    if naming and k >= UNIQUE * n:
        return Role(LEFT_OUT, f"an identifier: {k} different numbers in {n} rows")
    return role


def _is_even(x: NDArray[np.float64]) -> bool:
    """Whether numbers follow each other in equal steps."""
    steps = np.diff(x)
    return bool(np.allclose(steps, steps[0], rtol=1e-6))


def doubts(column: Column, role: Role) -> list[str]:
    """What is said of whole numbers that may be names, as their column's name says."""
    if role.kind != "number" or not may_identify(column.name.strip()):
        return []
    x = values_of(column, role)
    levels = len(np.unique(x[np.isfinite(x)]))
    if levels < 3 or (np.isfinite(x) & (x != np.round(x))).any():
        return []
    title = quoted(column.name)
    ways = f"leave it out (drop={title})"
    if levels <= MANY and len(x) >= EACH * levels:
        ways += f" or take it as a category (categories={title})"
    return [f"{title} is taken as numbers; where they are names, {ways}"]


def _varying(column: Column, role: Role) -> Role:
    """The role of a column that varies; one that does not is left out."""
    if role.kind == "category":
        return role
    x = values_of(column, role)
    there = x[np.isfinite(x)]
    if len(there) and (there == there[0]).all():
        return Role(LEFT_OUT, f"constant: always {there[0]:g}")
    return role


# -- cells as numbers, by a role ------------------------------------------------------


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
    if column.kind != "text" and column.marks in (PLAINLY, role.marks):
        x = column.numbers
        finite = np.isfinite(x)
        return x if finite.all() else np.where(finite, x, np.nan)
    return _by_level(column.cells(), role.marks.number)


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


def missing_of(column: Column, role: Role) -> int:
    """How many cells of a column hold nothing that its role can use."""
    return int(np.isnan(values_of(column, role)).sum())
