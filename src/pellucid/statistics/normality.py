"""Whether residuals look like draws from a normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FEW = 20  # rows, below which the tests are not known to hold


@dataclass(frozen=True)
class Shape:
    """How far a distribution is from a normal one.

    Parameters
    ----------
    skewness : float
        The mean of z^3: 0 where both sides are alike.
    kurtosis : float
        The mean of z^4 less 3: 0 for normal tails, more for heavier ones.
    p_skewness, p_kurtosis : float
        How often normal draws have as much of it (D'Agostino 1970; Anscombe & Glynn
        1983).
    """

    skewness: float
    kurtosis: float
    p_skewness: float
    p_kurtosis: float


def shape_of(values: NDArray[Any]) -> Shape | None:
    """The shape of values (n,); None of too few, or where all are alike.

    D'Agostino, Belanger & D'Agostino, "A suggestion for using powerful and informative
    tests of normality" (1990).

    Examples
    --------
    >>> shape = shape_of(np.random.default_rng(0).exponential(size=500))
    >>> round(shape.skewness, 1), shape.p_skewness < 1e-10
    (2.1, True)
    """
    from scipy import stats

    finite = values[np.isfinite(values)]
    if finite.size < FEW or np.ptp(finite) <= 1e-12 * np.abs(finite).max():
        return None
    return Shape(
        float(stats.skew(finite)),
        float(stats.kurtosis(finite)),
        float(stats.skewtest(finite).pvalue),
        float(stats.kurtosistest(finite).pvalue),
    )
