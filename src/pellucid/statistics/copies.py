"""Whether one column alone gives the target: a number, or a class."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.statistics.residuals import Residuals

Array = NDArray[Any]

ROUNDING = 1e-12  # of a mean square: a variance below it is none
LOOK = 2000  # rows by which columns are chosen that are worth a look at all rows


def correlations(fit: Residuals) -> Array:
    """The squared correlation (d,) of each column with the target.

    It is r2 of the regression on that column alone, 0 for a constant one.
    """
    root = np.ones(fit.rows) if fit.root is None else fit.root
    s = root**2 / np.sum(root**2)
    y = fit.y - s @ fit.y

    def work(Z: Array, rows: slice) -> Array:
        return np.stack([s[rows] @ Z, (s[rows] * y[rows]) @ Z, s[rows] @ Z**2])

    mean, along, squares = fit.summed(work)
    variance = squares - mean**2
    whole = variance * (s @ y**2)
    varies = (variance > ROUNDING * squares) & (whole > 0)
    found: Array = np.zeros(len(whole))
    np.divide(along**2, whole, where=varies, out=found)
    return found


def area(of_one: Array, of_other: Array) -> float:
    """The chance that a number of the one is below one of the other, ties as half.

    It is the area under the curve of true by false alarms: Hanley & McNeil, "The
    meaning and use of the area under a ROC curve" (1982).

    Examples
    --------
    >>> area(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    0.875
    """
    ordered = np.sort(of_one)
    below = np.searchsorted(ordered, of_other, "left")
    not_above = np.searchsorted(ordered, of_other, "right")
    return float(np.mean(below + not_above) / (2 * len(ordered)))


def tells(x: Array, place: Array, classes: int) -> float:
    """How well a column x (n,) alone tells any two classes apart: the least area.

    Either order of two classes will do, so that it is at least 1/2; of one class it
    is 0. Hand & Till, "A simple generalisation of the area under the ROC curve for
    multiple class problems" (2001), with the least of the pairs in the place of their
    mean.

    Examples
    --------
    >>> tells(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 0, 1, 1]), 2)
    1.0
    """
    each = [x[place == c] for c in range(classes)]
    pairs = itertools.combinations([x for x in each if len(x)], 2)
    areas = [area(one, other) for one, other in pairs]
    return min((max(a, 1 - a) for a in areas), default=0.0)


def best(X: Array, place: Array, classes: int, least: float) -> tuple[int, float]:
    """The column of X (n, d) that tells the classes apart best, and how well.

    All columns are looked at in about 2,000 rows evenly taken, and those that come near
    `least` there in all rows; where none does, it is (-1, 0.0).
    """
    some = slice(None, None, -(-len(place) // LOOK))
    near = 1 - 2 * (1 - least) - 0.01
    found = (-1, 0.0)
    for j in range(X.shape[1]):
        if tells(X[some, j], place[some], classes) < near:
            continue
        found = max(
            found, (j, tells(X[:, j], place, classes)), key=lambda pair: pair[1]
        )
    return found if found[1] >= least else (-1, 0.0)
