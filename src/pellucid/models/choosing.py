"""Which model suits a target, and how it is fitted: penalised only where need be."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from pellucid.errors import ModelError
from pellucid.models import base
from pellucid.models.judging import folds, log_loss, probabilities
from pellucid.models.linear import LinearRegression
from pellucid.models.logistic import LogisticRegression
from pellucid.models.logistic_cost import deviations
from pellucid.models.networks.perceptron_regressor import MLPRegressor
from pellucid.models.networks.perceptrons import MLPClassifier
from pellucid.tables.streams.stream import Stream
from pellucid.tables.wording import counted

KINDS = ("linear", "logistic", "network")
FEW = 10  # whole numbers of at most so many different values may number classes
MANY = 50  # of more different values no class is learned
MOST = 1000  # different values that are counted of rows without end
RARE = 0.1  # a class is seldom so much rarer than another; a count is
STRONGEST = 3  # C is from 10^-3 to 10^3
UNITS, EPOCHS = 50, 500  # of a network
ENOUGH = 300  # rows of which some are set aside to stop a network by


@dataclass(frozen=True)
class Choice:
    """What is to be fitted, and why.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    classes : bool
        Whether the target names classes, or is a number.
    reason : str
        What the target is: "3 classes".
    other : str
        The kind that would take the target otherwise; "" where none could.
    """

    kind: str
    classes: bool
    reason: str
    other: str = ""

    @property
    def name(self) -> str:
        """What people call it."""
        if self.kind == "network":
            return "neural network"
        return f"{self.kind} regression"


@dataclass(frozen=True, eq=False)
class Different:
    """The different values of a target, and how often each comes: a sum over rows.

    Parameters
    ----------
    values : array (k,)
        In their order; of more than `MOST` the least and the largest alone.
    counts : array (k,) of int
        How often each comes.
    n : int
        How many rows there are.
    k : int
        How many different values; of more than `MOST` no more is known.
    are_whole : bool
        Whether all are whole numbers.

    Examples
    --------
    >>> both = Different.of(np.array([1.0, 2.0])) + Different.of(np.array([2.0, 5.5]))
    >>> both.values, both.counts, both.are_whole
    (array([1. , 2. , 5.5]), array([1, 2, 1]), False)
    """

    values: NDArray[Any]
    counts: NDArray[Any]
    n: int
    k: int
    are_whole: bool

    @classmethod
    def of(cls, y: NDArray[Any], most: float = np.inf) -> Different:
        """Of rows y (n,), at most so many of them counted."""
        values, counts = np.unique(y, return_counts=True)
        are_whole = values.dtype.kind in "fiu" and bool(
            np.all(values == np.round(values))
        )
        return cls(values, counts, len(y), len(values), are_whole)._at_most(most)

    def __add__(self, other: Different) -> Different:
        """Of the rows of both."""
        values, place = np.unique(
            np.concatenate([self.values, other.values]), return_inverse=True
        )
        counts = np.zeros(len(values), int)
        np.add.at(counts, place, np.concatenate([self.counts, other.counts]))
        k = max(len(values), self.k, other.k)
        are_whole = self.are_whole and other.are_whole
        n = self.n + other.n
        return Different(values, counts, n, k, are_whole)._at_most(MOST)

    def _at_most(self, most: float) -> Different:
        """The same, without what more values there are than can be kept."""
        if self.k <= most:
            return self
        ends = [0, -1]
        values, counts = self.values[ends], self.counts[ends]
        return replace(self, values=values, counts=counts, k=MOST + 1)


def chosen(y: NDArray[Any] | Different, wish: str = "auto") -> Choice:
    """Choose a model for a target of numbers or of text.

    Text names classes. So do two different numbers, and whole numbers that go on from 0
    or 1, are at most ten, and come about as often each: what rises and thins out is a
    count, and with gaps a measure.

    Raises
    ------
    ModelError
        When the target cannot be what was wished for; the sentence begins at
        "expected", for the caller knows where.

    Examples
    --------
    >>> chosen(np.array([1.0, 2.0, 3.0] * 20)).kind
    'logistic'
    >>> chosen(np.array([4.0, 6.0, 8.0] * 20))
    Choice(kind='linear', classes=False, reason='3 different whole numbers, 4 to 8',
    other='logistic')
    """
    found = y if isinstance(y, Different) else Different.of(y)
    text, n, k = found.values.dtype.kind not in "fiu", found.n, found.k
    many = f"{k}" if k == len(found.values) else f"more than {MOST:,}"
    possible = k <= MANY and k < n
    if text and wish == "linear":
        raise ModelError(
            "expected numbers for a linear regression, found text; use --model "
            "logistic, or choose another target."
        )
    if (text or wish == "logistic") and not possible:
        other = "" if text else "use --model linear, or "
        raise ModelError(
            f"expected a few classes for a logistic regression, found {many} different "
            f"values in {counted(n, 'row')}; {other}choose another target."
        )
    classes = text or _number_classes(found)
    kind = ("logistic" if classes else "linear") if wish == "auto" else wish
    classes = classes if kind == "network" else kind == "logistic"
    if classes:
        return Choice(kind, True, f"{k} classes", "" if text else "linear")
    low, high = found.values[[0, -1]]
    kind_of = "whole " * found.are_whole
    reason = f"{many} different {kind_of}numbers, {low:g} to {high:g}"
    other = "logistic" if found.are_whole and possible and 2 * k <= n else ""
    return Choice(kind, False, reason, other)


def _number_classes(found: Different) -> bool:
    """Whether numbers that differ, and how often each comes, number some classes."""
    values, counts, k = found.values, found.counts, found.k
    if 2 * k > found.n or not found.are_whole:
        return False
    in_turn = values[0] in (0, 1) and values[-1] - values[0] == k - 1
    return k == 2 or (
        k <= FEW and bool(in_turn) and counts.min() >= RARE * counts.max()
    )


def labels(y: NDArray[Any]) -> NDArray[Any]:
    """Classes as they are called: whole numbers without decimals, the rest as text."""
    y = whole(y)
    return y.astype(str) if y.dtype.kind == "f" else y


def whole(y: NDArray[Any]) -> NDArray[Any]:
    """Classes that are whole numbers, without decimals; others as they are."""
    are_whole = y.dtype.kind == "f" and bool(np.all(y == np.round(y)))
    return y.astype(int) if are_whole else y


# -- fitting --------------------------------------------------------------------------


def learned(choice: Choice, seed: int, X: Any, y: Any = None) -> Any:
    """Fit the model of a choice to X and y, or to a `Table` or `Stream` in their place.

    Logistic regression is fitted without a penalty, so that its coefficients are those
    of the greatest likelihood. Where the classes are separable there are none such;
    then the weights of standardised columns are penalised, by the strength that does
    best on rows that were held out.
    """
    if choice.kind == "network":
        return network(choice.classes, seed, X, y)
    if choice.kind == "linear":
        return LinearRegression().fit(X, y)
    model = _logistic(seed, X, y)
    model.classes_ = whole(model.classes_)
    return model


def _logistic(seed: int, X: Any, y: Any) -> LogisticRegression:
    """Logistic regression, penalised where the classes are separable."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "LogisticRegression: the classes are sep")
        warnings.filterwarnings("ignore", "The number of unique classes")
        model = LogisticRegression(C=np.inf).fit(X, y)
    return penalised(seed, X, y) if model.separable_ else model


