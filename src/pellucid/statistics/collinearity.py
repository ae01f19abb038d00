"""How much larger variances are because columns resemble each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.spread import Spread

Array = NDArray[Any]


def inflations(spread: Spread) -> Array:
    """The variance inflation factors (d,), 1 / (1 - R_j^2).

    R_j^2 is that of the regression of column j on the others. They are the products of
    the diagonals of Z'Z and of its inverse T T'; 1 where columns depend on each other.

    Marquardt, "Generalized inverses, ridge regression, biased linear estimation, and
    nonlinear estimation" (1970); Belsley, Kuh & Welsch, "Regression Diagnostics"
    (1980), section 3.2.
    """
    T = spread.inverse
    if T.shape[0] != T.shape[1] or not T.size:
        return np.ones(len(T))
    around = np.sum(np.linalg.inv(T) ** 2, axis=0)
    return np.asarray(np.sum(T**2, axis=1) * around)
