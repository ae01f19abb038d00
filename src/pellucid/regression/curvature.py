"""What is known of the Hessian: one that was formed, and how slopes changed since then.

Nocedal & Wright, "Numerical Optimization" (2006), sections 6.1 and 7.2.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from pellucid.regression.objective import Form, Place, Summable

Array = NDArray[Any]

SHIFT = 1e-13  # of a Hessian with ones on its diagonal
COARSE = 1e-4  # pivots of such a Hessian below which float32 is too coarse
MEMORY = 20  # pairs at most
EPS = float(np.finfo(float).eps)
FULL, HALF = np.float64, np.float32


@dataclass(frozen=True)
class Factor:
    """H = L L', scaled to ones on its diagonal, a little shifted where it has to be."""

    scale: Array
    L: Array

    @classmethod
    def of(cls, H: Array, shift: float = SHIFT) -> Factor:
        """Factor a Hessian, which may be singular."""
        scale = scaling(H)
        H = H * scale
        H *= scale[:, None]
        while True:
            shifted = H.copy()
            shifted.flat[:: len(H) + 1] += shift
            try:
                return cls(scale, cholesky(shifted))
            except linalg.LinAlgError:
                shift *= 100

    @property
    def pivot(self) -> float:
        """The least, squared: an upper bound of the least eigenvalue."""
        return float(np.min(np.diag(self.L)) ** 2)

    def solved(self, g: Array) -> Array:
        """H^-1 g, of the shape of g (p,) or (p, k)."""
        flat = self.scale * g.T.ravel()
        return np.asarray(self.scale * both_ways(self.L, flat)).reshape(g.T.shape).T


@dataclass(frozen=True)
class Blocks:
    """The inverses (k, p, p) of the Hessians of outputs that are taken one by one.

    Where a shift of all outputs changes no loss, the slope is at right angles to it but
    for the ridge (p, 1), and so is the step: it is what is left of each output's own
    step beside their mean.
    """

    inverse: Array
    pivot: float
    ridge: Array | None

    @classmethod
    def of(cls, H: Array, shift: float, ridge: Array | None) -> Blocks:
        """Invert the Hessians, which may be singular."""
        scale = scaling(H)  # (k, p)
        both = scale[:, :, None] * scale[:, None]
        H, one = H * both, np.eye(H.shape[1])
        while True:
            shifted = H + shift * one
            try:
                L = np.linalg.cholesky(shifted)
            except np.linalg.LinAlgError:
                shift *= 100
                continue
            pivot = float(np.min(np.diagonal(L, axis1=1, axis2=2)) ** 2)
            return cls(np.linalg.inv(shifted) * both, pivot, ridge)

    def solved(self, g: Array) -> Array:
        """H^-1 g (p, k)."""
        mean: Any = 0.0
        if self.ridge is not None:
            mean = g.mean(axis=1, keepdims=True)
        u = np.matmul(self.inverse, (g - mean).T[..., None])[..., 0].T
        if self.ridge is not None:
            held = np.where(self.ridge > 0, self.ridge, np.inf)
            u += mean / (held + SHIFT) - u.mean(axis=1, keepdims=True)
        return np.asarray(u)


def scaling(H: Array) -> Array:
    """What makes ones of the diagonal of H (..., p, p), or leaves a 0 there.

    Van der Sluis, "Condition numbers and equilibration of matrices" (1969).
    """
    diagonal = np.diagonal(H, axis1=-2, axis2=-1)
    return np.asarray(1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0)))


def cholesky(H: Array) -> Array:
    """L with H = L L', in the place of H.

    Raises
    ------
    LinAlgError
        For an H that is not positive definite.
    """
    L, failed = linalg.lapack.dpotrf(H.T, lower=True, overwrite_a=True)
    if failed:
        raise linalg.LinAlgError
    return np.asarray(L)


def both_ways(L: Array, g: Array) -> Array:
    """(L L')^-1 g of g (p,) or (p, k)."""
    return np.asarray(linalg.lapack.dpotrs(L, g, lower=True)[0])


@dataclass
class Curvature:
    """What is known of the Hessian: one that was formed, and pairs since then."""

    factor: Factor | Blocks | None
    form: Form | None
    lefts: list[float] = field(default_factory=list)  # decrements since then
    pairs: list[tuple[Array, Array, float]] = field(default_factory=list)

    @classmethod
    def of(cls, objective: Summable, at: Place, form: Form) -> Curvature:
        """Factor the Hessian; one that float32 is too coarse for is formed anew."""
        H = np.asarray(at.H)
        shift = SHIFT if form.dtype is FULL else float(np.finfo(HALF).eps)
        factor: Factor | Blocks
        if H.ndim > 2:
            ridge = objective.ridge if objective.is_shifted else None
            factor = Blocks.of(H, shift, ridge)
        else:
            factor = Factor.of(bordered(H, at.u.shape, objective.ridge), shift)
        if form.dtype is FULL or factor.pivot > COARSE:
            return cls(factor, form)
        form = replace(form, dtype=FULL)
        return cls.of(objective, objective.at(at.u, form), form)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is known."""
        return self.factor is None and not self.pairs

    def step(self, g: Array) -> Array:
        """-H^-1 g by two loops over the pairs (algorithm 7.4)."""
        q: Array = -g.ravel()
        alphas = []
        for s, y, sy in reversed(self.pairs):
            alphas.append(s @ q / sy)
            q -= alphas[-1] * y
        q = q.reshape(g.shape)
        q = self.factor.solved(q) if self.factor else self._alike(q)
        q = np.ascontiguousarray(q).ravel()
        for (s, y, sy), alpha in zip(self.pairs, reversed(alphas), strict=True):
            q += s * (alpha - y @ q / sy)
        return q.reshape(g.shape)

    def _alike(self, g: Array) -> Array:
        """H^-1 g, the curvature being alike everywhere, as along the last step (7.20).

        Before there was one it is 1, as the columns were scaled for.
        """
        if not self.pairs:
            return g
        _, y, sy = self.pairs[-1]
        return np.asarray(g * (sy / (y @ y)))

    def learn(self, before: Place, after: Place) -> None:
        """Remember how the slope changed along a step."""
        s, y = (after.u - before.u).ravel(), (after.g - before.g).ravel()
        sy = float(s @ y)
        if sy > EPS * (y @ y):
            self.pairs.append((s, y, sy))
            del self.pairs[:-MEMORY]


def bordered(H: Array, shape: tuple[int, ...], ridge: Array) -> Array:
    """The Hessian of k outputs, positive definite also along a shift of them all.

    Where such a shift changes no loss (softmax), and no ridge holds it, the slope is at
    right angles to it, and whatever curvature is put there moves nothing.
    """
    if len(shape) == 1:
        return H
    p, k = shape
    blocks = H.reshape(k, p, k, p)
    for j in np.flatnonzero(np.max(ridge.reshape(p, -1), axis=1) == 0):
        own = blocks[:, j, :, j]
        if np.abs(own.sum(axis=1)).max() < 1e-4 * np.trace(own):
            own += np.trace(own) / k**2
    return H
