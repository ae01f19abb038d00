"""Exact least squares: min |y - b - X w|^2, to the last digits that float64 can hold.

The columns are centred and scaled to length 1, Z = (X - m) / c, and factored, Z = Q R
and R = U S V'. Directions in which Z does not vary are left out, and of all w that are
as good the shortest is taken. Then the answer is refined: of the two equations

    r + Z v = y - mean(y)     the residual r is what the fit leaves, and
    Z' r    = 0               it is at right angles to every column,

both sides are computed from the data in extended precision, and what is wrong with them
is solved for by the same factors. Data that squares would carry out of the range of
float64 are first scaled by powers of two, and their solution is scaled back.

Björck, "Iterative refinement of linear least squares solutions I" (1967); van der
Sluis, "Condition numbers and equilibration of matrices" (1969).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from pellucid.regression import powers
from pellucid.regression.powers import restored
from pellucid.regression.spread import Spread

Array = NDArray[Any]

STEPS = 3  # of refinement at most
BLOCK = 4096  # rows that are in extended precision at the same time
MARGIN = 4  # times what rounding moves, what varies less may vary by rounding alone
GAP = 60  # powers of two between columns whose singular values do not mix


@dataclass(frozen=True)
class LeastSquares:
    """The solution of a least-squares problem.

    Parameters
    ----------
    w : array (d, k)
        Coefficients, a column a target.
    b : array (k,)
        Intercepts.
    rank : int
        In how many directions the columns vary.
    singular : array (min(n, d),)
        Singular values of the columns, centred, as they are (not scaled).
    still : array (d,) of bool
        Which columns are taken for constant; rounding alone may move them.
    spread : Spread
        How the rows lie, for the variance of coefficients and predictions.
    """

    w: Array
    b: Array
    rank: int
    singular: Array
    still: Array
    spread: Spread


def least_squares(
    X: Array,
    y: Array,
    s: Array | None = None,
    *,
    intercept: bool = True,
    positive: bool = False,
) -> LeastSquares:
    """Minimise sum_i s_i |y_i - b - x_i w|^2 over w and b.

    Parameters
    ----------
    X : array (n, d)
        Features.
    y : array (n, k)
        Targets.
    s : array (n,), optional
        Weights, not negative; 1 for each row unless given.
    intercept : bool
        Whether there is a b; else it is 0.
    positive : bool
        Whether every coefficient must be at least 0.

    Returns
    -------
    LeastSquares
        Of all w that are as good, the shortest.

    Raises
    ------
    OutOfRangeError
        For a coefficient that float64 cannot hold, at its place in w; an intercept is
        in row d.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]])
    >>> solution = least_squares(X, y)
    >>> solution.w.item(), solution.b.item()
    (2.0, 1.0)
    """
    scales = Scales.of(X, y)
    weights = np.ones(len(X)) if s is None else powers.near_one(s)
    q = np.sqrt(weights.astype(np.longdouble))[:, None]  # (n, 1)
    columns = Centred.of(powers.scaled(X, scales.features), weights, intercept)
    target = Centred.of(powers.scaled(y, scales.targets), weights, intercept)
    given: Any = X.dtype if X.dtype.kind == "f" else float
    factors = Factors.of(columns, q, float(np.finfo(given).eps))
    solved = _nonnegative if positive else _refined
    r, v = solved(factors, columns, target, q)
    w = factors.unscaled(v) if positive else factors.shortest(v, scales.features)
    b = target.mean - columns.head @ w - columns.tail @ w
    b = b + np.sum(q * r, axis=0) / np.sum(weights) if intercept else 0 * b
    w, b = scales.restored(w, b)
    singular = singular_values(factors.R, factors.length, scales.features)
    spread = factors.spread(columns.mean.astype(float), scales.features, s, intercept)
    still = factors.length == 0
    return LeastSquares(w, b, factors.rank, singular, still, spread)


@dataclass(frozen=True)
class Scales:
    """By which powers of two X (d,) and y (k,) are divided; None for no scaling."""

    features: Array | None
    targets: Array | None

    @classmethod
    def of(cls, X: Array, y: Array) -> Scales:
        """All columns come near 1, or where all can stay as they are, none is moved."""
        if powers.are_near(X) and powers.are_near(y):
            return cls(None, None)
        return cls(powers.exponents(X), powers.exponents(y))

    def restored(self, w: Array, b: Array) -> tuple[Array, Array]:
        """The coefficients (d, k) and intercepts (k,) of the columns as they are."""
        if self.features is None or self.targets is None:
            return w.astype(float), b.astype(float)
        of_1 = np.append(self.features, np.int32(0))  # X beside a column of ones
        both = restored(np.vstack([w, b]), self.targets - of_1[:, None])
        return both[:-1], both[-1]


@dataclass(frozen=True)
class Centred:
    """An array (n, d) seen as X - mean, mean = head + tail, the tail extended.

    Of columns that lie far from 0 the head is the mean as float64 has it, from which
    each element differs by a float64; of the others it is 0.
    """

    X: Array
    head: Array
    tail: Array

    @classmethod
    def of(cls, X: Array, weights: Array, centred: bool) -> Centred:
        """Take the mean; what rounding leaves of it is found in a second look."""
        zeros = np.zeros(X.shape[1])
        if not centred:
            return cls(X, zeros, zeros.astype(np.longdouble))
        mean = weights @ X / np.sum(weights)
        around = X - mean
        far = np.abs(mean) > 2 * np.sqrt(np.einsum("ij,ij->j", around, around))
        near = np.where(far, 0.0, mean).astype(np.longdouble)
        return cls(
            X, np.where(far, mean, 0.0), near + weights @ around / np.sum(weights)
        )

    @property
    def mean(self) -> Array:
        """The mean in extended precision."""
        return np.asarray(self.head + self.tail)

    def values(self) -> Array:
        """X - mean in float64, as exact as that can be."""
        mean = self.mean.astype(float)
        values: Array = self.X - mean
        values -= ((self.head - mean) + self.tail).astype(float)
        return values

    def blocks(self) -> Iterator[tuple[slice, Array]]:
        """X - mean in extended precision, a block of rows at a time."""
        for begin in range(0, len(self.X), BLOCK):
            rows = slice(begin, begin + BLOCK)
            X = self.X[rows] - self.head if self.head.any() else self.X[rows]
            yield rows, X.astype(np.longdouble) - self.tail


@dataclass(frozen=True)
class Factors:
    """Z = Q R, R = U S V', of which the first `rank` directions are meant.

    `length` is that of the columns before they were scaled, 0 for a constant column.
    """

    Q: Array
    R: Array
    U: Array
    S: Array
    Vt: Array
    length: Array

    @classmethod
    def of(cls, columns: Centred, q: Array, eps: float) -> Factors:
        """Factor the columns, and leave out what their rounding may have made."""
        Z = columns.values()
        Z *= q.astype(float)
        length = np.sqrt(np.einsum("ij,ij->j", Z, Z))
        far = np.abs(columns.mean).astype(float) * np.linalg.norm(q.astype(float))
        coarse = eps * np.hypot(length, far)  # what rounding may move
        doubtful = np.flatnonzero((coarse > 1e-8 * length) & (length > 0))
        exact = doubtful[are_unrounded(columns.X[:, doubtful], eps)]
        coarse[exact] = eps * length[exact]
        length = np.where(length > MARGIN * coarse, length, 0.0)
        Z /= np.where(length > 0, length, np.inf)
        Q, R = _orthogonal(Z)
        U, S, Vt = linalg.svd(R, full_matrices=False)
        noise = np.divide(coarse, length, out=0 * coarse, where=length > 0)
        along = np.sqrt(Vt**2 @ noise**2)  # what noise there is in each direction
        own = 10 * np.sqrt(len(S)) * np.finfo(float).eps * S[0]
        rank = int(np.sum(np.maximum(own, MARGIN * along) < S))
        return cls(Q, R, U[:, :rank], S[:rank, None], Vt[:rank], length)

    @property
    def rank(self) -> int:
        """In how many directions the columns vary."""
        return len(self.S)

    def spread(
        self, mean: Array, e: Array | None, s: Array | None, intercept: bool
    ) -> Spread:
        """How the rows lie, with their weights as they are and not near 1."""
        w = 0 if s is None else int(powers.exponents(s[:, None])[0])
        n = len(self.Q) if s is None else float(np.sum(powers.near_one(s)))
        e = np.zeros(len(mean), np.int32) if e is None else e
        with np.errstate(over="ignore"):  # weights below 1e-308: a mean tells nothing
            of_mean = float(np.ldexp(1 / n, -w)) if intercept else 0.0
        S = self.S[:, 0] * 2.0 ** (w / 2)
        return Spread(e, mean, self.length, self.Vt, S, of_mean)

    def unscaled(self, v: Array) -> Array:
        """The coefficients of the columns as they are: v / length, 0 for a constant."""
        length = self.length[:, None]
        return np.divide(v, length, out=np.zeros_like(v), where=length > 0)

    def solved(self, f: Array, g: Array) -> tuple[Array, Array]:
        """Solve r + Z v = f, Z'r = g for r and v."""
        across = self.U.T @ (self.Q.T @ f) - self.Vt @ g / self.S  # S V'v   (rank, k)
        return f - self.Q @ (self.U @ across), self.Vt.T @ (across / self.S)

    def shortest(self, v: Array, e: Array | None) -> Array:
        """Of all w that give the same Z v, the shortest: V' (length w) = V'v.

        It is short as a coefficient of columns that were not yet divided by 2^e.
        """
        if self.rank == len(self.length):
            return self.unscaled(v)
        if e is not None:
            return self._shortest_of_unlike(v, e)
        q, r = linalg.qr((self.Vt * self.length).T, mode="economic")  # (d, rank), ...
        across = (self.Vt @ v).astype(float)
        w: Array = q @ linalg.solve_triangular(r, across, trans="T")
        return w

    def _shortest_of_unlike(self, v: Array, e: Array) -> Array:
        """Take care of scales so unlike that rounding in one would drown another.

        A column that depends on no other keeps its coefficient. Where even the others
        are too unlike each other, w stays the shortest of the scaled columns.
        """
        w = self.unscaled(v)
        varies = self.length > 0
        tied = varies & (np.sum(self.Vt**2, axis=0) < 1 - 1e-12)
        if not tied.any():
            return w
        powers_of = np.ldexp(1.0, np.maximum(e - e[tied].max(), -1000))[tied]  # to 1
        A, f = self.Vt[:, tied] * self.length[tied] * powers_of, self.Vt[:, tied]
        f = (f @ v[tied]).astype(float)
        found = linalg.lstsq(A, f)[0]
        if np.linalg.norm(A @ found - f) <= 1e-12 * np.linalg.norm(f):
            w[tied] = found * powers_of[:, None]
        return w


