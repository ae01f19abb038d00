"""Grids of the same columns, one below the other, become one."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np

from pellucid.tables.grid import PLAINLY, Cells, Column, Grid


def joined(grids: Sequence[Grid]) -> Grid:
    """One grid of all rows; it goes by the names of the first.

    Examples
    --------
    >>> column = Column("x", np.array([1.0, 2.0]), lambda: [1, 2], "number")
    >>> grids = [Grid(name, [column], lambda i: f"row {i + 1}") for name in ("a", "b")]
    >>> both = joined(grids)
    >>> both.columns[0].numbers, both.columns[0].cells(), both.place(2)
    (array([1., 2., 1., 2.]), [1, 2, 1, 2], 'row 1 of b')
    """
    first = grids[0]
    if len(grids) == 1:
        return first
    each = [{column.name: column for column in grid.columns} for grid in grids]
    columns = [_joined([parts[name] for parts in each]) for name in first.names]
    starts = [*itertools.accumulate((grid.n for grid in grids), initial=0)]
    notes = dict.fromkeys(note for grid in grids for note in grid.notes)
    place = partial(_place, grids, starts)
    return Grid(first.source, columns, place, first.named, tuple(notes))


def _place(grids: Sequence[Grid], starts: Sequence[int], i: int) -> str:
    """Say where row i stands, and in which file if not the first."""
    k = bisect.bisect_right(starts, i) - 1
    place = grids[k].place(i - starts[k])
    same = grids[k].source == grids[0].source
    return place if same else f"{place} of {grids[k].source}"


def _joined(parts: Sequence[Column]) -> Column:
    """A column of which the parts lie below each other."""
    first = parts[0]
    kinds, marks = {part.kind for part in parts}, {part.marks for part in parts}
    levels = {part.levels for part in parts}
    alike = len(kinds) == len(marks) == 1
    return Column(
        first.name,
        np.concatenate([part.numbers for part in parts]),
        partial(_cells, parts),
        first.kind if alike else "text",  # is to be judged anew
        first.levels if len(levels) == 1 else (),
        first.marks if alike else PLAINLY,
    )


def _cells(parts: Sequence[Column]) -> Sequence[object]:
    """The cells of all parts; each different one is held once where they hold it so."""
    each = [part.cells() for part in parts]
    held = [cells for cells in each if isinstance(cells, Cells)]
    if len(held) < len(each):
        return [*itertools.chain(*each)]
    levels = Cells.of([level for cells in held for level in cells.levels])
    ends = itertools.accumulate(len(cells.levels) for cells in held[:-1])
    again = np.split(levels.codes, [*ends])
    codes = [place[cells.codes] for place, cells in zip(again, held, strict=True)]
    return Cells(levels.levels, np.concatenate(codes))
