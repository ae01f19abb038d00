"""A column of another table is read as the recipe has it, though written otherwise.

The rows that a model learned from and those that it predicts may come from files of
other kinds: dates typed here and text there, numbers with a decimal comma and with a
point. A column is read in another way than the recipe's where that reads more of it
and can mean one thing alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.as_numbers import PERCENT, Role, values_of
from pellucid.tables.cells import SAMPLE, STYLES, Marks, is_missing
from pellucid.tables.dates import COMPACT, DATES, format_of, unit_of
from pellucid.tables.grid import Cells, Column
from pellucid.tables.levels import levels_of
from pellucid.tables.roles import percent_of


def read_as(column: Column, role: Role) -> NDArray[np.float64]:
    """A column as numbers, by a role that another source has found; nan where it fails.

    A date is no number, and a number no date, though both become numbers; but 20240131
    may be one where the recipe says so.
    """
    if role.format in COMPACT and column.kind == "number":
        return values_of(column, role)
    if {role.kind, column.kind} == {"number", "date"}:
        return np.full(len(column.numbers), np.nan)
    if role.kind == "date":
        return _dates(column, role)
    if role.kind != "number":
        return values_of(column, role)
    values = _numbers(column, role)
    texts = levels_of(column.cells()).texts if column.kind == "text" else ()
    if (percent_of(texts) == PERCENT) == (role.scale == PERCENT):
        return values
    return np.where(values == 0, 0.0, np.nan)  # 5 is not 5 %, but 0 is 0 %


def _numbers(column: Column, role: Role) -> NDArray[np.float64]:
    """A column of numbers, by the marks of the recipe or by its own."""
    plain = column.marks == role.marks == Marks()
    if column.kind == "number" and not plain and _is_text(column):
        column = replace(column, kind="text")  # 1.234 may be a thousand and more
    values = values_of(column, role)
    if column.kind != "text" or not np.isnan(values).any():
        return values
    marks = marks_for(levels_of(column.cells()).texts, role.marks)
    return values if marks == role.marks else values_of(
        column, replace(role, marks=marks)
    )  # fmt: skip


def _is_text(column: Column) -> bool:
    return any(isinstance(cell, str) for cell in column.cells()[:1])


def marks_for(texts: Sequence[str], known: Marks) -> Marks:
    """How numbers are written: as known, unless all that read more of them agree.

    >>> marks_for(["5,1", "3"], Marks()).decimal, marks_for(["5,123"], Marks()).decimal
    (',', '.')
    """
    some = texts[:: 1 + len(texts) // SAMPLE]
    read = {marks: np.array([marks.number(text) for text in some], float)
            for marks in (known, *STYLES)}  # fmt: skip
    count = {marks: int(np.isfinite(values).sum()) for marks, values in read.items()}
    best = [marks for marks in STYLES if count[marks] == max(count.values())]
    if count[known] == max(count.values()):
        return known
    first = read[best[0]]
    agree = all(np.array_equal(read[m], first, equal_nan=True) for m in best)
    return best[0] if agree else known


def _dates(column: Column, role: Role) -> NDArray[np.float64]:
    """A column of dates, by the format of the recipe or, where it fails, by its own."""
    if column.kind not in ("text", "category"):
        return values_of(column, replace(role, format=""))
    known = replace(role, format=role.format or DATES[0])
    values = values_of(column, known)
    cells = Cells.of(column.cells())
    holes = np.unique(cells.codes[np.isnan(values)]).tolist()
    if all(is_missing(cells.levels[i]) for i in holes):
        return values
    return values_of(column, replace(role, format=_format(cells, known)))


def _format(cells: Cells, role: Role) -> str:
    """The format of dates: as known, unless another alone reads all of them."""
    texts, known = list(levels_of(cells).texts), role.format
    form, doubtful = format_of(texts) or (known, False)
    return known if doubtful or unit_of(form) != unit_of(known) else form
