"""Columns on their way into a table, and which of them and of the rows go.

What is judged is the same whether all rows are in memory or none: it is asked of
`Rows`, which look at them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.as_numbers import LEFT_OUT, Role
from pellucid.tables.looks import Alike, Holes, Left, Relation
from pellucid.tables.preparation import GIVES
from pellucid.tables.step import Step
from pellucid.tables.wording import counted, quoted, shown

TOO_FEW = 0.1  # share of the rows that must remain, else columns are left out for them
SURE = 10  # rows from which few of them are too few for the columns


@dataclass(frozen=True)
class Goal:
    """The target: its step, and its labels, sorted as text, where it has some."""

    step: Step
    labels: tuple[str, ...] = ()

    @property
    def labelled(self) -> bool:
        """Whether its values are the places of labels."""
        return self.step.role.kind == "label"


@dataclass(frozen=True)
class Plan:
    """What is to be done with columns so far, as they are asked for.

    Parameters
    ----------
    steps : tuple of Step
        Of each column.
    goal : Goal or None
        The target.
    kept : tuple of int
        The places of columns that are not left out.
    holed : tuple of (int, Step)
        Columns for whose holes a row goes, the first that would be left out first.
    """

    steps: tuple[Step, ...]
    goal: Goal | None
    kept: tuple[int, ...]
    holed: tuple[tuple[int, Step], ...]


class Rows(Protocol):
    """Rows that can be looked at: in memory, or in passes over them."""

    def alike(self, plan: Plan) -> Alike:
        """Which of the columns that are kept are equal."""
        ...

    def holes(self, plan: Plan) -> Holes:
        """In how many rows there are holes."""
        ...

    def left(self, plan: Plan, n: int) -> Mapping[int, Left]:
        """What is left of columns in the n rows that remain."""
        ...

    def relations(self, plan: Plan, n: int) -> Mapping[int, Relation]:
        """What columns have to do with the target in the n rows that remain."""
        ...

    def profiled(self, j: int, role: Role) -> int:
        """How many cells of a column hold nothing, by a role."""
        ...

    def fills(self, plan: Plan, places: Sequence[int]) -> Sequence[float]:
        """What takes the place of holes: the median, or the most frequent level."""
        ...

    def first_hole(self, plan: Plan, j: int | None) -> tuple[str, object]:
        """Where a column, None for the target, has its first hole, and the cell."""
        ...


@dataclass
class Draft:
    """Columns on their way into a table: a step of each, and rows to look at."""

    source: str
    n: int
    rows: Rows
    goal: Goal | None
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    remain: int = 0
    holed: tuple[tuple[int, Step], ...] | None = None  # when rows have been chosen

    def leave_out(self, j: int, reason: str) -> None:
        """Leave a column out after all."""
        step = self.steps[j]
        self.steps[j] = replace(step, role=Role(LEFT_OUT, reason), fill=None)

    def kept(self) -> list[int]:
        """The places of the columns that are not left out."""
        return [j for j, s in enumerate(self.steps) if s.role.kind != LEFT_OUT]

    def plan(self, each: Mapping[int, int] | None = None) -> Plan:
        """What is done with columns so far; in `each` so many rows have a hole."""
        kept, holed = self.kept(), self.holed
        if holed is None:
            some = [(j, self.steps[j]) for j in kept]
            some = [(j, s) for j, s in some if s.missing and s.fill is None]
            often = each or {j: step.missing for j, step in some}
            holed = tuple(sorted(some, key=lambda pair: (-often[pair[0]], pair[0])))
        return Plan(tuple(self.steps), self.goal, tuple(kept), holed)

    @property
    def d(self) -> int:
        """How many columns of X there are."""
        return sum(len(step.names) for step in self.steps)


def judge(draft: Draft, missing: str) -> None:
    """Leave out columns that tell nothing new, and find which rows remain."""
    if not draft.kept():
        last_resort(draft)
    if draft.goal is not None:
        without_copies(draft)
    if missing == "refuse":
        refuse_holes(draft)
    if missing == "impute":
        fill(draft)
    choose_rows(draft)
    if draft.goal is not None and draft.remain:
        without_target(draft, draft.goal)
        without_constants(draft)


def without_copies(draft: Draft) -> None:
    """Leave out a column that says what one before it says."""
    kept = draft.kept()
    for j, i in zip(kept, draft.rows.alike(draft.plan()).first, strict=True):
        if kept[i] != j:
            draft.leave_out(j, f"a copy of {quoted(draft.steps[kept[i]].column)}")


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
        missing = draft.rows.profiled(j, role)
        draft.steps[j] = replace(draft.steps[j], role=role, missing=missing)


def refuse_holes(draft: Draft) -> None:
    """Raise for the first missing cell."""
    plan = draft.plan()
    columns: list[tuple[int | None, Step]] = [(j, draft.steps[j]) for j in plan.kept]
    if draft.goal is not None:
        columns.append((None, draft.goal.step))
    for j, step in columns:
        if step.missing:
            place, cell = draft.rows.first_hole(plan, j)
            raise TableError(
                f"{draft.source}, {place}, column {quoted(step.column)}: expected a "
                f"{step.role.kind}, found {shown(cell)} "
                f"({counted(step.missing, 'such cell')} in {counted(draft.n, 'row')}); "
                'fill such cells in, or say missing="drop" or "impute".'
            )


def fill(draft: Draft) -> None:
    """Let missing cells be filled in."""
    places = [j for j in draft.kept() if draft.steps[j].missing]
    fills = draft.rows.fills(draft.plan(), places) if places else []
    for j, value in zip(places, fills, strict=True):
        draft.steps[j] = replace(draft.steps[j], fill=value)


def choose_rows(draft: Draft) -> None:
    """Find the rows without a hole; columns with many go where few rows would stay."""
    plan = draft.plan()
    holes = draft.rows.holes(plan)
    often = zip(plan.holed, holes.each.tolist(), strict=True)
    each = {j: k for (j, _), k in often}
    again = draft.plan(each)
    if again != plan:
        plan, holes = again, draft.rows.holes(again)
    out, n, varies = 0, holes.remain(len(plan.holed)), holes.varies(len(plan.holed))
    for worst, step in plan.holed:
        d, k = draft.d, holes.remain(out)
        enough = k >= max(TOO_FEW * n, min(2 * (d + 1), 0.5 * n))
        cramped = k <= d < n and n > 2 * SURE
        lost = draft.goal is not None and varies and not holes.varies(out)
        last = len(draft.kept()) == 1 and k > 0
        if (enough and not (cramped or lost)) or last:
            break
        share = 100 * step.missing / draft.n
        draft.leave_out(
            worst,
            f"{share:.0f} % of its cells are missing, and too few rows would remain",
        )
        out += 1
    draft.remain, draft.holed = holes.remain(out), plan.holed[out:]
    if draft.remain < 0.5 * draft.n:
        draft.notes.append(
            f"under half of the rows remain: {draft.remain} of {draft.n}; "
            "leave out a column with many missing cells, or fill them in "
            '(missing="impute")'
        )


def without_target(draft: Draft, goal: Goal) -> None:
    """Leave out a copy of the target, and tell of a column that gives it exactly."""
    for j, relation in draft.rows.relations(draft.plan(), draft.remain).items():
        if relation.copies(goal.labelled) and len(draft.kept()) > 1:
            draft.leave_out(j, f"a copy of the target {quoted(goal.step.column)}")
        elif relation.gives:
            name = quoted(draft.steps[j].column)
            draft.notes.append(GIVES.format(column=name))


def without_constants(draft: Draft) -> None:
    """Leave out what does not vary in the rows that remain, levels too."""
    if draft.remain == draft.n:
        return
    for j, left in draft.rows.left(draft.plan(), draft.remain).items():
        step = draft.steps[j]
        if step.fill is not None and not left.filled:
            step = draft.steps[j] = replace(step, left_out=(step.where_missing,))
        if not left.span.varies and not (step.fill is not None and step.missing):
            draft.leave_out(j, "constant in the rows that remain")
        elif left.places and len(left.places) < len(step.role.levels):
            draft.steps[j] = _renumbered(step, sorted(left.places))


def _renumbered(step: Step, places: Sequence[float]) -> Step:
    """A category with those of its levels alone that occur."""
    levels = tuple(step.role.levels[int(place)] for place in places)
    reason = f"{counted(len(levels), 'level')}, against {quoted(levels[0])}"
    fill = None if step.fill is None else float(places.index(step.fill))
    role = replace(step.role, levels=levels, reason=reason)
    return replace(step, role=role, fill=fill)


def most_frequent(places: Any, counts: Any) -> float:
    """The value that occurs most often; the least of several."""
    return float(places[np.argmax(counts)])
