"""A convolution as one product of matrices, several places of an axis at a time.

J neighbouring places of the last axis see R = s (J - 1) + d (k - 1) + 1 elements of it.
Written side by side, with those of the other axes of the window, these are a row of a
matrix, and the J places are that row times a matrix of the weights in bands:

    T[u, r, c, j, f] = w[u, v, c, f]   where r = s j + d v,   else 0

With J = 1 this is what is known as im2col. A larger J copies less, as windows overlap,
in longer pieces, and multiplies more zeros; `block` weighs the two.

Chellapilla, Puri & Simard, "High performance convolutional neural networks for document
processing" (2006), section 2, has J = 1.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Sizes = tuple[int, ...]

# Nanoseconds: to begin a piece, to copy a number, to multiply and add one.
PIECE, COPY, MULTIPLY = 12.0, 0.3, 0.033
NARROW = 16  # columns below which a product of matrices is no faster


class Bands(NamedTuple):
    """How a convolution is cut: J places at a time, of R elements, in so many blocks.

    `places` are the lengths of the axes of the result, `taps` those of the window.
    """

    J: int
    R: int
    blocks: int
    places: Sizes
    taps: Sizes
    step: Sizes
    dilation: Sizes

    @property
    def upper(self) -> int:
        """How many rows of a window there are."""
        return math.prod(self.taps[:-1])

    def ones(self, dtype: Any) -> NDArray[Any]:
        """E[v, r, j] = 1 where r = s j + d v."""
        v, r, j = np.ogrid[: self.taps[-1], : self.R, : self.J]
        there = r == self.step[-1] * j + self.dilation[-1] * v
        return np.asarray(there, dtype)


def places_of(
    lengths: Sequence[int], taps: Sequence[int], step: Sequence[int],
    dilation: Sequence[int],
) -> Sizes:  # fmt: skip
    """How many windows of so many taps there are, along axes of these lengths.

    >>> places_of((28, 9), (3, 3), (1, 2), (1, 1))
    (26, 4)
    """
    ways = zip(lengths, taps, step, dilation, strict=True)
    return tuple([(n - 1 - d * (k - 1)) // s + 1 for n, k, s, d in ways])


def taps_of(
    lengths: Sequence[int], places: Sequence[int], step: Sequence[int],
    dilation: Sequence[int],
) -> Sizes:  # fmt: skip
    """How many taps windows have at most, where there are so many of them.

    In s i + d u a place i stands as a tap u does.
    """
    return places_of(lengths, places, dilation, step)


def cut(
    shape: Sequence[int], taps: Sequence[int], f: int, step: Sizes, dilation: Sizes
) -> Bands:
    """How the convolution of an array of this shape, (n, ..., c), is cut."""
    places = places_of(shape[1:-1], taps, step, dilation)
    return bands(places, tuple(taps), shape[-1], f, step, dilation)


@functools.lru_cache(maxsize=256)
def bands(
    places: Sizes, taps: Sizes, c: int, f: int, step: Sizes, dilation: Sizes
) -> Bands:
    """The cut that takes least, by the times that pieces and products take."""
    n, k, s, d = places[-1], taps[-1], step[-1], dilation[-1]
    rows = math.prod(taps[:-1])

    def reach(J: int) -> int:
        return s * (J - 1) + d * (k - 1) + 1

    def time(J: int) -> float:
        row = reach(J) * c
        copied = rows * (PIECE + row * COPY)
        return n // J * (copied + rows * row * max(J * f, NARROW) * MULTIPLY)

    J = min((J for J in range(1, n + 1) if n % J == 0), key=time)
    return Bands(J, reach(J), n // J, places, taps, step, dilation)
