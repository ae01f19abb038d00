"""Exact least squares: min |y - b - X w|^2, to the last digits that float64 can hold.

The columns are scaled by powers of two where their squares would leave the range of
float64, centred, and scaled to length 1: Z. Of its triangle R, R'R = Z'Z, directions in
which Z does not vary are left out, and of all w that are as good the shortest is taken.
Then the answer is refined until it is that of exact arithmetic, rounded.

`rows` visits blocks on all cores, `survey` scales and centres, `factors` finds R,
`slopes` what the equations leave, `refinement` the digits. A sparse X too large for R
is solved by `krylov`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from pellucid.regression import krylov, powers
from pellucid.regression.error_free import BITS, Double, summed
from pellucid.regression.explained import Explained
from pellucid.regression.factors import Factors
from pellucid.regression.problem import Rows
from pellucid.regression.refinement import Refined, refined
from pellucid.regression.shortest import shortest
from pellucid.regression.singular import Singular
from pellucid.regression.spread import Spread

Array = NDArray[Any]


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
    singular : Singular
        Singular values (min(n, d),) of the columns, centred, as they are (not scaled),
        with the roots of the penalties as rows beneath.
    still : array (d,) of bool
        Which columns are taken for constant; rounding alone may move them.
    spread : Spread
        How the rows lie, for the variance of coefficients and predictions; it tells
        that only where there is no penalty.
    digits : array (d, k)
        How many decimal digits of w are certain.
    digits_b : array (k,)
        The same of b.
    explained : Explained
        How far the targets are from 0, from their means, and from the fit.
    converged : bool
        False where iterations ended before the solution was found.
    """

    w: Array
    b: Array
    rank: int
    singular: Singular
    still: Array
    spread: Spread
    digits: Array
    digits_b: Array
    explained: Explained
    converged: bool = True


