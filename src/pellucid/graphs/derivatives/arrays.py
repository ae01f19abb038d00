"""Derivatives of reductions, shapes, selection and assignment.

Each is the transpose of a linear map, but for products and extremes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.choices import Choice, at_kink, under
from pellucid.graphs.derivatives.entering import derivative, for_each_part, zero
from pellucid.graphs.derivatives.places import erased, part_at
from pellucid.graphs.operations.closed_set import count_along, reduced_axes
from pellucid.graphs.operations.indexing import may_repeat
from pellucid.graphs.tracing.traced import Traced, recorded


def spread(g: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Give g the axes that a reduction took from x, of length 1."""
    if np.ndim(g) == 0 or keepdims:
        return g
    axes = reduced_axes(x.ndim, axis)
    sizes = iter((1,) * (x.ndim - len(axes) - np.ndim(g)) + np.shape(g))
    return np.reshape(g, tuple(1 if i in axes else next(sizes) for i in range(x.ndim)))


def average(g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """1/n, which stays written so."""
    g, n = spread(g, x, axis, keepdims), count_along(x, axis)
    return recorded("divide", g, n, weak=not isinstance(g, Traced))


def extreme(g: Any, z: Any, x: Any, **options: Any) -> Any:
    """The elements that attain the extreme share it equally."""
    attains = x == spread(z, x, **options)
    number = np.sum(attains, axis=options.get("axis"), keepdims=True, dtype=x.dtype)
    share = spread(g, x, **options) / number
    return Choice(
        lambda: np.where(attains, share, 0.0),
        lambda: under(attains, np.where(number > 1, at_kink(share), share)),
    )


def product(g: Any, z: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The product of the others, also where some are 0."""
    axes = reduced_axes(x.ndim, axis)
    order = (*(i for i in range(x.ndim) if i not in axes), *axes)
    moved = np.transpose(x, order)
    kept = moved.shape[: x.ndim - len(axes)]
    rows = np.reshape(moved, (*kept, math.prod(moved.shape[len(kept) :])))
    d = np.reshape(product_of_others(rows), moved.shape)
    return spread(g, x, axis, keepdims) * np.transpose(d, inverse(order))


def product_of_others(x: Any) -> Any:
    """For each element the product of the others on its row, by halves.

    What all pairs but its own give, times its partner; exact where elements are 0.
    """
    n = x.shape[-1]
    if n < 2:
        return np.ones_like(x)
    if n % 2:
        one = np.ones((*x.shape[:-1], 1), x.dtype)
        return product_of_others(np.concatenate([x, one], axis=-1))[..., :-1]
    pairs = np.reshape(x, (*x.shape[:-1], n // 2, 2))
    others = product_of_others(pairs[..., 0] * pairs[..., 1])
    return np.reshape(others[..., None] * pairs[..., ::-1], x.shape)


def summed_from(g: Any, z: Any, x: Any, axis: int) -> Any:
    """Element k reaches every later one."""
    return np.flip(np.cumsum(np.flip(g, axis), axis=axis), axis)


def multiplied_from(g: Any, z: Any, x: Any, axis: int) -> Any:
    """The product before, times s_k = g_k + x_{k+1} s_{k+1}; exact where some are 0."""
    g, z, x = (np.swapaxes(a, axis, -1) for a in (g, z, x))
    one = np.ones((*x.shape[:-1], 1), x.dtype)
    before = np.concatenate([one, z[..., :-1]], axis=-1)
    s, factor, step = g, ahead(x, 1), 1
    while step < x.shape[-1]:
        s = s + factor * ahead(s, step)
        factor = factor * ahead(factor, step)
        step *= 2
    return np.swapaxes(before * s, axis, -1)


def ahead(x: Any, step: int) -> Any:
    """Each element replaced by the one that many places later, 0 past the end."""
    zeros = np.zeros((*x.shape[:-1], min(step, x.shape[-1])), x.dtype)
    return np.concatenate([x[..., step:], zeros], axis=-1)


def transposed(g: Any, z: Any, x: Any, axes: Any = None) -> Any:
    """The transpose of a transpose turns the axes back."""
    return np.transpose(g, None if axes is None else inverse(axes))


def inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    """The permutation that undoes another."""
    return tuple(int(i) for i in np.argsort(order))


def indexed(g: Any, z: Any, x: Any, *indices: Any, at: Any) -> Any:
    """What was read gets the gradient; what was not read gets 0."""
    d = recorded("scatter", g, *indices, at=at, shape=x.shape)
    return Choice(lambda: d, lambda: under(marked(x, False, *indices, at=at), d))


def marked(x: Any, before: bool, *indices: Any, at: Any) -> Any:
    """A mask of an array that is turned at a place."""
    whole = np.full(x.shape, before)
    return recorded("assign", whole, not before, *indices, at=at)


def overwritten(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was overwritten gets 0."""
    return Choice(
        lambda: erased(g, *indices, at=at),
        lambda: under(marked(x, True, *indices, at=at), erased(g, *indices, at=at)),
    )


def assigned(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was written gets the gradient of its place, unless it was overwritten."""
    part = added(g, z, x, value, *indices, at=at)
    if not may_repeat(at, x.shape):
        return part
    turns = np.arange(part.size).reshape(part.shape)
    last = recorded("assign", np.zeros(x.shape, int), turns, *indices, at=at)
    stays = recorded("index", last, *indices, at=at) == turns
    return np.where(stays, part, 0.0)


def added(g: Any, z: Any, x: Any, value: Any, *indices: Any, at: Any) -> Any:
    """What was added gets the gradient of its place."""
    part = part_at(g, *indices, at=at)
    extra = np.ndim(value) - part.ndim
    return part[(None,) * extra] if extra > 0 else part


def diagonal(
    g: Any, z: Any, x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1
) -> Any:
    """The gradient on the diagonal, 0 beside it, where nothing is read."""
    axes, ones = (offset, axis1, axis2), np.ones(z.shape)
    d = on_diagonal(g, x, *axes)
    return Choice(lambda: d, lambda: under(on_diagonal(ones, x, *axes) > 0, d))


def on_diagonal(g: Any, x: Any, offset: int, axis1: int, axis2: int) -> Any:
    """What stands on a diagonal, in zeros."""
    places = np.arange(x.size).reshape(x.shape)
    at = (np.diagonal(places, offset, axis1, axis2).copy(),)
    return np.reshape(recorded("scatter", g, at=at, shape=(x.size,)), x.shape)


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


def gathered(g: Any, z: Any, x: Any, *indices: Any, at: Any, shape: Any) -> Any:
    """What was put into its place gets the gradient from there."""
    return recorded("index", g, *indices, at=at)


# fmt: off
derivative(np.sum,          lambda g, z, x, **o: spread(g, x, **o))                 # 1
derivative(np.mean,         average)                                            # 1/n
derivative("max",           extreme)
derivative("min",           extreme)
derivative(np.prod,         product)
derivative(np.cumsum,       summed_from)
derivative(np.cumprod,      multiplied_from)
derivative(np.reshape,      lambda g, z, x, shape: np.reshape(g, x.shape))
derivative(np.transpose,    transposed)
derivative(np.diagonal,     diagonal)
derivative(np.broadcast_to, lambda g, z, x, shape: g)                               # 1
for_each_part("concatenate", joined)
for_each_part("stack",      stacked)
derivative("index",         indexed, None)
derivative("assign",        overwritten, assigned, None)
derivative("scatter",       gathered, None)
derivative("add_at",        lambda g, z, x, *_, at: g, added, None)
derivative("entry",         indexed)
zero("counter")
# fmt: on
