"""Perceptrons fitted by L-BFGS: three data sets, penalties and activations."""

from __future__ import annotations

import itertools
import math
import warnings
from dataclasses import replace

from pellucid.bench.clock import mark
from pellucid.bench.contest import Mark, library
from pellucid.bench.regressions.tasks import Array

ALPHAS, ACTIVATIONS = (1e-4, 1e-2, 1.0), ("relu", "tanh", "logistic")


def fits(module: str, tiny: bool) -> tuple[Mark, int]:
    """Time all fits, with the geometric mean of their costs, and count those that warn.

    The costs lie orders of magnitude apart, so that a sum would show the largest alone.
    """
    estimator = library(module).MLPClassifier
    sets = datasets(tiny)
    logs: list[float] = []
    complaints = 0

    def work() -> None:
        nonlocal complaints
        logs.clear()
        with warnings.catch_warnings(record=True) as caught:
            for (X, y), alpha, activation in itertools.product(
                sets, ALPHAS, ACTIVATIONS
            ):
                warnings.simplefilter("always")
                model = estimator(
                    solver="lbfgs", alpha=alpha, activation=activation, random_state=0
                ).fit(X, y)
                logs.append(math.log(model.loss_))
        complaints = len(caught)

    seconds = mark(work, budget=0.0)
    cost = math.exp(sum(logs) / len(logs))
    return replace(seconds, check=cost), complaints


def datasets(tiny: bool) -> list[tuple[Array, Array]]:
    """Two half moons, two circles, and standardised cells of breasts."""
    from sklearn import datasets, preprocessing

    rows = 20 if tiny else 200
    wide = 20 if tiny else None
    X, y = datasets.load_breast_cancer(return_X_y=True)
    return [
        datasets.make_moons(rows, noise=0.2, random_state=0),
        datasets.make_circles(rows, noise=0.1, factor=0.5, random_state=0),
        (preprocessing.StandardScaler().fit_transform(X[:wide]), y[:wide]),
    ]
