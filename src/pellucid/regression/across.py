"""Rows that are no more than the columns: what they span takes the products of rows.

Z (n, d) is then as small as its triangle would be. Z Z' = L L' gives the directions in
which Z varies, V' = L^-1 Z, and T = V L^-1 with (Z'Z)^-1 = T T' in these.

Golub & Van Loan, "Matrix computations" (2013), section 5.6; Björck, "Stability analysis
of the method of seminormal equations" (1987).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Array = NDArray[Any]

EPS = float(np.finfo(float).eps)
SAFE = 1e11  # the square of the condition up to which products are good enough


def without_mean(Z: Array, q: Array) -> Array:
    """The rows of Z, of which q'Z = 0, turned so that one of them is 0 and left out.

    A reflection turns q into the first axis: Householder, "Unitary triangularization
    of a nonsymmetric matrix" (1958).

    Examples
    --------
    >>> without_mean(np.array([[-1.0], [1.0]]), np.ones(2)).round(3)
    array([[1.414]])
    """
    p = q / np.linalg.norm(q)
    p[0] += 1.0  # weights are not negative, so nothing cancels
    return np.asarray(Z[1:] - np.outer(p[1:], p @ Z / p[0]))


def spanned(Z: Array) -> tuple[Array, Array, Array] | None:
    """V, T and L^-1 of independent rows Z, None where they are too near to dependent.

    Examples
    --------
    >>> V, T, inverse = spanned(np.array([[3.0, 4.0]]))
    >>> V.T, T.T, inverse
    (array([[0.6, 0.8]]), array([[0.12, 0.16]]), array([[0.2]]))
    """
    try:
        L = np.linalg.cholesky(Z @ Z.T)
    except np.linalg.LinAlgError:
        return None
    inverse = linalg.lapack.dtrtri(L, lower=1)[0]
    if not np.sum(Z**2) * np.sum(inverse**2) <= SAFE * len(Z):
        return None
    V = linalg.blas.dtrmm(1.0, inverse, Z.T, side=1, lower=1, trans_a=1)
    return V, linalg.blas.dtrmm(1.0, inverse, V, side=1, lower=1), inverse


def projected(B: Array, w: Array) -> Array:
    """What of w lies in the directions of the columns of B, which are well apart.

    Examples
    --------
    >>> projected(np.array([[1.0], [1.0]]), np.array([[2.0], [4.0]]))
    array([[3.],
           [3.]])
    """
    factor = linalg.cho_factor(B.T @ B, check_finite=False)
    a = linalg.cho_solve(factor, B.T @ w, check_finite=False)
    a += linalg.cho_solve(factor, B.T @ (w - B @ a), check_finite=False)
    return np.asarray(B @ a)
