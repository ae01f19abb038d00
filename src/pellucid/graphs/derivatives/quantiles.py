"""Derivatives of medians, quantiles and running extremes.

Each passes the gradient on to the elements that its value is made of; elements that
tie share equally, as in a maximum.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.arrays import extreme, spread
from pellucid.graphs.derivatives.choices import Choice
from pellucid.graphs.derivatives.entering import derivative, zero
from pellucid.graphs.operations.closed_set import count_along
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.tracing.traced import recorded


def shared(g: Any, x: Any, z: Any, axis: Any) -> Any:
    """The elements that equal z share g equally; none where z is nan."""
    attains = x == z
    number = np.sum(attains, axis=axis, keepdims=True, dtype=x.dtype)
    return np.where(attains, g / np.maximum(number, 1.0), 0.0)


def attained_along(
    g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False
) -> Any:
    """The elements that attain the extreme share it equally."""
    options = {"axis": axis, "keepdims": keepdims}
    return Choice(
        lambda: shared(spread(g, x, **options), x, spread(z, x, **options), axis),
        lambda: extreme(g, z, x, **options).at_poles(),
    )


def quantile(
    g: Any, z: Any, x: Any, q: Any, axis: Any = None, keepdims: bool = False,
    method: Any = "linear",
) -> Any:  # fmt: skip
    """(1 - t) to the element before the quantile, t to that after it.

    The quantile of 0, 1, 2, ... is its place among them, and t the fraction of it.
    """
    if np.ndim(q):
        parts = (
            quantile(g[i], z[i], x, part, axis, keepdims, method)
            for i, part in enumerate(q)
        )
        return sum(parts, start=np.zeros_like(x))
    n = count_along(x, axis)
    if n == 0:
        return np.zeros_like(x)
    place = float(np.quantile(np.arange(n), q, method=method))
    low, g = math.floor(place), spread(g, x, axis, keepdims)
    t = place - low
    before = shared(g * (1 - t), x, ordered(x, low, n, axis), axis)
    if not t:
        return before
    return before + shared(g * t, x, ordered(x, low + 1, n, axis), axis)


def ordered(x: Any, rank: int, n: int, axis: Any) -> Any:
    """The element at a place of the sorted array."""
    options = {} if axis is None else {"axis": axis}
    q = rank / max(n - 1, 1)
    return recorded("quantile", x, q=q, keepdims=True, method="nearest", **options)


def median(g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The quantile half-way."""
    return quantile(g, z, x, 0.5, axis, keepdims)


def running(g: Any, z: Any, x: Any, axis: int) -> Any:
    """Each gradient goes to the latest place that holds the extreme so far."""
    g, z, x = (np.moveaxis(a, axis, -1) for a in (g, z, x))
    along = np.arange(x.shape[-1])
    places = recorded("maximum.accumulate", np.where(x == z, along, 0), axis=x.ndim - 1)
    grid = np.ogrid[tuple(slice(n) for n in x.shape[:-1])]
    at = (*(part[..., None] for part in grid), Slot(0))
    return np.moveaxis(recorded("scatter", g, places, at=at, shape=x.shape), -1, axis)


derivative("quantile", quantile)
derivative("median", median)
derivative("fmax.reduce", attained_along)
derivative("fmin.reduce", attained_along)
derivative("maximum.accumulate", running)
derivative("minimum.accumulate", running)
zero("argpartition", "nanargmax", "nanargmin")
