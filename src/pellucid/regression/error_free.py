"""Error-free transformations: float64 arithmetic whose rounding is kept, not lost.

A number is held as head + tail, the tail less than half a unit in the last place of the
head. A matrix is cut into slices of so few bits that their products, and the sums of
these over a block, are exact; what BLAS computes of them is then the truth.

Dekker, "A floating-point technique for extending the available precision" (1971);
Ozaki, Ogita, Oishi & Rump, "Error-free transformations of matrix multiplication by
using fast routines of matrix multiplication" (2012).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

BITS = 53  # of a float64


def two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """Compute head + tail = a + b, exactly (Knuth 1969)."""
    head = a + b
    of_b = head - a
    return head, (a - (head - of_b)) + (b - of_b)


def two_product(a: Any, b: Any) -> tuple[Any, Any]:
    """Compute head + tail = a b, exactly where nothing leaves the range (Dekker)."""
    head = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return head, ((a1 * b1 - head) + a1 * b2 + a2 * b1) + a2 * b2


def _halves(a: Any) -> tuple[Any, Any]:
    c = 134217729.0 * a  # 2^27 + 1
    high = c - (c - a)
    return high, a - high


@dataclass(frozen=True)
class Double:
    """Numbers head + tail, of 106 bits.

    Examples
    --------
    >>> third = Double(np.array(1 / 3), np.array(2**-55 / 3))
    >>> (third * np.array(3.0) + -1.0).value
    np.float64(0.0)
    """

    head: Array
    tail: Array

    @classmethod
    def of(cls, head: Array) -> Double:
        """Numbers as they are."""
        return cls(head, np.zeros_like(head))

    @classmethod
    def beside(cls, several: Sequence[Double]) -> Double:
        """Several of them, side by side."""
        heads, tails = zip(*((one.head, one.tail) for one in several), strict=True)
        return cls(np.hstack(heads), np.hstack(tails))

    @property
    def value(self) -> Array:
        """The nearest float64."""
        return np.asarray(self.head + self.tail)[()]

    def __add__(self, other: Any) -> Double:
        """Add a float64 or another double."""
        head, tail = two_sum(self.head, getattr(other, "head", other))
        tail = tail + (self.tail + getattr(other, "tail", 0.0))
        return Double(*two_sum(head, tail))

    def __neg__(self) -> Double:
        """Change the sign."""
        return Double(-self.head, -self.tail)

    def __sub__(self, other: Any) -> Double:
        """Subtract a float64 or another double."""
        return self.__add__(-other)

    def __mul__(self, other: Any) -> Double:
        """Multiply by a float64 or another double."""
        if not isinstance(other, Double):
            head, tail = two_product(self.head, other)
            return Double(*two_sum(head, tail + self.tail * other))
        head, tail = two_product(self.head, other.head)
        tail = tail + (self.tail * other.head + self.head * other.tail)
        return Double(*two_sum(head, tail))

    def __truediv__(self, other: Double) -> Double:
        """Divide by another double, of the quotient's rest once more."""
        quotient = self.head / other.head
        rest = self - other * quotient
        return Double(*two_sum(quotient, rest.value / other.head))

    def by(self, e: Any) -> Double:
        """Multiply by powers of two, exactly."""
        return Double(np.ldexp(self.head, e), np.ldexp(self.tail, e))

    def __getitem__(self, index: Any) -> Double:
        """Take some of them."""
        return Double(self.head[index], self.tail[index])

    def __setitem__(self, index: Any, others: Double) -> None:
        """Put others into their place."""
        self.head[index], self.tail[index] = others.head, others.tail


def summed(terms: Array) -> Double:
    """The sum over the first axis, rounded once into 106 bits.

    Examples
    --------
    >>> summed(np.array([[1e30], [1.0], [-1e30]]))
    Double(head=array([1.]), tail=array([0.]))
    """
    shape = terms.shape[1:]
    columns = terms.reshape(len(terms), math.prod(shape)).T.tolist()
    head = [math.fsum(column) for column in columns]
    pairs = zip(columns, head, strict=True)
    tail = [math.fsum((*column, -h)) for column, h in pairs]
    return Double(np.reshape(head, shape), np.reshape(tail, shape))


def bits_of_slices(terms: int) -> int:
    """How many bits two slices may have, whose products are summed over so many terms.

    Examples
    --------
    >>> bits_of_slices(512)
    22
    """
    return (BITS - math.ceil(math.log2(max(terms, 2)))) // 2


def cutters(exponent: Any, bits: int, slices: int) -> list[Any]:
    """What to add and subtract, so that numbers below 2^exponent are cut.

    All but the last of the slices have so many bits; the last is what is left.
    """
    lowest = [exponent - bits * (i + 1) for i in range(slices - 1)]
    return [np.ldexp(1.5, e + BITS - 1) for e in lowest]


def cut(numbers: Double, cutters: Sequence[Any]) -> list[Array]:
    """Slices of numbers, from the leading bits down; the last is what is left."""
    found, head, tail = [], numbers.head, numbers.tail
    for c in cutters:
        top = (head + c) - c
        found.append(top)
        head, tail = two_sum(head - top, tail)
    return [*found, head + tail]
