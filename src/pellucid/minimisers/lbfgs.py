"""L-BFGS on a flat vector of parameters; see `methods.LBFGS`."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from pellucid.minimisers import newton
from pellucid.minimisers.full_batch import Problem, State, Vector, WayDown, problem_of
from pellucid.minimisers.kinks import beside
from pellucid.minimisers.methods import LBFGS, Newton
from pellucid.minimisers.search import wolfe
from pellucid.minimisers.task import Fit, Options, Standing, Task, Watch

Pair = tuple[Vector, Vector]
TRIES = 10  # steps in a row that may gain nothing


def lbfgs(
    task: Task, method: LBFGS, options: Options, watch: Watch, before: Fit | None
) -> Fit:
    """Take quasi-Newton steps until the slope is small; see `methods.LBFGS`."""
    problem = problem_of(task, options)
    pairs: deque[Pair] = deque(_pairs_of(before), method.memory)
    walk = WayDown(task, problem, options, watch, before)
    gains = Gains(problem, pairs, max(options.tol**2, 4 * problem.eps))
    for costs in itertools.pairwise(before.history if before else ()):
        gains.count(*costs)

    def following(state: State) -> State | None:
        after = stepped(problem, state, pairs)
        return gains.checked(state, after) if options.tol and after else after

    fit, end = walk.taken(LBFGS, following)
    kept = [end.w, *(part for pair in pairs for part in pair)]
    return replace(fit, standing=Standing(LBFGS, kept, fit.nit))


@dataclass
class Gains:
    """Ends a way down whose steps gain no more than a part of the cost each.

    Where `TRIES` in a row did not, a Newton step has to, which goes the length of a
    valley that quasi-Newton steps creep along, or else a step away from a kink.
    """

    problem: Problem
    pairs: deque[Pair]
    part: float
    idle: int = 0

    def are(self, before: float, after: float) -> bool:
        """Whether a cost is lower than another by more than that part."""
        return after < before - self.part * abs(before)

    def count(self, before: float, after: float) -> None:
        """Count a step that gains nothing; one that gains ends the row."""
        self.idle = 0 if self.are(before, after) else self.idle + 1

    def checked(self, state: State, after: State) -> State | None:
        """The state after a step, or after Newton's; None where there is no gain."""
        self.count(state.cost, after.cost)
        if self.idle < TRIES:
            return after
        self.idle = 0
        self.pairs.clear()
        for step in (partial(newton.stepped, dense=Newton().dense), beside):
            further = step(self.problem, after)
            if further and self.are(after.cost, further.cost):
                return further
        return None


def _pairs_of(before: Fit | None) -> list[Pair]:
    """The pairs that a Fit remembers, the oldest first."""
    standing = before.standing if before else None
    if standing is None or standing.method is not LBFGS:
        return []
    return list(zip(standing.kept[1::2], standing.kept[2::2], strict=True))


def stepped(problem: Problem, state: State, pairs: deque[Pair]) -> State | None:
    """One step of algorithm 7.5; None when no step lowers the cost any more."""
    if not state.g.any():
        return None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        first = 1.0 if pairs else min(1.0, 1 / float(np.sum(np.abs(state.g))))
        after = wolfe(problem, state, -two_loop_recursion(state.g, pairs), first)
    if after is None or _is_stuck(state, after):
        if not pairs:
            return beside(problem, state)
        pairs.clear()  # what is remembered misleads, as behind a kink: begin anew
        return stepped(problem, state, pairs)
    s, y = after.w - state.w, after.g - state.g
    if s @ y > np.finfo(float).eps * (y @ y):  # keeps H positive definite
        pairs.append((s, y))
    return after


def _is_stuck(state: State, after: State) -> bool:
    """Whether a step gained nothing: so near the minimum the slope still tells."""
    steep = float(np.max(np.abs(after.g))) >= float(np.max(np.abs(state.g)))
    return after.cost >= state.cost and steep


def two_loop_recursion(g: Vector, pairs: Iterable[Pair]) -> Vector:
    """H g by two loops over the pairs, the oldest first (algorithm 7.4).

    H begins as gamma I, gamma = s'y / y'y of the newest pair (7.20).

    Examples
    --------
    >>> pair = np.array([1.0, 1.0]), np.array([2.0, 2.0])
    >>> two_loop_recursion(np.array([2.0, 4.0]), [pair])
    array([1., 2.])
    """
    q, pairs = g.copy(), list(pairs)
    alphas = []
    for s, y in reversed(pairs):
        alphas.append(s @ q / (s @ y))
        q -= alphas[-1] * y
    if pairs:
        s, y = pairs[-1]
        q *= (s @ y) / (y @ y)
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        q += s * (alpha - y @ q / (s @ y))
    return q
