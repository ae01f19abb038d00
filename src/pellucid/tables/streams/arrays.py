"""Rows of arrays and memory maps: a piece is a view, and nothing is copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.from_arrays import row
from pellucid.tables.grid import Column, Grid, default_names

ROWS = 2**16  # of a grid
LARGE = 2**18  # of a piece


@dataclass(frozen=True, eq=False)
class ArrayPiece:
    """Some rows of an array (n, d); `names` are those of its columns.

    Examples
    --------
    >>> (grid,) = ArrayPiece(np.array([[1, 2], [3, 4]])).grids()
    >>> grid.names, grid.columns[1].numbers
    (['x1', 'x2'], array([2., 4.]))
    """

    cells: NDArray[Any]
    names: tuple[str, ...] = ()
    source: str = "array"

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.cells)

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Views of some rows, as numbers."""
        names = self.names or tuple(default_names(self.cells.shape[1]))
        wanted = range(len(names)) if columns is None else map(names.index, columns)
        places = [*wanted]
        for start in range(0, self.n, ROWS):
            cells = self.cells[start : start + ROWS]
            made = [_column(names[j], cells[:, j]) for j in places]
            yield Grid(self.source, made, row, bool(self.names))


def _column(name: str, cells: NDArray[Any]) -> Column:
    kind = "boolean" if cells.dtype.kind == "b" else "number"
    return Column(name, np.asarray(cells, np.float64), cells.tolist, kind)


def pieces_of(
    cells: NDArray[Any], names: tuple[str, ...] = (), source: str = "array"
) -> list[ArrayPiece]:
    """Cut an array (n, d) of numbers into pieces."""
    starts = range(0, len(cells), LARGE)
    return [ArrayPiece(cells[i : i + LARGE], names, source) for i in starts]
