"""A row an estimate: its error, whether it may be 0, and between which bounds it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]

LEVEL = 0.95  # of intervals, unless another is asked for


def estimates(
    estimate: Array, error: Array, freedom: float, index: Any, level: float = LEVEL
) -> pd.DataFrame:
    """Estimate, standard error, t or z, p and interval, a row an estimate.

        t = estimate / standard error,  p = P(|T| > |t|),  estimate -+ q standard error

    T has Student's distribution, and q is its quantile at (1 + level) / 2; with
    infinite degrees of freedom it is the normal one, and t is called z.

    Parameters
    ----------
    estimate, error : array (p,)
        The estimates and their standard errors.
    freedom : float
        Degrees of freedom of the errors; nan where none are left.
    index : pandas.Index
        The names of the rows.
    level : float
        How often the interval holds the true value.

    Returns
    -------
    pandas.DataFrame
        Columns "estimate", "standard error", "t" or "z", "p", "lower", "upper"; nan
        where an error is.

    Examples
    --------
    >>> estimates(np.array([3.0]), np.array([1.5]), np.inf, ["x"]).round(3).values
    array([[3.   , 1.5  , 2.   , 0.046, 0.06 , 5.94 ]])
    """
    import pandas as pd

    normal = np.isinf(freedom)
    with np.errstate(invalid="ignore", divide="ignore"):
        t = estimate / error
        tail = special.ndtr(-np.abs(t)) if normal else special.stdtr(freedom, -abs(t))
        middle = (1 + level) / 2
        q = special.ndtri(middle) if normal else special.stdtrit(freedom, middle)
        half = q * error
    columns = {
        "estimate": estimate,
        "standard error": error,
        "z" if normal else "t": t,
        "p": 2 * tail,
        "lower": estimate - half,
        "upper": estimate + half,
    }
    return pd.DataFrame(columns, index=index)
