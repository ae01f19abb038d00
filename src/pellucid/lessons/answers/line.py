"""The line of best fit."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def points(rng):
    n = int(rng.integers(3, 12))
    return rng.normal(size=n) * 3 + 2, rng.normal(size=n)


@exercise(
    points,
    hints=(
        "Both sums run over the differences from the means: x - mean(x), y - mean(y).",
        "The numerator is sum((x - mean(x)) * (y - mean(y))).",
    ),
)
def slope(x, y):
    dx, dy = x - np.mean(x), y - np.mean(y)
    return np.sum(dx * dy) / np.sum(dx**2)


@slope.mistake(
    "You divided by the squares of y: that is the slope of x against y. Divide by the "
    "squares of the differences of x."
)
def _(x, y):
    dx, dy = x - np.mean(x), y - np.mean(y)
    return np.sum(dx * dy) / np.sum(dy**2)


@slope.mistake(
    "That is the line through the origin: take the means from x and y first, so that "
    "the line may have an intercept."
)
def _(x, y):
    return np.sum(x * y) / np.sum(x**2)
