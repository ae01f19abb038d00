"""What the settings of linear regression may be, and what linear models warn of."""

from __future__ import annotations

import sys
import warnings
from abc import ABCMeta
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sklearn.exceptions import ConvergenceWarning

from pellucid.models import base, checks
from pellucid.models.base import Array
from pellucid.regression.powers import filled

if TYPE_CHECKING:
    from pellucid.minimisers.task import Fit

CHECKS = {
    "fit_intercept": checks.flag,
    "copy_X": checks.flag,
    "tol": checks.number(0),
    "positive": checks.flag,
    "n_jobs": checks.either(checks.count(-(2**63)), checks.one_of(None)),
}

UNFINISHED = (
    "LinearRegression: expected the iterations for a large sparse X to arrive, but "
    "they still change coefficients"
)
THEIRS = "sklearn.linear_model._base"  # which takes its time to load


def counted_among_theirs(ours: type) -> None:
    """Let scikit-learn, where it is loaded, take ours for its LinearRegression.

    `RANSACRegressor` asks whether its estimator is one.
    """
    theirs = getattr(sys.modules.get(THEIRS), "LinearRegression", None)
    if isinstance(theirs, ABCMeta):
        theirs.register(ours)


def coefficient_names(model: Any) -> list[str]:
    """What the coefficients are of: features, or the terms of a polynomial."""
    terms = getattr(model, "terms_", None)
    return base.feature_names(model) if terms is None else list(terms)


def intercept(b: Array, one: bool, fitted: bool) -> Any:
    """A number for one target, and 0.0 where none was asked for, as in scikit-learn."""
    if not fitted:
        return 0.0
    return b[0] if one else b


def tell_stopped(model: Any, fit: Fit) -> None:
    """Warn of a fit by iterations that has not arrived."""
    message = (
        f"{type(model).__name__} stopped before the optimum ({fit.message}): raise "
        "max_iter."
    )
    warnings.warn(message, ConvergenceWarning, stacklevel=4)


def tell_still(model: Any, X: Array, places: Array) -> None:
    """Warn of columns that vary, but at their size no more than rounding may."""
    names, X = base.feature_names(model), filled(X[:, places])
    tell_drowned(model, [names[j] for j in places[(X[0] != X).any(axis=0)]], 4)


def tell_drowned(model: Any, names: Sequence[str], level: int = 3) -> None:
    """Warn of columns of such names, if there are any."""
    if names:
        message = (
            f"{type(model).__name__}: {', '.join(names)} varies so little beside its "
            "size that it may be rounding alone, and has the coefficient 0; "
            "subtract a constant before the numbers are rounded."
        )
        warnings.warn(message, RuntimeWarning, stacklevel=level)
