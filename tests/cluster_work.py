"""Work on chunks that the tests hand to workers, which import it by this name."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.pieces import Piece


def moments(chunk: Chunk) -> Several:
    """How many rows, their sums, and those of their products with each other and y."""
    X, y = chunk.X, chunk.y
    return Several((len(X), X.sum(axis=0), X.T @ X, X.T @ y))


def third(piece: Piece, start: int) -> Any:
    """A third of a column; nothing of each fifth piece of ten rows."""
    (grid,) = piece.grids()
    return None if start % 50 == 20 else grid.columns[1].numbers / 3


@dataclass(frozen=True)
class Gated:
    """The same, once a gate is open: before, tasks tell in a folder that they began."""

    folder: Path

    def __call__(self, chunk: Chunk) -> Several:
        Path(self.folder, f"{os.getpid()}-{chunk.number[0]}").touch()
        latest = time.monotonic() + 60
        while not Path(self.folder, "open").exists():
            if time.monotonic() > latest:
                raise TimeoutError("nobody opened the gate")
            time.sleep(0.02)
        return moments(chunk)


def deadly(chunk: Chunk) -> Several:
    """Kill the process that sums, as a system does that is short of memory."""
    os.kill(os.getpid(), signal.SIGKILL)
    return moments(chunk)


def truncated(chunk: Chunk) -> Several:
    """Say of the third part of the rows that its file is cut short."""
    if chunk.number[0]:
        raise TableError("part-3.parquet: expected a whole file, found it cut short.")
    return moments(chunk)


@dataclass(frozen=True)
class Logged:
    """Make a partition and note that it was made."""

    folder: str

    def __call__(self, rows: Any) -> Any:
        Path(self.folder, f"{time.monotonic_ns()}-{os.getpid()}").touch()
        return rows


def threads(chunk: Chunk) -> Several:
    """How many threads BLAS takes while a chunk is summed, as often as it is asked."""
    from pellucid.tables.streams.cores import blas_threads

    time.sleep(0.05)
    return Several((np.array([blas_threads()]),))
