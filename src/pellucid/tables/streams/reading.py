"""How the raw rows of a piece become chunks: by the recipe, the target, and a choice.

It is small plain data, so that it can be sent to the machine that has the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.as_numbers import part_values_of
from pellucid.tables.drafts import Goal
from pellucid.tables.grid import PLAINLY, Column, Grid, position
from pellucid.tables.held import goal_values
from pellucid.tables.preparation import Preparation
from pellucid.tables.step import Step
from pellucid.tables.streams.adding import S, Tree
from pellucid.tables.streams.choices import Between
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.pieces import Piece

Array = NDArray[Any]
Work = Callable[[Chunk], S | None]


@dataclass(frozen=True, eq=False)
class Reading:
    """What is done to raw rows.

    Parameters
    ----------
    preparation : Preparation
        The recipe; its target is the column to learn.
    labels : tuple of str
        Of a target that names classes: all of them.
    choices : tuple of Between
        Which rows are meant: those that all of them mean.
    weights : str or None
        The column that holds the weights of rows.
    needed : tuple of Step
        Columns that are left out, in whose holes rows are left out all the same, as in
        the rows that remain they do not vary.
    strict : bool
        Whether a hole, or a level that the recipe does not know, is an error and not a
        row to leave out.
    """

    preparation: Preparation
    labels: tuple[str, ...] = ()
    choices: tuple[Between, ...] = ()
    weights: str | None = None
    strict: bool = False
    needed: tuple[Step, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The raw columns that it needs."""
        target, weights = self.preparation.target, self.weights
        named = [target.column] if target else []
        named += [weights] if weights else []
        named += [step.column for step in self.needed]
        return list(dict.fromkeys([*self.preparation.used, *named]))

    def summed(self, work: Work[S], piece: Piece, start: int) -> S | None:
        """What work finds of the chunks of a piece, added; its first row has a number.

        None where it holds no row that is meant.
        """
        tree: Tree[S] = Tree()
        for chunk in self.chunks(piece, start):
            tree.add(work(chunk))
        return tree.total

    def chunks(self, piece: Piece, start: int) -> Iterator[Chunk]:
        """The rows of a piece that are meant and have no hole, in memory."""
        for grid in piece.grids(self.columns):
            number = np.arange(start, start + grid.n)
            start += grid.n
            chunk = self.prepared(grid, number)
            if len(chunk):
                yield chunk

    def prepared(self, grid: Grid, number: Array) -> Chunk:
        """The rows of a grid by the recipe, without those that are not meant."""
        X, present = self._features(grid)
        for step in self.needed:
            column = grid.columns[position(grid, step.column)]
            present &= ~np.isnan(part_values_of(column, step.role))
        y = s = None
        if self.preparation.target is not None:
            y, has = self._target(grid, self.preparation.target)
            present &= has
        if self.weights is not None:
            s = grid.columns[position(grid, self.weights)].numbers
            present &= s != 0  # one without weight is no row; others models refuse
        for choice in self.choices:
            present &= choice.of(number)
        return Chunk(X, y, s, number).some(present)

    def _features(self, grid: Grid) -> tuple[Array, Array]:
        """The columns of X (m, d), and which rows have no hole (m,)."""
        if self.strict:
            X = np.asfortranarray(self.preparation.complete(grid))
            return X, np.ones(grid.n, bool)
        X = np.empty((grid.n, len(self.preparation.names)), order="F")
        present = np.ones(grid.n, bool)
        end = 0
        for step, column in self.preparation.matched(grid):
            start, end = end, end + len(step.names)
            if _is_plain(step, column):  # most are: then nothing is held but X
                X[:, start] = column.numbers
            else:
                X[:, start:end] = step.encoded(part_values_of(column, step.role))
            for j in range(start, end):
                finite = np.isfinite(X[:, j])
                if not finite.all():
                    present &= finite
        return X, present

    def _target(self, grid: Grid, step: Step) -> tuple[Array, Array]:
        """The target, and which rows have one."""
        column = grid.columns[position(grid, step.column)]
        y = goal_values(column, Goal(step, self.labels))
        has = np.isfinite(y)
        if step.role.kind == "label":
            return np.array(self.labels)[np.where(has, y, 0).astype(np.intp)], has
        return y, has


def _is_plain(step: Step, column: Column) -> bool:
    """Whether a column becomes one of X as it stands."""
    role = step.role
    as_is = role.kind == column.kind == "number" and not (role.format or role.scale)
    plain = as_is and role.marks == column.marks == PLAINLY and step.fill is None
    return plain and not step.standard
