"""Polynomials as the rows of their coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, recorded_as
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import Traced


@recorded_as(np.polyval)
def polyval(p: Any, x: Any) -> Any:
    """The value of a polynomial, by Horner's rule."""
    x, p = as_traced(x), p if isinstance(p, Traced) else np.asarray(p)
    y = np.zeros_like(x)
    for coefficient in p:
        y = y * x + coefficient
    return y


@recorded_as(np.polyadd)
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    a1, a2 = _as_long(a1, a2)
    return a1 + a2


@recorded_as(np.polysub)
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    a1, a2 = _as_long(a1, a2)
    return a1 - a2


def _as_long(*polynomials: Any) -> list[Any]:
    """The polynomials with zeros before the shorter one."""
    rows = [np.atleast_1d(as_traced(p)) for p in polynomials]
    n = max(len(row) for row in rows)
    return [np.pad(row, (n - len(row), 0)) for row in rows]


@recorded_as(np.polymul)
def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials; a first coefficient that is 0 is kept."""
    return np.convolve(a1, a2)


@recorded_as(np.polyder)
def polyder(p: Any, m: Any = 1) -> Any:
    """The derivative of a polynomial, m times."""
    if m < 0:
        raise ValueError("Order of derivative must be positive (see polyint)")
    p = as_traced(p)
    for _ in range(int(m)):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@recorded_as(np.polyint)
def polyint(p: Any, m: Any = 1, k: Any = None) -> Any:
    """The integral of a polynomial, m times, with the constants k."""
    m = int(m)
    if m < 0:
        raise ValueError("Order of integral must be positive (see polyder)")
    constants = np.zeros(m) if k is None else np.atleast_1d(as_traced(k))
    if len(constants) == 1 and m > 1:
        constants = np.repeat(constants, m)
    if len(constants) < m:
        raise ValueError("k must be a scalar or a rank-1 array of length 1 or >m.")
    p = as_traced(p)
    for i in range(m):
        p = np.concatenate([p / np.arange(len(p), 0, -1), constants[i : i + 1]])
    return p


@recorded_as(np.poly)
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with these roots."""
    roots = np.atleast_1d(as_traced(seq_of_zeros))
    if roots.ndim == 2:
        roots = np.linalg.eigvals(roots)
    made = np.ones(1, roots.dtype)
    for i in range(len(roots)):
        made = np.convolve(made, np.stack([np.ones((), roots.dtype), -roots[i]]))
    return made


@recorded_as(np.polyfit)
def polyfit(
    x: Any, y: Any, deg: Any, rcond: Any = None, full: bool = False, w: Any = None,
    cov: Any = False,
) -> Any:  # fmt: skip
    """The polynomial that is nearest to points, by least squares."""
    if np.ndim(deg):
        refused("np.polyfit with several degrees")
    x, y = _points(x, y, int(deg))
    rcond = len(x) * np.finfo(x.dtype).eps if rcond is None else rcond
    A, b = np.vander(x, int(deg) + 1), y
    if w is not None:
        w = as_traced(w)
        A, b = A * w[:, None], (b.T * w).T
    scale = np.sqrt(np.sum(A * A, axis=0))
    A = A / scale
    c, residuals, rank, s = np.linalg.lstsq(A, b, rcond)
    c = (c.T / scale).T
    if full:
        return c, residuals, rank, s, rcond
    return (c, _covariance(A, scale, b, residuals, cov)) if cov else c


def _covariance(A: Any, scale: Any, b: Any, residuals: Any, cov: Any) -> Any:
    """Of the coefficients: (A'A)^-1, and times the variance of what is left over."""
    V = np.linalg.inv(A.T @ A) / np.outer(scale, scale)
    rows, columns = A.shape
    if cov == "unscaled":
        return V if b.ndim == 1 else V[:, :, None]
    if rows <= columns:
        raise ValueError("the number of data points must exceed order to scale cov")
    variance = residuals / (rows - columns)
    return V * variance if b.ndim == 1 else V[:, :, None] * variance


def _points(x: Any, y: Any, deg: int) -> Any:
    """The points in floating point, as NumPy takes them."""
    x, y = as_traced(x) + 0.0, as_traced(y) + 0.0
    if deg < 0:
        raise ValueError("expected deg >= 0")
    if x.ndim != 1:
        raise TypeError("expected 1D vector for x")
    if not 1 <= y.ndim <= 2:
        raise TypeError("expected 1D or 2D array for y")
    if len(x) != len(y):
        raise TypeError("expected x and y to have same length")
    return x, y
