"""The least value of a quadratic plus weights of absolute values.

    Q(u) = u'Hu/2 - c'u + sum_j lam_j |u_j|

Lee, Battle, Raina & Ng, "Efficient sparse coding algorithms" (2007), algorithm 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.spaces import EPS, definite

Array = NDArray[Any]

SWEEPS = 10  # of coordinate descent before signs are tried
SURE = 1e-9  # of lam: what a slope is to overcome it by


def shrunk(u: Array, lam: Array) -> Array:
    """Each u moved towards 0 by lam, and to 0 where it is nearer.

    >>> shrunk(np.array([3.0, -0.5]), np.ones(2))
    array([ 2., -0.])
    """
    return np.asarray(np.sign(u) * np.maximum(np.abs(u) - lam, 0))


def quadratic(H: Array, c: Array, u: Array, lam: Array) -> Array:
    """Minimise Q from u, by feature-sign search.

    Where the signs of u are known this is a system of equations. Its solution is gone
    to as far as Q falls; coordinates that come to 0 there stay at 0, and those that
    would pay to leave 0 get their signs. Sweeps of coordinate descent come first.

    Examples
    --------
    >>> H, c = np.array([[2.0, 1.0], [1.0, 2.0]]), np.array([3.0, 1.0])
    >>> quadratic(H, c, np.zeros(2), np.ones(2))
    array([1., 0.])
    """
    search = Search(H, c, lam)
    u = search.swept(u) if lam.any() else u
    signs, most = np.sign(u), len(u)
    for _ in range(10 * len(u) + 10):
        there, arrived = search.beyond(u, search.solved(signs))
        rounding = search.rounding(u) if arrived else 0.0
        better = search.value(there) < search.value(u) + rounding
        if not better and most > 1 and (signs != np.sign(u)).any():
            most, arrived = 1, True  # some that left 0 together should not have
        else:
            u, most = (there if better else u), len(u)
        if arrived or not better:
            pays = search.pays(u)
            if not pays.any():
                break
            signs = np.sign(u)
            number = min(most, int(np.count_nonzero(pays)))
            leave = np.argsort(-pays, kind="stable")[:number]
            signs[leave] = np.sign(c - H @ u)[leave]
        else:
            signs = np.sign(u)
    return u


@dataclass(frozen=True)
class Search:
    """Q, and the places that its search goes to."""

    H: Array
    c: Array
    lam: Array

    def value(self, u: Array) -> float:
        """Q."""
        return float(u @ (self.H @ u / 2 - self.c) + self.lam @ np.abs(u))

    def rounding(self, u: Array) -> float:
        """What rounding moves Q by."""
        return 8 * EPS * float(np.abs(u) @ (np.abs(self.c) + self.lam))

    def pays(self, u: Array) -> Array:
        """By how much the slope of each coordinate at 0 overcomes lam, else 0."""
        left = np.abs(self.c - self.H @ u) - self.lam * (1 + SURE)
        return np.where((u == 0) & (self.lam > 0), np.maximum(left, 0), 0)

    def swept(self, u: Array) -> Array:
        """Minimise Q over one coordinate after another, a few times."""
        u, H = u.copy(), self.H
        for j in [*range(len(u))] * SWEEPS:
            rest = self.c[j] - H[j] @ u + H[j, j] * u[j]
            if H[j, j] > 0:
                u[j] = shrunk(rest, self.lam[j]) / H[j, j]
        return u

    def solved(self, signs: Array) -> Array:
        """The u where Q would be least, were |u| = signs u; 0 where a sign is."""
        some = np.flatnonzero((signs != 0) | (self.lam == 0))
        u = np.zeros_like(self.c)
        if len(some):
            slope = (self.c - self.lam * signs)[some]
            H = self.H[np.ix_(some, some)]
            solve = definite(H)
            u[some] = v = solve(slope)
            u[some] += solve(slope - H @ v)  # what a shift of H has left
        return u

    def beyond(self, u: Array, there: Array) -> tuple[Array, bool]:
        """The best place on the way from u to another; also, whether that is the other.

        Where signs change on the way, that is the other with 0 in their place, if Q
        falls so, else the least on the line of the places where a sign changes.
        """
        crosses = (self.lam > 0) & (u * there < 0)
        if not crosses.any():
            return there, True
        held, d = np.where(crosses, 0.0, there), there - u
        if self.value(held) < self.value(u):
            return held, False
        which = np.flatnonzero(crosses)
        t = u[which] / (u - there)[which]  # where each comes to 0
        slope, bend = d @ (self.H @ u - self.c), d @ self.H @ d
        sizes = np.array([self.lam @ np.abs(u + at * d) for at in t])
        best = np.argmin(t * slope + t * t * bend / 2 + sizes)
        place = u + t[best] * d
        place[which[best]] = 0.0
        return place, False
