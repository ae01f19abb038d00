"""Mini-batches of a stream: rows pass through a buffer, in which they are shuffled."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.minimisers.feeding import Feed, Window, cut
from pellucid.show.progress import Bar, progress
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.runners import PATIENCE
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]
T = TypeVar("T")

ROWS = 2**18  # that the buffer holds, at most
BYTES = 2**28  # that it takes, at most
WAYS = 4  # pieces that are read side by side, where rows are shuffled
AHEAD = 2  # chunks that are read while steps are taken


class Buffer(Feed):
    """The rows of a stream, each once an epoch, a buffer of them in memory at a time.

    Where all rows fit into the buffer, they are read once, and shuffled as rows in
    memory are, to the bit. Else an epoch goes through the pieces of the stream (groups
    of rows, files, partitions) in a shuffled order, four of them side by side, and
    fills the buffer with their chunks; half of its rows, drawn at random, leave as
    batches, new ones take their places, and so on until all have left. This is the
    shuffling by files and within a buffer of tf.data and WebDataset. Its limit: rows
    that lie far apart in one piece hardly ever meet in a batch, and a source of a
    single piece, such as a compressed text, is shuffled in the buffer alone. A file
    that is sorted, and has few pieces, is better shuffled once when it is written.

    Without shuffling, batches are those of the file in its order.

    Parameters
    ----------
    stream : Stream
        Rows.
    made : callable
        What steps take of a chunk: arrays (m, ...), in one piece.
    like : sequence of arrays
        Those of some rows, for their shapes and dtypes.
    size : int
        Rows of a batch; the buffer holds two batches at least.
    shuffle : bool
        Whether rows are shuffled.

    Examples
    --------
    >>> import pellucid as pl
    >>> stream = pl.rows((np.eye(3), np.arange(3)), stream=True)
    >>> made = lambda chunk: [np.ascontiguousarray(chunk.X), chunk.y]
    >>> feed = Buffer(stream, made, [np.eye(3), np.zeros(3)], size=2, shuffle=True)
    >>> (window,) = feed.epoch(np.random.default_rng(0), size=2)
    >>> [feed.arrays[1][batch].tolist() for batch in window.batches]
    [[2.0, 0.0], [1.0]]
    """

    def __init__(
        self, stream: Stream, made: Callable[[Chunk], Sequence[Array]],
        like: Sequence[Array], size: int, shuffle: bool,
    ) -> None:  # fmt: skip
        self.stream, self.made, self.shuffle = stream, made, shuffle
        width = sum(a.itemsize * int(np.prod(a.shape[1:])) for a in like)
        self.rows = min(stream.n, max(min(ROWS, BYTES // width), 2 * size))
        self.arrays = tuple(np.zeros((self.rows, *a.shape[1:]), a.dtype) for a in like)
        self._there: int | None = None  # rows, where all are in the buffer

    @property
    def n(self) -> int:
        """How many rows an epoch has."""
        return self.stream.n

    @property
    def is_whole(self) -> bool:
        """Whether all rows fit into the buffer."""
        return self.stream.n <= self.rows

    def epoch(self, rng: np.random.Generator, size: int) -> Iterator[Window]:
        """Go through all rows once."""
        if self.is_whole:
            fresh = self._there is None
            self._there = self._there or self._read()
            yield Window(cut(rng.permutation(self._there), size), fresh)
            return
        windows = self._windows(rng, size)
        with self._told() as bar:
            for rows in windows:
                yield Window(cut(rows, size), fresh=True)
                bar.advance(len(rows))

    def _told(self) -> Any:
        """Count an epoch as a pass, and show how far it is."""
        self.stream.passes.append("an epoch of steps")
        name = f"pass {len(self.stream.passes)}: an epoch of steps, rows"
        return progress(name, self.n, PATIENCE)

    def _read(self) -> int:
        """Read all rows into the buffer; gives how many have come."""
        there = 0
        with self._told() as bar:
            for arrays in self._chunks(range(len(self.stream.pieces)), ways=1):
                end = there + len(arrays[0])
                self._put(np.arange(there, end), arrays, bar)
                there = end
        return self._some(there)

    def _some(self, found: int) -> int:
        if not found:
            message = "expected a row with weight to learn from, found none"
            raise TableError(f"{self.stream.source}: {message}.")
        return found

    def _windows(self, rng: np.random.Generator, size: int) -> Iterator[Array]:
        """Which rows of the buffer are steps taken on, time after time."""
        pieces = len(self.stream.pieces)
        order = rng.permutation(pieces) if self.shuffle else np.arange(pieces)
        share = max(self.rows // 2 // size, 1) * size  # of the buffer that leaves
        free, held, seen = np.arange(self.rows), np.arange(0), 0
        for arrays in self._chunks(order, ways=WAYS if self.shuffle else 1):
            begin, m = 0, len(arrays[0])
            seen += m
            while begin < m:
                some = free[: m - begin]
                end = begin + len(some)
                self._put(some, [array[begin:end] for array in arrays])
                begin, free, held = end, free[len(some) :], np.append(held, some)
                if not len(free):
                    held = self._mixed(held, rng)
                    free, held = held[:share], held[share:]
                    yield free
        self._some(seen)
        held = self._mixed(held, rng)
        for begin in range(0, len(held), share):
            yield held[begin : begin + share]

    def _mixed(self, held: Array, rng: np.random.Generator) -> Array:
        return held[rng.permutation(len(held))] if self.shuffle else held

    def _put(
        self, places: Array, arrays: Sequence[Array], bar: Bar | None = None
    ) -> None:
        """Put rows into places of the buffer."""
        for there, new in zip(self.arrays, arrays, strict=True):
            there[places] = new
        if bar:
            bar.advance(len(places))

    def _chunks(self, order: Sequence[int] | Array, ways: int) -> Iterator[Any]:
        """Arrays of chunks, read in a thread ahead of the steps."""
        jobs, reading = self.stream.jobs, self.stream.reading
        pieces = (reading.chunks(*jobs[i]) for i in order)
        return ahead(self.made(chunk) for chunk in side_by_side(pieces, ways))


def side_by_side(sources: Iterator[Iterator[T]], ways: int) -> Iterator[T]:
    """The items of some sources in turn; one that has no more gives way to the next.

    >>> "".join(side_by_side(map(iter, ["abc", "d", "ef"]), ways=2))
    'adbcef'
    """
    open_ = deque(islice(sources, ways))
    while open_:
        source = open_.popleft()
        found = [*islice(source, 1)]
        yield from found
        more = [source] if found else islice(sources, 1)
        open_.extend(more)


def ahead(items: Iterator[T]) -> Iterator[T]:
    """The items, of which the next are made in a thread meanwhile; None ends them.

    >>> [*ahead(iter("abc"))]
    ['a', 'b', 'c']
    """
    with ThreadPoolExecutor(1) as pool:
        waiting = deque(pool.submit(next, items, None) for _ in range(AHEAD))
        while (item := waiting.popleft().result()) is not None:
            waiting.append(pool.submit(next, items, None))
            yield item
