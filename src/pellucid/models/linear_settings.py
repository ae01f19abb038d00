"""What the settings of linear regression may be, and whose place it takes."""

from __future__ import annotations

import sys
from abc import ABCMeta

from pellucid.models import base

CHECKS = {
    "fit_intercept": base.flag,
    "copy_X": base.flag,
    "tol": base.number(0),
    "positive": base.flag,
    "n_jobs": base.either(base.count(-(2**63)), base.one_of(None)),
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
