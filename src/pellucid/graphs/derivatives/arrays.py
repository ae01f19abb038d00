"""Derivatives of reductions, shapes, selection and assignment.

Each is the transpose of a linear map, but for products and extremes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.table import derivative, for_each
from pellucid.graphs.operations.table import reduced_axes
from pellucid.graphs.traced import recorded


def spread(g: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Give g the axes that a reduction took from x, of length 1."""
    if np.ndim(g) == 0 or keepdims:
        return g
    axes = reduced_axes(x.ndim, axis)
    sizes = iter((1,) * (x.ndim - len(axes) - np.ndim(g)) + np.shape(g))
    return np.reshape(g, tuple(1 if i in axes else next(sizes) for i in range(x.ndim)))


def count(x: Any, axis: Any = None) -> int:
    """How many elements are reduced together."""
    return int(np.prod([x.shape[i] for i in reduced_axes(x.ndim, axis)], dtype=int))


def extreme(g: Any, z: Any, x: Any, **options: Any) -> Any:
    """The elements that attain the maximum share it equally."""
    attains = x == spread(z, x, **options)
    axis = options.get("axis")
    return spread(g, x, **options) * attains / np.sum(attains, axis=axis, keepdims=True)


def product(g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product of the others, also where some are 0."""
    axes = reduced_axes(x.ndim, axis)
    kept = tuple(i for i in range(x.ndim) if i not in axes)
    moved = np.transpose(x, kept + axes)
    flat = np.reshape(moved, (*(x.shape[i] for i in kept), -1))  # (..., n)
    n = flat.shape[-1]
    others = np.where(np.eye(n, dtype=bool), 1.0, flat[..., None, :])  # (..., n, n)
    d = np.reshape(np.prod(others, axis=-1), moved.shape)
    back = np.transpose(d, tuple(int(i) for i in np.argsort(kept + axes)))
    return spread(g, x, axis, keepdims) * back


def summed_from(g: Any, z: Any, x: Any, axis: int) -> Any:
    """Element k reaches every later one."""
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def transposed(g: Any, z: Any, x: Any, axes: Any = None) -> Any:
    """The transpose of a transpose turns the axes back."""
    return np.transpose(g, None if axes is None else tuple(int(i) for i in np.argsort(axes)))


def indexed(g: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    """What was read gets the gradient; what was not read gets 0."""
    return recorded("scatter", g, *indices, at=at, shape=x.shape)


def overwritten(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was overwritten gets 0."""
    return recorded("assign", g, 0.0, *indices, at=at)


def assigned(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was written gets the gradient of its place; summed where it was broadcast."""
    part = recorded("index", g, *indices, at=at)
    shape = np.shape(value)
    extra = part.ndim - len(shape)
    part = np.sum(part, axis=tuple(range(extra))) if extra else part
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and part.shape[i] != 1)
    return np.sum(part, axis=axes, keepdims=True) if axes else part


def diagonal(g: Any, z: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The gradient on the diagonal, 0 beside it."""
    places = np.diagonal(np.arange(x.size).reshape(x.shape), offset, axis1, axis2)
    flat = recorded("scatter", g, at=(np.asarray(places),), shape=(x.size,))
    return np.reshape(flat, x.shape)


def joined(position: int) -> Any:
    """The part of the gradient that belongs to one of the joined arrays."""

    def rule(g: Any, z: Any, *parts: Any, axis: int = 0) -> Any:
        axis = axis % np.ndim(z)
        start = sum(np.shape(part)[axis] for part in parts[:position])
        stop = start + np.shape(parts[position])[axis]
        return g[(slice(None),) * axis + (slice(start, stop),)]

    return rule


def stacked(position: int) -> Any:
    """The layer of the gradient that belongs to one of the stacked arrays."""

    def rule(g: Any, z: Any, *parts: Any, axis: int = 0) -> Any:
        return g[(slice(None),) * (axis % np.ndim(z)) + (position,)]

    return rule


# fmt: off
derivative(np.sum,         lambda g, z, x, **o: spread(g, x, **o))                  # 1
derivative(np.mean,        lambda g, z, x, **o: spread(g, x, **o) / count(x, o.get("axis")))  # 1/n
derivative("max",          extreme)
derivative("min",          extreme)
derivative(np.prod,        product)
derivative(np.cumsum,      summed_from)
derivative(np.cumprod,     lambda g, z, x, axis: summed_from(g * z, z, x, axis) / x)
derivative(np.reshape,     lambda g, z, x, shape: np.reshape(g, x.shape))
derivative(np.transpose,   transposed)
derivative(np.diagonal,    diagonal)
derivative(np.broadcast_to, lambda g, z, x, shape: g)                               # 1, summed by the backward pass
for_each("concatenate",    joined)
for_each("stack",          stacked)
derivative("index",        indexed, None)
derivative("assign",       overwritten, assigned, None)
derivative("scatter",      lambda g, z, x, *i, at, shape: recorded("index", g, *i, at=at), None)
# fmt: on
