"""Cells on their way to a table: which are numbers, which the target, which wrong."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import TableError
from pellucid.tables.table import Table
from pellucid.tables.wording import counted, listed, quoted, shown

# Spellings of nothing: as text, and of the objects that stand for it in data frames.
MISSING = {"", "na", "n/a", "nan", "null"}
MISSING_OBJECTS = {"nan", "nat", "none", "<na>"}


@dataclass(frozen=True, eq=False)
class Grid:
    """A rectangle of n rows and d columns, read but not yet judged.

    `values` (n, d) holds the cells as numbers, nan where a cell is none. The cells as
    they came are asked for only when they matter: `column(j)` gives those of column j,
    `place(i)` says where row i stands ("line 14", "row 13").
    """

    source: str
    names: Sequence[str]
    values: NDArray[np.float64]
    column: Callable[[int], Sequence[object]]
    place: Callable[[int], str]
    named: bool = True


def number(cell: Any) -> float:
    """Read a cell as a number, nan where it is none.

    >>> number(" 1e3 "), number("n/a"), number(None)
    (1000.0, nan, nan)
    """
    try:
        return float(cell)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def numbers(cells: Sequence[Any]) -> NDArray[np.float64]:
    """Read a column of cells as numbers, nan where one is none.

    >>> numbers(["1.5", "n/a"])
    array([1.5, nan])
    """
    try:
        return np.fromiter(map(float, cells), np.float64, len(cells))
    except (TypeError, ValueError, OverflowError):
        return np.fromiter(map(number, cells), np.float64, len(cells))


def is_missing(cell: object) -> bool:
    """Whether a cell holds nothing, in one of the spellings of nothing.

    >>> is_missing(" "), is_missing("NA"), is_missing(None), is_missing("none")
    (True, True, True, False)
    """
    spellings = MISSING if isinstance(cell, str) else MISSING_OBJECTS
    return str(cell).strip().casefold() in spellings


def is_label(cell: object) -> bool:
    """Whether a cell names a class.

    >>> is_label("none"), is_label("NA"), is_label(3)
    (True, False, False)
    """
    return isinstance(cell, str) and not is_missing(cell)


def default_names(d: int) -> list[str]:
    """Name the columns of a table that has no names.

    >>> default_names(3)
    ['x1', 'x2', 'x3']
    """
    return [f"x{j}" for j in range(1, d + 1)]


def distinct(names: Sequence[str], where: str) -> Sequence[str]:
    """Return the names when each is there and there once."""
    seen: set[str] = set()
    for j, name in enumerate(names, start=1):
        if not name:
            raise TableError(
                f"{where}: expected a name for every column, found none for column "
                f"{j}; name it, or leave out a column that only numbers the rows."
            )
        if name in seen:
            raise TableError(
                f"{where}: expected columns with different names, found "
                f"{quoted(name)} twice; rename one of them."
            )
        seen.add(name)
    return names


def to_table(grid: Grid, target: str | int | None) -> Table:
    """Split a grid into features and target, each cell checked."""
    n, d = grid.values.shape
    if n == 0 or d == 0:
        lacking = "row" if n == 0 else "column"
        raise TableError(
            f"{grid.source}: expected at least one {lacking} of data, found none; "
            f"add a {lacking}."
        )
    if target is None:
        check_cells(grid, ~np.isfinite(grid.values))
        return Table(grid.values, None, tuple(grid.names), None, grid.source)
    t = position(grid, target)
    if d == 1:
        raise TableError(
            f"{grid.source}: expected a column beside the target "
            f"{quoted(grid.names[t])}, found none; add a feature to learn from."
        )
    y = target_values(grid, t)
    names = (*grid.names[:t], *grid.names[t + 1 :])
    X = np.delete(grid.values, t, axis=1)  # (n, d - 1)
    return Table(X, y, names, grid.names[t], grid.source)


def target_values(grid: Grid, t: int) -> NDArray[Any]:
    """Return the target (n,), as text where none of it is a number; check all cells."""
    faults = ~np.isfinite(grid.values)  # (n, d)
    if not faults[:, t].all():
        check_cells(grid, faults)
        return grid.values[:, t].copy()
    labels = grid.column(t)
    faults[:, t] = [not is_label(label) for label in labels]
    check_cells(grid, faults, text=t)
    return np.array([str(label).strip() for label in labels])


def position(grid: Grid, target: str | int) -> int:
    """Find the target among the columns, by name or, without names, by number."""
    name = str(target)
    if not grid.named and name.isdecimal():
        name = f"x{int(name)}"
    if name in grid.names:
        return grid.names.index(name)
    close = difflib.get_close_matches(name, grid.names, n=1)
    advice = f"did you mean {quoted(close[0])}?" if close else "choose one of them."
    columns = listed(grid.names)
    if not grid.named:
        columns += f" (or their numbers, 1 to {len(grid.names)})"
    raise TableError(
        f"{grid.source}: expected as target one of the columns {columns}, "
        f"found {quoted(str(target))}; {advice}"
    )


def check_cells(grid: Grid, faults: NDArray[np.bool_], text: int | None = None) -> None:
    """Raise for the first faulty cell in reading order; column `text` holds labels."""
    if not faults.any():
        return
    n, d = faults.shape
    i, j = divmod(int(faults.argmax()), d)
    cell, count = grid.column(j)[i], int(faults[:, j].sum())
    if is_missing(cell):
        advice = "fill such cells in or leave their rows out"
    elif count == n:
        advice = "turn the column into numbers (1234.5) or leave it out"
    else:
        advice = "write such cells as numbers (1234.5) or leave their rows out"
    raise TableError(
        f"{grid.source}, {grid.place(i)}, column {quoted(grid.names[j])}: "
        f"expected a {'label' if j == text else 'number'}, found {shown(cell)} "
        f"({counted(count, 'such cell')} in {counted(n, 'row')}); {advice}."
    )
