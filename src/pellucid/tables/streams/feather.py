"""Rows of Feather files (Arrow IPC): a piece is some of its batches, mapped.

What is not compressed is not read into memory either, but for the rows at hand.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pellucid.errors import needs
from pellucid.tables.grid import Grid
from pellucid.tables.streams import sizes
from pellucid.tables.streams.arrow import Columns, empty_batch, row_after
from pellucid.tables.streams.parquet import ROWS, damaged
from pellucid.tables.streams.stamps import Stamp

LARGE = 2**18  # rows of a piece, about


@dataclass(frozen=True)
class FeatherPiece:
    """Some consecutive batches of a file; its rows are counted as they are read."""

    stamp: Stamp
    start: int
    stop: int
    n: int | None = None

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.stamp.path.name

    @property
    def columns(self) -> Columns:
        """The columns of the file."""
        path = self.stamp.path
        with damaged(path, "Feather"), _opened(path) as file:
            return Columns.of(file.schema)

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, some rows at a time."""
        with self.stamp.unchanged(), damaged(self.stamp.path, "Feather"):
            with _opened(self.stamp.path) as file:
                schema = file.schema
            known = Columns.of(schema)
            places = known.places(columns)
            fields = [known.fields[j] for j in places]
            if self.start == self.stop:
                empty = empty_batch(schema)
                yield known.grid(empty, places, self.source)
            with _opened(self.stamp.path, fields) as file:
                for i in range(self.start, self.stop):
                    batch = file.get_batch(i)
                    for start in range(0, batch.num_rows, ROWS):
                        rows = batch.slice(start, ROWS)
                        place = partial(_place, i, start)
                        yield known.grid(rows, places, self.source, place)


def _place(batch: int, before: int, i: int) -> str:
    """Say where row i stands of those behind some rows of a batch."""
    within = f"batch {batch + 1}, " if batch else ""
    return within + row_after(before, i)


def pieces_of(path: Path) -> list[FeatherPiece]:
    """Cut a file between its batches.

    Raises
    ------
    TableError
        Where it is damaged.
    """
    stamp = Stamp.of(path)
    with damaged(path, "Feather"), _opened(path) as file:
        count = file.num_record_batches
    each = max(1, math.ceil(LARGE * count / max(1, _rows(path))))
    starts = range(0, count, each) if count else [0]
    return [FeatherPiece(stamp, i, min(i + each, count)) for i in starts]


def size_of(path: Path) -> float:
    """How many bytes of memory reading it would take, about."""
    with damaged(path, "Feather"), _opened(path) as file:
        kinds = Columns.of(file.schema).kinds
    worded = sum(kind in ("text", "category") for kind in kinds)
    letters = path.stat().st_size if worded else 0
    n = _rows(path)
    return sizes.of_cells(n * len(kinds), n * worded, letters)


def _rows(path: Path) -> int:
    """How many rows a file has, by what it says of its batches alone."""
    dataset: Any = needs("pyarrow.dataset", extra="data")
    with damaged(path, "Feather"):
        return int(dataset.dataset(path, format="feather").count_rows())


@contextmanager
def _opened(path: Path, fields: Sequence[str] | None = None) -> Iterator[Any]:
    """A file, mapped for as long as it is read; some of its fields or all."""
    pa: Any = needs("pyarrow", extra="data")
    ipc: Any = needs("pyarrow.ipc", extra="data")
    with pa.memory_map(str(path)) as mapped:
        options = ipc.IpcReadOptions(use_threads=False)
        if fields is not None:
            names = ipc.open_file(mapped).schema.names
            options.included_fields = [
                k for k, name in enumerate(names) if name in fields
            ]
        yield ipc.open_file(mapped, options=options)
