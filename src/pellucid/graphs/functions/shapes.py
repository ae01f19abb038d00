"""Shapes: the same elements along other axes, as views where NumPy gives views.

What NumPy itself says of a shape, its errors included, is asked of NumPy: its function
runs on an outline, an array of the same shape that takes no memory.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    as_traced,
    axes_of,
    given,
    into,
    recorded_as,
)
from pellucid.graphs.operations.closed_set import reduced_axes, weightless
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.conversions import Conversions
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import FUNCTIONS, Traced, viewed


def outline(a: Any) -> Any:
    """An array of this shape that takes no memory."""
    return weightless(a.shape if isinstance(a, Traced) else np.shape(a), bool)


def axis_of(axis: Any, a: Any) -> int:
    """An axis counted from 0."""
    ndim = a.ndim if isinstance(a, Traced) else np.ndim(a)
    return int(np.lib.array_utils.normalize_axis_index(axis, ndim))


def fixed(value: Any, refusal: str = "") -> Any:
    """The numbers that decide a shape: of what is known, and of integers at hand."""
    if not isinstance(value, Conversions):
        return value
    if refusal and not value.is_countable:
        refused(refusal)
    return value.counted()


@recorded_as(np.reshape)
def reshape(a: Any, /, shape: Any, order: Any = "C", *, copy: Any = None) -> Any:
    """The same elements in another shape."""
    if order == "A":
        order = "F" if a.memory.shadow.flags.fnc else "C"
    full = np.reshape(outline(a), shape, order).shape
    if copy is False:  # NumPy tells whether it can, on an array of the same layout
        np.reshape(a.memory.shadow, full, order, copy=False)
    if order == "F":
        turned = np.reshape(np.transpose(a), full[::-1], copy=copy)
        return np.transpose(turned)
    a = as_traced(np.copy(a)) if copy else a
    return viewed("reshape", a, shape=full)


@recorded_as(np.ravel)
def ravel(a: Any, order: Any = "C") -> Any:
    """All elements in one row: a view where they lie in a row already."""
    if a.ndim == 0:
        order = "C"
    if order in ("K", "A"):
        a, order = np.transpose(a, _as_stored(a, order)), "C"
    flat: Any = np.reshape(a, -1, order)
    return flat if flat.memory.shadow.flags.c_contiguous else np.copy(flat)


def _as_stored(a: Any, order: str) -> list[int]:
    """The axes from the longest step in memory to the shortest."""
    shadow = a.memory.shadow
    axes = list(range(a.ndim))
    if order == "A":
        return axes[::-1] if shadow.flags.fnc else axes
    return sorted(axes, key=lambda i: -abs(shadow.strides[i]))


# -- axes in another order ------------------------------------------------------------


def _moved(function: Any, a: Any, *args: Any) -> Any:
    """Transpose as NumPy's function does: an axis i of length i shows where it goes."""
    axes = function(np.empty(range(a.ndim), bool), *args).shape
    if axes == tuple(range(a.ndim)) and function is not np.transpose:
        return a
    turned = axes == tuple(range(a.ndim))[::-1]
    return viewed("transpose", a, **({} if turned else {"axes": axes}))


@recorded_as(np.transpose)
def transpose(a: Any, axes: Any = None) -> Any:
    """The axes in another order, backwards if none is given."""
    return _moved(np.transpose, a, axes)


@recorded_as(np.matrix_transpose)
def matrix_transpose(x: Any, /) -> Any:
    """The last two axes changed."""
    return _moved(np.matrix_transpose, x)


@recorded_as(np.swapaxes)
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """Two axes changed."""
    return _moved(np.swapaxes, a, axis1, axis2)


@recorded_as(np.moveaxis)
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """Axes put into other places, the rest in order."""
    return _moved(np.moveaxis, a, source, destination)


@recorded_as(np.rollaxis)
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """An axis put before another."""
    return _moved(np.rollaxis, a, axis, start)


# -- axes of length 1, and axes without memory ----------------------------------------


def _reshaped(function: Any, a: Any, *args: Any) -> Any:
    """Reshape as NumPy's function does; an array that is one already stays itself."""
    shape = function(outline(a), *args).shape
    return a if shape == a.shape and a.mutable else np.reshape(a, shape)


@recorded_as(np.expand_dims)
def expand_dims(a: Any, axis: Any) -> Any:
    """Axes of length 1 put in."""
    return _reshaped(np.expand_dims, a, axis)


@recorded_as(np.squeeze)
def squeeze(a: Any, axis: Any = None) -> Any:
    """Axes of length 1 left out."""
    return _reshaped(np.squeeze, a, axis)


def _at_least(function: Any, arrays: tuple[Any, ...]) -> Any:
    made = tuple(
        _reshaped(function, a) if isinstance(a, Traced) else function(a) for a in arrays
    )
    return made[0] if len(made) == 1 else made


@recorded_as(np.atleast_1d)
def atleast_1d(*arrays: Any) -> Any:
    """A number as an array of one."""
    return _at_least(np.atleast_1d, arrays)


