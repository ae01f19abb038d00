"""Tests of several coefficients at once: F, Wald's, and the likelihood ratio.

Each asks how seldom chance alone would make as much of coefficients that are 0. What
is tested is found on roots of covariances, and not on their squares or on differences
of sums of squares, so that no digits are lost that the coefficients have.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special

Array = NDArray[Any]

ALIASED = 1e-7  # the part of a relation between columns that counts for none


class Evidence(NamedTuple):
    """A statistic, its degrees of freedom, and how seldom chance makes as much of it.

    Parameters
    ----------
    value : float
        F, or chi2.
    freedom : float
        How many coefficients are tested; of 0, value and p are nan.
    p : float
        P(F' >= F) or P(chi2' >= chi2).
    """

    value: float
    freedom: float
    p: float


def whitened(estimate: Array, root: Array) -> Array:
    """Estimates b (q,) with the covariance L L', as z = A b (q,) with the covariance 1.

    So z'z = b' (L L')^-1 b, Wald's statistic, whatever the scales of the estimates.

    Parameters
    ----------
    estimate : array (q,)
        b.
    root : array (q, r)
        L, of q independent rows.

    Examples
    --------
    >>> whitened(np.array([2.0, 3.0]), np.diag([2.0, 0.5]))
    array([1., 6.])
    """
    size = np.linalg.norm(root, axis=1)
    R: Array = linalg.qr((root / size[:, None]).T, mode="r")[0][: len(size)]
    R *= np.where(np.diagonal(R) < 0, -1.0, 1.0)[:, None]
    z = linalg.solve_triangular(R, estimate / size, trans="T", check_finite=False)
    return np.asarray(z)


def wald(estimate: Array, root: Array, freedom: float = np.inf) -> Evidence:
    """Test whether estimates b (q,) with the covariance L L' are all of 0 in truth.

    W = b' (L L')^-1 b is chi2; where the residual variance is an estimate itself, with
    finite degrees of freedom, W / q is F.

    References
    ----------
    Wald, "Tests of statistical hypotheses concerning several parameters" (1943).

    Examples
    --------
    >>> b, L = np.array([3.0, 1.0]), np.eye(2)
    >>> wald(b, L).value, wald(b, L, freedom=10)
    (10.0, Evidence(value=5.0, freedom=2, p=0.03125))
    """
    z = whitened(estimate, root)
    if np.isinf(freedom):
        return chi2_test(float(np.sum(z**2)), len(z))
    return f_test(z, len(z), 1.0, freedom)


def relations(spanning: Array) -> Array:
    """The relations between columns of X: orthonormal columns v (d, k) with X v = 0.

    Parameters
    ----------
    spanning : array (d, rank)
        Columns that span the rows of X.

    Examples
    --------
    >>> spanning = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])  # x3 = x2
    >>> np.abs(relations(spanning)).round(2).T
    array([[0.  , 0.71, 0.71]])
    """
    d, rank = spanning.shape
    if d == rank:
        return np.zeros((d, 0))
    size = np.linalg.norm(spanning, axis=0)
    return np.asarray(np.linalg.qr(spanning / size, mode="complete")[0][:, rank:])


def determined(related: Array, places: Array) -> Array:
    """What rows determine of some coefficients alone: orthonormal columns (q, k).

    Where columns of X depend on each other, some combinations of the coefficients at
    `places` are the same for all of the solutions that are as good, and others are not.
    k is the rank of X less its rank without these columns.

    Parameters
    ----------
    related : array (d, l)
        The relations between the columns.
    places : array (q,) of int
        Where the coefficients are.

    References
    ----------
    Searle, "Linear models" (1971), section 5.4, on functions that are estimable.

    Examples
    --------
    >>> related = np.array([[0.0], [1.0], [-1.0]])  # x3 = x2
    >>> [determined(related, np.array(j)).shape[1] for j in ([0], [1], [1, 2])]
    [1, 0, 1]
    """
    R = np.asarray(np.linalg.qr(related[places].T, mode="r"))  # (q, q), or few (l, q)
    U, S, _ = np.linalg.svd(R.T)  # (q, q)
    return np.asarray(U[:, int(np.sum(S > ALIASED)) :])


def beyond(related: Array, inner: Array, places: Array) -> tuple[Array, int]:
    """The same of coefficients at `inner` and at `places`, what is of `inner` first.

    Whitened in this order, estimates end with those by which a model that lacks `inner`
    is better for having `places`: what they add is tested beside all the others.

    Returns
    -------
    array (q, k), int
        The columns, and how many of them are of `inner` alone.

    Examples
    --------
    >>> beyond(np.zeros((3, 0)), np.array([2]), np.array([0]))[0].round(1) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    own = determined(related, inner)
    both = determined(related, np.append(inner, places))
    first = np.zeros((len(both), own.shape[1]))
    first[: len(inner)] = own
    rest = np.linalg.svd(both - first @ (first.T @ both))[0]
    more = rest[:, : both.shape[1] - own.shape[1]]
    return np.hstack([first, more]), own.shape[1]


def f_test(z: Array, q: int, error: float, freedom: float) -> Evidence:
    """F = z'z / q / error^2, of q coefficients that are 0 in truth.

    Parameters
    ----------
    z : array
        Whose squares add up to the sum of squares of the hypothesis.
    q : int
        How many coefficients are tested.
    error : float
        The residual standard error.
    freedom : float
        Its degrees of freedom.

    References
    ----------
    Fisher, "Statistical methods for research workers" (1925), chapter 7; Seber & Lee,
    "Linear regression analysis" (2003), theorem 4.1.

    Examples
    --------
    >>> f_test(np.array([3.0, 1.0]), 2, 1.0, 10)
    Evidence(value=5.0, freedom=2, p=0.03125)
    """
    if q < 1 or not freedom > 0:
        return Evidence(np.nan, q, np.nan)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        F = float(np.sum((z / error) ** 2) / q)
    return Evidence(F, q, float(special.fdtrc(q, freedom, F)))


def chi2_test(value: float, freedom: float) -> Evidence:
    """Wald's statistic z'z, or a likelihood ratio, of coefficients that are 0 in truth.

    Examples
    --------
    >>> round(chi2_test(4.0, 2).p, 6)
    0.135335
    """
    if freedom < 1:
        return Evidence(np.nan, 0, np.nan)
    return Evidence(float(value), freedom, float(special.chdtrc(freedom, value)))


def likelihood_ratio(smaller: float, larger: float, freedom: float) -> Evidence:
    """2 (log L - log L0), of a model and one of fewer parameters that is nested in it.

    Parameters
    ----------
    smaller, larger : float
        The log likelihoods. What rounding puts below 0 is 0.
    freedom : float
        How many parameters the larger has more.

    References
    ----------
    Wilks, "The large-sample distribution of the likelihood ratio" (1938).

    Examples
    --------
    >>> likelihood_ratio(-12.0, -10.0, 1).value
    4.0
    """
    return chi2_test(max(2 * (larger - smaller), 0.0), freedom)
