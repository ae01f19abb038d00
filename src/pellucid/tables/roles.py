"""Which role each column has in a model, and why.

A role is found from the column alone: a number as it stands, a category, a truth
value, a date; or it is left out, because it numbers the rows, names them, never
varies, or is mostly missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from pellucid.tables.as_numbers import LEFT_OUT, PERCENT, Role
from pellucid.tables.cells import Marks, is_missing, marks_of, truths
from pellucid.tables.column_names import (
    counts_rows,
    identifies,
    is_dated,
    may_identify,
)
from pellucid.tables.dates import compact_form, format_of, unit_of
from pellucid.tables.figures import Figures
from pellucid.tables.grid import PLAINLY, ROW_NAMES
from pellucid.tables.levels import Levels, text_of
from pellucid.tables.parsing import are_codes
from pellucid.tables.profiles import Profile, asked_of
from pellucid.tables.units import units_of
from pellucid.tables.wording import counted, quoted, shown

FEW = 20  # levels that a text column may always have
MANY = 100  # levels that it may have where each has rows enough
EACH = 5  # rows a level, then
UNIQUE = 0.9  # share of different numbers from which an identifier is one
MOSTLY = 0.5  # share of missing cells from which a column is left out
STRAY = 0.1  # share of other text up to which a column of numbers is one


def decimal_of(profiles: Iterable[Profile]) -> str:
    """The decimal mark of a source: a comma where some text column has one."""
    for column in profiles:
        if column.marks.decimal == ",":
            return ","
        if column.kind == "text":
            texts = [c for c in column.held.cells if not is_missing(c)]
            strings = [c for c in texts[:200] if isinstance(c, str)]
            marks, share = marks_of(strings)
            if share > 0.9 and marks.decimal == ",":
                return ","
    return "."


# -- a feature ------------------------------------------------------------------------


def role_of(
    column: Profile, decimal: str = ".", *, first: bool = False, judged: bool = True
) -> Role:
    """Find the role of a feature.

    Parameters
    ----------
    column : Profile
        What it looks like.
    decimal : str
        The decimal mark of the file, for numbers that may be read in two ways.
    first : bool
        Whether it is the first column, which may number the rows by other names too.
    judged : bool
        Whether a column from which nothing can be learned is left out.
    """
    n = column.n
    role = _typed(column, decimal)
    if not judged or n < 2:
        return role
    if role.kind == "number":
        role = _numbering(column, role, first)
    if role.kind == LEFT_OUT:
        return role
    given = column.figures_by(role).finite
    if not given:
        return Role(LEFT_OUT, "holds nothing")
    if given < (1 - MOSTLY) * n:
        share = f"{100 * (n - given) / n:.0f} % of its cells are missing"
        return Role(LEFT_OUT, f"mostly missing: {share}")
    return _varying(column, role)


def _typed(column: Profile, decimal: str) -> Role:
    """The role by what the cells are."""
    if column.kind == "number":
        return _of_dates(column, column.figures) or of_numbers(column)
    if column.kind == "boolean":
        return Role("boolean", "false is 0, true is 1", ("False", "True"))
    if column.kind == "date":
        return Role("date", "as a number", scale="days since 1970-01-01")
    if column.kind == "duration":
        return Role("number", "a duration, in days", scale="days")
    if column.kind == "category":
        return category(column.levels, column.order)
    return of_text(column, decimal)


def _of_dates(column: Profile, figures: Figures | None) -> Role | None:
    """The role of numbers that are dates; None for others."""
    different = figures and figures.different
    if not different or different.share < 1:
        return None
    form = compact_form(different.numbers, is_dated(column.name))
    if not form:
        return None
    reason = f"written as {form}, as a number"
    return Role("date", reason, format=form, scale=unit_of(form))


def of_numbers(column: Profile) -> Role:
    """The role of a column of numbers, with the marks of those of a file."""
    written = _written((column.marks.decimal,), column.marks)
    reason = "numbers" if column.marks == PLAINLY else written
    return Role("number", reason, marks=column.marks)


def of_text(column: Profile, decimal: str) -> Role:
    """The role of a column of text: number, truth value, date, category or name."""
    levels = column.levels
    if not levels.texts:
        return Role(LEFT_OUT, "holds nothing")
    if are_codes(list(levels.texts)):
        return _named(levels, "a code, as it begins with 0")
    numeric = as_number(column, decimal)
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
    return _named(levels, why)


def as_number(column: Profile, decimal: str) -> Role | None:
    """The role of text that is numbers, but for a few cells; None for other text."""
    levels = column.levels
    marks, share = marks_of(levels.texts, decimal)
    if share < 1 - STRAY and len(levels.texts) > FEW:
        return None
    odd = {text for text in levels.texts if np.isnan(marks.number(text))}
    if odd:
        return _with_stray(column, marks, odd)
    read = np.array([*map(marks.number, levels.texts)])
    dates = _of_dates(column, Figures.of(read, **asked_of(column.name)))
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


def _with_stray(column: Profile, marks: Marks, odd: set[str]) -> Role | None:
    """Numbers, where a few cells are none; None where they are rather all labels.

    Measurements have decimals or marks, or stray text without a digit: "207a" beside
    "207" is a label, and so is "rotary" beside a few small numbers.
    """
    levels, tally = column.levels, column.held
    strange = [not is_missing(cell) and text_of(cell) in odd for cell in tally.cells]
    stray = int(tally.counts @ np.array(strange, int))
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


def _named(levels: Levels, why: str = "") -> Role:
    """A category where levels come again, else a name of each row."""
    k, n = len(levels.texts), levels.given
    and_why = f"{'; ' * bool(why)}{why}"
    if levels.more:
        return Role(LEFT_OUT, f"too many levels: more than {k}{and_why}")
    if k == n and n > 2:
        return Role(LEFT_OUT, f"names each row: no text comes twice{and_why}")
    often = n >= (2 if k > 2 else 1.5) * k if k <= FEW else k <= MANY and n >= EACH * k
    if k == 1 or often:
        found = category(levels)
        return replace(found, reason=f"{found.reason}{and_why}")
    kept = levels.texts if k <= MANY else ()  # for where there is no other column
    return Role(LEFT_OUT, f"too many levels: {k} in {counted(n, 'row')}{and_why}", kept)


def _numbering(column: Profile, role: Role, first: bool) -> Role:
    """A number, but for one that counts or names the rows."""
    name = column.name.strip()
    x = column.figures_by(role)
    n, start, end = x.n, *x.ends
    whole = n > 2 and not x.missing and x.whole
    counts = whole and start in (0, 1) and x.steps and x.steps[1:] == (1, 1)
    if counts and counts_rows(name, first):
        reason = f"numbers the rows from {int(start)} to {int(end)}"
        return Role(LEFT_OUT, reason, numbering=True)
    odd = name == ROW_NAMES and n > 2 and not _is_even(x)  # else they may be a time
    naming = whole and (name == ROW_NAMES or identifies(name))
    if x.different is None or not (naming or odd):
        return role
    k = x.different.count + (x.missing > 0)
    if k == n:
        return Role(LEFT_OUT, "an identifier: no number comes twice")
    if naming and k >= UNIQUE * n:
        found = x.different.counted
        return Role(LEFT_OUT, f"an identifier: {found} different numbers in {n} rows")
    return role


def _is_even(x: Figures) -> bool:
    """Whether numbers follow each other in equal steps."""
    return x.steps is not None and np.allclose(x.steps, x.steps[0], rtol=1e-6)


def doubts(column: Profile, role: Role) -> list[str]:
    """What is said of whole numbers that may be names, as their column's name says."""
    if role.kind != "number" or not may_identify(column.name.strip()):
        return []
    x = column.figures_by(role)
    levels = x.different.count if x.different else 0
    if levels < 3 or not x.whole:
        return []
    title = quoted(column.name)
    ways = f"leave it out (drop={title})"
    if levels <= MANY and x.n >= EACH * levels:
        ways += f" or take it as a category (categories={title})"
    return [f"{title} is taken as numbers; where they are names, {ways}"]


def _varying(column: Profile, role: Role) -> Role:
    """The role of a column that varies; one that does not is left out."""
    if role.kind == "category":
        return role
    x = column.figures_by(role)
    if x.finite and x.low == x.high:
        return Role(LEFT_OUT, f"constant: always {x.low:g}")
    return role
