"""A way down from a kink or an edge, where the slope alone leads up or out.

Of the slopes around a place every average is one, too (a subgradient); the shortest
leads down, and is 0 where none does. It is found from the slopes on either side, one
after the other. Wolfe, "A method of conjugate subgradients for minimizing
nondifferentiable functions" (1975).
"""

from __future__ import annotations

import numpy as np

from pellucid.minimisers.full_batch import Problem, State, Vector

SIDES = 20  # whose slopes are looked at
LESS = 0.99  # a slope that is no shorter than this is the same again


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def beside(problem: Problem, state: State) -> State | None:
    """A lower place near by; None where the slopes around a place have none."""
    p = state.g
    for _ in range(min(SIDES, state.w.size + 2)):
        there = _along(problem, state, p)
        if there.cost < state.cost:
            return there
        shorter = _nearest_to_zero(p, there.g)
        if not 0 < np.linalg.norm(shorter) < LESS * np.linalg.norm(p):
            break
        p = shorter
    return _inside(problem, state)


def _inside(problem: Problem, state: State) -> State | None:
    """A lower place along an edge: parameters that alone lead out of it stay."""
    if state.w.size > SIDES or not problem.jumps(state, state.g):
        return None
    parts = np.diag(state.g)
    stays = np.array([part.any() and problem.jumps(state, part) for part in parts])
    p = np.where(stays, 0.0, state.g)
    if not stays.any() or not p.any():
        return None
    there = _along(problem, state, p)
    return there if there.cost < state.cost else None


def _along(problem: Problem, state: State, p: Vector) -> State:
    """The first lower place against p, going less and less far; or else the nearest."""
    length = float(np.linalg.norm(p))
    size = max(1.0, float(np.linalg.norm(state.w)))
    t = size / length
    while True:
        there = problem.at(state.w - t * p)
        falls = there.cost < state.cost - 1e-4 * t * length**2
        if falls or not t * length > np.sqrt(problem.eps) * size:  # nor for nan
            return there
        t /= 4


def _nearest_to_zero(a: Vector, b: Vector) -> Vector:
    """The point of the line from a to b that is nearest to 0."""
    apart = a - b
    share = float(a @ apart) / (float(apart @ apart) or 1.0)
    return np.asarray(a - min(max(share, 0.0), 1.0) * apart)
