"""Collections of Dask become pieces: arrays, data frames, bags, delayed blocks."""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from pellucid.errors import TableError, needs
from pellucid.tables.from_arrays import two_dimensional
from pellucid.tables.streams.partitions import SOURCE, PartitionPiece
from pellucid.tables.wording import counted

BLOCKS = ("dask.delayed", "Delayed"), ("distributed.client", "Future")
ALIKE = "cut both alike, as by y.repartition(divisions=X.divisions) or y.rechunk"


def is_dask(source: Any) -> bool:
    """Whether a source, or a part of the pair that it is, is of Dask.

    >>> is_dask([[1.0]]), is_dask(([[1.0]], [2.0]))
    (False, False)
    """
    if "dask" not in sys.modules:
        return False
    if isinstance(source, tuple):
        return any(map(is_dask, source))
    if isinstance(source, list):
        return bool(source) and all(map(_is_block, source))
    return _is_block(source) or bool(sys.modules["dask"].is_dask_collection(source))


def _is_block(source: Any) -> bool:
    """Whether it is computed, or will be, as one object."""
    kind = type(source)
    return (kind.__module__, kind.__name__.removesuffix("Leaf")) in BLOCKS


def pieces_of(
    source: Any, target: str = "y", weights: Any = None
) -> list[PartitionPiece]:
    """The partitions of a collection, or of a pair (X, y) of them, side by side.

    Parameters
    ----------
    source : collection of Dask, list of delayed blocks or futures, or tuple (X, y)
        An array, a data frame, or a bag of records, of frames or of arrays. What is in
        memory may stand beside an array whose chunks have known sizes.
    target : str
        What y is called, where it is given beside X.
    weights : collection or array, optional
        A weight for each row.

    Raises
    ------
    TableError
        For other collections, and those that are cut otherwise than the one beside.
    """
    parts = [*source] if isinstance(source, tuple) else [source]
    beside = [target] if len(parts) == 2 else []
    if weights is not None:
        parts.append(weights)
        beside.append("sample_weight")
    _align(parts)
    cut = [Blocks.of(part) for part in parts]
    graph = {key: task for blocks in cut for key, task in blocks.graph.items()}
    rows = zip(*(blocks.keys for blocks in cut), strict=True)
    weighted = weights is not None
    return [PartitionPiece(keys, graph, tuple(beside), weighted) for keys in rows]


@dataclass(frozen=True, eq=False)
class Blocks:
    """A collection that is cut along its rows: the keys of its blocks in a graph."""

    keys: list[Hashable]
    graph: dict[Hashable, Any] = field(repr=False)

    @classmethod
    def of(cls, source: Any) -> Blocks:
        """Cut a collection, or take a list of blocks as they are."""
        if isinstance(source, list | tuple) or _is_block(source):
            every = source if isinstance(source, list | tuple) else [source]
            cut = [cls._of_block(block) for block in every]
            graph = {key: task for blocks in cut for key, task in blocks.graph.items()}
            return cls([key for blocks in cut for key in blocks.keys], graph)
        flatten = needs("dask.core", extra="dask").flatten
        best = _optimised(source)
        keys, graph = [*flatten([best.__dask_keys__()])], dict(best.__dask_graph__())
        whole = all(key in graph for key in keys)  # not of an array that persists
        return cls(keys, graph if whole else dict(source.__dask_graph__()))

    @classmethod
    def _of_block(cls, block: Any) -> Blocks:
        if type(block).__name__ == "Future":
            return cls([block.key], {block.key: block})
        return cls([block.key], dict(block.__dask_graph__()))


def _optimised(collection: Any) -> Any:
    """A collection of few tasks; of a data frame, of the columns that are wanted."""
    if hasattr(collection, "optimize"):  # a data frame
        return collection.optimize()
    (found,) = needs("dask", extra="dask").optimize(collection)
    return found


# -- cut alike ------------------------------------------------------------------------


def _align(parts: list[Any]) -> None:
    """Let all parts be cut along the rows as the first is, in place."""
    parts[0] = first = _along_rows(parts[0])
    for i, part in enumerate(parts[1:], 1):
        parts[i] = _like(first, _along_rows(part) if is_dask(part) else part)


def _along_rows(source: Any) -> Any:
    """An array is cut along its rows alone; other collections are so already."""
    if isinstance(source, list) or _is_block(source):
        return source
    kind = f"{type(source).__module__}.{type(source).__name__}"
    if not kind.startswith("dask.") or not (
        hasattr(source, "npartitions") and not kind.endswith("Scalar")
    ):
        raise TableError(
            "expected of Dask an array, a data frame, a bag or delayed blocks, found "
            f"{kind}; turn it into one of them."
        )
    if not _is_array(source):
        return source
    if source.ndim not in (1, 2):
        raise TableError(
            f"{SOURCE}: expected rows and columns, found the shape {source.shape}; "
            "flatten each row: X.reshape(len(X), -1)."
        )
    cut = source.ndim == 2 and source.numblocks[1] > 1
    return source.rechunk({1: -1}) if cut else source


def _is_array(source: Any) -> bool:
    return hasattr(source, "rechunk")


def _like(first: Any, part: Any) -> Any:
    """A part that stands beside the first, cut as it is."""
    sizes = _sizes(first)
    if not is_dask(part):
        return _from_memory(part, sizes)
    if _is_array(part) and sizes and _sizes(part) not in ((), sizes):
        n, m = sum(sizes), sum(_sizes(part))
        if n != m:
            raise TableError(
                "expected one value of y for each row of X, found "
                f"{counted(m, 'value')} for {counted(n, 'row')}; look for what is "
                "missing in one of them."
            )
        return part.rechunk({0: sizes})
    if _count(part) == _count(first):
        return part
    known = all(getattr(each, "known_divisions", False) for each in (first, part))
    if known and part.divisions[0] == first.divisions[0] and (
        part.divisions[-1] == first.divisions[-1]
    ):  # fmt: skip
        return part.repartition(divisions=first.divisions)
    raise TableError(
        f"{SOURCE}: expected as many partitions of y as of X, found {_count(part)} "
        f"beside {_count(first)}; {ALIKE}."
    )


def _from_memory(part: Any, sizes: tuple[int, ...]) -> Any:
    """What is in memory, cut into chunks of these sizes."""
    cells = two_dimensional(part)
    if not sizes or len(cells) != sum(sizes):
        known = counted(sum(sizes), "row") if sizes else "rows that nobody has counted"
        raise TableError(
            f"{SOURCE}: expected y of Dask, cut as X is, found an array in memory of "
            f"{counted(len(cells), 'value')} beside {known}; make y of the same source."
        )
    arrays: Any = needs("dask.array", extra="dask")
    return arrays.from_array(cells, chunks=(sizes, -1))


def _sizes(source: Any) -> tuple[int, ...]:
    """How many rows each chunk of an array has; none where that is not known."""
    if not _is_array(source) or any(map(math.isnan, source.chunks[0])):
        return ()
    return tuple(source.chunks[0])


def _count(source: Any) -> int:
    if isinstance(source, list):
        return len(source)
    if _is_block(source):
        return 1
    return int(source.numblocks[0] if _is_array(source) else source.npartitions)
