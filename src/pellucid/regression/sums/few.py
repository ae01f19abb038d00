"""Columns of a few rows that stand for many, seen as those are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import Double
from pellucid.regression.survey import ExactColumns, Formed

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class FewColumns:
    """Columns A (m, p), as `ExactColumns` are seen."""

    A: Double
    e: Array | None
    head: Array
    shift: Array
    mean: Array
    largest: Array
    far: Array

    @property
    def X(self) -> Array:  # noqa: N802
        """All rows of A, rounded."""
        return self.A.head

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        m, p = self.A.head.shape
        return m, p

    def some(self, places: Any) -> FewColumns:
        """Some of them."""
        e = None if self.e is None else self.e[places]
        parts = (self.head, self.shift, self.mean, self.largest, self.far)
        A = self.A[:, places]
        return FewColumns(A, e, *(part[places] for part in parts))

    def of_all(self, X: Array | Formed) -> ExactColumns:
        """The columns of rows for which these stand, seen as these are."""
        parts = (self.e, self.head, self.shift, self.mean, self.largest, self.far)
        return ExactColumns(X, *parts)

    def only(self, j: int) -> FewColumns:
        """One of them."""
        return self.some([j])

    def block(self, rows: slice) -> Array:
        """Some rows, rounded."""
        return self.A.head[rows]

    def exactly(self, rows: slice) -> Double:
        """Some rows."""
        return self.A[rows]

    @property
    def rounding(self) -> Array:
        """What may be lost of an element of each column; see `Blur` of sums."""
        return np.zeros(self.shape[1])

    def around(self, rows: slice, out: Array) -> None:
        """Write some rows of A - shift, which may be rounded."""
        np.copyto(out, (self.A[rows] + -self.shift).value)

    def empty(self, *shape: int) -> Array:
        """Room for blocks."""
        return np.empty(shape)
