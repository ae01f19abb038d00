"""Damped Newton on a flat vector of parameters; see `methods.Newton`."""

from __future__ import annotations

import numpy as np

from pellucid.minimisers.full_batch import Problem, State, Vector, WayDown, problem_of
from pellucid.minimisers.methods import Newton
from pellucid.minimisers.task import Fit, Options, Task, Watch


def newton(
    task: Task, method: Newton, options: Options, watch: Watch, before: Fit | None
) -> Fit:
    """Take damped Newton steps until the slope is small; see `methods.Newton`."""
    problem = problem_of(task, options)
    walk = WayDown(task, problem, options, watch, before, polished=True)
    fit, _ = walk.taken(Newton, lambda state: stepped(problem, state, method.dense))
    return fit


def stepped(problem: Problem, state: State, dense: int) -> State | None:
    """One damped Newton step; None when no step lowers the cost any more."""
    if not state.g.any():
        return None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        direction = dense_step if state.w.size <= dense else _conjugate_gradients
        d = direction(problem, state)
        slope = float(state.g @ d)
        if not slope < 0:
            d, slope = -state.g, -float(state.g @ state.g)
        return searched(problem, state, d, slope)


def searched(problem: Problem, state: State, d: Vector, slope: float) -> State | None:
    """Backtracking: halve the step until it pays."""
    t = 1.0
    for _ in range(60):
        there = problem.at(state.w + t * d)
        if there.cost <= state.cost + 1e-4 * t * slope and there.cost < state.cost:
            return there
        # So near the minimum costs are equal but for rounding; the slope still tells.
        rounding = 50 * problem.eps * max(1.0, abs(state.cost))
        near = abs(there.cost - state.cost) <= rounding
        if near and abs(there.g).max() < 0.5 * abs(state.g).max():
            return State(there.w, min(there.cost, state.cost), there.g)
        t /= 2
    return None


def dense_hessian(problem: Problem, w: Vector) -> Vector:
    """H (n, n) at w, a product a column."""
    H = np.stack([problem.product(w, e) for e in np.eye(w.size)])
    return (H + H.T) / 2


def scales(H: Vector) -> Vector:
    """1 / sqrt(H_ii), by which rows and columns are scaled before one is called small.

    Van der Sluis, "Condition numbers and equilibration of matrices" (1969).
    """
    return 1 / np.sqrt(np.where(np.diag(H) > 0, np.diag(H), 1.0))


def dense_step(problem: Problem, state: State) -> Vector:
    """Form H, make it positive definite, and solve H d = -g by Cholesky."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    H = dense_hessian(problem, state.w)
    s = scales(H)
    H = s[:, None] * H * s
    shift = 0.0
    while np.isfinite(shift):
        try:
            factor = cho_factor(H + shift * np.eye(s.size))
        except (LinAlgError, ValueError):
            shift = max(10 * shift, 1e-10)
            continue
        d: Vector = -s * cho_solve(factor, s * state.g)
        return d
    return -state.g


def _conjugate_gradients(problem: Problem, state: State) -> Vector:
    """Solve H d = -g inexactly, the more exactly the nearer the minimum."""
    size = float(np.linalg.norm(state.g))
    tolerance = min(0.5, np.sqrt(size), 1e-2) * size
    d = np.zeros_like(state.g)
    r, p = state.g.copy(), -state.g
    for _ in range(min(2 * state.w.size, 1000)):
        Hp = problem.product(state.w, p)
        curvature = float(p @ Hp)
        if curvature <= 1e-14 * float(p @ p):  # flat or concave: go as far as known
            return d if d.any() else -state.g
        alpha = float(r @ r) / curvature
        d = d + alpha * p
        r_next = r + alpha * Hp
        if np.linalg.norm(r_next) <= tolerance:
            break
        p = -r_next + float(r_next @ r_next) / float(r @ r) * p
        r = r_next
    return d
