"""A table whose rows are not in memory: each pass reads them anew, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.show.progress import progress
from pellucid.tables.preparation import Preparation
from pellucid.tables.streams.adding import S
from pellucid.tables.streams.choices import Between
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.reading import Reading, Work
from pellucid.tables.streams.runners import Cores, Runner
from pellucid.tables.table import Table
from pellucid.tables.wording import counted

Array = NDArray[Any]

PATIENCE = 1.0  # seconds before a person is shown how far a pass is


@dataclass(frozen=True, eq=False, repr=False)
class Stream:
    """Rows to learn from, of which a pass at a time holds a few in memory.

    Models are fitted to it as to a `Table`, and predict and score its rows.

    Parameters
    ----------
    pieces : tuple of Piece
        What is read each on its own.
    counts : tuple of int
        How many raw rows each piece has.
    n : int
        How many rows are meant, without those that have a hole.
    reading : Reading
        How raw rows become numbers.
    source : str
        What errors call it.
    runner : Runner
        Who works: the cores of this machine, or a cluster.
    passes : list of str
        What each pass over the rows was for, so far.
    """

    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]
    n: int
    reading: Reading
    source: str
    runner: Runner = field(default_factory=Cores)
    passes: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        arrow = "" if self.target is None else f" -> {self.target}"
        return f"Stream({counted(self.n, 'row')}: {', '.join(self.names)}{arrow})"

    @property
    def preparation(self) -> Preparation:
        """What was done to each column and row, and why."""
        return self.reading.preparation

    @property
    def names(self) -> tuple[str, ...]:
        """What the features are called."""
        return self.preparation.names

    @property
    def d(self) -> int:
        """Number of features."""
        return len(self.names)

    @property
    def target(self) -> str | None:
        """What the target is called."""
        step = self.preparation.target
        return None if step is None else step.column

    @property
    def X(self) -> NoReturn:  # noqa: N802
        """No memory holds it."""
        raise TableError(
            f"{self.source}: expected rows that are read as they come, found X asked "
            "for as a whole; go through `chunks()`, look at `sample(1000)`, or read "
            "all rows by `table()`."
        )

    @property
    def y(self) -> NoReturn:
        """No memory holds it."""
        return self.X

    # -- passes over the rows -------------------------------------------------------

    def summed(self, work: Work[S], what: str) -> S:
        """Sum over all rows, in one pass: what work finds of each chunk, added.

        Parameters
        ----------
        work : callable
            Takes a chunk, gives what has a plus. It is sent to other processes where
            the rows are summed by a cluster: a function of a module or a frozen
            dataclass with `__call__`, or `functools.partial` of one.
        what : str
            What the pass is for, as a person is told.

        Raises
        ------
        TableError
            Where no row is there, or a piece cannot be read.
        """
        self.passes.append(what)
        task = partial(self.reading.summed, work)
        jobs = [*zip(self.pieces, self._starts, strict=True)]
        name = f"pass {len(self.passes)}: {what}, rows"
        with progress(name, sum(self.counts), PATIENCE) as bar:
            total = self.runner.reduced(
                task, jobs, lambda i: bar.advance(self.counts[i])
            )
        if total is None:
            raise TableError(
                f"{self.source}: expected a row to learn from, found none."
            )
        return total

    def chunks(self) -> Iterator[Chunk]:
        """Go through the rows in their order, in one pass.

        Examples
        --------
        >>> import pellucid as pl
        >>> stream = pl.rows(np.eye(3), target=3, stream=True)
        >>> [len(chunk) for chunk in stream.chunks()]
        [3]
        """
        self.passes.append("going through the rows")
        for piece, start in zip(self.pieces, self._starts, strict=True):
            yield from self.reading.chunks(piece, start)

    @property
    def _starts(self) -> list[int]:
        """The number of the first row of each piece."""
        return [0, *np.cumsum(self.counts[:-1]).tolist()]

    def for_fitting(self) -> Stream:
        """Return the stream itself when a model can be fitted to it; see `Table`.

        Raises
        ------
        TableError
            Where there is no target, or fewer than two rows.
        """
        if self.target is None:
            message = "expected a target to learn, found none; name a column as target"
            raise TableError(f"{self.source}: {message}.")
        if self.n < 2:
            found = counted(self.n, "row")
            message = f"expected two rows or more to fit, found {found}; add rows"
            raise TableError(f"{self.source}: {message}.")
        return self

    # -- other streams of the same rows ---------------------------------------------

    def chosen(self, choice: Between) -> Stream:
        """Some of the rows, by a hash of their numbers; counted in one pass."""
        reading = replace(self.reading, choices=(*self.reading.choices, choice))
        some = replace(self, reading=reading)
        n = some.summed(len, "counting rows")
        return replace(some, n=n)

    def without(self, reasons: Mapping[str, str]) -> Stream:
        """Leave columns of X out, each for a reason that the preparation tells."""
        if not reasons:
            return self
        recipe = self.preparation.without(reasons)
        return replace(self, reading=replace(self.reading, preparation=recipe))

    # -- rows in memory ---------------------------------------------------------------

    def table(self) -> Table:
        """Read all rows into memory."""
        return self._as_table([*self.chunks()])

    def _as_table(self, chunks: list[Chunk]) -> Table:
        d, target = self.d, self.target
        X = np.concatenate([np.empty((0, d)), *(chunk.X for chunk in chunks)])
        ys = [chunk.y for chunk in chunks if chunk.y is not None]
        y = np.concatenate(ys) if ys else None
        return Table(X, y, self.names, target, self.source, self.preparation)
