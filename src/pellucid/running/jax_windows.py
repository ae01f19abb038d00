"""Pooling in XLA's terms, see `pooling`: each element of a window is a slice."""

from __future__ import annotations

import functools
from typing import Any

import jax
import jax.numpy as jnp

from pellucid.running.window_slices import Sizes, slices_of

FUNCTIONS = {"maximum": jnp.maximum, "minimum": jnp.minimum, "add": jnp.add}


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
