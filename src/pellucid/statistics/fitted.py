"""What every fit has whose estimates have errors: covariance, likelihood, intervals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.show.estimates import LEVEL, estimates

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]

CLASSICAL = "classical"  # errors as the model says
ROBUST = ("HC0", "HC1", "HC2", "HC3")  # errors of any spread
COVARIANCES = (CLASSICAL, *ROBUST)


class Fitted(ABC):
    """A fit, and what its rows say of the errors of its estimates.

    Parameters
    ----------
    index : pandas.Index
        The names of the p estimates, the intercept first; of several targets, or of
        several classes against the reference, (group, coefficient).
    estimate : array (p,)
        The estimates, in that order.
    rows : float
        n: how many rows there are or, where weights are counts, their sum.
    rank : int
        How many estimates the rows determine.
    """

    index: pd.Index[Any]
    estimate: Array
    rows: float
    rank: int

    @property
    @abstractmethod
    def freedom(self) -> float:
        """Degrees of freedom of t; infinite where the tests are those of z."""

    @property
    @abstractmethod
    def log_likelihood(self) -> float:
        """Log likelihood of the rows at the estimates."""

    @abstractmethod
    def covariance(self, kind: str = CLASSICAL) -> Array:
        """The covariance (p, p) of the estimates: one of `COVARIANCES`."""

    @abstractmethod
    def figures(self) -> Mapping[str, object]:
        """What a summary tells of the fit as a whole, by name."""

    @property
    def aic(self) -> float:
        """-2 log L + 2 rank: Akaike, "A new look at model identification" (1974)."""
        return -2 * self.log_likelihood + 2 * self.rank

    @property
    def bic(self) -> float:
        """-2 log L + rank log n: Schwarz, "The dimension of a model" (1978)."""
        return float(-2 * self.log_likelihood + self.rank * np.log(self.rows))

    def errors(self, kind: str = CLASSICAL) -> Array:
        """The standard errors (p,) of the estimates."""
        with np.errstate(invalid="ignore"):
            found: Array = np.sqrt(np.diag(self.covariance(kind)))
            return found

    def estimates(self, kind: str = CLASSICAL, level: float = LEVEL) -> pd.DataFrame:
        """A row an estimate: error, t or z, p, interval."""
        errors = self.errors(kind)
        return estimates(self.estimate, errors, self.freedom, self.index, level)
