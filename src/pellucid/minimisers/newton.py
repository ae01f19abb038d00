"""Damped Newton on a flat vector of parameters; see `methods.Newton`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs import structure
from pellucid.graphs.gradient import hvp, value_and_gradient
from pellucid.graphs.trace import is_number
from pellucid.minimisers.methods import Newton
from pellucid.minimisers.task import Fit, Task, Watch, fitted
from pellucid.running.compile import Compiled, recorded_graph
from pellucid.running.stages import Stages

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """A cost of a flat vector, its gradient and its Hessian's products."""

    value_and_gradient: Callable[[Vector], tuple[float, Vector]]
    product: Callable[[Vector, Vector], Vector]


@dataclass(frozen=True)
class State:
    """A point of the way: parameters, cost and gradient."""

    w: Vector
    cost: float
    g: Vector


def newton(task: Task, method: Newton, limit: int, tol: float, watch: Watch) -> Fit:
    """Take damped Newton steps until the slope is small; see `methods.Newton`."""
    problem = _problem(task)
    state = started(problem, flat(list(structure.leaves(task.start))))
    history = [state.cost]
    watch.told(0, state.cost, lambda: task.start)
    reason = "reached max_iter"
    for iteration in watch.over(limit):
        if not math.isfinite(state.cost):
            reason = f"the cost is {state.cost} at iteration {iteration - 1}"
            break
        near = tol > 0 and _slope(state) <= tol * max(1.0, abs(state.cost))
        following = stepped(problem, state, method.dense)
        if following is None:
            reason = "converged: no step lowers the cost"
            break
        state = following
        history.append(state.cost)
        if near:  # one step more, and the error is squared
            reason = "converged: the slope is small"
            break
        if watch.told(iteration, state.cost, lambda: task.rebuilt(state.w)):  # noqa: B023
            reason = "stopped by the callback"
            break
    else:
        if _slope(state) <= tol * max(1.0, abs(state.cost)):
            reason = "converged: the slope is small"
    return fitted(task.rebuilt(state.w), history, len(history) - 1, f"Newton: {reason}")


def _problem(task: Task) -> Problem:
    """The cost, its gradient and its Hessian's products, compiled, on a flat vector."""
    slopes = value_and_gradient(task.cost, **task.rewriting)
    both = Compiled(slopes, stable=False).program(task.start, *task.data).run
    products = hvp(task.cost, **task.rewriting)
    graph = recorded_graph(products, (task.start, *task.data, task.start), {})
    count = len(list(structure.leaves(task.start)))
    times = Stages(graph, later=graph.inputs[-count:])
    data = [d for d in structure.leaves(task.data) if is_number(d)]
    at: list[Any] = [None]

    def value(w: Any) -> Any:
        cost, *gradients = both(*task.parts(w), *data)
        return float(cost), flat(gradients)

    def product(w: Any, v: Any) -> Any:
        if at[0] is not w:  # what depends on w alone serves all v
            at[0] = w
            times.begin(*task.parts(w), *data)
        return flat(list(times.finish(*task.parts(v))))

    return Problem(value, product)


def _slope(state: State) -> float:
    """The largest |g| max(|w|, 1), as in descent."""
    return float(np.max(np.abs(state.g) * np.maximum(np.abs(state.w), 1.0), initial=0))


def started(problem: Problem, w: Vector) -> State:
    """The state at the start."""
    return State(w, *problem.value_and_gradient(w))


def stepped(problem: Problem, state: State, dense: int) -> State | None:
    """One damped Newton step; None when no step lowers the cost any more."""
    if not state.g.any():
        return None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        direction = _dense if state.w.size <= dense else _conjugate_gradients
        d = direction(problem, state)
        slope = float(state.g @ d)
        if not slope < 0:
            d, slope = -state.g, -float(state.g @ state.g)
        return _searched(problem, state, d, slope)


def _searched(problem: Problem, state: State, d: Vector, slope: float) -> State | None:
    """Backtracking: halve the step until it pays."""
    t = 1.0
    for _ in range(60):
        w = state.w + t * d
        cost, g = problem.value_and_gradient(w)
        if cost <= state.cost + 1e-4 * t * slope and cost < state.cost:
            return State(w, cost, g)
        # So near the minimum costs are equal but for rounding; the slope still tells.
        rounding = 1e-14 * max(1.0, abs(state.cost))
        if (
            abs(cost - state.cost) <= rounding
            and abs(g).max() < 0.5 * abs(state.g).max()
        ):
            return State(w, min(cost, state.cost), g)
        t /= 2
    return None


def _dense(problem: Problem, state: State) -> Vector:
    """Form H, make it positive definite, and solve H d = -g by Cholesky."""
    from scipy.linalg import LinAlgError, cho_factor, cho_solve

    H = np.stack([problem.product(state.w, e) for e in np.eye(state.w.size)])
    H = (H + H.T) / 2
    # Columns are scaled before anything is judged small (van der Sluis 1969).
    s = 1 / np.sqrt(np.where(np.diag(H) > 0, np.diag(H), 1.0))
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


def flat(tree_leaves: list[Any]) -> Vector:
    """All parameters one after another."""
    return (
        np.concatenate([np.ravel(leaf) for leaf in tree_leaves])
        if tree_leaves
        else np.zeros(0)
    )
