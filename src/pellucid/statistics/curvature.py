"""Whether what a linear fit leaves bends along a column: Tukey's test, Ramsey's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pellucid.statistics.residuals import Residuals

Array = NDArray[Any]

DETERMINED = 1e-6  # of a square, what the columns do not hold already: else it is none
TRIED = 3  # columns whose squares explain most
CHANCE = 2.0  # times 1 / sqrt(n): correlations of neighbours that chance may make


@dataclass(frozen=True)
class Curvature:
    """What one more column, the square of another, would explain.

    Parameters
    ----------
    column : int
        The feature that is squared; d for the prediction.
    share : float
        Of the sum of squared residuals, what the square explains.
    p : float
        How often so large a share comes about where nothing bends, times the number of
        squares tried (Bonferroni).
    robust : float
        How often so large a slope does, also where the residuals spread unequally, and
        however large those of a few rows are.
    upward : bool
        Whether what is left has the form of a bowl.
    """

    column: int
    share: float
    p: float
    robust: float
    upward: bool


def strongest(
    fit: Residuals, least: float, sure: float, robust: float
) -> Curvature | None:
    """The square that explains most of what is left, among those that make it sure.

    The square of each feature is tried beside all columns, or where these hold powers
    the next one, and where none says enough that of the prediction. It explains
    (q'e)^2 / (q'q e'e), with q the square less its own regression on the columns. Its t
    has one degree of freedom less than the fit; the robust score
    q'e / sqrt(sum((q e)^2)) is normal, and no single row can make it large. Where
    errors go on alike from row to row t is less than it seems, and has to say enough
    as it then is.

    Tukey, "One degree of freedom for non-additivity" (1949); Ramsey, "Tests for
    specification errors in classical linear least-squares regression analysis" (1969);
    Cook & Weisberg, "Applied Regression Including Computing and Graphics" (1999),
    section 14.1.3; Davidson & MacKinnon, "Heteroskedasticity-robust tests in regression
    directions" (1985).

    Parameters
    ----------
    fit : Residuals
        The fit, with degrees of freedom left.
    least, sure, robust : float
        The share from which, and the chances up to which, a square says enough.
    """
    sums = fit.summed(lambda Z, rows: _sums(fit, Z, rows))
    inside, along, size = sums[:-2], sums[-2], sums[-1]  # (rank, d + 1), (d + 1,)
    alone = size - np.sum(inside**2, axis=0)
    there = alone > DETERMINED * size
    whole = alone * fit.variance * fit.freedom
    share = np.divide(along**2, whole, where=there, out=np.zeros_like(along))
    p = np.minimum(there.sum() * _chances(share, fit.freedom - 1), 1.0)
    columns, prediction = np.argsort(-share[:-1], kind="stable"), len(share) - 1
    for j in [*columns[:TRIED].tolist(), prediction]:
        if share[j] < least or p[j] > sure:
            continue
        q = _square(fit, j, inside[:, j])
        score = _robust(q * fit.residual)
        series = _p_of_series(q, fit.residual, share[j], fit.freedom - 1)
        if score <= robust and there.sum() * series <= sure:
            explained = min(float(share[j]), 1.0)
            return Curvature(j, explained, float(p[j]), score, bool(along[j] > 0))
    return None


def _chances(share: Array | float, freedom: int) -> Array:
    """P of t^2 = share / (1 - share) freedom."""
    left = np.maximum(1 - share, np.finfo(float).eps)
    return np.asarray(2 * special.stdtr(freedom, -np.sqrt(share / left * freedom)))


def _squares(fit: Residuals, rows: slice) -> Array:
    """The squares (m, d + 1) of features and prediction, weighted."""
    z = fit.output[rows] - fit.centre
    return fit.weighted(np.column_stack([fit.powers(rows), z**2]), rows)


def _sums(fit: Residuals, Z: Array, rows: slice) -> Array:
    """Products of the squares with directions, residuals, themselves."""
    Q = _squares(fit, rows)  # (m, d + 1)
    U = fit.directions(Z, rows)  # (m, rank)
    return np.vstack([U.T @ Q, fit.residual[rows] @ Q, np.sum(Q**2, axis=0)])


def _square(fit: Residuals, j: int, inside: Array) -> Array:
    """What is left (n,) of one square when the columns have taken their part."""

    def work(Z: Array, rows: slice) -> Array:
        q = _squares(fit, rows)[:, j]
        return np.asarray(q - fit.directions(Z, rows) @ inside)

    return fit.by_row(work)


def _robust(each: Array) -> float:
    """P of the robust score of the products of one square with the residuals."""
    size = np.sqrt(np.sum(each**2))
    return float(2 * special.ndtr(-abs(np.sum(each)) / size)) if size else 1.0


def _p_of_series(q: Array, e: Array, share: float, freedom: int) -> float:
    """P of t of a square where the errors of neighbouring rows resemble each other.

    The variance of q'e is then (1 + r) / (1 - r) times as large, r being the product of
    the correlations of neighbours in q and in the errors, where that of the errors is
    no chance: Bartlett, "Some aspects of the time-correlation problem in regard to
    tests of significance" (1935).
    """
    left = e - q * (q @ e / (q @ q))
    along = _of_neighbours(left)
    r = along * _of_neighbours(q) if along > CHANCE / np.sqrt(len(e)) else 0.0
    times = (1 + r) / (1 - r) if 0 < r < 1 else 1.0
    reduced = np.asarray(share / (share + (1 - share) * times))
    return float(_chances(reduced, freedom))


def _of_neighbours(x: Array) -> float:
    """The correlation of numbers (n,) around 0 with those that follow them."""
    size = x @ x
    return float(x[1:] @ x[:-1] / size) if size else 0.0
