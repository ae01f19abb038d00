"""Singular values of columns, to their own digits, computed when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression import powers

Array = NDArray[Any]


@dataclass(frozen=True)
class Singular:
    """The singular values of columns Z diag(length 2^e), Z = Q R.

    Parameters
    ----------
    R : array (r, columns) or None
        The triangle, or what has the same products; None where there is none.
    length : array (columns,)
        Of the columns.
    e : array (columns,) of int or None
        Powers of two, None for 0.
    count : int
        How many there are, with those that are 0.

    Examples
    --------
    >>> Singular(np.eye(2), np.array([3.0, 4.0]), None, 3).values
    array([4., 3., 0.])
    """

    R: Array | None
    length: Array
    e: Array | None
    count: int

    @property
    def values(self) -> Array:
        """From the largest to the least, nan where they are not known."""
        if self.R is None:
            return np.full(self.count, np.nan)
        found = _graded(self.R, self.length, self.e)
        return np.append(found, np.zeros(self.count - len(found)))


def _graded(R: Array, length: Array, e: Array | None) -> Array:
    """Those of R diag(length 2^e), to their own digits where the columns are unlike.

    From the longest column to the shortest, blocks of columns that are more than 2^GAP
    apart do not see each other in float64. Stewart, "On graded matrices" (1984).
    """
    if not R.size:
        return np.zeros(0)
    if e is None:
        return np.asarray(np.linalg.svd(R * length, compute_uv=False))
    order = np.argsort(-(np.log2(length) + e))
    T, (length, e) = linalg.qr(R[:, order], mode="r")[0], (length[order], e[order])
    ends = [*np.flatnonzero(-np.diff(e) > powers.GAP) + 1, len(e)]
    values, begin = np.zeros(0), 0
    for end in ends:
        block = T[begin : min(end, len(T)), begin:end]
        if block.size:
            graded = np.ldexp(block * length[begin:end], e[begin:end] - e[begin])
            with np.errstate(over="ignore"):  # inf where float64 ends
                found = np.ldexp(linalg.svdvals(graded), e[begin])
            values = np.append(values, found)
        begin = end
    return values
