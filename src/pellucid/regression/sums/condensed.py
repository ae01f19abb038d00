"""A few rows with the same products as all: what stands for rows that are not there.

The products C of columns around their means are R'R, R a triangle of r rows. The 2 r
rows

    mean + c r_j,    mean - c r_j        c^2 = r / sum of the weights

of equal weights have the same means and products, and so the same least squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import BITS, Double
from pellucid.regression.problem import OWN, Blur, Rows
from pellucid.regression.sums.few import FewColumns
from pellucid.regression.sums.plan import Plan
from pellucid.regression.sums.products import Products
from pellucid.regression.sums.triangle import root, triangle

Array = NDArray[Any]

EPS = 2.0**-52
DOUBTFUL = 1e-8  # of a column: so much rounding is looked into
LOG_2 = np.log(2.0)
FACTOR = 4 * 2.0**-BITS  # of products with a last slice, that rounding may take


@dataclass(frozen=True, eq=False)
class Condensed:
    """What sums over rows have told of columns Z = [X y], and how sure it is.

    Parameters
    ----------
    plan : Plan
        How the rows were seen.
    sums : Products
        Over all rows.
    total : Double ()
        The sum of the weights.
    mean : Double (p,)
        Of Z.
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
    total: Double
    mean: Double
    squares: Array
    blur: Blur
    R: Double
    sure: bool

    @classmethod
    def of(cls, plan: Plan, sums: Products) -> Condensed:
        """Factor the products."""
        T = (sums.of + Double(sums.of.head.T, sums.of.tail.T)).by(-1)
        total, ones, C = T[-1, -1], T[-1, :-1], T[:-1, :-1]
        still, finite = sums.low == sums.high, bool(np.isfinite(T.head).all())
        mean = ones / total
        mean = Double(*(np.where(still, a, b) for a, b in _pairs(sums.low, mean)))
        C = C - mean[:, None] * ones[None]
        kept = np.outer(~still, ~still) & finite
        C = Double(*(np.where(kept, part, 0.0) for part in (C.head, C.tail)))
        squares = np.maximum(np.diagonal(C.value), 0.0)
        size = np.sqrt(np.diagonal(T.head)[:-1])
        blur = Blur(FACTOR * np.sqrt(sums.lost[:-1]) + OWN * size, size)
        unit = np.frexp(np.sqrt(squares))[1]
        R, sure = triangle(C.by(-unit[:, None]).by(-unit), blur.by(-unit))
        return cls(plan, sums, total, mean, squares, blur, R.by(unit), sure and finite)

    @property
    def n(self) -> int:
        """How many rows there are."""
        return self.sums.n

    @property
    def log_weights(self) -> float | None:
        """The sum of the logarithms of the weights, None where there are none."""
        if not self.plan.weighted:
            return None
        return float(self.sums.log_weights + self.n * self.plan.f * LOG_2)

    @property
    def largest(self) -> Array:
        """The largest absolute value of each column of Z."""
        return np.asarray(np.maximum(-self.sums.low, self.sums.high))

    @property
    def centre(self) -> Array:
        """The means of the columns before their heads were subtracted."""
        return np.asarray(self.plan.head + self.mean.head)

    @property
    def mean_of_target(self) -> float:
        """That of y as it is."""
        e = 0 if self.plan.e is None else self.plan.e[-1]
        return float(np.ldexp(self.centre[-1], e))

    @property
    def far(self) -> Array:
        """The largest of each column before its head was subtracted."""
        head, low, high = self.plan.head, self.sums.low, self.sums.high
        return np.asarray(np.maximum(np.abs(head + low), np.abs(head + high)))

    # -- whether to look again ----------------------------------------------------

    @property
    def better(self) -> Plan | None:
        """How to look at the rows again, where that would tell more."""
        spread = np.sqrt(self.squares / self.total.head)
        plan = self.plan.better(self.largest, self.mean.head, spread)
        if plan.e is not self.plan.e:
            return plan
        is_other = plan.slices > self.plan.slices or (plan.head != self.plan.head).any()
        unseen = np.setdiff1d(self.doubtful, self.plan.coarse)
        return plan if is_other and (len(unseen) or not self.sure) else None

    @property
    def rounding(self) -> Array:
        """What rounding of numbers may have moved in each column, beside its length."""
        far = np.abs(self.centre) * self.total.head**0.5
        length, varies = np.sqrt(self.squares), self.squares > 0
        part = np.divide(far, length, out=np.zeros(len(far)), where=varies)
        return np.where(varies, EPS * np.hypot(1.0, part), 1.0)

    @property
    def doubtful(self) -> Array:
        """Columns of which rounding may have left little."""
        return np.flatnonzero((self.rounding > DOUBTFUL) & (self.squares > 0))

    @property
    def noise(self) -> Array:
        """The rounding of columns; where they are not rounded that of their spread.

        These hold multiples of 8 units in their last place, as `factors` asks for.
        """
        bits = self.sums.bits
        lowest = np.frexp((bits & -bits).astype(float))[1] - 1 + self.plan.units
        exact = (bits != 0) & (lowest >= np.frexp(self.far)[1] - BITS + 3)
        return np.where(exact & (self.squares > 0), EPS, self.rounding)

    # -- as rows ------------------------------------------------------------------

    def rows(self, *, intercept: bool) -> Rows:
        """A few rows with the same sums, near 1 and 0."""
        R = self.R if len(self.R.head) else Double.of(np.zeros((1, len(self.squares))))
        r, head = len(R.head), self.plan.head
        A = R * root(Double.of(np.array(float(r))) / self.total)
        A = Double(*map(np.vstack, _pairs(A, -A))) + self.mean[None]
        noise, blur, shift = self.noise, self.blur, self.mean.head
        largest = self.largest
        if not intercept:
            A, noise = A + head, np.full(len(head), EPS)
            blur = blur.moved(head, float(self.total.head))
            (head, shift), largest = np.zeros((2, len(head))), self.far
        largest = np.maximum(largest, np.abs(A.head).max(axis=0))
        parts = (head, shift, self.centre, largest, self.far)
        whole = FewColumns(A, self.plan.e, *parts)
        X, y = whole.some(slice(None, -1)), whole.some(slice(-1, None))
        s = np.full(2 * r, self.total.head / (2 * r))
        return Rows(
            X, y, s, np.sqrt(s), intercept, EPS, noise=noise[:-1], blur=blur,
            stands_for=self.n,
        )  # fmt: skip


def _pairs(a: Any, b: Any) -> list[tuple[Array, Array]]:
    """The heads of both, and their tails."""
    a, b = (x if isinstance(x, Double) else Double.of(x) for x in (a, b))
    return [(a.head, b.head), (a.tail, b.tail)]
