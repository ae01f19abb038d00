"""Least squares of polynomials: in an orthogonal basis, and told in the powers of x.

The fit is refined in the basis until it is known to about 100 bits, so that its
coefficients are still known to those of float64 when they are told in powers of x that
lies far from 0, where each is a sum of terms that cancel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.error_free import BITS, Double
from pellucid.regression.explained import Explained
from pellucid.regression.factors import MARGIN, Factors, noise_of
from pellucid.regression.least_squares import certain, power_of
from pellucid.regression.polynomials import Basis, Columns
from pellucid.regression.problem import Rows
from pellucid.regression.refinement import DUST, Refined, refined, swept
from pellucid.regression.sharpening import Sharp
from pellucid.regression.spread import Spread

Array = NDArray[np.float64]

HALVES = 2.0**-62, 2.0**-100  # of a coefficient in the basis, that may be wrong
EXACT = 2.0**-100  # of the squares of targets: what is left may be of that rounding
SAMPLES = 4  # at random of a space of polynomials: what they lack, all lack
UNSEEN = 1e-7  # of such terms: what is less is taken for 0
ROUNDING = 2.0**-96  # of the terms that the coefficient of a monomial is a sum of


@dataclass(frozen=True)
class PolynomialFit:
    """The polynomials of least squares.

    Parameters
    ----------
    w : array (p, k)
        Coefficients of the monomials, that of the constant first, a column a target.
    digits : array (p, k)
        How many decimal digits of w are certain, nan where the rows do not determine a
        coefficient: others would be as good.
    basis : Basis
        The polynomials in which they were found.
    inside : Double (p, k)
        How much of each of these, which loses nothing where x lies far from 0.
    rank : int
        In how many directions the columns vary.
    still : array (d,) of bool
        Which features are taken for constant; rounding alone may move them.
    spread : Spread
        How the rows lie, seen by `Columns`.
    factor : array (p, r)
        G of the coefficients' covariance s^2 G G', nan in the rows of those.
    explained : Explained
        How far the targets are from 0, from their means, and from the fit.
    """

    w: Array
    digits: Array
    basis: Basis
    inside: Double
    rank: int
    still: NDArray[np.bool_]
    spread: Spread
    factor: Array
    explained: Explained


def polynomial_fit(
    X: Array, y: Array, s: Array | None = None, *, degree: int, intercept: bool = True
) -> PolynomialFit:
    """Minimise sum_i s_i |y_i - p(x_i)|^2 over the polynomials p of d features.

    Where the rows do not tell a power of a feature from lower ones, it is left out; of
    polynomials that are still as good, one is taken whose coefficients in the basis are
    short.

    Parameters
    ----------
    X : array (n, d)
        Features.
    y : array (n, k)
        Targets.
    s : array (n,), optional
        Weights, not negative; 1 for each row unless given.
    degree : int
        The most that the powers of a term add up to.
    intercept : bool
        Whether there is a constant term.

    Raises
    ------
    OutOfRangeError
        For a coefficient that float64 cannot hold, at its place in w.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([[1.0], [0.0], [3.0]])
    >>> polynomial_fit(X, y, degree=2).w.ravel()
    array([ 1., -3.,  2.])
    """
    noise = noise_of(Rows.of(X, y, s))
    still = noise * MARGIN >= 1
    basis = Basis.of(np.where(still, X[0], X) if still.any() else X, s, degree)
    columns = Columns.of(basis, X, intercept)
    of_columns = noise_in(columns, noise)
    rows = Rows.of(columns, y, s, intercept=intercept, noise=of_columns)
    return polynomials_of(rows, columns, still, power_of(s))


def noise_in(columns: Columns, noise: Array) -> Array:
    """What rounding of features may be of the columns (q,), at most 1."""
    basis = columns.basis
    found = np.where(basis.told_apart, basis.monomials.powers @ noise, 1.0)
    return np.asarray(found[columns.kept])


def polynomials_of(
    rows: Rows, columns: Columns, still: NDArray[np.bool_], f: int
) -> PolynomialFit:
    """The least squares of rows of such columns, whose weights were divided by 2^f."""
    basis, factors = columns.basis, Factors.of(rows)
    sharp = Sharp.of(rows, factors)
    factors = sharp.factors(factors)
    of_y = 0 if rows.targets.e is None else rows.targets.e
    known = _are_determined(columns, factors, rows)[:, None]
    least = EXACT * rows.total * rows.targets.largest**2
    for half in HALVES:
        found = refined(rows, factors, factors.inverse, factors.f, half)
        w, error, whole = _told(columns, _unscaled(rows, found), known)
        sure = (error <= np.abs(w) * 2.0**-BITS).all()
        if sure and (found.squares > least).all():
            break
    unit = -(basis.monomials.powers @ basis.unit)[:, None]
    spread = Spread.of(rows, factors, f)
    return PolynomialFit(
        _restored(w, unit + of_y),
        np.where(known, certain(w, error), np.nan),
        basis,
        _inside(whole, of_y),
        factors.rank,
        still,
        spread,
        np.where(known, _factor(columns, sharp, spread, f), np.nan),
        Explained.of(rows, found.squares, f),
    )


def _unscaled(rows: Rows, found: Refined) -> Refined:
    """What was found, of columns before they were divided by powers of two."""
    if rows.columns.e is None:
        return found
    e = -rows.columns.e[:, None]
    w = Double(np.ldexp(found.w.head, e), np.ldexp(found.w.tail, e))
    return replace(found, w=w, error_w=np.ldexp(found.error_w, e))


@np.errstate(over="ignore", invalid="ignore")
def _told(
    columns: Columns, found: Refined, known: NDArray[Any]
) -> tuple[Array, Array, Double]:
    """The coefficients of monomials, bounds of their errors, and those in the basis."""
    basis, whole = columns.basis, columns.whole(found.w, found.b)
    errors = columns.whole_sizes(found.error_w, found.error_b)
    terms = basis.terms(whole.value)
    error = basis.terms(errors) + ROUNDING * terms
    w = basis.expanded(whole)
    dust = np.abs(w.value) <= np.where(
        known, np.minimum(error, DUST * terms), DUST * terms
    )
    if columns.share is not None:
        dust[0], error[0] = True, 0.0  # it is 0 at x = 0
    return swept(w, dust).value, error, whole


def _are_determined(columns: Columns, factors: Factors, rows: Rows) -> Array:
    """Of which monomials (p,) no polynomial that is 0 at all rows has any."""
    T, varies = factors.inverse, factors.varies
    if T.shape[0] == factors.rank:
        return np.ones(len(T) + 1, bool)
    N = np.random.default_rng(0).normal(size=(len(T), SAMPLES))
    seen = np.linalg.qr(T / np.linalg.norm(T, axis=0))[0]
    N -= seen @ (seen.T @ N)  # at random, of the polynomials that are 0 at all rows
    N[np.abs(N) < UNSEEN * np.linalg.norm(N, axis=0)] = 0.0
    N[varies] *= factors.unit[varies]
    e = 0 if rows.columns.e is None else rows.columns.e[:, None]
    of_b = -factors.centre(rows) @ N
    N = np.ldexp(N, -e)
    there = columns.basis.expanded(columns.whole(Double.of(N), Double.of(of_b))).value
    terms = columns.basis.terms(columns.whole_sizes(np.abs(N), np.abs(of_b)))
    none = np.abs(there) <= UNSEEN * terms
    return np.asarray(none.all(axis=1))


def _inside(whole: Double, of_y: Any) -> Double:
    """The coefficients in the basis, of targets as they were."""
    tail = (whole.head - whole.value) + whole.tail
    return Double(_restored(whole.value, of_y), np.ldexp(tail, of_y))


def _restored(v: Array, e: Any) -> Array:
    """Bring back v 2^e, also where v is far from 1."""
    part, own = np.frexp(v)
    return powers.restored(part, np.asarray(own + e))


def _factor(columns: Columns, sharp: Sharp, spread: Spread, f: int) -> Array:
    """G of the coefficients' covariance: nothing is squared, so no digit is lost."""
    basis, C = columns.basis, sharp.C * 2.0 ** (-f / 2)
    V = Double.of(np.ldexp(sharp.V, -spread.exponent[:, None]))
    G = basis.expanded(columns.whole(V, sharp.b)).value @ C
    if columns.share is None:
        G = np.hstack([np.eye(len(G), 1) * spread.of_mean**0.5, G])
    else:
        G[0] = 0.0
    return np.asarray(np.ldexp(G, -(basis.monomials.powers @ basis.unit)[:, None]))
