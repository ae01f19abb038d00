"""The columns of an array as sums of squares need them: near 1, and near 0.

Columns that squares would carry out of the range of float64 are multiplied by powers of
two. Columns that lie far from 0 are seen from a number near their mean, `head`, from
which each element differs by a float64, so that nothing is lost by the difference
(Sterbenz 1974). Both happen in a block of rows, while it stays in the cache. Columns
that no float64 holds are formed there, with what float64 leaves of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.error_free import Double, two_sum
from pellucid.regression.rows import visited

Array = NDArray[Any]

LONG = 512  # numbers that a step of NumPy's takes at its speed


class Formed(ABC):
    """Columns (n, d) near 1 that are formed where they are used, to 106 bits."""

    dtype = np.dtype(float)

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""

    @property
    @abstractmethod
    def terms(self) -> Array:
        """What the terms of an element of each column may add up to (d,)."""

    @abstractmethod
    def exactly(self, rows: slice) -> Double:
        """Some rows, head + tail."""

    def __getitem__(self, rows: slice) -> Array:
        """Some rows in float64."""
        return self.exactly(rows).head


@dataclass(frozen=True)
class Survey:
    """The least and the largest element of each column of X 2^-e, and its mean."""

    X: Any
    e: Array | None
    low: Array
    high: Array
    mean: Array

    @classmethod
    def of(cls, X: Array | Formed, s: Array | None, e: Array | None = None) -> Survey:
        """Look once at all rows, with the weights s."""

        def part(blocks: list[slice]) -> tuple[Array, Array, Array]:
            found = (_looked(_near(X, rows, e), s, rows) for rows in blocks)
            with np.errstate(over="ignore", invalid="ignore"):  # it is looked again
                return reduce(_together, found)

        with np.errstate(over="ignore", invalid="ignore"):
            low, high, total = reduce(_together, visited(part, *X.shape))
            mean = total / (X.shape[0] if s is None else np.sum(s))
        low, high = low.astype(float), high.astype(float)
        return cls(X, e, low, high, np.minimum(np.maximum(mean, low), high))

    @property
    def largest(self) -> Array:
        """The largest absolute value of each column."""
        return np.maximum(-self.low, self.high)

    def are_near(self, n: int) -> bool:
        """Whether n such rows can be squared and summed as they are."""
        most, least = (powers.NEAR / n) ** 0.5, powers.NEAR**-0.5
        near = (self.largest <= most) & (self.largest >= least)
        return bool((near | (self.largest == 0)).all())


def _looked(X: Array, s: Array | None, rows: slice) -> tuple[Array, Array, Array]:
    total = s[rows] @ X if s is not None else np.ones(len(X)) @ X
    return *_ends(X), total


def _ends(X: Array) -> tuple[Array, Array]:
    """The least and the largest of each column, of several rows side by side."""
    m, d = X.shape
    several = LONG // max(d, 1)
    if not d or not 1 < several <= m or not X.flags.c_contiguous:
        return X.min(axis=0), X.max(axis=0)
    whole = m - m % several
    beside, rest = X[:whole].reshape(-1, several * d), X[whole:]
    low, high = (end.reshape(several, d) for end in (beside.min(0), beside.max(0)))
    return np.vstack([low, rest]).min(axis=0), np.vstack([high, rest]).max(axis=0)


def _together(
    a: tuple[Array, Array, Array], b: tuple[Array, Array, Array]
) -> tuple[Array, Array, Array]:
    """The least, the largest and the sum of what two looks have found."""
    return np.minimum(a[0], b[0]), np.maximum(a[1], b[1]), a[2] + b[2]


def _near(X: Any, rows: slice, e: Array | None) -> Any:
    """Some rows of X 2^-e, those of a sparse matrix filled out."""
    near: Array = powers.scaled(powers.filled(X[rows]), e)
    return near


@dataclass(frozen=True)
class ExactColumns:
    """The columns of X (n, d), seen as A = X 2^-e - head.

    Parameters
    ----------
    X : array (n, d) or Formed
        As it was given, of float32 or float64.
    e : array (d,) of int or None
        Powers of two, None for 0.
    head : array (d,)
        A float64 near the mean of a column that lies far from 0; else 0.
    shift : array (d,)
        About the mean of A: 0 without an intercept.
    mean : array (d,)
        Of X 2^-e.
    largest : array (d,)
        What no element of A exceeds.
    far : array (d,)
        The largest element of X 2^-e, of which rounding has left a part.
    """

    X: Any
    e: Array | None
    head: Array
    shift: Array
    mean: Array
    largest: Array
    far: Array

    @classmethod
    def of(cls, seen: Survey, centred: bool) -> ExactColumns:
        """Place the columns as a survey has found them."""
        (X, e), (low, high, mean) = (seen.X, seen.e), (seen.low, seen.high, seen.mean)
        if not centred:
            return cls(X, e, 0 * mean, 0 * mean, mean, seen.largest, seen.largest)
        size = np.abs(mean)
        least = np.minimum(np.abs(low), np.abs(high))
        far = (low * high > 0) & (size / 2 <= least) & (seen.largest <= 2 * size)
        head = np.where(far, mean, 0.0)
        largest = np.maximum(high - head, head - low)
        return cls(X, e, head, mean - head, mean, largest, seen.largest)

    @classmethod
    def nothing(cls, n: int, d: int) -> ExactColumns:
        """Columns of zeros."""
        zeros = np.zeros(d)
        return cls(np.broadcast_to(0.0, (n, d)), None, *[zeros] * 5)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        n, d = self.X.shape
        return n, d

    def of_all(self, X: Array) -> ExactColumns:
        """The same columns of other rows."""
        return replace(self, X=X)

    def only(self, j: int) -> ExactColumns:
        """One of them."""
        e = None if self.e is None else self.e[[j]]
        parts = (self.head, self.shift, self.mean, self.largest, self.far)
        return ExactColumns(self.X[:, [j]], e, *(part[[j]] for part in parts))

    def block(self, rows: slice) -> Array:
        """Some rows of A, exactly; X itself where there is nothing to do."""
        X: Array = _near(self.X, rows, self.e)
        if self.head.any():
            return np.subtract(X, self.head, dtype=float)
        return np.asarray(X, float)

    def exactly(self, rows: slice) -> Array | Double:
        """Some rows of A; of columns that are formed with what float64 leaves."""
        if not isinstance(self.X, Formed):
            return self.block(rows)
        A = self.X.exactly(rows)
        head, tail = (powers.scaled(part, self.e) for part in (A.head, A.tail))
        return Double(*two_sum(head - self.head, tail))

    @property
    def rounding(self) -> Array:
        """What may be lost of an element of each column (d,): nothing, as it came."""
        if not isinstance(self.X, Formed):
            return np.zeros(self.shape[1])
        return 2.0**-100 * np.asarray(powers.scaled(self.X.terms, self.e))

    def around(self, rows: slice, out: Array) -> None:
        """Write some rows of A - shift, which may be rounded."""
        X = _near(self.X, rows, self.e)
        np.subtract(X, self.head + self.shift, out=out)

    def empty(self, *shape: int) -> Array:
        """Room for blocks, which lie in memory as those of X do."""
        lies = getattr(self.X, "flags", None)  # which sparse matrices have none
        if lies is not None and lies.f_contiguous and not lies.c_contiguous:
            return np.empty((*shape[:-2], shape[-1], shape[-2])).swapaxes(-1, -2)
        return np.empty(shape)
