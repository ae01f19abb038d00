"""A grid becomes a table: roles are given, rows chosen, columns made."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.cells import marks_of
from pellucid.tables.dates import format_of, unit_of
from pellucid.tables.drafts import (
    Draft,
    Goal,
    chosen_rows,
    fill,
    last_resort,
    refuse_holes,
    without_constants,
    without_copies,
    without_target,
)
from pellucid.tables.frames import kept_labels
from pellucid.tables.grid import ROW_NAMES, Cells, Column, Grid, position
from pellucid.tables.levels import is_there, levels_of, text_of
from pellucid.tables.preparation import Preparation
from pellucid.tables.roles import (
    LEFT_OUT,
    Role,
    as_number,
    category,
    decimal_of,
    doubts,
    of_numbers,
    percent_of,
    role_of,
    values_of,
)
from pellucid.tables.step import Step, Values
from pellucid.tables.table import Table
from pellucid.tables.wording import counted, quoted, shown

MISSING = ("drop", "impute", "refuse")
SURE = 20  # different numbers from which stray text in a target is no label


@dataclass(frozen=True)
class Wishes:
    """What a person says about the columns."""

    drop: Sequence[str] = ()
    categories: Sequence[str] = ()
    numbers: Sequence[str] = ()
    dates: Sequence[str] = ()
    missing: str = "drop"

    @classmethod
    def of(cls, grid: Grid, missing: str, **given: Any) -> Wishes:
        """Check what was said: the columns must be there, the rest be known."""
        if missing not in MISSING:
            raise TableError(
                f'rows: expected missing to be "drop", "impute" or "refuse", found '
                f"{missing!r}; choose one of them."
            )
        found = {
            option: [grid.names[position(grid, name, f"in {option}=")]
                     for name in names_of(names)]
            for option, names in given.items()
        }  # fmt: skip
        return cls(missing=missing, **found)


def to_table(grid: Grid, target: str | int | None, wishes: Wishes) -> Table:
    """Prepare a grid: a role for each column, rows without holes, columns of X.

    Raises
    ------
    TableError
        When there is no row, no such target, nothing to learn from, or a missing cell
        that is to be refused.
    """
    _expect_cells(grid, target)
    t = None if target is None else position(grid, target)
    _expect_kept(grid, t, wishes)
    features = [c for j, c in enumerate(grid.columns) if j != t]
    decimal = decimal_of(grid)
    if decimal == ",":
        features = [_with_points(column) for column in features]
    goal = None if t is None else _goal(grid, grid.columns[t], wishes, decimal)
    draft = Draft(replace(grid, columns=features))
    for column in features:
        role = wished(grid, column, wishes, decimal, judged=t is not None)
        values = np.empty(0) if role.kind == LEFT_OUT else values_of(column, role)
        draft.steps.append(Step(column.name, role, int(np.isnan(values).sum())))
        draft.values.append(values)
        if t is not None and column.name not in wishes.numbers:
            draft.notes += doubts(column, role)
    if t is not None:
        without_copies(draft)
    if not draft.kept():
        last_resort(draft)
    if wishes.missing == "refuse":
        refuse_holes(draft, goal)
    if wishes.missing == "impute":
        fill(draft)
    present = chosen_rows(draft, goal)
    if goal is not None:
        without_target(draft, goal, present)
    without_constants(draft, goal, present)
    return replace(_made(draft, goal, present), raw=grid)


def _expect_cells(grid: Grid, target: str | int | None) -> None:
    if not grid.n or not grid.columns:
        lacking = "column" if not grid.columns else "row"
        raise TableError(
            f"{grid.source}: expected at least one {lacking} of data, found none; "
            f"add a {lacking}."
        )
    if target is not None and len(grid.columns) == 1:
        t = position(grid, target)
        raise TableError(
            f"{grid.source}: expected a column beside the target "
            f"{quoted(grid.names[t])}, found none; add a feature to learn from."
        )


def _expect_kept(grid: Grid, t: int | None, wishes: Wishes) -> None:
    if t is not None and grid.names[t] in wishes.drop:
        name = quoted(grid.names[t])
        raise TableError(
            f"{grid.source}: expected a target that stays, found {name} among the "
            "columns to drop; choose another."
        )


def _with_points(column: Column) -> Column:
    """A column of text whose points may stand between thousands, to be read again."""
    x = column.numbers
    marked = column.marks.decimal == ","
    plain = column.kind != "number" or marked or (x == np.round(x)).all()
    return column if plain or _is_typed(column) else replace(column, kind="text")


def _is_typed(column: Column) -> bool:
    return not any(isinstance(cell, str) for cell in column.cells()[:1])


def wished(
    grid: Grid, column: Column, wishes: Wishes, decimal: str, judged: bool
) -> Role:
    """The role of a feature, as a person says or as it seems."""
    if column.name in wishes.drop:
        return Role(LEFT_OUT, "as was asked for")
    if column.name in wishes.categories:
        return category(levels_of(column.cells()), column.levels)
    if column.name in wishes.numbers:
        return _as_asked(grid, column, decimal, "number")
    if column.name in wishes.dates:
        return _as_asked(grid, column, decimal, "date")
    first = column.name == next((name for name in grid.names if name != ROW_NAMES), "")
    return role_of(column, decimal, first=first, judged=judged)


def _as_asked(grid: Grid, column: Column, decimal: str, kind: str) -> Role:
    """A column as a number or date, as was asked for; what is none is missing."""
    if column.kind in (kind, "boolean", "duration"):
        return Role(kind, "as was asked for")
    levels = levels_of(column.cells())
    if kind == "number":
        marks, share = marks_of(levels.texts, decimal)
        role = Role("number", "as was asked for; what is no number counts as missing",
                    marks=marks, lenient=True, scale=percent_of(levels.texts)
                    )  # fmt: skip
        if share:
            return role
    else:
        form = format_of(levels.texts)
        if form:
            return Role(
                "date", "as was asked for", format=form[0], scale=unit_of(form[0])
            )
    found = shown(levels.texts[0]) if levels.texts else "empty cells"
    raise TableError(
        f"{grid.source}, column {quoted(column.name)}: expected {kind}s, as was asked "
        f"for, found {found}; leave the column out, or take it as a category."
    )


# -- the target -----------------------------------------------------------------------


def _goal(grid: Grid, column: Column, wishes: Wishes, decimal: str) -> Goal:
    """Read the column to learn: numbers, or labels."""
    role = _goal_role(column, wishes, decimal)
    if role.kind == "label":
        cells = Cells.of(column.cells())
        labels = levels_of(cells).texts
        present = np.array([is_there(c, labels) for c in cells.levels])[cells.codes]
        values: NDArray[Any] = np.array(list(map(text_of, cells.levels)))[cells.codes]
    else:
        values = values_of(column, role)
        present = np.isfinite(values)
    if not present.any():
        raise TableError(
            f"{grid.source}, column {quoted(column.name)}: expected a target, found "
            "nothing but missing cells; choose another."
        )
    step = Step(column.name, role, int((~present).sum()))
    return Goal(step, values, present, column.cells)


def _goal_role(column: Column, wishes: Wishes, decimal: str) -> Role:
    if column.name in wishes.categories:
        return Role("label", "labels, as was asked for")
    if column.kind in ("number", "date", "duration") and not column.levels:
        return of_numbers(column)
    if column.kind == "boolean":
        return Role("label", "truth values")
    levels = levels_of(column.cells())
    role = as_number(column, levels, decimal) if column.kind == "text" else None
    asked = column.name in wishes.numbers
    if role and (asked or not role.lenient or len(levels.texts) > SURE):
        return role
    date = format_of(levels.texts) if column.kind == "text" else None
    if date and len(levels.texts) > SURE:
        return Role("date", f"written as {date[0]}, as a number", format=date[0],
                    scale=unit_of(date[0]))  # fmt: skip
    return Role("label", counted(len(levels.texts), "label"))


def _made(draft: Draft, goal: Goal | None, present: NDArray[np.bool_]) -> Table:
    """The table, with what was done to have it."""
    kept = draft.kept()
    if not kept:
        reasons = "; ".join(
            f"{quoted(s.column)} {s.role.reason}" for s in draft.steps[:5]
        )
        raise TableError(
            f"{draft.grid.source}: expected a column to learn from, found none that "
            f"can be used: {reasons}; add numbers, or text that comes again."
        )
    if not present.any():
        raise TableError(
            f"{draft.grid.source}: expected a row without a missing cell, found none; "
            'fill cells in, or say missing="impute".'
        )
    notes = (*draft.grid.notes, *draft.notes)
    preparation = Preparation(
        draft.grid.source, tuple(draft.steps), goal.step if goal else None,
        draft.grid.n, int((~present).sum()), notes,
    )  # fmt: skip
    y = None if goal is None else np.ascontiguousarray(goal.values[present])
    return Table(
        _encoded(draft, kept, present),
        y,
        preparation.names,
        None if goal is None else goal.step.column,
        draft.grid.source,
        preparation,
        labels=kept_labels(draft.grid.labels, present),
    )


def _encoded(draft: Draft, kept: Sequence[int], present: NDArray[np.bool_]) -> Values:
    """X (n, d), column after column: no more than one of them is held twice."""
    rows = slice(None) if present.all() else present
    n, d = int(present.sum()), sum(len(draft.steps[j].names) for j in kept)
    X, start = np.empty((n, d)), 0
    for j in kept:
        columns = draft.steps[j].encoded(draft.values[j][rows])  # (n, k)
        X[:, start : start + columns.shape[1]] = columns
        start += columns.shape[1]
    return X


def columns_named(given: Iterable[str]) -> tuple[str, ...]:
    """Columns as typed in a command: several may stand in one word, parted by commas.

    A name that holds a comma stands in double quotes, as in a CSV file.

    >>> columns_named(["age", "sex,town", '"last, first"'])
    ('age', 'sex', 'town', 'last, first')
    """
    cut = csv.reader(given, skipinitialspace=True)
    return tuple(name.strip() for names in cut for name in names if name)


def names_of(given: Any) -> Sequence[str]:
    """The columns that an option names: one, or a list of them."""
    if isinstance(given, str | int):
        return [str(given)]
    return [str(name) for name in given]