def singular_values(R: Array, length: Array, e: Array | None) -> Array:
    """Those of R diag(length 2^e), to their own digits where the columns are unlike.

    From the longest column to the shortest, blocks of columns that are more than 2^GAP
    apart do not see each other in float64. Stewart, "On graded matrices" (1984).
    """
    if e is None:
        return linalg.svdvals(R * length)
    order = np.argsort(-(np.log2(np.where(length > 0, length, 1e-300)) + e))
    T, (length, e) = linalg.qr(R[:, order], mode="r")[0], (length[order], e[order])
    ends = [*np.flatnonzero(-np.diff(e) > GAP) + 1, len(e)]
    values, begin = np.zeros(0), 0
    for end in ends:
        block = T[begin : min(end, len(T)), begin:end]
        if block.size:
            graded = np.ldexp(block * length[begin:end], e[begin:end] - e[begin])
            with np.errstate(over="ignore"):  # inf where float64 ends
                found = np.ldexp(linalg.svdvals(graded), e[begin])
            values = np.append(values, found)
        begin = end
    return np.append(values, np.zeros(min(R.shape) - len(values)))


def are_unrounded(X: Array, eps: float) -> Array:
    """Whether columns hold multiples of 8 units in their last place, and so no noise.

    Rounding would leave the last bits at random; 1e15 and 1e15 + 1 have none there.
    """
    unit = np.frexp(np.abs(X).max(axis=0, initial=0))[1] + np.log2(eps).astype(int) + 2
    steps = np.ldexp(X.astype(float), -unit)
    return np.asarray((steps == np.rint(steps)).all(axis=0))


