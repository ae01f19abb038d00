"""Proximal Newton: the cost of a linear model plus weights of absolute values.

    F(u) = J(u) + sum_j lam_j |w_j|

Each step minimises the second-order model of J plus that sum over a working set: the
coefficients that are not 0, and of the others those whose slope overcomes lam by most.
So a Hessian is formed of few columns, and what is 0 is 0 exactly. The slopes of all
coefficients are looked at in each step, so that none is left out for good.

Lee, Sun & Saunders, "Proximal Newton-type methods for minimizing composite functions"
(2014); Friedman, Hastie & Tibshirani, "Regularization paths for generalized linear
models via coordinate descent" (2010); Tibshirani et al., "Strong rules for discarding
predictors in lasso-type problems" (2012), for working sets that are checked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Fit, Options, Watch, fitted
from pellucid.regression.descents import Spot, descended
from pellucid.regression.design import with_ones
from pellucid.regression.losses import RowLosses
from pellucid.regression.objective import Objective, Place
from pellucid.regression.quasi_newton import NEAR
from pellucid.regression.rows import visited
from pellucid.regression.signs import quadratic, shrunk

Array = NDArray[Any]

FIRST = (
    100  # new coefficients in a working set, of those that want to leave 0, at least
)
GROWS = 0.3  # new ones beside those that are not 0, at most
TRIES = 100  # lengths of a step
POLISHED = 1e-3  # the part of what tol asks for: the last step costs little
ROUGH = 1e-8  # of the cost: what may be left where rounding ends the way
EPS = float(np.finfo(float).eps)


def minimised(
    objective: Objective,
    lam: Array,
    start: Array,
    options: Options,
    watch: Watch,
) -> tuple[Fit, Place]:
    """Minimise F from parameters u = [w; b]; gives also the place, of cost F.

    Parameters
    ----------
    objective : Objective
        J.
    lam : array (d + 1,) or (d + 1, 1)
        The weight of each |u_j|, 0 of b.
    start : array (d + 1,) or (d + 1, k)
        Where to begin.
    options : Options
        `limit` of steps; `tol`, for which a tenth of its square may be left of F.
    watch : Watch
        Is told of each step, and may stop it.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> from pellucid.regression.design import Dense
    >>> from pellucid.regression.row_costs import RowCost
    >>> design = Dense(np.array([[-1.0], [1.0]]), np.zeros(1), np.ones(1))
    >>> rows = np.array([0.0, 1.0]), np.full(2, 0.5), RowCost(costs.log_loss)
    >>> objective, lam = Objective(design, *rows, np.zeros(2)), np.array([0.25, 0.0])
    >>> watch = Watch(None, False, "J")
    >>> minimised(objective, lam, np.zeros(2), Options(100, 1e-6), watch)[0].x.round(6)
    array([1.098612, 0.      ])
    """
    fall = POLISHED * NEAR * options.tol**2
    descent = Descent(objective, lam, fall)
    at, history, reason = descended(descent, descent.start(start), options, watch)
    fit = fitted(at.u, history, len(history) - 1, f"proximal Newton: {reason}")
    return fit, Place(at.u, at.cost, at.r)


def least(u: Array, r: Array, lam: Array) -> Array:
    """The slope of F that is nearest to 0, of the slopes |u| has at 0."""
    return np.where(u != 0, r + lam * np.sign(u), shrunk(r, lam))


@dataclass
class Descent:
    """The way down; `fall` is the part of F that may be left.

    A `Spot` has F and the slope of J, which F has but for the absolute values.
    """

    objective: Objective
    lam: Array
    fall: float
    reason: str = ""
    first: float = 0.0  # the cost at the start

    def start(self, u: Array) -> Spot:
        """Stand at parameters."""
        return self.at(u, self.objective.outputs(u))

    def at(self, u: Array, z: Array) -> Spot:
        """F and the slope of J at parameters whose outputs are z."""
        objective = self.objective
        loss, g = self.loss(z)
        r = objective.ridge * u
        r[:-1] += objective.design.across(g)
        r[-1] = (r[-1] + np.sum(g, axis=0)) * objective.intercept
        return Spot(u, z, loss + self.penalty(u), r)

    def penalty(self, u: Array) -> float:
        """What J and F have beside the loss."""
        ridge = np.sum(self.objective.ridge * u**2) / 2
        return float(ridge + np.sum(self.lam * np.abs(u)))

    def loss(self, z: Array) -> tuple[float, Array]:
        """The loss of all rows, and its slope in z."""
        objective = self.objective
        rows = RowLosses(objective.cost, objective.y, objective.s).at(z)
        return rows.value + objective.constant, rows.g

    def stepped(self, at: Spot) -> Spot | None:
        """Take a step; None where none lowers F any more."""
        moves, whole = self.working(at)
        some = np.asarray(moves.reshape(len(moves), -1).any(axis=1))
        some[-1] = True
        part = Part.of(self.objective, some)
        lam = np.broadcast_to(self.lam, at.u.shape)[moves]
        H = part.hessian(at.z, moves[some])
        model = Model(H, moves, lam)
        d, gain, left = model.step(at)
        step = np.zeros_like(at.u)
        step[moves] = d
        zs = part.outputs(step[some])
        after = self.searched(at, step, zs, gain, lambda there: model.step(there)[2])
        self.first = max(self.first, abs(at.cost))
        little = max(self.fall, ROUGH * (after is None)) * abs(at.cost)
        small = left <= max(little, EPS * self.first)  # of a cost that comes to 0 too
        if small and whole:
            least = "no step lowers the cost" if after is None else "the cost is least"
            self.reason = f"converged: {least}"
        elif after is None:
            self.reason = "stopped: no step lowers the cost"
        return after

    def working(self, at: Spot) -> tuple[Array, bool]:
        """Which parameters may move, and whether these are all that want to."""
        slope = np.abs(least(at.u, at.r, self.lam))
        moves = (at.u != 0) | (self.lam == 0)
        moves[-1] &= self.objective.intercept
        wants = np.flatnonzero(~moves & (slope > 0))
        most = max(FIRST, int(GROWS * moves.sum()))
        if len(wants) <= most:
            moves.flat[wants] = True
            return moves, True
        far = np.argpartition(-slope.flat[wants], most)[:most]
        moves.flat[wants[far]] = True
        return moves, False

    def searched(
        self, at: Spot, step: Array, zs: Array, gain: float,
        left: Callable[[Spot], float],
    ) -> Spot | None:  # fmt: skip
        """Halve the step until it pays; its outputs are known, so no row is visited."""
        t, rounding = 1.0, 8 * EPS * abs(at.cost)
        for _ in range(TRIES if gain > 0 else 0):
            u, z = at.u + t * step, at.z + t * zs
            cost = self.loss(z)[0] + self.penalty(u)
            if cost < at.cost and cost - at.cost <= rounding - 1e-4 * t * gain:
                return self.at(u, z)
            # So near the minimum costs are equal but for rounding; slopes still tell.
            if abs(cost - at.cost) <= rounding:
                there = self.at(u, z)
                if left(there) < 0.5 * left(at):
                    return replace(there, cost=min(there.cost, at.cost))
            t /= 2
        return None


@dataclass(frozen=True)
class Model:
    """The second-order model of F at a place, of the parameters that may move."""

    H: Array
    moves: Array
    lam: Array

    def step(self, at: Spot) -> tuple[Array, float, float]:
        """The way to its minimum; how F falls at first, and how far the model does."""
        H, lam, u, r = self.H, self.lam, at.u[self.moves], at.r[self.moves]
        d = quadratic(H, H @ u - r, u, lam) - u
        gain = -float(r @ d + np.sum(lam * (np.abs(u + d) - np.abs(u))))
        return d, gain, gain - float(d @ H @ d) / 2


@dataclass(frozen=True)
class Part:
    """Some columns of a model, and its intercept."""

    objective: Objective
    design: Any
    ridge: Array

    @classmethod
    def of(cls, objective: Objective, some: Array) -> Part:
        """The columns where `some` (d + 1,) says so."""
        design = objective.design.chosen(np.flatnonzero(some[:-1]))
        return cls(objective, design, objective.ridge[some])

    def outputs(self, u: Array) -> Array:
        """The linear outputs of these columns alone."""
        return np.asarray(self.design.times(u[:-1]) + u[-1])

    def hessian(self, z: Array, moves: Array) -> Array:
        """The Hessian (a, a) of the a parameters where `moves` (p,) or (p, k) is true.

        H_jc,le = sum_i A_ij Q_ice A_il + ridge.
        """
        p, flat = len(moves), moves.reshape(len(moves), -1)
        which = [np.flatnonzero(column) for column in flat.T]  # of each output
        ends = np.cumsum([0, *map(len, which)])
        k = len(which)

        def part(blocks: list[slice]) -> Array:
            H = np.zeros((ends[-1], ends[-1]))
            for rows in blocks:
                A, Q = with_ones(self.design, rows), self._curvature(z, rows)
                of = [A[:, columns] for columns in which]
                for c in range(k):
                    for e in range(c + 1):
                        some = slice(ends[c], ends[c + 1]), slice(ends[e], ends[e + 1])
                        H[some] += of[c].T @ (Q[:, c, e, None] * of[e])
            return H

        H = sum(visited(part, len(z), max(p, k * k)))
        H = np.tril(H) + np.tril(H, -1).T
        ridge = np.broadcast_to(self.ridge.reshape(p, -1), flat.shape)
        H.flat[:: len(H) + 1] += ridge.T[flat.T]
        places = np.flatnonzero(flat.T)
        order = np.argsort(places % p * k + places // p)  # to parameter by parameter
        return np.asarray(H[np.ix_(order, order)])

    def _curvature(self, z: Array, rows: slice) -> Array:
        y, s, cost = self.objective.y[rows], self.objective.s[rows], self.objective.cost
        if z.ndim == 1:
            return cost.bent(z[rows], y, s)[2][:, None, None]
        return cost.curvature(z[rows], y, s)
