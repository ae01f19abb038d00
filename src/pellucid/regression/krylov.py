"""Least squares of a sparse X too large for a triangle: by products with X alone.

The columns are centred and scaled where they are used, so that X stays sparse, and
Golub and Kahan's bidiagonalisation finds the solution: Paige & Saunders, "LSQR: an
algorithm for sparse linear equations and sparse least squares" (1982). It starts again
from what a solution leaves, as long as that has a say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, lsqr

from pellucid.regression import powers
from pellucid.regression.columns import Moments
from pellucid.regression.problem import Rows

Array = NDArray[Any]

MOST = 2**28  # bytes that a triangle may take, or rows filled out
STEPS = 5_000  # of each start at most
STARTS = 4
TIGHT = 1e-15  # what may be left of A'r, as a part of |A| |r|
NOTHING = 1e-12  # of v: what a start may still change, and v be taken for found


@dataclass(frozen=True)
class Iterated:
    """A solution by iterations, of columns X 2^-e and targets by their powers of two.

    Parameters
    ----------
    w, b : array (d, k), (k,)
        Coefficients and intercepts.
    squares : array (k,)
        The sum of squares that is left.
    e, mean, length : array (d,)
        Of the columns; the length of a constant one is 0.
    converged : bool
        Whether a start from the solution leaves it where it is.
    """

    w: Array
    b: Array
    squares: Array
    e: Array
    mean: Array
    length: Array
    converged: bool


def is_too_large(X: Any) -> bool:
    """Whether X is sparse, and what dense methods make of it beyond reason."""
    n, d = X.shape
    return powers.is_sparse(X) and 8 * d * min(n, d) > MOST


def iterated(X: Any, rows: Rows, ridge: Array | None, f: int) -> Iterated:
    """Solve for the targets of `rows`, whose weights are s 2^-f.

    Of no more rows than columns all w that fit as well differ in length: the shortest
    is found where the columns are not scaled apart.
    """
    moments = Moments.of(X, rows.s, rows.intercept)
    e, (n, d) = moments.exponent, X.shape
    near = powers.scaled(X, e) if e.any() else X.astype(float, copy=False)
    length = np.sqrt(moments.square * rows.total)
    if ridge is None:
        root = np.zeros(0)
    else:
        root = np.ldexp(np.sqrt(ridge), -e) * 2.0 ** (-f / 2)
        length = np.hypot(length, root)
    unit = np.where(length > 0, length, np.inf)
    if n - rows.intercept < d and ridge is None:
        unit = np.where(length > 0, np.max(length), np.inf)
    q = np.ones(n) if rows.q is None else rows.q
    A = _operator(near, moments.mean * rows.intercept, unit, q, root)
    y = powers.scaled(rows.targets.X, rows.targets.e).astype(float)
    target = np.average(y, axis=0, weights=rows.s) * rows.intercept
    Y = np.vstack([q[:, None] * (y - target), np.zeros((len(root), y.shape[1]))])
    found = [_solved(A, each) for each in Y.T]
    v = np.column_stack([each for each, _ in found])
    left = np.column_stack([r - A @ each for r, each in zip(Y.T, v.T, strict=True)])
    w = v / unit[:, None]
    b = target - (moments.mean * rows.intercept) @ w
    squares = np.sum(left[:n] ** 2, axis=0)
    there = all(converged for _, converged in found)
    return Iterated(w, b, squares, e, moments.mean, length, there)


def _operator(X: Any, mean: Array, unit: Array, q: Array, root: Array) -> Any:
    """Products with A = q (X - mean) / unit, and the roots of a penalty beneath."""
    n, turned = len(q), X.T.tocsr()

    def times(v: Array) -> Array:
        u = v.ravel() / unit
        above = q * (X @ u - mean @ u)
        return np.append(above, root * u) if len(root) else above

    def transposed(r: Array) -> Array:
        t = q * r.ravel()[:n]
        g = turned @ t - mean * np.sum(t)
        g = g + root * r.ravel()[n:] if len(root) else g
        return np.asarray(g / unit)

    shape = (n + len(root), len(unit))
    return LinearOperator(shape, matvec=times, rmatvec=transposed, dtype=float)


def _solved(A: Any, y: Array) -> tuple[Array, bool]:
    """The least squares |y - A v|, and whether a start from there leaves it there."""
    v = np.zeros(A.shape[1])
    before = np.inf
    for _ in range(STARTS):
        r = y - A @ v
        dv = lsqr(A, r, atol=TIGHT, btol=TIGHT, conlim=0, iter_lim=STEPS)[0]
        size, now = (float(np.linalg.norm(each)) for each in (v, dv))
        if not now < before:
            break
        v, before = v + dv, now
        if now <= np.finfo(float).eps * size:
            break
    return v, bool(before <= NOTHING * np.linalg.norm(v))
