"""Rows of Parquet files: a piece is a group of rows, read a few columns at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pellucid.errors import needs
from pellucid.tables.from_arrays import frame_grid
from pellucid.tables.grid import Grid

ROWS = 2**16  # of a grid
BUFFER = 2**18  # bytes that are read of a column at a time


@dataclass(frozen=True)
class ParquetPiece:
    """A group of rows of a file."""

    path: Path
    group: int
    n: int

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.path.name

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, some rows at a time."""
        parquet: Any = needs("pyarrow.parquet", extra="data")
        import pyarrow as pa

        file = parquet.ParquetFile(self.path, pre_buffer=False, buffer_size=BUFFER)
        batches = file.iter_batches(
            ROWS, row_groups=[self.group], columns=columns, use_threads=False
        )
        for batch in batches:
            yield frame_grid(pa.Table.from_batches([batch]), self.source)


def pieces_of(path: Path) -> list[ParquetPiece]:
    """The groups of rows of a file."""
    parquet: Any = needs("pyarrow.parquet", extra="data")
    about = parquet.ParquetFile(path).metadata
    groups = range(about.num_row_groups)
    return [ParquetPiece(path, i, about.row_group(i).num_rows) for i in groups]
