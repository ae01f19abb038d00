"""Who does the work of a pass over the rows: the cores of this machine, or a cluster.

The work is a function of a piece and of the number of its first row; what it finds is
added in a tree.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Protocol, TypeVar

from pellucid.show.progress import progress
from pellucid.tables.streams.adding import Sum, Tree
from pellucid.tables.streams.cores import blas, blas_threads
from pellucid.tables.streams.pieces import Piece

PATIENCE = 1.0  # seconds before a person is shown how far a pass is

S = TypeVar("S", bound=Sum)
T = TypeVar("T")
Job = tuple[Piece, int]  # a piece, and the number of its first row
Tell = Callable[[int], object]  # takes the place of a job that is done


class Runner(Protocol):
    """Who does the work."""

    def reduced(
        self, work: Callable[[Piece, int], S | None], jobs: Sequence[Job], tell: Tell
    ) -> S | None:
        """Let each job be done, and add what is found, in their order."""
        ...


@dataclass(frozen=True)
class Cores:
    """The cores of this machine: while one piece is summed the next is read.

    Parameters
    ----------
    count : int, optional
        How many threads; as many as BLAS would take unless given.

    Examples
    --------
    >>> from pellucid.tables.streams.arrays import ArrayPiece
    >>> import numpy as np
    >>> jobs = [(ArrayPiece(np.ones((2, 1))), 0), (ArrayPiece(np.ones((3, 1))), 2)]
    >>> Cores().reduced(lambda piece, start: piece.n, jobs, nobody)
    5
    """

    count: int | None = None

    def reduced(
        self, work: Callable[[Piece, int], S | None], jobs: Sequence[Job], tell: Tell
    ) -> S | None:
        """Add what is found of the pieces, as soon as their turn comes."""
        tree: Tree[S] = Tree()
        for i, found in enumerate(self.each(work, jobs)):
            tree.add(found)
            tell(i)
        return tree.total

    def each(self, work: Callable[[Piece, int], T], jobs: Sequence[Job]) -> Iterator[T]:
        """What is found of each job, in their order; few are held at a time."""
        threads = self.count or blas_threads()
        if threads == 1 or len(jobs) == 1:
            yield from (work(*job) for job in jobs)
            return
        waiting: deque[Future[T]] = deque()
        with blas().limit(limits=1), ThreadPoolExecutor(threads) as pool:
            try:
                for job in jobs:
                    waiting.append(pool.submit(work, *job))
                    if len(waiting) > threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()


def jobs_of(pieces: Sequence[Piece], counts: Sequence[int]) -> list[Job]:
    """The pieces that hold so many rows, each with the number of its first."""
    return [*zip(pieces, accumulate(counts[:-1], initial=0), strict=True)]


def watched(
    runner: Runner, work: Callable[[Piece, int], S | None], jobs: Sequence[Job],
    name: str, counts: Sequence[int] | None = None,
) -> S | None:  # fmt: skip
    """One pass, of which a person sees how far it is.

    In rows, or in parts where only reading them tells how many rows they have.
    """
    known = [piece.n for piece, _ in jobs] if counts is None else counts
    rows = [n for n in known if n is not None]
    told = len(rows) == len(jobs)
    unit, steps = ("rows", rows) if told else ("parts", [1] * len(jobs))
    with progress(f"{name}, {unit}", sum(steps), PATIENCE) as bar:
        return runner.reduced(work, jobs, lambda i: bar.advance(steps[i]))


def nobody(_: Any) -> None:
    """Tell nobody."""
