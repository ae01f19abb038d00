"""The cost of a linear model over all rows: value, slope and curvature in one visit.

    F(w, b) = sum_i s_i loss(z_i, y_i) + sum(ridge w^2) / 2,    z = Z w + b

With A = [Z 1] the gradient is A'g + ridge w and the Hessian A'Q A + ridge, where g and
Q are the derivatives of the loss in z, row by row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.design import Design, summed
from pellucid.regression.powers import filled
from pellucid.regression.products import Products
from pellucid.regression.row_costs import RowCost
from pellucid.regression.rows import rows_a_block, visited

Array = NDArray[Any]

VAST = 5_000_000  # multiplications of a visit
LONG = 8  # usual blocks in one: threads wait for each other in each step of a cost
LONGEST = 8192  # rows of such a block
SAMPLE = 10  # of so many rows one is looked at first
LARGE = 100_000  # numbers in X, from which that pays
ROUGH = 0.1  # the tol of a sample, whose minimum is not that of all rows anyhow
NUMBER: Any = np.longdouble

# Far out a cost may be beyond float64; such a place is no better than another.
quiet = partial(np.errstate, over="ignore", invalid="ignore")
QUIET = quiet()


@dataclass(frozen=True)
class Place:
    """The cost at parameters u = [w; b] (d + 1,) or (d + 1, k), and its slope there.

    `H` is the Hessian where it was asked for: of u, one output after another, or that
    of each output alone, (k, d + 1, d + 1).
    """

    u: Array
    cost: float
    g: Array
    H: Array | None = None


@dataclass(frozen=True)
class Form:
    """How a Hessian is formed.

    Parameters
    ----------
    dtype : type
        Of the products; one of float32 has half the digits, in half the time.
    whole : bool
        Of all outputs together; else one for each of them, as if there were no other.
    """

    dtype: Any = np.float64
    whole: bool = True


class Summable(Protocol):
    """A cost that is a sum over rows, wherever these are; see `Objective`."""

    @property
    def ridge(self) -> Array:
        """Of w and, as a rule 0, of b."""
        ...

    @property
    def cost(self) -> RowCost:
        """The loss."""
        ...

    @property
    def is_vast(self) -> bool:
        """Whether a visit takes so long that one more is to be worth it."""
        ...

    @property
    def is_shifted(self) -> bool:
        """Whether a shift of all k outputs of a row changes no loss, as of softmax."""
        ...

    def at(self, u: Array, form: Form | None = None) -> Place:
        """The cost and its slope; the Hessian too, in some form."""
        ...

    def value(self, u: Array) -> float:
        """The cost alone."""
        ...

    def slope(self, u: Array) -> Array:
        """The slope in extended precision."""
        ...

    def sampled(self, u: Array) -> tuple[Objective, float] | None:
        """Some of the rows, where that pays; and the tol that is enough there."""
        ...

    def worth(self, form: Form) -> float:
        """How many visits without a Hessian take the time of one with it, about."""
        ...


@dataclass(frozen=True)
class Objective:
    """The cost of a linear model; see above.

    Parameters
    ----------
    design : Design
        Z (n, d).
    y : array (n,) or (n, k)
        Targets, as the loss takes them.
    s : array (n,)
        Weights of rows, whose sum is 1 for a mean.
    cost : RowCost
        The loss.
    ridge : array (d + 1,) or (d + 1, k)
        Of w and, as a rule 0, of b.
    intercept : bool
        Whether b may move; its slope is 0 where it may not.
    constant : float
        Added to the cost.
    """

    design: Design
    y: Array
    s: Array
    cost: RowCost
    ridge: Array
    intercept: bool = True
    constant: float = 0.0

    def at(self, u: Array, form: Form | None = None) -> Place:
        """The cost and its slope; the Hessian too, in some form."""
        return self.placed(u, self.sums(u, form), form)

    def sums(self, u: Array, form: Form | None = None) -> tuple[Any, Any, Any]:
        """What the rows have of that: cost, slope, and products for the Hessian."""
        size = min(LONG * rows_a_block(self._size[1]), LONGEST)
        found = visited(lambda blocks: self._part(u, blocks, form), *self._size, size)
        J, g, H = (sum(parts) for parts in zip(*found, strict=True))
        return J, g, H

    def placed(self, u: Array, sums: tuple[Any, ...], form: Form | None) -> Place:
        """The place where the rows have these sums: with the ridge and the constant."""
        J, g, H = sums
        pull = self.ridge * u
        J, g = float(J + np.sum(pull * u) / 2) + self.constant, np.asarray(g + pull)
        if not self.intercept:
            g[-1] = 0.0
        return Place(u, J, g, None if form is None else self._hessian(H))

    def slope(self, u: Array) -> Array:
        """The slope in extended precision, at parameters that have it."""
        g = self.row_slope(u) + self.ridge * u
        if not self.intercept:
            g[-1] = 0.0
        return np.asarray(g)

    def row_slope(self, u: Array) -> Array:
        """That of the rows alone."""
        design: Any = self.design

        def part(blocks: list[slice]) -> Any:
            total: Any = 0.0
            for rows in blocks:
                Z = filled(design.X[rows]).astype(NUMBER)
                Z -= design.mean
                Z /= design.length
                y, s = (a[rows].astype(NUMBER) for a in (self.y, self.s))
                _, g = self.cost.sloped(Z @ u[:-1] + u[-1], y, s)
                total = total + np.concatenate([Z.T @ g, np.sum(g, axis=0)[None]])
            return total

        return np.asarray(sum(visited(part, *design.shape)))

    def outputs(self, u: Array) -> Array:
        """The linear outputs z (n,) or (n, k)."""

        def part(blocks: list[slice]) -> Array:
            z = [self.design.block(rows) @ u[:-1] + u[-1] for rows in blocks]
            return np.concatenate(z)

        return np.concatenate(visited(part, *self._size))

    @QUIET
    def value(self, u: Array) -> float:
        """The cost alone; where w is 0 no column is looked at."""
        n = len(self.s)
        flat = np.broadcast_to(u[-1], (n, *u.shape[1:]))
        z = self.outputs(u) if u[:-1].any() else flat

        @QUIET
        def part(blocks: list[slice]) -> Any:
            look = self.cost.sloped
            return sum(look(z[i], self.y[i], self.s[i])[0] for i in blocks)

        J = float(sum(visited(part, n, 64)) + np.sum(self.ridge * u**2) / 2)
        return J + self.constant

    def some(self, rows: Array) -> Objective | None:
        """Of some rows alone; None where they have no weight."""
        s = self.s[rows]
        total = np.sum(s)
        if not total > 0:
            return None
        design = self.design.some(rows)
        return replace(self, design=design, y=self.y[rows], s=s / total)

    def sampled(self, u: Array) -> tuple[Objective, float] | None:
        """A tenth of the rows, where they are many; and the tol that is enough there.

        It is always the same.
        """
        n, d = self.design.shape
        m = max(n // SAMPLE, 20 * (d + 1) * math.prod(u.shape[1:]))
        if m > n / 3 or n * d < LARGE:
            return None
        rows = np.sort(np.random.default_rng(0).choice(n, m, replace=False))
        some = self.some(rows)
        return None if some is None else (some, ROUGH)

    def worth(self, form: Form) -> float:
        """How many visits without a Hessian take the time of one with it, about."""
        n, d = self.design.shape
        return worth(n, d, math.prod(self.y.shape[1:]), form)

    @property
    def is_vast(self) -> bool:
        """Whether a visit takes so long that one more is to be worth it."""
        return bool(math.prod(self.design.shape) * self.y[0].size > VAST)

    @cached_property
    def is_shifted(self) -> bool:
        """Whether a shift of all k outputs of a row changes no loss, as of softmax."""
        if self.y.ndim == 1 or self.ridge[0].size > 1:
            return False
        y, s = self.y[:64], np.ones(len(self.y[:64]))
        z = np.sin(np.arange(float(y.size))).reshape(y.shape)
        along, across = np.ones_like(z), np.eye(z.shape[1])[0] + 0 * z
        moved = (np.abs(self.cost.turned(z, y, s, v)).max() for v in (along, across))
        return bool(next(moved) <= 1e-12 * next(moved))

    @cached_property
    def _products(self) -> Products:
        return Products.of(self.design)

    @property
    def _size(self) -> tuple[int, int]:
        return self.design.shape[0], self.design.width

    @QUIET
    def _part(
        self, u: Array, blocks: list[slice], form: Form | None
    ) -> tuple[Any, ...]:
        """Cost, slope and Hessian of some blocks."""
        J: Any = 0.0
        g: Any = 0.0
        H: Any = 0.0
        for rows in blocks:
            Z, y, s = self.design.block(rows), self.y[rows], self.s[rows]
            z = Z @ u[:-1] + u[-1]
            if form is None:
                cost, slope = self.cost.sloped(z, y, s)
            else:
                cost, slope, Q = self._curved(z, y, s, form.whole)
                H = H + _weighted(self._products.rows(rows, form.dtype), Q)
            J, g = J + cost, g + _across(Z, slope)
        return J, g, H

    def _curved(
        self, z: Array, y: Array, s: Array, whole: bool
    ) -> tuple[Any, Array, Array]:
        """Cost, slope and curvature of a block of rows."""
        if not whole or z.ndim == 1:
            return self.cost.bent(z, y, s)
        return *self.cost.sloped(z, y, s), self.cost.curvature(z, y, s)

    def _hessian(self, H: Array) -> Array:
        """That of the rows, and the ridge; without b where it is fixed."""
        p = self.design.shape[1] + 1
        H = self._products.unfolded(H.astype(float, copy=False))
        if not self.intercept:
            H[..., p - 1 :: p, :] = H[..., p - 1 :: p] = 0.0
        ridge = self.ridge if self.ridge.ndim == 1 else self.ridge.max(axis=1)
        H += np.diag(np.tile(ridge, H.shape[-1] // p))
        return H


def worth(n: int, d: int, k: int, form: Form, read: float = 0.0) -> float:
    """How many visits without a Hessian take the time of one with it, about.

    To read a row takes the time of so many multiplications.
    """
    sloped = n * (k * (4 * d + 100) + read) + 1e6
    if form.whole:
        curved = n * d * d * (k * k / 2 - 0.4) + (k * d) ** 3 / 3 + n * k * k * 150
    else:
        curved = k * (n * d * d + d**3 + n * 600)
    return 1 + curved / sloped


def _across(Z: Any, g: Array) -> Array:
    """A'g with A = [Z 1]."""
    return np.concatenate([Z.T @ g, summed(g)[None]])


def _weighted(A: Array, Q: Array) -> Array:
    """A'Q A of rows A (m, p), which it may change, and their Q.

    Q is (m,) of one output, (m, k) of each of several alone, (m, k, k) of all together.
    """
    Q = Q.astype(A.dtype)
    if Q.ndim == 3:
        return by_outputs(A, Q)
    if Q.ndim == 2:
        columns = np.ascontiguousarray(A.T)
        return np.stack([(columns * q) @ A for q in np.ascontiguousarray(Q.T)])
    A *= np.sqrt(Q)[:, None]
    return np.asarray(A.T @ A)


def by_outputs(A: Array, Q: Array) -> Array:
    """A'Q A (k p, k p) of A (m, p) and the curvature Q (m, k, k) of its rows."""
    (m, p), k = A.shape, Q.shape[1]
    H = np.empty((k, p, k, p), A.dtype)
    for c in range(k):
        some = Q[:, c, : c + 1, None] * A[:, None]  # (m, c + 1, p)
        H[c, :, : c + 1] = (A.T @ some.reshape(m, -1)).reshape(p, c + 1, p)
        H[:c, :, c] = H[c, :, :c].transpose(1, 0, 2)  # each block is symmetric
    return H.reshape(k * p, k * p)
