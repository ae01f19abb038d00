"""Rows in memory, looked at by the roles of their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.as_numbers import Role, part_values_of
from pellucid.tables.drafts import Goal, Plan, most_frequent
from pellucid.tables.grid import Cells, Column, Grid
from pellucid.tables.levels import is_there, text_of
from pellucid.tables.looks import Alike, Holes, Left, Relation
from pellucid.tables.step import Step

Array = NDArray[Any]


class HeldRows:
    """Rows of a table: all of them, or some that a pass has read.

    Parameters
    ----------
    grid : Grid
        The rows as they were read, features alone.
    target : Column, optional
        The column to learn.
    """

    def __init__(self, grid: Grid, target: Column | None) -> None:
        self.grid = grid
        self.target = target
        self._values: dict[int, tuple[Role, Array]] = {}
        self._y: Array | None = None
        self._present: tuple[Any, Any] = (None, slice(None))

    def values(self, j: int, step: Step) -> Array:
        """A column as numbers (n,), or as the places of its levels, nan where a hole.

        It is read once for each role.
        """
        role, x = self._values.get(j, (None, None))
        if x is None or (role is not step.role and role != step.role):
            x = part_values_of(self.grid.columns[j], step.role)
            self._values[j] = step.role, x
        return x

    def y(self, goal: Goal | None) -> Array | None:
        """The target as numbers (n,), or as the places of its labels."""
        if goal is None or self.target is None:
            return None
        if self._y is None:
            self._y = goal_values(self.target, goal)
        return self._y

    def present(self, plan: Plan) -> Any:
        """Which rows have no hole that counts (n,), to be taken from an array."""
        known, rows = self._present
        if known is not plan.holed:
            y = self.y(plan.goal)
            there = np.ones(self.grid.n, bool) if y is None else np.isfinite(y)
            for j, step in plan.holed:
                there &= ~np.isnan(self.values(j, step))
            rows = slice(None) if there.all() else there
            self._present = plan.holed, rows
        return rows

    # -- what is asked of them ------------------------------------------------------

    def alike(self, plan: Plan) -> Alike:
        """Which of the columns that are kept are equal."""
        return Alike.of([self.values(j, plan.steps[j]) for j in plan.kept])

    def holes(self, plan: Plan) -> Holes:
        """In how many rows there are holes."""
        y, last = self.y(plan.goal), np.zeros(self.grid.n, np.intp)
        there = None if y is None else np.isfinite(y)
        each = np.zeros(len(plan.holed), np.intp)
        for i, (j, step) in enumerate(plan.holed):
            holes = np.isnan(self.values(j, step))
            last[holes] = i + 1
            each[i] = np.count_nonzero(holes if there is None else holes & there)
        return Holes.of(last, each, y)

    def left(self, plan: Plan, n: int) -> Mapping[int, Left]:
        """What is left of columns in the n rows that remain."""
        rows, found = self.present(plan), {}
        for j in plan.kept:
            role = plan.steps[j].role
            levels = len(role.levels) if role.kind == "category" else 0
            found[j] = Left.of(self.values(j, plan.steps[j])[rows], levels)
        return found

    def relations(self, plan: Plan, n: int) -> Mapping[int, Relation]:
        """What columns have to do with the target in the n rows that remain."""
        rows, y = self.present(plan), self.y(plan.goal)
        if y is None:
            return {}
        y = y[rows]
        return {j: Relation.of(self.values(j, plan.steps[j])[rows], y)
                for j in plan.kept}  # fmt: skip

    def profiled(self, j: int, role: Role) -> int:
        """How many cells of a column hold nothing, by a role."""
        return int(np.isnan(self.values(j, Step("", role))).sum())

    def fills(self, plan: Plan, places: Sequence[int]) -> Sequence[float]:
        """What takes the place of holes: the median, or the most frequent level."""
        return [_fill(plan.steps[j], self.values(j, plan.steps[j])) for j in places]

    def first_hole(self, plan: Plan, j: int | None) -> tuple[str, object]:
        """Where a column, None for the target, has its first hole, and the cell."""
        x = self.y(plan.goal) if j is None else self.values(j, plan.steps[j])
        column = self.target if j is None else self.grid.columns[j]
        i = int(np.isnan(x).argmax()) if x is not None else 0
        return self.grid.place(i), column.cells()[i] if column else None


def _fill(step: Step, values: Array) -> float:
    there = values[np.isfinite(values)]
    if step.role.kind in ("category", "boolean"):
        return most_frequent(*np.unique(there, return_counts=True))
    return float(np.median(there))


def goal_values(column: Column, goal: Goal) -> Array:
    """The target as numbers (n,), or as the places of its labels, nan where missing."""
    if not goal.labelled:
        return part_values_of(column, goal.step.role)
    cells = Cells.of(column.cells())
    place = {label: float(i) for i, label in enumerate(goal.labels)}
    codes = [place[text_of(cell)] if is_there(cell, place) else np.nan
             for cell in cells.levels]  # fmt: skip
    return np.array(codes, float)[cells.codes]
