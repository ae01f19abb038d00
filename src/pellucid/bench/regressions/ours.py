"""Pellucid, as a person meets it: nothing is set."""

from __future__ import annotations

from pellucid.bench.contest import library
from pellucid.bench.regressions.tasks import SQUARES, Array, Fits, Pair, Task


def ways(task: Task) -> Fits:
    """The estimator of the model."""
    name = "LinearRegression" if task.model == SQUARES else "LogisticRegression"
    module = "linear" if task.model == SQUARES else "logistic"
    estimator = getattr(library(f"pellucid.models.{module}"), name)

    def fit(X: Array, y: Array) -> Pair:
        model = estimator().fit(X, y)
        return model.coef_, model.intercept_

    return {"": fit}


def claimed(X: Array, y: Array) -> float:
    """The digits of the least certain weight of least squares, as the model says."""
    model = library("pellucid.models.linear").LinearRegression().fit(X, y)
    return round(float(min(model.digits_)), 1)
