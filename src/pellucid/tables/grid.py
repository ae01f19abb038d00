"""Cells on their way to a table: columns as they were read, not yet judged."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.cells import Marks
from pellucid.tables.wording import listed, quoted

PLAINLY = Marks()


class Cells(Sequence[object]):
    """Cells of which each different one is held once: cell i is levels[codes[i]].

    Parameters
    ----------
    levels : sequence
        The different cells, in the order in which they first occur.
    codes : array (n,) of int
        Which of them each cell is.

    Examples
    --------
    >>> cells = Cells.of(["a", "b", "a"])
    >>> cells.levels, cells.codes.tolist(), cells[2], cells.counts().tolist()
    (['a', 'b'], [0, 1, 0], 'a', [2, 1])
    """

    def __init__(self, levels: Sequence[object], codes: NDArray[np.intp]) -> None:
        self.levels = levels
        self.codes = codes

    @classmethod
    def of(cls, cells: Sequence[object]) -> Cells:
        """Hold cells so; nothing is done to those that are."""
        if isinstance(cells, Cells):
            return cells
        place: dict[object, int] = {}
        levels: list[object] = []
        codes = np.empty(len(cells), np.intp)
        for i, cell in enumerate(cells):
            codes[i] = place.setdefault(key_of(cell), len(levels))
            if codes[i] == len(levels):
                levels.append(None if _is_nan(cell) else cell)
        return cls(levels, codes)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, i: int) -> object: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[object]: ...
    def __getitem__(self, i: int | slice) -> object:
        if isinstance(i, slice):
            return Cells(self.levels, self.codes[i])
        return self.levels[self.codes[i]]

    def __iter__(self) -> Iterator[object]:
        return map(self.levels.__getitem__, self.codes.tolist())

    def counts(self) -> NDArray[np.intp]:
        """How often each level occurs."""
        return np.bincount(self.codes, minlength=len(self.levels))


def key_of(cell: object) -> object:
    """What tells a cell from others: True is not 1, a list is its text, nan nothing."""
    if isinstance(cell, str):
        return cell
    if _is_nan(cell):
        return (type(None), None)
    try:
        hash(cell)
    except TypeError:
        return (type(cell), str(cell))
    return (type(cell), cell)


def _is_nan(cell: object) -> bool:
    return isinstance(cell, float) and cell != cell


@dataclass(frozen=True, eq=False)
class Column:
    """One column of a source.

    Parameters
    ----------
    name : str
        What it is called, "" where it has no name.
    numbers : array (n,) of float64
        The cells as plain numbers, nan where one is none.
    cells : callable
        Gives the cells as they came.
    kind : str
        What the source says that it holds: "number", "boolean", "date", "category",
        or "text", which may be anything.
    levels : tuple of str
        Of an ordered category, in its order.
    marks : Marks
        Of a file's numbers: how they are written.
    """

    name: str
    numbers: NDArray[np.float64]
    cells: Callable[[], Sequence[object]]
    kind: str = "text"
    levels: tuple[str, ...] = ()
    marks: Marks = PLAINLY


@dataclass(frozen=True, eq=False)
class Grid:
    """Columns of one length, read but not yet judged.

    `place(i)` says where row i stands ("line 14", "row 13"); `notes` tell what was
    decided to read it; `records`, where it is known, goes through the rows in one pass;
    `labels` are what the rows are called where that is not their number.
    """

    source: str
    columns: Sequence[Column]
    place: Callable[[int], str]
    named: bool = True
    notes: tuple[str, ...] = ()
    records: Callable[[], Iterable[Sequence[object]]] | None = None
    labels: Any = None

    def rows(self) -> Iterable[Sequence[object]]:
        """The cells as they came, row by row, in one pass where the source has one."""
        if self.records is not None:
            return self.records()
        return zip(*(column.cells() for column in self.columns), strict=True)

    @property
    def names(self) -> list[str]:
        """What the columns are called."""
        return [column.name for column in self.columns]

    @property
    def n(self) -> int:
        """The number of rows."""
        return len(self.columns[0].numbers) if self.columns else 0


def default_names(d: int) -> list[str]:
    """Name the columns of a table that has no names.

    >>> default_names(3)
    ['x1', 'x2', 'x3']
    """
    return [f"x{j}" for j in range(1, d + 1)]


ROW_NAMES = "(row names)"


def distinct(names: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """Give each column a name of its own, and tell of those that had none.

    >>> distinct(["", "a", "a", ""])
    (['(row names)', 'a', 'a_2', 'x4'], ('column 4 has no name and is called "x4"',
    'the second column "a" is called "a_2"'))
    """
    notes: list[str] = []
    found: list[str] = []
    taken, used = set(names), set[str]()
    for j, name in enumerate(names):
        new = name or (ROW_NAMES if j == 0 else f"x{j + 1}")
        number = 2
        while new in used or (new != name and new in taken):
            new = f"{name or 'x'}_{number}"
            number += 1
        if not name and j:
            notes.append(f"column {j + 1} has no name and is called {quoted(new)}")
        found.append(new)
        used.add(new)
    again = [(a, b) for a, b in zip(names, found, strict=True) if a and a != b]
    notes += [f"the second column {quoted(a)} is called {quoted(b)}" for a, b in again]
    return found, tuple(notes)


def is_meant(grid: Grid, wanted: str, name: str) -> bool:
    """Whether a column may be the one that a person names, in any case or by number."""
    return _spelled(grid, wanted).casefold().strip() == name.casefold().strip()


def _spelled(grid: Grid, wanted: str) -> str:
    """The name that is meant: x3 by 3, where columns have no names."""
    return f"x{int(wanted)}" if not grid.named and wanted.isdecimal() else wanted


def position(grid: Grid, wanted: str | int, what: str = "as target") -> int:
    """Find a column, by name in any case or, without names, by number.

    Raises
    ------
    TableError
        When there is none, with the names that there are.
    """
    name = _spelled(grid, str(wanted))
    if name in grid.names:
        return grid.names.index(name)
    alike = [i for i, other in enumerate(grid.names) if is_meant(grid, name, other)]
    if len(alike) == 1:
        return alike[0]
    close = difflib.get_close_matches(name, grid.names, n=1)
    advice = f"did you mean {quoted(close[0])}?" if close else "choose one of them."
    columns = listed(grid.names)
    if not grid.named:
        columns += f" (or their numbers, 1 to {len(grid.names)})"
    raise TableError(
        f"{grid.source}: expected {what} one of the columns {columns}, "
        f"found {quoted(str(wanted))}; {advice}"
    )
