"""Products of the columns of rows, [Z 1] diag(s) [Z 1]', to 74 bits or to 104.

A block of rows is cut into slices of so few bits that their products, and the sums of
these over the block, are exact; only those with the last slice are rounded. Blocks are
added in head + tail.

Ozaki, Ogita, Oishi & Rump, "Error-free transformations of matrix multiplication by
using fast routines of matrix multiplication" (2012); see `error_free`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import (
    Double,
    bits_of_slices,
    cut,
    cutters,
    two_product,
)
from pellucid.regression.rows import MOST, rows_a_block
from pellucid.regression.sums.plan import Plan

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
    def of_rows(cls, plan: Plan, X: Array, y: Array, s: Array | None) -> Products:
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
        size = min(max(rows_a_block(2 * d), 2 * d), MOST, n)
        room = _Room(plan, d + 2, size, bits_of_slices(size))
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            blocks = [slice(i, i + size) for i in range(0, n, size)]
            found = (
                room.summed(X[rows], y[rows], None if s is None else s[rows])
                for rows in blocks
            )
            return reduce(operator.add, found)


class _Room:
    """Memory for a block of rows and for its slices."""

    def __init__(self, plan: Plan, p: int, size: int, bits: int) -> None:
        self.plan, self.bits = plan, bits
        self.Z = np.ones((p, size))
        self.slices = np.empty((plan.slices, p, size))

    def summed(self, X: Array, y: Array, s: Array | None) -> Products:
        """The products of a block."""
        m = len(X)
        Z = self.Z[:, :m]
        Z[:-2], Z[-2] = X.T, y
        bits = self.set_bits(Z)
        self.plan.rounded(Z[:-1])
        low, high = Z.min(axis=1), Z.max(axis=1)
        exponent = np.frexp(np.maximum(-low, high))[1]
        if self.plan.is_exact(low[:-1], high[:-1]):
            slices = self.cut(Z, exponent)
        else:
            slices = self.cut_exactly(np.vstack([X.T, y]), exponent)
        lost = self.lost(slices[-1], exponent)
        log = 0.0
        if s is None:
            terms = _squares(slices, bool(lost.any()))
        else:
            s = np.ldexp(s, -self.plan.f)
            terms, log = self.weighted(slices, Z, s), float(np.sum(np.log(s)))
            lost = lost * np.max(s)
        of = Double.of(next(terms))
        for term in terms:
            of = of + term
        return Products(of, lost, low[:-1], high[:-1], bits, m, log)

    def cut(self, Z: Array, exponent: Array) -> Any:
        """Slices of Z, the leading bits first."""
        room, left = self.slices[:, :, : Z.shape[1]], Z
        for i, c in enumerate(self.cutters(exponent)):
            np.add(left, c, out=room[i])
            room[i] -= c
            left = np.subtract(left, room[i], out=room[-1])
        return room

    def cut_exactly(self, raw: Array, exponent: Array) -> list[Array]:
        """Slices of rows that float64 does not hold once their heads are gone."""
        one = Double.of(np.ones((1, raw.shape[1])))
        parts = zip(
            *((z.head, z.tail) for z in (self.plan.seen(raw), one)), strict=True
        )
        return cut(Double(*map(np.vstack, parts)), self.cutters(exponent))

    def cutters(self, exponent: Array) -> list[Array]:
        """What cuts columns below 2^exponent."""
        return [c[:, None] for c in cutters(exponent, self.bits, self.plan.slices)]

    def lost(self, last: Array, exponent: Array) -> Array:
        """What the squares of the last slice add up to at most (p + 1,)."""
        there: Array = np.asarray(last[:, :FIRST].any(axis=1))
        there[~there] = last[~there, FIRST:].any(axis=1)
        least = exponent - self.bits * (self.plan.slices - 1)
        return np.asarray(last.shape[1] * np.ldexp(there.astype(float), 2 * least))

    def weighted(self, slices: Any, Z: Array, s: Array) -> Iterator[Array]:
        """The terms of Z diag(s) Z', whose right side is cut too."""
        right = Double(*two_product(Z, s))
        exponent = np.frexp(np.abs(right.head).max(axis=1))[1]
        others = cut(right, self.cutters(exponent))
        for left in slices[:-1]:
            for other in others[:-1]:
                yield left @ other.T
        yield slices[-1] @ right.head.T
        yield sum(slices[:-1]) @ others[-1].T

    def set_bits(self, raw: Array) -> Array:
        """Of coarse columns all bits that are set in one of their numbers."""
        plan, found = self.plan, np.zeros(len(raw) - 1, np.int64)
        for j in plan.coarse:
            e = 0 if plan.e is None else plan.e[j]
            steps = np.ldexp(raw[j], -(plan.units[j] + e))
            whole = (steps == np.rint(steps)).all() and np.abs(steps).max() < 2.0**62
            found[j] = np.bitwise_or.reduce(steps.astype(np.int64)) if whole else 1
        return found


def _squares(slices: Any, rest: bool) -> Iterator[Array]:
    """The terms of Z Z', in whose sum (P + P') / 2 they are counted."""
    for i, left in enumerate(slices[:-1]):
        yield left @ left.T
        for right in slices[i + 1 : -1]:
            yield 2 * (left @ right.T)
    if rest:
        last = slices[-1]
        yield last @ (2 * sum(slices[1:-1], slices[0]) + last).T
