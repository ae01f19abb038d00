"""The rows that `pellucid fit` learns from, and those of them that are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.models.choosing import MOST, Different
from pellucid.models.notes.dependent import relations
from pellucid.statistics.relations import Relation
from pellucid.tables.sources import rows
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table
from pellucid.tables.wording import counted

SEEN = 10_000  # rows of a stream that pictures show
HOLDS = 1e-9  # of the size of its terms: so far off a relation may be by rounding

Array = NDArray[Any]


def taken(
    path: Path, target: str, stream: bool | None, cluster: str | None,
    reading: Mapping[str, Any],
) -> Table | Stream:  # fmt: skip
    """Read a table, or see what is in the rows of one that is streamed.

    Raises
    ------
    TableError
        When nothing can be learned from it.
    """
    if cluster is not None and stream is False:
        raise TableError(
            "--cluster: expected rows that are streamed, found --no-stream, which "
            "keeps them in the memory of this machine; leave one of the two out."
        )
    table = rows(path, target, stream=stream or bool(cluster) or None, **reading)
    if cluster is not None and isinstance(table, Stream):
        from pellucid.tables.streams.cluster import runner_for

        table = replace(table, runner=runner_for(cluster))
    table = table.for_fitting()
    if isinstance(table, Stream):
        return table
    return replace(table, raw=None)  # the text of a large file is no longer needed


def looked_at(table: Table | Stream, seed: int) -> tuple[Table, Different]:
    """The rows that are shown, and the different values of the target in all."""
    if isinstance(table, Stream):
        values = table.summed(_different, "the values of the target")
        return table.sample(SEEN, seed), values
    return table, Different.of(np.asarray(table.y))


def _different(chunk: Chunk) -> Different:
    return Different.of(np.asarray(chunk.y), MOST)


def related(table: Table | Stream, seen: Table) -> Sequence[Relation]:
    """The columns that others give in every row, found in those that are seen."""
    found = relations(seen.X)
    if not found or table is seen or not isinstance(table, Stream):
        return found
    off = table.summed(partial(_off, found), "looking whether columns give others")
    return [one for one, far in zip(found, off.most, strict=True) if far <= HOLDS]


class Largest:
    """The largest of numbers (k,), which a sum keeps."""

    def __init__(self, most: Array) -> None:
        self.most = most

    def __add__(self, other: Largest) -> Largest:
        """The larger of both."""
        return Largest(np.maximum(self.most, other.most))


def _off(found: Sequence[Relation], chunk: Chunk) -> Largest:
    """How far each relation is from holding, in the size of its terms."""
    most = []
    for one in found:
        terms = chunk.X[:, one.others] * np.array([float(c) for c in one.coefficients])
        x, b = chunk.X[:, one.column], float(one.constant)
        size = np.abs(x) + np.abs(terms).sum(axis=1) + abs(b)
        far = np.abs(x - terms.sum(axis=1) - b)
        most.append(np.max(far / np.where(size > 0, size, 1.0)))
    return Largest(np.array(most))


def shown(table: Table | Stream, seen: Table) -> str:
    """Which rows pictures show: "all 90 rows", or how many of how many.

    >>> import pellucid as pl
    >>> table = pl.rows([[1.0, 2.0], [3.0, 4.5]])
    >>> shown(table, table)
    'all 2 rows'
    """
    if table is seen:
        return f"all {counted(table.n, 'row')}"
    return f"{seen.n:,} of the {table.n:,} rows, drawn by chance"
