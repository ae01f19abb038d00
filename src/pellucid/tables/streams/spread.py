"""Means of columns, and how they spread around them: sums that any two chunks add.

Chan, Golub & LeVeque, "Algorithms for computing the sample variance: analysis and
recommendations" (1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Spread:
    """How many rows there are, their mean (d,), and the squares around it (d,).

    Examples
    --------
    >>> first, second = (
    ...     Spread.of(np.array([[1.0], [2.0]])),
    ...     Spread.of(np.array([[6.0]])),
    ... )
    >>> both = first + second
    >>> both.mean, both.squares, both.deviation.round(3)
    (array([3.]), array([14.]), array([2.16]))
    """

    total: float
    mean: Array
    squares: Array

    @classmethod
    def of(cls, X: Array, s: Array | None = None) -> Spread:
        """Of rows X (m, d) of weights s (m,), each of which counts once without."""
        s = np.ones(len(X)) if s is None else s
        total = float(np.sum(s))
        if not total:
            return cls(total, *np.zeros((2, X.shape[1])))
        first = X[0]  # so that little is lost where all are far from 0
        mean = first + s @ (X - first) / total
        return cls(total, mean, s @ (X - mean) ** 2)

    def __add__(self, other: Spread) -> Spread:
        """Of the rows of both."""
        total = self.total + other.total
        if not total:
            return self
        apart = other.mean - self.mean
        mean = self.mean + apart * (other.total / total)
        between = apart**2 * (self.total * other.total / total)
        return Spread(total, mean, self.squares + other.squares + between)

    @property
    def deviation(self) -> Array:
        """The standard deviation of each column (d,), 1 where it does not vary."""
        root = np.sqrt(self.squares / self.total)
        return np.where(root > 0, root, 1.0)
