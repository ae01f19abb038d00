"""Where the parameters of a linear model are sought: in the columns or in the rows.

    F(w, b) = sum_i s_i loss(z_i, y_i) + sum(ridge w^2) / 2,    z = Z w + b

In the space of the columns they are u = [w; b], z = A u with A = [Z 1]. At the optimum
ridge w = -Z'g, a sum of rows, so that where these are fewer than the columns it is
w = Z'a / ridge that is sought: z = K a + b with K = Z Z' / ridge, u = [a; b], and a
product costs n^2 in place of 2 n d. Slopes there are r = [g + a; sum(g)], which stand
for [Z'(g + a) / sqrt(ridge); sum(g)].

Schölkopf, Herbrich & Smola, "A generalized representer theorem" (2001); Rasmussen &
Williams, "Gaussian processes for machine learning" (2006), section 3.4.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.curvature import both_ways, cholesky, scaling
from pellucid.regression.design import beside, with_ones
from pellucid.regression.objective import Objective
from pellucid.regression.powers import is_sparse

Array = NDArray[Any]
Solve = Callable[[Array], tuple[Array, Array | None]]  # M^-1 r; its image, if known

FACTORED = 5000  # rows and columns of a matrix that is factored, at most
SAMPLE = 8  # rows a column, from which a matrix of curvature is taken
ENOUGH = 4096  # rows of which it is taken without a thought
FLAT = 1e-6  # of the mean curvature: a row with less is taken to have this
EPS = float(np.finfo(float).eps)
TINY = 1e-300
TILE = 512  # rows at a time
WIDE = 1024  # columns at a time
CALLS = 1e6  # multiplications that take the time of a product's calls


class Space(Protocol):
    """Parameters u, their images z, and the slopes r that stand opposite to them."""

    def image(self, u: Array) -> Array:
        """The outputs z of parameters."""
        ...

    def slope(self, u: Array, g: Array | None = None) -> Array:
        """The slope r of F, from that in z; without it, of the ridge alone."""
        ...

    def dot(self, r: Array, u: Array, z: Array | None) -> float:
        """How F changes along u, whose image is z, at the slope r."""
        ...

    def solver(self, q: Array) -> Solve:
        """What solves M v = r, M being the Hessian had each output the curvature q."""
        ...

    @property
    def fineness(self) -> float:
        """What may be left beside what tol asks for: little where steps cost little."""
        ...

    def is_exact(self, q: Array) -> bool:
        """Whether the solver for the curvature q of one output is of the Hessian."""
        ...

    @property
    def worth(self) -> float:
        """How many products of one output take the time of making a solver."""
        ...

    def placed(self, u: Array) -> Array:
        """The parameters of the space for those of the objective, [w; b]."""
        ...

    def found(self, u: Array) -> Array:
        """The parameters [w; b] of the objective."""
        ...


def space_of(objective: Objective) -> Space:
    """The space in which products cost less.

    With another ridge an output, or none, there is no space of rows; nor where 1 would
    be lost beside so weak a ridge's K.
    """
    n, d = objective.design.shape
    ridge = objective.ridge.reshape(d + 1, -1)
    like = bool((ridge == ridge[:, :1]).all()) and not ridge[-1, 0]
    if n < d and n <= FACTORED and like and ridge[:-1].min() > 100 * EPS * d:
        return RowSpace(gram(objective.design, ridge[:-1, 0]), objective)
    return ColumnSpace(objective)


def gram(design: Any, ridge: Array) -> Array:
    """K = Z Z' / ridge (n, n)."""
    X: Any = design.X
    mean, scale = design.mean, 1 / (design.length * np.sqrt(ridge))
    if is_sparse(X) and not mean.any():
        X = X.multiply(scale).tocsr()
        return np.asarray((X @ X.T).toarray(), float)
    n, d = design.shape
    K = np.zeros((n, n))
    for j in range(0, d, WIDE):
        some = slice(j, j + WIDE)
        tile = X[:, some].toarray() if is_sparse(X) else X[:, some]
        Z = np.subtract(tile, mean[some], dtype=float)
        Z *= scale[some]
        K += Z @ Z.T
    return K