def _orthogonal(Z: Array) -> tuple[Array, Array]:
    """Z = Q R, by Cholesky of Z'Z twice where that is safe, else by Householder.

    Yamamoto, Nakatsukasa, Yanagisawa & Fukaya, "Roundoff error analysis of the
    CholeskyQR2 algorithm" (2015): as orthogonal, and several times faster.
    """
    try:
        first = linalg.cholesky(Z.T @ Z)
        Q = linalg.solve_triangular(first, Z.T, trans="T").T
        second = linalg.cholesky(Q.T @ Q)
    except linalg.LinAlgError:
        return linalg.qr(Z, mode="economic")
    if np.abs(second - np.eye(len(second))).max() > 1e-3:
        return linalg.qr(Z, mode="economic")
    return linalg.solve_triangular(second, Q.T, trans="T").T, second @ first


def _refined(
    factors: Factors, columns: Centred, target: Centred, q: Array
) -> tuple[Array, Array]:
    """Solve for r and v, and correct them by what their equations leave."""
    r: Array = np.zeros(target.X.shape, np.longdouble)  # (n, k)
    v: Array = np.zeros((len(columns.head), target.X.shape[1]), np.longdouble)  # (d, k)
    f, g = q * target.values(), v
    for _ in range(1 + STEPS):
        dr, dv = factors.solved(f.astype(float), g.astype(float))
        r, v = r + dr, v + dv
        if np.linalg.norm(dv) <= 1e-9 * np.linalg.norm(v.astype(float)):
            break  # the next correction would be as much smaller again
        f, g = _left(factors, columns, target, q, r, v)
    return r, v


def _left(
    factors: Factors, columns: Centred, target: Centred, q: Array, r: Array, v: Array
) -> tuple[Array, Array]:
    """What the equations leave: y - r - Z v and -Z'r."""
    w, f, g = factors.unscaled(v), np.empty_like(r), np.zeros_like(v)
    for (rows, X), (_, y) in zip(columns.blocks(), target.blocks(), strict=True):
        f[rows] = q[rows] * (y - X @ w) - r[rows]
        g -= X.T @ (q[rows] * r[rows])
    return f, factors.unscaled(g)


def _nonnegative(
    factors: Factors, columns: Centred, target: Centred, q: Array
) -> tuple[Array, Array]:
    """Lawson & Hanson, "Solving least squares problems" (1974), chapter 23, on R."""
    y = q * target.values()
    projected = factors.Q.T @ y.astype(float)  # (min(n, d), k)
    v = np.stack([optimize.nnls(factors.R, p)[0] for p in projected.T], axis=1)
    return y - factors.Q @ (factors.R @ v), v
