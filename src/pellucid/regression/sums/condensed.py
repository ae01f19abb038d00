"""A few rows with the same products as all: what stands for rows that are not there.

The products C of columns around their means are R'R, R a triangle. The rows

    mean + c r_j,    mean - c r_j        r_j a row of R, 2 c^2 sum of weights = their number

of equal weights have the same means and the same products, and so the same least
squares. R is found in head + tail, with pivots, so that rows are left out of it which
are nothing but rounding. Golub & Van Loan, "Matrix computations" (2013), section 4.2.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.error_free import BITS, Double, two_product, two_sum
from pellucid.regression.problem import Blur, Rows
from pellucid.regression.sums.plan import Plan
from pellucid.regression.sums.products import Products

Array = NDArray[Any]

EPS = 2.0**-52
FLOOR = 2.0**-98  # of a square: what is less is rounding of sums in head + tail
DOUBTFUL = 1e-8  # of a column: so much rounding is looked into
SURE = 1e-11  # of a square: so much of it may be rounding
OWN = 2.0**-50  # the last slice that head + tail have, as a part of a column
FACTOR = 4 * 2.0**-BITS  # of products with a last slice, that rounding may take


@dataclass(frozen=True, eq=False)
class CondensedColumns:
    """Columns A (m, p), as `ExactColumns` are seen."""

    A: Double
    e: Array | None
    head: Array
    shift: Array
    mean: Array
    largest: Array
    far: Array

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        m, p = self.A.head.shape
        return m, p

    def some(self, places: Any) -> CondensedColumns:
        """Some of them."""
        e = None if self.e is None else self.e[places]
        parts = (self.head, self.shift, self.mean, self.largest, self.far)
        A = self.A[:, places]
        return CondensedColumns(A, e, *(part[places] for part in parts))

    def only(self, j: int) -> CondensedColumns:
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


@dataclass(frozen=True, eq=False)
class Condensed:
    """What sums over rows have told of columns Z = [X y], and how sure it is.

    Parameters
    ----------
    plan : Plan
        How the rows were seen.
    sums : Products
        Over all rows.
    intercept : bool
        Whether products are those around the means.
    total : Double ()
        The sum of the weights.
    mean : Double (p,)
        Of Z, 0 without an intercept.
    squares : array (p,)
        Of Z around the mean; of a constant column 0.
    blur : Blur
        What rounding may have moved in products.
    R : Double (r, p)
        The triangle; the row of what X leaves of y is the last, if it is there.
    sure : bool
        Whether rounding of the last slices counts for nothing.
    """

    plan: Plan
    sums: Products
    intercept: bool
    total: Double
    mean: Double
    squares: Array
    blur: Blur
    R: Double
    sure: bool

    @classmethod
    def of(cls, plan: Plan, sums: Products, *, intercept: bool) -> Condensed:
        """Factor the products."""
        T = (sums.of + Double(sums.of.head.T, sums.of.tail.T)).by(-1)
        total, ones, C = T[-1, -1], T[-1, :-1], T[:-1, :-1]
        mean = Double.of(np.zeros(len(sums.low)))
        if intercept:
            mean = ones / total
            C = C - mean[:, None] * ones[None]
            still = sums.low == sums.high
            mean = Double(
                np.where(still, sums.low, mean.head), np.where(still, 0.0, mean.tail)
            )
            C = Double(*(part * np.outer(~still, ~still) for part in (C.head, C.tail)))
        squares = np.maximum(np.diagonal(C.value), 0.0)
        size = np.sqrt(np.diagonal(T.head)[:-1])
        blur = Blur(FACTOR * (np.sqrt(sums.lost[:-1]) + OWN * size), size)
        unit = np.frexp(np.sqrt(squares))[1]
        near = C.by(-unit[:, None]).by(-unit)
        R, told = triangle(near, Blur(*(np.ldexp(part, -unit) for part in blur.parts)))
        return cls(plan, sums, intercept, total, mean, squares, blur, R.by(unit), told)

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.sums.n

    @property
    def spread(self) -> Array:
        """The standard deviation of each column."""
        return np.asarray(np.sqrt(self.squares / self.total.head))

    @property
    def far(self) -> Array:
        """The largest of each column before its head was subtracted."""
        head, low, high = self.plan.head, self.sums.low, self.sums.high
        return np.maximum(np.abs(head + low), np.abs(head + high))

    @property
    def better(self) -> Plan | None:
        """How to look at the rows again, where that would tell more."""
        largest = np.maximum(-self.sums.low, self.sums.high)
        spread = np.where(self.squares > 0, self.spread, 0.0)
        plan = self.plan.better(largest, self.mean.head, spread)
        unseen = np.setdiff1d(self.doubtful, self.plan.coarse)
        moved = plan.e is not self.plan.e
        finer = plan.slices > self.plan.slices or (plan.head != self.plan.head).any()
        return plan if moved or (finer and (len(unseen) or not self.sure)) else None

    @property
    def coarse(self) -> Array:
        """What rounding of numbers may have moved in each column, beside its length."""
        far = np.abs(self.plan.head + self.mean.head) * self.total.head**0.5
        length = np.sqrt(self.squares)
        sizes = np.hypot(1.0, np.divide(far, length, out=0 * far, where=length > 0))
        return np.where(length > 0, EPS * sizes, 1.0)

    @property
    def doubtful(self) -> Array:
        """Columns of which rounding may have left little."""
        return np.flatnonzero((self.coarse > DOUBTFUL) & (self.squares > 0))

    @property
    def noise(self) -> Array:
        """The same, of columns that are not rounded only that of their spread.

        These hold multiples of 8 units in their last place, as `factors` asks for.
        """
        found, bits = self.coarse, self.sums.bits
        lowest = np.frexp((bits & -bits).astype(float))[1] - 1 + self.plan.units
        exact = (bits != 0) & (lowest >= np.frexp(self.far)[1] - BITS + 3)
        return np.where(exact & (self.squares > 0), EPS, found)

    def rows(self) -> Rows:
        """Rows with the same sums, near 1 and 0."""
        R = self.R if len(self.R.head) else Double.of(np.zeros((1, len(self.squares))))
        m = len(R.head) * (1 + self.intercept)
        by = root(Double.of(np.array(m / (1 + self.intercept))) / self.total)
        A = R * by
        if self.intercept:
            A = Double(
                *map(np.vstack, zip(*((a.head, a.tail) for a in (A, -A)), strict=True))
            )
            A = A + self.mean[None]
        plan, mean = self.plan, self.mean.head
        largest = np.abs(A.head).max(axis=0)
        whole = CondensedColumns(
            A, plan.e, plan.head, mean, plan.head + mean, largest, self.far
        )
        s = np.full(m, self.total.head / m)
        X, y = whole.some(slice(None, -1)), whole.some(slice(-1, None))
        return Rows(
            X, y, s, np.sqrt(s), self.intercept, EPS, noise=self.noise[:-1],
            blur=self.blur, stands_for=self.n,
        )  # fmt: skip


def root(square: Double) -> Double:
    """The root of numbers above 0, by a step of Newton's."""
    head = np.sqrt(square.head)
    rest = square - Double(*two_product(head, head))
    return Double(*two_sum(head, rest.value / (2 * head)))


