"""Columns in which the information of a fit is nearly 1, so that no digits are lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.factors import Factors
from pellucid.regression.problem import Rows
from pellucid.regression.spread import Spread
from pellucid.regression.sums.few import FewColumns
from pellucid.regression.survey import ExactColumns

Array = NDArray[Any]


@dataclass(frozen=True)
class Basis:
    """The columns with a 1 as B (n, r): the constant first, then directions.

    Parameters
    ----------
    columns : ExactColumns or FewColumns
        A (n, d), the columns X by their powers of two.
    mean : array (d,)
        Of A.
    turn : array (d, directions)
        B = [level, (A - mean) turn].
    level : array (1,) or (0,)
        The constant; none without an intercept.
    outward : array (p, r)
        Coefficients of the columns as they are, the intercept first, from those of B;
        nan where the rows do not determine one.
    constant : bool
        Whether a constant is among what B spans.
    """

    columns: ExactColumns | FewColumns
    mean: Array
    turn: Array
    level: Array
    outward: Array
    constant: bool

    @classmethod
    def of(cls, X: Any, q: Array, intercept: bool) -> Basis:
        """Of columns X (n, d) with the weights q (n,)."""
        ones = np.ones((len(q), 1))
        rows = Rows.of(X, ones, q, intercept=intercept)
        found = Factors.of(rows)
        spread = Spread.of(rows, found)
        level = np.full(int(intercept), spread.of_mean**0.5)
        constant = intercept or _holds_constant(X, ones, q, found.rank)
        turn, outward = found.unit * found.inverse, spread.factor(intercept)
        return cls(rows.columns, found.mean, turn, level, outward, constant)

    def block(self, rows: slice) -> Array:
        """Some rows of B (m, r)."""
        B = (self.columns.block(rows) - self.mean) @ self.turn
        return np.hstack([np.broadcast_to(self.level, (len(B), len(self.level))), B])

    @property
    def rank(self) -> int:
        """R, how many columns B has."""
        return int(self.turn.shape[1] + len(self.level))


def _holds_constant(X: Any, ones: Array, q: Array, rank: int) -> bool:
    """Whether columns span a constant: then less is left of them beside it."""
    beside = Factors.of(Rows.of(X, ones, q, intercept=True))
    return beside.rank < rank
