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
ROBUST = HC0, HC1, HC2, HC3 = "HC0", "HC1", "HC2", "HC3"  # errors of any spread
COVARIANCES = (CLASSICAL, *ROBUST)

ALONE = (
    "{kind} has no value, as some row alone decides what is predicted for it (its "
    "leverage is 1 in `diagnostics()`); HC1 has one."
)


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
    rank : float
        How many estimates the rows determine; nan where they are too many to tell.
    """

    index: pd.Index[Any]
    estimate: Array
    rows: float
    rank: float

    @property
    @abstractmethod
    def freedom(self) -> float:
        """Degrees of freedom of t; infinite where the tests are those of z."""

    @property
    @abstractmethod
    def log_likelihood(self) -> Any:
        """Log likelihood of the rows at the estimates; of several targets one each."""

    @abstractmethod
    def root(self, kind: str = CLASSICAL) -> Array:
        """A (p, m) of the covariance A A' of the estimates, one of `COVARIANCES`.

        A row is nan where the rows do not determine its estimate. Of k targets, which
        are fitted each on its own, it is (k, p / k, m).
        """

    @abstractmethod
    def figures(self, kind: str = CLASSICAL) -> Mapping[str, object]:
        """What a summary tells of the fit as a whole, by name."""

    @abstractmethod
    def remarks(self, kind: str = CLASSICAL) -> tuple[str, ...]:
        """What has to be known of the figures and errors of a summary to read them."""

    @abstractmethod
    def diagnostics(self) -> Mapping[str, Array]:
        """What is told of each row, a column (k n,): one group after another."""

    @property
    def groups(self) -> tuple[list[str], str]:
        """The targets or classes whose estimates these are, and what they are called.

        One alone has no name.
        """
        if self.index.nlevels == 1:
            return [""], ""
        groups, name = self.index.get_level_values(0), self.index.names[0]
        return [*dict.fromkeys(groups)], str(name)

    @property
    def aic(self) -> Any:
        """-2 log L + 2 rank: Akaike, "A new look at model identification" (1974)."""
        return -2 * self.log_likelihood + 2 * self.rank

    @property
    def bic(self) -> Any:
        """-2 log L + rank log n: Schwarz, "The dimension of a model" (1978)."""
        return -2 * self.log_likelihood + self.rank * np.log(self.rows)

    def covariance(self, kind: str = CLASSICAL) -> Array:
        """The covariance (p, p) of the estimates, A A'; of k targets (k, p/k, p/k)."""
        A = self.root(kind)
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(A @ A.swapaxes(-1, -2))

    def errors(self, kind: str = CLASSICAL) -> Array:
        """The standard errors (p,) of the estimates: how long the rows of A are."""
        return lengths(self.root(kind)).ravel()

    def is_decided(self, kind: str) -> bool:
        """Whether errors that hold whatever the spread are lost by one row alone."""
        left = self.rows > self.rank
        if kind not in (HC2, HC3) or not left or np.isnan(self.errors()).all():
            return False
        return bool(np.isnan(self.errors(kind)).all())

    def estimates(self, kind: str = CLASSICAL, level: float = LEVEL) -> pd.DataFrame:
        """A row an estimate: error, t or z, p, interval."""
        errors = self.errors(kind)
        return estimates(self.estimate, errors, self.freedom, self.index, level)


def lengths(rows: Array) -> Array:
    """How long rows (..., m) are, whose squares float64 need not hold; nan of none.

    Examples
    --------
    >>> lengths(np.array([[3e200, 4e200], [3e-200, 4e-200]]))
    array([5.e+200, 5.e-200])
    """
    if not rows.shape[-1]:
        return np.full(rows.shape[:-1], np.nan)
    e = np.frexp(np.max(np.abs(rows), axis=-1))[1]
    near = np.linalg.norm(np.ldexp(rows, -e[..., None]), axis=-1)
    return np.asarray(np.ldexp(near, e))
