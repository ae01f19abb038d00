"""Whether residuals spread as far everywhere: White's test, in Koenker's form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pellucid.statistics.residuals import Residuals

Array = NDArray[Any]

PARTS = 3  # of the rows, by what is predicted


@dataclass(frozen=True)
class UnequalSpread:
    """How the spread of the residuals goes with the prediction.

    Parameters
    ----------
    typical : array (3,)
        The median size of a standardised residual in the third of the rows with the
        lowest, middle and highest predictions.
    p : float
        How often so much comes about where the spread is the same everywhere.
    """

    typical: Array
    p: float

    @property
    def ratio(self) -> float:
        """How many times as far they spread in one third as in another."""
        least = float(np.min(self.typical))
        return float(np.max(self.typical)) / least if least else np.inf

    @property
    def grows(self) -> bool:
        """Whether the spread grows with the prediction."""
        return bool(np.all(np.diff(self.typical) > 0))


def unequal_spread(fit: Residuals) -> UnequalSpread | None:
    """Regress the squares of the standardised residuals on the prediction z and z^2.

    n R^2 has the distribution of chi^2 with two degrees of freedom where the spread is
    the same everywhere, whatever the distribution of the errors is.

    White, "A heteroskedasticity-consistent covariance matrix estimator and a direct
    test for heteroskedasticity" (1980), in the two columns of Wooldridge, "Introductory
    Econometrics" (2013), section 8.3; Koenker, "A note on studentizing a test for
    heteroscedasticity" (1981).

    Returns
    -------
    UnequalSpread or None
        None where the prediction is the same for all rows, or takes too few values for
        three parts.
    """
    free = fit.leverage < 1
    z, r = fit.output[free] - fit.centre, fit.standardised[free]
    edges = np.quantile(z, np.arange(1, PARTS) / PARTS)
    place = np.searchsorted(edges, z)
    if len(np.unique(place)) < PARTS:
        return None
    typical = np.array([np.median(np.abs(r[place == k])) for k in range(PARTS)])
    return UnequalSpread(typical, _p(z / np.max(np.abs(z)), r**2))


def _p(z: Array, squares: Array) -> float:
    """P of Koenker's test of squared residuals on z and z^2."""
    v = np.column_stack([np.ones_like(z), z, z**2])
    around = squares - np.mean(squares)
    if not np.any(around):
        return 1.0
    w, _, rank, _ = np.linalg.lstsq(v, around)
    explained = around @ (v @ w) / (around @ around)
    return float(special.chdtrc(rank - 1, len(z) * max(explained, 0.0)))
