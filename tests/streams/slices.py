"""A table in memory as a stream: pieces of a few rows, read fewer at a time."""

from dataclasses import dataclass, replace
from typing import Any

from pellucid.tables.from_arrays import frame_grid
from pellucid.tables.grid import Cells, Column, Grid

ROWS = 7  # of a piece
FEW = 3  # of a grid


@dataclass(frozen=True)
class FramePiece:
    """Some rows of a data frame of pandas, polars or pyarrow."""

    frame: Any
    start: int
    end: int
    source: str = "data frame"

    @property
    def n(self):
        return self.end - self.start

    def grids(self, columns=None):
        for start, end in few(self.start, self.end):
            if hasattr(self.frame, "iloc"):
                rows = self.frame.iloc[start:end]
            else:
                rows = self.frame.slice(start, end - start)
            yield frame_grid(rows, self.source)


@dataclass(frozen=True)
class GridPiece:
    """Some rows of a grid that a file became, each column of the kind of its part."""

    grid: Grid
    start: int
    end: int

    @property
    def source(self):
        return self.grid.source

    @property
    def n(self):
        return self.end - self.start

    def grids(self, columns=None):
        for start, end in few(self.start, self.end):
            made = [part(c, start, end) for c in self.grid.columns
                    if columns is None or c.name in columns]  # fmt: skip
            yield replace(
                self.grid, columns=made, records=None,
                place=lambda i, start=start: self.grid.place(start + i),
            )  # fmt: skip


def few(start, end):
    """Where the grids of a piece begin and end: one at least, though without a row."""
    starts = range(start, max(end, start + 1), FEW)
    return [(i, min(i + FEW, end)) for i in starts]


def part(column, start, end):
    """Some rows of a column."""
    cells = Cells.of(column.cells())[start:end]
    return Column(
        column.name, column.numbers[start:end], lambda: cells, column.kind,
        column.levels, column.marks,
    )  # fmt: skip


def cut(n, ends=None):
    """Where pieces begin and end: every few rows, or at given ends."""
    ends = [*range(ROWS, n, ROWS), n] if ends is None else [*ends, n]
    return [*zip([0, *ends[:-1]], ends, strict=True)]


def frame_pieces(frame, ends=None):
    return [FramePiece(frame, *both) for both in cut(len(frame), ends)]


def grid_pieces(grid, ends=None):
    return [GridPiece(grid, *both) for both in cut(grid.n, ends)]
