"""The last digits of a minimum whose columns nearly depend on each other.

What rounding leaves in the slope is magnified there by the condition of the Hessian. So
the slope is computed from the data in extended precision, and what is wrong with the
parameters is solved for by the factors that are known.

Moler, "Iterative refinement in floating point" (1967).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.curvature import COARSE, EPS, SHIFT, Curvature
from pellucid.regression.objective import NUMBER, Place, Summable

Array = NDArray[Any]

STEPS = 20  # of refinement at most
HELPS = 0.5  # what a step may be of the one before, to go on


def refined(objective: Summable, at: Place, known: Curvature) -> Place:
    """The place to more digits, where rounding has a say in the slope."""
    factor, u = known.factor, at.u.astype(NUMBER)
    here = objective.cost.target == "numpy" and np.finfo(NUMBER).eps < EPS
    if factor is None or not here or not 3 * SHIFT < factor.pivot < COARSE:
        return at
    most = np.inf
    for _ in range(STEPS):
        step = known.step(objective.slope(u).astype(float))
        size = float(np.linalg.norm(step))
        if not size < HELPS * most:
            break
        u, most = u + step, size
        if size <= EPS * float(np.linalg.norm(at.u)):
            break
    return replace(at, u=u.astype(float))
