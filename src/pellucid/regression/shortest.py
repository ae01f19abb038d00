"""Of all coefficients that fit as well, the shortest."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.across import projected
from pellucid.regression.factors import Factors

Array = NDArray[Any]

ALIKE = 1e-4  # columns whose lengths are farther apart are not squared
UNLIKE = 1e-12  # and of these, rounding in one drowns another


def shortest(factors: Factors, w: Array, e: Array | None) -> Array:
    """Of all w that give the same A w, the shortest: w within the span of A' = L V.

    It is short as a coefficient of columns that were not yet divided by 2^e.
    """
    length, varying = factors.length, factors.length[factors.varies]
    near = np.min(varying, initial=np.inf) > ALIKE * np.max(varying, initial=0.0)
    if e is None and factors.V is not None and near:
        return projected(factors.V * (length / np.max(varying))[:, None], w)
    V = np.linalg.qr(factors.inverse / np.linalg.norm(factors.inverse, axis=0))[0]
    across = V.T @ (w * length[:, None])  # V'v   (rank, k)
    q, r = linalg.qr(V * length[:, None], mode="economic")  # (d, rank), ...
    size = np.abs(np.diagonal(r))
    if e is not None or np.min(size) <= UNLIKE * np.max(size):
        return _shortest_of_unlike(
            factors, V, w, np.zeros(len(w), int) if e is None else e
        )
    return np.asarray(q @ linalg.solve_triangular(r, across, trans="T"))


def _shortest_of_unlike(factors: Factors, V: Array, w: Array, e: Array) -> Array:
    """Take care of scales so unlike that rounding in one would drown another.

    A column that depends on no other keeps its coefficient. Where even the others
    are too unlike each other, w stays the shortest of the scaled columns.
    """
    tied = factors.varies & (np.sum(V**2, axis=1) < 1 - 1e-12)
    if not tied.any():
        return w
    units = np.ldexp(1.0, np.maximum(e - e[tied].max(), -1000))[tied]  # to 1
    length = factors.length[tied]
    A = (V[tied] * (length * units)[:, None]).T
    f = V[tied].T @ (w[tied] * length[:, None])
    found = linalg.lstsq(A, f)[0]
    if np.linalg.norm(A @ found - f) <= 1e-12 * np.linalg.norm(f):
        w = w.copy()
        w[tied] = found * units[:, None]
    return w
