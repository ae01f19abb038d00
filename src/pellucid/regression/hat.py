"""The hat matrix H = U U' of least squares, a row of U a row of X: never n x n.

    y_hat = H y,   U'U = I,   h_i = |u_i|^2     the leverage of a row

U is [1 Z] F, Z centred, with F F' = ([1 Z]'[1 Z])^-1; with weights the rows are those
times the roots of the weights. What rounding has left of F is seen in U'U and divided
out: U R^-1 with U'U = R'R, as in Yamamoto, Nakatsukasa, Yanagisawa & Fukaya, "Roundoff
error analysis of the CholeskyQR2 algorithm" (2015). U is formed as in exact arithmetic,
but of many rows that do not need it.

Hoaglin & Welsch, "The hat matrix in regression and ANOVA" (1978).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression import powers
from pellucid.regression.error_free import Double, summed
from pellucid.regression.factors import MOST_WIDE
from pellucid.regression.new_rows import Turned
from pellucid.regression.problem import Rows
from pellucid.regression.rows import rows_a_block, visited
from pellucid.regression.slopes import Left, rows_of
from pellucid.regression.spread import Spread

Array = NDArray[Any]
T = TypeVar("T")

STEEP = 1e6  # elements of T from which the rows need a slice more
ROUGH = 1e3  # the squares of rows of F from which rounding would be seen in errors
FAR = 1e4  # standard deviations of a mean, from which it would be at new rows
MANY = 2.0**30  # products of the rows with F, from which exact ones would be felt
ALIKE = 1e-13  # what may be missing of a constant in the columns by rounding


@dataclass(frozen=True)
class Hat:
    """Rows of U (n, m) and residuals r (n, k), both times the roots of the weights.

    Parameters
    ----------
    rows : Rows
        Columns, targets and weights, by powers of two near 1.
    spread : Spread
        How they lie.
    F : array (d, rank)
        The coefficients of the columns A that make U of their rows, to begin with.
    left : Left
        What [F w] leaves of [0 y], or w alone of y: then U has plain products.
    f : int
        The weights are divided by 2^f.
    turn : array (m, m)
        R^-1.
    along : array (m, k)
        U'r: what rounding has left in the residuals of the directions of the fit.
    ones : array (m,)
        U'1.
    of_y : array (m, k)
        U'y, y around about its mean where there is an intercept.
    total : float
        The sum of the weights of all rows that were fitted.
    """

    rows: Rows
    spread: Spread
    F: Array
    left: Left
    f: int
    turn: Array
    along: Array
    ones: Array
    of_y: Array
    total: float

    @classmethod
    def of(
        cls, X: Any, Y: Array, s: Array | None, spread: Spread, w: Array,
        *, intercept: bool, bound: bool = False,
    ) -> Hat:  # fmt: skip
        """Of rows X (n, d), Y (n, k) and a fit of the coefficients w (d, k) to them.

        Coefficients that have a `bound` leave residuals that are not at right angles to
        the columns, but to the constant.
        """
        rows = Rows.of(X, Y, s, intercept=intercept)
        f = 0 if s is None else int(powers.exponents_of(np.max(s)))
        return cls.of_rows(rows, f, spread, w, bound=bound)

    @classmethod
    def of_rows(
        cls, rows: Rows, f: int, spread: Spread, w: Array, *, bound: bool = False
    ) -> Hat:
        """Of rows that are near 1, their weights divided by 2^f."""
        F = spread.inverse / spread.scale[:, None] * 2.0 ** (f // 2)  # exactly
        plain = rows.shape[0] * F.size > MANY and not is_rough(spread, f)
        left = _left(rows, spread, F[:, :0] if plain else F, w)
        intercept, k = rows.intercept, rows.shape[2]
        m = spread.inverse.shape[1] + intercept
        none = np.zeros((m, k))
        rough = cls(rows, spread, F, left, f, np.eye(m), none, none, none, rows.total)

        def sums(blocks: list[slice]) -> Array:
            found = np.zeros((m, m + 2 * k + 1))
            for block, U, r in rough.blocks(blocks):
                y = rows.targets.block(block) - rows.targets.shift
                yq = rough.weighted(np.insert(y, k, 1.0, axis=1), block)
                found[:, :m] += U.T @ U  # symmetric, as BLAS sees
                found[:, m:] += U.T @ np.hstack([r, yq])
            return found

        products = reduce(np.add, rough.visited(sums))
        turn = _inverse(np.linalg.cholesky(products[:, :m]).T)
        along, of_y, ones = np.split(turn.T @ products[:, m:], [k, 2 * k], axis=1)
        if bound:
            along[intercept:] = 0.0
        return replace(rough, turn=turn, along=along, ones=ones[:, 0], of_y=of_y)

    def of_some(self, X: Any, Y: Array, s: Array | None) -> Hat:
        """That of some of the rows for which those of the fit stand."""
        few = self.rows
        columns, targets = few.columns.of_all(X), few.targets.of_all(Y)
        q = None if s is None else np.sqrt(s)
        rows = Rows(columns, targets, s, q, few.intercept, few.eps)
        return replace(self, rows=rows, left=replace(self.left, columns=columns))

    def visited(self, work: Callable[[list[slice]], T]) -> list[T]:
        """What `work` finds of the blocks of each part of the rows."""
        n, d, k = self.rows.shape
        return visited(work, n, d, _size(d, k + self.spread.inverse.shape[1]))

    def blocks(self, blocks: list[slice]) -> Any:
        """Of each block its place, the rows of U and the residuals."""
        if not blocks:
            return
        room, of_1 = self.left.room(rows_of(blocks[0])), self.total**-0.5
        for block in blocks:
            A, y = self.left.slices(block, room), self.rows.targets.exactly(block)
            m = self.left.b.head.size - self.rows.shape[2]
            both = self.left.of_targets(A, _beside_zeros(y, m)).value
            U, r = -both[:, :m] if m else self.plain(block), both[:, m:]
            U = np.insert(U, 0, of_1, axis=1) if self.rows.intercept else U
            U = self.weighted(U, block) @ self.turn
            yield block, U, self.weighted(r, block) - U @ self.along

    def plain(self, rows: slice) -> Array:
        """A F, A centred (m, rank), at the speed of BLAS."""
        columns = self.rows.columns
        return np.asarray(
            (columns.block(rows) - (self.spread.mean - columns.head)) @ self.F
        )

    def weighted(self, block: Array, rows: slice) -> Array:
        """Columns (m, k) times the roots of the weights."""
        q = self.rows.q
        return block if q is None else block * q[rows, None]

    @property
    def has_constant(self) -> bool:
        """Whether the columns span a constant, with an intercept or without."""
        missing = 1 - self.ones @ self.ones / self.total
        return bool(missing <= ALIKE * max(len(self.ones), 1))

    @property
    def refined(self) -> Spread:
        """How the rows lie, without what rounding has left."""
        rank = self.F.shape[1]
        if not rank:
            return self.spread
        own, of_1 = self.turn[-rank:, -rank:], self.turn[:-rank, -rank:]
        terms = Double.of(self.F) * -self.spread.mean[:, None]
        at_zero = summed(np.vstack([terms.head, terms.tail])).value @ own
        at_zero = at_zero + np.sum(of_1, axis=0) * self.total**-0.5
        size, by = self.spread.scale, 2.0 ** (-self.f / 2)
        of_rows = self.turn * by
        of_rows[:-rank] *= self.total**-0.5
        return replace(
            self.spread,
            inverse=self.F * size[:, None] @ own * by,
            at_zero=at_zero * by,
            turned=Turned(self.F, of_rows),
        )


def is_rough(spread: Spread, f: int) -> bool:
    """Whether rounding would be seen in errors, with weights of the size 2^f.

    The squares are the variance inflation factors: Marquardt, "Generalized inverses,
    ridge regression, biased linear estimation, and nonlinear estimation" (1970).
    """
    T = spread.inverse * 2.0 ** (f / 2)
    return bool(np.max(np.sum(T**2, axis=1), initial=0.0) > ROUGH)


def is_far(spread: Spread, f: int) -> bool:
    """Whether rounding of the means would be seen in the leverages of new rows."""
    varies, of_1 = spread.length > 0, np.sqrt(spread.of_mean) * 2.0 ** (f / 2)
    means = np.abs(spread.mean[varies] / spread.length[varies])
    return bool(np.max(means, initial=0.0) > FAR * of_1)


def _left(rows: Rows, spread: Spread, F: Array, w: Array) -> Left:
    """What [F w] leaves of [0 y - mean], w being brought near 1."""
    e, of_y = spread.exponent[:, None], rows.targets.e
    w = np.ldexp(w, e if of_y is None else e - of_y)
    _, d, k = rows.shape
    both = Double.of(np.hstack([F, w]))
    centre = np.hstack([np.zeros(F.shape[1]), rows.targets.shift])
    moved = both * (rows.columns.head - spread.mean)[:, None]
    b = summed(np.vstack([moved.head, moved.tail, centre[None]]))
    T = F * spread.scale[:, None]
    slices = 2 + bool(np.max(np.abs(T), initial=0.0) > STEEP)
    return Left.of(rows.columns, both, b, slices, _size(d, k + F.shape[1]))


def _size(d: int, columns: int) -> int:
    """Rows of a block, of wide ones as many as make products worth adding up."""
    return max(rows_a_block(d + columns), min(d, MOST_WIDE))


def _beside_zeros(y: Array | Double, m: int) -> Array | Double:
    """[0 y], with m columns of zeros."""
    if isinstance(y, Double):
        return Double(*(np.pad(part, ((0, 0), (m, 0))) for part in (y.head, y.tail)))
    return np.pad(y, ((0, 0), (m, 0)))


def _inverse(R: Array) -> Array:
    return np.asarray(linalg.lapack.dtrtri(R)[0]) if len(R) else R
