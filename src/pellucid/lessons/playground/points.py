"""The points that a network learns from: drawn, scaled, and parted into two sets."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.lessons.playground.choices import DATA, FEATURES
from pellucid.lessons.playground.settings import Settings

HALF = 3.0  # the square of points that are drawn: from -3 to 3
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Points:
    """Points on the plane, or along a line, with what is to be learned of each.

    Attributes
    ----------
    places : array (n, 2) or (n, 1)
        Where they lie, in the units of the picture.
    targets : array (n, k)
        0 or 1 for two classes, a 1 in the column of the class for more, or a number.
    tested : array (n,) of bool
        Which points are kept for the test.
    shift, scale : arrays
        The picture's units: place = (value - shift) / scale; of a number, the last
        entry is the target's.
    """

    settings: Settings
    places: Array
    targets: Array
    tested: Array
    shift: Array
    scale: Array

    @property
    def n(self) -> int:
        """How many points there are."""
        return len(self.places)

    @cached_property
    def extent(self) -> tuple[float, float, float, float]:
        """What the picture shows: left, right, bottom, top."""
        if self.settings.data != "file":
            return -HALF, HALF, -HALF, HALF
        low, high = self.places.min(axis=0), self.places.max(axis=0)
        room = 0.06 * (high - low)
        left, bottom = (low - room).tolist()
        right, top = (high + room).tolist()
        return left, right, bottom, top

    def inputs(self, places: Array) -> Array:
        """The chosen features of places (m, d)."""
        x1, x2 = places[:, 0], places[:, -1]
        return np.column_stack([FEATURES[f].of(x1, x2) for f in self.settings.features])

    @cached_property
    def train(self) -> tuple[Array, Array]:
        """The features and targets that are learned from."""
        kept = ~self.tested
        return self.inputs(self.places[kept]), self.targets[kept]

    @cached_property
    def held_out(self) -> tuple[Array, Array]:
        """Those of the test."""
        return self.inputs(self.places[self.tested]), self.targets[self.tested]


def points_of(settings: Settings) -> Points:
    """Draw the points that the settings ask for, or take those that they hold."""
    X, y = _raw(settings)
    tested = tested_rows(len(X), settings.test, settings.seed)
    shift, scale = np.zeros(X.shape[1] + 1), np.ones(X.shape[1] + 1)
    if settings.data == "file":
        shift, scale = scaling(np.column_stack([X, y])[~tested])
        if settings.kind == "classes":
            shift[-1], scale[-1] = 0, 1
        X, y = (X - shift[:-1]) / scale[:-1], (y - shift[-1]) / scale[-1]
    return Points(settings, X, one_hot(y, settings.classes), tested, shift, scale)


def _raw(settings: Settings) -> tuple[Array, Array]:
    """The points as they come."""
    if draw := DATA[settings.data].draw:
        return draw(settings.n, settings.noise, settings.seed)
    rows = np.array(settings.rows, float).reshape(-1, 3)
    return rows[:, : 1 if settings.kind == "curve" else 2], rows[:, 2]


def tested_rows(n: int, percent: int, seed: int) -> Array:
    """Which rows are kept for the test; one more point changes no other's lot."""
    tested = np.random.default_rng([seed, 1]).random(n) < percent / 100
    tested[:1] = False  # something has to be learned from
    return tested


def scaling(values: Array) -> tuple[Array, Array]:
    """The mean and the standard deviation of each column, 1 where it never varies."""
    spread = values.std(axis=0)
    return values.mean(axis=0), np.where(spread > 0, spread, 1.0)


def one_hot(y: Array, classes: int) -> Array:
    """Targets (n, k): more than two classes have a column each.

    >>> one_hot(np.array([0, 2]), 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    if classes <= 2:
        return y.astype(float).reshape(-1, 1)
    each: Array = y[:, np.newaxis] == np.arange(classes)
    return each.astype(float)
