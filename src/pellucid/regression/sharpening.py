"""The inverse of R to more digits than R has, where columns are nearly dependent.

What rounding has left in R is magnified in T by the condition of Z, and the variances
of coefficients rest on T. But Z T, computed exactly, is nearly orthonormal, so that
its own triangle is known to all digits: of (Z T)'(Z T) = L L' it is L', and T L'^-1 is
what T should be.

Yamamoto, Nakatsukasa, Yanagisawa & Fukaya, "Roundoff error analysis of the CholeskyQR2
algorithm" (2015).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.across import EPS
from pellucid.regression.error_free import Double
from pellucid.regression.factors import Factors
from pellucid.regression.problem import Rows
from pellucid.regression.refinement import slices_for
from pellucid.regression.slopes import products
from pellucid.regression.survey import ExactColumns

Array = NDArray[Any]

STEPS = 4  # at most
PLAIN = 4  # of a square of T, which is 1 where columns are orthogonal
NEAR = 1e-3  # to orthonormal: so near, the next step has all digits


@dataclass(frozen=True)
class Sharp:
    """V (d, rank), b (rank,), C (rank, rank): (X V + b) C is orthonormal as it stands.

    X are the columns divided by their powers of two; with an intercept those of the
    product have the mean 0. The covariance of the coefficients of X is s^2 (V C)(V C)'.
    `whole` is what T has been multiplied by.
    """

    V: Array
    b: Double
    C: Array
    whole: Array

    @classmethod
    def of(cls, rows: Rows, factors: Factors) -> Sharp:
        """Sharpen T / length, where T is more than that of orthogonal columns."""
        V, r = factors.unscaled(factors.inverse), factors.rank
        zeros = ExactColumns.nothing(rows.shape[0], r)
        target, C, whole = replace(rows, targets=zeros), np.eye(r), np.eye(r)
        b = _middle(factors.mean, V, rows)
        if np.sum(factors.inverse**2) <= PLAIN * r:
            return cls(V, target.uncentred(Double.of(V), b), C, whole)
        for _ in range(STEPS):
            slices = slices_for(V * factors.length[:, None], rows)
            S, means = products(target, Double.of(V), b, slices)
            b = b + means  # of 0 - b - A V
            try:
                C = linalg.lapack.dtrtri(np.linalg.cholesky(S), lower=1)[0].T
            except np.linalg.LinAlgError:
                break
            whole = whole @ C
            if np.max(np.abs(S - np.eye(r))) < NEAR:
                break
            V, C = V @ C, np.eye(r)
            b = _middle(factors.mean, V, rows)
        return cls(V, target.uncentred(Double.of(V), b), C, whole)

    def factors(self, factors: Factors) -> Factors:
        """The factors with this T."""
        T = self.V @ self.C * factors.length[:, None]
        error = 64 * EPS * float(np.linalg.norm(T)) * max(len(self.C), 1) ** 0.5
        error = min(error, factors.contraction)
        return replace(
            factors, inverse=T, f=self.whole.T @ factors.f, contraction=error
        )


def _middle(mean: Array, V: Array, rows: Rows) -> Double:
    """What brings A V near the mean 0."""
    if not rows.intercept:
        return Double.of(np.zeros(V.shape[1]))
    return -Double.of(mean @ V)
