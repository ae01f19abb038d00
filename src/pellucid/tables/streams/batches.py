"""Rows that Python gives a batch at a time, and anew in each pass over them.

Data frames and lists of them, lists of arrays, a scan of polars, a data set of Arrow,
and functions that begin an iteration: what gives its rows once cannot be read again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import narwhals as nw
import numpy as np

from pellucid.errors import TableError, needs
from pellucid.tables.frames import is_frame
from pellucid.tables.from_arrays import two_dimensional
from pellucid.tables.grid import Grid
from pellucid.tables.streams.arrow import row_after
from pellucid.tables.streams.partitions import PartitionPiece
from pellucid.tables.wording import counted, listed

LARGE = 2**18  # rows of a frame that are a piece
BATCH = 2**16  # rows that are asked for at a time
AGAIN = "give a function that begins anew each time it is called"

Batches = Callable[[Sequence[str] | None], Iterable[Any]]


def is_batched(source: Any) -> bool:
    """Whether it gives batches of rows, and again when it is asked again.

    >>> is_batched([np.eye(2), np.eye(2)]), is_batched([[1.0, 2.0]])
    (True, False)
    """
    if isinstance(source, list):
        return bool(source) and all(map(_is_block, source))
    lazy = nw.dependencies.is_polars_lazyframe(source) or _is_dataset(source)
    return lazy or (callable(source) and not hasattr(source, "__array__"))


def gives_pairs(source: Any) -> bool:
    """Whether it is a pair (X, y), or a function that begins with one."""
    if isinstance(source, tuple) or not (callable(source) and is_batched(source)):
        return isinstance(source, tuple)
    begun = BatchPiece(partial(_called, source), "batches").begun(None)
    with closing(begun):
        return isinstance(next(begun, 0), tuple)


def _is_block(source: Any) -> bool:
    is_array = isinstance(source, np.ndarray) and source.ndim == 2
    return is_array or is_frame(source)


def _is_dataset(source: Any) -> bool:
    module = sys.modules.get("pyarrow.dataset")
    return module is not None and isinstance(source, module.Dataset)


@dataclass(frozen=True, eq=False)
class BatchPiece:
    """Batches of rows: data frames, arrays (m, d), pairs (X, y) of them, or records.

    Parameters
    ----------
    batches : callable
        Gives them anew; it is told which columns are wanted, None for all.
    source : str
        What errors call it.
    target : str
        What y is called, in pairs.
    first : int
        The number of its first row, counted from 0.
    found : dict
        How many rows the last whole pass found: each pass must find as many.

    Examples
    --------
    >>> (piece,) = pieces_of(lambda: (np.full((2, 1), i) for i in range(3)))
    >>> [grid.n for grid in piece.grids()]
    [2, 2, 2]
    """

    batches: Batches
    source: str
    target: str = "y"
    first: int = 0
    found: dict[str, int] = field(default_factory=dict)

    @property
    def n(self) -> None:
        """Only reading it tells how many rows it has."""
        return

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, some rows at a time, the columns in the order of the first batch.

        Raises
        ------
        TableError
            For a batch of other columns, and where fewer rows come than before.
        """
        n, names = 0, None
        for batch in self.begun(columns):
            for grid in self._whole(batch).grids(columns):
                names = names or grid.names
                yield self._placed(grid, names, self.first + n)
                n += grid.n
        if self.found.setdefault("rows", n) != n:
            before = counted(self.found["rows"], "row")
            raise TableError(
                f"{self.source}: expected {before} in each pass, as in the first, "
                f"found {n}; {AGAIN}."
            )

    def begun(self, columns: Sequence[str] | None) -> Generator[Any, None, None]:
        """The batches; a file that they are read from is closed."""
        batches: Any = self.batches(columns)
        if not isinstance(batches, Iterable):
            raise TableError(
                f"{self.source}: expected a function that gives batches of rows, found "
                f"that it gives {type(batches).__name__}; let it yield data frames."
            )
        ends: Any = closing if hasattr(batches, "close") else nullcontext
        with ends(batches):
            yield from batches

    def _whole(self, batch: Any) -> PartitionPiece:
        """A batch as a partition of itself alone."""
        pair = isinstance(batch, tuple) and len(batch) == 2
        blocks = tuple(map(_block, batch)) if pair else (_block(batch),)
        beside = (self.target,) if pair else ()
        return PartitionPiece((), {}, beside, blocks=blocks, source=self.source)

    def _placed(self, grid: Grid, names: Sequence[str], before: int) -> Grid:
        """A grid whose columns stand as in the first, and whose rows count on."""
        if {*grid.names} != {*names}:
            raise TableError(
                f"{self.source}, from row {before + 1}: expected the columns "
                f"{listed(names)}, as in the rows before, found {listed(grid.names)}; "
                "give each batch the same."
            )
        of = {column.name: column for column in grid.columns}
        columns = [of[name] for name in names]
        return replace(grid, columns=columns, place=partial(row_after, before))


