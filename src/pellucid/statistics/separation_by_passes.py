"""Whether columns separate the classes of rows that are read anew; see `separation`.

The B of the largest sum of all margins is found for which none of some rows is
negative; what it makes of the others is seen in a pass, and those that it puts on the
wrong side are added, until there are none. The sum is that of all rows, so that where
it can only be 0 nothing separates them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.statistics.separation import (
    FINE,
    MORE,
    ROUNDING,
    SURE,
    Margins,
    Program,
    beside,
)
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]
Rows = Callable[[Chunk], tuple[Array, Array]]  # X, and the number of each class

PASSES = 20  # at most
WHAT = "whether classes are separable"


@dataclass(frozen=True)
class Worst:
    """The rows of the least margins, at most so many; and the ends of all margins."""

    X: Array
    y: Array
    margin: Array
    least: float
    largest: float
    most: int

    def __add__(self, other: Worst) -> Worst:
        """Of both."""
        X, y = np.vstack([self.X, other.X]), np.append(self.y, other.y)
        ends = min(self.least, other.least), max(self.largest, other.largest)
        return Worst(X, y, np.append(self.margin, other.margin), *ends, self.most).kept

    @property
    def kept(self) -> Worst:
        """The least of them."""
        some = np.argsort(self.margin, kind="stable")[: self.most]
        return replace(self, X=self.X[some], y=self.y[some], margin=self.margin[some])


@dataclass(frozen=True)
class Factor:
    """The rows that are on the border by the R (p, p) of their constraints."""

    R: Array

    def __add__(self, other: Factor) -> Factor:
        """Of both."""
        R = np.linalg.qr(np.vstack([self.R, other.R]), mode="r")
        return Factor(np.asarray(R))


def are_separable(
    stream: Stream, rows: Rows, fit: tuple[Array, Any], k: int, intercept: bool,
    ends: tuple[Array, Array],
) -> bool:  # fmt: skip
    """Whether some columns separate the classes.

    Parameters
    ----------
    stream : Stream
        All rows.
    rows : callable
        Takes a chunk, gives X (m, d) and the number of the class of each row.
    fit : pair
        w (d,) or (d, k) and b: the rows that lie wrong by it are looked at first.
    k : int
        How many classes.
    intercept : bool
        Whether each class has an intercept.
    ends : pair of arrays (d,)
        The least and the largest number of each column, in all rows.
    """
    d = len(ends[0])
    X, y, every = np.zeros((0, d)), np.zeros(0, int), np.arange(d + 1)
    margins = Margins.of(X, y, k, intercept, ends)
    most = 4 * (MORE + 2 * (d + 1) * (k - 1))
    look = partial(_looked, margins, rows, most)
    first = partial(
        _first, partial(look, _inside(margins, *fit), np.inf), margins, rows
    )
    worst, total = stream.summed(first, WHAT)
    program = Program((total / max(np.abs(total).max(), 1.0))[:, 1:].T.ravel(), None)
    for _ in range(PASSES):
        X, y = np.vstack([X, worst.X]), np.append(y, worst.y)
        some = replace(margins, X=X, y=y, open=np.ones((len(y), k), bool))
        i, c = np.repeat(np.arange(len(y)), k), np.tile(np.arange(k), len(y))
        b = program.solved(some.constraints(i, c, every)[c != y[i]])
        if np.abs(b).sum() <= SURE / 4:  # it moves no margin
            return False
        B = np.zeros((d + 1, k))
        B[:, 1:] = b.reshape(k - 1, -1).T
        worst = stream.summed(partial(look, B, -10 * FINE), WHAT)
        if worst.largest <= SURE and worst.least >= -SURE:
            return False
        if not len(worst.y):
            return worst.least >= -ROUNDING or _is_certain(stream, B, margins, rows)
    return False


def _is_certain(stream: Stream, B: Array, margins: Margins, rows: Rows) -> bool:
    """Whether a B puts rows on the border to rounding, after it was moved to that."""
    used = np.flatnonzero(np.abs(B).max(axis=1) > FINE)
    used = np.union1d(used, [len(B) - 1])
    factor = stream.summed(partial(_border, B, used, margins, rows), WHAT)
    moved = np.zeros_like(B)
    b = beside(factor.R, B[used, 1:].T.ravel())
    moved[used, 1:] = b.reshape(margins.k - 1, -1).T
    seen = stream.summed(partial(_looked, margins, rows, 0, moved, -np.inf), WHAT)
    return bool(seen.least >= -ROUNDING and seen.largest > SURE)


def _inside(margins: Margins, w: Array, b: Any) -> Array:
    """B of coefficients of the columns as they are, the first class being 0."""
    w, b = (np.stack([0 * w, w], 1), np.stack([0 * b, b])) if w.ndim == 1 else (w, b)
    B = np.vstack([np.ldexp(w, margins.exponent[:, None]), b + margins.shift @ w])
    return np.asarray(B - B[:, :1])


def _margins(margins: Margins, rows: Rows, chunk: Chunk) -> Margins:
    """Those of a chunk."""
    X, y = rows(chunk)
    return replace(margins, X=X, y=y, open=np.ones((len(y), margins.k), bool))


def _first(look: Any, margins: Margins, rows: Rows, chunk: Chunk) -> Several | None:
    """The worst rows, and the slope (d + 1, k) of the sum of margins."""
    worst = look(chunk)
    if worst is None:
        return None
    here = _margins(margins, rows, chunk)
    ahead = here.k * np.eye(here.k)[here.y] - 1.0
    return Several((worst, here.columns(slice(None)).T @ ahead))


def _looked(
    margins: Margins, rows: Rows, most: int, B: Array, below: float, chunk: Chunk
) -> Worst | None:
    """The rows of a chunk whose margin is less than some number."""
    here = _margins(margins, rows, chunk)
    if not len(here.y):
        return None
    ahead = here.all(B)
    largest = float(ahead.max())
    ahead[np.arange(len(here.y)), here.y] = np.inf
    margin = ahead.min(axis=1)
    some = margin < below
    ends = float(margin.min()), largest
    return Worst(here.X[some], here.y[some], margin[some], *ends, most).kept


def _border(
    B: Array, used: Array, margins: Margins, rows: Rows, chunk: Chunk
) -> Factor | None:
    """The constraints of the rows on the border."""
    here = _margins(margins, rows, chunk)
    if not len(here.y):
        return None
    others = np.arange(here.k) != here.y[:, None]
    i, c = np.nonzero((here.all(B) < SURE) & others)
    R: Array = np.zeros((0, len(used) * (here.k - 1)))
    for begin in range(0, len(i), 10_000):
        some = slice(begin, begin + 10_000)
        A = here.constraints(i[some], c[some], used)
        R = np.asarray(np.linalg.qr(np.vstack([R, A]), mode="r"))
    return Factor(R)
