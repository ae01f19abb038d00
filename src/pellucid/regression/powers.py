"""Scales that are powers of two: a number that is multiplied by one keeps its digits.

What is squared and summed must lie well within the range of float64, 1e-308 to 1e308.
Columns that do not are multiplied by 2^-e, so that their largest element is near 1, and
what is found for them is brought back by 2^e.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[Any]

NEAR = 1e120  # sums of squares from 1 / NEAR to NEAR are safe
GAP = 60  # powers of two between columns whose singular values do not mix
LOG_2 = np.log10(2)
LOST = 1e-9  # the part of a number that may be lost below the least normal float


class OutOfRangeError(ArithmeticError):
    """A number that float64 cannot hold; `place` is where it stands in its array."""

    def __init__(self, place: tuple[int, ...], size: float) -> None:
        self.place, self.size = place, size
        super().__init__(f"a number near 1e{size:+.0f} at {place}")


def are_near(X: Array) -> bool:
    """Whether the columns of X can be squared and summed as they are."""
    squares = np.einsum("ij,ij->j", X, X)  # it does not warn of inf
    squares = squares.astype(float)  # of float32 columns they may be inf already
    near = (squares >= 1 / NEAR) & (squares <= NEAR)
    return not X[:, ~near].any()


def exponents(X: Any) -> Array:
    """Find e (d,) for each column, so that its largest element is near 2^e.

    Examples
    --------
    >>> exponents(np.array([[1.0, 0.0, 4e-250], [3.0, 0.0, -8e200]]))
    array([  2,   0, 668], dtype=int32)
    """
    ends = X.max(axis=0), X.min(axis=0)
    if is_sparse(X):
        ends = tuple(end.toarray().ravel() for end in ends)
    largest = np.maximum(ends[0], -ends[1])
    return exponents_of(largest)


def exponents_of(largest: Array) -> Array:
    """Find e with |largest| near 2^e."""
    e: Array = np.frexp(largest)[1]
    return e


def scaled(X: Any, e: Array | None) -> Any:
    """X 2^-e, column by column; X itself where nothing is to be scaled."""
    if e is None:
        return X
    if not is_sparse(X):
        return np.ldexp(X.astype(float), -e)
    near: Any = X.astype(float)  # a copy
    near.data = np.ldexp(near.data, -e[near.indices])
    return near


def is_sparse(X: Any) -> bool:
    """Whether X is a sparse matrix of SciPy's."""
    return bool(sparse.issparse(X))


def filled(X: Any) -> Array:
    """Rows of a sparse matrix filled out; the rest as it is."""
    array: Array = X.toarray() if is_sparse(X) else X
    return array


def near_one(s: Array) -> Array:
    """Numbers s by a power of two, so that the largest is near 1."""
    return np.asarray(np.ldexp(s, -np.frexp(np.max(s))[1]))


def restored(v: Array, e: Array) -> Array:
    """Bring back v 2^e in float64.

    Raises
    ------
    OutOfRangeError
        Where that is more than the largest float64, or so little that digits are lost
        which count: a v that is nothing but rounding may vanish.
    """
    v, eps = np.asarray(v, float), np.finfo(float).eps
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        x: Array = np.ldexp(v, e)
        lost = np.abs(np.ldexp(x, -e) - v) > np.maximum(LOST * np.abs(v), eps)
    lost |= ~np.isfinite(x)
    if lost.any():
        place = tuple(int(i) for i in np.argwhere(lost)[0])
        size = np.log10(np.abs(v[place])) + np.broadcast_to(e, v.shape)[place] * LOG_2
        raise OutOfRangeError(place, float(size))
    return x
