"""Rows of arrays and memory maps: a piece is a view, and nothing is copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.from_arrays import column_of, row, two_dimensional
from pellucid.tables.grid import Grid, default_names
from pellucid.tables.wording import counted

ROWS = 2**16  # of a grid
CELLS = 2**21  # of a grid, at most
LARGE = 2**18  # rows of a piece


@dataclass(frozen=True, eq=False)
class ArrayPiece:
    """Some rows of an array (n, d), and of others (n, 1) beside it.

    Parameters
    ----------
    cells : array (n, d)
        Numbers, or objects that may be some.
    names : tuple of str
        Of all columns, those of the others too; x1, x2, ... where there are none.
    source : str
        What errors call it.
    beside : tuple of arrays (n, 1)
        Such as a target, and weights.
    first : int
        The number of its first row, counted from 0.
    weighted : bool
        Whether the last of the others holds weights.

    Examples
    --------
    >>> import numpy as np
    >>> (grid,) = ArrayPiece(np.array([[1, 2], [3, 4]])).grids()
    >>> grid.names, grid.columns[1].numbers
    (['x1', 'x2'], array([2., 4.]))
    """

    cells: NDArray[Any]
    names: tuple[str, ...] = ()
    source: str = "array"
    beside: tuple[NDArray[Any], ...] = ()
    first: int = 0
    weighted: bool = False

    @property
    def n(self) -> int:
        """How many rows."""
        return len(self.cells)

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Views of some rows, as numbers where they are some."""
        d = self.cells.shape[1]
        names = self.names or tuple(default_names(d))
        places = [names.index(name) for name in (names if columns is None else columns)]
        size = max(1, min(ROWS, CELLS // max(len(places), 1)))
        for start in range(0, self.n, size):
            rows = slice(start, start + size)
            parts = (
                self.cells[rows, j] if j < d else self.beside[j - d][rows, 0]
                for j in places
            )
            made = [column_of(names[j], p) for j, p in zip(places, parts, strict=True)]
            begin = self.first + start
            place = lambda i, begin=begin: row(begin + i)  # noqa: E731
            yield Grid(self.source, made, place, bool(self.names))


def pieces_of(
    cells: NDArray[Any], names: tuple[str, ...] = (), source: str = "array"
) -> list[ArrayPiece]:
    """Cut an array (n, d) into pieces."""
    starts = range(0, len(cells), LARGE)
    return [ArrayPiece(cells[i : i + LARGE], names, source, (), i) for i in starts]


def side_by_side(
    X: Any, y: Any, target: str, s: Any = None, source: str = "pair (X, y)"
) -> list[ArrayPiece]:
    """Cut features X (n, d), a target y (n,) and weights into pieces.

    Raises
    ------
    TableError
        For different lengths, or several targets.
    """
    cells = two_dimensional(X)
    beside = [two_dimensional(each) for each in (y, s) if each is not None]
    for each in beside:
        if each.shape != (len(cells), 1):
            found = counted(len(each), "row")
            raise TableError(
                f"{source}: expected one value beside each of {len(cells)} rows of X, "
                f"found {found} of {counted(each.shape[1], 'value')}; give y as (n,)."
            )
    names = (*default_names(cells.shape[1]), target, *["weights"] * (s is not None))
    return [
        ArrayPiece(
            cells[i : i + LARGE], names, source,
            tuple(each[i : i + LARGE] for each in beside), i, s is not None,
        )
        for i in range(0, len(cells), LARGE)
    ]  # fmt: skip
