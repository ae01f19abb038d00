"""Which rows a fit rests upon: Cook's distance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.statistics.residuals import Residuals

Array = NDArray[Any]


def cooks_distance(fit: Residuals) -> Array:
    """How far all predictions move without a row (n,), in units of their error.

        D = r^2 h / ((1 - h) p)

    r is the standardised residual, h the leverage and p the number of coefficients. At
    1 the coefficients without the row lie at the border of the region that holds the
    true ones about every second time. It is 0 for a row that alone decides its own
    prediction, so that nothing can be said of it.

    Cook, "Detection of influential observation in linear regression" (1977); Cook &
    Weisberg, "Residuals and Influence in Regression" (1982), section 3.1.
    """
    h = fit.leverage
    left = np.where(fit.decided, 1.0, 1 - h)
    return np.asarray(fit.internal**2 * h / (left * fit.rank))
