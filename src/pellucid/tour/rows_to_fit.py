"""The rows that `pellucid fit` learns from, and those of them that are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.models.choosing import MOST, Different, labels
from pellucid.models.notes.dependent import relations
from pellucid.models.streamed.seen import SEEN
from pellucid.statistics.relations import Relation
from pellucid.tables.sources import rows
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table

LEARNED = 100_000  # rows of one that a network learns from
CELLS = 20_000_000  # of those rows, at most
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
    table = rows(path, target, stream=stream, cluster=cluster, **reading)
    table = table.for_fitting()
    if isinstance(table, Stream):
        return table
    return replace(table, raw=None)  # the text of a large file is no longer needed


@dataclass(frozen=True, eq=False)
class Subject:
    """What is learned from, and the rows of it that are looked at.

    Parameters
    ----------
    table : Table or Stream
        All rows.
    seen : Table
        Those that pictures show: the table itself, or a sample of a stream.
    values : Different
        Those of the target, in all rows.
    stream : Stream or None
        Where the rows come from, if they are streamed.
    """

    table: Table | Stream
    seen: Table
    values: Different
    stream: Stream | None = None

    @classmethod
    def of(cls, table: Table | Stream, seed: int) -> Subject:
        """Look at a table or, in two passes, at a stream."""
        if isinstance(table, Stream):
            values = table.summed(_different, "the values of the target")
            return cls(table, table.sample(SEEN, seed), values, table)
        return cls(table, table, Different.of(np.asarray(table.y)))

    @property
    def is_seen(self) -> bool:
        """Whether all rows are looked at."""
        return self.table is self.seen

    @property
    def drawn(self) -> str:
        """Which rows are looked at, if not all: "10 of the 900 rows, drawn ..."."""
        if self.is_seen:
            return ""
        return f"{self.seen.n:,} of the {self.table.n:,} rows, drawn by chance"

    @property
    def shown(self) -> str:
        """Which rows are looked at."""
        return self.drawn or f"all {self.table.n:,} rows"

    def of_classes(self) -> Subject:
        """With the labels of classes as they are called."""
        return self._of(replace(self.seen, y=labels(np.asarray(self.seen.y))))

    def few(self, seed: int) -> Subject:
        """As many of the rows of a stream as a network learns from in little time."""
        if self.stream is None:
            return self
        some = self.stream.sample(min(LEARNED, CELLS // max(self.stream.d, 1)), seed)
        return replace(self, table=some, seen=some)

    def without(self, reasons: Mapping[str, str]) -> Subject:
        """Without columns of X, each for a reason."""
        fewer = self._of(self.seen.without(reasons))
        return fewer if self.is_seen else replace(
            fewer, table=self.table.without(reasons)
        )  # fmt: skip

    def _of(self, seen: Table) -> Subject:
        return replace(self, seen=seen, table=seen if self.is_seen else self.table)

    def relations(self) -> Sequence[Relation]:
        """The columns that others give in every row, found in those that are seen."""
        found = relations(self.seen.X)
        if not found or not isinstance(self.table, Stream):
            return found
        what = "whether columns give others"
        off = self.table.summed(partial(_off, found), what)
        return [one for one, far in zip(found, off.most, strict=True) if far <= HOLDS]


def _different(chunk: Chunk) -> Different:
    return Different.of(np.asarray(chunk.y), MOST)


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
