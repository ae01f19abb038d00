"""The cost of a linear model over rows that are read anew at each visit.

    F(w, b) = sum over chunks of (sum_i s_i loss(z_i, y_i)) + sum(ridge w^2) / 2

Each chunk of rows is an `Objective` of its own, of the rows that are in memory for a
while; what they find is added. So the solver is the same, and only the number of visits
matters: to read costs more than a Hessian.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.columns import Columns, Moments
from pellucid.regression.objective import Form, Objective, Place, worth
from pellucid.regression.row_costs import RowCost
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.choices import uniform
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]
Rows = Callable[[Chunk], tuple[Array, Array, Array]]  # X, targets and weights
Sample = tuple[Array, Array, Array]  # the same of some rows

READING = 60  # multiplications in the time that a number is read
DRAWN = 100_000  # rows of a sample at most
NUMBERS = 4_000_000  # that it may hold
SAMPLE = 10  # of so many rows one is drawn
LARGE = 100_000  # numbers in all rows, from which a sample pays
EACH = 20  # rows of a sample for each parameter, at least
FINE = 1e-3  # the tol of a sample: near its minimum, which is not that of all rows
SEED = 20_240_131  # that no person takes for a fold


# -- the first pass -------------------------------------------------------------------


@dataclass(frozen=True)
class Measured:
    """The moments of some rows' columns, how far these reach, and what the rows weigh.

    Chan, Golub & LeVeque, "Algorithms for computing the sample variance" (1983).

    Examples
    --------
    >>> some, others = np.array([[1.0], [3.0]]), np.array([[8.0]])
    >>> both = Measured.of(some, np.ones(2)) + Measured.of(others, np.ones(1))
    >>> both.moments.mean, both.moments.square.round(3), both.low, both.high
    (array([4.]), array([8.667]), array([1.]), array([8.]))
    """

    moments: Moments
    low: Array
    high: Array
    total: float

    @classmethod
    def of(cls, X: Array, s: Array, centred: bool = True) -> Measured:
        """Of rows X (m, d) with weights s (m,), all above 0."""
        if not len(X):
            zero = np.zeros(X.shape[1])
            none = Moments(zero.astype(np.int32), zero, zero)
            return cls(none, zero + np.inf, zero - np.inf, 0.0)
        moments = Moments.of(X, None if (s == 1).all() else s, centred)
        return cls(moments, X.min(axis=0), X.max(axis=0), float(np.sum(s)))

    def __add__(self, other: Measured) -> Measured:
        """Of both."""
        total = self.total + other.total
        if not (self.total and other.total):
            return self if self.total else other
        e = np.maximum(self.moments.exponent, other.moments.exponent)
        (mean, square), (more, squares) = self._near(e), other._near(e)
        part, rest = self.total / total, other.total / total
        apart = more - mean
        square = part * square + rest * squares + part * rest * apart**2
        moments = Moments(e, mean + rest * apart, square)
        low, high = np.minimum(self.low, other.low), np.maximum(self.high, other.high)
        return Measured(moments, low, high, total)

    def _near(self, e: Array) -> tuple[Array, Array]:
        """Mean and mean square of the columns by other powers of two."""
        lower = self.moments.exponent - e
        mean, square = self.moments.mean, self.moments.square
        return np.ldexp(mean, lower), np.ldexp(square, 2 * lower)


@dataclass(frozen=True)
class Measuring:
    """The work of the first pass: columns, targets, and a sample of the rows.

    Parameters
    ----------
    rows : callable
        Takes a chunk, gives its rows, targets and weights.
    targets : callable
        Takes targets and weights, gives what has a plus.
    centred : bool
        Whether columns have their means.
    part : float
        Of the rows, how many are drawn.
    """

    rows: Rows
    targets: Callable[[Array, Array], Any]
    centred: bool
    part: float

    def __call__(self, chunk: Chunk) -> Several:
        """What is found of a chunk: of columns, targets, and rows that are drawn."""
        X, y, s = self.rows(chunk)
        about, number = self.targets(y, s), chunk.number
        if not s.all():
            X, y, number, s = (a[s > 0] for a in (X, y, number, s))
        drawn = uniform(number, SEED) < self.part
        sample = ((X[drawn], y[drawn], s[drawn]),)
        return Several((Measured.of(X, s, self.centred), about, sample))


def measured(
    stream: Stream, rows: Rows, targets: Callable[[Array, Array], Any], centred: bool,
    always: bool = False,
) -> tuple[Measured, Any, Sample]:  # fmt: skip
    """Measure columns and targets in one pass; gives also rows that are drawn.

    Of few rows none are, unless some are always needed: then all of them.
    """
    n, d = stream.n, stream.d
    m = min(DRAWN, max(n // SAMPLE, EACH * (d + 1)), max(NUMBERS // d, EACH * (d + 1)))
    few = m > n / 3 or n * d < LARGE
    part = float(always) if few else m / n
    work = Measuring(rows, targets, centred, part)
    spread, about, drawn = stream.summed(work, "measuring the columns")
    X, y, s = map(np.concatenate, zip(*drawn, strict=True))
    return spread, about, (X, y, s)


def spread_of(stream: Stream, rows: Rows, centred: bool) -> Measured:
    """Measure the columns alone."""
    return stream.summed(partial(_spread, rows, centred), "measuring the columns")


def _spread(rows: Rows, centred: bool, chunk: Chunk) -> Measured:
    X, _, s = rows(chunk)
    return Measured.of(X[s > 0], s[s > 0], centred)


# -- the passes of the solver ---------------------------------------------------------


@dataclass(frozen=True)
class Outmost:
    """How far apart the outputs of a row are at most, and its least margin.

    Examples
    --------
    >>> z, y = np.array([-3.0, 1.0]), np.array([0.0, 1.0])
    >>> Outmost.of(z, y) + Outmost.of(2 * z[1:], y[1:])
    Outmost(reach=3.0, margin=1.0)
    """

    reach: float
    margin: float

    @classmethod
    def of(cls, z: Array, y: Array) -> Outmost:
        """Of outputs (m,) or (m, k) and classes as 0 and 1, or one-hot."""
        return cls(float(np.max(reach(z))), float(np.min(margins(z, y))))

    def __add__(self, other: Outmost) -> Outmost:
        """Of both."""
        both = max(self.reach, other.reach), min(self.margin, other.margin)
        return Outmost(*both)


def reach(z: Array) -> Array:
    """How far the outputs of each row are apart, or of two classes from 0."""
    return np.asarray(np.abs(z) if z.ndim == 1 else np.ptp(z, axis=1))


def margins(z: Array, y: Array) -> Array:
    """How far each row is on the right side of its border (m,)."""
    if z.ndim == 1:
        return np.where(y > 0, z, -z)
    true = y > 0
    return np.asarray(z[true] - np.max(np.where(true, -np.inf, z), axis=1))


@dataclass(frozen=True)
class Part:
    """How a chunk becomes an objective of its rows.

    Parameters
    ----------
    like : Objective
        What has the same loss; of other rows.
    columns : Columns
        How columns are centred and scaled.
    rows : callable
        Takes a chunk, gives its rows, targets as the loss takes them, and weights.
    total : float
        The sum of all weights.
    """

    like: Objective
    columns: Columns
    rows: Rows
    total: float

    def __call__(self, chunk: Chunk) -> Objective | None:
        """The objective of the rows that have weight; None where none has."""
        return self.of(*self.rows(chunk))

    def of(self, X: Array, y: Array, s: Array) -> Objective | None:
        """The objective of rows."""
        if not s.all():
            X, y, s = (a[s > 0] for a in (X, y, s))
        if not len(X):
            return None
        design, s = self.columns.design(X), s / self.total
        return replace(self.like, design=design, y=y, s=s)


@dataclass(frozen=True, eq=False)
class StreamedRows:
    """Rows that are to be read, and what the first pass has found of them.

    Parameters
    ----------
    stream, rows, total
        As of `StreamedObjective` and its `Part`.
    middle : pair of arrays
        Targets (m, ...) and weights (m,), whose sum is 1, of a few rows that are as
        likely as all together where no column says anything.
    sample : triple of arrays
        X, targets and weights of some rows, which may be none.
    """

    stream: Stream
    rows: Rows
    total: float
    middle: tuple[Array, Array]
    sample: Sample


@dataclass(eq=False)
class StreamedObjective:
    """The cost over all rows of a stream; see above and `Objective`.

    Parameters
    ----------
    stream : Stream
        The rows.
    part : Part
        How they are seen; its `like` is of rows whose columns are all at their means,
        so few that they are in memory, and as likely as all together.
    sample : Objective or None
        Of some of the rows.
    beside : float
        What the cost of those rows lacks of that of all at such columns.
    watched : bool
        Whether `outmost` is to be known of each place.
    outmost : Outmost or None
        Of the last place that was visited.
    """

    stream: Stream
    part: Part
    sample: Objective | None = None
    beside: float = 0.0
    watched: bool = False
    outmost: Outmost | None = field(default=None, init=False)

    @property
    def ridge(self) -> Array:
        """Of w and, as a rule 0, of b."""
        return self.part.like.ridge

    @property
    def cost(self) -> RowCost:
        """The loss."""
        return self.part.like.cost

    @property
    def is_vast(self) -> bool:
        """Never: digits are worth a pass, so that they are those of memory."""
        return False

    @property
    def is_shifted(self) -> bool:
        """Whether a shift of all k outputs of a row changes no loss, as of softmax."""
        return self.part.like.is_shifted

    def at(self, u: Array, form: Form | None = None) -> Place:
        """The cost and its slope; the Hessian too, in some form: in one pass."""
        what = "slope" if form is None else "Newton step"
        work = partial(_sums, self.part, u, form, self.watched)
        *sums, self.outmost = self.stream.summed(work, what)
        return self.part.like.placed(u, tuple(sums), form)

    def value(self, u: Array) -> float:
        """The cost alone; where w is 0 no pass is needed."""
        if not u[:-1].any():
            return self.part.like.value(u) + self.beside
        J = self.stream.summed(partial(_value, self.part, u), "cost")
        pull = float(np.sum(self.ridge * u**2) / 2)
        return float(J) + pull + self.part.like.constant

    def slope(self, u: Array) -> Array:
        """The slope in extended precision."""
        work = partial(_slope, self.part, u)
        g = self.stream.summed(work, "the last digits") + self.ridge * u
        if not self.part.like.intercept:
            g[-1] = 0.0
        return np.asarray(g)

    def sampled(self, u: Array) -> tuple[Objective, float] | None:
        """The rows that were drawn in the first pass."""
        return None if self.sample is None else (self.sample, FINE)

    def worth(self, form: Form) -> float:
        """How many visits without a Hessian take the time of one with it, about."""
        n, d = self.stream.n, self.stream.d
        return worth(n, d, math.prod(self.shape[1:]), form, READING * d)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of parameters."""
        return (self.stream.d + 1, *self.part.like.y.shape[1:])


def _sums(
    part: Part, u: Array, form: Form | None, watched: bool, chunk: Chunk
) -> Several | None:
    objective = part(chunk)
    if objective is None:
        return None
    z = objective.outputs(u) if watched else None
    outmost = Outmost.of(z, objective.y) if z is not None else 0.0
    return Several((*objective.sums(u, form), outmost))


def _value(part: Part, u: Array, chunk: Chunk) -> float | None:
    objective = part(chunk)
    alone = 0 * u  # no ridge in it
    if objective is None:
        return None
    return replace(objective, ridge=alone, constant=0.0).value(u)


def _slope(part: Part, u: Array, chunk: Chunk) -> Array | None:
    objective = part(chunk)
    return None if objective is None else objective.row_slope(u)
