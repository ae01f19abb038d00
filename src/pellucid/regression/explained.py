"""What a least-squares fit explains of its targets, and what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.error_free import Double
from pellucid.regression.problem import Rows
from pellucid.regression.rows import visited

Array = NDArray[Any]


@dataclass(frozen=True)
class Explained:
    """Weighted sums of squares of targets y 2^-e, of weights s 2^-f.

    Parameters
    ----------
    left : array (k,)
        SSE: of what the fit leaves.
    around : array (k,)
        SST: of y around its mean.
    whole : array (k,)
        Of y as it is.
    total : float
        Of the weights.
    e : array (k,) of int
        Of the targets.
    f : int
        Of the weights.

    Examples
    --------
    >>> sums = [np.array([v]) for v in (2.0, 8.0, 12.0)]
    >>> explained = Explained(*sums, total=4.0, e=np.array([1]), f=0)
    >>> explained.history, explained.r2, explained.restored(np.array([1.0]))
    (array([12.,  2.]), 0.75, array([2.]))
    """

    left: Array
    around: Array
    whole: Array
    total: float
    e: Array
    f: int

    @classmethod
    def of(cls, rows: Rows, left: Array, f: int) -> Explained:
        """Sum the squares of the targets."""
        y, s = rows.targets, rows.s

        def part(blocks: list[slice]) -> Array:
            total: Any = 0.0
            for block in blocks:
                Y, head = y.exactly(block), y.head
                squares = [_moved(Y, by) ** 2 for by in (head - y.mean, head)]
                s_ = np.ones(len(squares[0])) if s is None else s[block]
                total = total + s_ @ np.stack(squares)  # (2, k)
            return np.asarray(total)

        around, whole = np.sum(visited(part, *y.shape), axis=0)
        e = np.zeros(len(left), np.int32) if y.e is None else y.e
        return cls(left, around, whole, rows.total, e, f)

    @property
    def history(self) -> Array:
        """The mean squared error of 0 and of the fit; inf beyond float64."""
        with np.errstate(over="ignore"):
            each = np.ldexp(
                [self.whole / self.total, self.left / self.total], 2 * self.e
            )
            return np.asarray(each.sum(axis=1))

    @property
    def r2(self) -> float:
        """1 - SSE / SST, its mean over the targets; see `pl.LinearRegression.score`."""
        return float(np.mean(self.share(self.around)))

    def share(self, of: Array) -> Array:
        """1 - SSE / SST (k,), where SST is one of the sums; of 0, all or nothing."""
        varies = of > 0
        left = np.divide(self.left, of, where=varies, out=0 * self.left)
        return np.asarray(np.where(varies, 1 - left, self.left == 0))

    def restored(self, near: Array) -> Array:
        """Numbers (k, ...) in units of weighted targets, from those near 1."""
        e = self.e.reshape(-1, *[1] * (near.ndim - 1))
        with np.errstate(over="ignore"):
            return np.asarray(np.ldexp(near, e) * 2.0 ** (self.f / 2))


def _moved(Y: Array | Double, by: Array) -> Array:
    """Y + by, rounded once."""
    return (Y + by).value if isinstance(Y, Double) else Y + by
