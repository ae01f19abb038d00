"""Stretch 3: the same as a class that is used just like scikit-learn's."""

from __future__ import annotations

import numpy as np

from pellucid.models.linear import LinearRegression
from pellucid.show import plots
from pellucid.tour.data import Data, Points
from pellucid.tour.guide import Guide

USE = """
import pellucid as pl

model = pl.LinearRegression().fit(X, y)
model.predict(X[:3])
model.score(X, y)
"""


def walk(guide: Guide, data: Data) -> None:
    """Ten inputs: our class and scikit-learn's, coefficient by coefficient."""
    guide.stretch("estimator", "LinearRegression, used like scikit-learn's")
    model = LinearRegression().fit(data.many.X, data.many.y)
    beside_sklearn(guide, data.many, model)
    pictures(guide, data.many, model)


def beside_sklearn(guide: Guide, points: Points, ours: LinearRegression) -> None:
    """The coefficients of both."""
    import sklearn.linear_model

    theirs = sklearn.linear_model.LinearRegression().fit(points.X, points.y)
    guide.say(
        f"With ten inputs for each of {points.what} there is nothing new to learn, so "
        "a class does it: fit, predict and score, as in scikit-learn. Both find the "
        "same coefficients."
    )
    guide.code(USE)
    pairs = zip(points.names, ours.coef_, theirs.coef_, strict=True)
    guide.table(list(pairs), ("", "Pellucid", "scikit-learn"), "Coefficients")
    difference = np.abs(ours.coef_ / theirs.coef_ - 1).max()
    r2 = ours.score(points.X, points.y)
    guide.found({"r2": r2, "largest relative difference": difference})


def pictures(guide: Guide, points: Points, model: LinearRegression) -> None:
    """What was predicted, and which inputs it came from."""
    r2 = model.score(points.X, points.y)
    guide.picture(
        "estimator-predicted",
        plots.predicted(
            points.y, model.predict(points.X),
            title=f"Ten inputs explain {100 * r2:.1f} % of the variance",
        ),
        f"Each of {points.what}: {points.target}, predicted and observed.",
    )  # fmt: skip
    effects = model.coef_ * points.X.std(axis=0)
    strongest = points.names[int(np.argmax(np.abs(effects)))]
    guide.picture(
        "estimator-coefficients",
        plots.coefficients(
            points.names, effects,
            title=f"The largest effect is that of {strongest}",
            x_label="change of the prediction for one standard deviation",
        ),
        "What one standard deviation more of each input adds to the prediction.",
    )  # fmt: skip
