"""glum, a library of generalised linear models."""

from __future__ import annotations

from pellucid.bench.contest import library
from pellucid.bench.regressions.tasks import SQUARES, Array, Fits, Pair, Task


def ways(task: Task) -> Fits:
    """Its estimator, of two classes at most; alpha is its name of 1 / C n."""
    if task.classes > 2:
        return {}
    estimator = library("glum").GeneralizedLinearRegressor

    def fit(X: Array, y: Array) -> Pair:
        family, alpha = (
            ("normal", 0) if task.model == SQUARES else ("binomial", 1 / len(y))
        )
        model = estimator(family=family, alpha=alpha).fit(X, y)
        return model.coef_, model.intercept_

    return {"": fit}
