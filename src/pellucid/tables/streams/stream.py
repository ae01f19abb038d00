"""A table whose rows are not in memory: each pass reads them anew, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.preparation import Preparation
from pellucid.tables.streams.adding import S
from pellucid.tables.streams.choices import Between, meant, meant_of, uniform
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.reading import Reading, Work
from pellucid.tables.streams.runners import Cores, Job, Runner, jobs_of, watched
from pellucid.tables.streams.spread import Spread
from pellucid.tables.table import Table, expect_rows, unvaried
from pellucid.tables.wording import counted

Array = NDArray[Any]

NESTED = 0x9E3779B1  # what tells the hash of parts of parts from that of parts
DRAWN = 0x5A17  # what tells the hash of a sample from that of folds


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
        What each pass over the rows was for, so far: of this stream, and of its parts.
    constants : mapping
        Columns that do not vary, and their only value.

    Examples
    --------
    >>> import pellucid as pl
    >>> print(pl.rows([[1, 2], [3, 5], [4, 7]], target=2, stream=True).standardised())
    Stream(3 rows: x1 -> x2) of array, in 1 piece
    pass 1: looking at the columns
    pass 2: means and deviations
    """

    pieces: tuple[Piece, ...]
    counts: tuple[int, ...]
    n: int
    reading: Reading
    source: str
    runner: Runner = field(default_factory=Cores)
    passes: list[str] = field(default_factory=list)
    constants: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        arrow = "" if self.target is None else f" -> {self.target}"
        return f"Stream({counted(self.n, 'row')}: {', '.join(self.names)}{arrow})"

    def __str__(self) -> str:
        where = f"{self.source}, in {counted(len(self.pieces), 'piece')}"
        passes = [f"pass {i}: {what}" for i, what in enumerate(self.passes, 1)]
        return "\n".join([f"{self!r} of {where}", *passes])

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        raise self._absent("an array")

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
        raise self._absent("X")

    @property
    def y(self) -> NoReturn:
        """No memory holds it."""
        raise self._absent("y")

    def _absent(self, what: str) -> TableError:
        return TableError(
            f"{self.source}: expected rows that are read as they come, found {what} "
            "asked for as a whole; go through `chunks()`, look at `sample(1000)`, or "
            "read all rows by `table()`."
        )

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
        name = f"pass {len(self.passes)}: {what}"
        total = watched(self.runner, task, self.jobs, name, self.counts)
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
        for job in self.jobs:
            yield from self.reading.chunks(*job)

    @property
    def jobs(self) -> list[Job]:
        """The pieces, each with the number of its first row."""
        return jobs_of(self.pieces, self.counts)

    def for_fitting(self) -> Stream:
        """Return the stream itself when a model can be fitted to it; see `Table`.

        Raises
        ------
        TableError
            Where there is no target, fewer than two rows, or what does not vary.
        """
        expect_rows(self.source, self.n, self.target is not None)
        for name in (*self.names, str(self.target)):
            if name in self.constants:
                value, learned = self.constants[name], name == self.target
                raise unvaried(self.source, name, value, self.n, learned)
        return self

    # -- other streams of the same rows ---------------------------------------------

    def chosen(self, *choices: Between) -> list[Stream]:
        """Some of the rows for each choice, by a hash of their numbers.

        Where rows have holes they are counted in one pass.
        """
        every = (self.n == sum(self.counts)) and not self.reading.choices
        ends = np.cumsum([0, *self.counts])
        if every and not self.reading.weights:
            spans = pairwise(ends.tolist())
            counts = np.sum([meant(choices, np.arange(*span)) for span in spans], 0)
        else:
            counts = self.summed(partial(meant_of, choices), "counting rows")
        return [
            replace(
                self, n=int(n),
                reading=replace(self.reading, choices=(*self.reading.choices, choice)),
            )
            for n, choice in zip(counts, choices, strict=True)
        ]  # fmt: skip

    def split(
        self, test_size: float = 0.25, random_state: int = 0
    ) -> tuple[Stream, Stream]:
        """Part the rows at random, by a hash of their numbers: to learn, and to judge.

        Parameters
        ----------
        test_size : float
            About which part of the rows is held out.
        random_state : int
            Another parts them otherwise; the same always does it alike.

        Returns
        -------
        train, test : Stream
            Of the same columns.

        Raises
        ------
        TableError
            For a part that is not between 0 and 1.

        Examples
        --------
        >>> import pellucid as pl
        >>> stream = pl.rows(np.arange(400.0).reshape(200, 2) ** 2, stream=True)
        >>> train, test = stream.split(test_size=0.2)
        >>> train.n + test.n, abs(test.n - 40) < 20
        (200, True)
        """
        if not 0 < test_size < 1:
            raise TableError(
                f"{self.source}: expected a test_size between 0 and 1, found "
                f"{test_size}; 0.25 holds a quarter of the rows out."
            )
        test = Between(0.0, test_size, self._seed(random_state))
        train, held_out = self.chosen(replace(test, inside=False), test)
        return train, held_out

    def folds(
        self, folds: int = 5, random_state: int = 0
    ) -> list[tuple[Stream, Stream]]:
        """Cut the rows into folds, by a hash of their numbers, for cross-validation.

        Parameters
        ----------
        folds : int
            How many, two or more.
        random_state : int
            Another cuts them otherwise; the same always does it alike.

        Returns
        -------
        list of (train, test)
            The rows of each fold as test, and all others as train.

        References
        ----------
        Stone, "Cross-validatory choice and assessment of statistical predictions"
        (1974).

        Examples
        --------
        >>> import pellucid as pl
        >>> stream = pl.rows(np.arange(400.0).reshape(200, 2) ** 2, stream=True)
        >>> sum(test.n for train, test in stream.folds(5))
        200
        """
        tests = self.cuts(folds, random_state)
        trains = [replace(test, inside=False) for test in tests]
        parts = self.chosen(*trains, *tests)
        return [*zip(parts[:folds], parts[folds:], strict=True)]

    def cuts(self, folds: int, random_state: int = 0) -> list[Between]:
        """Which rows are those of each fold; see `folds`."""
        if folds < 2:
            raise TableError(
                f"{self.source}: expected two folds or more, found {folds}; 5 is usual."
            )
        ends, seed = np.linspace(0.0, 1.0, folds + 1).tolist(), self._seed(random_state)
        return [Between(*both, seed) for both in pairwise(ends)]

    def _seed(self, random_state: int) -> int:
        """That of a choice: parts of a part are not cut where that was."""
        return random_state + NESTED * len(self.reading.choices)

    def standardised(self) -> Stream:
        """Columns of X less their means, in standard deviations, found in one pass.

        They become a part of the recipe, so that a model which is fitted to them takes
        other rows as they come. A column that does not vary is only centred.

        Examples
        --------
        >>> import pellucid as pl
        >>> stream = pl.rows([[1.0, 2.0], [3.0, 4.5]], target=2, stream=True)
        >>> stream.standardised().table().X.ravel()
        array([-1.,  1.])
        """
        found = self.summed(_spread, "means and deviations")
        of = zip(found.mean.tolist(), found.deviation.tolist(), strict=True)
        recipe = self.preparation.standardised(dict(zip(self.names, of, strict=True)))
        return replace(self, reading=replace(self.reading, preparation=recipe))

    def by(self, recipe: Preparation, *, target: bool) -> Stream:
        """The raw rows by another recipe, as a fitted model keeps one for new rows.

        Holes and levels that the recipe does not know are errors then; rows without a
        target are left out where they need one.
        """
        if recipe == self.preparation:
            return self
        recipe = replace(recipe, target=self.preparation.target if target else None)
        reading = replace(self.reading, preparation=recipe, strict=True)
        return replace(self, reading=reading)

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

    def sample(self, rows: int = 10_000, random_state: int = 0) -> Table:
        """Read some rows, drawn at random by a hash of their numbers, in one pass.

        Parameters
        ----------
        rows : int
            How many at most.
        random_state : int
            Another draws others; the same always draws the same.

        Returns
        -------
        Table
            The rows in their order, and the numbers of them, from 1, as labels.

        Examples
        --------
        >>> import pellucid as pl
        >>> stream = pl.rows(np.arange(400.0).reshape(200, 2) ** 2, stream=True)
        >>> stream.sample(20)
        Table(20 rows: x1, x2)
        """
        seed = self._seed(random_state) ^ DRAWN
        share = min((rows + 6 * rows**0.5 + 6) / max(self.n, 1), 1.0)
        drawn = self.summed(Between(0.0, share, seed).some, "a sample")
        first = np.argsort(uniform(drawn.number, seed), kind="stable")[:rows]
        drawn = drawn.some(np.sort(first))
        return replace(self._as_table([drawn]), labels=drawn.number + 1)

    def head(self, rows: int = 5) -> Table:
        """Read the first rows alone.

        Examples
        --------
        >>> import pellucid as pl
        >>> pl.rows(np.eye(4), stream=True).head(2).n
        2
        """
        found: list[Chunk] = []
        for chunk in self.chunks():
            found.append(chunk.some(np.arange(min(rows, len(chunk)))))
            rows -= len(found[-1])
            if rows <= 0:
                break
        return self._as_table(found)

    def _as_table(self, chunks: list[Chunk]) -> Table:
        d, target = self.d, self.target
        X = np.concatenate([np.empty((0, d)), *(chunk.X for chunk in chunks)])
        ys = [chunk.y for chunk in chunks if chunk.y is not None]
        y = np.concatenate(ys) if ys else None
        return Table(X, y, self.names, target, self.source, self.preparation)


def _spread(chunk: Chunk) -> Spread:
    return Spread.of(chunk.X, chunk.s)
