"""A quadratic cost is solved in one step: J(w + d) = J + g'd + d'Hd / 2, so H d = -g.

Up to `FORMED` parameters H is formed, a Hessian product a column, and factored by
Cholesky. Where it is singular, eigenvectors take its place, and of all minima the one
nearest to the start is given. Beyond, H d = -g is solved by conjugate gradients on
Hessian products. What rounding leaves of the gradient is solved for again.

Golub & Van Loan, "Matrix computations" (2013), 3.5.3 (refinement), 4.2 and 11.3.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from pellucid.errors import MinimiseError
from pellucid.minimisers.full_batch import (
    JUMPS,
    Problem,
    State,
    Vector,
    WayDown,
    begin,
    problem_of,
)
from pellucid.minimisers.levenberg_marquardt import levenberg_marquardt
from pellucid.minimisers.methods import LevenbergMarquardt
from pellucid.minimisers.newton import dense_hessian, scales
from pellucid.minimisers.sums_of_squares import sum_of_squares
from pellucid.minimisers.task import Fit, Options, Task, Watch, fitted

FORMED = 500  # parameters up to which H is formed
FORMED_AT_LAST = 5000  # up to which it is where conjugate gradients do not arrive
REFINEMENTS = 3
PRODUCTS = 5000  # at most, in one solution by conjugate gradients

CONCAVE = "it curves downwards in some direction"
STRAIGHT = "along some line it falls without end"

Solver = Callable[[Vector], Vector]  # from g to d


class NoMinimum(Exception):  # noqa: N818 (nothing went wrong: it is an answer)
    """The cost falls without end."""


class Exact:
    """The method that solves a quadratic cost."""


def solved(
    task: Task, method: Exact, options: Options, watch: Watch, before: Fit | None
) -> Fit:
    """Solve a quadratic cost, or say that it has no minimum.

    A sum of squares has one always. Where H = J'J is too coarse to find it, since the
    columns of J nearly depend on each other, J itself is factored.
    """
    fit = by_hessian(task, options, watch, before)
    lost = fit.message.endswith(STRAIGHT) or JUMPS in fit.message
    if lost and sum_of_squares(task) is not None:
        return levenberg_marquardt(task, LevenbergMarquardt(), options, watch, before)
    return fit


def by_hessian(task: Task, options: Options, watch: Watch, before: Fit | None) -> Fit:
    """Solve H d = -g, or say that the cost has no minimum."""
    problem = problem_of(task, options)
    solvers: list[Solver] = []

    def following(state: State) -> State | None:
        if not solvers:  # H is the same everywhere
            make = formed if state.w.size <= FORMED else conjugate_gradients
            solvers.append(make(problem, state))
        return lowest(problem, solvers[0], state)

    try:
        walk = WayDown(task, problem, options, watch, before, polished=True)
        fit, _ = walk.taken(Exact, following)
    except NoMinimum as why:
        start = problem.at(begin(task, Exact, before))
        x = task.rebuilt(start.w)
        return fitted(x, [start.cost], 0, f"Exact: the cost has no minimum, for {why}")
    return fit


def lowest(problem: Problem, solver: Solver, state: State) -> State | None:
    """The minimum, solved for again while that halves the gradient; None if never."""
    best = None
    for _ in range(1 + REFINEMENTS):
        here = best or state
        there = problem.at(here.w + solver(here.g))
        if not np.linalg.norm(there.g) < np.linalg.norm(here.g) / 2:
            break
        best = there
    return best


def formed(problem: Problem, state: State) -> Solver:
    """The solution by H itself, rows and columns scaled to ones on its diagonal."""
    from scipy.linalg import LinAlgError, cho_solve, cholesky

    H = dense_hessian(problem, state.w)
    if not np.isfinite(H).all():
        message = "The curvature of the cost is not finite"
        raise MinimiseError(f"{message}: bring the data to smaller numbers.")
    s = scales(H)
    A = s[:, None] * H * s
    small = 10 * len(s) * problem.eps
    floor = _floor(state, s, s * (H @ state.w), problem.eps)
    try:
        L = cholesky(A, lower=True)
    except LinAlgError:
        return _singular(A, s, small, floor)
    if np.min(np.diag(L), initial=1) ** 2 <= small:
        return _singular(A, s, small, floor)
    return lambda g: -s * cho_solve((L, True), s * g)


def _floor(state: State, s: Vector, Hw: Vector, eps: float) -> float:
    """How large rounding may make a gradient s g that is nothing.

    g = H w - b, and each of the two may be wrong in its last digits.
    """
    size = float(np.linalg.norm(s * state.g) + np.linalg.norm(Hw))
    cost = float(np.max(s)) * max(1.0, abs(state.cost))
    return 1e3 * eps * (len(s) * size + cost)


def _singular(A: Vector, s: Vector, small: float, floor: float) -> Solver:
    """The solution in the directions that curve, and nothing along those that do not.

    d is the shortest: what of it lies along directions without curvature is taken out.
    """
    curvatures, V = np.linalg.eigh(A)
    if curvatures[0] < -small:
        raise NoMinimum(CONCAVE)
    curved = curvatures > small
    U, level = V[:, curved], V[:, ~curved]

    def solve(g: Vector) -> Vector:
        if np.linalg.norm(level.T @ (s * g)) > floor:
            raise NoMinimum(STRAIGHT)
        d = -s * (U @ ((U.T @ (s * g)) / curvatures[curved]))
        N = s[:, None] * level
        shortest: Vector = d - N @ np.linalg.lstsq(N, d)[0]
        return shortest

    return solve


def conjugate_gradients(problem: Problem, state: State) -> Solver:
    """The solution by conjugate gradients (Hestenes & Stiefel 1952)."""
    w, eps = state.w, problem.eps
    floor = _floor(state, np.ones(1), problem.product(w, w), eps)

    @functools.cache
    def by_itself() -> Solver:
        return formed(problem, state)

    def solve(g: Vector) -> Vector:
        d, r, p = np.zeros_like(g), -g, -g
        enough = 10 * eps * float(np.linalg.norm(g))
        for _ in range(min(2 * g.size, PRODUCTS)):
            if np.linalg.norm(r) <= enough:
                break
            Hp = problem.product(w, p)
            curvature = float(p @ Hp)
            rounding = 10 * eps * float(np.linalg.norm(p) * np.linalg.norm(Hp))
            if curvature < -rounding:
                raise NoMinimum(CONCAVE)
            if curvature <= rounding:
                _refuse_straight(r, g, floor)
                break
            alpha = float(r @ r) / curvature
            d, before, r = d + alpha * p, float(r @ r), r - alpha * Hp
            p = r + float(r @ r) / before * p
        else:  # too many directions curve too differently
            return by_itself()(g) if w.size <= FORMED_AT_LAST else d
        return d

    return solve


def _refuse_straight(r: Vector, g: Vector, floor: float) -> None:
    """Refuse a cost that falls along a line without curvature."""
    if np.linalg.norm(r) > max(floor, 1e-3 * float(np.linalg.norm(g))):
        raise NoMinimum(STRAIGHT)
