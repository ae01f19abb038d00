"""Penalties: what large weights cost, the negative logarithm of a prior on them."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["l1", "l2"]


def l1(w: Any) -> Any:
    """Laplacian prior: sum |w|; the slope at 0 is 0.

    Parameters
    ----------
    w : array of any shape
        The weights; an intercept is not penalised, so leave it out.

    Returns
    -------
    float
        The penalty, to be added to a cost with a factor of one's own.

    References
    ----------
    Tibshirani, "Regression shrinkage and selection via the lasso" (1996).

    Examples
    --------
    >>> float(l1(np.array([3.0, -4.0])))
    7.0
    """
    return np.sum(np.abs(w))


def l2(w: Any) -> Any:
    """Gaussian prior: |w|^2 / 2, the 1/2 so that its slope is w.

    Parameters
    ----------
    w : array of any shape
        The weights; an intercept is not penalised, so leave it out.

    Returns
    -------
    float
        The penalty, to be added to a cost with a factor of one's own.

    References
    ----------
    Hoerl & Kennard, "Ridge regression: biased estimation for nonorthogonal problems"
    (1970).

    Examples
    --------
    >>> float(l2(np.array([3.0, -4.0])))
    12.5
    """
    return np.sum(w**2) / 2
