"""A fit by maximum likelihood, and how certain it is: classes and counts.

    C   = I^-1                           the covariance: the inverse information
    D   = 2 (log L_best - log L)         the deviance, what a perfect fit would add
    LR  = 2 (log L - log L_0)            the likelihood ratio, beside the constant alone
    1 - log L / log L_0                  the pseudo r2

The weights of rows count them: one of weight 2 is there twice. Without an intercept,
and no columns that hold one, the outputs of L_0 are 0, so that it is a special case
still.

McCullagh & Nelder, "Generalized linear models" (1989), sections 2.3 and 2.5; Wilks,
"The large-sample distribution of the likelihood ratio" (1938); McFadden, "Conditional
logit analysis of qualitative choice behavior" (1974), for the pseudo r2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pellucid.errors import ModelError
from pellucid.statistics.fitted import ALONE, CLASSICAL, Fitted
from pellucid.statistics.information import FAR, Information, Seen

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]

NONE = 1e-100  # of a row: so little a constant may lack to be right
ROUNDING = 1e-14  # of a log likelihood
MOST = 3000  # parameters, whose information is not formed beyond that

ABOUT_0 = (
    "There is no intercept, so the likelihood ratio, pseudo r2 and null deviance "
    "compare the fit with outputs of 0 and not with a constant: do not set them beside "
    "those of a fit with an intercept."
)
LIGHT = (
    "The weights sum to {total:.3g}, and count as no more rows than there are "
    "coefficients, so that errors are as large as of so few; give weights that count "
    "rows, as those divided by their mean."
)
MANY = (
    "There are {p:,} coefficients, and of more than {most:,} no errors, tests, AIC and "
    "BIC are found; fit to fewer columns for such."
)
UNTOLD = (
    "The file does not hold the errors of so many coefficients or rows; fit the model "
    "again for errors, tests, AIC and BIC."
)
SHORT = (
    "The fit stopped {left:.2g} standard errors before the likeliest coefficients, and "
    "its errors and tests are those of where it stopped; raise max_iter, lower tol or "
    'take solver="auto".'
)


@dataclass(frozen=True)
class Likelihoods:
    """What the rows of a fit have said: it is kept in files.

    Parameters
    ----------
    factor : array (p, m)
        A of the covariance A A', nan in the rows of what is not determined.
    rows : int
        How many rows there are.
    total : float
        The sum of their weights.
    rank : float
        How many parameters the rows determine; nan where they are too many to tell.
    alone : int
        How many of them the constant has.
    gone : array (p,)
        How far the estimates are from the coefficients of the fit, which has fewer
        digits of many rows.
    left : float
        How many standard errors they are from the likeliest; nan where that is not
        known, or not what was looked for.
    found, constant : float
        The log likelihood, and that of the constant alone.
    deviance, null_deviance : float
        The deviance, and that of the constant alone.
    """

    factor: Array
    rows: int
    total: float
    rank: float
    alone: int
    gone: Array
    left: float
    found: float
    constant: float
    deviance: float
    null_deviance: float

    @classmethod
    def of(cls, seen: Seen, information: Information | None) -> Likelihoods:
        """Of rows; without the information no errors are known."""
        family, z, y, s = seen.family, seen.z, seen.y, seen.s
        z = information.z if information else z
        (n, k), p = z.shape, seen.X.shape[1] + seen.intercept
        alone = information.basis.constant if information else seen.intercept
        at = family.constant(y, s) if alone else np.zeros(k)
        both = z, np.broadcast_to(at, z.shape)
        found, constant = (float(s @ family.log_likelihoods(o, y)) for o in both)
        deviance, null = (float(2 * (s @ family.half_deviances(o, y))) for o in both)
        factor = information.classical() if information else np.full((k * p, 1), np.nan)
        rank = float(information.rank) if information else np.nan
        total = float(np.sum(s))
        gone = information.gone if information else np.zeros(k * p)
        left = information.step[0] if information and seen.free else np.nan
        how = factor, n, total, rank, k * alone, gone, left
        return cls(*how, found, constant, deviance, null)


@dataclass(frozen=True)
class LikelihoodFit(Fitted):
    """A fit by maximum likelihood.

    Parameters
    ----------
    index, estimate, rows, rank
        As of `Fitted`; the estimates of one output after those of another.
    kept : Likelihoods
        What the rows have said.
    found : callable
        Gives the information of the rows, always the same; None where the parameters
        are too many.
    more : mapping
        What else a summary tells.
    turn : array (k, k), optional
        The outputs that are meant, as combinations of those of `kept`.
    """

    index: pd.Index[Any]
    estimate: Array
    rows: float
    rank: float
    kept: Likelihoods
    found: Callable[[], Information | None]
    more: Mapping[str, object]
    turn: Array | None = None

    @classmethod
    def of(
        cls, index: Any, estimate: Array, kept: Likelihoods,
        found: Callable[[], Information | None], more: Mapping[str, object],
    ) -> LikelihoodFit:  # fmt: skip
        """The fit with these names and coefficients."""
        return cls(
            index, estimate + kept.gone, kept.total, kept.rank, kept, found, more
        )

    @property
    def freedom(self) -> float:
        """Infinite: the tests are those of z, which hold for many rows."""
        return np.inf

    @property
    def log_likelihood(self) -> float:
        """Log likelihood of the rows at the estimates."""
        return self.kept.found

    @property
    def ratio(self) -> float:
        """The likelihood ratio, 2 (log L - log L_0)."""
        ratio = 2 * (self.kept.found - self.kept.constant)
        return ratio if abs(ratio) > ROUNDING * abs(self.kept.constant) else 0.0

    @property
    def pseudo_r2(self) -> float:
        """1 - log L / log L_0 (McFadden); nan where the constant is always right."""
        known = -self.kept.constant > NONE * self.kept.total
        return -self.ratio / 2 / self.kept.constant if known else np.nan

    def root(self, kind: str = CLASSICAL) -> Array:
        """A (p, m) of the covariance A A' of the estimates."""
        A = self.kept.factor
        if kind != CLASSICAL:
            information = self.found()
            A = information.sandwich(kind) if information else np.full(A.shape, np.nan)
        if self.turn is None:
            return A
        of_output = A.reshape(len(self.turn), -1, A.shape[1])
        lost = np.tensordot(np.abs(self.turn), np.isnan(of_output), 1) > 0
        turned = np.tensordot(self.turn, np.nan_to_num(of_output), 1)
        return np.where(lost, np.nan, turned).reshape(A.shape)

    def figures(self, kind: str = CLASSICAL) -> Mapping[str, object]:
        """What a summary tells of the fit as a whole."""
        kept, tested = self.kept, self.kept.rank - self.kept.alone
        p = special.chdtrc(tested, max(self.ratio, 0.0)) if tested > 0 else np.nan
        weights = {"weights": "counts of rows", "sum of weights": kept.total}
        return {
            "rows": kept.rows,
            **(weights if kept.total != kept.rows else {}),
            "degrees of freedom": _whole(kept.total - kept.rank),
            "log likelihood": kept.found,
            "null log likelihood": kept.constant,
            "likelihood ratio": self.ratio,
            "p (likelihood ratio)": float(p),
            "pseudo r2": self.pseudo_r2,
            "deviance": kept.deviance,
            "null deviance": kept.null_deviance,
            "AIC": self.aic,
            "BIC": float(self.bic),
            **self.more,
        }

    def remarks(self, kind: str = CLASSICAL) -> tuple[str, ...]:
        """What has to be known of the figures and errors of a summary to read them."""
        p, known = len(self.estimate), not np.isnan(self.kept.rank)
        told = [
            (not self.kept.alone, ABOUT_0),
            (self.kept.total <= self.kept.rank < self.kept.rows, LIGHT),
            (not known and p > MOST, MANY),
            (not known and p <= MOST, UNTOLD),
            (self.kept.left > FAR, SHORT),
            (known and self.is_decided(kind), ALONE),
        ]
        words = {"kind": kind, "p": p, "most": MOST, "left": self.kept.left}
        words["total"] = self.kept.total
        return tuple(text.format(**words) for holds, text in told if holds)

    def diagnostics(self) -> Mapping[str, Array]:
        """What is told of each row, a column (k n,): one output after another.

            residual       r = y - E[y]
            Pearson        r / sqrt(Var[y])
            standardised   r / sqrt(Var[r])
            deviance       the root of what the row adds to the deviance, signed as r

        Leverage and Cook's distance are those of the row, whatever the output.

        Raises
        ------
        ModelError
            For more coefficients than leverages are found of.
        """
        seen = self.found()
        if seen is None:
            raise ModelError(
                f"Expected at most {MOST:,} coefficients for diagnostics of rows, got "
                f"{len(self.estimate):,}; fit to fewer columns."
            )
        z, y, family = seen.z, seen.y, seen.family
        h, cooks, variance = seen.influence()
        r, S = family.residuals(z, y), family.root(z)
        root = np.sqrt(2 * np.maximum(family.half_deviances(z, y), 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            pearson = r / np.sqrt(np.sum(S**2, axis=2))
            standardised = r / np.sqrt(np.where(variance > 0, variance, np.nan))
        pearson, standardised = (
            np.where(r == 0, r, e) for e in (pearson, standardised)
        )
        found = {
            "observed": y,
            "fitted": y - r,
            "residual": r,
            "Pearson": pearson,
            "standardised": standardised,
            "deviance": np.sign(r) * root[:, None],
            "leverage": np.broadcast_to(h[:, None], y.shape),
            "Cook's distance": np.broadcast_to(cooks[:, None], y.shape),
        }
        return {name: column.T.ravel() for name, column in found.items()}


def _whole(number: float) -> float:
    """A whole number as one."""
    return int(number) if float(number).is_integer() else number
