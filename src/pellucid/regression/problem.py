"""A least-squares problem: its columns, targets, weights and penalty, near 1 and 0."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression import powers
from pellucid.regression.error_free import Double, summed
from pellucid.regression.survey import ExactColumns, Formed, Survey

if TYPE_CHECKING:
    from pellucid.regression.sums.few import FewColumns

Array = NDArray[Any]

OWN = 2.0**-101  # of a column: what sums of products in head + tail lose


@dataclass(frozen=True)
class Blur:
    """What rounding may have moved in sums: l_i n_j + n_i l_j in that of z_i z_j.

    Parameters
    ----------
    lost, size : array (d + 1,)
        l and n, of the columns and the target.
    """

    lost: Array
    size: Array

    def by(self, e: Array) -> Blur:
        """Of columns multiplied by powers of two."""
        return Blur(np.ldexp(self.lost, e), np.ldexp(self.size, e))

    def moved(self, head: Array, total: float) -> Blur:
        """Of columns to which numbers are added, in rows of so much weight."""
        more = np.abs(head) * total**0.5
        return Blur(self.lost + OWN * more, self.size + more)

    def of_slopes(self, w: Array) -> Array:
        """Of A'(y - A w) (d, 1), at most."""
        u = np.vstack([np.abs(w), np.ones((1, w.shape[1]))])
        lost, size = (part[:, None] for part in (self.lost, self.size))
        return np.asarray(lost[:-1] * (size.T @ u) + size[:-1] * (lost.T @ u))


@dataclass(frozen=True)
class Rows:
    """The rows of a problem: columns, targets and weights.

    `q` holds the roots of the weights `s`; both are None where each row counts once.
    `ridge` is the penalty of each w_j^2, for columns by their powers of two. `noise` is
    what rounding may have moved in each column, beside its length, where that is known.
    Rows that stand for others, of which they have the sums, may have a `blur`.
    """

    columns: ExactColumns | FewColumns
    targets: ExactColumns | FewColumns
    s: Array | None
    q: Array | None
    intercept: bool
    eps: float  # the rounding of the columns
    ridge: Array | None = None
    noise: Array | None = None
    blur: Blur | None = None
    stands_for: int | None = None

    @classmethod
    def of(
        cls, X: Array | Formed, y: Array, s: Array | None = None, *,
        intercept: bool = True, ridge: Array | None = None, noise: Array | None = None,
    ) -> Rows:  # fmt: skip
        """Survey X (n, d) and y (n, k), and bring them near 1 and 0."""
        soft = None if ridge is None else Soft.of(ridge, s)
        s = None if s is None else powers.near_one(s)
        seen, aims, n = Survey.of(X, s), Survey.of(y, s), len(y)
        near = seen.are_near(n) and aims.are_near(n) and (not soft or soft.is_near)
        if not near:
            e = powers.exponents_of(seen.largest)
            seen = Survey.of(X, s, e if soft is None else np.maximum(e, soft.half))
            aims = Survey.of(y, s, powers.exponents_of(aims.largest))
        columns, targets = (ExactColumns.of(each, intercept) for each in (seen, aims))
        q = None if s is None else np.sqrt(s)
        given: Any = X.dtype if X.dtype.kind == "f" else float
        eps = float(np.finfo(given).eps)
        of_w = None if soft is None else soft.by(seen.e)
        return cls(columns, targets, s, q, intercept, eps, of_w, noise)

    @property
    def shape(self) -> tuple[int, int, int]:
        """How many rows, columns and targets."""
        return *self.columns.shape, self.targets.shape[1]

    @property
    def freedom(self) -> int:
        """In how many directions the columns can vary at most."""
        return self.columns.shape[0] - self.intercept

    def penalised(self, squares: Array) -> Array:
        """Sums of squares of columns and targets, and the penalty of the columns."""
        if self.ridge is None:
            return squares
        return np.asarray(squares + np.append(self.ridge, np.zeros(self.shape[2])))

    def of_target(self, i: int) -> Rows:
        """The same columns with one target."""
        return replace(self, targets=self.targets.only(i))

    def uncentred(self, w: Double, b: Double) -> Double:
        """The intercepts of the columns and targets as they are, from those of A."""
        if not self.columns.head.any():
            return b + self.targets.head
        moved = w * -self.columns.head[:, None]
        terms = [moved.head, moved.tail, b.head, b.tail, self.targets.head]
        return summed(np.vstack(terms))

    @property
    def total(self) -> float:
        """The sum of the weights."""
        return float(self.columns.shape[0] if self.s is None else np.sum(self.s))

    def around(self, rows: slice, B: Array) -> Array:
        """Some rows of [A y 1] q, shifted near 0, written into B."""
        d, B = self.columns.shape[1], B[: rows.stop - rows.start]
        self.columns.around(rows, B[:, :d])
        self.targets.around(rows, B[:, d:-1])
        B[:, -1] = 1.0
        if self.q is not None:
            B *= self.q[rows, None]
        return B


@dataclass(frozen=True)
class Soft:
    """The penalty ridge 2^-f of each w_j^2, where the weights are s 2^-f."""

    ridge: Array
    f: int

    @classmethod
    def of(cls, ridge: Array, s: Array | None) -> Soft:
        """Beside the weights as they are."""
        return cls(ridge, 0 if s is None else int(powers.exponents_of(np.max(s))))

    @property
    def half(self) -> Array:
        """The power of two of its root, below all where there is none."""
        half = (np.frexp(self.ridge)[1] - self.f + 1) // 2
        return np.where(self.ridge > 0, half, -(2**20)).astype(np.int32)

    @property
    def is_near(self) -> bool:
        """Whether it can be added to sums of squares as it is."""
        near = np.abs(2 * self.half) <= np.log2(powers.NEAR)
        return bool((near | (self.ridge == 0)).all())

    def by(self, e: Array | None) -> Array:
        """That of columns X 2^-e."""
        return np.ldexp(self.ridge, -self.f - (0 if e is None else 2 * e))
