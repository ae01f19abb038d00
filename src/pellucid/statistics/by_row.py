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
    h = h[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = standardised(r, h, explained.left / freedom)
    found = {
        "observed": y,
        "fitted": y - residual,
        "residual": residual,
        "standardised": t,
        "studentised": studentised(t, freedom),
        "leverage": np.broadcast_to(h, y.shape),
        "Cook's distance": cooks_distance(t, h, len(hat.turn)),
    }
    return {name: column.T.ravel() for name, column in found.items()}


def standardised(r: Array, h: Array, variance: Array | float) -> Array:
    """Residuals by their standard errors; nan for a row that decides alone."""
    left = np.where(h < 1, 1 - h, np.nan)
    return np.asarray(r / np.sqrt(variance) / np.sqrt(left))


def studentised(t: Array, f: float) -> Array:
    """The same, s found without the row."""
    others = f - 1 if f > 1 else np.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(t * np.sqrt(others / np.maximum(f - t**2, 0.0)))


def cooks_distance(t: Array, h: Array, p: int) -> Array:
    """How far all predictions move without a row, in units of their error.

    At 1 the p coefficients without it lie at the border of the region that holds the
    true ones about every second time.
    """
    left = np.where(h < 1, 1 - h, np.nan)
    with np.errstate(invalid="ignore"):
        return np.asarray(t**2 * h / left / p)


def seen(hat: Hat) -> tuple[Array, Array]:
    """The leverage (n,) and the weighted residuals (n, k) of all rows, near 1."""
    n, _, k = hat.rows.shape
    h, r = np.empty(n), np.empty((n, k))

    def part(blocks: list[slice]) -> None:
        for block, U, left in hat.blocks(blocks):
            h[block], r[block] = leverages(U), left

    hat.visited(part)
    return h, r
