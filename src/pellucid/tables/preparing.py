"""A grid becomes a table: roles are given, rows chosen, columns made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.cells import is_missing, marks_of
from pellucid.tables.dates import format_of, unit_of
from pellucid.tables.grid import Cells, Column, Grid, position
from pellucid.tables.preparation import Preparation, Step, Values, filled_step, names_of
from pellucid.tables.roles import (
    LEFT_OUT,
    Role,
    as_number,
    category,
    decimal_of,
    doubts,
    levels_of,
    of_numbers,
    role_of,
    text_of,
    values_of,
)
from pellucid.tables.table import Table
from pellucid.tables.wording import counted, quoted, shown

MISSING = ("drop", "impute", "refuse")
TOO_FEW = 0.1  # share of the rows that must remain, else columns are left out for them
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
        _without_copies(draft)
    if not draft.kept():
        _numbered(draft)
    if wishes.missing == "refuse":
        _refuse_holes(draft, goal)
    if wishes.missing == "impute":
        _fill(draft)
    present = _chosen_rows(draft, goal)
    _without_constants(draft, goal, present)
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
    first = column is grid.columns[0]
    return role_of(column, decimal, first=first, judged=judged)


def _as_asked(grid: Grid, column: Column, decimal: str, kind: str) -> Role:
    """A column as a number or date, as was asked for; what is none is missing."""
    if column.kind in (kind, "boolean", "duration"):
        return Role(kind, "as was asked for")
    levels = levels_of(column.cells())
    if kind == "number":
        marks, share = marks_of(levels.texts, decimal)
        role = Role("number", "as was asked for; what is no number counts as missing",
                    marks=marks, lenient=True)  # fmt: skip
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


@dataclass(frozen=True)
class Goal:
    """The target: its step, its values (n,), and which rows have one."""

    step: Step
    values: NDArray[Any]
    present: NDArray[np.bool_]
    cells: Callable[[], Sequence[object]]


def _goal(grid: Grid, column: Column, wishes: Wishes, decimal: str) -> Goal:
    """Read the column to learn: numbers, or labels."""
    role = _goal_role(column, wishes, decimal)
    if role.kind == "label":
        cells = Cells.of(column.cells())
        present = np.array([not is_missing(c) for c in cells.levels])[cells.codes]
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


# -- rows and columns that go ---------------------------------------------------------


def _without_copies(draft: Draft) -> None:
    """Leave out a column that says what one before it says."""
    seen: dict[bytes, str] = {}
    for j in draft.kept():
        key = draft.values[j].tobytes()
        if key in seen:
            draft.leave_out(j, f"a copy of {quoted(seen[key])}")
        seen.setdefault(key, draft.steps[j].column)


def _numbered(draft: Draft) -> None:
    """Where nothing else is left, let the number of a row be what is learned from."""
    for j, (step, column) in enumerate(
        zip(draft.steps, draft.grid.columns, strict=True)
    ):
        if step.role.numbering:
            role = Role("number", f"{step.role.reason}; there is no other column")
            draft.steps[j] = replace(step, role=role)
            draft.values[j] = values_of(column, role)
            return


def _refuse_holes(draft: Draft, goal: Goal | None) -> None:
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


def _fill(draft: Draft) -> None:
    """Let missing cells be filled in."""
    for j in draft.kept():
        if draft.steps[j].missing:
            draft.steps[j] = filled_step(draft.steps[j], draft.values[j])


def _chosen_rows(draft: Draft, goal: Goal | None) -> NDArray[np.bool_]:
    """The rows without a hole; columns with many holes go where few rows would stay."""
    there = np.ones(draft.grid.n, bool) if goal is None else goal.present
    while True:
        holes = draft.holes()
        present = there & ~holes.any(axis=1)
        d = sum(len(step.names) for step in draft.steps)
        enough = max(TOO_FEW * there.sum(), min(2 * (d + 1), 0.5 * there.sum()))
        if present.sum() >= enough or not holes.any():
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


def _without_constants(
    draft: Draft, goal: Goal | None, present: NDArray[np.bool_]
) -> None:
    """Leave out what does not vary in the rows that remain, levels too."""
    if present.all() or goal is None:
        return
    for j in draft.kept():
        step, values = draft.steps[j], draft.values[j][present]
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
        draft.grid.n,
        int((~present).sum()), notes,
    )  # fmt: skip
    y = None if goal is None else np.ascontiguousarray(goal.values[present])
    return Table(
        _encoded(draft, kept, present),
        y,
        preparation.names,
        None if goal is None else goal.step.column,
        draft.grid.source,
        preparation,
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

    >>> columns_named(["age", "sex,town"])
    ('age', 'sex', 'town')
    """
    return tuple(name.strip() for word in given for name in word.split(",") if name)
