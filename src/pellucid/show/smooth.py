"""A smooth line through points, for the eye."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SHARE = 2 / 3  # of the rows that a point of the line is drawn from
FEW = 8  # different values
POINTS = 60  # of the line
DRAWN = 20_000  # rows at most that are drawn, or smoothed
DISCRETE, BESIDE = 20, 0.12  # values, and by what part of their distance rows move
AGAIN = 3  # times that far rows are weighed down


def sampled(n: int, most: int = DRAWN) -> NDArray[np.intp]:
    """The places of at most so many of n rows, the same at random each time, in order.

    >>> sampled(3).tolist(), len(sampled(10**6))
    ([0, 1, 2], 20000)
    """
    if n <= most:
        return np.arange(n)
    return np.sort(np.random.default_rng(0).choice(n, most, replace=False))


def apart(x: Array) -> Array:
    """The values of x, moved a little at random where rows would hide each other.

    It is the same each time; of more than twenty different values none is moved.

    >>> apart(np.linspace(0, 1, 50)).tolist() == np.linspace(0, 1, 50).tolist()
    True
    >>> bool(np.abs(apart(np.repeat([0.0, 1.0], 9)) % 1 % 0.88).max() <= 0.12)
    True
    """
    values = np.unique(x[np.isfinite(x)])
    if not 1 < len(values) <= DISCRETE or len(x) <= len(values):
        return x
    reach = BESIDE * float(np.diff(values).min())
    return x + np.random.default_rng(0).uniform(-reach, reach, x.shape)


def smooth(x: Array, y: Array) -> tuple[Array, Array]:
    """Points of a smooth line through (x, y): local lines, far rows weighed down.

    At each point a line is fitted to the nearest two thirds of the rows, with weights
    (1 - (distance / farthest)^3)^3 times those of Tukey's bisquare of the residuals.

    References
    ----------
    Cleveland, "Robust locally weighted regression and smoothing scatterplots" (1979).

    Examples
    --------
    >>> x = np.linspace(0, 1, 30)
    >>> at, line = smooth(x, 3 * x + 1)
    >>> np.allclose(line, 3 * at + 1)
    True
    """
    finite = np.isfinite(x) & np.isfinite(y)
    x, y = x[finite], y[finite]
    values = np.unique(x)
    if len(values) < FEW:  # then the means are as smooth as can be
        return values, np.array([np.mean(y[x == value]) for value in values])
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    at = np.unique(np.quantile(x, np.linspace(0, 1, POINTS)))
    robust = np.ones(len(x))
    for _ in range(AGAIN):
        line = np.array([_local(x - x0, y, robust) for x0 in at])
        far = np.abs(y - np.interp(x, at, line))
        scale = 6 * np.median(far)
        if scale <= 1e-12 * np.abs(y).max(initial=0):
            break
        robust = np.clip(1 - (far / scale) ** 2, 0, None) ** 2
    return at, line


def _local(away: Array, y: Array, robust: Array) -> float:
    """The height at 0 of a line through the rows nearest to it."""
    distance = np.abs(away)
    near = max(int(np.ceil(SHARE * len(y))), min(5, len(y)))
    reach = np.partition(distance, near - 1)[near - 1] * 1.0001
    reach = reach or distance[distance > 0].min()
    w = np.clip(1 - (distance / reach) ** 3, 0, None) ** 3 * robust
    total = w.sum()
    if not total:
        return float(np.median(y[distance <= reach]))
    mean, height = w @ away / total, w @ y / total
    centred = away - mean
    spread = w @ centred**2
    if spread <= 1e-12 * total * reach**2:
        return float(height)
    return float(height - mean * (w @ (centred * y)) / spread)
