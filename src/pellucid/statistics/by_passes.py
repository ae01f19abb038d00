"""Errors of a fit by maximum likelihood to rows that are read anew at each look.

The information is a sum over rows, as the log likelihood is: one pass has them all. It
is formed in columns B = [Z 1] T, with T = 1 at first; where the columns nearly depend
on each other, T is then what makes 1 of the information that was found, and a second
pass keeps the digits which its squares have lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.columns import Columns
from pellucid.regression.design import Design, with_ones
from pellucid.statistics.families import Classes, Family
from pellucid.statistics.information import Information
from pellucid.statistics.likelihood import Likelihoods
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]
Rows = Callable[[Chunk], tuple[Array, Array, Array]]  # X, y (m, k) and weights

CLEAR = 1e-6  # eigenvalues of what has ones on its diagonal, with digits to spare
FLOOR = 1e-13  # below these they are rounding
NOTHING = 1e-7  # the same of columns of length 1 after that: 1e-20 beside the first
PASSES = 3  # at most, to make the information 1
HELD = 1e-10  # of a constant: what may lie beside the columns that span it
ASIDE = 1e-6  # of a coefficient, in directions of which nothing is known
WHAT = "errors of the estimates"


@dataclass(frozen=True)
class Turned:
    """Columns B = [Z 1] T of some rows, as `Basis` has them."""

    design: Design
    turn: Array
    outward: Array
    constant: bool = True

    def block(self, rows: slice) -> Array:
        """Some rows of B (m, r)."""
        A = with_ones(self.design, rows)
        p, r = self.turn.shape
        plain = p == r and np.array_equal(self.turn, np.eye(p))
        return A if plain else np.asarray(A @ self.turn)

    @property
    def rank(self) -> int:
        """R, how many columns B has."""
        return int(self.turn.shape[1])


@dataclass(frozen=True, eq=False)
class Seen:
    """Rows of a stream as a fit has seen them.

    Parameters
    ----------
    family : Family
        How the target is distributed.
    rows : callable
        Takes a chunk, gives X (m, d), y (m, k) and weights (m,).
    columns : Columns
        Z.
    u : array (d + 1, k)
        The coefficients of [Z 1].
    constant : array (k,)
        The outputs that are likeliest for all rows together.
    intercept : bool
        Whether the fit has one.
    """

    family: Family
    rows: Rows
    columns: Columns
    u: Array
    constant: Array
    intercept: bool

    def here(self, chunk: Chunk, turn: Array, D: Array | None = None) -> Any:
        """The information of a chunk, in columns that are turned; None without rows."""
        X, y, s = self.rows(chunk)
        if not s.all():
            X, y, s = (a[s > 0] for a in (X, y, s))
        if not len(s):
            return None
        design = self.columns.design(X)
        z = design.times(self.u[:-1]) + self.u[-1]
        basis: Any = Turned(design, turn, turn)
        size = np.zeros(0)
        return Information(self.family, z, y, s, 1.0, basis, True, size, 1, known=D)


@dataclass(frozen=True, eq=False)
class StreamedInformation:
    """The information of all rows, in directions of which something is known.

    Parameters
    ----------
    stream : Stream
        The rows.
    seen : Seen
        How the fit has seen them.
    turn : array (d + 1, r)
        T.
    G : array (k r, k r)
        The information in B.
    lost : array (d + 1, m)
        Directions of [Z 1] of which nothing is known.
    total : float
        The sum of the weights.
    """

    stream: Stream
    seen: Seen
    turn: Array
    G: Array
    lost: Array
    total: float
    _sandwiches: dict[str, Array] = field(default_factory=dict, repr=False)

    @property
    def k(self) -> int:
        """How many outputs there are."""
        return int(self.seen.u.shape[1])

    @property
    def rank(self) -> int:
        """How many parameters the rows determine."""
        return self.k * int(self.turn.shape[1])

    @cached_property
    def D(self) -> Array:  # noqa: N802
        """D (k r, k r) with D D' = G^-1."""
        size = 1 / np.sqrt(np.diagonal(self.G))
        values, ways = np.linalg.eigh(self.G * size * size[:, None])
        known = bool(np.isfinite(values).all() and values[0] > 0)
        return size[:, None] * ways / np.sqrt(values) if known else self.G * np.nan

    def outward(self, A: Array) -> Array:
        """Of the columns as they are (k p, m), from those of B (k r, m)."""
        back = self._outside
        k, r = self.k, self.turn.shape[1]
        found = back @ self.turn @ A.reshape(k, r, -1)
        if self.lost.size:
            size = np.linalg.norm(back, axis=1)
            gone = np.linalg.norm(back @ self.lost, axis=1) > ASIDE * size
            found[:, gone] = np.nan
        return np.asarray(found.reshape(k * len(back), -1))

    def sandwich(self, kind: str) -> Array:
        """A of the covariance A A' = C M C, found once: it takes a pass."""
        if kind not in self._sandwiches:
            self._sandwiches[kind] = self._sandwich(kind)
        return self._sandwiches[kind]

    def _sandwich(self, kind: str) -> Array:
        known = np.isfinite(self.D).all()
        M = self.D
        if known:
            work = partial(_meat, self.seen, self.turn, self.D, self.rank, kind)
            M = self.stream.summed(work, f"errors by {kind}")
        if not np.isfinite(M).all():
            return self.outward(np.full(self.D.shape, np.nan))
        values, ways = np.linalg.eigh(M)
        root = ways * np.sqrt(np.maximum(values, 0.0))
        if kind == "HC1":
            n, rank = self.total, self.rank
            root = root * (np.sqrt(n / (n - rank)) if n > rank else np.nan)
        return self.outward(self.D @ (self.D.T @ root))

    @property
    def _outside(self) -> Array:
        """Coefficients (p, d + 1) of columns as they are from those of [Z 1]."""
        d = len(self.seen.columns.length)
        w, b = self.seen.columns.outside(np.eye(d + 1))
        return np.vstack([b[None], w]) if self.seen.intercept else np.asarray(w)


