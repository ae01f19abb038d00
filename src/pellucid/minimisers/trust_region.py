"""How far a sum of squares is from its minimum, and the step that is trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pellucid.minimisers.full_batch import Vector
from pellucid.minimisers.residuals import Factors, Place, length_of


@dataclass(frozen=True)
class Slope:
    """How far a place is from a minimum, whatever the scales of the parameters.

    `part` is that of the residuals which lies along the columns of A, 0 to 1; `cosine`
    that along the nearest of them alone; `step` the Gauss-Newton step beside the
    parameters, both measured by what they move.
    """

    part: float
    cosine: float
    step: float

    @classmethod
    def at(cls, place: Place, eps: float) -> Slope:
        """The slope at a place, columns divided by their own lengths."""
        D = place.lengths
        factors = Factors.of(place, D, eps)
        along = factors.u[: factors.rank]
        size = length_of(place.q)
        step = length_of(along / factors.S[: factors.rank])
        length = length_of(D * place.w)
        R, seen = place.triangle
        nearest = float(np.max(np.abs(R.T @ seen), initial=0.0))
        return cls(
            length_of(along) / size if size else 0.0,
            nearest / size if size else 0.0,
            step / length if length else np.inf if step else 0.0,
        )


STEEP = Slope(np.inf, np.inf, np.inf)


def damped(factors: Factors, radius: float) -> tuple[Vector, float]:
    """The step z with |z| about radius, and its damping; at 0 that of Gauss-Newton.

    (S^2 + damping) V'z = -S u; the damping is found by Newton's method on 1 / |z|.
    Moré, "The Levenberg-Marquardt algorithm: implementation and theory" (1978), (5.4).
    """
    largest, length = np.max(factors.S, initial=0.0), length_of(factors.u)
    if not largest or not length:
        return np.zeros(factors.Vt.shape[1]), 0.0
    S, u = factors.S / largest, factors.u / length  # no square is out of range
    with np.errstate(over="ignore"):
        v, damping = _damped(S, u, factors.rank, radius * largest / length)
        return factors.Vt.T @ v * (length / largest), damping * largest**2


def _damped(S: Vector, u: Vector, rank: int, radius: float) -> tuple[Vector, float]:
    """The step along singular vectors, and its damping."""
    known = np.arange(len(S)) < rank
    z = -np.divide(u, S, out=np.zeros_like(u), where=known)
    if length_of(z) <= 1.1 * radius:
        return z, 0.0
    low, high = 0.0, length_of(S * u) / radius
    damping = 1e-3 * high
    for _ in range(50):
        z = -S * u / (S**2 + damping) / radius  # of about 1, to be squared
        size = length_of(z)
        if not size:
            return np.zeros_like(z), 0.0  # the radius is nothing
        if abs(size - 1) <= 0.1:
            break
        low, high = (damping, high) if size > 1 else (low, damping)
        fall = float(np.sum(z**2 / (S**2 + damping))) / size
        damping += (size - 1) * size / fall
        if not low < damping < high:
            damping = max(1e-3 * high, float(np.sqrt(low * high)))
    return radius * z, damping
