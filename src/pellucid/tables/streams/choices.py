"""Which rows of a stream are meant: folds and halves by a hash of the row's number.

A row keeps its fold, whatever chunk it comes in, on whatever machine.

Steele, Lea & Flood, "Fast splittable pseudorandom number generators" (2014), for the
hash (SplitMix64).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.tables.streams.chunk import Chunk

Array = NDArray[Any]

GOLDEN = 0x9E3779B97F4A7C15
MIXING = (30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)


def uniform(number: Array, seed: int) -> Array:
    """A number between 0 and 1 for each row, by its number and a seed.

    >>> uniform(np.array([0, 1, 2]), seed=0).round(3)
    array([0.883, 0.432, 0.026])
    """
    with np.errstate(over="ignore"):
        z = number.astype(np.uint64) + np.uint64(1)
        z = (z + np.uint64(seed % 2**32) * np.uint64(2**32 + 15)) * np.uint64(GOLDEN)
        for shift, factor in MIXING:
            z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
        z ^= z >> np.uint64(31)
    return np.asarray((z >> np.uint64(11)) * 2.0**-53)


@dataclass(frozen=True)
class Between:
    """Rows whose hash lies between two numbers; or else, those whose hash does not.

    Parameters
    ----------
    low, high : float
        From the one, and below the other.
    seed : int
        Of the hash.
    inside : bool
        Whether it is these that are meant.

    Examples
    --------
    >>> Between(0.0, 0.5, seed=0).of(np.arange(3))
    array([False,  True,  True])
    """

    low: float
    high: float
    seed: int
    inside: bool = True

    def of(self, number: Array) -> Array:
        """Which rows are meant (m,), by their numbers."""
        u = uniform(number, self.seed)
        return np.asarray(((u >= self.low) & (u < self.high)) == self.inside)

    def some(self, chunk: Chunk) -> Chunk:
        """The rows of a chunk that are meant."""
        return chunk.some(self.of(chunk.number))


def meant(choices: Sequence[Between], number: Array) -> Array:
    """How many of some rows each choice means, by their numbers (m,)."""
    return np.array([np.count_nonzero(choice.of(number)) for choice in choices])


def meant_of(choices: Sequence[Between], chunk: Chunk) -> Array:
    """How many rows of a chunk each choice means."""
    return meant(choices, chunk.number)
