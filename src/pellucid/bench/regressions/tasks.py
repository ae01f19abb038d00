"""The regressions that are fitted, with their rows and their costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[Array, Array]
Draw = Callable[["Task", np.random.Generator], Pair]
Fit = Callable[[Array, Array], Any]  # gives w and b, or nothing
Fits = Mapping[str, Fit]  # the ways that a library has

SQUARES, LOGISTIC = "least squares", "logistic"
FEW = 60  # rows of a tiny run
BLOBS = 60  # of light in a picture
DEFAULT: Mapping[str, Mapping[str, Any]] = {"lbfgs": {}}


@dataclass(frozen=True)
class Task:
    """A regression: its model, and its rows.

    Parameters
    ----------
    model : str
        `SQUARES`, or `LOGISTIC` of two classes or more, with C = 1.
    rows, columns, classes : int
        The sizes of X, and how many classes y has.
    draw : callable
        Gives X and y.
    solvers : mapping
        scikit-learn's solvers that may be its fastest here, each with its settings.
    """

    model: str
    rows: int
    columns: int
    draw: Draw
    classes: int = 2
    solvers: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: DEFAULT)

    def tiny(self) -> Task:
        """The same for a moment: few rows of few columns.

        >>> tiny = SHAPES["logistic, 100 x 804"].tiny()
        >>> tiny.rows, tiny.columns
        (60, 9)
        """
        return replace(self, rows=FEW, columns=min(self.columns, 9))

    def data(self) -> Pair:
        """Draw X (n, d) in float64 and y (n,), the same for every rival."""
        return self.draw(self, np.random.default_rng(0))

    def cost(self, X: Array, y: Array, w: Array, b: Array) -> float:
        """Give what all make small, of w (d,) or (k, d) and b.

        Least squares: mean((Xw + b - y)^2). Logistic regression: the mean of the
        negative log likelihood, and |w|^2 / 2n.
        """
        Z = X @ np.atleast_2d(w).T + b  # (n, k)
        if self.model == SQUARES:
            return float(np.mean((Z[:, 0] - y) ** 2))
        if Z.shape[1] == 1:
            Z = np.hstack([np.zeros_like(Z), Z])
        top = Z.max(axis=1)
        own = Z[np.arange(len(y)), y.astype(int)]
        likelihood = own - top - np.log(np.exp(Z - top[:, None]).sum(axis=1))
        return float(np.sum(np.square(w)) / (2 * len(y)) - np.mean(likelihood))


def nowhere(task: Task) -> Fits:
    """The ways of what takes part in no task."""
    return {}


def line(task: Task, rng: np.random.Generator) -> Pair:
    """Independent columns, and a line with noise."""
    X = rng.standard_normal((task.rows, task.columns))
    y = X @ rng.standard_normal(task.columns) + 3 + rng.standard_normal(task.rows)
    return X, y


def odds(task: Task, rng: np.random.Generator) -> Pair:
    """Independent columns, whose sum gives the odds of two classes."""
    X = rng.standard_normal((task.rows, task.columns))
    return X, _classes(X, task, rng)


def mixed(task: Task, rng: np.random.Generator) -> Pair:
    """The same rows, rotated after scaling; then columns from 1e-3 to 1e3."""
    X, y = odds(task, rng)
    d = task.columns
    mixture = np.linalg.qr(rng.standard_normal((d, d))).Q  # (d, d)
    scales = rng.permutation(np.geomspace(1e-3, 1e3, d))
    return X * np.geomspace(0.1, 10, d) @ mixture * scales, y


def clusters(task: Task, rng: np.random.Generator) -> Pair:
    """A cluster of rows a class, which overlap."""
    y = rng.permutation(np.arange(task.rows) % task.classes)
    centres = rng.standard_normal((task.classes, task.columns))
    return centres[y] + 2 * rng.standard_normal((task.rows, task.columns)), y


def pictures(task: Task, rng: np.random.Generator) -> Pair:
    """Smooth strokes on a black ground, a pattern a class, as of written digits.

    Each is a sum of soft blobs, of which the class says how bright they are on the
    average; what is dark is black, and the margin is always black.
    """
    side = int(np.sqrt(task.columns))
    at = np.linspace(-1, 1, side)
    places = rng.uniform(-0.7, 0.7, (2, BLOBS))
    across, down = np.exp(-(((at - places[..., None]) / 0.17) ** 2))  # (blobs, side)
    blobs = (down[:, :, None] * across[:, None, :]).reshape(BLOBS, -1)
    margin = (np.abs(at) < 0.85).astype(float)
    blobs *= np.outer(margin, margin).ravel()
    y = rng.permutation(np.arange(task.rows) % task.classes)
    bright = rng.standard_normal((task.classes, BLOBS))[y]  # (n, blobs)
    bright += 1.8 * rng.standard_normal((task.rows, BLOBS))
    light = bright @ blobs  # (n, side^2)
    light += 0.1 * rng.standard_normal(light.shape)
    return np.pad(np.clip(light - 0.5, 0, 1), ((0, 0), (0, task.columns - side**2))), y


def signs(task: Task, rng: np.random.Generator) -> Pair:
    """Grey pictures of hands where PELLUCID_DATA names their folder, else made ones."""
    from pellucid.errors import TableError
    from pellucid.tables.sign_digits import sign_digits

    try:
        X, y = sign_digits()
    except TableError:
        return pictures(task, rng)
    chosen = rng.permutation(len(X))[: task.rows]
    return X.reshape(len(X), -1)[chosen, : task.columns].astype(float), y[chosen]


def digits(task: Task, rng: np.random.Generator) -> Pair:
    """The 8 x 8 digits that come with scikit-learn, as they come."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return X[: task.rows, : task.columns], y[: task.rows]


