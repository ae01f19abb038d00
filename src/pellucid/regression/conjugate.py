"""Newton's method with conjugate gradients: no Hessian of the parameters is formed.

    H s = -r, solved inexactly; then u = u + t s

A product H v takes z along v, Q of the loss in z, and back: two products with the
rows. The solver M by which conjugate gradients are preconditioned is the Hessian had
each output the mean curvature of its row, one matrix for all k outputs, and is kept as
long as making it anew would take more time than it saves.

Nocedal & Wright, "Numerical Optimization" (2006), section 7.1; Dembo, Eisenstat &
Steihaug, "Inexact Newton methods" (1982); Böhning, "Multinomial logistic regression
algorithm" (1992), for one matrix for all outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Fit, Options, Watch, fitted
from pellucid.regression import descents
from pellucid.regression.descents import descended
from pellucid.regression.losses import Loss, Losses, RowLosses
from pellucid.regression.objective import QUIET, Objective, Place
from pellucid.regression.quasi_newton import NEAR
from pellucid.regression.spaces import ColumnSpace, Solve, Space, space_of

Array = NDArray[Any]

FORCED = 0.3  # how exactly a step is solved at least
MOST = 500  # products of a step
AGED = 40  # products that a step may take with a solver that is not new, at least
CHECKED = 40  # products at least before a place is taken for the last
STEEP = 4  # a step ends where the slope is that part of what it was, or less
SAVED = 4  # products that a step takes with a solver that is not new
SOLVED = 1e-10  # of the gain of a step: with less left its system is solved
TRIES = 40  # lengths of a step
ROUGH = 1e-8  # of the cost: what may be left where rounding ends the way
EPS, TINY = float(np.finfo(float).eps), float(np.finfo(float).tiny)


def minimised(
    objective: Objective, start: Array, options: Options, watch: Watch,
    losses: Losses | None = None,
) -> tuple[Fit, Place]:  # fmt: skip
    """Minimise an objective, of one output or many; gives also the place reached.

    Parameters
    ----------
    objective : Objective
        The cost F.
    start : array (d + 1,) or (d + 1, k)
        [w; b].
    options : Options
        `limit` of steps; `tol`, for which a tenth of its square may be left of the
        cost.
    watch : Watch
        Is told of each step, and may stop it.
    losses : Losses, optional
        What F has in place of the sum of the objective's costs of rows.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> from pellucid.regression.design import Dense
    >>> from pellucid.regression.row_costs import RowCost
    >>> design = Dense(np.array([[-1.0], [1.0]]), np.zeros(1), np.ones(1))
    >>> rows = np.array([0.0, 1.0]), np.full(2, 0.5), RowCost(costs.log_loss)
    >>> objective = Objective(design, *rows, np.array([0.1, 0.0]))
    >>> watch = Watch(None, False, "J")
    >>> minimised(objective, np.zeros(2), Options(100, 1e-4), watch)[0].x.round(8)
    array([1.63350617, 0.        ])
    """
    space = space_of(objective)
    fall = NEAR * options.tol**2 * space.fineness
    descent = Descent(objective, losses or _of_rows(objective), space, fall)
    at = descent.start(start)
    if options.tol and losses is None:
        flat = objective.value(0 * start) if start.any() else at.cost
        descent.least = EPS * min(abs(at.cost), abs(flat))
    at, history, reason = descended(descent, at, options, watch, space.found)
    at = descent.polished(at)
    u = space.found(at.u)
    message = f"Newton with conjugate gradients: {reason}"
    place = Place(u, at.cost, ColumnSpace(objective).slope(u, at.loss.g))
    return fitted(u, history, len(history) - 1, message), place


def onward(objective: Objective, at: Place) -> Array:
    """The way that the next step would go, [w; b]."""
    descent = Descent(objective, _of_rows(objective), space_of(objective), 0.0)
    spot = descent.start(at.u)
    return descent.space.found(descent.step(spot).s)


def _of_rows(objective: Objective) -> Losses:
    return RowLosses(objective.cost, objective.y, objective.s)


@dataclass(frozen=True)
class Step:
    """A step s, its outputs, and twice the fall of the cost's quadratic along it.

    `left` is about twice what another step would gain if the cost were its quadratic.
    """

    s: Array
    zs: Array
    gain: float
    left: float
    products: int

    @property
    def is_whole(self) -> bool:
        """Whether it solves its system, and not nearly."""
        return not self.products

    def still(self, t: float, fell: float) -> float:
        """How far the cost can still fall behind a step t s along which it fell."""
        model = t * (1 - t / 2) * self.gain
        return self.left / 2 + (1 - t) ** 2 * self.gain / 2 + abs(fell - model)


@dataclass(frozen=True)
class Spot(descents.Spot):
    """A place on the way down, its parameters and slope being those of a space."""

    loss: Loss
    beside: float  # what the cost has beside the loss
    size: float  # what a fall of the cost is measured by


@dataclass
class Descent:
    """The way down in one of the spaces; `fall` is the part of the cost to be left."""

    objective: Objective
    losses: Losses
    space: Space
    fall: float
    least: float = 0.0  # what rounding leaves of the cost at 0
    reason: str = ""
    beyond: Step | None = None  # a step that would gain too little to be one
    solve: Solve | None = None
    spent: float = 0.0  # products of one output, since the solver was made

    def start(self, u: Array) -> Spot:
        """Stand at parameters [w; b]."""
        u = self.space.placed(u)
        return self.at(u, self.space.image(u))

    def at(self, u: Array, z: Array) -> Spot:
        """The cost and its slope at parameters of the space, whose outputs are z."""
        beside = self.space.dot(self.space.slope(u), u, z) / 2
        return self._spot(u, z, self.losses.at(z), beside + self.objective.constant)

    def _spot(self, u: Array, z: Array, loss: Loss, beside: float) -> Spot:
        """A place with the loss and what the cost has beside it."""
        r, size = self.space.slope(u, loss.g), abs(loss.size + beside)
        return Spot(u, z, loss.value + beside, r, loss, beside, size)

    @QUIET
    def stepped(self, at: Spot) -> Spot | None:
        """Take a step; None where none lowers the cost any more."""
        step = self.step(at)
        if step.gain / 2 <= self._goal(at):
            step = self._checked(at, step)
        if step.gain / 2 <= self._goal(at):
            self.reason, self.beyond = "converged: the cost is least", step
            return None
        there, t = self._searched(at, step)
        if there is None:
            rounding = max(ROUGH * at.size, 16 * self.least)
            near = step.gain / 2 <= rounding
            arrived = "converged: no step lowers the cost"
            self.reason = arrived if near else "stopped: no step lowers the cost"
        elif step.is_whole and step.still(t, at.cost - there.cost) <= self._goal(there):
            added, there = there, self.at(there.u, self.space.image(there.u))
            if there.cost - added.cost <= self._goal(there):
                self.reason = "converged: the cost is least"
        return there

    def _checked(self, at: Spot, step: Step) -> Step:
        """A step for little anew, where a solver may have seen too little.

        Where an output of a row bends far less than the mean of all, or than it did,
        the curvature is less than the solver's, and there is more to gain than it says.
        """
        if self.solve is None or step.is_whole or not step.gain > 0:
            return step
        if at.z.ndim == 1 and self.space.worth < CHECKED:
            return self._anew(at)
        step = self._step(at, self.solve, MOST, CHECKED)
        self.spent += step.products * at.z[0].size
        return step

    def _goal(self, at: Spot) -> float:
        """How much of the cost may be left."""
        return max(self.fall * at.size, self.least)

    def polished(self, at: Spot) -> Spot:
        """Where the step leads that was not taken, unless the cost is more there."""
        if self.beyond is None:
            return at
        there = self.at(at.u + self.beyond.s, at.z + self.beyond.zs)
        return there if there.cost <= at.cost + 8 * EPS * abs(at.cost) else at

    def step(self, at: Spot) -> Step:
        """Solve H s = -r, with a new solver where the last has had its worth."""
        k, step = at.z[0].size, None
        if self.solve is not None and self.spent <= self.space.worth:
            most = AGED + int(self.space.worth / k)
            step = self._step(at, self.solve, most)
            if step.products == most:  # the curvature has changed too much
                step = None
        if step is None:
            step = self._anew(at)
        self.spent += step.products * k
        return step

    def _anew(self, at: Spot) -> Step:
        """Solve it with a solver for the curvature at the very place."""
        q = at.loss.curvature()
        self.solve, self.spent = self.space.solver(q), 0.0
        if not (at.loss.is_diagonal and self.space.is_exact(q)):
            return self._step(at, self.solve, MOST)
        self.spent = SAVED * at.z[0].size
        s, zs = self.solve(-at.r)
        zs = self.space.image(s) if zs is None else zs
        return Step(s, zs, -self.space.dot(at.r, s, zs), 0.0, 0)

    def _step(self, at: Spot, solve: Solve, most: int, least: int = 0) -> Step:
        """Solve H s = -r by preconditioned conjugate gradients, exactly enough.

        It ends where what is left is little beside the gain so far, by M and by what
        the last products gained: Nash & Sofer, "Assessing a search direction within a
        truncated-Newton method" (1990).
        """
        space, r = self.space, -at.r
        m, zm = solve(r)
        rho = space.dot(r, m, zm)
        p, zp, beta = np.zeros_like(m), np.zeros_like(at.z), 0.0
        s, zs, gain, left = p, zp, 0.0, rho
        size = max(at.size, TINY)
        exact = min(FORCED, np.sqrt(rho / size)) ** 2
        products = 0
        while products < most and rho > 0:
            p, zp = m + beta * p, (space.image(m) if zm is None else zm) + beta * zp
            Hp = space.slope(p, at.loss.turned(zp))
            curvature = space.dot(Hp, p, zp)
            if not curvature > 0:
                break
            products += 1
            alpha = rho / curvature
            s, zs, r = s + alpha * p, zs + alpha * zp, r - alpha * Hp
            gain += alpha * rho
            m, zm = solve(r)
            before, rho = rho, space.dot(r, m, zm)
            if rho <= SOLVED * gain:  # the rest is rounding, and may have no curvature
                left = rho
                break
            left = max(rho, products * alpha * before)
            enough = 0 if least else exact * gain
            if products >= least and left <= max(enough, self.fall * size / 2):
                break
            beta = rho / before
        return Step(s, zs, gain, left, products)

    def _searched(self, at: Spot, step: Step) -> tuple[Spot | None, float]:
        """Go along the step to where the slope is a quarter or less of what it was.

        The cost is convex, so that its slope along the step rises; the outputs are
        known along it, and no row is visited.
        """
        space, s, zs = self.space, step.s, step.zs
        held, more = space.slope(at.u), space.slope(s)
        first, second = space.dot(held, s, zs), space.dot(more, s, zs)
        rounding = 8 * EPS * abs(at.cost)
        low, high, steep, t = 0.0, np.inf, -step.gain, 1.0
        for _ in range(TRIES if step.gain > 0 else 0):
            z = at.z + t * zs
            loss, beside = self.losses.at(z), at.beside + t * first + t * t * second / 2
            J = loss.value + beside
            slope = float(np.sum(loss.g * zs)) + first + t * second
            falls = J - at.cost <= rounding - 1e-4 * t * step.gain
            if falls and abs(slope) <= step.gain / STEEP:
                return self._spot(at.u + t * s, z, loss, beside), t
            if falls and slope < 0:
                low, steep = t, slope
                t = 2 * t if np.isinf(high) else (low + high) / 2
            else:
                high = t
                rises = slope > 0 and np.isfinite(slope)
                part = steep / (steep - slope) if rises else 0.5
                t = low + min(max(part, 0.1), 0.9) * (high - low)
        return None, 0.0
