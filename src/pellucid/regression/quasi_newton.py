"""Newton's method that forms the Hessian seldom, and mends it from step to step.

    F(u) = sum_i s_i loss(z_i, y_i) + sum(ridge w^2) / 2,    z = Z w + b

The Hessian H of one place is kept, and serves the next steps as H0 of BFGS: two loops
over the pairs (s, y) of steps and changes of the slope since then. It is formed anew
where as many steps would be left as it costs. The decrement g'H^-1 g / 2 says by how
much F can still fall, in whatever unit the columns are.

Nocedal & Wright, "Numerical Optimization" (2006), sections 3.3, 6.1 and 7.2; Boyd &
Vandenberghe, "Convex optimization" (2004), section 9.5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.task import Fit, Options, Watch, fitted
from pellucid.regression.curvature import EPS, FULL, HALF, Curvature
from pellucid.regression.extended import refined
from pellucid.regression.objective import QUIET, ROUGH, Form, Place, Summable

Array = NDArray[Any]

NEAR = 0.1  # tol^2 times this part of the cost may be left
DOUBT = 1e-4  # what L-BFGS says of the decrement, beside a Hessian, may be off by
CHEAP = 1.5  # visits that a Hessian may be worth, for one at each step
AFTER = 1  # step that is left to do with a new Hessian as well
LEAST = "converged: the cost is least"
NO_STEP = "no step lowers the cost"
ROUNDED = 1e-8  # of the cost: what may be left where rounding ends the way
UNSEEN = 1e-15  # of the cost: a step for less need not be looked at
POLISHED = 1e-24  # of the cost: less is left by rounding
DEAR = 10, 0.1  # the same two of dear visits, as parts of what may be left
DIGITS = 12  # visits that a Hessian may be worth, for digits of coefficients alone
POLISH = 3  # steps beyond what tol asks for, at most
FIRST = 0.03  # what a step leaves of the decrement, before one was taken
FAST = 0.01  # what a step may leave of the decrement, to be called fast
SLOW = 0.5  # what a step leaves where a new Hessian does not help, but BFGS learns
ALONE = 0.15  # what a step leaves with a Hessian of each output alone
PATIENT = 8  # places from which the rate of BFGS is told
EAGER = 3  # the same at first, with a Hessian of the start
PLAIN = Form(FULL)  # Newton's method with the Hessian of each place
FORMS = {"lbfgs": None, "newton": Form(HALF), "newton-cg": PLAIN}
FORMS["newton-cholesky"] = PLAIN
NAMES = {None: "LBFGS", PLAIN: "plain Newton"}


def minimised(
    objective: Summable, start: Array, options: Options, watch: Watch,
    method: str = "auto",
) -> tuple[Fit, Place]:  # fmt: skip
    """Minimise F from a start, a place that need not be near.

    Gives also the place that was reached.

    Parameters
    ----------
    objective : Objective
        F.
    start : array (d + 1,) or (d + 1, k)
        [w; b].
    options : Options
        `limit` of steps; `tol`, for which a tenth of its square may be left of the
        cost.
    watch : Watch
        Is told of each step, and may stop it.
    method : str
        "lbfgs" forms no Hessian; with "newton" one of all outputs is formed at once,
        and with "newton-cg" or "newton-cholesky" at each place anew.
    """
    form = FORMS.get(method, Form(HALF, whole=start.ndim == 1))
    at, history = begun(objective, start, options, form)
    least = [*history, at.cost][0]  # the cost at the start
    if start.any():
        least = min(least, objective.value(0 * start))
    walk = Walk.begun(objective, at, options.tol, EPS * abs(least), form)
    with watch.over(options.limit):
        while True:
            history.append(walk.at.cost)
            nit = len(history) - 1
            stopped = watch.told(nit, walk.at.cost, partial(_params, walk.at))
            reason = "stopped by the callback" if stopped else walk.reason
            if not reason and nit >= options.limit:
                near = LEAST if walk.is_near else ""
                reason = near or f"reached max_iter, {options.limit}"
            if not reason and not walk.goes_on():
                reason = walk.reason
            if reason:
                break
    at = walk.at
    if reason.startswith("converged") and options.tol < ROUGH:
        at = refined(objective, at, walk.known)
    return fitted(at.u, history, nit, f"{NAMES.get(form, 'Newton')}: {reason}"), at


def _params(at: Place) -> Array:
    return at.u


def begun(
    objective: Summable, start: Array, options: Options, form: Form | None
) -> tuple[Place, list[float]]:
    """Where the walk begins, and what the cost was before: at the best place known.

    That is the start, or 0 where the start is worse, far out where no loss bends; or
    the minimum of a sample of the rows. Of n rows that are alike it is within
    sqrt(d / n) of their own, for a fraction of the time.
    """
    history: list[float] = []
    u, J = start, math.inf
    if options.limit and start.any():
        zero, J = 0 * start, objective.value(start)
        if not objective.value(zero) >= J:
            u, history = zero, [J]
    seldom = form not in (None, PLAIN)
    found = objective.sampled(start) if seldom and options.limit else None
    if found is not None:
        (some, tol), quiet = found, Watch(None, False, "J")
        fit, _ = minimised(some, u, Options(10, tol), quiet)
        J = objective.value(u)
        at = objective.at(fit.x, form) if np.isfinite(fit.fun) else None
        if at is not None and at.cost < J:
            return at, [*history[:1], J][:1]
    return objective.at(u, form), history


@dataclass
class Walk:
    """Where the walk stands, what it knows of the curvature, and where it goes next."""

    objective: Summable
    at: Place
    known: Curvature
    step: Array
    left: float  # how much the cost can still fall: the decrement
    tol: float
    least: float  # what rounding leaves of the cost at 0
    plain: bool = False  # whether a Hessian is formed at each place
    rate: float = FIRST  # what the last step left of that
    steps: int = 0
    beyond: int = 0  # steps since what is left is little enough
    again: bool = False  # whether Hessians of outputs alone were formed on the way
    reason: str = ""

    @classmethod
    def begun(
        cls, objective: Summable, at: Place, tol: float, least: float,
        form: Form | None,
    ) -> Walk:  # fmt: skip
        """Stand at a place whose Hessian is known in some form."""
        known = Curvature(None, None)
        if form is not None:
            known = Curvature.of(objective, at, form)
        step = known.step(at.g)
        left = -float(np.vdot(at.g, step)) / 2
        return cls(objective, at, known, step, left, tol, least, form == PLAIN)

    @property
    def is_near(self) -> bool:
        """Whether what is left of the cost is as little as tol asks for.

        Nothing is known of that before the first step of L-BFGS.
        """
        if self.known.is_blank:
            return False
        goal = self._goal * (DOUBT if self.known.form is None else 1)
        return self.left <= (max(goal, self.least) if self.tol else 0.0)

    @property
    def _goal(self) -> float:
        """What tol lets be left of the cost."""
        return NEAR * self.tol**2 * abs(self.at.cost)

    @QUIET
    def goes_on(self) -> bool:
        """Take a step, if there is reason to; else say why not."""
        if self.is_near and self._is_doubted():
            self._look()
        rough = self.tol >= ROUGH
        polished = self.beyond and (self._is_dear or self.beyond > POLISH)
        if self._is_sure():
            cost = self.at.cost - self.left
            self.at = replace(self.at, u=self.at.u + self.step, cost=cost)
            self.reason = LEAST
            return True
        little = self.left <= POLISHED * abs(self.at.cost)
        if self.is_near and (rough or polished or little):
            self.reason = LEAST
            return False
        form = self._renewed()
        after = self._searched(form)
        if after is None and self._misled():
            form, after = None, self._searched(None)
        if after is None:
            rounding = max(ROUNDED * abs(self.at.cost), 16 * self.least)
            near = self.is_near or self.left <= rounding
            self.reason = f"{'converged' if near else 'stopped'}: {NO_STEP}"
            return False
        self.steps += 1
        self.beyond += self.is_near
        self._stand(after, form)
        return True

    def _is_sure(self) -> bool:
        """Whether a step can be taken unseen, as it can only be a good one.

        What it leaves is told by what the last one left, with nearly the same Hessian.
        """
        if self.rate > FAST or not self.tol:
            return False
        if self.objective.is_vast and self.known.form is not None:
            unseen, rest = (part * self._goal for part in DEAR)
        else:
            J, factor = abs(self.at.cost), self.known.factor
            J *= min(1.0, factor.pivot) if factor else 1.0  # for digits of coefficients
            unseen, rest = UNSEEN * J * self.is_near, POLISHED * J
        return self.left <= unseen and self.left * self.rate <= rest

    def _misled(self) -> bool:
        """Learn anew where no step pays; whether there was something to forget."""
        known = self.known
        if known.form is not None and (known.pairs or known.form != Form()):
            self._look()
            return True
        if self._is_doubted():
            self._look()
            return True
        if known.form is None and known.pairs:
            known.pairs.clear()
            self._stand(self.at, None)
            return True
        return False

    def _is_doubted(self) -> bool:
        """Whether the steps of L-BFGS were so many that a Hessian costs no more.

        Where rounding is all that is left, none is asked: it may be singular.
        """
        if self.known.form is not None or self.left <= self.least:
            return False
        return self.steps > self.objective.worth(Form())

    def _look(self) -> None:
        """Form the Hessian of the very place."""
        self._stand(self.objective.at(self.at.u, Form()), Form())

    def _renewed(self) -> Form | None:
        """In which form a Hessian is to be formed at the next place, if any is."""
        if self.known.form is None or not 0 < self.left < math.inf:
            return None
        form = replace(self.known.form, whole=True)
        cheap = self.objective.worth(form) < CHEAP
        if self.plain or (cheap and (self.is_near or self.rate < SLOW)):
            return form
        if self.is_near:
            return form if self._is_slow and not self._is_dear else None
        goal = max(NEAR * self.tol**2, POLISHED) * abs(self.at.cost)
        left = math.log(self.left / max(goal, 1e-300))  # in powers of e
        rate = self._rate()
        steps = left / -math.log(max(rate, EPS)) if rate < 1 else math.inf
        visits = {form: self.objective.worth(form) + AFTER}
        if self.at.u.ndim > 1 and not self.again:
            alone = replace(form, whole=False)
            visits[alone] = self.objective.worth(alone) + left / -math.log(ALONE)
        best = min(visits, key=visits.__getitem__)
        return best if steps > visits[best] else None

    @property
    def _is_fresh(self) -> bool:
        """Whether the Hessian of all outputs at this place is known."""
        known = self.known
        return bool(known.form and known.form.whole and not known.lefts)

    @property
    def _is_slow(self) -> bool:
        """Whether the next step may leave too much for digits to be won by it."""
        return self.rate > FAST and not self._is_fresh

    @property
    def _is_dear(self) -> bool:
        """Whether digits of the coefficients would cost too much."""
        return self._is_slow and self.objective.worth(Form(HALF)) > DIGITS

    def _rate(self) -> float:
        """What a step leaves of the decrement; of several, where BFGS has to learn."""
        if self.known.form and self.known.form.whole:
            J = max(abs(self.at.cost), EPS)  # convergence is quadratic at first
            return min(FIRST, self.left / J) if self._is_fresh else self.rate
        lefts, places = self.known.lefts, PATIENT if self.again else EAGER
        if len(lefts) < places:
            return FIRST
        return float((lefts[-1] / lefts[-places]) ** (1 / (places - 1)))

    def _stand(self, after: Place, form: Form | None) -> None:
        """Arrive at a place."""
        if form is None:
            self.known.learn(self.at, after)
        else:
            self.known = Curvature.of(self.objective, after, form)
            self.again = self.again or not form.whole
        before, self.at = self.left, after
        self.step = self.known.step(after.g)
        self.left = -float(np.vdot(after.g, self.step)) / 2
        if form is None:
            self.known.lefts.append(self.left)
        self.rate = self.left / before if before else 1.0

    def _searched(self, form: Form | None) -> Place | None:
        """Backtracking: shorten the step until it pays (algorithm 3.1)."""
        at, t, slope = self.at, 1.0, -2 * self.left
        if not slope < 0:
            return None
        rounding = 50 * EPS * abs(at.cost)
        for _ in range(60):
            there = self.objective.at(at.u + t * self.step, form)
            if there.cost <= at.cost + 1e-4 * t * slope and there.cost < at.cost:
                return there
            # So near the minimum costs are equal but for rounding; slopes still tell.
            if abs(there.cost - at.cost) <= rounding:
                left = -float(np.vdot(there.g, self.known.step(there.g))) / 2
                if left < 0.5 * self.left:
                    return replace(there, cost=min(there.cost, at.cost))
            bend = there.cost - at.cost - t * slope
            best = -slope * t**2 / (2 * bend) if np.isfinite(bend) and bend > 0 else 0.0
            t = min(max(best, t / 10), t / 2)
        return None
