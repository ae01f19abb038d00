"""Whether columns tell classes apart, so that no coefficients are the likeliest.

Classes are separable where some B moves no row towards a wrong class and some rows away
from one: x_i (B_y - B_c) >= 0 for the class y of each row and each other class c, not
all of them 0. Along such a B the likelihood rises for ever. Where only some rows are
moved one speaks of quasi-separation; a level of a category in which every row is of one
class is the usual reason.

One column alone is judged by comparing numbers. Several are by a linear program: the
greatest sum of all margins under those constraints, B bounded, is 0 exactly where the
classes overlap. It is asked of few rows at first, and of those that its answer puts on
the wrong side after that: when there are none left, or nothing is gained, the answer is
that of all rows.

Albert & Anderson, "On the existence of maximum likelihood estimates in logistic
regression models" (1984); Konis, "Linear programming algorithms for detecting separated
data in binary logistic regression models" (2007).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from pellucid.regression.powers import filled
from pellucid.regression.rows import rows_a_block, visited

Array = NDArray[Any]

SURE = 1e-7  # of a margin of columns that reach from 0 to 1, with |B|_1 = 1
FINE = 1e-10  # feasibility of linear programs, the finest that HiGHS takes
ROUNDING = 1e-13  # of margins, and of singular values of the rows on the border
FIRST, MORE = 500, 300  # rows of the first program, and margins added to the next
ROUNDS = 200  # programs at most
MOST = 30  # columns, of which fewer are tried one by one


@dataclass(frozen=True)
class Alone:
    """A column that tells classes apart by itself.

    Parameters
    ----------
    column : int
        Which.
    lower, upper : tuple of int
        The classes whose rows are at most at `low`, and at least at `high`.
    low, high : float
        The greatest number of the lower classes, and the least of the upper, low <=
        high; rows of both may be where these are equal.
    below, above : int
        How many rows are below `high`, of lower classes all, and above `low`.
    """

    column: int
    lower: tuple[int, ...]
    upper: tuple[int, ...]
    low: float
    high: float
    below: int
    above: int


@dataclass(frozen=True)
class Separation:
    """The columns that separate classes: a smallest set found, none of which can lack.

    Parameters
    ----------
    columns : tuple of int
        Which; each by itself where it is in `alone`, else all of them together.
    alone : tuple of Alone
        How each does it.
    """

    columns: tuple[int, ...]
    alone: tuple[Alone, ...] = ()


def separation(
    X: Array, y: Array, k: int = 2, *, intercept: bool = True
) -> Separation | None:
    """Find columns that separate classes.

    Parameters
    ----------
    X : array (n, d) or sparse matrix
        The columns.
    y : array (n,) of int
        The class of each row, from 0.
    k : int
        How many classes.
    intercept : bool
        Whether each class has an intercept.

    Returns
    -------
    Separation or None
        None where the classes overlap, and the likeliest coefficients are finite.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0], [3.0], [3.0], [4.0]]), np.array([0, 0, 0, 1, 1])
    >>> separation(X, y)
    Separation(columns=(0,), alone=(Alone(column=0, lower=(0,), upper=(1,), low=3.0,
    high=3.0, below=2, above=1),))
    >>> separation(X, np.array([0, 1, 0, 1, 1])) is None
    True
    """
    single = tuple(alone(X, y, k, intercept))
    if single:
        return Separation(tuple(found.column for found in single), single)
    margins = Margins.of(X, y, k, intercept)
    B = margins.separating(np.arange(X.shape[1]))
    if B is None:
        return None
    columns = np.flatnonzero(np.abs(B[:-1]).max(axis=1) > SURE)
    columns = columns[np.argsort(np.abs(B[columns]).max(axis=1))]
    for j in columns if len(columns) <= MOST else ():  # the weakest first
        fewer = columns[columns != j]
        if margins.separating(fewer) is not None:
            columns = fewer
    if len(columns) == 1:  # by less than rounding: alone it was seen not to
        return None
    return Separation(tuple(np.sort(columns).tolist()))


def are_separable(X: Array, y: Array, k: int = 2, *, intercept: bool = True) -> bool:
    """Whether some columns separate the classes: `separation` without their names.

    Examples
    --------
    >>> are_separable(np.array([[1.0], [2.0], [2.0], [3.0]]), np.array([0, 0, 1, 1]))
    True
    """
    if any(True for _ in alone(X, y, k, intercept)):
        return True
    every = np.arange(X.shape[1])
    if len(every) == 1 and len(np.unique(y)) == k:  # judged
        return False
    margins = Margins.of(X, y, k, intercept)
    return margins.separating(every, few=False) is not None


# -- one column -----------------------------------------------------------------------


def alone(X: Array, y: Array, k: int, intercept: bool = True) -> Iterator[Alone]:
    """Find each column by which classes lie apart, on either side of a border."""
    least, most = _ranges(X, y, k)
    there = np.isfinite(least[:, :1]).ravel()
    for j in np.flatnonzero(least.min(axis=0) < most.max(axis=0)):
        order = np.lexsort((most[:, j], least[:, j]))
        order = order[there[order]]
        highs, lows = least[order, j], np.maximum.accumulate(most[order, j])
        apart = lows[:-1] <= highs[1:]
        if not intercept:
            apart &= (lows[:-1] <= 0) & (highs[1:] >= 0)
        for m in np.flatnonzero(apart)[:1]:
            low, high = float(lows[m]), float(highs[m + 1])
            lower, upper = (
                sorted(order[: m + 1].tolist()),
                sorted(order[m + 1 :].tolist()),
            )
            x = filled(X[:, [j]]).ravel()
            below, above = int(np.sum(x < high)), int(np.sum(x > low))
            yield Alone(int(j), tuple(lower), tuple(upper), low, high, below, above)


def _ranges(X: Array, y: Array, k: int) -> tuple[Array, Array]:
    """The least and the greatest number of each class in each column (k, d)."""

    def part(blocks: list[slice]) -> tuple[Array, Array]:
        least = np.full((k, X.shape[1]), np.inf)
        most = -least
        for rows in blocks:
            Z, of = filled(X[rows]), y[rows]
            for c in np.unique(of):
                some = Z[of == c]
                least[c] = np.minimum(least[c], some.min(axis=0))
                most[c] = np.maximum(most[c], some.max(axis=0))
        return least, most

    least, most = zip(*visited(part, *X.shape), strict=True)
    return np.min(least, axis=0), np.max(most, axis=0)


# -- several --------------------------------------------------------------------------


@dataclass(frozen=True)
class Margins:
    """The margins x_i (B_y - B_c), of columns that reach from 0 to 1.

    B (d + 1, k), the last row of the intercepts, has zeros for the first class, for a
    shift of all classes changes no margin. Only those that are `open` (n, k) matter:
    rows that have been told apart from other classes before may have any there.
    """

    X: Array
    y: Array
    k: int
    intercept: bool
    shift: Array
    exponent: Array
    open: Array

    @classmethod
    def of(
        cls, X: Array, y: Array, k: int, intercept: bool,
        ends: tuple[Array, Array] | None = None,
    ) -> Margins:  # fmt: skip
        """Measure the columns; without an intercept their 0 stays where it is.

        Their ends may be known, as of more rows.
        """
        least, most = ends or (bound.ravel() for bound in _ranges(X, 0 * y, 1))
        shift = least if intercept else 0 * least
        with np.errstate(over="ignore"):
            reach = np.maximum(np.abs(least - shift), np.abs(most - shift))
        huge = ~np.isfinite(reach)
        shift, reach = np.where(huge, 0.0, shift), np.where(huge, 1e308, reach)
        exponent = np.frexp(np.where(reach > 0, reach, 1.0))[1]
        every = np.ones((len(y), k), bool)
        return cls(X, y, k, intercept, shift, exponent, every)

    def columns(self, rows: Any) -> Array:
        """The columns of some rows, and one of ones or, without intercepts, of 0."""
        Z = np.ldexp(
            np.asarray(filled(self.X[rows]), float) - self.shift, -self.exponent
        )
        return np.column_stack([Z, np.full(len(Z), float(self.intercept))])

    def blocks(self) -> Iterator[slice]:
        """The rows, some at a time."""
        n, size = len(self.y), 8 * rows_a_block(self.X.shape[1])
        return (slice(i, min(i + size, n)) for i in range(0, n, size))

    def all(self, B: Array) -> Array:
        """Every margin (n, k); 0 against the own class, and where none is open."""
        found = []
        for rows in self.blocks():
            z, own = self.columns(rows) @ B, self.y[rows]
            found.append(z[np.arange(len(z)), own][:, None] - z)
        return np.concatenate(found) * self.open

    @cached_property
    def total(self) -> Array:
        """The slope (d + 1, k) of the sum of all margins, the largest being 1."""
        sums = np.zeros((self.X.shape[1] + 1, self.k))
        for rows in self.blocks():
            own, opened = np.eye(self.k)[self.y[rows]], self.open[rows]
            ahead = own * opened.sum(axis=1, keepdims=True) - opened
            sums += self.columns(rows).T @ ahead
        return np.asarray(sums / max(np.abs(sums).max(), 1.0))

    def constraints(self, i: Array, c: Array, columns: Array) -> Array:
        """Margins (m, p (k - 1)) of rows i against classes c as products with B."""
        A = np.zeros((len(i), self.k, len(columns)))
        Z = self.columns(i)[:, columns]
        every = np.arange(len(i))
        A[every, self.y[i]] += Z
        A[every, c] -= Z
        return A[:, 1:].reshape(len(i), -1)

    def separating(self, columns: Array, few: bool = True) -> Array | None:
        """A B that separates the classes; None where they overlap.

        It is of some columns, and of few of these unless those do not matter.
        """
        columns = np.append(columns, self.X.shape[1])  # and the intercepts
        g, p = self.total[columns, 1:].T.ravel(), len(columns)
        program = Program(g, np.arange(len(g)) % p != p - 1 if few else None)
        first = max(FIRST, 4 * len(columns))  # of fewer most could be told apart
        step = max(len(self.y) // first, 1)
        i = np.arange(0, len(self.y), step)
        i, c = np.repeat(i, self.k), np.tile(np.arange(self.k), len(i))
        A = self.constraints(i, c, columns)[(c != self.y[i]) & self.open[i, c]]
        for _ in range(ROUNDS):
            b = program.solved(A)
            B = np.zeros((self.X.shape[1] + 1, self.k))
            B[columns, 1:] = b.reshape(self.k - 1, -1).T
            ahead = self.all(B)
            if ahead.max() <= SURE and ahead.min() >= -SURE:
                return None
            wrong = np.flatnonzero(ahead.ravel() < -10 * FINE)
            if not len(wrong):
                return self.certain(B, columns, ahead)
            worst = wrong[np.argsort(ahead.ravel()[wrong])[: MORE + 2 * len(b)]]
            more = self.constraints(*np.divmod(worst, self.k), columns)
            A = np.vstack([A, more])
        return None

    def certain(self, B: Array, columns: Array, ahead: Array) -> Array | None:
        """B such that rows on the border are there to rounding; None if there is none.

        It is moved to what is at right angles to those rows.
        """
        if ahead.min() >= -ROUNDING:
            return B
        used = columns[np.abs(B[columns]).max(axis=1) > FINE]
        used = np.union1d(used, [self.X.shape[1]])
        others = self.open & (np.arange(self.k) != self.y[:, None])
        i, c = np.nonzero((ahead < SURE) & others)
        R: Array = np.zeros((0, len(used) * (self.k - 1)))
        size = 10_000
        for begin in range(0, len(i), size):
            some = slice(begin, begin + size)
            A = self.constraints(i[some], c[some], used)
            R = np.asarray(np.linalg.qr(np.vstack([R, A]), mode="r"))
        b = beside(R, B[used, 1:].T.ravel())
        moved = np.zeros_like(B)
        moved[used, 1:] = b.reshape(self.k - 1, -1).T
        margins = self.all(moved)
        holds = margins.min() >= -ROUNDING and margins.max() > SURE
        return moved if holds else None


def beside(R: Array, b: Array) -> Array:
    """What b is at right angles to the rows of R."""
    _, S, Vt = np.linalg.svd(R)
    rank = int(np.sum(ROUNDING * len(Vt) * np.max(S, initial=0.0) < S))
    return np.asarray(Vt[rank:].T @ (Vt[rank:] @ b))


@dataclass(frozen=True)
class Program:
    """Maximise g b where A b >= 0, and each |b| is 1 at most; or their sum.

    With a sum few b are not 0. It leaves the intercepts out, of which none is beyond 2,
    as no border of columns from 0 to 1 is.

    Parameters
    ----------
    g : array (p,)
        The slope.
    summed : array (p,) of bool, optional
        Whose absolute values sum to 1 at most: b = u - v with u, v >= 0.
    """

    g: Array
    summed: Array | None

    def solved(self, A: Array) -> Array:
        """The b for these constraints."""
        if self.summed is None:
            return _solved(-self.g, -A, np.zeros(len(A)), (-1, 1))
        rows = np.vstack([np.hstack([-A, A]), np.tile(self.summed, 2)])
        bound = np.append(np.zeros(len(A)), 1.0)
        u, v = np.split(_solved(np.append(-self.g, self.g), rows, bound, (0, 2)), 2)
        return np.asarray(u - v)


def _solved(c: Array, A: Array, b: Array, bounds: tuple[int, int]) -> Array:
    """The least c x where A x <= b, by HiGHS."""
    fine: Any = {
        "primal_feasibility_tolerance": FINE,
        "dual_feasibility_tolerance": FINE,
    }
    found = optimize.linprog(c, A, b, bounds=bounds, options=fine)
    if found.x is None:  # so fine is not always reached
        found = optimize.linprog(c, A, b, bounds=bounds)
    return np.asarray(found.x)
