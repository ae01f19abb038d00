"""scikit-learn's own estimators, by its default solver or by several."""

from __future__ import annotations

from functools import partial
from typing import Any

from pellucid.bench.contest import library
from pellucid.bench.regressions.tasks import SQUARES, Array, Fits, Pair, Task

WIDEST = 1_000  # weights of which scikit-learn can form the second derivatives


def ways(task: Task) -> Fits:
    """A fit a solver that may win the task."""
    models = library("sklearn.linear_model")
    if task.model == SQUARES:
        return {"": partial(fit, models.LinearRegression)}
    return {
        solver: partial(fit, models.LogisticRegression, solver=solver, **settings)
        for solver, settings in task.solvers.items()
    }


def converged(task: Task) -> Fits:
    """Newton's method to the last digit, where its second derivatives have room."""
    weights = task.columns * (task.classes if task.classes > 2 else 1)
    if task.model == SQUARES or weights > WIDEST:
        return {}
    estimator = library("sklearn.linear_model").LogisticRegression
    return {"": partial(fit, estimator, solver="newton-cholesky", tol=1e-10)}


def fit(estimator: Any, X: Array, y: Array, **settings: Any) -> Pair:
    """Fit an estimator with these settings."""
    model = estimator(**settings).fit(X, y)
    return model.coef_, model.intercept_
