"""How the columns of X are centred and scaled, measured without a copy of X."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.design import Dense, Design, Folded
from pellucid.regression.powers import is_sparse
from pellucid.regression.rows import rows_a_block, visited

Array = NDArray[Any]

STIFF = 1e300  # a penalty under which no weight is left
FAR = 30  # lengths that a mean may lie from 0, for columns to be centred in products
FAR_SPARSE = 1e5  # the same for sparse columns, of which few copies can be made
BESIDE = 10  # standard deviations from 0 to a mean that need not be guessed
LONG = 4  # usual blocks in one: threads wait for each other in each step
LOST = 1e6  # variances between a mean and its guess: more, and the guess was none


@dataclass(frozen=True)
class Moments:
    """Of the columns of X 2^-exponent: mean, and the mean square beside it.

    The exponent (d,) brings columns near 1; it is 0 where float64 can hold all squares.

    Examples
    --------
    >>> moments = Moments.of(np.array([[1.0, 1e200], [3.0, 3e200]]))
    >>> moments.mean.round(3), moments.square.round(3), moments.exponent
    (array([0.5  , 0.653]), array([0.062, 0.107]), array([  2, 666], dtype=int32))
    """

    exponent: Array
    mean: Array
    square: Array

    @classmethod
    def of(cls, X: Array, s: Array | None = None, centred: bool = True) -> Moments:
        """Measure the columns of X (n, d), with weights s (n,) where there are some."""
        s = None if s is None else powers.near_one(s)
        exponent = np.zeros(X.shape[1], np.int32)
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            mean, square = _around(X, s, centred)
            size = square + mean**2
        near = (size >= 1 / powers.NEAR) & (size <= powers.NEAR)
        far: Any = X[:, ~near]
        if far.count_nonzero() if is_sparse(far) else far.any():
            exponent = powers.exponents(X).clip(-900).astype(np.int32)
            mean, square = _around(powers.scaled(X, exponent), s, centred)
        return cls(exponent, mean, square)

    @property
    def deviation(self) -> Array:
        """The standard deviation of each column (d,), 1 where it does not vary."""
        root = np.ldexp(np.sqrt(self.square), self.exponent)
        return np.where(self.square > 0, root, 1.0)


@dataclass(frozen=True)
class Columns:
    """How the columns of X are centred and scaled: (X 2^-exponent - mean) / length.

    The length is such that a Hessian whose rows have the curvature `bend` has ones on
    its diagonal: H_jj = bend mean(x_j^2) + soft^2, the penalty being |soft w|^2 / 2.
    The softness squared is the part of the penalty in that.
    """

    exponent: Array
    mean: Array
    length: Array
    softness: Array

    @classmethod
    def of(cls, moments: Moments, soft: Any, bend: float) -> Columns:
        """Scale the columns; `soft` is one number or (d,)."""
        with np.errstate(over="ignore"):
            soft = np.minimum(np.ldexp(soft, -moments.exponent), STIFF)
        length = np.hypot(np.sqrt(bend * moments.square), soft)
        length = np.where(length > 0, length, 1.0)
        return cls(moments.exponent, moments.mean, length, soft / length)

    @property
    def middle(self) -> Array:
        """A row (d,) whose columns are all at their means."""
        return np.ldexp(self.mean, self.exponent)

    def near(self, X: Array) -> Array:
        """The columns by their powers of two; X itself where there are none."""
        return powers.scaled(X, self.exponent) if self.exponent.any() else X

    def scaled(self, X: Array) -> Array:
        """Columns that are near, centred and scaled."""
        return Dense(X, self.mean, self.length).block(slice(None))

    def design(self, X: Array) -> Design:
        """The columns, centred and scaled where they are used."""
        X = self.near(X)
        kept = is_sparse(X) or X.dtype == float
        far = FAR_SPARSE if is_sparse(X) else FAR
        folds = kept and np.all(np.abs(self.mean) <= far * self.length)
        return (Folded if folds else Dense)(X, self.mean, self.length)

    def inside(self, w: Array, b: Any) -> Array:
        """Coefficients (d,) or (d, k) and intercepts, of these columns: [w; b]."""
        across = (slice(None),) + (None,) * (w.ndim - 1)
        w = np.ldexp(w, self.exponent[across])
        return np.concatenate([w * self.length[across], (b + self.mean @ w)[None]])

    def outside(self, u: Array) -> tuple[Array, Any]:
        """The same, of the columns as they are.

        Raises
        ------
        OutOfRangeError
            For a coefficient that float64 cannot hold.
        """
        across = (slice(None),) + (None,) * (u.ndim - 1)
        b = u[-1] - self.mean @ (u[:-1] / self.length[across])
        part, power = np.frexp(self.length)
        exponent = (-self.exponent - power)[across]
        return powers.restored(u[:-1] / part[across], exponent), b


def _around(X: Array, s: Array | None, centred: bool) -> tuple[Array, Array]:
    """The mean, or 0, and the mean square beside it, in one visit.

    What is squared is X less a guess at the mean, that of the first rows, or 0 where
    that is no worse.
    """
    guess = np.zeros(X.shape[1])
    if is_sparse(X):
        return _around_zeros(X, s, centred)
    if not centred:
        return guess, _sums(X, s, guess)[1]
    first = slice(0, 256)
    if s is None or s[first].any():
        guess = np.average(X[first], axis=0, weights=None if s is None else s[first])
        squares = np.einsum("ij,ij->j", X[first], X[first]) / len(X[first])
        far = (guess**2 > (1 - 1 / BESIDE**2) * squares).any()
        guess = guess if far else 0 * guess
    mean, square = _sums(X, s, guess)
    if (mean**2 > LOST * (square - mean**2)).any():  # such a guess would cost digits
        guess = guess + mean
        mean, square = _sums(X, s, guess)
    return guess + mean, np.maximum(square - mean**2, 0)


def _around_zeros(X: Any, s: Array | None, centred: bool) -> tuple[Array, Array]:
    """The same of a sparse matrix, most of whose cells are 0."""
    s = np.ones(X.shape[0]) if s is None else s
    mean = X.T @ s / np.sum(s) * centred
    there = np.bincount(X.indices, s[cell_rows(X)], X.shape[1])
    beside = (X.data - mean[X.indices]) ** 2
    square = np.bincount(X.indices, s[cell_rows(X)] * beside, X.shape[1])
    zeros = np.maximum(np.sum(s) - there, 0) * mean**2
    return mean, (square + zeros) / np.sum(s)


def cell_rows(X: Any) -> Array:
    """The row of each cell that a sparse matrix (CSR) stores."""
    return np.repeat(np.arange(X.shape[0]), np.diff(X.indptr))


def _sums(X: Array, s: Array | None, guess: Array) -> tuple[Array, Array]:
    """The means of X - guess and of its square."""

    def part(blocks: list[slice]) -> tuple[Any, Any]:
        first: Any = 0.0
        second: Any = 0.0
        for rows in blocks:
            Z = np.subtract(X[rows], guess, dtype=float) if copied else X[rows]
            if s is None:
                second = second + np.einsum("ij,ij->j", Z, Z)
                first = first + np.ones(len(Z)) @ Z
            else:
                second = second + s[rows] @ Z**2
                first = first + s[rows] @ Z
        return first, second

    n, d = X.shape
    copied, size = guess.any() or X.dtype != float, LONG * rows_a_block(d)
    total = len(X) if s is None else np.sum(s)
    sums = (sum(parts) for parts in zip(*visited(part, n, d, size), strict=True))
    mean, square = (np.asarray(each / total) for each in sums)
    return mean, square
