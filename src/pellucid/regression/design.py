"""Designs: the columns of a linear model, centred and scaled, and products with them.

Z = (X - mean) / length is never formed as a whole: a block of rows is centred and
scaled where it is used, while it stays in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Design(Protocol):
    """Z (n, d), of which blocks of rows are visited; see `Dense`."""

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        ...

    def block(self, rows: slice) -> Any:
        """Some rows of Z, an array or a sparse matrix: it knows @ and .T."""
        ...


@dataclass(frozen=True)
class Dense:
    """Z = (X - mean) / length of an array X (n, d).

    Examples
    --------
    >>> design = Dense(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([0.5]))
    >>> design.block(slice(0, 2))
    array([[-2.],
           [ 2.]])
    """

    X: Array
    mean: Array
    length: Array

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        n, d = self.X.shape
        return n, d

    def block(self, rows: slice) -> Array:
        """Some rows of Z, as float64."""
        Z = np.subtract(self.X[rows], self.mean, dtype=float)
        Z /= self.length
        return Z
