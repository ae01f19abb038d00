"""Recurrence: slopes that are too long are made shorter."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def slopes_of_layers(rng):
    shapes = [(2, 3), (4,), (3, 1)][: int(rng.integers(2, 4))]
    slopes = [rng.normal(size=shape) * rng.uniform(0.1, 4) for shape in shapes]
    return slopes, float(rng.uniform(0.5, 2))


SMALL = [np.array([0.03, -0.04]), np.array([[0.12]])]  # of norm 0.13


@exercise(
    slopes_of_layers,
    edges=((SMALL, 1.0), ([np.array([3.0, -4.0]), np.array([12.0])], 1.0)),
    hints=(
        "One norm for all: the root of the sum of all squares, over all arrays.",
        "Only where it is larger than `most`, multiply every array by most / norm.",
    ),
)
def clipped(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    if norm <= most:
        return slopes
    return [g * most / norm for g in slopes]


@clipped.mistake(
    "You clipped each array by its own norm. That turns the direction of the step: "
    "take one norm over all arrays, and one factor."
)
def _(slopes, most):
    return [g * min(1, most / np.sqrt(np.sum(g**2))) for g in slopes]


@clipped.mistake(
    "You clipped each number to -most and most. That turns the direction of the step; "
    "asked is one factor for all."
)
def _(slopes, most):
    return [np.clip(g, -most, most) for g in slopes]


@clipped.mistake(
    "You scaled small gradients up as well. Clipping only shortens: where the norm is "
    "at most `most`, nothing is done."
)
def _(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    return [g * most / norm for g in slopes]


@clipped.mistake(
    "The root is missing: the sum of the squares is the square of the norm."
)
def _(slopes, most):
    norm = sum(np.sum(g**2) for g in slopes)
    return slopes if norm <= most else [g * most / norm for g in slopes]


@clipped.mistake(
    "You added the norms of the arrays. The norm of all together is the root of the "
    "sum of all squares, as by Pythagoras."
)
def _(slopes, most):
    norm = sum(np.sqrt(np.sum(g**2)) for g in slopes)
    return slopes if norm <= most else [g * most / norm for g in slopes]


@clipped.mistake(
    "You divided by the norm, and the length became 1. It shall become `most`: "
    "multiply by most / norm."
)
def _(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    return slopes if norm <= most else [g / norm for g in slopes]


@clipped.mistake(
    "You divided by `most`. The norm is to become `most`: multiply by most / norm."
)
def _(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    return slopes if norm <= most else [g / most for g in slopes]


@clipped.mistake(
    "The factor is turned over: norm / most makes a long gradient longer. Multiply by"
    " most / norm."
)
def _(slopes, most):
    norm = np.sqrt(sum(np.sum(g**2) for g in slopes))
    return slopes if norm <= most else [g * norm / most for g in slopes]


@clipped.mistake(
    "You took the largest number for the norm. It is the root of the sum of all "
    "squares."
)
def _(slopes, most):
    size = max(np.max(np.abs(g)) for g in slopes)
    return slopes if size <= most else [g * most / size for g in slopes]


@clipped.mistake(
    "Your norm is that of the last array alone: each round of the loop writes over "
    "it. Add the squares of all arrays up first."
)
def _(slopes, most):
    norm = np.sqrt(np.sum(slopes[-1] ** 2))
    return slopes if norm <= most else [g * most / norm for g in slopes]
