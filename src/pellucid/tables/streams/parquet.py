"""Rows of Parquet files: a piece is a group of rows, read a few pages at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from pellucid.errors import TableError, needs
from pellucid.tables.grid import Grid
from pellucid.tables.streams import sizes
from pellucid.tables.streams.arrow import Columns, empty_batch, row_after
from pellucid.tables.streams.stamps import Stamp

ROWS = 2**15  # of a grid: the columns of one stay in the cache of a core
BUFFER = 2**18  # bytes that are read of a column at a time
FOOTERS = 16  # that are held, of as many files


@dataclass(frozen=True)
class ParquetPiece:
    """A group of n rows of a file, of which some rows lie before."""

    stamp: Stamp
    group: int
    n: int
    before: int

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.stamp.path.name

    @property
    def columns(self) -> Columns:
        """The columns of the file."""
        with damaged(self.stamp.path):
            return Columns.of(_read_footer(self.stamp).schema.to_arrow_schema())

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, some rows at a time."""
        with self.stamp.unchanged(), _opened(self.stamp) as file:
            known = Columns.of(file.schema_arrow)
            places = known.places(columns)
            batches = file.iter_batches(
                ROWS, row_groups=[self.group] if self.n else [], use_threads=False,
                columns=[known.fields[j] for j in places],
            )  # fmt: skip
            if not self.n:
                empty = empty_batch(file.schema_arrow)
                yield known.grid(empty, places, self.source)
            before = self.before
            for batch in batches:
                place = partial(row_after, before)
                yield known.grid(batch, places, self.source, place)
                before += batch.num_rows


def pieces_of(path: Path) -> list[ParquetPiece]:
    """The groups of rows of a file.

    Raises
    ------
    TableError
        Where it is damaged.
    """
    stamp = Stamp.of(path)
    about = _read_footer(stamp)
    groups = range(about.num_row_groups)
    sizes = [about.row_group(i).num_rows for i in groups]
    before = itertools.accumulate(sizes, initial=0)
    each = zip(groups, sizes, before, strict=False)
    pieces = [ParquetPiece(stamp, i, n, start) for i, n, start in each if n]
    return pieces or [ParquetPiece(stamp, 0, 0, 0)]  # which still tells the columns


def size_of(path: Path) -> float:
    """How many bytes of memory reading it would take, about."""
    about = _read_footer(Stamp.of(path))
    groups = (about.row_group(i) for i in range(about.num_row_groups))
    columns = (group.column(j) for group in groups for j in range(about.num_columns))
    text = [column for column in columns if column.physical_type == "BYTE_ARRAY"]
    words = sum(column.num_values for column in text)
    letters = sum(column.total_uncompressed_size for column in text)
    return sizes.of_cells(about.num_rows * about.num_columns, words, letters)


@contextmanager
def _opened(stamp: Stamp) -> Iterator[Any]:
    """A file, open for as long as it is read; what is damaged is said so."""
    parquet: Any = needs("pyarrow.parquet", extra="data")
    footer = _read_footer(stamp)
    with damaged(stamp.path):
        file = parquet.ParquetFile(
            stamp.path, metadata=footer, pre_buffer=False, buffer_size=BUFFER
        )
        with file:
            yield file


@lru_cache(FOOTERS)
def _read_footer(stamp: Stamp) -> Any:
    """What a file says of itself, read once for all threads."""
    parquet: Any = needs("pyarrow.parquet", extra="data")
    with damaged(stamp.path):
        return parquet.read_metadata(stamp.path)


@contextmanager
def damaged(path: Path, kind: str = "Parquet") -> Iterator[None]:
    """Say what Arrow raises in a sentence."""
    import pyarrow as pa

    try:
        yield
    except TableError:
        raise
    except PermissionError as error:
        raise Stamp.unreadable(path, error) from None
    except (OSError, ValueError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0].rstrip(".")
        raise TableError(
            f"{path.name}: expected a {kind} file that can be read, found a damaged "
            f"one ({reason}); write it again."
        ) from None