@dataclass(frozen=True)
class Sums:
    """What rows say of a fit as a whole, beside its errors: sums over them."""

    rows: int
    rightly: int  # rows whose likeliest class is theirs
    right: float  # what they weigh
    found: float  # the log likelihood
    deviance: float
    constant: Array  # the log likelihood of outputs that are constant, or all 0
    null_deviance: Array

    def __add__(self, other: Sums) -> Sums:
        """Of both."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Sums(*(a + b for a, b in pairs))


def informed(
    stream: Stream, seen: Seen, bounded: bool, free: bool, total: float
) -> tuple[Likelihoods, StreamedInformation, Sums]:
    """What the rows say, in one pass, or in a few where columns nearly depend.

    Without a maximum of the likelihood nothing is known of errors.
    """
    k = int(seen.u.shape[1])
    p = len(seen.u)
    turn = np.eye(p)[:, : p - (not seen.intercept)]
    for i in range(PASSES):
        work = partial(_looked, seen, turn)
        G, slope, held, sums = stream.summed(work, WHAT)
        basis = Directions.of(turn, G, k, first=i == 0)
        if basis.is_clear or i == PASSES - 1:
            break
        turn = basis.turn
    T, lost, W = basis.settled
    G, slope = basis.inside(W), (slope.reshape(k, -1) @ W).ravel()
    if not bounded:
        G = G * np.nan
    found = StreamedInformation(stream, seen, T, G, lost, total)
    alone = seen.intercept or _holds_constant(held)
    step = float(np.linalg.norm(found.D.T @ slope)) if free else np.nan
    null = 0 if alone else 1
    factor = found.outward(found.D)
    likelihoods = Likelihoods(
        factor, sums.rows, total, float(found.rank), k * int(alone),
        np.zeros(len(factor)), step, sums.found, float(sums.constant[null]),
        sums.deviance, float(sums.null_deviance[null]),
    )  # fmt: skip
    return likelihoods, found, sums


@dataclass(frozen=True)
class Directions:
    """The directions in which the information, a mean over outputs, is diagonal.

    Parameters
    ----------
    before : array (d + 1, r)
        T of the pass that found it.
    G : array (k r, k r)
        The information.
    k : int
        How many outputs there are.
    values, ways : array (r,), array (r, r)
        Its size in each direction, and these.
    first : bool
        Whether it was the first pass, in which what is small may be rounding.
    """

    before: Array
    G: Array
    k: int
    values: Array
    ways: Array
    first: bool

    @classmethod
    def of(cls, before: Array, G: Array, k: int, first: bool) -> Directions:
        """Look at the information that a pass has found."""
        r = len(G) // k
        blocks = G.reshape(k, r, k, r)
        mean = np.mean([blocks[c, :, c] for c in range(k)], axis=0)
        size = np.ones(r)
        if first:  # then columns have any unit
            diagonal = np.diagonal(mean)
            size = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
        values, ways = np.linalg.eigh(np.nan_to_num(mean) * size * size[:, None])
        return cls(before, G, k, values, size[:, None] * ways, first)

    @property
    def is_clear(self) -> bool:
        """Whether each direction is known or unknown beyond doubt."""
        values = self.values
        unknown = values <= (-np.inf if self.first else NOTHING)
        return bool(np.all(unknown | (values > CLEAR)))

    @property
    def turn(self) -> Array:
        """T that makes the information 1, or less where that was rounding."""
        turned: Array = self.before @ self.ways
        return turned / np.sqrt(np.maximum(self.values, FLOOR))

    @property
    def settled(self) -> tuple[Array, Array, Array]:
        """T (d + 1, r), the directions of which nothing is known, and T by T before."""
        known = self.values > (FLOOR if self.first else NOTHING)
        W = self.ways[:, known]
        return self.before @ W, self.before @ self.ways[:, ~known], W

    def inside(self, W: Array) -> Array:
        """The information in other directions (r, s): (1 (x) W)' G (1 (x) W)."""
        r, s = W.shape
        blocks = self.G.reshape(self.k, r, self.k, r)
        turned = np.einsum("cres,rt,su->cteu", blocks, W, W, optimize=True)
        return np.asarray(turned.reshape(self.k * s, self.k * s))


