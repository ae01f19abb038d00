"""A row an estimate: its error, whether it may be 0, and between which bounds it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from pellucid.show.plain_text import Written, number

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[Any]

LEVEL = 0.95  # of intervals, unless another is asked for
ERROR = "standard error"
BESIDE = ("estimate", ERROR, "lower", "upper", "difference")
RATIOS = ("odds ratio", "rate ratio")
TESTS = ("t", "z", "F", "likelihood ratio", "Wald chi2")
MOST = 9  # digits of a number whose error is smaller still


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
        half = quantile(freedom, level) * error
    columns = {
        "estimate": estimate,
        ERROR: error,
        "z" if normal else "t": t,
        "p": 2 * tail,
        "lower": estimate - half,
        "upper": estimate + half,
    }
    return pd.DataFrame(columns, index=index)


def quantile(freedom: float, level: float) -> float:
    """How many standard errors an interval goes to each side.

    Examples
    --------
    >>> round(quantile(np.inf, 0.95), 4), round(quantile(3, 0.95), 4)
    (1.96, 3.1824)
    """
    middle = (1 + level) / 2
    normal = np.isinf(freedom)
    return float(special.ndtri(middle) if normal else special.stdtrit(freedom, middle))


def written(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table, each number to the digits that mean something.

    What has a standard error beside it ends with the second digit of that, as its
    bounds and a difference do; a ratio and its bounds with that of half its interval,
    which is a share of each; t, z, F and chi2 have two decimals, and p two digits.

    Parameters
    ----------
    frame : pandas.DataFrame
        As `estimates` gives it, or another; what it says of no chance stays as it is.

    Examples
    --------
    >>> frame = estimates(np.array([3.14159]), np.array([0.0456]), np.inf, ["x"])
    >>> [str(cell.text) for cell in written(frame).loc["x"]]
    ['3.142', '0.046', '68.89', '<1e-300', '3.052', '3.231']
    """
    found, errors = frame.copy(), _errors(frame)
    for name in frame:
        values = frame[name].to_numpy()
        if is_probability(name):
            cells = [Written(v, probability(v)) for v in values]
        elif name in TESTS:
            cells = [Written(v, _test(v)) for v in values]
        elif name in errors:
            pairs = zip(values, errors[name], strict=True)
            cells = [Written(v, _beside(v, error)) for v, error in pairs]
        else:
            continue
        found[name] = np.array([*cells, None], dtype=object)[:-1]
    return found


def _errors(frame: pd.DataFrame) -> dict[str, Array]:
    """How far the numbers of each column may be off, where that is known."""
    if ERROR in frame:
        return dict.fromkeys(BESIDE, frame[ERROR].to_numpy())
    ratios = [name for name in RATIOS if name in frame]
    if not ratios:
        return {}
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = np.log(frame[["lower", "upper"]].to_numpy()).T
        share = np.minimum((upper - lower) / 2, 1.0)  # at least two digits stay
        return {n: frame[n].to_numpy() * share for n in (*ratios, "lower", "upper")}


def told(figures: Mapping[str, object]) -> dict[str, object]:
    """Figures of a fit, those that are p-values to two digits.

    Examples
    --------
    >>> number(told({"r2": 0.5, "p (F)": 1.234e-9})["p (F)"])
    '1.2e-09'
    """
    return {
        name: probabilities(value) if is_probability(name) else value
        for name, value in figures.items()
    }


def probabilities(p: Any) -> Any:
    """A p-value that is written as one; of several targets each."""
    if isinstance(p, np.ndarray):
        return np.array([probabilities(each) for each in p], dtype=object)
    return Written(p, probability(p))


def is_probability(name: object) -> bool:
    """Whether a number of this name is a p-value.

    >>> is_probability("p"), is_probability("p (F)"), is_probability("pseudo r2")
    (True, True, False)
    """
    return name == "p" or str(name).startswith("p (")


def probability(p: float) -> str:
    """A p-value to two digits.

    >>> probability(0.03456), probability(0.1), probability(2e-17), probability(0.0)
    ('0.035', '0.10', '2.0e-17', '<1e-300')
    """
    return "<1e-300" if p < 1e-300 else f"{p:#.2g}"


def _test(t: float) -> str:
    """A test to two decimals; a large one to three digits, if not whole."""
    if abs(t) < 1000:
        return f"{t:.2f}"
    return f"{t:.0f}" if abs(t) < 1e6 else f"{t:.2e}"


def _beside(value: float, error: float) -> str:
    """A number to the second digit of its error, of which it has some at least."""
    if not (math.isfinite(error) and math.isfinite(value) and error > 0):
        return number(float(value))
    last = math.floor(math.log10(float(f"{error:.1e}"))) - 1  # its power of ten
    digits = math.floor(math.log10(abs(value))) - last + 1 if value else 1
    if digits > MOST:
        return number(float(value), MOST)
    if last >= -6 and abs(value) < 1e9:
        return f"{value:z.{max(-last, 0)}f}"  # z: no "-0"
    return f"{value:.{max(digits - 1, 1)}e}"
