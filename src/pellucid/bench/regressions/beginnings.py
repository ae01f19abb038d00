"""Programs that import what they need and fit 80 rows for the first time."""

from __future__ import annotations

from pellucid.bench.first import clocked

PROGRAM = """
import time
begin = time.perf_counter()
import numpy as np
from {module} import {estimator}
rng = np.random.default_rng(0)
X = rng.standard_normal((80, 4))
{estimator}().fit(X, (X @ [1.0, -2.0, 0.5, 0.0] + rng.standard_normal(80)) > 0)
print(time.perf_counter() - begin)
"""


def first(module: str, estimator: str) -> float:
    """The seconds that the whole program takes by its own clock."""
    return clocked(PROGRAM.format(module=module, estimator=estimator))
