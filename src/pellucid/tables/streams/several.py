"""Rows of several files, one after another: all must have the same columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.tables.folders import File, as_named, files_of, same_columns
from pellucid.tables.from_files import file_grid
from pellucid.tables.grid import Cells, Column, Grid
from pellucid.tables.joined import joined
from pellucid.tables.streams import files
from pellucid.tables.streams.feather import FeatherPiece
from pellucid.tables.streams.parquet import ParquetPiece
from pellucid.tables.streams.pieces import Piece


@dataclass(frozen=True)
class Part:
    """A piece of one of several files, its columns as all of them have them.

    Parameters
    ----------
    piece : Piece
        What is read.
    file : File
        Of which file, and what its folders say of all of its rows.
    kinds : tuple of pairs
        Each column of the files and what it holds, in their order; "" for what only
        reading tells.
    """

    piece: Piece
    file: File
    kinds: tuple[tuple[str, str], ...]

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.file.name

    @property
    def n(self) -> int | None:
        """How many rows it has."""
        return self.piece.n

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, some rows at a time."""
        typed = isinstance(self.piece, ParquetPiece | FeatherPiece)
        for grid in self.piece.grids(columns):
            place = as_named(
                [name for name, _ in self.kinds],
                {column.name: column for column in grid.columns},
            )
            some = [
                (replace(place[name], name=name), kind)
                for name, kind in self.kinds
                if name in place
            ]
            own = [_as(kind, column) if typed else column for column, kind in some]
            said = [c for c in self.file.columns(grid.n) if c.name not in place]
            yield replace(grid, source=self.source, columns=[*own, *said])


def _as(kind: str, column: Column) -> Column:
    """A column as it is in other files: one that holds nothing may be of any kind."""
    if kind in ("", column.kind):
        return column
    if kind == "text":
        return replace(column, kind=kind, levels=())
    nothing = Cells([None], np.zeros(len(column.numbers), np.intp))
    return Column(column.name, column.numbers, lambda: nothing, kind)


def pieces_of(source: Any, each: Callable[[Path], Sequence[Piece]]) -> list[Part]:
    """The pieces of several files.

    Parameters
    ----------
    source : path, pattern or list of paths
        Which files.
    each : callable
        Gives the pieces of one.

    Raises
    ------
    TableError
        Where there is no file, or one has other columns than the first.
    """
    files = files_of(source)
    written = [
        file for file in files if file.path.stat().st_size
    ]  # Spark's may be none
    files = written or files
    pieces = [each(file.path) for file in files]
    kinds = same_columns(files, [*map(columns_of, pieces)])
    return [
        Part(piece, file, tuple(kinds.items()))
        for file, some in zip(files, pieces, strict=True)
        for piece in some
    ]


def columns_of(pieces: Sequence[Piece]) -> dict[str, str]:
    """From each column of a file to what it holds; "" where only reading tells."""
    first = pieces[0]
    if isinstance(first, ParquetPiece | FeatherPiece):
        known = first.columns
        return dict(zip(known.names, known.kinds, strict=True))
    grid = next(first.grids())
    return dict.fromkeys(grid.names, "")


# -- in memory ------------------------------------------------------------------------


@dataclass(frozen=True)
class Whole:
    """A file that is read as a whole: a text, whose columns are judged together."""

    path: Path
    header: bool | None
    sheet: str | int | None
    n: int | None = None

    @property
    def source(self) -> str:
        """The name of the file."""
        return self.path.name

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it."""
        yield file_grid(self.path, self.header, self.sheet)


def several_grid(
    source: Any, header: bool | None = None, sheet: str | int | None = None
) -> Grid:
    """Read several files into memory, as one.

    Raises
    ------
    TableError
        As where they are streamed.
    """

    def each(path: Path) -> Sequence[Piece]:
        if files.kind_of(path) in ("Parquet", "Feather"):
            return files.pieces_of(path)
        return [Whole(path, header, sheet)]

    pieces = pieces_of(source, each)
    return joined([grid for piece in pieces for grid in piece.grids()])
