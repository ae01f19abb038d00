"""A grid becomes a table: roles are given, rows chosen, columns made."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.drafting import Seen
from pellucid.tables.drafts import Draft
from pellucid.tables.frames import kept_labels
from pellucid.tables.grid import Column, Grid, position
from pellucid.tables.held import HeldRows
from pellucid.tables.preparation import Preparation
from pellucid.tables.profiles import Profile
from pellucid.tables.step import Values
from pellucid.tables.table import Table
from pellucid.tables.wishes import Wishes
from pellucid.tables.wording import quoted


def to_table(grid: Grid, target: str | int | None, wishes: Wishes) -> Table:
    """Prepare a grid: a role for each column, rows without holes, columns of X.

    Raises
    ------
    TableError
        When there is no row, no such target, nothing to learn from, or a missing cell
        that is to be refused.
    """
    expect_cells(grid, grid.n, target)
    t = None if target is None else position(grid, target)
    expect_kept(grid, t, wishes)
    columns = [*grid.columns]
    profiles = [
        Profile.of(c, tallied(c, wishes, j == t)) for j, c in enumerate(columns)
    ]
    seen = Seen(grid.source, profiles, t, wishes, grid.notes)
    for j in seen.pointed():
        if is_text(columns[j]):
            columns[j] = replace(columns[j], kind="text")
            profiles[j] = Profile.of(columns[j])
    features = [column for j, column in enumerate(columns) if j != t]
    rows = HeldRows(replace(grid, columns=features), None if t is None else columns[t])
    draft = seen.draft(rows)
    return replace(_made(draft, rows, grid), raw=grid)


def tallied(column: Column, wishes: Wishes, is_target: bool) -> bool:
    """Whether the cells of a column are counted, though it has a kind."""
    named = is_target and column.kind == "boolean"
    return named or wishes.tally(column.name)


def expect_cells(grid: Grid, n: int, target: str | int | None) -> None:
    """Raise where there are no rows, or no columns to learn from."""
    if not n or not grid.columns:
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


def expect_kept(grid: Grid, t: int | None, wishes: Wishes) -> None:
    """Raise where the target is to be dropped."""
    if t is not None and grid.names[t] in wishes.drop:
        name = quoted(grid.names[t])
        raise TableError(
            f"{grid.source}: expected a target that stays, found {name} among the "
            "columns to drop; choose another."
        )


def is_text(column: Column) -> bool:
    """Whether the cells of a column were read from text."""
    return any(isinstance(cell, str) for cell in column.cells()[:1])


def prepared(draft: Draft) -> Preparation:
    """What was done to each column; an error where none of them can be used."""
    if not draft.kept():
        reasons = "; ".join(
            f"{quoted(s.column)} {s.role.reason}" for s in draft.steps[:5]
        )
        raise TableError(
            f"{draft.source}: expected a column to learn from, found none that "
            f"can be used: {reasons}; add numbers, or text that comes again."
        )
    if not draft.remain:
        raise TableError(
            f"{draft.source}: expected a row without a missing cell, found none; "
            'fill cells in, or say missing="impute".'
        )
    return Preparation(
        draft.source, tuple(draft.steps), draft.goal.step if draft.goal else None,
        draft.n, draft.n - draft.remain, tuple(draft.notes),
    )  # fmt: skip


def _made(draft: Draft, rows: HeldRows, grid: Grid) -> Table:
    """The table, with what was done to have it."""
    preparation = prepared(draft)
    goal, present = draft.goal, rows.present(draft.plan())
    y = rows.y(goal)
    if goal is not None and y is not None:
        y = np.ascontiguousarray(y[present])
        y = np.array(goal.labels)[y.astype(np.intp)] if goal.labelled else y
    every = isinstance(present, slice)
    return Table(
        _encoded(draft, rows, present),
        y,
        preparation.names,
        None if goal is None else goal.step.column,
        grid.source,
        preparation,
        labels=kept_labels(grid.labels, np.ones(grid.n, bool) if every else present),
    )


def _encoded(draft: Draft, rows: HeldRows, present: Any) -> Values:
    """X (n, d), column after column: no more than one of them is held twice."""
    X, start = np.empty((draft.remain, draft.d)), 0
    for j in draft.kept():
        step = draft.steps[j]
        columns = step.encoded(rows.values(j, step)[present])  # (n, k)
        X[:, start : start + columns.shape[1]] = columns
        start += columns.shape[1]
    return X
