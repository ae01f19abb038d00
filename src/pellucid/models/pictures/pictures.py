"""The picture that fits a fitted model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.models.base import feature_names, named, rows_of
from pellucid.models.effects import along
from pellucid.models.streamed.seen import drawn
from pellucid.regression.powers import filled
from pellucid.show import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray


@drawn
def linear(model: Any) -> Figure:
    """The line, the plane, or what was observed against what is predicted."""
    verb = "explain" if model.n_features_in_ > 2 else "explains"
    r2 = model._r2
    found = f"{verb} {r2:.1%} of the variation (r2 = {r2:.4f})"
    return _through_rows(model, f"{_shape(model)} {found}")


@drawn
def polynomial(model: Any) -> Figure:
    """The curve over one feature, or what was observed against what is predicted."""
    (X, y, *_), names = rows_of(model), feature_names(model)
    shape, r2 = _curve_of(int(model.powers_.sum(axis=1).max(initial=0))), model._r2
    title = f"{shape} explains {r2:.1%} of the variation (r2 = {r2:.4f})"
    if y.ndim > 1 or len(names) > 1:
        return plots.predicted(y, model._output(X), title=title)
    x = X[:, 0].astype(float)
    turn = _turn(lambda x: model._output(x[:, None]), x.min(), x.max())
    if turn is not None:
        what, at, z = turn
        title = f"{shape} is {what} at {names[0]} = {at:.4g}: {z:.4g} (r2 = {r2:.4f})"
    return plots.curve(
        x, y, lambda x: model._output(x[:, None]),
        bounds=lambda x: model.predict_interval(named(model, x[:, None]), of="mean"),
        label=model.formula() if len(model.coef_) < 4 else "", title=title,
        x_label=names[0], y_label=model._target,
    )  # fmt: skip


def _curve_of(degree: int) -> str:
    known = {0: "A constant", 1: "A line", 2: "A parabola", 3: "A cubic"}
    return known.get(degree, f"A polynomial of degree {degree}")


def _turn(curve: Any, low: float, high: float) -> tuple[str, float, float] | None:
    """Where a curve is least or most between the ends, if it turns once.

    >>> _turn(lambda x: (x - 1) ** 2, 0.0, 3.0)
    ('least', 1.0, 0.0)
    """
    grid = np.linspace(low, high, 1001)
    z = np.asarray(curve(grid))
    turns = 1 + np.flatnonzero(np.diff(np.sign(np.diff(z))))
    if len(turns) != 1 or not np.diff(z).any():
        return None
    (i,) = turns
    x, (a, b, c) = grid[i - 1 : i + 2], z[i - 1 : i + 2]
    bend = a - 2 * b + c
    at = float(x[1] + (a - c) / bend / 2 * (x[1] - x[0]))
    return (
        "least" if bend > 0 else "largest",
        at,
        float(np.asarray(curve(np.array([at])))[0]),
    )


@drawn
def huber(model: Any) -> Figure:
    """The same, with how many rows are outliers, whose pull is bounded."""
    verb = "fit" if model.n_features_in_ > 2 else "fits"
    far, n = int(model.outliers_.sum()), len(model.outliers_)
    less = f", the {far:,} farthest with less weight" if far > 1 else ""
    less = ", the farthest with less weight" if far == 1 else less
    return _through_rows(model, f"{_shape(model)} {verb} {n:,} rows{less}")


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


@drawn
def poisson(model: Any) -> Figure:
    """The curve over one feature, or what was observed against what is predicted."""
    (X, y, *_), names = rows_of(model), feature_names(model)
    what = {1: f"{names[0]} explains"}.get(len(names), f"{len(names)} features explain")
    title = f"{what} {model._d2:.1%} of the deviance"
    if len(names) > 1:
        return plots.predicted(y, model.predict(named(model, X)), title=title)

    def bounds(x: NDArray[np.float64]) -> NDArray[np.float64]:
        _, low, high = along(model, x[:, None])
        return np.asarray(np.exp(np.column_stack([low, high])))

    return plots.curve(
        filled(X)[:, 0], y, lambda x: model.predict(named(model, x[:, None])),
        bounds=bounds, title=title, x_label=names[0], y_label=model._target,
    )  # fmt: skip