def _looked(seen: Seen, turn: Array, chunk: Chunk) -> Several | None:
    """Information, slope, products of [B 1] where no intercept is, and sums."""
    here = seen.here(chunk, turn)
    if here is None:
        return None
    z, y, s, family = here.z, here.y, here.s, seen.family
    found, deviance = _likelihood(family, z, y, s)
    few = _alike(family, y, s)
    constants = seen.constant, 0 * seen.constant
    nulls = [_likelihood(family, np.zeros(few[0].shape) + at, *few) for at in constants]
    right = _likeliest(z) == _likeliest(np.where(y > 0, 1.0, -1.0))
    held = np.zeros((0, 0))
    if not seen.intercept:
        B = np.column_stack([here.basis.block(slice(None)), np.ones(len(s))])
        held = (B * s[:, None]).T @ B
    sums = Sums(
        len(s), int(right.sum()), float(s @ right), found, deviance,
        *np.array(nulls).T,
    )  # fmt: skip
    return Several((here.curvature, here.slope, held, sums))


def _likelihood(family: Family, z: Array, y: Array, s: Array) -> tuple[float, float]:
    """The log likelihood and the deviance."""
    found = float(s @ family.log_likelihoods(z, y))
    if isinstance(family, Classes):  # at most a class is sure
        return found, -2 * found
    return found, 2 * float(s @ family.half_deviances(z, y))


def _alike(family: Family, y: Array, s: Array) -> tuple[Array, Array]:
    """Targets and weights, of classes a row each, as constants are alike for them."""
    if not isinstance(family, Classes):
        return y, s
    k = y.shape[1]
    return np.vstack([np.zeros((1, k)), np.eye(k)]), np.append(
        s.sum() - s @ y.sum(1), s @ y
    )


def _likeliest(z: Array) -> Array:
    """The number of the likeliest class, by log odds (m, k) against the first."""
    return np.where(np.max(z, axis=1) > 0, 1 + np.argmax(z, axis=1), 0)


def _holds_constant(held: Array) -> bool:
    """Whether columns span a constant, by the products of [B 1]."""
    cross, total = held[:-1, -1], held[-1, -1]
    explained = cross @ np.linalg.lstsq(held[:-1, :-1], cross, rcond=FLOOR)[0]
    return bool(total - explained <= HELD * total)


def _meat(
    seen: Seen, turn: Array, D: Array, rank: int, kind: str, chunk: Chunk
) -> Array | None:
    """M of the sandwich."""
    here = seen.here(chunk, turn, D)
    return None if here is None else np.asarray(replace(here, rank=rank).meat(kind))
