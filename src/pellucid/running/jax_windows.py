"""Windows in XLA's terms; for pooling, each element of a window is a slice.

See `pooling`.
"""

from __future__ import annotations

import functools
import operator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.running.window_slices import Sizes, slices_of

FUNCTIONS = {"maximum": jnp.maximum, "minimum": jnp.minimum, "add": jnp.add}


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    """Every window, along new last axes."""
    axes = range(x.ndim) if axis is None else axis if np.iterable(axis) else (axis,)
    for i, size in zip(axes, window_shape, strict=True):
        i = i % x.ndim
        count = x.shape[i] - size + 1
        starts = np.arange(count)[:, None] + np.arange(size)
        x = jnp.moveaxis(jnp.take(x, starts, axis=i), i + 1, -1)
    return x


def overlap_add(windows: Any, shape: Any, axis: Any) -> Any:
    """Add windows up where they were seen, along one axis after another."""
    zero = jnp.zeros((), windows.dtype)
    for i in reversed(axis):
        last = windows.shape[-1] - 1
        parts = jnp.moveaxis(windows, -1, 0)
        around = [(0, 0, 0)] * (windows.ndim - 1)
        sums = []
        for place, part in enumerate(parts):
            around[i] = (place, last - place, 0)
            sums.append(jax.lax.pad(part, zero, around))
        windows = functools.reduce(operator.add, sums)
    return windows


def window_reduction(x: Any, function: str, **ways: Sizes) -> Any:
    """The largest, the smallest or the sum of each window."""
    slices = [x[at] for at in slices_of(x.shape, **ways)]
    return functools.reduce(FUNCTIONS[function], slices)


def window_count(x: Any, z: Any, **ways: Sizes) -> Any:
    """How many elements of each window are z."""
    found = [(x[at] == z).astype(x.dtype) for at in slices_of(x.shape, **ways)]
    return functools.reduce(jnp.add, found)


def window_share(x: Any, z: Any, share: Any, **ways: Sizes) -> Any:
    """The share of each window for the elements of it that are z."""
    found = [
        _put(jnp.where(x[at] == z, share, 0), x.shape, at)
        for at in slices_of(x.shape, **ways)
    ]
    return functools.reduce(jnp.add, found)


def window_spread(share: Any, shape: Sizes, **ways: Sizes) -> Any:
    """The share of each window for all elements of it."""
    found = [_put(share, shape, at) for at in slices_of(shape, **ways)]
    return functools.reduce(jnp.add, found)


def _put(part: Any, shape: Sizes, at: tuple[slice, ...]) -> Any:
    """A slice, with zeros around and between."""
    around = []
    for n, k, one in zip(shape, part.shape, at, strict=True):
        start, _, step = one.indices(n)
        around.append((start, n - start - (k - 1) * step - 1, step - 1))
    return jax.lax.pad(part, jnp.zeros((), part.dtype), around)


BY_SLICES = {
    f.__name__: f for f in (window_reduction, window_count, window_share, window_spread)
}
