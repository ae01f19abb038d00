"""Pooling on NumPy, see `pooling`: each element of a window is a slice."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.running.window_slices import Sizes, slices_of, windows_meet

Array = NDArray[Any]

FUNCTIONS = {"maximum": np.maximum, "minimum": np.minimum, "add": np.add}


def window_reduction(
    x: Array, function: str, along: Sizes, size: Sizes, step: Sizes, dilation: Sizes
) -> Array:
    """The largest, the smallest or the sum of each window, axis by axis."""
    ufunc: Any = FUNCTIONS[function]
    for way in zip(along, size, step, dilation, strict=True):
        first, second, *rest = slices_of(x.shape, *[(number,) for number in way])
        z = ufunc(x[first], x[second])
        for at in rest:
            ufunc(z, x[at], out=z)
        x = z
    return x


def window_count(x: Array, z: Array, **ways: Sizes) -> Array:
    """How many elements of each window are z."""
    count = np.zeros(z.shape, x.dtype)
    for at in slices_of(x.shape, **ways):
        count += x[at] == z
    return count


def window_share(x: Array, z: Array, share: Array, **ways: Sizes) -> Array:
    """The share of each window for the elements of it that are z."""
    if _tiles(x, z, **ways):  # the last axis in one piece, which is longer
        size, k = ways["size"][-1], ways["along"][-1]
        z, share = np.repeat(z, size, axis=k), np.repeat(share, size, axis=k)
        ways = {name: numbers[:-1] for name, numbers in ways.items()}
    found = np.zeros(x.shape, x.dtype)
    meets = windows_meet(ways["size"], ways["step"], ways["dilation"])
    for at in slices_of(x.shape, **ways):
        part = np.where(x[at] == z, share, share.dtype.type(0))
        if meets:
            found[at] += part
        else:
            found[at] = part
    return found


def _tiles(
    x: Array, z: Array, along: Sizes, size: Sizes, step: Sizes, dilation: Sizes
) -> bool:
    """Whether windows lie side by side along the last axis, and leave nothing."""
    k, n = along[-1], size[-1]
    return step[-1] == n and dilation[-1] == 1 and x.shape[k] == n * z.shape[k]


def window_spread(share: Array, shape: Sizes, **ways: Sizes) -> Array:
    """The share of each window for all elements of it."""
    found = np.zeros(shape, share.dtype)
    for at in slices_of(shape, **ways):
        found[at] += share
    return found


BY_SLICES = {
    f.__name__: f for f in (window_reduction, window_count, window_share, window_spread)
}
