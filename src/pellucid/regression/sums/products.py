"""Products of the columns of rows, [Z 1] diag(s) [Z 1]', to 74 bits or to 104.

A block of rows is cut into slices of so few bits that their products, and the sums of
these over the block, are exact; only those with the last slice are rounded. Blocks are
added in head + tail.

Ozaki, Ogita, Oishi & Rump, "Error-free transformations of matrix multiplication by
using fast routines of matrix multiplication" (2012); see `error_free`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import (
    Double,
    bits_of_slices,
    cut,
    cutters,
    two_sum,
)
from pellucid.regression.rows import MOST, rows_a_block
from pellucid.regression.sums.plan import Plan
from pellucid.regression.survey import Formed

Array = NDArray[Any]

FIRST = 64  # rows that mostly tell whether a column has a last slice


@dataclass(frozen=True, eq=False)
class Products:
    """Sums over rows Z, as a plan sees them; they are added by +.

    Parameters
    ----------
    of : Double (p + 1, p + 1)
        The products of [Z 1], of which the last column is that of ones.
    lost : array (p + 1,)
        Squares of the last slices, whose products are rounded, at most.
    low, high : array (p,)
        The least and the largest of each column.
    bits : array (p,) of int64
        Of coarse columns, all bits that are set in one of their numbers.
    n : int
        How many rows.
    log_weights : float
        The sum of the logarithms of their weights.
    """

    of: Double
    lost: Array
    low: Array
    high: Array
    bits: Array
    n: int
    log_weights: float

    def __add__(self, other: Products) -> Products:
        """Those of all rows of both."""
        return Products(
            self.of + other.of,
            self.lost + other.lost,
            np.minimum(self.low, other.low),
            np.maximum(self.high, other.high),
            self.bits | other.bits,
            self.n + other.n,
            self.log_weights + other.log_weights,
        )

    @classmethod
    def of_rows(
        cls, plan: Plan, X: Array | Formed, y: Array, s: Array | None
    ) -> Products:
        """Those of rows X (m, d), y (m,) and weights (m,), block by block.

        Examples
        --------
        >>> X, y = np.array([[0.0], [2.0]]), np.array([1.0, 5.0])
        >>> plan = Plan.of(np.column_stack([X, y]), None)
        >>> Products.of_rows(plan, X, y, None).of.value
        array([[ 4., 10.,  2.],
               [10., 26.,  6.],
               [ 2.,  6.,  2.]])
        """
        n, d = X.shape
        size = min(max(rows_a_block(d), 2 * d), MOST, n)
        sums = _Sums(plan, d + 2, size)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            for i in range(0, n, size):
                rows = slice(i, i + size)
                some = X.exactly(rows) if isinstance(X, Formed) else X[rows]
                sums.add(some, y[rows], None if s is None else s[rows])
        return sums.total


class _Sums:
    """Sums over blocks of rows, and memory for a block and its slices."""

    def __init__(self, plan: Plan, p: int, size: int) -> None:
        self.plan, self.bits_of_slices, self.n = plan, bits_of_slices(size), 0
        self.Z, self.slices = np.empty((p, size)), np.empty((plan.slices, p, size))
        self.head, self.tail = np.zeros((2, p, p))
        self.lost, self.log_weights = np.zeros(p), 0.0
        self.low, self.high = np.full(p, np.inf), np.full(p, -np.inf)
        self.bits = np.zeros(p - 1, np.int64)

    @property
    def total(self) -> Products:
        """The sums over all blocks so far."""
        of = Double(*two_sum(self.head, self.tail))
        low, high = self.low[:-1], self.high[:-1]
        return Products(of, self.lost, low, high, self.bits, self.n, self.log_weights)

    def add(self, X: Array | Double, y: Array, s: Array | None) -> None:
        """Add the products of a block."""
        self.n += len(y)
        Z, formed = self.Z[:, : len(y)], isinstance(X, Double)
        Z[:-2] = X.head.T if isinstance(X, Double) else X.T
        Z[-2], Z[-1] = y, 1.0
        self.set_bits(Z)
        self.plan.rounded(Z[:-1])
        low, high = Z.min(axis=1), Z.max(axis=1)
        np.minimum(self.low, low, out=self.low)
        np.maximum(self.high, high, out=self.high)
        exponent = np.frexp(np.maximum(-low, high))[1]
        if not formed and self.plan.is_exact(low[:-1], high[:-1]):
            slices, whole = self.cut(Z, exponent), Double(Z, np.zeros(1))
        else:
            whole = self.whole(X, y)
            slices = cut(whole, self.cutters(exponent))
        lost = self.lost_of(slices[-1], exponent)
        if s is not None:
            s = np.ldexp(s, -self.plan.f)
            self.add_weighted(slices, whole * s)
            self.log_weights += float(np.sum(np.log(s)))
            lost = lost * np.max(s)
        else:
            self.add_squares(slices, bool(lost.any()))
        self.lost += lost

    def add_exact(self, term: Array) -> None:
        """Add products that are exact; the sum is head + tail."""
        self.head, left = two_sum(self.head, term)
        self.tail += left

    def add_squares(self, slices: Any, rest: bool) -> None:
        """Add the terms of Z Z', in whose sum (P + P') / 2 they are counted."""
        for i, left in enumerate(slices[:-1]):
            self.add_exact(left @ left.T)
            for right in slices[i + 1 : -1]:
                self.add_exact(2 * (left @ right.T))
        if rest:
            last = slices[-1]
            both = np.multiply(slices[0], 2, out=self.Z[:, : last.shape[1]])
            for each in slices[1:-1]:
                both += 2 * each
            both += last
            self.tail += last @ both.T

    def add_weighted(self, slices: Any, right: Double) -> None:
        """Add the terms of Z diag(s) Z', whose right side is cut too."""
        exponent = np.frexp(np.abs(right.head).max(axis=1))[1]
        others = cut(right, self.cutters(exponent))
        for left in slices[:-1]:
            for other in others[:-1]:
                self.add_exact(left @ other.T)
        self.tail += slices[-1] @ right.head.T
        self.tail += sum(slices[:-1]) @ others[-1].T

    def cut(self, Z: Array, exponent: Array) -> Any:
        """Slices of Z, the leading bits first."""
        room, left = self.slices[:, :, : Z.shape[1]], Z
        for i, c in enumerate(self.cutters(exponent)):
            np.add(left, c, out=room[i])
            room[i] -= c
            left = np.subtract(left, room[i], out=room[-1])
        return room

    def whole(self, X: Array | Double, y: Array) -> Double:
        """Z of rows that float64 does not hold: formed, or once heads are gone."""
        if isinstance(X, Double):
            raw: Any = Double(np.vstack([X.head.T, y]), np.vstack([X.tail.T, 0 * y]))
        else:
            raw = np.vstack([X.T, y])
        seen, one = self.plan.seen(raw), Double.of(np.ones((1, len(y))))
        parts = (seen.head, one.head), (seen.tail, one.tail)
        return Double(*map(np.vstack, parts))

    def cutters(self, exponent: Array) -> list[Array]:
        """What cuts columns below 2^exponent."""
        found = cutters(exponent, self.bits_of_slices, self.plan.slices)
        return [c[:, None] for c in found]

    def lost_of(self, last: Array, exponent: Array) -> Array:
        """What the squares of the last slice add up to at most (p,)."""
        there: Array = np.asarray(last[:, :FIRST].any(axis=1))
        there[~there] = last[~there, FIRST:].any(axis=1)
        least = exponent - self.bits_of_slices * (self.plan.slices - 1)
        return np.asarray(last.shape[1] * np.ldexp(there.astype(float), 2 * least))

    def set_bits(self, raw: Array) -> None:
        """Mark the bits that are set in one of the numbers of coarse columns."""
        plan = self.plan
        for j in plan.coarse:
            e = 0 if plan.e is None else plan.e[j]
            steps = np.ldexp(raw[j], -(plan.units[j] + e))
            whole = (steps == np.rint(steps)).all() and np.abs(steps).max() < 2.0**62
            found = np.bitwise_or.reduce(steps.astype(np.int64)) if whole else 1
            self.bits[j] |= found
