"""Noise in training: units that drop out, by a mask that is an input like any other.

Masks come from a counter: number i of the key k is a hash of k + i, in plain NumPy, so
that they are the same bits on each target, need no memory and no state.
Salmon, Moraes, Dror & Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011); the
hash is the finaliser of MurmurHash3 (Appleby, 2011).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers.fitting import refuse_misfits
from pellucid.layers.formula import Formula, Table
from pellucid.layers.shapes import Shape, expected

GOLDEN = 0x9E3779B9  # 2^32 over the golden ratio, which spreads counters


def hashed(counter: Any) -> Any:
    """Bits that look random, of an array of np.uint32.

    >>> hashed(np.arange(3, dtype=np.uint32))
    array([         0, 1364076727,  821347078], dtype=uint32)
    """
    h = counter ^ (counter >> np.uint32(16))
    h = h * np.uint32(0x85EBCA6B)
    h = h ^ (h >> np.uint32(13))
    h = h * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def key_of(seed: int, step: Any) -> Any:
    """The key (1,) of a step; seed and step are whole numbers, step may be an array."""
    start = np.full(1, (seed * GOLDEN) % 2**32, np.uint32)
    return hashed(hashed(start) + np.reshape(step, 1).astype(np.uint32))


def branched(key: Any, i: int) -> Any:
    """A key for part i of what has this key."""
    return hashed(key + np.uint32((i + 1) * GOLDEN % 2**32))


def kept(key: Any, shape: Shape, rate: float) -> Any:
    """A mask of this shape, False with probability `rate` at each place.

    >>> float(np.mean(kept(key_of(0, 1), (100, 1000), 0.25)).round(3))
    0.75
    """
    counter = np.arange(math.prod(shape), dtype=np.uint32)
    return np.reshape(hashed(counter + key) >= np.uint32(rate * 2**32), shape)


@dataclass(frozen=True, repr=False)
class Dropout(Formula):
    """Dropout: in training x mask / (1 - rate), in prediction x.

    Parameters
    ----------
    rate : float
        The probability, below 1, that a unit is dropped.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, "Dropout: a simple way to
    prevent neural networks from overfitting" (2014), section 10: scaled in training.

    Examples
    --------
    >>> x = np.ones((1, 4))
    >>> Dropout(0.5)({}, x), Dropout(0.5)({}, x, np.array([[1, 0, 0, 1]]))
    (array([[1., 1., 1., 1.]]), array([[2., 0., 0., 2.]]))
    """

    rate: float

    def table(self, shape: Shape) -> Table:
        """None."""
        return {}

    def output_shape(self, shape: Shape) -> Shape:
        """The same."""
        return expected(self, shape, "...")

    def __call__(self, p: Any, x: Any, mask: Any = None) -> Any:
        """Take x as it is, or what `mask`, of its shape, keeps of it in training."""
        refuse_misfits(self, p, x)
        return x if mask is None else x * mask / (1 - self.rate)

    def training(self, p: Any, x: Any, key: Any) -> tuple[Any, dict[str, Any]]:
        """Drop units by the mask of this key."""
        return self(p, x, kept(key, x.shape, self.rate)), {}
