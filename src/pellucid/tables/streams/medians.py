"""Exact medians of columns that no memory holds, in two passes or three.

The bits of a number, turned so that they are in the order of the numbers, are counted
by their first sixteen, then by the next sixteen of those that hold the median, until
so few have the same that they can be held.

Munro & Paterson, "Selection and sorting with limited storage" (1980).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HELD = 2**20  # numbers that are held at last
BITS = 16  # by which numbers are counted at a time
SIGN = np.uint64(1 << 63)


def keys_of(x: Array) -> Array:
    """Whole numbers in the order of finite numbers x.

    >>> x = np.array([-2.0, -1.0, 0.0, 0.5])
    >>> bool((np.diff(keys_of(x).astype(float)) > 0).all()), numbers_of(keys_of(x))
    (True, array([-2. , -1. ,  0. ,  0.5]))
    """
    bits = (np.ascontiguousarray(x) + 0.0).view(np.uint64)
    return np.where(bits & SIGN, ~bits, bits | SIGN)


def numbers_of(keys: Array) -> Array:
    """The numbers of such whole numbers."""
    return np.where(keys & SIGN, keys ^ SIGN, ~keys).view(np.float64)


@dataclass(frozen=True, eq=False)
class Bins:
    """How many numbers begin with the same bits; their keys are sorted."""

    keys: Array  # (k,) of uint64
    counts: Array  # (k,)

    @classmethod
    def of(cls, x: Array, wanted: Wanted) -> Bins:
        """Count those numbers of x (n,) that are wanted; holes are none."""
        keys = keys_of(x[np.isfinite(x)])
        if wanted.level:
            before = np.uint64(64 - BITS * wanted.level)
            keys = keys[np.isin(keys >> before, wanted.bins)]
        if not wanted.whole:
            keys = keys >> np.uint64(64 - BITS * (wanted.level + 1))
        return cls(*np.unique(keys, return_counts=True))

    def __add__(self, other: Bins) -> Bins:
        """Those of both parts."""
        keys = np.union1d(self.keys, other.keys)
        counts = np.zeros(len(keys), np.int64)
        for part in (self, other):
            counts[np.searchsorted(keys, part.keys)] += part.counts
        return Bins(keys, counts)


@dataclass(frozen=True, eq=False)
class Wanted:
    """Which numbers are still looked at: by their first bits, or all of these.

    Parameters
    ----------
    level : int
        By how many groups of bits they were counted.
    bins : array of uint64
        What the bits of those are that may be the median.
    before : int
        How many numbers are less.
    ranks : tuple of int
        Which numbers are wanted, of all in their order: one, or two in the middle.
    whole : bool
        Whether so few are left that all their bits are counted.
    """

    level: int = 0
    bins: Any = None
    before: int = 0
    ranks: tuple[int, ...] = ()
    whole: bool = False

    def next(self, found: Bins) -> Wanted:
        """What is wanted when the bins of these were counted."""
        n = int(found.counts.sum())
        ranks = self.ranks or tuple({(n - 1) // 2, n // 2})
        ends = self.before + np.cumsum(found.counts)
        at = np.unique(np.searchsorted(ends, ranks, side="right"))
        level = 64 // BITS if self.whole else self.level + 1
        before = int(ends[at[0]] - found.counts[at[0]])
        few = int(found.counts[at[0] : at[-1] + 1].sum()) <= HELD
        return Wanted(level, found.keys[at], before, ranks, few)

    @property
    def done(self) -> bool:
        """Whether all bits are known."""
        return self.level == 64 // BITS

    @property
    def median(self) -> float:
        """The mean of the numbers that are wanted."""
        return float(np.mean(numbers_of(self.bins)))


def most_frequent_of(found: Bins, values: Iterable[float]) -> float:
    """Which of some values, that begin with different bits, occurs most often."""
    first = {float(v): int(keys_of(np.array([v]))[0]) >> (64 - BITS) for v in values}
    count = dict(zip(found.keys.tolist(), found.counts.tolist(), strict=True))
    return max(first, key=lambda value: count.get(first[value], 0))
