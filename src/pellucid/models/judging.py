"""How good a model is on rows that it did not learn from: cross-validation.

Stone, "Cross-validatory choice and assessment of statistical predictions" (1974);
Kohavi, "A study of cross-validation and bootstrap" (1995), for folds by class.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

Array = NDArray[Any]
Learn = Callable[..., Any]  # X, y and, where rows have some, weights to a fitted model

FOLDS = 5
BINS = 10  # of the curve of calibration


def folds(y: Array, classes: bool, seed: int, count: int = FOLDS) -> Array:
    """Give each row a fold, at random; each fold has its part of each class.

    Of fewer rows than folds, each is a fold.

    >>> fold = folds(np.array(["a"] * 10 + ["b"] * 5), classes=True, seed=0)
    >>> np.bincount(fold).tolist()
    [3, 3, 3, 3, 3]
    """
    order = np.random.default_rng(seed).permutation(len(y))
    if classes:
        order = order[np.argsort(y[order], kind="stable")]
    fold = np.empty(len(y), dtype=int)
    fold[order] = np.arange(len(y)) % count
    return fold


def predictions(learn: Learn, X: Array, y: Array, fold: Array, *s: Array) -> Array:
    """What is predicted (n,) for each fold by a model of the others."""
    output = np.empty(len(y))
    for k in np.unique(fold):
        held = fold == k
        output[held] = learn(*(rows[~held] for rows in (X, y, *s))).predict(X[held])
    return output


def probabilities(learn: Learn, X: Array, y: Array, fold: Array, *s: Array) -> Array:
    """The probability of each class (n, k) for each fold by a model of the others.

    A class that the others lack gets 0; where they are all of one class, it gets 1.
    """
    classes = np.unique(y)
    output = np.zeros((len(y), len(classes)))
    for k in np.unique(fold):
        held = fold == k
        known = np.isin(classes, y[~held])
        if known.sum() == 1:
            output[np.ix_(held, known)] = 1.0
        else:
            model = learn(*(rows[~held] for rows in (X, y, *s)))
            output[np.ix_(held, known)] = model.predict_proba(X[held])
    return output


def mean_of(y: Array) -> Array:
    """What is predicted (n,) without any feature: the mean of the target."""
    return np.full(len(y), np.mean(y))


def shares_of(place: Array) -> Array:
    """What is predicted (n, k) without any feature: the share of each class."""
    counts = np.bincount(place)
    return np.tile(counts / counts.sum(), (len(place), 1))


@dataclass(frozen=True)
class Measure:
    """A figure of the model, how it varies with the fold, and that of the baseline."""

    name: str
    value: float
    spread: float
    baseline: float


Figure = Callable[[Array, Array], float]  # y and output to a number


def measured(
    figures: dict[str, Figure], y: Array, output: Array, baseline: Array, fold: Array
) -> list[Measure]:
    """Each figure of all rows, its spread over the folds, and the baseline's."""
    parts = [fold == k for k in np.unique(fold)]
    return [
        Measure(
            name,
            figure(y, output),
            float(np.std([figure(y[part], output[part]) for part in parts])),
            figure(y, baseline),
        )
        for name, figure in figures.items()
    ]


@dataclass(frozen=True, eq=False)
class Judged:
    """What came of it: the figures of all rows, and rows with what is said of them.

    Parameters
    ----------
    measures : list of Measure
        Of all rows.
    y, output : array (n,)
        Rows to be shown, and the numbers that are said of them.
    """

    measures: list[Measure]
    y: Array
    output: Array


@dataclass(frozen=True, eq=False)
class JudgedClasses:
    """The same of classes.

    Parameters
    ----------
    names : list of str
        What they are called.
    measures : list of Measure
        Of all rows.
    place, output : array (n,) and (n, k)
        Rows to be shown, by the place of their class, and the probabilities of them.
    by_class : list
        Of all rows; see `by_class`.
    calibration : tuple of arrays
        Of all rows; see `calibration`.
    confused : array (k, k)
        Of all rows; see `confused`.
    """

    names: list[str]
    measures: list[Measure]
    place: Array
    output: Array
    by_class: list[tuple[int, float, float]]
    calibration: tuple[Array, Array, Array]
    confused: Array


def of_numbers(learn: Learn, X: Array, y: Array, fold: Array) -> Judged:
    """Judge a model of numbers by models of the rows outside each fold."""
    output = predictions(learn, X, y, fold)
    return Judged(measured(NUMBERS, y, output, mean_of(y), fold), y, output)