def _block(batch: Any) -> Any:
    """A batch as a block of rows: those of Arrow and columns by names are frames."""
    if type(batch).__name__ == "RecordBatch":
        return needs("pyarrow", extra="data").Table.from_batches([batch])
    if isinstance(batch, Mapping):
        return needs("pandas", extra="data").DataFrame(batch)
    return batch


# -- what gives batches ---------------------------------------------------------------


def pieces_of(source: Any, target: str = "y") -> list[BatchPiece]:
    """The pieces of a frame, of a pair (frame, y), or of what gives batches.

    Parameters
    ----------
    source : data frame, list of them or of arrays, LazyFrame, Dataset, or callable
        A callable takes nothing, and gives an iterable of batches that begins anew.
    target : str
        What y is called, in pairs (X, y).
    """
    if nw.dependencies.is_polars_lazyframe(source):
        return [BatchPiece(partial(_scanned, source), "LazyFrame")]
    if _is_dataset(source):
        return [BatchPiece(partial(_read, source), "Dataset")]
    if callable(source) and not is_frame(source):
        return [BatchPiece(partial(_called, source), "batches", target)]
    if isinstance(source, tuple):
        return _of_pair(source[0], source[1], target)
    listed = isinstance(source, list)
    name, blocks = ("list", source) if listed else ("data frame", [source])
    pieces: list[BatchPiece] = []
    before = 0
    for block in blocks:
        for start in range(0, max(len(block), 1), LARGE):
            held = partial(_held, _some(block, start))
            pieces.append(BatchPiece(held, name, first=before + start))
        before += len(block)
    return pieces


def _of_pair(X: Any, y: Any, target: str) -> list[BatchPiece]:
    """The pieces of a frame and a target (n,) beside it."""
    y = two_dimensional(y)
    if len(X) != len(y) or y.shape[1] != 1:
        raise TableError(
            "pair (X, y): expected one value of y for each row of X, found "
            f"{len(y)} x {y.shape[1]} for {counted(len(X), 'row')}; look for what is "
            "missing in one of them."
        )
    return [
        BatchPiece(
            partial(_held, (_some(X, start), y[start : start + LARGE])),
            "pair (X, y)", target, start,
        )
        for start in range(0, max(len(y), 1), LARGE)
    ]  # fmt: skip


def _some(block: Any, start: int) -> Any:
    """Some rows of an array or a frame: a view where it can be."""
    rows = slice(start, start + LARGE)
    if isinstance(block, np.ndarray):
        return block[rows]
    return block.iloc[rows] if hasattr(block, "iloc") else block.slice(start, LARGE)


def _held(block: Any, columns: Sequence[str] | None) -> list[Any]:
    return [block]


def _scanned(frame: Any, columns: Sequence[str] | None) -> Iterable[Any]:
    """Batches of a scan of polars, which reads the columns that are wanted."""
    if columns is not None:
        frame = frame.select(columns)
    if hasattr(frame, "collect_batches"):
        return frame.collect_batches(chunk_size=BATCH)  # type: ignore[no-any-return]
    return frame.collect(engine="streaming").iter_slices(BATCH)  # type: ignore[no-any-return]


def _read(dataset: Any, columns: Sequence[str] | None) -> Iterable[Any]:
    """Batches of a data set of Arrow, in their order."""
    wanted = None if columns is None else [*columns]
    return dataset.to_batches(columns=wanted, batch_size=BATCH)  # type: ignore[no-any-return]


def _called(function: Any, columns: Sequence[str] | None) -> Any:
    return function()