def least_squares(
    X: Array,
    y: Array,
    s: Array | None = None,
    *,
    intercept: bool = True,
    positive: bool = False,
    ridge: Array | None = None,
) -> LeastSquares:
    """Minimise sum_i s_i |y_i - b - x_i w|^2 + sum_j ridge_j w_j^2 over w and b.

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
    ridge : array (d,), optional
        Penalties, not negative; 0 unless given. The intercept has none. Hoerl &
        Kennard, "Ridge regression" (1970).

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
    if krylov.is_too_large(X) and not positive:
        return _by_iterations(X, y, s, intercept, ridge)
    rows = Rows.of(X, y, s, intercept=intercept, ridge=ridge)
    return solution_of(rows, power_of(s), positive=positive)


def solution_of(rows: Rows, f: int = 0, *, positive: bool = False) -> LeastSquares:
    """The least squares of rows, whose weights were divided by 2^f."""
    factors = Factors.of(rows)
    found = (nonnegative if positive else solved)(rows, factors)
    w, b = found.w, found.b
    if not factors.is_whole:
        w = Double.of(shortest(factors, found.w.value, rows.columns.e))
        by = (w - found.w) * -factors.centre(rows)[:, None]  # the same fit
        b = summed(np.vstack([by.head, by.tail, b.head, b.tail]))
    return LeastSquares(
        *_restored(rows.columns.e, rows.targets.e, w.value, b.value),
        factors.rank,
        _singular(rows, factors),
        ~factors.varies,
        Spread.of(rows, factors, f),
        *_digits(rows, factors, found),
        Explained.of(rows, found.squares, f),
    )


def _digits(rows: Rows, factors: Factors, found: Refined) -> tuple[Array, Array]:
    """Certain digits of w and b, nan of what other numbers would be as good for.

    A constant column has no say of its own beside the intercept; a column that varies
    but is taken for a constant leaves nothing certain.
    """
    still = ~factors.varies
    known = factors.is_whole and not rows.columns.largest[still].any()
    free = known and not (rows.intercept and still.any())
    told = known & np.append(~still, free)[:, None]
    value = np.vstack([found.w.value, found.b.value])
    digits = certain(value, np.vstack([found.error_w, found.error_b]))
    digits = np.where(told, digits, np.nan)
    return digits[:-1], digits[-1]


def certain(value: Array, error: Array) -> Array:
    """How many decimal digits of numbers are right that have at most such an error.

    A number is rounded to float64 beside that, which leaves 15.95 digits.

    Examples
    --------
    >>> certain(np.array([2.0, 2.0, 0.0]), np.array([0.0, 2e-9, 1e-9])).round(2)
    array([15.95,  9.  ,  0.  ])
    """
    sure = np.where(error > 0, 1.0, error)  # of a 0 that may be none nothing is known
    share = np.divide(error, np.abs(value), out=sure, where=value != 0)
    return np.asarray(np.maximum(-np.log10(share + 2.0**-BITS), 0.0))


def solved(rows: Rows, factors: Factors) -> Refined:
    """The least squares within the directions that are meant."""
    return refined(rows, factors, factors.inverse, factors.f)


def nonnegative(rows: Rows, factors: Factors) -> Refined:
    """The least squares of coefficients from 0 up, target by target.

    Which of them are 0 is found on R: Lawson & Hanson, "Solving least squares problems"
    (1974), chapter 23. The others are then refined as if there were no bound.
    """
    found = [
        _free(rows.of_target(i), replace(factors, target=factors.target[[i]]), f)
        for i, f in enumerate(factors.projected.T)
    ]
    w, b = (Double.beside([getattr(each, name) for each in found]) for name in "wb")
    parts = ((each.error_w, each.error_b, each.squares) for each in found)
    return Refined(w, b, *map(np.hstack, zip(*parts, strict=True)))


def _free(rows: Rows, factors: Factors, f: Array) -> Refined:
    """One target: those coefficients that are not 0."""
    v = optimize.nnls(factors.R, f)[0] if factors.R.size else np.zeros(0)
    Q, R = linalg.qr(factors.R[:, v > 0], mode="economic")
    T = np.zeros((len(factors.length), R.shape[1]))
    T[np.flatnonzero(factors.varies)[v > 0]] = linalg.solve_triangular(
        R, np.eye(len(R))
    )
    found = refined(rows, factors, T, Q.T @ f[:, None])
    kept = found.w.head > 0
    return replace(found, w=Double(found.w.head * kept, found.w.tail * kept))


def _restored(
    e: Array | None, of_y: Array | None, w: Array, b: Array
) -> tuple[Array, Array]:
    """The coefficients (d, k) and intercepts (k,) of columns and targets as they are.

    Those came divided by 2^e and 2^of_y.
    """
    if e is None and of_y is None:
        return w, b
    of_1 = np.zeros(len(w) + 1, np.int32)  # X beside a column of ones
    of_1[:-1] = 0 if e is None else e
    e = -of_1[:, None] if of_y is None else of_y - of_1[:, None]
    both = powers.restored(np.vstack([w, b]), e)
    return both[:-1], both[-1]


def _by_iterations(
    X: Any, y: Array, s: Array | None, intercept: bool, ridge: Array | None
) -> LeastSquares:
    """The solution of a large sparse X; its rank is what it can be at most.

    How the rows lie is not known then, nor how many digits are certain.
    """
    (n, d), k, f = X.shape, y.shape[1], power_of(s)
    rows = Rows.of(np.zeros((n, 0)), y, s, intercept=intercept)
    found = krylov.iterated(X, rows, ridge, f)
    varies = found.length > 0
    rank = min(n - intercept, int(np.sum(varies)))
    T, at_zero = np.zeros((d, 0)), np.zeros(0)
    spread = Spread(found.e, found.mean, found.length, T, at_zero, np.nan)
    return LeastSquares(
        *_restored(found.e, rows.targets.e, found.w, found.b),
        rank,
        Singular(None, found.length, None, min(n, d)),
        ~varies,
        spread,
        np.full((d, k), np.nan),
        np.full(k, np.nan),
        Explained.of(rows, found.squares, f),
        found.converged,
    )


def _singular(rows: Rows, factors: Factors) -> Singular:
    """Of the columns that vary; those of constants are 0."""
    varies, e = factors.varies, rows.columns.e
    length, e = factors.length[varies], None if e is None else e[varies]
    n, d = rows.columns.shape
    n = rows.stands_for or n
    return Singular(factors.R, length, e, min(n, d) if rows.ridge is None else d)


def power_of(s: Array | None) -> int:
    """Of which power of two the weights are."""
    return 0 if s is None else int(powers.exponents(s[:, None])[0])
