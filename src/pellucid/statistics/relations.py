"""Which columns depend on others, and by which relation: total = a + b.

Columns are taken in the order of the table, and one that the columns before it give is
left out, as R's `lm` does. That is seen on the triangle R of the columns, R'R = Z'Z, at
no further visit to the rows. A relation is told only when all rows hold it, to the
rounding of its terms, by arithmetic of 106 bits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.error_free import Double
from pellucid.regression.factors import Factors
from pellucid.regression.least_squares import least_squares
from pellucid.regression.powers import filled
from pellucid.regression.problem import Rows
from pellucid.regression.rows import visited

Array = NDArray[Any]

LEFT = 1e-9  # of the length of a column: less beside the others, and it may depend
PART = 1e-8  # of the length of a column: less of another, and it has no part in it
NEAR = (1e-9, 1e-12)  # how near a coefficient is to a fraction, the rows being asked
NEAREST = 1e-14  # the same once it is known to its last digits
LARGEST = 1000  # denominator of a fraction that is no short decimal number
DIGITS = 10  # of a short one
WRITTEN = 5e-15  # rounding of numbers that were written with 15 digits, as R does
MANY = 200  # relations of which no shorter form is looked for


@dataclass(frozen=True)
class Relation:
    """x_column = constant + sum_i coefficients_i x_others_i, in every row.

    Parameters
    ----------
    column : int
        The column that is given by others.
    others : tuple of int
        Those, in the order of the table.
    coefficients : tuple of Fraction
        Theirs.
    constant : Fraction
        What is added.

    Examples
    --------
    >>> X = np.array([[1.0, 2.0, 3.0], [2.0, 0.0, 2.0], [5.0, 1.0, 6.0], [0, 4, 4.0]])
    >>> [relation.told(["a", "b", "total"]) for relation in relations(X)]
    ['total = a + b']
    """

    column: int
    others: tuple[int, ...]
    coefficients: tuple[Fraction, ...]
    constant: Fraction

    def told(self, names: Sequence[str], most: int = 6) -> str:
        """The relation with the names of the columns, at most so many of them."""
        pairs = zip(self.coefficients, self.others, strict=True)
        terms = [(c, _product(abs(c), names[k])) for c, k in pairs]
        if len(terms) > most:
            more = f"{len(terms) - most} more columns"
            terms = [*terms[:most], (Fraction(1), f"... ({more})")]
        if self.constant or not terms:
            terms.append((self.constant, number(abs(self.constant))))
        first = next((i for i, (c, _) in enumerate(terms) if c >= 0), 0)
        terms.insert(0, terms.pop(first))  # 24 - a rather than -a + 24
        text = " ".join(f"{'-' if c < 0 else '+'} {term}" for c, term in terms)
        text = text.removeprefix("+ ") if text[0] == "+" else f"-{text[2:]}"
        numbers = (*self.coefficients, self.constant)
        exact = all(Fraction(number(c)) == c for c in numbers)
        return f"{names[self.column]} = {text}{'' if exact else ' (numbers rounded)'}"


def _product(c: Fraction, name: str) -> str:
    """A coefficient times a column: a, 2 a, a / 12."""
    if c == 1:
        return name
    if c.numerator == 1 and "/" in number(c):
        return f"{name} / {c.denominator}"
    return f"{number(c)} {name}"


def number(c: Fraction) -> str:
    """A fraction as people write it: 1.609344, 2/3, 12.

    >>> [number(Fraction(text)) for text in ("12", "2/3", "1.8", "0.453592")]
    ['12', '2/3', '1.8', '0.453592']
    """
    short = f"{float(c):.12g}"
    if Fraction(short) == c:
        return short
    readable = max(abs(c.numerator), c.denominator) < LARGEST
    return str(c) if readable else f"{float(c):.6g}"


def relations(X: Array, intercept: bool = True) -> tuple[Relation, ...]:
    """Find the columns that others give, and how.

    Parameters
    ----------
    X : array (n, d) or sparse matrix
        The columns.
    intercept : bool
        Whether a constant may have a part, and so a constant column depends on none.

    Returns
    -------
    tuple of Relation
        By column; without those columns no relation is left. One with as many terms as
        there are rows is none: any numbers have it.

    References
    ----------
    Chambers, "Linear models", in Chambers & Hastie, "Statistical Models in S" (1992);
    what is left out is what R's `alias` tells.

    Examples
    --------
    >>> years = np.array([[1.0], [2.0], [4.0], [7.0]])
    >>> [found.told(["years", "m"]) for found in relations(years * [1, 12])]
    ['m = 12 years']
    """
    n, d = X.shape
    rows = Rows.of(X, np.zeros((n, 1)), intercept=intercept)
    factors = Factors.of(rows)
    if factors.rank == d:
        return ()
    return tuple(Search(X, rows, factors).found())


@dataclass(frozen=True)
class Search:
    """The columns, and what is known of how they lie."""

    X: Array
    rows: Rows
    factors: Factors

    def found(self) -> Iterator[Relation]:
        """Each relation, those before it being known."""
        d, given = self.X.shape[1], Given(self.factors.R)
        place = np.flatnonzero(self.factors.varies)
        ways: list[Array] = []  # each -1 at its column, in columns of length 1
        for j in np.flatnonzero(~self.factors.varies):
            if relation := self.between(int(j), np.zeros(d)):
                yield relation
        for i, j in enumerate(place):
            v, left = given.by(i)
            if left > max(LEFT, self.noise(place, i, v)):
                given.keep(i)
                continue
            way = np.zeros(d)
            way[place[given.kept]], way[j] = v, -1.0
            for short in _shorter(way, ways):
                relation = self.between(int(j), short)
                if relation:
                    ways.append(short)
                    yield relation
                    break
            else:
                given.keep(i)  # near to others, but not given by them

    def noise(self, place: Array, i: int, v: Array) -> float:
        """What rounding of the columns may leave of one, in its lengths."""
        share = self.coarse[place]
        return float(8 * share[i] + 8 * np.sum(np.abs(v)) * np.max(share, initial=0.0))

    @cached_property
    def coarse(self) -> Array:
        """The rounding of each column, by its length."""
        far = np.abs(self.factors.centre(self.rows)) * self.rows.total**0.5
        return np.asarray(self.rows.eps * (1 + far * self.factors.unit[:, 0]))

    def between(self, j: int, way: Array) -> Relation | None:
        """The relation of column j with others, if all rows hold it."""
        others = np.flatnonzero(np.abs(way) > PART)
        others = others[others != j]
        freedom = self.rows.freedom
        if len(others) and len(others) >= min(freedom, self.X.shape[1]):
            return None
        c = self.unscaled(j, others, way[others])
        size = self.unscaled(j, others, np.ones(len(others)))
        if not (np.isfinite(c).all() and np.isfinite(size).all() and size.all()):
            return None
        for near in NEAR:
            near = max(near, 8 * self.rows.eps)
            if found := self.simply(j, others, c, near * size):
                return found
        return self.refined(j, others, size)

    def simply(self, j: int, others: Array, c: Array, near: Array) -> Relation | None:
        """The relation with simple fractions so near to these coefficients."""
        known = []
        for a, b in zip(c.tolist(), near.tolist(), strict=True):
            if (fraction := _fraction(a, b)) is None:
                return None
            known.append(fraction)
        return self.held(j, others, known)

    def unscaled(self, j: int, others: Array, v: Array) -> Array:
        """Coefficients of the columns as they are, from those of length 1."""
        length, e = self.factors.length, self.e
        with np.errstate(over="ignore", under="ignore"):
            ratio = v * length[j] / length[others]
            return np.asarray(np.ldexp(ratio, e[j] - e[others]))

    @cached_property
    def e(self) -> Array:
        """The powers of two by which columns are near 1."""
        e = self.rows.columns.e
        return np.zeros(self.X.shape[1], int) if e is None else e.astype(int)

    def refined(self, j: int, others: Array, size: Array) -> Relation | None:
        """The same with coefficients that are known to their last digits."""
        if not len(others):
            return None
        Z = self.near(slice(None), [*others, j])
        intercept = self.rows.intercept
        w = least_squares(Z[:, :-1], Z[:, -1:], intercept=intercept).w[:, 0]
        with np.errstate(over="ignore", under="ignore"):
            c = np.ldexp(w, self.e[j] - self.e[others])
        if not np.isfinite(c).all():
            return None
        floats = [Fraction(a) for a in c.tolist()]
        found = self.simply(j, others, c, NEAREST * size)
        return found or self.held(j, others, floats)

    # -- what the rows say ------------------------------------------------------------

    def near(self, block: Any, columns: Sequence[int]) -> Array:
        """Some columns of some rows, by their powers of two."""
        Z = np.asarray(filled(self.X[block])[:, columns], float)
        e = self.e[list(columns)]
        return np.ldexp(Z, -e) if e.any() else Z

    def held(self, j: int, others: Array, c: Sequence[Fraction]) -> Relation | None:
        """The relation with these coefficients, if all rows hold it."""
        columns = [*others.tolist(), j]
        scale = Fraction(2) ** int(self.e[j])  # what follows is in units of it
        powers = (Fraction(2) ** int(self.e[k]) for k in others)
        inside = [a * power / scale for a, power in zip(c, powers, strict=True)]
        for constant in self.constants(columns, inside, scale):
            if self.are_right(columns, inside, constant / scale):
                return Relation(j, tuple(others.tolist()), tuple(c), constant)
        return None

    def constants(
        self, columns: list[int], c: list[Fraction], scale: Fraction
    ) -> tuple[Fraction, ...]:
        """What the first row leaves to add, as simple as rounding allows, and as is."""
        if not self.rows.intercept:
            return (Fraction(0),)
        *others, given = map(Fraction, self.near(slice(0, 1), columns)[0].tolist())
        parts = [a * x for a, x in zip(c, others, strict=True)]
        reach = Fraction(self.reach(c)) * (sum(map(abs, parts)) + abs(given))
        left = given - sum(parts)
        return simplest((left - reach) * scale, (left + reach) * scale), left * scale

    def reach(self, c: Sequence[Fraction]) -> float:
        """How much of the size of its terms the rounding of a relation may take."""
        return max(float(self.rows.eps * (len(c) + 4)), WRITTEN)

    def are_right(self, columns: list[int], c: list[Fraction], b: Fraction) -> bool:
        """Whether the rows hold a relation, the first thousand being asked first."""
        doubles, constant = [_double(a) for a in c], _double(b)
        reach, w = self.reach(c), np.array([float(a.head) for a in doubles])
        far = 2 * reach + self.rows.eps * (len(c) + 4)  # with that of plain sums

        def holds(block: slice) -> bool:
            Z = self.near(block, columns)
            left = Z[:, :-1] @ w + (constant.head - Z[:, -1])
            terms = np.abs(Z[:, :-1]) @ np.abs(w) + np.abs(Z[:, -1])
            if (np.abs(left) > far * (terms + abs(constant.head))).any():
                return False  # plain sums tell at once
            total, size = constant + -Z[:, -1], np.abs(Z[:, -1]) + abs(constant.head)
            for a, x in zip(doubles, Z.T, strict=False):
                total = total + Double(*np.broadcast_arrays(a.head, a.tail)) * x
                size = size + np.abs(a.head * x)
            return bool((np.abs(total.value) <= reach * size).all())

        if not holds(slice(0, 1000)):
            return False
        n = self.X.shape[0]
        return all(visited(lambda blocks: all(map(holds, blocks)), n, 1))


class Given:
    """What columns that were kept give of others: an orthonormal base, and a triangle.

    Gram and Schmidt's, done twice: Giraud, Langou & Rozloznik, "The loss of
    orthogonality in the Gram-Schmidt orthogonalization process" (2005).
    """

    def __init__(self, R: Array) -> None:
        self.R = R
        most = min(R.shape)
        self.Q, self.T = np.zeros((len(R), most)), np.zeros((most, most))
        self.kept: list[int] = []

    def by(self, i: int) -> tuple[Array, float]:
        """Coefficients of the kept columns, and the length of what they leave."""
        r, z = len(self.kept), self.R[:, i].copy()
        Q, h = self.Q[:, :r], np.zeros(r)
        for _ in range(2):
            part = Q.T @ z
            z -= Q @ part
            h += part
        self.last = h, z
        v = linalg.solve_triangular(self.T[:r, :r], h) if r else h
        return v, float(np.linalg.norm(z))

    def keep(self, i: int) -> None:
        """Keep the column that was asked for last, where it has a way of its own."""
        (h, z), r = self.last, len(self.kept)
        left = np.linalg.norm(z)
        if r == len(self.T) or left <= 1e-15:
            return
        self.Q[:, r], self.T[:r, r], self.T[r, r] = z / left, h, left
        self.kept.append(i)


def _shorter(way: Array, ways: list[Array]) -> Iterator[Array]:
    """A relation with as few terms as can be found, and last itself: rows choose."""
    short, known = way, np.array(ways if len(ways) <= MANY else [])
    there = np.abs(known) > PART
    while len(known):
        own = np.abs(short) > PART
        both = np.sum(there & own, axis=1)  # at best all of these go, for the others
        best, fewest = short, int(np.sum(own))
        for i in np.flatnonzero(2 * both > np.sum(there, axis=1)):
            tried = _without_most(short, known[i])
            terms = int(np.sum(np.abs(tried) > PART))
            if terms < fewest:
                best, fewest = tried, terms
        if best is short:
            break
        short = best
    yield short
    if short is not way:
        yield way


def _without_most(way: Array, other: Array) -> Array:
    """A relation less the multiple of another that takes the most of its terms away."""
    both = np.flatnonzero((np.abs(other) > PART) & (np.abs(way) > PART))
    ratio = way[both] / other[both]
    values, counts = np.unique(np.round(ratio, 8), return_counts=True)
    t = values[np.argmax(counts)]
    gone = np.abs(ratio - t) < 1e-7
    left = way - np.mean(ratio[gone]) * other
    left[both[gone]] = 0.0
    return np.asarray(left)


# -- fractions ------------------------------------------------------------------------


def _fraction(c: float, near: float) -> Fraction | None:
    """The simplest fraction that is so near, or else the shortest decimal number."""
    fraction = simplest(Fraction(c - near), Fraction(c + near))
    if fraction.denominator <= LARGEST:
        return fraction
    short = (f"{c:.{digits}g}" for digits in range(1, DIGITS + 1))
    return next((Fraction(a) for a in short if abs(float(a) - c) <= near), None)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the least denominator between two (Stern 1858, Brocot 1861).

    >>> simplest(Fraction(0.3333), Fraction(0.3334))
    Fraction(1, 3)
    """
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    (a, b), (c, d) = low.as_integer_ratio(), high.as_integer_ratio()
    p, q, before, last = 1, 0, 0, 1  # convergents p / q of what both begin with
    while (whole := -(-a // b)) * d > c:  # no whole number from a / b to c / d
        whole = a // b
        p, q, before, last = p * whole + before, q * whole + last, p, q
        a, b, c, d = d, c - whole * d, b, a - whole * b
    return Fraction(p * whole + before, q * whole + last)


def _double(a: Fraction) -> Double:
    head = float(a)
    return Double(np.array(head), np.array(float(a - Fraction(head))))
