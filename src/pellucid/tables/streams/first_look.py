"""What the first pass finds: a profile of each column, and some rows as witnesses.

Where the witnesses show that two columns differ, that a column varies, or that all
levels occur, it is so in all rows, and no other pass is needed to tell.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.from_arrays import row
from pellucid.tables.grid import Cells, Column, Grid, is_meant
from pellucid.tables.profiles import Profile
from pellucid.tables.streams.adding import Tree
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.wording import listed

WITNESSES = 2**15  # rows that are held
EACH = 2**12  # of them from each grid


@dataclass(frozen=True, eq=False)
class Some:
    """Some cells, part by part: as numbers (k,), and as they came if they are text."""

    parts: tuple[tuple[NDArray[np.float64], Cells | None], ...]

    def __add__(self, other: Some) -> Some:
        """The cells of both parts, as many as are held."""
        if sum(len(x) for x, _ in self.parts) >= WITNESSES:
            return self
        return Some((*self.parts, *other.parts))

    def column(self, profile: Profile) -> Column:
        """A column of these cells alone."""
        numbers = np.concatenate([x for x, _ in self.parts])[:WITNESSES]
        return Column(profile.name, numbers, self._cells, profile.kind,
                      profile.order, profile.marks)  # fmt: skip

    def _cells(self) -> Cells:
        """The cells as they came, or as numbers."""
        parts = (x.tolist() if cells is None else cells for x, cells in self.parts)
        return Cells.of([*itertools.chain.from_iterable(parts)][:WITNESSES])


@dataclass(frozen=True, eq=False)
class Look:
    """What is found of some rows.

    Parameters
    ----------
    grid : Grid
        The first of them, for what a source says of itself.
    counts : tuple of int
        How many rows there are in each piece.
    profiles : tuple of Profile
        Of each column.
    some : tuple of Some
        Witnesses of each column.
    """

    grid: Grid
    counts: tuple[int, ...]
    profiles: tuple[Profile, ...]
    some: tuple[Some, ...]

    @classmethod
    def of(cls, grid: Grid, tallied: Callable[[Column], bool], text: bool) -> Look:
        """Look at rows; as text, whatever they seem to be, where that is asked for."""
        profiles, some = [], []
        for column in grid.columns:
            if text:
                column = replace(column, kind="text")
            counted = tallied(column)
            worded = column.kind in ("text", "category") or counted
            if worded:
                column = _held(column)
            profiles.append(Profile.of(column, counted))
            cells = Cells.of(column.cells()[:EACH]) if worded else None
            some.append(Some(((column.numbers[:EACH].copy(), cells),)))
        bare = replace(grid, columns=[], place=row, records=None, labels=None)
        return cls(bare, (grid.n,), tuple(profiles), tuple(some))

    def __add__(self, other: Look) -> Look:
        """What is found of both parts, one after the other."""
        other = other._ordered([p.name for p in self.profiles], self.grid.source)
        counts = (*self.counts, *other.counts)
        if not sum(self.counts) or not sum(other.counts):  # nothing is seen of no rows
            return replace(self if sum(self.counts) else other, counts=counts)
        pairs = zip(self.profiles, other.profiles, strict=True)
        some = zip(self.some, other.some, strict=True)
        return Look(
            self.grid,
            counts,
            tuple(a + b for a, b in pairs),
            tuple(a + b for a, b in some),
        )

    def _ordered(self, names: Sequence[str], before: str) -> Look:
        """Its columns in the order of the rows before, which must have the same."""
        found = [p.name for p in self.profiles]
        if found == names:
            return self
        if sorted(found) != sorted(names):
            source = self.grid.source
            where = "the rows before" if before == source else before
            raise TableError(
                f"{source}: expected the columns {listed(names)}, as in {where}, "
                f"found {listed(found)}; give each part the same."
            )
        places = [*map(found.index, names)]
        return replace(
            self,
            profiles=tuple(self.profiles[j] for j in places),
            some=tuple(self.some[j] for j in places),
        )


def _held(column: Column) -> Column:
    """A column of which each different cell is held once."""
    cells = Cells.of(column.cells())
    return replace(column, cells=lambda: cells)


@dataclass(frozen=True)
class Looking:
    """The work of a pass: a look at the rows of a piece.

    Parameters
    ----------
    wanted : mapping of str to str
        From columns, as a person names them, to the kind that they are to be of: the
        cells of one that is of another kind are counted.
    named : str or None
        The target, of which truth values are counted too.
    text : bool
        Whether all columns are looked at as text.
    columns : tuple of str, optional
        Those that are looked at.
    """

    wanted: Mapping[str, str] = field(default_factory=dict)
    named: str | int | None = None
    text: bool = False
    columns: Sequence[str] | None = None

    def __call__(self, piece: Piece, start: int) -> Look | None:
        """Look at a piece."""
        tree: Tree[Look] = Tree()
        for grid in piece.grids(self.columns):
            if self.columns is not None:
                kept = [grid.columns[grid.names.index(name)] for name in self.columns]
                grid = replace(grid, columns=kept)
            tree.add(Look.of(grid, partial(self._tallied, grid), self.text))
        found = tree.total
        return None if found is None else replace(found, counts=(sum(found.counts),))

    def _tallied(self, grid: Grid, column: Column) -> bool:
        if column.kind == "boolean" and is_meant(grid, str(self.named), column.name):
            return True
        kinds = [k for said, k in self.wanted.items()
                 if is_meant(grid, said, column.name)]  # fmt: skip
        return any(kind != column.kind for kind in kinds)
