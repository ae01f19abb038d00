"""Convolutions on NumPy, as products of matrices in pieces that fit into the cache.

See `convolutions` for what they are, and `bands` for how they are cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from pellucid.running import bands
from pellucid.running.bands import Bands, Sizes

Array = NDArray[Any]

PIECE = 1 << 18  # numbers of a piece of columns


def convolution(x: Array, w: Array, step: Sizes, dilation: Sizes) -> Array:
    """The sum of x[n, s i + d u, c] w[u, c, f] over u and c."""
    *taps, _, f = w.shape
    cut = bands.cut(x.shape, taps, f, step, dilation)
    weights = _in_bands(w, cut)
    z = np.empty((len(x), *cut.places, f), x.dtype)
    for rows, columns in _pieces(x, cut):
        np.dot(columns, weights, out=z[rows].reshape(len(columns), -1))
    return z


def convolution_weights(x: Array, g: Array, step: Sizes, dilation: Sizes) -> Array:
    """The sum of x[n, s i + d u, c] g[n, i, f] over n and i."""
    c, f = x.shape[-1], g.shape[-1]
    taps = bands.taps_of(x.shape[1:-1], g.shape[1:-1], step, dilation)
    cut = bands.cut(x.shape, taps, f, step, dilation)
    total = np.zeros((cut.upper * cut.R * c, cut.J * f), x.dtype)
    g = np.ascontiguousarray(g)
    for rows, columns in _pieces(x, cut):
        total += np.dot(columns.T, g[rows].reshape(len(columns), -1))
    w: Array = np.add.reduce(_diagonals(total, cut, c, f), axis=-2)
    return w.reshape(*taps, c, f)


def convolution_input(
    g: Array, w: Array, size: Sizes, step: Sizes, dilation: Sizes
) -> Array:
    """The sum of g[n, i, f] w[u, c, f] where s i + d u = p."""
    *taps, c, f = w.shape
    cut = bands.bands(g.shape[1:-1], tuple(taps), c, f, step, dilation)
    weights = _in_bands(w, cut).T
    x = np.zeros((len(g), *size, c), g.dtype)
    g = np.ascontiguousarray(g)
    for rows in _rows(len(x), cut, c):
        part = g[rows].reshape(-1, cut.J * f)
        columns = np.dot(part, weights)
        _add_up(x[rows], columns, cut)
    return x


# -- weights in bands -----------------------------------------------------------------


def _in_bands(w: Array, cut: Bands) -> Array:
    """T[u, r, c, j, f] as a matrix."""
    *_, c, f = w.shape
    matrix = np.zeros((cut.upper * cut.R * c, cut.J * f), w.dtype)
    diagonals = _diagonals(matrix, cut, c, f)
    diagonals[...] = w.reshape(cut.upper, cut.taps[-1], c, 1, f)
    return matrix


def _diagonals(matrix: Array, cut: Bands, c: int, f: int) -> Array:
    """The elements (u, v, c, j, f) of such a matrix at r = s j + d v."""
    size, r = matrix.itemsize, c * cut.J * f
    steps = (cut.R * r, cut.dilation[-1] * r, cut.J * f, cut.step[-1] * r + f, 1)
    shape = (cut.upper, cut.taps[-1], c, cut.J, f)
    return as_strided(matrix, shape, [size * step for step in steps])


# -- columns --------------------------------------------------------------------------


def _rows(n: int, cut: Bands, c: int) -> Iterator[slice]:
    """Rows of x whose columns are a piece."""
    each = math.prod(cut.places) // cut.J * cut.upper * cut.R * c
    count = max(PIECE // max(each, 1), 1)
    for begin in range(0, n, count):
        yield slice(begin, min(begin + count, n))


def _pieces(x: Array, cut: Bands) -> Iterator[tuple[slice, Array]]:
    """Some rows of x, and their columns: (places, blocks; u, r, c) as a matrix."""
    c = x.shape[-1]
    memory: Array | None = None
    for rows in _rows(len(x), cut, c):
        seen = _seen(x[rows], cut)
        if memory is None or memory.shape != seen.shape:
            memory = np.empty(seen.shape, x.dtype)
        np.copyto(memory, seen)
        yield rows, memory.reshape(-1, cut.upper * cut.R * c)


def _seen(x: Array, cut: Bands) -> Array:
    """What each block of places sees, as a view (n, places, blocks, u, r, c)."""
    *ahead, last = x.strides[1:-1]
    steps = [s * n for s, n in zip(cut.step, ahead, strict=False)]
    taps = [d * n for d, n in zip(cut.dilation, ahead, strict=False)]
    block = cut.J * cut.step[-1] * last
    shape = (len(x), *cut.places[:-1], cut.blocks, *cut.taps[:-1], cut.R, x.shape[-1])
    strides = (x.strides[0], *steps, block, *taps, last, x.strides[-1])
    return as_strided(x, shape, strides, writeable=False)


def _add_up(x: Array, columns: Array, cut: Bands) -> None:
    """Add columns to where they are seen in x, tap by tap and block by block."""
    c = x.shape[-1]
    shape = (len(x), *cut.places[:-1], cut.blocks, *cut.taps[:-1], cut.R, c)
    columns = columns.reshape(shape)
    ahead = len(cut.places) - 1
    whole = (slice(None),) * (1 + ahead)
    for place in np.ndindex(*cut.taps[:-1]):
        at = tuple(
            slice(d * i, d * i + s * (n - 1) + 1, s)
            for i, s, d, n in zip(
                place, cut.step, cut.dilation, cut.places, strict=False
            )
        )
        for block in range(cut.blocks):
            begin = block * cut.J * cut.step[-1]
            to = x[(slice(None), *at, slice(begin, begin + cut.R))]
            to += columns[(*whole, block, *place)]


BY_PRODUCTS = {
    f.__name__: f for f in (convolution, convolution_weights, convolution_input)
}