@recorded_as(np.atleast_2d)
def atleast_2d(*arrays: Any) -> Any:
    """A row as a matrix of one row."""
    return _at_least(np.atleast_2d, arrays)


@recorded_as(np.atleast_3d)
def atleast_3d(*arrays: Any) -> Any:
    """A row as (1, n, 1), a matrix as (m, n, 1)."""
    return _at_least(np.atleast_3d, arrays)


@recorded_as(np.broadcast_to)
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """The array repeated along new and short axes, without memory of its own."""
    full = np.broadcast_to(outline(array), shape).shape
    return viewed("broadcast_to", array, shape=full)


@recorded_as(np.broadcast_arrays)
def broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    """All in the shape that they have together."""
    shape = np.broadcast_shapes(*(np.shape(a) for a in args))
    return tuple(
        a if np.shape(a) == shape else np.broadcast_to(as_traced(a), shape)
        for a in args
    )


# -- backwards, turned, along the diagonal --------------------------------------------


@recorded_as(np.flip)
def flip(m: Any, axis: Any = None) -> Any:
    """The axes backwards."""
    axes = reduced_axes(m.ndim, axis)
    if m.ndim == 0:
        m = np.reshape(m, ())  # a Python number cannot be indexed
    back, on = slice(None, None, -1), slice(None)
    return m[tuple(back if i in axes else on for i in range(m.ndim))]


@recorded_as(np.fliplr)
def fliplr(m: Any) -> Any:
    """Columns backwards."""
    np.fliplr(outline(m))
    return np.flip(m, 1)


@recorded_as(np.flipud)
def flipud(m: Any) -> Any:
    """Rows backwards."""
    np.flipud(outline(m))
    return np.flip(m, 0)


@recorded_as(np.rot90)
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """A quarter turn in the plane of two axes, k times."""
    np.rot90(outline(m), k, axes)
    first, second = axes
    if k % 2 == 0:
        return np.flip(m, (first, second)) if k % 4 else m[:]
    if k % 4 == 1:
        return np.swapaxes(np.flip(m, second), first, second)
    return np.flip(np.swapaxes(m, first, second), second)


@recorded_as(np.diagonal)
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal, a view that cannot be written to."""
    return viewed("diagonal", a, offset=int(offset), axis1=axis1, axis2=axis2)


@recorded_as(np.diag)
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, or the matrix with that diagonal."""
    if v.ndim == 2:
        return np.diagonal(v, k)
    if v.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = len(v) + abs(k)
    made = creation.zeros(n * n, v.dtype)
    start = k if k >= 0 else -k * n
    made[start : start + len(v) * (n + 1) : n + 1] = v
    return np.reshape(made, (n, n))


@recorded_as(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix with all elements on a diagonal."""
    return np.diag(np.ravel(v), k)


@recorded_as(np.trace)
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None,
    out: Any = None,
) -> Any:  # fmt: skip
    """The sum of the diagonal."""
    total = np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1, dtype=dtype)
    return into(out, total)


def _below(m: Any, k: int) -> Any:
    """A mask that holds on the k-th diagonal of matrices and below it."""
    rows, columns = (*m.shape, *m.shape)[-2:]
    return np.tri(rows, columns, k, bool)


@recorded_as(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """Zeros above a diagonal."""
    below = _below(m, k)
    return np.where(below, m, np.zeros((), m.dtype))


@recorded_as(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """Zeros below a diagonal."""
    below = _below(m, k - 1)
    return np.where(below, np.zeros((), m.dtype), m)


# -- windows --------------------------------------------------------------------------


@recorded_as(np.lib.stride_tricks.sliding_window_view)
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False,
    writeable: bool = False,
) -> Any:  # fmt: skip
    """Every window of a shape, along new last axes; a view that is only read."""
    if writeable:
        refused("sliding_window_view with writeable=True")
    sizes = window_shape if np.ndim(window_shape) else (window_shape,)
    options = given(window_shape=tuple(int(n) for n in sizes), axis=axes_of(axis))
    return viewed("lib.stride_tricks.sliding_window_view", x, **options)


# -- copies, and arrays that are no bigger than they must be --------------------------

for _name in ("copy", "zeros_like", "ones_like", "empty_like", "full_like", "linspace"):
    FUNCTIONS[getattr(np, _name)] = creation.CREATORS[_name]


@recorded_as(np.astype)
def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """The array in another dtype."""
    return x.astype(dtype, copy=copy)


@recorded_as(np.shares_memory, np.may_share_memory)
def shares_memory(a: Any, b: Any, max_work: Any = None) -> bool:
    """Whether writing to one array may be seen in the other."""
    return np.shares_memory(*(x.memory.shadow if isinstance(x, Traced) else x
                              for x in (a, b)))  # fmt: skip


@recorded_as(np.resize)
def resize(a: Any, new_shape: Any) -> Any:
    """The elements over and over until the shape is full."""
    shape = np.resize(np.zeros(1, bool), new_shape).shape
    size, flat = math.prod(shape), np.ravel(a)
    if not (size and flat.size):
        return creation.zeros(shape, a.dtype)
    return np.reshape(np.tile(flat, -(-size // flat.size))[:size], shape)
