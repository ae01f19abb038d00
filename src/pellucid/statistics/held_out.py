"""Whether two models differ on rows that neither learned from, fold by fold."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[Any]


class Difference(NamedTuple):
    """A mean difference of losses, its standard error, and how likely chance is.

    Parameters
    ----------
    value, error : float
        The mean over the folds, and its standard error.
    p : float
        Of t = value / error, with one degree of freedom fewer than there are folds; nan
        where no fold differs.
    """

    value: float
    error: float
    p: float


def difference(loss: Array, other: Array, fold: Array, s: Array) -> Difference:
    """How much greater a loss is than another, row by row the same, on folds.

        d_k = mean of loss - other in fold k,  error^2 = (1/K + 1/(K-1)) var(d)

    The fits of K folds share most of their rows, so that the usual 1/K would be too
    sure; 1/(K-1) is how many rows were held out for one that was learned from.

    Parameters
    ----------
    loss, other : array (n,)
        Of each row when it was held out.
    fold : array (n,) of int
        In which fold it was.
    s : array (n,)
        The weights of rows.

    References
    ----------
    Nadeau & Bengio, "Inference for the generalization error" (2003), section 3.

    Examples
    --------
    >>> fold, ones = np.array([0, 0, 1, 1]), np.ones(4)
    >>> difference(np.array([2.0, 2.0, 4.0, 4.0]), ones, fold, ones)[:2]
    (2.0, 1.7320508075688772)
    """
    each = np.unique(fold, return_inverse=True)[1]
    d = np.bincount(each, s * (loss - other)) / np.bincount(each, s)  # (K,)
    K = len(d)
    if K < 2:
        return Difference(float(np.mean(d)), np.nan, np.nan)
    error = np.sqrt((1 / K + 1 / (K - 1)) * np.var(d, ddof=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * special.stdtr(K - 1, -np.abs(np.mean(d) / error))
    return Difference(float(np.mean(d)), float(error), float(p))
