"""What numbers look like together: figures of their parts add up to those of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

HELD = 2**20  # different numbers that are held, in parts that were added
HEAD = 64  # numbers that mostly tell that not all are whole
FACTORS = (33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53)


@dataclass(frozen=True, eq=False)
class Distinct:
    """Different numbers, sorted: all of them, or else a known share of them.

    Where there are more than `HELD` in parts that are added, those with the smallest
    hashes are held, from which their number is estimated, to about 0.1 %.

    Bar-Yossef et al., "Counting distinct elements in a data stream" (2002).

    Examples
    --------
    >>> both = Distinct.of(np.array([3.0, 1.0])) + Distinct.of(np.array([3.0]))
    >>> both.numbers, both.count, both.counted
    (array([1., 3.]), 2, '2')
    """

    numbers: Array
    share: float = 1.0  # of the hashes, below which all are held

    @classmethod
    def of(cls, x: Array) -> Distinct:
        """Hold the different ones of some numbers."""
        return cls(np.unique(x))

    def __add__(self, other: Distinct) -> Distinct:
        """Those of both parts."""
        share = min(self.share, other.share)
        numbers = np.union1d(self.numbers, other.numbers)
        if len(numbers) <= HELD and self.share == other.share == 1.0:
            return Distinct(numbers)
        hashes = _hashed(numbers)
        numbers, hashes = numbers[hashes < share], hashes[hashes < share]
        if len(numbers) > HELD:
            share = float(np.partition(hashes, HELD)[HELD])
            numbers = numbers[hashes < share]
        return Distinct(numbers, share)

    @property
    def count(self) -> int:
        """How many there are, or about how many."""
        return round(len(self.numbers) / self.share)

    @property
    def counted(self) -> str:
        """How many there are, in words that tell whether they were all counted."""
        return f"{'about ' * (self.share < 1)}{self.count}"


def _hashed(x: Array) -> Array:
    """A number between 0 and 1 for each, that looks like chance.

    Appleby, MurmurHash3 (2011): its last step, by which no two numbers become one.
    """
    z = (x + 0.0).view(np.uint64)  # one zero alone
    with np.errstate(over="ignore"):
        for shift, factor in FACTORS:
            z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return np.asarray((z >> np.uint64(11)) * 2.0**-53)


@dataclass(frozen=True, eq=False)
class Figures:
    """Numbers in their order, as far as a role asks for it; nan and inf are holes.

    Parameters
    ----------
    n, finite : int
        How many there are, and how many of them are no holes.
    low, high : float
        The least and the greatest.
    whole : bool
        Whether all that are no holes are whole.
    ends : (float, float)
        The first and the last, nan where it is a hole.
    steps : (float, float, float)
        The first difference of neighbours, the least and the greatest; only where they
        were asked for.
    different : Distinct, optional
        The different ones; only where they were asked for.

    Examples
    --------
    >>> both = Figures.of(np.array([1.0, 2.0])) + Figures.of(np.array([3.5, np.nan]))
    >>> both.n, both.finite, both.low, both.high, both.whole
    (4, 3, 1.0, 3.5, False)
    """

    n: int
    finite: int
    low: float
    high: float
    whole: bool
    ends: tuple[float, float] = (np.nan, np.nan)
    steps: tuple[float, float, float] | None = None
    different: Distinct | None = None

    @classmethod
    def of(
        cls, x: Array, ordered: bool = False, counted: bool = False,
        days: Sequence[tuple[int, int]] = (),
    ) -> Figures:  # fmt: skip
        """Look at numbers (n,).

        `days` are ranges within which whole numbers may be days, so that the different
        ones are held.
        """
        there, low, high = _spanned(x)
        if not len(there):
            return cls(len(x), 0, np.inf, -np.inf, True)
        whole = _whole(there[:HEAD]) and _whole(there)
        steps = _steps(x) if ordered and len(x) > 1 else None
        dated = whole and any(a <= low and high <= b for a, b in days)
        different = Distinct.of(there) if counted or dated else None
        ends = (float(x[0]), float(x[-1]))
        return cls(len(x), len(there), low, high, whole, ends, steps, different)

    def __add__(self, other: Figures) -> Figures:
        """Those of both parts, one after the other."""
        if not self.n or not other.n:
            return self if self.n else other
        return Figures(
            self.n + other.n,
            self.finite + other.finite,
            min(self.low, other.low),
            max(self.high, other.high),
            self.whole and other.whole,
            (self.ends[0], other.ends[1]),
            self._steps_to(other),
            self._different_with(other),
        )

    @property
    def missing(self) -> int:
        """How many are holes."""
        return self.n - self.finite

    def _steps_to(self, other: Figures) -> tuple[float, float, float] | None:
        if (self.steps is None and self.n > 1) or (other.steps is None and other.n > 1):
            return None
        between = other.ends[0] - self.ends[1]
        every = [*(self.steps or ()), between, *(other.steps or ())]
        return every[0], float(np.min(every)), float(np.max(every))

    def _different_with(self, other: Figures) -> Distinct | None:
        parts = [f.different for f in (self, other) if f.finite]
        if not parts or any(part is None for part in parts):
            return None
        first, *rest = [part for part in parts if part is not None]
        return first + rest[0] if rest else first


def _spanned(x: Array) -> tuple[Array, float, float]:
    """Those that are no holes, x itself mostly, the least and the greatest of them."""
    if not len(x):
        return x, np.inf, -np.inf
    low, high = float(x.min()), float(x.max())  # nan where there is one
    return (x, low, high) if np.isfinite([low, high]).all() else _spanned(
        x[np.isfinite(x)]
    )  # fmt: skip


def _whole(x: Array) -> bool:
    return bool((x == np.rint(x)).all())


def _steps(x: Array) -> tuple[float, float, float]:
    steps = np.diff(x)
    return float(steps[0]), float(steps.min()), float(steps.max())
