"""How the rows of a least squares fit lie, on which all of its variances rest."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.error_free import Double, two_sum
from pellucid.regression.factors import Factors
from pellucid.regression.new_rows import Turned
from pellucid.regression.problem import Rows
from pellucid.regression.rows import parts_of, rows_a_block
from pellucid.regression.survey import Formed

Array = NDArray[Any]

ASIDE = 1e-7  # the part of a row beside all directions of a fit that is rounding
ASIDE_SQUARED = 1e-12  # of its square, where that is what is left of 1


@dataclass(frozen=True)
class Spread:
    """How the rows of a fit lie: Z = (X 2^-exponent - mean) / length.

    (Z'Z)^-1 = T T' in the directions in which Z varies, so that the coefficients have
    the covariance s^2 V V' with V = T / (length 2^exponent), and nothing is squared.

    Parameters
    ----------
    exponent : array (d,) of int
        Brings a column near 1.
    mean, length : array (d,)
        Of the columns; the length of a constant column is 0.
    inverse : array (d, rank)
        T.
    at_zero : array (rank,)
        z T of the row of zeros, where the intercept is.
    of_mean : float
        The leverage of the mean: 1 / sum of the weights, 0 without an intercept.
    turned : Turned or None
        What tells new rows to more digits than T does, where these are lost.
    """

    exponent: Array
    mean: Array
    length: Array
    inverse: Array
    at_zero: Array
    of_mean: float
    turned: Turned | None = None

    @classmethod
    def of(cls, rows: Rows, factors: Factors, power: int = 0) -> Spread:
        """Of the factors of rows whose weights were s 2^-power."""
        e, d = rows.columns.e, len(factors.length)
        with np.errstate(over="ignore"):  # weights below 1e-308: a mean tells nothing
            of_mean = float(np.ldexp(1 / rows.total, -power)) if rows.intercept else 0.0
            inverse = factors.inverse * 2.0 ** (-power / 2)
        e, mean = np.zeros(d, np.int32) if e is None else e, factors.centre(rows)
        at_zero = -(mean * factors.unit[:, 0]) @ inverse
        return cls(e, mean, factors.length, inverse, at_zero, of_mean)

    @property
    def scale(self) -> Array:
        """The lengths (d,) of the columns, 1 in the place of 0."""
        return np.where(self.length > 0, self.length, 1.0)

    def standardised(self, X: Array) -> Array:
        """Z (n, d) of rows: the columns centred, and of length 1 in the rows fitted."""
        X = powers.scaled(X, self.exponent) if self.exponent.any() else X
        return np.asarray((X - self.mean) / self.scale)

    def factor(self, intercept: bool) -> Array:
        """F (p, m) with (X'X)^-1 = F F', X with a column of ones where asked for first.

        A row is nan where the fit does not determine the coefficient: others would
        predict as well. Searle, "Linear Models" (1971), section 5.4.
        """
        scale = self.scale
        with np.errstate(over="ignore"):
            F = np.ldexp(self.inverse / scale[:, None], -self.exponent[:, None])
        unseen = 1 - np.sum(self._seen**2, axis=1) > ASIDE_SQUARED
        if intercept:
            F = np.vstack([self.at_zero, F])
            F = np.insert(F, 0, 0.0, axis=1)
            F[0, 0] = self.of_mean**0.5
            unseen = np.append(self._unseen(-self.mean[None] / scale), unseen)
        F[unseen] = np.nan
        return F

    @np.errstate(over="ignore", invalid="ignore")  # so far off, h is inf
    def leverage(self, X: Array | Formed) -> Array:
        """The leverage h of new rows (n, d): of a prediction the variance is s^2 h.

        It is nan where a row lies in a direction that the fit has not seen, so that
        other coefficients, as good, would give it another prediction.
        Belsley, Kuh & Welsch, "Regression Diagnostics" (1980), section 2.1.
        """
        found = np.empty(X.shape[0])
        exactly = self.turned.leverages(self.scale) if self.turned else None
        rounding = 1e-12 * float(np.linalg.norm(self.mean / self.scale))
        for part in parts_of(X.shape[0], rows_a_block(X.shape[1])):
            for rows in part:
                z = self.standardised(np.asarray(X[rows], float))
                if exactly is None:
                    h = self.of_mean + np.sum((z @ self.inverse) ** 2, axis=1)
                else:
                    h = exactly(self._centred(X, rows))
                found[rows] = np.where(self._unseen(z, rounding), np.nan, h)
        return found

    def _centred(self, X: Array | Formed, rows: slice) -> Double:
        """Some rows of X 2^-exponent - mean, exactly."""
        if isinstance(X, Formed):
            return X.exactly(rows).by(-self.exponent) + -self.mean
        return Double(*two_sum(powers.scaled(X[rows], self.exponent), -self.mean))

    @cached_property
    def _seen(self) -> Array:
        """The directions in which the rows of Z lie: orthonormal columns (d, rank)."""
        size = np.linalg.norm(self.inverse, axis=0)
        return np.asarray(np.linalg.qr(self.inverse / size)[0])

    def _unseen(self, z: Array, rounding: float = 0.0) -> Array:
        """Whether rows of Z lie in directions in which the rows of the fit do not."""
        if self.inverse.shape[1] == len(self.length):
            return np.zeros(len(z), bool)
        unseen = np.linalg.norm(z - (z @ self._seen) @ self._seen.T, axis=1)
        return np.asarray(unseen > ASIDE * np.linalg.norm(z, axis=1) + rounding)
