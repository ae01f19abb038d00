"""L-BFGS by the reference code, as SciPy runs it, for steps that others take too.

Zhu, Byrd, Lu & Nocedal, "Algorithm 778: L-BFGS-B, Fortran subroutines for large-scale
bound-constrained optimization" (1997); here without bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.minimisers.full_batch import Vector, flat, problem_of
from pellucid.minimisers.task import Fit, Options, Task, Watch


@dataclass(frozen=True)
class Ended:
    """A Fit, and SciPy's status: 0 for converged, 1 for a limit, 2 for the rest."""

    fit: Fit
    status: int


def lbfgsb(task: Task, options: Options, watch: Watch, max_fun: int) -> Ended:
    """Minimise until max |g| <= tol, or a step gains less than 2.2e-9 max(1, |J|).

    The cost is computed `max_fun` times at most, beside what the last step needs.
    """
    from scipy import optimize

    evaluated = problem_of(task, options).value_and_gradient
    costs: list[float] = []

    def value_and_gradient(w: Vector) -> tuple[float, Vector]:
        cost, g = evaluated(w)
        costs[:] = costs or [cost]
        return cost, g

    def look(intermediate_result: Any) -> None:
        costs.append(float(intermediate_result.fun))
        w = intermediate_result.x
        if watch.told(len(costs) - 1, costs[-1], lambda: task.rebuilt(w)):
            raise StopIteration

    start = flat(list(structure.leaves(task.start)))
    with watch.over(options.limit):
        end = optimize.minimize(
            value_and_gradient, start, jac=True, method="L-BFGS-B", callback=look,
            options={"maxiter": options.limit, "maxfun": max_fun, "gtol": options.tol},
        )  # fmt: skip
    x, history = task.rebuilt(end.x), np.array(costs)
    lost = "" if np.isfinite(end.fun) else f"the cost is {end.fun}; try another start"
    message = lost or end.message
    fit = Fit(x, float(end.fun), history, end.nit, end.success, message)
    return Ended(fit, end.status)