def _classes(X: Array, task: Task, rng: np.random.Generator) -> Array:
    """Throw a coin a row, with odds by its columns, of a variance of 4."""
    w = rng.standard_normal(task.columns) * 2 / np.sqrt(task.columns)
    odds = np.exp(X @ w + 0.5)
    return np.asarray(rng.random(task.rows) < odds / (1 + odds), int)


LARGE, LONG = (f"least squares, {n} x 100" for n in ("500,000", "300,000"))
ODDS, SCALED = "logistic, 300,000 x 100", "the same, scales 1e-3 to 1e3"
PICTURES = "pictures, 60,000 x 784 x 10"
SEVERAL: Mapping[str, Mapping[str, Any]] = {
    name: {} for name in ("lbfgs", "newton-cholesky", "newton-cg")
}
SHAPES = {
    "pictures, 1,752 x 4,096 x 10": Task(LOGISTIC, 1_752, 4_096, signs, 10),
    "digits, 1,797 x 64 x 10": Task(LOGISTIC, 1_797, 64, digits, 10),
    "logistic, 100 x 804": Task(LOGISTIC, 100, 804, odds),
    "logistic, 1,000 x 30 x 20": Task(LOGISTIC, 1_000, 30, clusters, 20),
    "logistic, 50,000 x 20": Task(LOGISTIC, 50_000, 20, odds),
}
TASKS = {
    LARGE: Task(SQUARES, 500_000, 100, line),
    LONG: Task(SQUARES, 300_000, 100, line),
    ODDS: Task(LOGISTIC, 300_000, 100, odds, solvers=SEVERAL),
    SCALED: Task(
        LOGISTIC, 300_000, 100, mixed, solvers={"newton-cholesky": {}},
    ),
    **SHAPES,
    PICTURES: Task(
        LOGISTIC, 60_000, 784, pictures, 10,
        solvers={"lbfgs": {"tol": 1e-6, "max_iter": 1000}},
    ),
}  # fmt: skip
