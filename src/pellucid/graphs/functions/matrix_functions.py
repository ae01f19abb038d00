"""Functions of matrices that SciPy has, loaded when `scipy.linalg` is first met."""

from __future__ import annotations

from typing import Any

import scipy.linalg

from pellucid.graphs.functions.entries import recorded_as
from pellucid.graphs.tracing.traced import recorded


@recorded_as(scipy.linalg.expm)
def expm(A: Any) -> Any:
    """The exponential of a matrix, 1 + A + A^2 / 2! + ..."""
    return recorded("scipy.linalg.expm", A)
