"""What is told of each row of a fit by least squares: residuals, leverage, influence.

    standardised  t_i = r_i / (s sqrt(1 - h_i))
    studentised   t_i sqrt((f - 1) / (f - t_i^2)): s found without the row, of f degrees
                  of freedom
    Cook's        D_i = t_i^2 h_i / (p (1 - h_i)), of p coefficients

r is the residual, with weights times the root of its own. Cook & Weisberg, "Residuals
and Influence in Regression" (1982), chapters 2 and 3; Cook, "Detection of influential
observation in linear regression" (1977).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.regression.explained import Explained
from pellucid.regression.hat import Hat
from pellucid.statistics.robust import leverages

Array = NDArray[Any]


def diagnostics(
    hat: Hat, explained: Explained, freedom: float, y: Array
) -> Mapping[str, Array]:
    """Columns (k n,), those of one target y (n, k) after those of another."""
    h, r = seen(hat)  # (n,), (n, k)
    r = np.where((explained.left > 0) & (h < 1)[:, None], r, 0.0)
    q = 1.0 if hat.rows.q is None else hat.rows.q[:, None]
    residual = np.ldexp(r / q, explained.e)
    left, f = np.where(h < 1, 1 - h, np.nan)[:, None], freedom
    with np.errstate(divide="ignore", invalid="ignore"):
        t = r / np.sqrt(explained.left / f) / np.sqrt(left)
        others = f - 1 if f > 1 else np.nan
        studentised = t * np.sqrt(others / np.maximum(f - t**2, 0.0))
        cooks = t**2 * h[:, None] / left / len(hat.turn)
    found = {
        "observed": y,
        "fitted": y - residual,
        "residual": residual,
        "standardised": t,
        "studentised": studentised,
        "leverage": np.broadcast_to(h[:, None], y.shape),
        "Cook's distance": cooks,
    }
    return {name: column.T.ravel() for name, column in found.items()}


def seen(hat: Hat) -> tuple[Array, Array]:
    """The leverage (n,) and the weighted residuals (n, k) of all rows, near 1."""
    n, _, k = hat.rows.shape
    h, r = np.empty(n), np.empty((n, k))

    def part(blocks: list[slice]) -> None:
        for block, U, left in hat.blocks(blocks):
            h[block], r[block] = leverages(U), left

    hat.visited(part)
    return h, r
