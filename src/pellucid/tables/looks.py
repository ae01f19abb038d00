"""What columns look like beside each other, by their roles: looks at parts add up.

Which column copies another, which rows have a hole, what is left of a column in the
rows that remain, and whether it gives the target away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

SURE = 10  # rows from which it is no chance that one column gives another
HEAD = 1000  # rows that mostly tell that two columns have nothing in common
PAIRS = 2**13  # different values up to which it is told that one gives another


@dataclass(frozen=True)
class Alike:
    """Which columns are equal in all rows: each has the number of the first like it.

    Examples
    --------
    >>> Alike.of([np.ones(2), np.ones(2), np.ones(2)]) + Alike((0, 1, 1))
    Alike(first=(0, 1, 1))
    """

    first: tuple[int, ...]

    @classmethod
    def of(cls, columns: Sequence[Array]) -> Alike:
        """Compare columns (n,) of numbers; holes are equal."""
        heads: dict[bytes, list[int]] = {}
        first = [*range(len(columns))]
        for j, x in enumerate(columns):
            like = heads.setdefault(x[:HEAD].tobytes(), [])
            same = (i for i in like if first[i] == i and _equal(columns[i], x))
            first[j] = next(same, j)
            like.append(j)
        return cls(tuple(first))

    def __add__(self, other: Alike) -> Alike:
        """Those that are equal in both parts."""
        seen: dict[tuple[int, int], int] = {}
        pairs = zip(self.first, other.first, strict=True)
        return Alike(tuple(seen.setdefault(both, j) for j, both in enumerate(pairs)))

    @property
    def none(self) -> bool:
        """Whether all differ."""
        return self.first == tuple(range(len(self.first)))


def _equal(a: Array, b: Array) -> bool:
    return bool(np.array_equal(a.view(np.uint64), b.view(np.uint64)))


@dataclass(frozen=True, eq=False)
class Span:
    """The least and the greatest of some numbers; nothing of none."""

    low: float = np.inf
    high: float = -np.inf

    @classmethod
    def of(cls, x: Array) -> Span:
        """The span of numbers of which none is a hole."""
        return cls(float(x.min()), float(x.max())) if len(x) else cls()

    def __add__(self, other: Span) -> Span:
        """That of both parts."""
        return Span(min(self.low, other.low), max(self.high, other.high))

    @property
    def varies(self) -> bool:
        """Whether they differ."""
        return self.low < self.high


@dataclass(frozen=True, eq=False)
class Holes:
    """In how many rows the last column with a hole is this one, in a given order.

    Columns are left out in this order until rows enough remain: those whose last hole
    is in a column before. Bin 0 is for rows without a hole.

    Parameters
    ----------
    rows, there : array (k + 1,) of int
        All of them, and those that have a target.
    goal : tuple of Span
        Of the targets in each bin.
    each : array (k,) of int
        Rows with a hole in each column, and with a target.
    """

    rows: Array
    there: Array
    goal: tuple[Span, ...]
    each: Array

    @classmethod
    def of(cls, last: Array, each: Array, y: Array | None) -> Holes:
        """Sort rows by their last hole (n,), of k columns."""
        bins = len(each) + 1
        rows = np.bincount(last, minlength=bins)
        if y is None:
            return cls(rows, rows, (Span(),) * bins, each)
        has = np.isfinite(y)
        there = np.bincount(last[has], minlength=bins)
        spans = [Span.of(y[has & (last == i)]) if there[i] else Span()
                 for i in range(bins)]  # fmt: skip
        return cls(rows, there, tuple(spans), each)

    def __add__(self, other: Holes) -> Holes:
        """Those of both parts."""
        goal = tuple(a + b for a, b in zip(self.goal, other.goal, strict=True))
        return Holes(
            self.rows + other.rows, self.there + other.there, goal,
            self.each + other.each,
        )  # fmt: skip

    def remain(self, out: int) -> int:
        """How many rows remain where so many columns are left out, the first ones."""
        return int(self.there[: out + 1].sum())

    def varies(self, out: int) -> bool:
        """Whether the targets of these rows differ."""
        return sum(self.goal[1 : out + 1], self.goal[0]).varies


@dataclass(frozen=True, eq=False)
class Left:
    """What is left of a column in the rows that remain.

    Parameters
    ----------
    span : Span
        Of its values.
    filled : bool
        Whether some value is a hole, to be filled in.
    places : frozenset of float
        Which levels occur, of a category.
    """

    span: Span
    filled: bool
    places: frozenset[float] = frozenset()

    @classmethod
    def of(cls, x: Array, levels: int) -> Left:
        """Look at values (n,) of a column that has so many levels, 0 if no category."""
        holes = np.isnan(x)
        filled = bool(holes.any())
        there = x[~holes] if filled else x
        if not levels:
            return cls(Span.of(there), filled)
        seen = np.bincount(there.astype(np.intp), minlength=levels)
        places = np.flatnonzero(seen).astype(float)
        return cls(Span.of(places), filled, frozenset(places.tolist()))

    def __add__(self, other: Left) -> Left:
        """That of both parts."""
        return Left(
            self.span + other.span,
            self.filled or other.filled,
            self.places | other.places,
        )


@dataclass(frozen=True, eq=False)
class Moments:
    """Means of x and y, and sums of squares and products about them.

    Chan, Golub & LeVeque, "Updating formulae ... for computing sample variances"
    (1979).
    """

    n: int
    mean: Array  # (2,)
    products: Array  # (2, 2)

    @classmethod
    def of(cls, x: Array, y: Array) -> Moments:
        """Of two columns (n,)."""
        mean = np.array([x.mean(), y.mean()])
        a, b = x - mean[0], y - mean[1]
        return cls(len(x), mean, np.array([[a @ a, a @ b], [a @ b, b @ b]]))

    def __add__(self, other: Moments) -> Moments:
        """Those of both parts."""
        n = self.n + other.n
        gap = other.mean - self.mean
        between = np.outer(gap, gap) * (self.n * other.n / n)
        mean = self.mean + gap * (other.n / n)
        return Moments(n, mean, self.products + other.products + between)

    @property
    def on_a_line(self) -> bool:
        """Whether x and y lie on a line, but for rounding."""
        (xx, xy), (_, yy) = self.products
        return bool(xx * yy > 0 and 1 - abs(xy) / (xx * yy) ** 0.5 < 1e-9)


@dataclass(frozen=True, eq=False)
class Relation:
    """Whether each value of x goes with one of y, and each of y with one of x.

    Parameters
    ----------
    n : int
        How many rows there are.
    pairs : arrays x (k,) and y (k,), or None
        The pairs of values, sorted by x; None where some value goes with two. Where
        there are more than `PAIRS` they are held no longer.
    same : bool
        Whether x is y.
    moments : Moments, optional
        Of pairs that are one to one.
    more : bool
        Whether there are more pairs than are held.
    """

    n: int
    pairs: tuple[Array, Array] | None = None
    same: bool = False
    moments: Moments | None = None
    more: bool = False

    @classmethod
    def of(cls, x: Array, y: Array) -> Relation:
        """Look at two columns (n,) without holes."""
        pairs = _paired(x[:HEAD], y[:HEAD])
        if pairs is not None and len(x) > HEAD:
            pairs = _paired(x, y)
        if pairs is None or not len(x):
            return cls(len(x), pairs)
        more = len(pairs[0]) > PAIRS
        return cls(len(x), pairs, np.array_equal(x, y), Moments.of(x, y), more)

    def __add__(self, other: Relation) -> Relation:
        """That of both parts."""
        if not self.n or not other.n:
            return self if self.n else other
        n = self.n + other.n
        if self.pairs is None or other.pairs is None:
            return Relation(n)
        moments = self.moments and other.moments and self.moments + other.moments
        same, more = self.same and other.same, self.more or other.more
        pairs = self.pairs
        if not more:
            both = zip(self.pairs, other.pairs, strict=True)
            found = _paired(*map(np.concatenate, both))
            if found is None:
                return Relation(n)
            pairs, more = found, len(found[0]) > PAIRS
        return Relation(n, pairs, same, moments, more)

    def copies(self, labelled: bool) -> bool:
        """Whether x is y, or the place of y among the labels that there are."""
        if self.pairs is None or not labelled:
            return self.same
        x, y = self.pairs
        return bool((x == np.arange(len(x))).all() and (np.diff(y) > 0).all())

    @property
    def gives(self) -> bool:
        """Whether x is y under another name or in another unit; for ten rows or more.

        That is: each value of one goes with one of the other, and they come again, or x
        and y lie on a line.

        >>> y = np.tile([0.0, 1.0, 3.0], 5)
        >>> Relation.of(7 - y**2, y).gives, Relation.of(np.arange(15.0), y).gives
        (True, False)
        """
        if self.pairs is None or self.n < SURE or len(self.pairs[0]) < 2:
            return False
        again = 2 * len(self.pairs[0]) <= self.n and not self.more
        return again or (self.moments is not None and self.moments.on_a_line)

    def may_give(self, n: int, span: Span) -> bool:
        """Whether x may give y, whose span is known, in n rows of which these are some.

        Squared distances from a line are no less in all rows than in some.
        """
        if self.pairs is None:
            return False
        if not self.more or self.same or self.moments is None:
            return True
        (xx, xy), (_, yy) = self.moments.products
        apart = yy - xy**2 / xx
        return bool(apart <= 1e-8 * n * (span.high - span.low) ** 2 / 4)


def _paired(x: Array, y: Array) -> tuple[Array, Array] | None:
    """Each value of x with that of y, sorted by x; None where there are two of one."""
    first, at = np.unique(x, return_index=True)
    goes = y[at]
    if (goes[np.searchsorted(first, x)] != y).any():
        return None
    return (first, goes) if len(np.unique(goes)) == len(first) else None
