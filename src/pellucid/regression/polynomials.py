"""Polynomials of features in a basis that is nearly orthogonal, known to 106 bits.

A feature is seen from near its mean, t = (x 2^-unit - centre) 2^zoom, |t| about 1, and

    p_0 = 1,    p_k+1 = 2^scale (t p_k - sum_j h_kj p_j),  j <= k

where h is such that p_k+1 is at right angles to those before, over the rows. Once they
are chosen centre and h are exact by definition, so that rounding in their choice does
no harm, and so is the basis: products of such p, one for each monomial.

Forsythe, "Generation and use of orthogonal polynomials for data-fitting with a digital
computer" (1957); Brubeck, Nakatsukasa & Trefethen, "Vandermonde with Arnoldi" (2021).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.error_free import Double, summed, two_sum
from pellucid.regression.monomials import Monomials
from pellucid.regression.points import Points
from pellucid.regression.rows import parts_of, rows_a_block
from pellucid.regression.survey import Formed

Array = NDArray[Any]

ALONE = 2.0**-34  # of t p_k: what is less beside those before is none of its own
MEANT = 2.0**-27  # of p_k+1: an h that changes less is left out
CANCELLED = 2.0**-90  # of terms: a sum that is less is 0
HELD = 2**23  # numbers that are formed once and held
FEW = 3  # bits of a centre below the spread, so that most differences are float64


@dataclass(frozen=True)
class Basis:
    """A basis of the polynomials of d features up to a total degree.

    Parameters
    ----------
    degree : int
        The total degree.
    unit, zoom : array (d,) of int
        Powers of two that bring a feature, and what it differs from its centre, near 1.
    centre : array (d,)
        Near the mean of each feature.
    h : array (d, degree, degree)
        What is subtracted of polynomials before.
    scale : array (d, degree) of int
        Powers of two that bring polynomials near 1.
    own : array (d,) of int
        The degree up to which the rows tell the powers of a feature apart.

    Examples
    --------
    >>> basis = Basis.of(np.array([[1.0], [2.0], [3.0]]), None, 2)
    >>> basis.centre * 2.0**basis.unit, basis.own
    (array([2.]), array([2], dtype=int32))
    >>> basis.values(np.array([[1.0], [2.0], [3.0]])).head.round(2).tolist()
    [[1.0, -1.0, 0.67], [1.0, 0.0, -1.33], [1.0, 1.0, 0.67]]
    """

    degree: int
    unit: Array
    zoom: Array
    centre: Array
    h: Array
    scale: Array
    own: Array

    @classmethod
    def of(cls, X: Array, s: Array | None, degree: int) -> Basis:
        """Choose it by the rows X (n, d) and their weights s."""
        s = None if s is None else powers.near_one(s)
        return cls.over([Points.of(x.astype(float), s) for x in X.T], degree)

    @classmethod
    def over(cls, points: Sequence[Points], degree: int) -> Basis:
        """Choose it by the points of each feature."""
        found = [_chosen(each, degree) for each in points]
        ints = {"unit", "zoom", "scale", "own"}
        parts = {
            name: np.array(
                [each[name] for each in found], np.int32 if name in ints else float
            )
            for name in found[0]
        }
        return cls(degree, **parts)

    @cached_property
    def monomials(self) -> Monomials:
        """One for each polynomial of the basis, which it is the highest of."""
        return Monomials(len(self.unit), self.degree)

    @property
    def told_apart(self) -> Array:
        """Which of them (p,) the rows can tell from those of lower powers."""
        return np.asarray((self.monomials.powers <= self.own).all(axis=1))

    def values(self, X: Array) -> Double:
        """All of them (n, p) at rows (n, d), to 106 bits: their terms may cancel."""
        T = Double(*two_sum(powers.scaled(X, self.unit), -self.centre))
        return self._products(T.by(self.zoom), self.h)

    @property
    def most(self) -> Array:
        """What their terms (p,) may add up to at the rows: |t| is hardly above 1."""
        T = Double.of(np.full((1, len(self.unit)), 1 + 0.5**FEW))
        return np.asarray(self._products(T, -np.abs(self.h)).head[0])

    def _products(self, T: Double, h: Array) -> Double:
        """The products of polynomials of each feature t (n, d)."""
        one = Double.of(np.ones(len(T.head)))
        found = Double.of(np.ones((len(T.head), len(self.monomials.powers))))
        for i in range(len(self.unit)):
            p = chain(one, T[:, i].__mul__, h[i], self.scale[i])
            for k, places, before in self.monomials.steps[i]:
                times = p[k][:, None]
                found[:, places] = found[:, before] * times if before.any() else times
        return found

    def expanded(self, w: Double) -> Double:
        """Coefficients (p, k) of the basis as those of the monomials of x 2^-unit."""
        return self._expanded(w, self.h, self.centre)

    def terms(self, w: Array) -> Array:
        """What these are sums of, as absolute values."""
        sizes = Double.of(np.abs(w))
        return self._expanded(sizes, -np.abs(self.h), -np.abs(self.centre)).value

    def _expanded(self, w: Double, h: Array, centre: Array) -> Double:
        """Feature by feature, each in terms of its powers."""
        w = Double(w.head.copy(), w.tail.copy())
        for i in range(len(self.unit)):
            C = _coefficients(h[i], self.scale[i], centre[i], self.zoom[i])
            for j, k, places, lower in self.monomials.falls[i]:
                more = w[places] * C[k, j]
                w[lower] = w[lower] + more if k > j else more
        return w


def chain(
    one: Double, times: Callable[[Double], Double], h: Array, scale: Array
) -> list[Double]:
    """The polynomials p_0, p_1, ... of t, from 1 and the product of t with another."""
    p = [one]
    for row, e in zip(h, scale, strict=True):
        p.append(_less(times(p[-1]), p, row).by(e))
    return p


def _less(q: Double, p: list[Double], h: Array) -> Double:
    """Subtract sum_j h_j p_j of q."""
    for j in np.flatnonzero(h):
        q = q - p[j] * h[j]
    return q


def _coefficients(h: Array, scale: Array, centre: Any, zoom: Any) -> Double:
    """The coefficient C_kj of (x 2^-unit)^j in p_k."""
    one = np.eye(1, len(h) + 1)

    def times(q: Double) -> Double:
        up = Double(np.roll(q.head, 1), np.roll(q.tail, 1))  # the last was 0
        moved: Double = up - q * centre
        return moved.by(zoom)

    p = chain(Double.of(one[0]), times, h, scale)
    return Double(np.array([q.head for q in p]), np.array([q.tail for q in p]))


# -- how it is chosen -----------------------------------------------------------------


def _chosen(points: Points, degree: int) -> dict[str, Any]:
    """The basis of one feature, by its name in `Basis`."""
    x, mass = points.x, points.mass / np.sum(points.mass)
    unit = int(np.frexp(np.max(np.abs(x)))[1])
    u = np.ldexp(x, -unit)
    mean = np.clip(mass @ u, u[0], u[-1])
    zoom = -int(np.frexp(max(u[-1] - mean, mean - u[0]))[1]) if u[-1] > u[0] else 0
    centre = _rounded(mean, zoom + FEW) if u[-1] > u[0] else u[0]
    t = Double(*two_sum(u, -centre)).by(zoom)
    h, scale, own = _orthogonal(t, mass, degree)
    return {
        "unit": unit, "zoom": zoom, "centre": centre, "h": h, "scale": scale,
        "own": own,
    }  # fmt: skip


def _rounded(number: float, bits: int) -> float:
    """A number with so many bits behind the point."""
    return float(np.ldexp(np.rint(np.ldexp(number, bits)), -bits))


def _orthogonal(t: Double, mass: Array, degree: int) -> tuple[Array, Array, int]:
    """h, the scales, and up to which degree there is a polynomial of its own."""
    h, scale = np.zeros((degree, degree)), np.zeros(degree, np.int32)
    p = [Double.of(np.ones(len(mass)))]
    for k in range(degree):
        q = p[k] * t
        P = np.stack([each.head for each in p])
        for _ in range(2):  # twice is enough (Kahan, in Parlett 1980)
            rest = _less(q, p, h[k])
            h[k, : k + 1] += P @ (mass * rest.head) / (P**2 @ mass)
        left = _size(_less(q, p, h[k]), mass)
        if not left > ALONE * _size(q, mass):
            return h, scale, k
        small = np.abs(h[k, : k + 1]) * np.sqrt(P**2 @ mass) < MEANT * left
        h[k, : k + 1][small] = 0.0
        scale[k] = -np.frexp(left)[1]
        p.append(_less(q, p, h[k]).by(scale[k]))
    return h, scale, degree


def _size(q: Double, mass: Array) -> float:
    """The length of a polynomial over the points."""
    return float(np.sqrt(mass @ q.head**2))


# -- as columns of a least squares problem --------------------------------------------


@dataclass(frozen=True)
class Columns(Formed):
    """The basis over rows X, as columns (n, q) of a problem with or without a b.

    With a b that takes the place of the constant. Without it all polynomials must be 0
    at x = 0: of each is subtracted as much of one of them, the `pivot`, and this one is
    left out.

    Parameters
    ----------
    basis : Basis
        The polynomials.
    X : array (n, d)
        Features.
    pivot : int
        Of the one that is left out; 0, that of the constant, where there is a b.
    share : Double (p, 1) or None
        How much of it is subtracted of each, where there is no b.
    again : bool
        Whether the rows are visited more than once.
    """

    basis: Basis
    X: Array
    pivot: int = 0
    share: Double | None = None
    again: bool = True

    @cached_property
    def held(self) -> Double | None:
        """All rows, where they take little room."""
        n, q = self.shape
        if n * q > HELD or not self.again:
            return None
        found = Double(np.empty((n, q)), np.empty((n, q)))
        for rows in (block for part in parts_of(n, rows_a_block(q)) for block in part):
            found[rows] = self._formed(rows)
        return found

    @classmethod
    def of(cls, basis: Basis, X: Array, intercept: bool) -> Columns:
        """The columns of X, with a b or without."""
        if intercept:
            return cls(basis, X)
        at_0 = basis.values(np.zeros((1, X.shape[1])))[0]
        sizes = np.abs(at_0.head)
        vain = ~basis.told_apart & (sizes > ALONE * basis.most)  # 0 at all rows
        pivot = int(np.argmax(np.where(vain, sizes, 0.0) if vain.any() else sizes))
        return cls(basis, X, pivot, (at_0 / at_0[[pivot]])[:, None])

    def of_all(self, X: Array) -> Columns:
        """The same columns of other rows, which are visited once."""
        return replace(self, X=X, again=False)

    @property
    def shape(self) -> tuple[int, int]:
        """How many rows, and how many columns."""
        return len(self.X), len(self.basis.monomials.powers) - 1

    @property
    def kept(self) -> Array:
        """Which of the polynomials have a column."""
        return np.delete(np.arange(self.shape[1] + 1), self.pivot)

    @property
    def terms(self) -> Array:
        """What the terms of an element may add up to."""
        most = self.basis.most
        if self.share is not None:
            most = most + most[self.pivot] * np.abs(self.share.head[:, 0])
        return np.asarray(most[self.kept])

    def exactly(self, rows: slice) -> Double:
        """Some rows, head + tail."""
        return self._formed(rows) if self.held is None else self.held[rows]

    def _formed(self, rows: slice) -> Double:
        P = self.basis.values(self.X[rows])
        if self.share is not None:
            P = P - P[:, [self.pivot]] * self.share[:, 0]
        return P[:, self.kept]

    def whole(self, w: Double, b: Double) -> Double:
        """Coefficients (p, k) of the basis, from those of the columns and b (k,)."""
        found = Double.of(np.zeros((self.shape[1] + 1, w.head.shape[1])))
        found[self.kept] = w
        if self.share is not None:
            terms = w * -self.share[self.kept]
            b = summed(np.vstack([terms.head, terms.tail]))
            sizes = np.sum(np.abs(terms.head), axis=0)
            b = b * (np.abs(b.head) > CANCELLED * sizes)
        found[self.pivot] = b
        return found

    def whole_sizes(self, w: Array, b: Array) -> Array:
        """The same of errors, which may all be on one side."""
        sizes = np.zeros((self.shape[1] + 1, w.shape[1]))
        sizes[self.kept] = w
        if self.share is not None:
            b = np.sum(w * np.abs(self.share.head[self.kept]), axis=0)
        sizes[self.pivot] = b
        return sizes
