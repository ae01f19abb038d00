"""Whether counts vary more than Poisson's distribution lets them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[Any]


def dispersion(y: Array, mean: Array, s: Array, freedom: float) -> tuple[float, float]:
    """How many times as much counts vary as their means, and how often by chance.

        phi = sum(s (y - m)^2 / m) / freedom

    The chance is that of the score test against a variance m + a m^2,
    sum(s ((y - m)^2 - y)) / sqrt(2 sum(s m^2)), which is normal where a is 0.

    McCullagh & Nelder, "Generalized linear models" (1989), section 6.2; Dean & Lawless,
    "Tests for detecting overdispersion in Poisson regression models" (1989).

    Parameters
    ----------
    y, mean, s : array (n,)
        Counts, what is expected, and how often each row counts.
    freedom : float
        Rows less coefficients.

    Examples
    --------
    >>> phi, p = dispersion(np.array([0.0, 8.0] * 9), np.full(18, 4.0), np.ones(18), 17)
    >>> round(phi, 2), p < 1e-5
    (4.24, True)
    """
    apart = (y - mean) ** 2
    phi = float(np.sum(s * apart / mean) / freedom)
    z = np.sum(s * (apart - y)) / np.sqrt(2 * np.sum(s * mean**2))
    return phi, float(special.ndtr(-z))