@dataclass(frozen=True)
class ColumnSpace:
    """u = [w; b] (d + 1,) or (d + 1, k), z = Z w + b, r = [Z'g + ridge w; sum(g)]."""

    objective: Objective
    fineness = 1.0

    def image(self, u: Array) -> Array:
        """The outputs z of parameters."""
        return np.asarray(self.objective.design.times(u[:-1]) + u[-1])

    def slope(self, u: Array, g: Array | None = None) -> Array:
        """The slope r of F, from that in z; without it, of the ridge alone."""
        r = self.objective.ridge * u
        if g is not None:
            r[:-1] += self.objective.design.across(g)
            r[-1] += np.sum(g, axis=0)
        r[-1] *= self.objective.intercept
        return r

    def dot(self, r: Array, u: Array, z: Array | None) -> float:
        """How F changes along u, whose image is z, at the slope r."""
        return float(np.vdot(r, u))

    def solver(self, q: Array) -> Solve:
        """What solves M v = r, M = A' q A + ridge: its diagonal alone where d is large.

        The matrix is taken from a sample of the rows, each so many from the last.
        """
        ridge = self.objective.ridge
        ridge = ridge.reshape(len(ridge), -1).mean(axis=1)
        if len(ridge) <= FACTORED:
            solve = definite(self._curvature(q) + np.diag(ridge))
        else:
            diagonal = np.append(self.objective.design.squares(q), q.sum()) + ridge
            solve = divided(np.where(diagonal > 0, diagonal, 1.0))

        def solved(r: Array) -> tuple[Array, Array | None]:
            u = solve(r)
            u[-1] *= self.objective.intercept
            return u, None

        return solved

    def is_exact(self, q: Array) -> bool:
        """No: it is of a sample of the rows."""
        return False

    @property
    def worth(self) -> float:
        """How many products of one output take the time of making a solver."""
        n, d = self.objective.design.shape
        if d >= FACTORED:
            return 1.0
        return (min(n, max(SAMPLE * d, ENOUGH)) * d**2 + d**3 / 3) / (2 * n * d)

    def placed(self, u: Array) -> Array:
        """The parameters of the space for those of the objective, [w; b]."""
        return u

    def found(self, u: Array) -> Array:
        """The parameters [w; b] of the objective."""
        return u

    def _curvature(self, q: Array) -> Array:
        """A' q A (d + 1, d + 1) of a sample of rows."""
        n, d = self.objective.design.shape
        step = max(1, n // max(SAMPLE * d, ENOUGH))
        M, total = np.zeros((d + 1, d + 1)), 0.0
        for i in range(0, n, TILE * step):
            rows = slice(i, min(i + TILE * step, n), step)
            A = with_ones(self.objective.design, rows)
            A *= np.sqrt(q[rows])[:, None]
            M += A.T @ A
            total += q[rows].sum()
        return M * (q.sum() / total if total else 1.0)


@dataclass(frozen=True)
class RowSpace:
    """u = [a; b] (n + 1,) or (n + 1, k), z = K a + b, r = [g + a; sum(g)].

    K = Z Z' / ridge.
    """

    K: Array
    objective: Objective
    fineness = 1e-2  # the most was to find K

    def image(self, u: Array) -> Array:
        """The outputs z of parameters."""
        return np.asarray(self.K @ u[:-1] + u[-1])

    def slope(self, u: Array, g: Array | None = None) -> Array:
        """The slope r of F, from that in z; without it, of the ridge alone."""
        r = np.append(u[:-1], 0 * u[-1:], axis=0)
        if g is not None:
            r[:-1] += g
            r[-1] = np.sum(g, axis=0) * self.objective.intercept
        return r

    def dot(self, r: Array, u: Array, z: Array | None) -> float:
        """How F changes along u, whose image is z, at the slope r."""
        z = self.image(u) if z is None else z
        return float(np.vdot(r[:-1], z - u[-1]) + np.vdot(r[-1], u[-1]))

    def solver(self, q: Array) -> Solve:
        """What solves M v = r, by (1 + D K)^-1 = 1 - e B^-1 e K with B = 1 + e K e.

        D = diag(q), e = sqrt(q). The intercept is taken out: with h = e B^-1 e 1, its
        Schur complement is sum(h).
        """
        q = np.maximum(q, floor(q))
        e = np.sqrt(q)
        B = self.K * e
        B *= e[:, None]
        B.flat[:: len(B) + 1] += 1
        L = cholesky(B)
        h = e * both_ways(L, e)

        def solved(r: Array) -> tuple[Array, Array]:
            e_r = beside(e, r)
            y = both_ways(L, e_r * (self.K @ r[:-1]))
            a, z = r[:-1] - e_r * y, y / e_r
            b = self.objective.intercept * (r[-1] - q @ z) / h.sum()
            a, z = a - beside(h, r) * b, z - beside(1 - h / q, r) * b
            return np.concatenate([a, b[None]]), z + b

        return solved

    def is_exact(self, q: Array) -> bool:
        """It is, of one output whose rows are all taken as they are."""
        return self.objective.y.ndim == 1 and bool(q.min() >= floor(q))

    @property
    def worth(self) -> float:
        """How many products of one output take the time of making a solver."""
        n = len(self.K)
        return n**3 / (6 * n**2 + CALLS)

    def placed(self, u: Array) -> Array:
        """The parameters whose outputs are those of [w; b], or nearly so."""
        if not u[:-1].any():
            return np.concatenate([np.zeros((len(self.K), *u.shape[1:])), u[-1:]])
        z = self.objective.design.times(u[:-1])
        return np.concatenate([definite(self.K)(z), u[-1:]])

    def found(self, u: Array) -> Array:
        """The parameters [w; b] of the objective, w = Z'a / ridge."""
        ridge = self.objective.ridge[:-1]
        w = self.objective.design.across(u[:-1]) / ridge
        return np.concatenate([w, u[-1:]])


def floor(q: Array) -> float:
    """The curvature that a row is taken to have at least."""
    return float(FLAT * max(q.mean(), TINY))


def divided(diagonal: Array) -> Callable[[Array], Array]:
    """What solves M u = r of a diagonal M."""
    return lambda r: r / beside(diagonal, r)


def definite(M: Array) -> Callable[[Array], Array]:
    """What solves M u = r by Cholesky, M scaled and a little shifted if need be.

    Where M is singular but for rounding, it is shifted so far that u is small along
    what M takes to 0, and not rounding divided by rounding.
    """
    s = scaling(M)
    M, shift = s[:, None] * M * s, EPS * len(M)
    while (L := _factored(M, shift)) is None:
        shift = max(100 * shift, EPS**0.5)

    def solve(r: Array) -> Array:
        return np.asarray(beside(s, r) * both_ways(L, beside(s, r) * r))

    return solve


def _factored(M: Array, shift: float) -> Array | None:
    """Cholesky's factor of M with ones on its diagonal; None where it is singular."""
    try:
        L = cholesky(M + shift * np.eye(len(M)))
    except linalg.LinAlgError:
        return None
    pivot = np.min(np.diag(L) ** 2)
    return L if pivot > 10 * EPS * len(M) else None
