"""How good predictions are on rows whose target is known: sums, added over chunks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.as_numbers import Role
from pellucid.tables.cells import is_missing
from pellucid.tables.grid import Column, Grid
from pellucid.tables.levels import text_of
from pellucid.tables.rereading import read_as
from pellucid.tables.step import Step
from pellucid.tables.streams.spread import Spread

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RightNumbers:
    """How far numbers are off, and how far they spread.

    Parameters
    ----------
    spread : Spread
        Of the targets.
    errors : float
        The sum of the squares of what predictions are off.

    Examples
    --------
    >>> y, output = np.array([1.0, 2.0, 3.0, 6.0]), np.array([1.0, 2.0, 3.0, 3.0])
    >>> first, second = (RightNumbers.of(y[i], output[i]) for i in ([0, 1], [2, 3]))
    >>> {name: round(value, 3) for name, value in (first + second).figures().items()}
    {'r2': 0.357, 'rows': 4, 'typical error': 1.5}
    """

    spread: Spread
    errors: float

    @classmethod
    def of(cls, y: Array, output: Array) -> RightNumbers:
        """Of rows y (m,) for which output (m,) is predicted."""
        return cls(Spread.of(y[:, None]), float(np.sum((y - output) ** 2)))

    def __add__(self, other: RightNumbers) -> RightNumbers:
        """Of the rows of both."""
        return RightNumbers(self.spread + other.spread, self.errors + other.errors)

    def figures(self) -> dict[str, float]:
        """r2, and the root of the mean squared error."""
        n, sst = int(self.spread.total), float(self.spread.squares[0])
        if not n:
            return {}
        off = {"rows": n, "typical error": float(np.sqrt(self.errors / n))}
        return ({"r2": 1 - self.errors / sst} if sst > 0 else {}) | off


@dataclass(frozen=True)
class RightClasses:
    """How many rows are called right, of how many.

    >>> (RightClasses(4, 3) + RightClasses(6, 5)).figures()
    {'rows': 10, 'accuracy': 0.8}
    """

    n: int
    right: int

    def __add__(self, other: RightClasses) -> RightClasses:
        """Add others."""
        return RightClasses(self.n + other.n, self.right + other.right)

    def figures(self) -> dict[str, float]:
        """The share that is called right."""
        return {"rows": self.n, "accuracy": self.right / self.n} if self.n else {}


Right = RightNumbers | RightClasses


def compared(
    output: NDArray[np.generic] | None, goal: Step, grid: Grid,
    usable: NDArray[np.bool_], *, classes: bool,
) -> Right | None:  # fmt: skip
    """Compare what is predicted of usable rows with the target; None where it is not.

    Parameters
    ----------
    output : array or None
        What is predicted.
    goal : Step
        The target.
    grid : Grid
        The table, which may hold it.
    usable : array (n,) of bool
        Which rows are predicted.
    classes : bool
        Whether the target names classes.
    """
    place = {name.strip(): j for j, name in enumerate(grid.names)}
    if output is None or goal.column.strip() not in place:
        return None
    column = grid.columns[place[goal.column.strip()]]
    if classes:
        return _of_classes(column, goal, output, usable)
    y = read_as(column, goal.role)[usable]
    known = np.isfinite(y)
    return RightNumbers.of(y[known], np.asarray(output[known], float))


def _of_classes(
    column: Column, goal: Step, output: NDArray[np.generic], usable: NDArray[np.bool_]
) -> RightClasses:
    """Which rows are called right; numbers are compared as numbers."""
    if output.dtype.kind in "iuf":
        role = Role("number", "", marks=goal.role.marks, scale=goal.role.scale)
        y = read_as(column, role)[usable]
        known, right = np.isfinite(y), output == y
    else:
        cells = column.cells()
        given = [cells[i] for i in np.flatnonzero(usable).tolist()]
        known = np.array([not is_missing(cell) for cell in given], bool)
        texts = [text_of(label) for label in output.tolist()]
        pairs = zip(given, texts, strict=True)
        right = np.array([text_of(cell) == text for cell, text in pairs], bool)
    return RightClasses(int(known.sum()), int(right[known].sum()))
