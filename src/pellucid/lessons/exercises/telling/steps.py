"""A step too much, a step too few: a root, a logarithm, a sort, a turn."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.lessons.exercises.telling.evidence import Changes, View


def sigmoid(z: Any) -> Any:
    """1 / (1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


def softmax(z: Any, axis: int = -1) -> Any:
    """Exponentials along an axis, divided by their sum."""
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def matrix(a: Any) -> Any:
    """A matrix with rows and columns; others are not meant."""
    return a if a.ndim == 2 else None


def top(a: Any) -> Any:
    """The largest of each row; 1 in a row of zeros."""
    most = matrix(a).max(1, keepdims=True)
    return np.where(most == 0, 1, most)


# what came is this, made of what is right: a step too much, or another one
MADE: Changes = (
    (lambda r: r**2, "is squared: a root is missing at the end, or a square too much"),
    (np.sqrt, "is the root of what is asked: a square is missing, or a root too much"),
    (lambda r: 1 / r, "is turned over, 1 / (what is asked): exchange what is divided "
     "and what divides, or are brackets missing below the line?"),
    (lambda r: -1 / r, "is turned over and has the opposite sign"),
    (np.abs, "has lost its sign: it is the absolute value of what is asked"),
    (lambda r: -np.abs(r), "is always negative: minus the absolute value of what is "
     "asked"),
    (lambda r: 1 - r, "is 1 minus what is asked"),
    (lambda r: r**3, "is the cube of what is asked"),
    (lambda r: r**4, "is the fourth power of what is asked: squared once too often"),
    (np.log, "is the logarithm of what is asked"),
    (lambda r: -np.log(r), "is minus the logarithm of what is asked"),
    (np.log2, "is the logarithm (to base 2) of what is asked"),
    (np.log10, "is the logarithm (to base 10) of what is asked"),
    (np.exp, "is the exponential of what is asked: `exp` once too often"),
    (lambda r: np.exp(-r), "is exp(-(what is asked))"),
    (sigmoid, "is the sigmoid of what is asked: once too often"),
    (np.tanh, "is the tanh of what is asked: once too often"),
    (softmax, "is the softmax of what is asked: once too often"),
    (lambda r: np.maximum(r, 0), "is cut at 0: its negative numbers are lost"),
    (lambda r: np.minimum(r, 0), "is cut at 0: its positive numbers are lost"),
    (np.sign, "is only the sign of what is asked"),
    (np.trunc, "has lost its decimals: whole numbers (`//`, `int`, an array of "
     "integers) where decimals are asked"),
    (np.floor, "is rounded down: `//` or `floor` where decimals are asked"),
    (np.ceil, "is rounded up"),
    (np.round, "is rounded to whole numbers"),
    (lambda r: np.round(r, 1), "is rounded to one decimal"),
    (lambda r: np.round(r, 2), "is rounded to two decimals"),
    (lambda r: np.round(r, 3), "is rounded to three decimals"),
    (lambda r: np.round(r, 4), "is rounded to four decimals"),
    (lambda r: matrix(r).T, "is transposed: turn it with `.T`"),
    (lambda r: r[::-1], "is in the reverse order"),
    (lambda r: matrix(r)[:, ::-1], "has its columns in the reverse order"),
    (lambda r: r[..., ::-1, ::-1], "is turned by half a turn: both axes reversed"),
    (lambda r: np.roll(r, 1, 0), "is shifted by one: each entry stands one too late"),
    (lambda r: np.concatenate([r[:1], r[:-1]]), "has the first twice, and each further "
     "entry stands one too late"),
    (lambda r: np.roll(r, -1, 0), "is shifted by one: each entry stands one too early"),
    (lambda r: np.roll(r, 1, -1), "is shifted by one column to the right"),
    (lambda r: np.roll(r, -1, -1), "is shifted by one column to the left"),
    (lambda r: np.sort(r, 0), "is sorted, and the order of the input is asked"),
    (lambda r: np.sort(r, -1), "is sorted along the last axis"),
    (lambda r: np.sort(r, 0)[::-1], "is sorted downwards, and should not be"),
    (np.cumsum, "is summed up step by step: the single values are asked"),
    (lambda r: np.cumsum(r, 0), "is summed up along axis 0: single values are asked"),
    (lambda r: np.cumsum(r, 1), "is summed up along axis 1: single values are asked"),
    (lambda r: r / np.sum(r), "is divided by its sum, and should not be"),
    (lambda r: r / np.sum(r, -1, keepdims=True), "is divided by the sum of each row, "
     "and should not be"),
    (lambda r: r / np.sum(r, 0), "is divided by the sum of each column, and should not "
     "be"),
    (lambda r: r / top(r), "is divided by the largest of each row, and should not be"),
    (lambda r: r / np.max(r), "is divided by its largest number, and should not be"),
    (lambda r: r / np.sqrt(np.sum(r**2)), "is divided by its length, and should not "
     "be"),
    (lambda r: r - np.mean(r), "has lost its mean: it is subtracted"),
    (lambda r: r - np.mean(r, 0), "has lost the mean of each column"),
    (lambda r: np.full_like(r, np.mean(r)), "holds the same number everywhere, the "
     "mean over all: name the axis"),
    (lambda r: np.full_like(r, np.sum(r)), "holds the same number everywhere, the sum "
     "over all: name the axis"),
    (lambda r: np.full_like(r, r.flat[0]), "holds the same number everywhere, the "
     "first: does the loop move on?"),
    (lambda r: np.full_like(r, r.flat[-1]), "holds the same number everywhere, the "
     "last: is it written to all places?"),
    (lambda r: np.where(np.eye(*matrix(r).shape) > 0, r, 0), "has only its diagonal"),
    (lambda r: r - 1, "is 1 too small"),
    (lambda r: r * (1 - r), "is r (1 - r), with r what is asked"),
    (lambda r: r**2 / 2, "is half the square of what is asked"),
)  # fmt: skip

# what is right is this, made of what came: the last step is missing
MISSING: Changes = (
    (sigmoid, "is not put through the sigmoid yet: the last step is missing"),
    (np.tanh, "is not put through tanh yet: the last step is missing"),
    (lambda c: np.maximum(c, 0), "is not cut at 0 yet: negative numbers are to become "
     "0"),
    (softmax, "is not put through the softmax yet: the last step is missing"),
    (lambda c: softmax(c, 0), "is not put through the softmax yet, along axis 0"),
    (np.abs, "keeps its sign, and the absolute value is asked"),
    (lambda c: c / np.sum(c), "is not divided by its sum yet"),
    (lambda c: c / c.sum(-1, keepdims=True), "is not divided by the sum of each row "
     "yet"),
    (lambda c: c / np.sum(c, 0), "is not divided by the sum of each column yet"),
    (lambda c: c / np.sqrt(np.sum(c**2)), "is not divided by its length yet"),
    (lambda c: c / np.std(c, 0), "is not divided by the standard deviation yet"),
    (lambda c: c - np.mean(c), "still has its mean: subtract it"),
    (lambda c: c - np.mean(c, 0), "still has the mean of each column: subtract it"),
    (lambda c: (c > 0) * 1, "is not turned into the class 0 or 1 yet"),
    (lambda c: (c > 0.5) * 1, "is a probability, and the class 0 or 1 is asked"),
    (np.cumsum, "is not summed up yet: each entry is to hold the sum so far"),
    (lambda c: np.cumsum(c, 0), "is not summed up along axis 0 yet"),
    (np.round, "is not rounded yet"),
    (np.sort, "is not sorted yet"),
    (lambda c: np.clip(c, 0, 1), "is not limited to 0 to 1 yet"),
)  # fmt: skip


def step(view: View) -> str:
    """Say which step was taken too much, left out, or taken for another."""
    return view.first_made(MADE) or view.turned().first_made(MISSING)