def triangle(C: Double, blur: Blur) -> tuple[Double, bool]:
    """R with R'R = C, columns of length about 1, and whether rounding allows it.

    The last column is that of y, which is no pivot until the end. A pivot is the square
    of a combination C u of columns; of it the blur of products may be a part.
    """
    p, squares = len(C.head), np.diagonal(C.head).copy()
    A, left, rows, order = C, np.where(squares > 0, 1.0, -1.0), [], []
    left[-1] = -1.0
    while left.max(initial=-1.0) > FLOOR * p:
        j = int(np.argmax(left))
        row = A[j] / root(A[j, j])[None]
        rows.append(row)
        order.append(j)
        A = A - row[:, None] * row[None]
        A[j], A[:, j] = (Double.of(np.zeros(p)) for _ in range(2))
        share = np.diagonal(A.head) / np.where(squares > 0, squares, 1.0)
        left = np.where(left > 0, share, left)
        left[j] = -1.0
    pivots = np.maximum(np.diagonal(A.head), 0.0)
    there = pivots[-1] > FLOOR * p * squares[-1]
    if there:
        rows.append(Double.of(np.zeros(p)))
        rows[-1][-1] = root(A[-1, -1])
    parts = ([row.head for row in rows], [row.tail for row in rows])
    R = Double(*(np.reshape(part, (len(rows), p)) for part in parts))
    return R, _is_sure(
        R.head[: len(order)], np.array(order, int), pivots, squares, blur
    )


def _is_sure(R: Array, order: Array, pivots: Array, squares: Array, blur: Blur) -> bool:
    """Whether products, once they have no blur but their own, would tell no more."""
    rest = np.setdiff1d(np.flatnonzero(squares > 0), order)
    T = linalg.solve_triangular(R[:, order], np.hstack([np.eye(len(R)), R[:, rest]]))
    own = np.diagonal(R[:, order])
    U = np.zeros((len(squares), len(order) + len(rest)))
    U[order] = T * np.append(own, -np.ones(len(rest)))
    U[rest, len(order) + np.arange(len(rest))] = 1.0
    square = np.append(own**2, pivots[rest])
    lost, size = (part @ np.abs(U) for part in blur.parts)
    least = FACTOR * OWN * size  # which no slices help
    few = lost <= 4 * least
    return bool((few | (2 * lost * size <= SURE * square)).all())
