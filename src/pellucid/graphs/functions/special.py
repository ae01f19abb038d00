"""SciPy's special functions; loaded when a function of SciPy is first met.

Its ufuncs come to a traced value through NumPy's protocol and are operations as they
are. What SciPy writes in Python is given here as a composition of them, and found where
it is looked up, in its module or where a module of the person has imported it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sc

from pellucid.graphs.functions.entries import as_traced, recorded_as
from pellucid.graphs.functions.ufuncs import all_parts
from pellucid.graphs.operations import special as special
from pellucid.graphs.operations.closed_set import PARTED
from pellucid.graphs.tracing.traced import FUNCTIONS, recorded

for _ufunc, _name in PARTED.items():
    FUNCTIONS[_ufunc] = functools.partial(all_parts, _name, _ufunc)


def _spherical(function: Callable[..., Any]) -> None:
    """Enter a spherical Bessel function of order n, and its derivative."""

    @recorded_as(function)
    def spherical(n: Any, z: Any, derivative: bool = False) -> Any:
        options = {"derivative": True} if derivative else {}
        return recorded(f"special.{function.__name__}", n, z, **options)


for _function in (sc.spherical_jn, sc.spherical_yn, sc.spherical_in, sc.spherical_kn):
    _spherical(_function)


# -- functions of Python as compositions -----------------------------------------------


def shift(a: Any, axis: Any) -> Any:
    """The largest element along axes, with axes of length 1; 0 where it is infinite."""
    largest = np.max(a, axis=axis, keepdims=True)
    return np.where(np.isfinite(largest), largest, np.zeros((), largest.dtype))


@recorded_as(sc.logsumexp)
def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False,
    return_sign: bool = False,
) -> Any:  # fmt: skip
    """Log sum b e^a, without overflow; the sign beside it where it is asked for."""
    a = as_traced(a)
    a = a if b is None else np.where(np.equal(b, 0), -np.inf, a)
    m = shift(a, axis)
    terms = np.exp(a - m) if b is None else b * np.exp(a - m)
    total = np.sum(terms, axis=axis, keepdims=True)
    size = np.abs(total) if return_sign else total
    result, sign = np.log(size) + m, np.sign(total)
    if not keepdims:
        result, sign = np.squeeze(result, axis), np.squeeze(sign, axis)
    return (result, sign) if return_sign else result


@recorded_as(sc.softmax)
def softmax(x: Any, axis: Any = None) -> Any:
    """e^x / sum e^x."""
    terms = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return terms / np.sum(terms, axis=axis, keepdims=True)


@recorded_as(sc.log_softmax)
def log_softmax(x: Any, axis: Any = None) -> Any:
    """X - log sum e^x."""
    shifted = x - shift(x, axis)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))


@recorded_as(sc.polygamma)
def polygamma(n: Any, x: Any) -> Any:
    """The derivative of order n of digamma: (-1)^(n+1) n! zeta(n + 1, x)."""
    derivative = (-1.0) ** (n + 1) * sc.gamma(n + 1.0) * sc.zeta(n + 1, x)
    return (
        np.where(np.equal(n, 0), sc.psi(x), derivative)
        if np.any(n == 0)
        else derivative
    )


@recorded_as(sc.multigammaln)
def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function of dimension d."""
    terms = [sc.loggamma(a - (j - 1.0) / 2) for j in range(1, d + 1)]
    return d * (d - 1) * 0.25 * np.log(np.pi) + np.sum(np.stack(terms), axis=0)


@recorded_as(sc.factorial)
def factorial(n: Any, exact: bool = False, extend: str = "zero") -> Any:
    """Gamma(n + 1), and 0 below 0."""
    return np.where(np.less(n, 0), 0.0, sc.gamma(np.maximum(n, 0) + 1.0))


@recorded_as(sc.comb)
def comb(N: Any, k: Any, *, exact: bool = False, repetition: bool = False) -> Any:
    """N over k, also between integers; 0 where there is no way to choose."""
    n = N + k - 1 if repetition else N
    possible = np.less_equal(k, n) & np.greater_equal(n, 0) & np.greater_equal(k, 0)
    return np.where(possible, sc.binom(n, k), 0.0)


@recorded_as(sc.perm)
def perm(N: Any, k: Any, exact: bool = False) -> Any:
    """N! / (N - k)!, 0 where there is no way to choose."""
    possible = np.less_equal(k, N) & np.greater_equal(N, 0) & np.greater_equal(k, 0)
    return np.where(possible, sc.poch(N - k + 1, k), 0.0)
