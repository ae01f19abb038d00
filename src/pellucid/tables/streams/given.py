"""Rows that a fit is given as X and y: each column stands for itself, as in memory.

One pass counts the rows, and refuses what is no number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.as_numbers import Role
from pellucid.tables.grid import Column, Grid
from pellucid.tables.levels import text_of
from pellucid.tables.preparation import Preparation
from pellucid.tables.step import Step
from pellucid.tables.streams.partitions import PartitionPiece
from pellucid.tables.streams.reading import Reading
from pellucid.tables.streams.runners import Cores, Runner, watched
from pellucid.tables.streams.stream import Stream
from pellucid.tables.wording import quoted

NUMBERS = ("number", "boolean")


@dataclass(frozen=True)
class Contents:
    """What some rows hold: the names of columns, how many rows, the classes of y.

    Parameters
    ----------
    names : tuple of str
        Of all columns; none where no row is there.
    counts : tuple of int
        How many rows each piece has.
    n : int
        How many of them have weight.
    labels : frozenset of str
        The classes, where y is text.
    """

    names: tuple[str, ...]
    counts: tuple[int, ...]
    n: int
    labels: frozenset[str]

    def __add__(self, other: Contents) -> Contents:
        """What these rows and those after them hold."""
        if self.names and other.names and self.names != other.names:
            raise TableError(
                "expected partitions of the same columns, found "
                f"{', '.join(self.names)} and {', '.join(other.names)}; mend one."
            )
        return Contents(
            self.names or other.names,
            self.counts + other.counts,
            self.n + other.n,
            self.labels | other.labels,
        )


def as_given(pieces: Sequence[PartitionPiece], runner: Runner | None = None) -> Stream:
    """Stream features X and a target y that lie side by side in pieces.

    Raises
    ------
    TableError
        For a cell that is no number, in X, or is missing, in y; and without any row.
    """
    runner = runner or Cores()
    weighted = pieces[0].weighted
    work = partial(_looked, weighted)
    jobs = [(piece, 0) for piece in pieces]
    found = watched(runner, work, jobs, "looking at the columns")
    source = pieces[0].source
    if found is None or not found.names:
        raise TableError(f"{source}: expected rows to learn from, found none.")
    *features, target = found.names[: len(found.names) - weighted]
    kind = "label" if found.labels else "number"
    recipe = Preparation(
        source,
        tuple(Step(name, Role("number", "as given")) for name in features),
        Step(target, Role(kind, "as given")),
        sum(found.counts),
        0,
    )
    weights = found.names[-1] if weighted else None
    reading = Reading(recipe, tuple(sorted(found.labels)), weights=weights)
    stream = Stream(tuple(pieces), found.counts, found.n, reading, source, runner)
    stream.passes.append("looking at the columns")
    return stream


def _looked(weighted: bool, piece: PartitionPiece, start: int) -> Contents:
    """What the rows of a piece hold; none of them may have a hole."""
    found = Contents((), (0,), 0, frozenset())
    for grid in piece.grids():
        *features, target = grid.columns[: len(grid.columns) - weighted]
        for column in features:
            _expect_numbers(grid, column)
        labels: frozenset[str] = frozenset()
        if target.kind in NUMBERS:
            _expect_numbers(grid, target)
        else:
            labels = frozenset(_labels(grid, target))
        n = _weighing(grid, grid.columns[-1]) if weighted else grid.n
        more = Contents(tuple(grid.names), (0,), n, labels)
        found = replace(found + more, counts=(found.counts[0] + grid.n,))
    return found


def _weighing(grid: Grid, column: Column) -> int:
    """How many rows have weight; refuse weights that are none."""
    _expect_numbers(grid, column)
    s = column.numbers
    if grid.n and s.min() < 0:
        raise TableError(
            f"{grid.source}: expected weights of at least 0, got weights from "
            f"{s.min():g} to {s.max():g}; mend sample_weight."
        )
    return int(np.count_nonzero(s))


def _expect_numbers(grid: Grid, column: Column) -> None:
    """Refuse a column of X that is none of numbers, and a cell that is not finite."""
    finite = np.isfinite(column.numbers)
    if column.kind in NUMBERS and finite.all():
        return
    i = int(np.argmin(finite))
    raise TableError(
        f"{grid.source}, column {quoted(column.name)}: expected finite numbers, found "
        f"{text_of(column.cells()[i])}; give the rows as pl.rows(..., target=...), "
        "which makes numbers of text and leaves rows with holes out."
    )


def _labels(grid: Grid, column: Column) -> set[str]:
    """The classes that a target of text names."""
    different: set[Any] = {*column.cells()}
    if any(cell is None or cell != cell for cell in different):
        raise TableError(
            f"{grid.source}, column {quoted(column.name)}: expected a class in each "
            "row, found none in one; leave its row out."
        )
    return {text_of(cell) for cell in different}
