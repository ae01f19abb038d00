"""From where rows are seen before they are squared and summed, the same for all rows.

It is made by a first look at some rows, and made better where these were of another
kind than the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.error_free import BITS, Double, two_sum

Array = NDArray[Any]

BESIDE = 16  # standard deviations from 0 to a mean that need not be subtracted
FEW = 4  # bits of a head below the standard deviation
SMALLEST, LARGEST = 1e-50, 1e50  # what is squared and summed as it is
COARSE = 1e6  # standard deviations to a head, from which its rounding counts
FAST, FINE = 2, 4  # slices: of 42 bits, and of 84


@dataclass(frozen=True, eq=False)
class Plan:
    """Columns Z = [X y] 2^-e - head, cut into slices; weights s 2^-f.

    Parameters
    ----------
    e : array (p,) of int or None
        Powers of two, None for 0.
    head : array (p,)
        Of few digits, near the mean of a column that lies far from 0; else 0.
    weighted : bool
        Whether there are weights.
    f : int
        Their power of two.
    coarse : array of int
        Columns so far from 0 that their rounding counts beside their spread.
    slices : int
        Into how many a number is cut.

    Examples
    --------
    >>> Plan.of(np.array([[1e9, 1.0], [1e9 + 1, 3.0]]), None).head
    array([1.e+09, 0.e+00])
    """

    e: Array | None
    head: Array
    weighted: bool
    f: int
    coarse: Array
    slices: int = FAST

    @classmethod
    def of(cls, rows: Array, s: Array | None) -> Plan:
        """Look at some rows [X y] (m, p), and their weights."""
        e = _powers(np.abs(rows).max(axis=0))
        near = powers.scaled(rows, e)
        with np.errstate(under="ignore"):
            mean, spread = near.mean(axis=0), near.std(axis=0)
            head = _heads(mean, spread)
        f = 0 if s is None else int(powers.exponents_of(np.max(s)))
        coarse = np.flatnonzero(np.abs(head) > COARSE * spread)
        slices = FAST if s is None else FINE
        return cls(e, head, s is not None, f, coarse, slices)

    def seen(self, rows: Array | Double) -> Double:
        """Z of columns [X y] (p, m)."""
        if isinstance(rows, Double):
            formed = rows if self.e is None else rows.by(-self.e[:, None])
            return formed + -self.head[:, None]
        near = rows if self.e is None else np.ldexp(rows, -self.e[:, None])
        return Double(*two_sum(near, -self.head[:, None]))

    def rounded(self, rows: Array) -> None:
        """The same in place, of float64."""
        if self.e is not None:
            np.ldexp(rows, -self.e[:, None], out=rows)
        if self.head.any():
            rows -= self.head[:, None]

    def is_exact(self, low: Array, high: Array) -> bool:
        """Whether that is the same, of columns between such bounds (Sterbenz 1974)."""
        near = np.maximum(-low, high) <= np.abs(self.head) / 2
        return bool((near | (self.head == 0)).all())

    @property
    def units(self) -> Array:
        """Two bits below the last place of the heads (p,), as powers of two."""
        return np.frexp(self.head)[1] - BITS - 2

    def better(self, largest: Array, mean: Array, spread: Array) -> Plan:
        """By what all rows have told of Z, and with more slices."""
        e = _powers(np.where(np.isfinite(largest), largest, np.finfo(float).max))
        if e is not None:
            e = e.astype(np.int32) + (0 if self.e is None else self.e)
            return replace(self, e=e, head=0 * self.head, slices=FINE)
        head = self.head + _heads(mean, spread)
        coarse = np.flatnonzero(np.abs(head) > COARSE * spread)
        return replace(self, head=head, coarse=coarse, slices=FINE)


def _heads(mean: Array, spread: Array) -> Array:
    """Numbers of few digits near means that lie far from 0."""
    bits = FEW - np.frexp(spread)[1]
    few = np.ldexp(np.rint(np.ldexp(mean, bits)), -bits)
    few = np.where(spread > 0, few, mean)
    return np.where(np.abs(mean) > BESIDE * spread, few, 0.0)


def _powers(largest: Array) -> Array | None:
    """What brings columns near 1, None where all are near it."""
    near = (largest >= SMALLEST) & (largest <= LARGEST)
    if (near | (largest == 0)).all():
        return None
    return powers.exponents_of(largest)
