"""The picture that fits a fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pellucid.models.base import feature_names, named, rows_of
from pellucid.regression.powers import filled
from pellucid.show import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def linear(model: Any) -> Figure:
    """The line, the plane, or what was observed against what is predicted."""
    verb = "explain" if model.n_features_in_ > 2 else "explains"
    r2 = model._r2
    found = f"{verb} {r2:.1%} of the variation (r2 = {r2:.4f})"
    return _through_rows(model, f"{_shape(model)} {found}")


def huber(model: Any) -> Figure:
    """The same, with how many rows are outliers."""
    verb = "fit" if model.n_features_in_ > 2 else "fits"
    far, n = int(model.outliers_.sum()), len(model.outliers_)
    return _through_rows(model, f"{_shape(model)} {verb} all but {far} of {n} rows")


def _shape(model: Any) -> str:
    d = model.n_features_in_
    return {1: "A line", 2: "A plane"}.get(d, f"{d} features")


def _through_rows(model: Any, title: str) -> Figure:
    (X, y, *_), names = rows_of(model), feature_names(model)
    X, w, b = filled(X), model.coef_, model.intercept_
    if y.ndim > 1 or len(names) > 2:
        return plots.predicted(y, X @ w.T + b, title=title)
    said = {"title": title, "y_label": model._target}
    if len(names) == 2:
        return plots.plane(X, y, w, b, names=names, **said)
    return plots.line(X[:, 0], y, w[0], b, x_label=names[0], **said)


def poisson(model: Any) -> Figure:
    """What was observed against what is predicted."""
    X, y, *_ = rows_of(model)
    title = f"The features explain {model._d2:.1%} of the deviance"
    return plots.predicted(y, model.predict(named(model, X)), title=title)
