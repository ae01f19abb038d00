"""Intervals of the profile likelihood, for which no normal distribution is assumed.

Of a coefficient a'u they hold each value at which, the others being the likeliest for
it, the log likelihood l is not further than half a quantile of chi2 below its maximum:

    max and min of a'u where 2 (l(0) - l(u)) <= q

u are coefficients in whose units the information is 1 at the maximum. The ends are
found by the same question of the parabola that touches l, with the slope g and the
curvature H, asked again and again:

    u + H^-1 g -+ H^-1 a sqrt(rho / a'H^-1 a),    rho = 2 (l(u) - l(0)) + q + g'H^-1 g

Venzon & Moolgavkar, "A method for computing profile-likelihood-based confidence
intervals" (1988).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

from pellucid.statistics.information import Information

Array = NDArray[Any]

STEPS = 60  # of which six or so are needed
CLOSE = 1e-7  # standard errors: so short a step leaves its square
DEEP = 4.0  # times as far below the maximum as the end: a step there is halved
HALVES = 30


def profile(information: Information, A: Array, level: float) -> Array:
    """How far both ends (p, 2) are from the estimates of coefficients A u.

    Parameters
    ----------
    information : Information
        At the maximum.
    A : array (p, m)
        Of the covariance A A' of the coefficients; ends of those without are nan.
    level : float
        How often an interval holds the true coefficient.
    """
    q = float(special.chdtri(1, 1 - level))
    known = np.isfinite(A).all(axis=1) & (np.abs(A).max(axis=1, initial=0.0) > 0)
    found = np.full((len(A), 2), np.nan)
    for j in np.flatnonzero(known):
        size = float(np.linalg.norm(A[j]))
        for i, sign in enumerate((-1.0, 1.0)):
            found[j, i] = sign * size * end(information, sign * A[j] / size, q)
    return found


def end(information: Information, a: Array, q: float) -> float:
    """The largest a'u where 2 (l(0) - l(u)) <= q; nan where it is not found."""
    top, u, at = _likelihood(information), 0 * a, information
    for _ in range(STEPS):
        g = information.D.T @ (information.unit * at.slope)
        H = information.D.T @ (information.unit * at.curvature) @ information.D
        try:
            F = linalg.cho_factor(H)
        except (linalg.LinAlgError, ValueError):
            return np.nan
        back, along = (np.asarray(linalg.cho_solve(F, b)) for b in (g, a))
        rho = 2 * (_likelihood(at) - top) + q + g @ back
        step = back + along * (max(float(rho), 0.0) / float(a @ along)) ** 0.5
        for _ in range(HALVES):
            at = _at(information, u + step)
            if 2 * (top - _likelihood(at)) < DEEP * q:
                break
            step = step / 2
        u = u + step
        if np.linalg.norm(step) < CLOSE:
            return float(a @ u)
    return np.nan


def _at(information: Information, u: Array) -> Information:
    """The information where the coefficients are u."""
    return replace(information, z=information.moved(information.D @ u))


def _likelihood(at: Information) -> float:
    """The log likelihood l."""
    return at.unit * float(at.s @ at.family.log_likelihoods(at.z, at.y))
