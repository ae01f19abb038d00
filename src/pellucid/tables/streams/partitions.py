"""Rows of Dask: a piece is a partition, and is read where the cluster has it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError, needs
from pellucid.tables.frames import is_frame
from pellucid.tables.from_arrays import array_grid, frame_grid, row, two_dimensional
from pellucid.tables.grid import Column, Grid, default_names, distinct
from pellucid.tables.streams.arrays import ROWS, ArrayPiece
from pellucid.tables.streams.clients import (
    PATIENCE,
    address_of,
    client_in_use,
    finished,
)
from pellucid.tables.streams.losses import meant
from pellucid.tables.wording import counted

SOURCE = "Dask"


@dataclass(frozen=True, eq=False)
class PartitionPiece:
    """A partition of rows, and of what stands beside them: a target, weights.

    Parameters
    ----------
    keys : tuple
        Of its blocks in the graph, side by side: X, or X and y, or X, y and weights.
    graph : mapping
        How Dask computes the blocks of all pieces; a future in it is there already.
    beside : tuple of str
        What the blocks after the first are called, of a column each.
    weighted : bool
        Whether the last of them holds weights.
    blocks : tuple
        The blocks themselves, on the machine that has them.

    Examples
    --------
    >>> piece = PartitionPiece(("X", "y"), beside=("y",))
    >>> (grid,) = piece.here([np.eye(2), np.ones(2)]).grids()
    >>> grid.names
    ['x1', 'x2', 'y']
    """

    keys: tuple[Hashable, ...]
    graph: Mapping[Hashable, Any] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    weighted: bool = False
    blocks: tuple[Any, ...] = ()
    source: str = SOURCE

    @property
    def n(self) -> None:
        """Only reading it tells how many rows it has."""
        return

    def here(self, blocks: Sequence[Any] = ()) -> PartitionPiece:
        """The piece on the machine that has its blocks, or on the way there."""
        return replace(self, blocks=tuple(blocks), graph={})

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Some rows at a time; blocks that are not here are computed first.

        Raises
        ------
        TableError
            For blocks of different lengths side by side, and weights that are none.
        """
        blocks = [*map(_rows, self.blocks or computed(self.graph, self.keys))]
        self._expect_same_length(blocks)
        every, notes = self._names(blocks)
        wanted = every if columns is None else [n for n in every if n in set(columns)]
        named = is_frame(blocks[0]) or bool(self.beside)
        for start in range(0, len(blocks[0]), ROWS):
            made: list[Column] = []
            before = 0
            for block in blocks:
                names = every[before : before + _width(block)]
                made += _columns(block, start, names, wanted)
                before += len(names)
            if self.weighted and made[-1].name == every[-1]:
                self._expect_weights(made[-1].numbers)
            yield Grid(self.source, made, row, named, notes)

    def _names(self, blocks: Sequence[Any]) -> tuple[list[str], tuple[str, ...]]:
        """What all columns are called, and notes of names that came twice."""
        first = blocks[0]
        width = _width(first)
        own = default_names(width)
        if is_frame(first):  # a table of Arrow calls its names otherwise
            own = [*map(str, getattr(first, "column_names", first.columns))]
        return distinct([*own, *self.beside])

    def _expect_same_length(self, blocks: Sequence[Any]) -> None:
        if len({*map(len, blocks)}) > 1:
            found = " beside ".join(counted(len(block), "row") for block in blocks)
            raise TableError(
                f"{self.source}: expected partitions of y as long as those of X, found "
                f"{found}; cut both alike, as by X.repartition or y.rechunk."
            )
        if any(_width(block) != 1 for block in blocks[1:]):
            raise TableError(
                f"{self.source}: expected one value of y a row, found "
                f"{max(map(_width, blocks[1:]))}; choose one column of y."
            )

    def _expect_weights(self, s: NDArray[Any]) -> None:
        good = np.isfinite(s) & (s >= 0)
        if not good.all():
            raise TableError(
                f"{self.source}: expected weights that are finite and at least 0, "
                f"found {s[np.argmin(good)]:g}; mend sample_weight."
            )


# -- where blocks are computed --------------------------------------------------------


def computed(graph: Mapping[Hashable, Any], keys: Sequence[Hashable]) -> list[Any]:
    """Blocks of a graph: by the cluster that Dask works on, or by this thread.

    Raises
    ------
    TableError
        Where workers or the scheduler are lost for good.
    """
    client, wanted = client_in_use(), list(keys)
    if client is None:
        return list(needs("dask", extra="dask").get(needed(graph, keys), wanted))
    try:
        futures = client.get(needed(graph, keys), wanted, sync=False)
        for _ in finished(client, futures):
            pass
        return [future.result(PATIENCE) for future in futures]
    except Exception as error:
        told = meant(error, address_of(client))
        if told is error:
            raise
        raise told from None


def needed(graph: Mapping[Hashable, Any], keys: Sequence[Hashable]) -> dict[Any, Any]:
    """The part of a graph from which some of its keys are made."""
    optimization: Any = needs("dask.optimization", extra="dask")
    return dict(optimization.cull(graph, list(keys))[0])


# -- a block as rows ------------------------------------------------------------------


def _rows(block: Any) -> Any:
    """A data frame as it is; an array, or a list of rows or of blocks, as (m, d)."""
    if hasattr(block, "to_frame"):  # a series
        block = block.to_frame()
    if nw.dependencies.is_pandas_dataframe(block):
        return block.reset_index(drop=True)
    if is_frame(block):
        return block
    if isinstance(block, list) and block and isinstance(block[0], dict):
        import pandas as pd

        return pd.DataFrame(block)
    if isinstance(block, list) and block and is_frame(block[0]):
        return nw.to_native(nw.concat([*map(nw.from_native, block)]))
    if isinstance(block, list) and block and np.ndim(block[0]) == 2:
        return np.concatenate(block)
    return two_dimensional(block)


def _width(block: Any) -> int:
    return int(block.shape[1])


def _columns(
    block: Any, start: int, names: Sequence[str], wanted: Sequence[str]
) -> list[Column]:
    """Some rows of the wanted columns of a block, under names."""
    places = [j for j, name in enumerate(names) if name in wanted]
    if not places:
        return []
    rows = slice(start, start + ROWS)
    if is_frame(block):
        if nw.dependencies.is_pandas_dataframe(block):
            block = block.set_axis(list(names), axis="columns")
        part = nw.from_native(block, eager_only=True)[rows, places]
        found = frame_grid(nw.to_native(part)).columns
    elif block.dtype.kind in "biuf":
        (grid,) = ArrayPiece(block[rows][:, places]).grids()
        found = grid.columns
    else:
        found = array_grid(block[rows][:, places]).columns
    return [replace(c, name=names[j]) for c, j in zip(found, places, strict=True)]
