"""What a model says of classes, as pictures whose titles are the finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit
from sklearn import metrics

from pellucid.models.base import Array, feature_names, named, rows_of
from pellucid.models.effects import along
from pellucid.models.logistic_cost import likeliest
from pellucid.models.pictures.findings import course, percent
from pellucid.models.pictures.findings import likeliest as likeliest_along
from pellucid.models.streamed.seen import drawn
from pellucid.regression.powers import filled
from pellucid.show import plots
from pellucid.show.outputs import Roc

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 200  # of a curve


@drawn
def fitted(model: Any) -> Figure:
    """The probability along one column, the border of two, or what is said of rows."""
    (X, y, *_), d = rows_of(model), model.n_features_in_
    labels = [str(label) for label in model.classes_]
    place = np.asarray(likeliest(y)).astype(int)
    if d == 2:
        return _border(model, filled(X), place, labels)
    if d == 1:
        draw = _curve if len(labels) == 2 else _curves
        return draw(model, filled(X)[:, 0], place, labels)
    p = model.predict_proba(named(model, X))
    return said(p, place, labels, model._target)


def said(p: Array, place: Array, labels: list[str], target: str) -> Figure:
    """What is said of the rows of each class: two beside one another, or of each."""
    if len(labels) == 2:
        of = [float(np.mean((p[place == k, 1] >= 0.5) == k)) for k in (0, 1)]
        whole = np.mean((p[:, 1] >= 0.5) == place)
        return plots.separation(
            p[:, 1], place, labels=labels,
            x_label=f"probability of {target} = {labels[1]}",
            title=f"{percent(whole)} of the rows are called right: {percent(of[0])} "
            f"of {labels[0]}, {percent(of[1])} of {labels[1]}",
        )  # fmt: skip
    right = p[np.arange(len(p)), place]
    middle = {k: np.median(right[place == k]) for k in np.unique(place)}
    low, high = min(middle, key=middle.__getitem__), max(middle, key=middle.__getitem__)
    return plots.certainty(
        right, place, labels=labels,
        title=f"The right class gets {percent(middle[high])} in a typical row of "
        f"{labels[high]}, {percent(middle[low])} in one of {labels[low]}",
    )  # fmt: skip


def _border(model: Any, X: Array, place: Array, labels: list[str]) -> Figure:
    def of(rows: Array) -> Any:
        return likeliest(model._linear(rows))

    return plots.boundary(
        X, place, of, names=feature_names(model), labels=labels,
        title=f"{model._accuracy:.1%} of the rows are on the right side",
        probability=None if len(labels) > 2 else
        lambda rows: expit(np.ravel(model._linear(rows))),
    )  # fmt: skip


def _curve(model: Any, x: Array, place: Array, labels: list[str]) -> Figure:
    """The probability of the second class along the only column."""
    at = np.linspace(x.min(), x.max(), POINTS)
    z, low, high = along(model, at[:, None])
    p, event = expit(z), f"p({model._target} = {labels[1]})"
    (name,), ends = feature_names(model), (percent(p[0]), percent(p[-1]))
    return plots.probability(
        x, place, at, p, bounds=(expit(low), expit(high)), labels=labels,
        title=course(event, name, at, ends, up=p[-1] > p[0]),
        x_label=name, y_label=event,
    )  # fmt: skip


def _curves(model: Any, x: Array, place: Array, labels: list[str]) -> Figure:
    """The probability of each class along the only column."""
    at = np.linspace(x.min(), x.max(), POINTS)
    p = model.predict_proba(named(model, at[:, None]))
    (name,) = feature_names(model)
    return plots.shares(
        at, p, labels=labels, rows=x, x_label=name,
        title=likeliest_along(p, labels, name),
    )  # fmt: skip


def roc(p: Array, place: Array, labels: list[str]) -> Figure:
    """How well probabilities (n, k) put the rows of each class before the others."""
    events = [1] if len(labels) == 2 else range(len(labels))
    curves = []
    for k in events:
        if 0 < np.sum(place == k) < len(place):
            alarms, found, _ = metrics.roc_curve(place == k, p[:, k])
            area = metrics.auc(alarms, found)
            curves.append(Roc(labels[k], alarms, found, float(area)))
    if len(labels) > 2:
        best, worst = (f(curves, key=lambda c: c.area) for f in (max, min))
        title = (
            f"{best.name} is told from the others best (AUC {best.area:.2f}), "
            f"{worst.name} worst ({worst.area:.2f})"
        )
        return plots.roc(curves, title=title)
    called = p[:, 1] >= 0.5
    point = (float(np.mean(called[place == 0])), float(np.mean(called[place == 1])))
    (curve,) = curves
    return plots.roc(
        curves, point=point,
        title=f"{labels[1]} gets the higher probability in {percent(curve.area)} of "
        f"pairs with {labels[0]} (AUC {curve.area:.3f})",
        x_label=f"share of {labels[0]} called {labels[1]}",
        y_label=f"share of {labels[1]} called {labels[1]}",
    )  # fmt: skip
