"""The first pass over a source: a role for each column, and which rows are meant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pellucid.errors import TableError
from pellucid.tables.as_numbers import LEFT_OUT
from pellucid.tables.drafting import Seen
from pellucid.tables.drafts import Draft
from pellucid.tables.grid import Grid, position
from pellucid.tables.profiles import Profile
from pellucid.tables.roles import decimal_of, of_text
from pellucid.tables.streams.first_look import Look, Looking
from pellucid.tables.streams.looked import Asking, Columns, LookedRows, figures_of
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.reading import Reading
from pellucid.tables.streams.runners import Cores, Runner, watched
from pellucid.tables.streams.stream import Stream
from pellucid.tables.to_table import expect_cells, expect_kept, is_text, prepared
from pellucid.tables.wishes import Wishes, names_of


def surveyed(
    pieces: Sequence[Piece], target: str | int | None, missing: str = "drop",
    runner: Runner | None = None, **wished: Any,
) -> Stream:  # fmt: skip
    """Look at all rows once, and give each column a role, as of a table in memory.

    More passes are taken where one does not tell, as where rows with holes go, and the
    stream tells what each was for.
    """
    runner, passes = runner or Cores(), ["looking at the columns"]
    kinds = {"categories": "category", "numbers": "number", "dates": "date"}
    wanted = {
        name: kind for wish, kind in kinds.items()
        for name in names_of(wished.get(wish, ()))
    }  # fmt: skip
    work = Looking(wanted, target)
    jobs = [(piece, 0) for piece in pieces]
    look = watched(runner, work, jobs, f"pass 1: {passes[0]}")
    if look is None:
        raise TableError("expected rows to stream, found none; add some.")
    grid = _witnesses(look)
    wishes = Wishes.of(grid, missing, **wished)
    expect_cells(grid, sum(look.counts), target)
    t = None if target is None else position(grid, target)
    expect_kept(grid, t, wishes)
    look = _as_text(look, [p.name for p in look.profiles if p.mixed], work, pieces,
                    runner, passes)  # fmt: skip
    seen = Seen(grid.source, [*look.profiles], t, wishes, grid.notes)
    columns = _witnesses(look).columns
    typed = [columns[j].name for j in seen.pointed() if is_text(columns[j])]
    look = _as_text(look, typed, work, pieces, runner, passes)
    seen = replace(
        seen, profiles=_read(look, t, _looked(look, pieces, t, runner, passes))
    )
    look = replace(look, profiles=tuple(seen.profiles))
    rows = _looked(look, pieces, t, runner, passes)
    return _stream(seen.draft(rows), rows, grid)


def _read(look: Look, t: int | None, rows: LookedRows) -> list[Profile]:
    """Text of more different cells than are held is read, where it is numbers."""
    decimal = decimal_of(look.profiles)
    features = [j for j in range(len(look.profiles)) if j != t]
    roles = {}
    for place, profile in enumerate(rows.profiles):
        if profile.kind == "text" and profile.held.more:
            role = of_text(profile, decimal)
            if role.kind != LEFT_OUT:
                roles[place] = role
    profiles = [*look.profiles]
    if roles:
        names = tuple(rows.columns.features[place] for place in roles)
        work = Asking(rows.columns, names, partial(figures_of, roles))
        found = rows.found(work, "text of many kinds, as numbers")
        for place, figures in (found or {}).items():
            j = features[place]
            profiles[j] = replace(profiles[j], read=figures)
    return profiles


def _witnesses(look: Look) -> Grid:
    columns = [s.column(p) for s, p in zip(look.some, look.profiles, strict=True)]
    return replace(look.grid, columns=columns)


def _as_text(
    look: Look, names: Sequence[str], work: Looking, pieces: Sequence[Piece],
    runner: Runner, passes: list[str],
) -> Look:  # fmt: skip
    """Look at some columns once more, as text."""
    if not names:
        return look
    passes.append("columns of numbers that are text")
    jobs = [(piece, 0) for piece in pieces]
    work = replace(work, text=True, columns=names)
    again = watched(runner, work, jobs, f"pass {len(passes)}: {passes[-1]}")
    if again is None:
        return look
    profiles, some = [*look.profiles], [*look.some]
    place = [p.name for p in profiles]
    for j, name in enumerate(names):
        profiles[place.index(name)] = again.profiles[j]
        some[place.index(name)] = again.some[j]
    return replace(look, profiles=tuple(profiles), some=tuple(some))


def _looked(
    look: Look, pieces: Sequence[Piece], t: int | None, runner: Runner,
    passes: list[str],
) -> LookedRows:  # fmt: skip
    features = [p for j, p in enumerate(look.profiles) if j != t]
    goal = None if t is None else look.profiles[t]
    names = tuple(p.name for p in features)
    columns = Columns(names, None if goal is None else goal.name)
    witnesses = columns.held(_witnesses(look))
    return LookedRows(pieces, look.counts, runner, columns, features, goal, witnesses,
                      passes)  # fmt: skip


def _stream(draft: Draft, rows: LookedRows, grid: Grid) -> Stream:
    """The stream, with what was done to have it."""
    recipe, plan = prepared(draft), draft.plan()
    labelled = draft.goal is not None and draft.goal.labelled
    labels = rows.labels(plan) if labelled else ()
    needed = tuple(step for j, step in plan.holed if j not in plan.kept)
    reading = Reading(recipe, labels, needed=needed)
    return Stream(tuple(rows.pieces), rows.counts, draft.remain, reading, grid.source,
                  rows.runner, rows.passes, _constants(draft, rows))  # fmt: skip


def _constants(draft: Draft, rows: LookedRows) -> dict[str, Any]:
    """Columns of X and the target that do not vary, and their only value."""
    found: dict[str, Any] = {}
    for j in draft.kept():
        step, profile = draft.steps[j], rows.profiles[j]
        if step.role.kind != "category" and step.fill is None:
            x = profile.figures_by(step.role)
            found |= {step.column: x.low} if x.low == x.high else {}
    if draft.goal is None or rows.goal is None:
        return found
    if draft.goal.labelled:
        labels = draft.goal.labels
        return found | ({draft.goal.step.column: labels[0]} if len(labels) == 1 else {})
    y = rows.goal.figures_by(draft.goal.step.role)
    return found | ({draft.goal.step.column: y.low} if y.low == y.high else {})
