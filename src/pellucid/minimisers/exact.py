"""Exact least squares: min |y - b - X w|^2, to the last digits that float64 can hold.

The columns are centred and scaled to length 1, Z = (X - m) / c, and factored, Z = Q R
and R = U S V'. Directions in which Z does not vary are left out, and of all w that are
as good the shortest is taken. Then the answer is refined: of the two equations

    r + Z v = y - mean(y)     the residual r is what the fit leaves, and
    Z' r    = 0               it is at right angles to every column,

both sides are computed from the data in extended precision, and what is wrong with them
is solved for by the same factors.

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

Array = NDArray[Any]

STEPS = 3  # of refinement at most
BLOCK = 4096  # rows that are in extended precision at the same time


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
    """

    w: Array
    b: Array
    rank: int
    singular: Array


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

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [3.0], [5.0]])
    >>> solution = least_squares(X, y)
    >>> solution.w.item(), solution.b.item()
    (2.0, 1.0)
    """
    weights = np.ones(len(X)) if s is None else s
    q = np.sqrt(weights.astype(np.longdouble))[:, None]  # (n, 1)
    columns = Centred.of(X, weights, intercept)
    target = Centred.of(y, weights, intercept)
    factors = Factors.of(columns, q)
    solved = _nonnegative if positive else _refined
    r, w = solved(factors, columns, target, q)
    b = target.mean - columns.mean @ w
    b = b + np.sum(q * r, axis=0) / np.sum(weights) if intercept else 0 * b
    singular = linalg.svdvals(factors.R * factors.length)
    return LeastSquares(w.astype(float), b.astype(float), factors.rank, singular)


@dataclass(frozen=True)
class Centred:
    """An array (n, d) seen as X - mean, the mean in extended precision."""

    X: Array
    mean: Array

    @classmethod
    def of(cls, X: Array, weights: Array, centred: bool) -> Centred:
        """Take the mean; what rounding leaves of it is found in a second look."""
        if not centred:
            return cls(X, np.zeros(X.shape[1], np.longdouble))
        mean = weights @ X / np.sum(weights)
        rest = weights @ (X - mean) / np.sum(weights)
        return cls(X, mean.astype(np.longdouble) + rest)

    def values(self) -> Array:
        """X - mean in float64, as exact as that can be."""
        mean = self.mean.astype(float)
        values: Array = self.X - mean
        values -= (self.mean - mean).astype(float)
        return values

    def blocks(self) -> Iterator[tuple[slice, Array]]:
        """X - mean in extended precision, a block of rows at a time."""
        for begin in range(0, len(self.X), BLOCK):
            rows = slice(begin, begin + BLOCK)
            yield rows, self.X[rows].astype(np.longdouble) - self.mean


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
    def of(cls, columns: Centred, q: Array) -> Factors:
        """Factor the columns, and leave out what their rounding may have made."""
        Z = columns.values() * q.astype(float)
        length = np.linalg.norm(Z, axis=0)
        far = np.abs(columns.mean).astype(float) * np.linalg.norm(q.astype(float))
        given = columns.X.dtype if columns.X.dtype.kind == "f" else np.float64
        coarse = np.finfo(given).eps * np.hypot(length, far)  # what rounding may move
        length = np.where(length > 10 * coarse, length, 0.0)
        Z /= np.where(length > 0, length, np.inf)
        Q, R = _orthogonal(Z)
        U, S, Vt = linalg.svd(R, full_matrices=False)
        noise = np.max(coarse[length > 0] / length[length > 0], initial=0.0)
        rank = int(np.sum(S / max(S[0], 1e-300) > 10 * np.sqrt(len(S)) * noise))
        return cls(Q, R, U[:, :rank], S[:rank, None], Vt[:rank], length)

    @property
    def rank(self) -> int:
        """In how many directions the columns vary."""
        return len(self.S)

    def unscaled(self, v: Array) -> Array:
        """The coefficients of the columns as they are: v / length, 0 for a constant."""
        length = self.length[:, None]
        return np.divide(v, length, out=np.zeros_like(v), where=length > 0)

    def solved(self, f: Array, g: Array) -> tuple[Array, Array]:
        """Solve r + Z v = f, Z'r = g for r and v."""
        across = self.U.T @ (self.Q.T @ f) - self.Vt @ g / self.S  # S V'v   (rank, k)
        return f - self.Q @ (self.U @ across), self.Vt.T @ (across / self.S)

    def shortest(self, v: Array) -> Array:
        """Of all w that give the same Z v, the shortest: V' (length w) = V'v."""
        if self.rank == len(self.length):
            return self.unscaled(v)
        q, r = linalg.qr((self.Vt * self.length).T, mode="economic")  # (d, rank), ...
        across = (self.Vt @ v).astype(float)
        w: Array = q @ linalg.solve_triangular(r, across, trans="T")
        return w


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
    """Solve for r and w, and correct them by what their equations leave."""
    r: Array = np.zeros(target.X.shape, np.longdouble)  # (n, k)
    v: Array = np.zeros((len(columns.mean), target.X.shape[1]), np.longdouble)  # (d, k)
    f, g = q * target.values(), v
    for _ in range(1 + STEPS):
        dr, dv = factors.solved(f.astype(float), g.astype(float))
        r, v = r + dr, v + dv
        if np.linalg.norm(dv) <= 1e-9 * np.linalg.norm(v.astype(float)):
            break  # the next correction would be as much smaller again
        f, g = _left(factors, columns, target, q, r, v)
    return r, factors.shortest(v)


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
    return y - factors.Q @ (factors.R @ v), factors.unscaled(v)
