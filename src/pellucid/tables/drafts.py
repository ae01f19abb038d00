"""Columns on their way into a table, and which of them and of the rows go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.grid import Grid
from pellucid.tables.preparation import GIVES, filled_step
from pellucid.tables.roles import LEFT_OUT, Role, values_of
from pellucid.tables.step import Step, Values
from pellucid.tables.wording import counted, quoted, shown

TOO_FEW = 0.1  # share of the rows that must remain, else columns are left out for them
SURE = 10  # rows from which it is no chance that one column gives another


@dataclass
class Draft:
    """Columns on their way into a table: a step and the numbers of each."""

    grid: Grid
    steps: list[Step] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def leave_out(self, j: int, reason: str) -> None:
        """Leave a column out after all."""
        step = self.steps[j]
        self.steps[j] = replace(step, role=Role(LEFT_OUT, reason), fill=None)

    def kept(self) -> list[int]:
        """The places of the columns that are not left out."""
        return [j for j, s in enumerate(self.steps) if s.role.kind != LEFT_OUT]

    def holes(self) -> NDArray[np.bool_]:
        """Where a kept column has no value (n, kept), unless it is filled in."""
        columns = [np.isnan(self.values[j]) & (self.steps[j].fill is None)
                   for j in self.kept()]  # fmt: skip
        if not columns:
            return np.zeros((self.grid.n, 0), bool)
        return np.column_stack(columns)


@dataclass(frozen=True)
class Goal:
    """The target: its step, its values (n,), and which rows have one."""

    step: Step
    values: NDArray[Any]
    present: NDArray[np.bool_]
    cells: Callable[[], Sequence[object]]

    def varies(self, rows: NDArray[np.bool_]) -> bool:
        """Whether there is something to learn in some rows."""
        values = self.values[rows]
        return bool((values[1:] != values[:-1]).any())


def without_copies(draft: Draft) -> None:
    """Leave out a column that says what one before it says."""
    seen: dict[bytes, str] = {}
    for j in draft.kept():
        key = hashlib.sha256(np.ascontiguousarray(draft.values[j]).data).digest()
        if key in seen:
            draft.leave_out(j, f"a copy of {quoted(seen[key])}")
        seen.setdefault(key, draft.steps[j].column)


def last_resort(draft: Draft) -> None:
    """Where nothing else is left, learn from a column that would rather be left out.

    That is a category of which some levels come again, else the number of a row.
    """
    left = [step.role for step in draft.steps]
    rather = [j for j, role in enumerate(left) if role.levels]
    rather += [j for j, role in enumerate(left) if role.numbering]
    if rather:
        j = rather[0]
        kind = "category" if left[j].levels else "number"
        reason = f"{left[j].reason}; there is no other column"
        role = replace(left[j], kind=kind, reason=reason)
        values = draft.values[j] = values_of(draft.grid.columns[j], role)
        missing = int(np.isnan(values).sum())
        draft.steps[j] = replace(draft.steps[j], role=role, missing=missing)


def refuse_holes(draft: Draft, goal: Goal | None) -> None:
    """Raise for the first missing cell."""
    columns = [(draft.steps[j], np.isnan(draft.values[j]), draft.grid.columns[j].cells)
               for j in draft.kept()]  # fmt: skip
    if goal is not None:
        columns.append((goal.step, ~goal.present, goal.cells))
    for step, holes, cells in columns:
        if holes.any():
            i = int(holes.argmax())
            raise TableError(
                f"{draft.grid.source}, {draft.grid.place(i)}, column "
                f"{quoted(step.column)}: expected a {step.role.kind}, found "
                f"{shown(cells()[i])} ({counted(int(holes.sum()), 'such cell')} in "
                f"{counted(draft.grid.n, 'row')}); fill such cells in, or say "
                'missing="drop" or "impute".'
            )


def fill(draft: Draft) -> None:
    """Let missing cells be filled in."""
    for j in draft.kept():
        if draft.steps[j].missing:
            draft.steps[j] = filled_step(draft.steps[j], draft.values[j])


def chosen_rows(draft: Draft, goal: Goal | None) -> NDArray[np.bool_]:
    """The rows without a hole; columns with many holes go where few rows would stay."""
    there = np.ones(draft.grid.n, bool) if goal is None else goal.present
    n = int(there.sum())
    while True:
        holes = draft.holes()
        present = there & ~holes.any(axis=1)
        d, k = sum(len(step.names) for step in draft.steps), int(present.sum())
        enough = k >= max(TOO_FEW * n, min(2 * (d + 1), 0.5 * n))
        cramped = k <= d < n and n > 2 * SURE
        lost = goal is not None and goal.varies(there) and not goal.varies(present)
        last = len(draft.kept()) == 1 and k > 0
        if (enough and not (cramped or lost)) or last or not holes.any():
            break
        worst = draft.kept()[int(holes[there].sum(axis=0).argmax())]
        share = 100 * draft.steps[worst].missing / draft.grid.n
        draft.leave_out(
            worst,
            f"{share:.0f} % of its cells are missing, and too few rows would remain",
        )
    if present.sum() < 0.5 * draft.grid.n:
        draft.notes.append(
            f"under half of the rows remain: {present.sum()} of {draft.grid.n}; "
            "leave out a column with many missing cells, or fill them in "
            '(missing="impute")'
        )
    return present


def without_target(draft: Draft, goal: Goal, present: NDArray[np.bool_]) -> None:
    """Leave out a copy of the target, and tell of a column that gives it exactly."""
    y = goal.values[present]
    if y.dtype.kind == "U":
        y = np.unique(y, return_inverse=True)[1]
    for j in draft.kept():
        x, name = draft.values[j][present], quoted(draft.steps[j].column)
        if np.array_equal(x, y) and len(draft.kept()) > 1:
            draft.leave_out(j, f"a copy of the target {quoted(goal.step.column)}")
        elif gives(x, y):
            draft.notes.append(GIVES.format(column=name))


def gives(x: Values, y: NDArray[Any]) -> bool:
    """Whether x is y under another name or in another unit; for ten rows or more.

    That is: each value of one goes with one of the other, and they come again, or x
    and y lie on a line.

    >>> y = np.tile([0.0, 1.0, 3.0], 5)
    >>> gives(7 - y**2, y), gives(np.arange(15.0), y), gives(np.ones(15), y)
    (True, False, False)
    """
    n = len(x)
    if n < SURE or not all(_one_to_one(x[:k], y[:k]) for k in (1000, n)):
        return False
    again = 2 * len(np.unique(x)) <= n
    return again or 1 - abs(np.corrcoef(x, y)[0, 1]) < 1e-9


def _one_to_one(x: Values, y: NDArray[Any]) -> bool:
    """Whether x and y vary, and each value of one goes with one of the other."""
    first, at = np.unique(x, return_index=True)
    place = np.searchsorted(first, x)
    k = len(first)
    return bool(1 < k == len(np.unique(y)) and (y[at][place] == y).all())


def without_constants(
    draft: Draft, goal: Goal | None, present: NDArray[np.bool_]
) -> None:
    """Leave out what does not vary in the rows that remain, levels too."""
    if present.all() or goal is None:
        return
    for j in draft.kept():
        step, values = draft.steps[j], draft.values[j][present]
        if step.fill is not None and not np.isnan(values).any():
            step = draft.steps[j] = replace(step, left_out=(step.where_missing,))
        different = np.unique(values[np.isfinite(values)])
        if len(different) < 2 and not (step.fill is not None and step.missing):
            draft.leave_out(j, "constant in the rows that remain")
        elif step.role.kind == "category" and len(different) < len(step.role.levels):
            _renumber(draft, j, different)


def _renumber(draft: Draft, j: int, different: Values) -> None:
    """Let a category have those of its levels alone that occur."""
    step = draft.steps[j]
    levels = tuple(step.role.levels[int(place)] for place in different)
    again = {place: float(i) for i, place in enumerate(different)}
    draft.values[j] = np.array([again.get(v, np.nan) for v in draft.values[j]])
    reason = f"{counted(len(levels), 'level')}, against {quoted(levels[0])}"
    fill = None if step.fill is None else again[step.fill]
    role = replace(step.role, levels=levels, reason=reason)
    draft.steps[j] = replace(step, role=role, fill=fill)