def of_classes(learn: Learn, X: Array, y: Array, fold: Array) -> JudgedClasses:
    """Judge a model of classes in the same way."""
    names, place = np.unique(y, return_inverse=True)
    p = probabilities(learn, X, place, fold)
    found = measured(CLASSES, place, p, shares_of(place), fold)
    more = by_class(place, p), calibration(place, p), confused(place, p)
    return JudgedClasses([str(name) for name in names], found, place, p, *more)


# -- of numbers -----------------------------------------------------------------------


def r2(y: Array, output: Array) -> float:
    """1 - SSE/SST; nan for rows that do not vary."""
    varies = len(y) > 1 and np.ptp(y) > 0
    return float(metrics.r2_score(y, output)) if varies else float("nan")


def typical_error(y: Array, output: Array) -> float:
    """The root of the mean squared error, in the units of y."""
    return float(metrics.root_mean_squared_error(y, output))


def absolute_error(y: Array, output: Array) -> float:
    """The mean absolute error, in the units of y."""
    return float(metrics.mean_absolute_error(y, output))


NUMBERS: dict[str, Figure] = {
    "r2": r2,
    "typical error": typical_error,
    "mean absolute error": absolute_error,
}


# -- of classes; y holds the places of the classes ------------------------------------


def accuracy(y: Array, p: Array) -> float:
    """The share of rows whose likeliest class is theirs."""
    return float(np.mean(np.argmax(p, axis=1) == y))


def auc(y: Array, p: Array) -> float:
    """The area under the curve of true by false alarms; of several classes the mean.

    The chance that a row of a class gets a higher probability of it than one of
    another; 0.5 for a guess. nan where only one class is there.
    Hanley & McNeil, "The meaning and use of the area under a ROC curve" (1982).
    """
    there = [c for c in range(p.shape[1]) if 0 < np.sum(y == c) < len(y)]
    if not there:
        return float("nan")
    there = there[-1:] if p.shape[1] == 2 else there
    areas = [metrics.roc_auc_score(y == c, p[:, c]) for c in there]
    return float(np.mean(areas))


def log_losses(y: Array, p: Array) -> Array:
    """-log p of the right class (n,), p at least the least there is."""
    right = p[np.arange(len(y)), y]
    return -np.log(np.maximum(right, np.finfo(float).eps))


def log_loss(y: Array, p: Array) -> float:
    """The mean of -log p of the right class, p at least the least there is."""
    return float(metrics.log_loss(y, p, labels=np.arange(p.shape[1])))


CLASSES: dict[str, Figure] = {"accuracy": accuracy, "AUC": auc, "log loss": log_loss}


def by_class(y: Array, p: Array) -> list[tuple[int, float, float]]:
    """Of each class its rows, precision and recall; nan where none is called so."""
    which = np.arange(p.shape[1])
    precision, recall, _, rows = metrics.precision_recall_fscore_support(
        y, np.argmax(p, axis=1), labels=which, zero_division=np.nan
    )
    return list(zip(rows.tolist(), precision.tolist(), recall.tolist(), strict=True))


def calibration(y: Array, p: Array) -> tuple[Array, Array, Array]:
    """What was said, what came true, and of how many rows: a tenth of them in a bin.

    Of two classes the probability of the second; of more, that of the likeliest. Rows
    of which the same was said are in the same bin.
    """
    binary = p.shape[1] == 2
    said = p[:, 1] if binary else p.max(axis=1)
    true = y == 1 if binary else np.argmax(p, axis=1) == y
    edges = np.quantile(said, np.arange(1, BINS) / BINS)
    place = np.unique(np.searchsorted(edges, said), return_inverse=True)[1]
    rows = np.bincount(place)
    return np.bincount(place, said) / rows, np.bincount(place, true) / rows, rows


def calibration_error(said: Array, true: Array, rows: Array) -> float:
    """The mean distance of what came true from what was said.

    Naeini, Cooper & Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning" (2015).
    """
    return float(np.average(np.abs(said - true), weights=rows))


def confused(y: Array, p: Array) -> Array:
    """How many rows of each class (down) were taken for which (across)."""
    which = np.arange(p.shape[1])
    counts: Array = metrics.confusion_matrix(y, np.argmax(p, axis=1), labels=which)
    return counts
