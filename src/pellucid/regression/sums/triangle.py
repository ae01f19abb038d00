"""R with R'R = C, in head + tail and with pivots, and how sure it is.

Golub & Van Loan, "Matrix computations" (2013), section 4.2.8; Higham, "Accuracy and
stability of numerical algorithms" (2002), chapter 10.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.error_free import Double, two_product, two_sum
from pellucid.regression.problem import OWN, Blur

Array = NDArray[Any]

FLOOR = 2.0**-98  # of a square: what is less is rounding of sums in head + tail
GONE = 8  # of so many columns one that has been a pivot makes room
SURE = 1e-11  # of a square: so much of it may be rounding


def root(square: Double) -> Double:
    """The root of numbers above 0, by a step of Newton's."""
    head = np.sqrt(square.head)
    rest = square - Double(*two_product(head, head))
    return Double(*two_sum(head, rest.value / (2 * head)))


def triangle(C: Double, blur: Blur) -> tuple[Double, bool]:
    """R with R'R = C, columns of length about 1, and whether rounding allows it.

    The last column is that of y, which is no pivot until the end. A pivot is the square
    of a combination C u of columns; of it the blur of products may be a part.
    """
    p, squares = len(C.head), np.diagonal(C.head).copy()
    A, left, rows, order = C, np.where(squares > 0, 1.0, -1.0), [], []
    left[-1] = -1.0
    here, taken = np.arange(p), np.zeros(p, bool)  # the columns that A still has
    while left.max(initial=-1.0) > FLOOR * p:
        j = int(np.argmax(left))
        row = A[j] / root(A[j, j])[None]
        rows.append(Double.of(np.zeros(p)))
        rows[-1][here] = row
        order.append(here[j])
        A = A - row[:, None] * row[None]
        A[j], A[:, j] = (Double.of(np.zeros(len(here))) for _ in range(2))
        share = np.diagonal(A.head) / np.where(squares > 0, squares, 1.0)[here]
        left = np.where(left > 0, share, left)
        left[j], taken[j] = -1.0, True
        if taken.sum() * GONE > len(here):
            rest = np.flatnonzero(~taken)
            A, left, here = A[np.ix_(rest, rest)], left[rest], here[rest]
            taken = taken[rest]
    pivots = np.zeros(p)
    pivots[here] = np.maximum(np.diagonal(A.head), 0.0)
    there = pivots[-1] > FLOOR * p * squares[-1]
    if there:
        rows.append(Double.of(np.zeros(p)))
        rows[-1][-1] = root(A[-1, -1])
    parts = ([row.head for row in rows], [row.tail for row in rows])
    R = Double(*(np.reshape(part, (len(rows), p)) for part in parts))
    return R, _is_sure(
        R.head[: len(order)], np.array(order, int), pivots, squares, blur
    )


def _is_sure(R: Array, order: Array, pivots: Array, squares: Array, blur: Blur) -> bool:
    """Whether products, once they have no blur but their own, would tell no more."""
    rest = np.setdiff1d(np.flatnonzero(squares > 0), order)
    T = linalg.solve_triangular(R[:, order], np.hstack([np.eye(len(R)), R[:, rest]]))
    own = np.diagonal(R[:, order])
    U = np.zeros((len(squares), len(order) + len(rest)))
    U[order] = T * np.append(own, -np.ones(len(rest)))
    U[rest, len(order) + np.arange(len(rest))] = 1.0
    square = np.append(own**2, pivots[rest])
    lost, size = (part @ np.abs(U) for part in (blur.lost, blur.size))
    least = OWN * size  # which no slices help
    few = lost <= 4 * least
    return bool((few | (2 * lost * size <= SURE * square)).all())
