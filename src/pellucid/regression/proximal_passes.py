"""Proximal Newton over rows that are read anew at each step; see `proximal`.

The second-order model of J is formed in one pass, of all parameters at once, and
minimised in memory; the next pass looks at the place that this leads to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Fit, Options, Watch, fitted
from pellucid.regression import proximal
from pellucid.regression.by_passes import StreamedObjective
from pellucid.regression.descents import Spot, descended
from pellucid.regression.objective import QUIET, Form, Place
from pellucid.regression.proximal import EPS, POLISHED, ROUGH, Model
from pellucid.regression.quasi_newton import NEAR

Array = NDArray[Any]

TRIES = 30  # lengths of a step, each a pass
SAMPLED = Options(100, 1e-3)  # how near the minimum of a sample is looked for


def minimised(
    objective: StreamedObjective, lam: Array, start: Array, options: Options,
    watch: Watch,
) -> tuple[Fit, Place]:  # fmt: skip
    """Minimise J(u) + sum lam |u| from u = [w; b]; see `proximal.minimised`."""
    fall = POLISHED * NEAR * options.tol**2
    descent = Descent(objective, lam, fall)
    begin, history = begun(objective, lam, start, options)
    at, walked, reason = descended(descent, descent.at(begin), options, watch)
    history = [*history, *walked[len(history) :]]
    fit = fitted(at.u, history, len(history) - 1, f"proximal Newton: {reason}")
    return fit, Place(at.u, at.cost, at.r)


def begun(
    objective: StreamedObjective, lam: Array, start: Array, options: Options
) -> tuple[Array, list[float]]:
    """Where to begin, and what the cost was before: at the minimum of a sample."""
    found = objective.sampled(start) if options.limit else None
    if found is None:
        return start, []
    quiet = Watch(None, False, "J")
    fit, _ = proximal.minimised(found[0], lam, start, SAMPLED, quiet)
    if not np.isfinite(fit.fun):
        return start, []
    return fit.x, [objective.value(start) + float(np.sum(lam * np.abs(start)))]


@dataclass(frozen=True)
class Standing(Spot):
    """A place, and the Hessian of J there, parameter by parameter."""

    H: Array


@dataclass
class Descent:
    """The way down; `fall` is the part of F that may be left."""

    objective: StreamedObjective
    lam: Array
    fall: float
    reason: str = ""
    first: float = 0.0

    @QUIET
    def at(self, u: Array) -> Standing:
        """F, the slope of J and its Hessian, in one pass."""
        place = self.objective.at(u, Form())
        p, k = len(u), u[0].size
        H = np.asarray(place.H).reshape(k, p, k, p).transpose(1, 0, 3, 2)
        cost = place.cost + float(np.sum(self.lam * np.abs(u)))
        return Standing(u, np.zeros(0), cost, place.g, H.reshape(p * k, p * k))

    def stepped(self, at: Standing) -> Standing | None:
        """Take a step; the last one without a look at where it leads."""
        moves = (at.u != 0) | (self.lam == 0)
        moves |= np.abs(proximal.least(at.u, at.r, self.lam)) > 0
        moves[-1] &= self.objective.part.like.intercept
        some = moves.ravel()
        lam = np.broadcast_to(self.lam, at.u.shape)[moves]
        d, gain, left = Model(at.H[np.ix_(some, some)], moves, lam).step(at)
        step = np.zeros_like(at.u)
        step[moves] = d
        self.first = max(self.first, abs(at.cost))
        if left <= max(self.fall * abs(at.cost), EPS * self.first):
            self.reason = "converged: the cost is least"
            return Standing(at.u + step, at.z, at.cost - max(left, 0.0), at.r, at.H)
        after = self.searched(at, step, gain)
        if after is None:
            near = left <= ROUGH * abs(at.cost)
            self.reason = (
                f"{'converged' if near else 'stopped'}: no step lowers the cost"
            )
        return after

    def searched(self, at: Standing, step: Array, gain: float) -> Standing | None:
        """Halve the step until it pays."""
        t, rounding = 1.0, 8 * EPS * abs(at.cost)
        for _ in range(TRIES if gain > 0 else 0):
            there = self.at(at.u + t * step)
            if there.cost - at.cost <= rounding - 1e-4 * t * gain:
                return there
            t /= 2
        return None
