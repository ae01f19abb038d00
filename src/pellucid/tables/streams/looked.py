"""Rows that no memory holds, looked at in as few passes as tell what is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from pellucid.tables.as_numbers import Role, part_values_of
from pellucid.tables.drafts import Goal, Plan, most_frequent
from pellucid.tables.figures import Figures
from pellucid.tables.from_arrays import row
from pellucid.tables.grid import Column, Grid, position
from pellucid.tables.held import HeldRows
from pellucid.tables.looks import Alike, Holes, Left, Relation, Span
from pellucid.tables.profiles import Profile, asked_of
from pellucid.tables.step import Step
from pellucid.tables.streams.adding import Several, Tree
from pellucid.tables.streams.medians import Bins, Wanted, most_frequent_of
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.runners import Runner, jobs_of, watched

Ask = Callable[[HeldRows], Any]


class Each(dict[int, Any]):
    """What is found of each column, added to its own.

    >>> Each({3: 1}) + Each({3: 2})
    {3: 3}
    """

    def __add__(self, other: Mapping[int, Any]) -> Each:
        """Add each to its own."""
        return Each({j: a + other[j] for j, a in self.items()})


@dataclass(frozen=True)
class Columns:
    """Which raw columns are features, and which is the target, by their names."""

    features: tuple[str, ...]
    target: str | None

    def held(self, grid: Grid) -> HeldRows:
        """Rows of a grid, with those of the columns that it has."""
        columns = {column.name: column for column in grid.columns}
        nothing = Column("", np.empty(0), lambda: ())
        features = [columns.get(name, nothing) for name in self.features]
        target = None if self.target is None else columns.get(self.target)
        return HeldRows(_sized(grid, features), target)


def _sized(grid: Grid, columns: list[Column]) -> Grid:
    """A grid of as many rows, though its first column may not have been read."""
    first, *others = columns
    if len(first.numbers) != grid.n:
        first = replace(first, numbers=np.full(grid.n, np.nan))
    return replace(grid, columns=[first, *others], records=None)


@dataclass(frozen=True)
class Asking:
    """The work of a pass: something is asked of the rows of each grid, and added."""

    columns: Columns
    wanted: tuple[str, ...]
    ask: Ask

    def __call__(self, piece: Piece, start: int) -> Any:
        """Ask it of a piece."""
        tree: Tree[Any] = Tree()
        for grid in piece.grids(self.wanted):
            tree.add(self.ask(self.columns.held(grid)))
        return tree.total


@dataclass(eq=False)
class LookedRows:
    """Rows of which a first pass found profiles and witnesses; see `Rows`.

    Parameters
    ----------
    pieces, counts
        As of a `Stream`.
    runner : Runner
        Who works.
    columns : Columns
        Features and target.
    profiles : sequence of Profile
        Of the features.
    goal : Profile, optional
        Of the target.
    witnesses : HeldRows
        Some rows.
    passes : list of str
        What each pass was for, so far.
    """

    pieces: Sequence[Piece]
    counts: tuple[int, ...]
    runner: Runner
    columns: Columns
    profiles: Sequence[Profile]
    goal: Profile | None
    witnesses: HeldRows
    passes: list[str] = field(default_factory=list)
    _beside: tuple[Any, Any, Any] = (None, None, None)

    @property
    def n(self) -> int:
        """How many rows there are."""
        return sum(self.counts)

    @property
    def complete(self) -> bool:
        """Whether the witnesses are all rows."""
        return self.witnesses.grid.n == self.n

    def asked(self, ask: Ask, plan: Plan, kept: Sequence[int], what: str) -> Any:
        """Ask something of all rows, in one pass over the columns that it takes."""
        if self.complete:
            return ask(self.witnesses)
        names = self.columns.features
        wanted = [names[j] for j in kept] + [names[j] for j, _ in plan.holed]
        wanted += [self.columns.target] if self.columns.target is not None else []
        return self.found(Asking(self.columns, tuple(dict.fromkeys(wanted)), ask), what)

    def found(self, work: Asking, what: str) -> Any:
        """What some work finds of all rows, in one pass."""
        self.passes.append(what)
        jobs = jobs_of(self.pieces, self.counts)
        name = f"pass {len(self.passes)}: {what}"
        return watched(self.runner, work, jobs, name, self.counts)

    # -- what is asked ----------------------------------------------------------------

    def alike(self, plan: Plan) -> Alike:
        """Which of the columns that are kept are equal."""
        found = self.witnesses.alike(plan) + self._like(plan)
        doubtful = [i for i, k in enumerate(found.first) if found.first.count(k) > 1]
        if not doubtful or self.complete:
            return found
        kept = [plan.kept[i] for i in doubtful]
        few = replace(plan, kept=tuple(kept), goal=None, holed=())
        sure = self.asked(partial(_alike, few), few, kept, "columns that are copies")
        first = [*range(len(plan.kept))]
        for i, k in zip(doubtful, sure.first, strict=True):
            first[i] = doubtful[k]
        return Alike(tuple(first))

    def _like(self, plan: Plan) -> Alike:
        """Which have as many holes, and the same ends."""
        seen: dict[Any, int] = {}
        ends = []
        for i, j in enumerate(plan.kept):
            x = self.profiles[j].figures_by(plan.steps[j].role)
            ends.append(seen.setdefault((x.missing, x.low, x.high), i))
        return Alike(tuple(ends))

    def holes(self, plan: Plan) -> Holes:
        """In how many rows there are holes."""
        if plan.holed or (plan.goal and plan.goal.step.missing):
            open_ = self._open(plan)
            ask = partial(_everything, plan, open_)
            found = self.asked(ask, plan, plan.kept, "rows with a hole")
            holes: Holes = found[0]
            self._beside = (plan.holed, found[1], found[2])
            return holes
        n = np.array([self.n])
        return Holes(n, n, (self._span(plan.goal),), np.empty(0, np.intp))

    def left(self, plan: Plan, n: int) -> Mapping[int, Left]:
        """What is left of columns in the n rows that remain."""
        found: Mapping[int, Left] = self.witnesses.left(plan, n)
        if self.complete or all(_settled(plan.steps[j], found[j]) for j in plan.kept):
            return found
        holed, left, _ = self._beside
        if holed == plan.holed:
            return {j: left[j] for j in plan.kept}
        what = "what is left in the rows that remain"
        sure: Mapping[int, Left] = self.asked(
            partial(_left, plan), plan, plan.kept, what
        )
        return sure

    def relations(self, plan: Plan, n: int) -> Mapping[int, Relation]:
        """What columns have to do with the target in the n rows that remain."""
        found: dict[int, Relation] = dict(self.witnesses.relations(plan, n))
        doubtful = [] if self.complete else self._open(plan)
        holed, _, beside = self._beside
        if doubtful and holed == plan.holed:
            return {j: beside.get(j, Relation(n)) for j in plan.kept}
        if not self.complete:
            found = {j: Relation(n) for j in plan.kept}
        if doubtful:
            ask = partial(_relations, replace(plan, kept=tuple(doubtful)))
            found |= self.asked(ask, plan, doubtful, "columns that give the target")
        return found

    def _open(self, plan: Plan) -> list[int]:
        """Columns of which the witnesses do not rule out that they give the target."""
        span, n = self._span(plan.goal), self.n
        found = self.witnesses.relations(plan, n).items()
        return [j for j, relation in found if relation.may_give(n, span)]

    def _span(self, goal: Goal | None) -> Span:
        if goal is None or self.goal is None:
            return Span()
        if goal.labelled:
            return Span(0.0, len(goal.labels) - 1.0)
        x = self.goal.figures_by(goal.step.role)
        return Span(x.low, x.high)

    def profiled(self, j: int, role: Role) -> int:
        """How many cells of a column hold nothing, by a role."""
        return self.profiles[j].figures_by(role).missing

    def labels(self, plan: Plan) -> tuple[str, ...]:
        """The labels of the target that there are in the rows that remain."""
        if plan.goal is None:
            return ()
        found: Places = _labels(plan, self.witnesses)
        labels = plan.goal.labels
        if not self.complete and len(found.places) < len(labels) and plan.holed:
            found = self.asked(partial(_labels, plan), plan, (), "labels that remain")
        elif not plan.holed:
            return labels
        return tuple(labels[int(place)] for place in sorted(found.places))

    def fills(self, plan: Plan, places: Sequence[int]) -> Sequence[float]:
        """What takes the place of holes: the median, or the most frequent level."""
        found: dict[int, float] = {}
        wanted: dict[int, Wanted] = {}
        for j in places:
            if self.profiles[j].few:
                found[j] = _fill_of(self.profiles[j], plan.steps[j])
            else:
                wanted[j] = Wanted()
        while wanted:
            ask = partial(_bins, plan, wanted)
            what = "medians of columns with holes"
            for j, bins in self.asked(ask, plan, [*wanted], what).items():
                if plan.steps[j].role.kind == "boolean":
                    found[j] = most_frequent_of(bins, (0.0, 1.0))
                    del wanted[j]
                    continue
                wanted[j] = wanted[j].next(bins)
                if wanted[j].done:
                    found[j] = wanted.pop(j).median
        return [found[j] for j in places]

    def first_hole(self, plan: Plan, j: int | None) -> tuple[str, object]:
        """Where a column, None for the target, has its first hole, and the cell."""
        name = self.columns.target if j is None else self.columns.features[j]
        start = 0
        for piece in self.pieces:
            for grid in piece.grids([str(name)]):
                rows = self.columns.held(grid)
                x = rows.y(plan.goal) if j is None else rows.values(j, plan.steps[j])
                holes = np.isnan(x) if x is not None else np.zeros(0, bool)
                if holes.any():
                    i = int(holes.argmax())
                    cell = grid.columns[position(grid, str(name))].cells()[i]
                    counted = grid.place is row
                    return row(start + i) if counted else grid.place(i), cell
                start += grid.n
        raise LookupError(f"no hole in {name}")


# -- what is asked of the rows of a grid ----------------------------------------------


@dataclass(frozen=True)
class Places:
    """Which places of labels there are."""

    places: frozenset[float]

    def __add__(self, other: Places) -> Places:
        """Those of both parts."""
        return Places(self.places | other.places)


def figures_of(roles: Mapping[int, Role], rows: HeldRows) -> Each:
    """The figures of columns by their roles."""
    columns = rows.grid.columns
    return Each({
        j: Figures.of(part_values_of(columns[j], role), **asked_of(columns[j].name))
        for j, role in roles.items()
    })  # fmt: skip


def _alike(plan: Plan, rows: HeldRows) -> Alike:
    return rows.alike(plan)


def _left(plan: Plan, rows: HeldRows) -> Each:
    return Each(rows.left(plan, 0))


def _relations(plan: Plan, rows: HeldRows) -> Each:
    return Each(rows.relations(plan, 0))


def _everything(plan: Plan, doubtful: Sequence[int], rows: HeldRows) -> Several:
    few = replace(plan, kept=tuple(doubtful))
    return Several((rows.holes(plan), _left(plan, rows), _relations(few, rows)))


def _labels(plan: Plan, rows: HeldRows) -> Places:
    y = rows.y(plan.goal)
    return Places(
        frozenset(() if y is None else np.unique(y[rows.present(plan)]).tolist())
    )


def _bins(plan: Plan, wanted: Mapping[int, Wanted], rows: HeldRows) -> Each:
    return Each(
        {j: Bins.of(rows.values(j, plan.steps[j]), w) for j, w in wanted.items()}
    )


def _settled(step: Step, left: Left) -> bool:
    """Whether some rows show all that there may be."""
    if step.fill is not None and not left.filled:
        return False
    if step.role.kind == "category":
        return len(left.places) == len(step.role.levels)
    return left.span.varies


def _fill_of(profile: Profile, step: Step) -> float:
    """The median or the most frequent of values that were counted."""
    x, counts = profile.values_by(step.role), profile.held.counts
    there = np.isfinite(x)
    values, place = np.unique(x[there], return_inverse=True)
    often = np.bincount(place, counts[there]).astype(np.int64)
    if step.role.kind in ("category", "boolean"):
        return most_frequent(values, often)
    n, ends = int(often.sum()), np.cumsum(often)
    middle = np.searchsorted(ends, [(n - 1) // 2, n // 2], side="right")
    return float(np.mean(values[middle]))
