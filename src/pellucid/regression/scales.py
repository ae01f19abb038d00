"""Huber's loss of residuals whose scale sigma is found with them.

    P(z) = min_sigma  sum_i s_i (sigma + H(r_i / sigma) sigma),    r = z - y

H(a) = a^2 up to |a| = epsilon, and 2 epsilon |a| - epsilon^2 beyond. The sum is convex
in z and sigma together, so that P is convex. It is of the first degree in r, as |r| is,
and no smoother where r is 0: what is taken for its Hessian is that of P^2 / 2, over P.
Where the rows lie on a plane, a Newton step ends there.

Huber & Ronchetti, "Robust Statistics" (2009), section 7.7; Owen, "A robust hybrid of
lasso and ridge regression" (2007).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Fit, Options, Watch, continued
from pellucid.regression import conjugate
from pellucid.regression.losses import Loss, RowLosses
from pellucid.regression.objective import QUIET, Objective
from pellucid.regression.row_costs import RowCost

Array = NDArray[Any]

FIRST = 1.0  # the floor of sigma at first, where the spread of y is near 1
FALLS = 0.1  # each floor beside the last, at most
LAST = 1e-9  # far above what rounding leaves of residuals that are 0
EXACT = 1e-5  # the tol with that floor, where rounding has a say
ROUGH = 0.1  # the tol of the places on the way
FLAT = 1e-4  # of an outlier's slope per length: so little curvature it is taken to have
FARTHEST = 1e150  # a residual, for the sake of its square


def minimised(
    objective: Objective, epsilon: float, start: Array, options: Options, watch: Watch,
    sigma: float | None = None,
) -> tuple[Fit, float]:  # fmt: skip
    """Minimise P(Z w + b) + sum(ridge w^2) / 2; gives also sigma.

    Sigma is held at a floor, which falls for as long as a lesser one would cost less;
    then it is free above that. So a cost that bends ever more sharply, where sigma goes
    to 0, is followed down: Madsen & Nielsen, "A finite smoothing algorithm for linear
    l1 estimation" (1993). It ends at 1e-9. After the first floor sigma is set free at
    once, which is all that most rows need.

    Parameters
    ----------
    objective : Objective
        The rows, y having a spread near 1, and the ridge.
    epsilon : float
        At how many sigma a residual is one of an outlier.
    start : array (d + 1,)
        [w; b].
    options : Options
        `limit` of steps; `tol`, for which a tenth of its square may be left of F.
    watch : Watch
        Is told of each step.
    sigma : float, optional
        That of the start, where it is near the solution.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> from pellucid.regression.design import Dense
    >>> design = Dense(np.array([[-1.0], [0.0], [1.0]]), np.zeros(1), np.ones(1))
    >>> rows = np.array([-2.0, 0.0, 2.0]), np.full(3, 1 / 3), RowCost(costs.huber)
    >>> objective = Objective(design, *rows, np.zeros(2))
    >>> watch = Watch(None, False, "J")
    >>> fit, sigma = minimised(objective, 1.35, np.zeros(2), Options(100, 1e-6), watch)
    >>> fit.x.round(6) + 0.0, sigma
    (array([2., 0.]), 1e-09)
    """
    rows = objective.cost, epsilon, objective.y, objective.s
    loss, fit = ScaledHuber(*rows, FIRST), None
    if sigma is not None:
        loss = ScaledHuber(*rows, max(sigma / 2, LAST), free=True)
    while True:
        left = options.limit - (fit.nit if fit else 0)
        fine = max(options.tol, EXACT) if loss.floor == LAST else options.tol
        tol = fine if loss.free else ROUGH
        goes = replace(options, limit=left, tol=tol)
        after, at = conjugate.minimised(objective, start, goes, watch, loss)
        first, fit, start = fit is None, continued(fit, after), at.u
        sigma, floor = loss.scale(objective.outputs(start)), loss.floor
        above = sigma > floor
        ended = loss.free and (above or floor == LAST)
        if fit.nit >= options.limit and not (ended and fit.success):
            fit = replace(fit, success=False, message=f"reached max_iter, {fit.nit}")
        if ended or fit.nit >= options.limit:
            return fit, max(sigma, floor)
        if not above:
            floor = max(min(FALLS * floor, sigma / 2 or floor), LAST)
        loss = replace(loss, floor=floor, free=first or floor == loss.floor)


@dataclass(frozen=True)
class ScaledHuber:
    """P, with a scale that is `floor` at least.

    With t = epsilon sigma, H(r / sigma) sigma = 2 epsilon t h(r / t), h being Huber's
    cost as he has it: r^2 / 2 up to |r| = 1.

    Parameters
    ----------
    cost : RowCost
        h.
    epsilon : float
        At how many sigma a residual is one of an outlier.
    y, s : array (n,)
        Targets and weights.
    floor : float
        The least sigma.
    free : bool
        Whether sigma may be more.

    Examples
    --------
    >>> from pellucid.models import costs
    >>> rows = np.zeros(3), np.full(3, 1 / 3)
    >>> loss = ScaledHuber(RowCost(costs.huber), 1.5, *rows, 1e-9, free=True)
    >>> z = np.array([1.0, 1.0, -1.0])
    >>> round(loss.scale(z), 8), round(loss.at(z).value, 8)
    (1.0, 2.0)
    """

    cost: RowCost
    epsilon: float
    y: Array
    s: Array
    floor: float
    free: bool = False

    def scale(self, z: Array) -> float:
        """The sigma of least cost: sum s min(r^2 / sigma^2, epsilon^2) = sum s.

        Where some rows are outliers it solves an equation for sigma^2, after which more
        are; that is Newton's method for 1 / sigma^2, in which the sum is concave, and
        never goes too far. Where too many residuals are 0 no sigma is small enough; nor
        where epsilon is 1, if the costs are equal.
        """
        if self.epsilon == 1:
            return 0.0
        s, most, total = self.s, self.epsilon**2, float(np.sum(self.s))
        squares = np.minimum(np.abs(z - self.y), FARTHEST) ** 2
        weighted, near = s * squares, np.ones(len(s))
        inside, before = total, np.inf
        while inside < before:
            rest = inside - (most - 1) * (total - inside)
            sigma2 = float(weighted @ near) / rest if rest > 0 else 0.0
            near = (squares <= most * sigma2).astype(float)
            before, inside = inside, float(s @ near)
        return float(sigma2**0.5)

    @QUIET
    def at(self, z: Array) -> Loss:
        """What P is at outputs: sigma is where it does not change P."""
        sigma = max(self.scale(z), self.floor) if self.free else self.floor
        t, rows = self.epsilon * sigma, RowLosses(self.cost, 0 * self.y, self.s)
        a = (z - self.y) / t
        h, slopes, bends = zip(*rows.by_blocks(self.cost.bent, a), strict=True)
        g, q = 2 * self.epsilon * np.concatenate(slopes), np.concatenate(bends)
        far = np.maximum(np.abs(a), 1)
        q = np.where(q > 0, 2 * self.epsilon * q, FLAT * np.abs(g) / far) / t
        least = sigma * float(np.sum(self.s))
        size = least + t * float(np.abs(g) @ np.minimum(np.abs(a), 1))
        P = least + 2 * self.epsilon * t * float(sum(h))
        return ScaledLoss(P, g, a, q, sigma > self.floor, size)


@dataclass(frozen=True)
class ScaledLoss:
    """P at outputs z, with a = r / t, the curvature q of rows, and if sigma is free.

    In `size` outliers are at epsilon sigma: how far they are beyond is a part of P that
    can be any number, and has no say in where P is least.
    """

    value: float
    g: Array
    a: Array
    q: Array
    free: bool
    size: float

    @property
    def is_diagonal(self) -> bool:
        """While sigma is held."""
        return not self.free

    def curvature(self) -> Array:
        """The curvature of each row (n,) at this scale."""
        return self.q

    def turned(self, v: Array) -> Array:
        """Q v, Q being the Hessian of P^2 / 2, over P.

        The second derivatives of the sum are q in z, -a q in z and t, and in t a'q a:
        it is of the first degree in them. The Hessian of P is diag(q) - (a q)(a q)' /
        (a'q a), and diag(q) where sigma is at its floor.
        """
        Qv = self.q * v
        if self.free:
            Qv -= self._aq * (self._aq @ v / self._aqa)
            Qv += self.g * (self.g @ v / self.value)
        return Qv

    @cached_property
    def _aq(self) -> Array:
        return np.where(np.abs(self.a) <= 1, self.a, 0.0) * self.q

    @cached_property
    def _aqa(self) -> float:
        return float(self._aq @ self.a)


def spread_of(y: Array, s: Array, centred: bool = True) -> tuple[float, float]:
    """The median of y, or 0, and that of distances from it but 0; else 1.

    Examples
    --------
    >>> spread_of(np.array([1.0, 2.0, 90.0]), np.ones(3))
    (2.0, 1.0)
    """
    centre = _median(y, s) if centred else 0.0
    far = np.abs(y - centre)
    some = far > 0
    return centre, _median(far[some], s[some]) if some.any() else 1.0


def _median(y: Array, s: Array) -> float:
    """A number with half of the weights on each side, or nearly."""
    order = np.argsort(y)
    below = np.cumsum(s[order])
    return float(y[order[np.searchsorted(below, below[-1] / 2)]])
