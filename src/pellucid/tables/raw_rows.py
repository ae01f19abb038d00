"""The raw rows of a source, all at once or, of one that streams, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pellucid.errors import TableError
from pellucid.tables.grid import Grid
from pellucid.tables.sources import grid_of
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.places import is_large, pieces_of


@dataclass(frozen=True)
class RawRows:
    """Rows as they are read, every column of them, in their order.

    Parameters
    ----------
    source : str
        What errors call them: the name of a file, a folder or a pattern.
    n : int or None
        How many there are; None where only reading them tells.
    parts : tuple of Grid or Piece
        What holds them, one after another.
    """

    source: str
    n: int | None
    parts: tuple[Grid | Piece, ...]

    def grids(self) -> Iterator[Grid]:
        """Go through them, some rows at a time.

        Raises
        ------
        TableError
            Where a file cannot be read to its end, or there is no row in any.
        """
        n = 0
        for part in self.parts:
            for grid in [part] if isinstance(part, Grid) else _read(part):
                n += grid.n
                if grid.n:
                    yield grid
        if not n:
            message = "expected rows to predict, found none; check that the file is"
            raise TableError(f"{self.source}: {message} whole.")


def _read(piece: Piece) -> Iterator[Grid]:
    """The rows of a piece; what hinders is said of it, not of what is written."""
    try:
        yield from piece.grids()
    except OSError as error:
        reason = " ".join((error.strerror or str(error)).split()).rstrip(".")
        message = f"expected a file that can be read to its end, found: {reason}"
        raise TableError(f"{piece.source}: {message}; fetch it again.") from None


def raw_rows(
    path: Path, header: bool | None = None, sheet: str | None = None,
    stream: bool | None = None,
) -> RawRows:  # fmt: skip
    """The rows of a file, a folder or a pattern, read at once or as they are asked for.

    Parameters
    ----------
    path : Path
        Any that `pellucid.rows` reads.
    header, sheet, stream
        As in `pellucid.rows`.
    """
    if not (is_large(path) if stream is None else stream):
        grid = grid_of(path, None, header, sheet)
        return RawRows(grid.source, grid.n, (grid,))
    pieces = tuple(pieces_of(path, header=header))
    counts = [piece.n for piece in pieces]
    n = None if None in counts else sum(n for n in counts if n is not None)
    return RawRows(path.name, n, pieces)