def penalised(seed: int, X: Any, y: Any = None) -> LogisticRegression:
    """Logistic regression with the penalty that does best on rows held out.

    Of rows without end it is chosen by a sample of them.
    """
    rows = X.sample(random_state=seed) if isinstance(X, Stream) else X
    cells, target = map(np.asarray, base.unpacked(LogisticRegression(), rows, y))
    C = strength(cells, target, seed)
    return LogisticRegression(C=C, standardise=True).fit(X, y)


def strength(X: NDArray[Any], y: NDArray[Any], seed: int) -> float:
    """The C with the least log loss of rows that were held out, five times a fifth.

    The loss has one valley as a rule, and is gone down from C = 1.
    """
    place = np.unique(y, return_inverse=True)[1]
    fold = folds(place, True, seed)

    @cache
    def loss(power: int) -> float:
        model = LogisticRegression(C=10.0**power, standardise=True)
        return log_loss(place, probabilities(model.fit, X, place, fold))

    power, step = 0, 1 if loss(1) < loss(0) else -1
    while abs(power + step) <= STRONGEST and loss(power + step) < loss(power):
        power += step
    return 10.0**power


def network(classes: bool, seed: int, X: Any, y: Any = None) -> Any:
    """A network of one hidden layer, fitted to standardised columns.

    Its first and last layers then take the units in, so that it is one of X as it came
    and y as it is.
    """
    kind = MLPClassifier if classes else MLPRegressor
    model = kind(hidden_layer_sizes=(UNITS,), max_iter=EPOCHS, random_state=seed)
    X, y = base.unpacked(model, X, y)
    recipe, cells = model.preparation_, np.asarray(X, float)
    mean, scale = cells.mean(axis=0), deviations(cells)
    centre, unit = (0.0, 1.0) if classes else (np.mean(y), np.std(y) or 1.0)
    counts = np.unique(y, return_counts=True)[1] if classes else np.array([len(y)])
    model.early_stopping = bool(len(y) >= ENOUGH and counts.min() > 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit((X - mean) / scale, y if classes else (y - centre) / unit)
    W, b, last = model.coefs_, model.intercepts_, len(model.coefs_) - 1
    b[0] = b[0] - (mean / scale) @ W[0]
    W[0] = W[0] / scale[:, None]
    W[last], b[last] = W[last] * unit, b[last] * unit + centre
    Z, t, *s = base.rows_of(model)
    model._rows = base.kept(Z * scale + mean, t * unit + centre, *s)
    model.preparation_ = recipe
    return model
