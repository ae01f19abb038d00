"""A fit by least squares, and how certain it is.

    y = Xw + b + e,   the errors e independent, of one variance s^2 (by their weights)
    s^2 = SSE / (n - rank)                 the residual variance
    C   = s^2 (X'X)^-1 = s^2 F F'          the covariance of the estimates

With weights X and y are those times the roots of the weights, which are inverse
variances up to a factor. Greene, "Econometric Analysis" (2018), chapters 3 to 5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pellucid.regression.explained import Explained
from pellucid.regression.hat import Hat
from pellucid.regression.spread import Spread
from pellucid.show.estimates import quantile
from pellucid.statistics import by_row, robust
from pellucid.statistics.fitted import ALONE, CLASSICAL, Fitted

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]

LOG_2 = np.log(2.0)

ABOUT_0 = (
    "There is no intercept, so r2 and F compare the fit with 0 and not with the mean: "
    "do not set them beside those of a fit with an intercept."
)
UNTOLD = (
    "X is sparse, and too large for more than the coefficients: their errors are not "
    "known; fit to fewer columns for such."
)


@dataclass(frozen=True)
class LinearFit(Fitted):
    """A linear regression of k targets, each of which is fitted on its own.

    Parameters
    ----------
    index, estimate, rows, rank
        As of `Fitted`; the estimates of one target after those of another.
    spread : Spread
        How the rows lie.
    explained : Explained
        The sums of squares, of each target.
    intercept, constant : bool
        Whether there is an intercept, and whether the columns hold a constant with it.
    log_weights : float or None
        The sum of the logarithms of the weights, None where there are none.
    found : callable
        Gives the hat matrix of the rows, always the same.
    meats : callable
        Gives the root of the sandwich's meat of a kind of covariance.
    told : array (p, m) or None
        F of estimates that are not those of the columns by which the rows lie, as the
        powers of a polynomial are told of others.
    """

    index: pd.Index[Any]
    estimate: Array
    rows: int
    rank: int
    spread: Spread
    explained: Explained
    intercept: bool
    constant: bool
    log_weights: float | None
    found: Callable[[], Hat]
    meats: Callable[[str], Array]
    told: Array | None = None

    @property
    def hat(self) -> Hat:
        """The hat matrix, and the residuals."""
        return self.found()

    @cached_property
    def factor(self) -> Array:
        """F (p, m), nan in the rows of estimates that are not determined."""
        return self.spread.factor(self.intercept) if self.told is None else self.told

    @property
    def freedom(self) -> float:
        """Rows that are left to tell how far off the fit is; nan where none are."""
        left = self.rows - self.rank
        return left if left > 0 else np.nan

    @property
    def near(self) -> Array:
        """The residual standard error (k,) of targets and weights near 1."""
        return np.asarray(np.sqrt(self.explained.left / self.freedom))

    @property
    def sigma(self) -> Array:
        """The residual standard error s (k,)."""
        return self.explained.restored(self.near)

    def root(self, kind: str = CLASSICAL) -> Array:
        """A (p, m) of the covariance A A' of the estimates."""
        if not self.rank:
            found = np.full((len(self.sigma), len(self.factor), 1), np.nan)
        elif kind == CLASSICAL:
            found = self.explained.restored(self.factor * self.near[:, None, None])
        else:
            found = self.explained.restored(self.factor @ self.meat(kind))
        return np.asarray(found if len(found) > 1 else found[0])

    def meat(self, kind: str) -> Array:
        """The root M (k, m, m) of the sandwich's meat, M M' the covariance of U'y."""
        if kind not in self._robust:
            known = (self.explained.left > 0) * (self.freedom / self.freedom)
            self._robust[kind] = self.meats(kind) * known[:, None, None]
        return self._robust[kind]

    @cached_property
    def _robust(self) -> dict[str, Array]:
        """Each M that was asked for."""
        return {}

    @property
    def total(self) -> Array:
        """SST (k,): of squares around the mean where there is a constant, else 0."""
        return self.explained.around if self.constant else self.explained.whole

    @property
    def r2(self) -> Array:
        """1 - SSE / SST (k,), what part of the squares is explained."""
        share = np.maximum(self.explained.share(self.total), 0.0)  # but for rounding
        if not self.tested:
            share = np.where(self.total > 0, 0.0, share)
        return np.asarray(share if self.rows > 1 else share * np.nan)

    @property
    def adjusted_r2(self) -> Array:
        """1 - (SSE / freedom) / (SST / (n - 1)) (k,), n where there is no constant."""
        return 1 - (self.rows - self.constant) / self.freedom * (1 - self.r2)

    @property
    def log_likelihood(self) -> Array:
        """-n/2 (log(2 pi SSE / n) + 1) + sum(log s) / 2  (k,), errors being normal.

        It is nan where no rows are left to tell how far off the fit is.
        """
        n, explained = self.rows * self.freedom / self.freedom, self.explained
        with np.errstate(divide="ignore"):
            log = np.log(explained.left) + (2 * explained.e + explained.f) * LOG_2
        each = -n / 2 * (log - np.log(n / (2 * np.pi)) + 1)
        return np.asarray(each + (self.log_weights or 0.0) / 2)

    @property
    def tested(self) -> int:
        """How many coefficients F takes for 0: all but the constant."""
        return self.rank - self.constant

    def F(self, kind: str = CLASSICAL) -> Array:  # noqa: N802
        """The test of all coefficients at once (k,): the mean squares, explained / s^2.

        Of another covariance than the classical it is Wald's. Fisher, "Statistical
        methods for research workers" (1925), chapter 7.
        """
        if not self.tested:
            return np.full(len(self.total), np.nan)
        if kind != CLASSICAL:
            return robust.wald(self.hat, self.meat(kind), self.constant)
        explained = np.maximum(self.total - self.explained.left, 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = self.explained.left / self.freedom
            return np.asarray(explained / self.tested / each)

    def half(self, h: Array, level: float) -> Array:
        """Half the width (n, k) of intervals, t s sqrt(h), of leverages h (n,)."""
        t = quantile(self.freedom, level)
        return np.asarray(t * np.sqrt(h)[:, None] * self.sigma)

    def figures(self, kind: str = CLASSICAL) -> Mapping[str, object]:
        """What a summary tells of the fit as a whole; of k targets k of each."""
        F = self.F(kind)
        found = {
            "r2": self.r2,
            "adjusted r2": self.adjusted_r2,
            "F": F,
            "p (F)": special.fdtrc(self.tested, self.freedom, F),
            "residual standard error": self.sigma,
            "log likelihood": self.log_likelihood,
            "AIC": self.aic,
            "BIC": self.bic,
        }
        one = len(self.sigma) == 1
        each = {name: value[0] if one else value for name, value in found.items()}
        found = {**each, "degrees of freedom": self.rows - self.rank}
        weights = {"weights": "inverse variances"}
        return found if self.log_weights is None else {**found, **weights}

    def remarks(self, kind: str = CLASSICAL) -> tuple[str, ...]:
        """What has to be known of the figures and errors of a summary to read them."""
        untold = bool(np.isnan(self.spread.of_mean))
        alone = self.is_decided(kind)
        told = (not self.constant, ABOUT_0), (untold, UNTOLD), (alone, ALONE)
        return tuple(text.format(kind=kind) for holds, text in told if holds)

    def diagnostics(self) -> Mapping[str, Array]:
        """What is told of each row, a column (k n,): one target after another."""
        y = self.hat.rows.targets.X.astype(float)  # (n, k)
        return by_row.diagnostics(self.hat, self.explained, self.freedom, y)
