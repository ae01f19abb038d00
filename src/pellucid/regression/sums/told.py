"""Polynomials as columns whose products are summed over rows that no memory holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import Double
from pellucid.regression.polynomials import Columns
from pellucid.regression.survey import Formed


@dataclass(frozen=True)
class Told(Formed):
    """Columns in which those are 0 that rows do not tell from others, but for rounding.

    Parameters
    ----------
    columns : Columns
        All of them (n, q).
    kept : array (q,) of bool
        Which the rows tell apart.
    """

    columns: Columns
    kept: NDArray[np.bool_]

    @classmethod
    def of(cls, columns: Columns) -> Told:
        """Those that the basis tells apart."""
        return cls(columns, columns.basis.told_apart[columns.kept])

    def of_all(self, X: NDArray[np.float64]) -> Told:
        """The same columns of other rows, which are visited once."""
        return Told(self.columns.of_all(X), self.kept)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        return self.columns.shape

    @property
    def terms(self) -> NDArray[np.float64]:
        """What the terms of an element may add up to."""
        return self.columns.terms

    def exactly(self, rows: slice) -> Double:
        """Some rows, head + tail."""
        A = self.columns.exactly(rows)
        return A if self.kept.all() else Double(A.head * self.kept, A.tail * self.kept)
