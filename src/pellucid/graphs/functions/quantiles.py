"""Medians and quantiles, by Hyndman & Fan, "Sample quantiles" (1996), and NumPy.

Where the fraction q is fixed, NumPy itself computes the value; its derivative is in
`derivatives/quantiles.py`. Where q is traced, or how many numbers there are depends on
which are nan, the value is taken between two elements of the sorted array.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    as_traced,
    axes_of,
    cast,
    flag,
    given,
    into,
    recorded_as,
)
from pellucid.graphs.functions.reductions import count, weights_along
from pellucid.graphs.functions.shapes import fixed
from pellucid.graphs.operations.closed_set import reduced_axes, reduced_shape
from pellucid.graphs.tracing.traced import Traced, recorded


@recorded_as(np.median)
def median(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:  # fmt: skip
    """The middle element, or the mean of the two in the middle."""
    options = given(axis=axes_of(axis), keepdims=flag(keepdims))
    return into(out, recorded("median", as_traced(a), **options))


@recorded_as(np.quantile)
def quantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The number that a fraction q of the elements does not exceed."""
    a, axis, keepdims = as_traced(a), axes_of(axis), flag(keepdims)
    q = q if is_traced(q) else fixed(q)
    dtype = result_dtype(a, q, method, weights)
    if weights is not None:
        known = fixed(q, "a quantile with weights= and a traced q")
        result = weighted(a, known, axis, keepdims, weights)
    elif is_traced(q):
        result = interpolated(a, q, axis, keepdims, method, count(a, axis))
    else:
        result = at_fixed(a, q, axis, keepdims, method)
    return into(out, result if result.dtype == dtype else cast(result, dtype))


@recorded_as(np.percentile)
def percentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The quantile, with the fraction in hundredths."""
    options: dict[str, Any] = {"method": method, "weights": weights}
    return quantile(a, hundredths(q), axis, out, keepdims=keepdims, **options)


def hundredths(q: Any) -> Any:
    """The fraction q / 100; of a Python number a Python number."""
    q = q if is_traced(q) else fixed(q)
    number = isinstance(q, Traced) or type(q) in (int, float)
    return q / 100 if number else np.true_divide(q, 100)


def is_traced(q: Any) -> bool:
    """Whether the fraction depends on an input."""
    return isinstance(q, Traced) and not q.node.known


def result_dtype(a: Any, q: Any, method: str, weights: Any) -> np.dtype[Any]:
    """What NumPy gives, and its own errors: a fraction beyond 1, an unknown method."""
    trial = q
    if is_traced(q):
        trial = 0.5 if q.node.weak else np.full((), 0.5, q.dtype)[()]
    options: dict[str, Any] = {} if weights is None else {"weights": np.ones(1)}
    one = np.ones(1, a.dtype)
    made: np.dtype[Any] = np.quantile(one, trial, method=method, **options).dtype  # type: ignore[call-overload]
    return made


def at_fixed(a: Any, q: Any, axis: Any, keepdims: bool, method: str) -> Any:
    """One step of the graph, for all the fractions together."""
    fractions = np.asarray(q, float)
    options = given(axis=axis, keepdims=keepdims)
    options |= {"method": method} if method != "linear" else {}
    if fractions.ndim == 0:
        part = q if np.isscalar(q) else float(fractions)
        return recorded("quantile", a, q=part, **options)
    result = recorded("quantile", a, q=tuple(fractions.ravel().tolist()), **options)
    return result if fractions.ndim == 1 else arranged(result, fractions.shape)


def arranged(result: Any, shape: tuple[int, ...]) -> Any:
    """The first axis in the shape of the fractions; numbers for no axes."""
    return np.reshape(result, shape + result.shape[1:])[()]


def rows(a: Any, axis: Any) -> Any:
    """The axes that are reduced made one, behind the others."""
    axes = reduced_axes(a.ndim, axis)
    kept = [i for i in range(a.ndim) if i not in axes]
    order = [*kept, *axes]
    moved = a if order == sorted(order) else np.transpose(a, order)
    return np.reshape(moved, (*(a.shape[i] for i in kept), count(a, axis)))


def interpolated(a: Any, q: Any, axis: Any, keepdims: bool, method: str, n: Any) -> Any:
    """Sort, and go the part of the way from one element to the next that q asks for.

    n is how many of each row count: those that sort before the nan.
    """
    x, q = np.sort(rows(a, axis), axis=-1), as_traced(q)  # (..., n)
    shape = np.shape(q) + reduced_shape(a.shape, axis, keepdims)
    if x.shape[-1] == 0:
        return np.full(shape, np.nan)[()]
    place = virtual_index(method, n, np.ravel(q))  # (..., k)
    last = n - 1
    place = np.minimum(np.maximum(place, 0), np.maximum(last, 0))
    low = np.floor(place)
    high = np.minimum(low + 1, np.maximum(last, 0))
    lower, upper = at_place(x, low), at_place(x, high)
    z = lower + (place - low) * (upper - lower)
    z = np.where(np.isnan(x[..., -1:]), np.nan, z) if isinstance(n, int) else z
    return np.reshape(np.moveaxis(z, -1, 0), shape)[()]


def at_place(x: Any, place: Any) -> Any:
    """The elements of sorted rows at computed places, the same for all or by row."""
    place = cast(place, np.intp)
    if place.ndim == 1:
        return as_traced(x)[..., place]
    return np.take_along_axis(x, place, axis=-1)


# Where among 0 ... n - 1 the quantile stands: n q + alpha + q (1 - alpha - beta) - 1.
PLOTTING: dict[str, tuple[float, float]] = {
    "linear": (1, 1), "hazen": (1 / 2, 1 / 2), "weibull": (0, 0),
    "interpolated_inverted_cdf": (0, 1), "median_unbiased": (1 / 3, 1 / 3),
    "normal_unbiased": (3 / 8, 3 / 8),
}  # fmt: skip

# These stand at elements, or half-way between two.
STEPS: dict[str, Callable[[Any, Any], Any]] = {
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "nearest": lambda n, q: np.rint((n - 1) * q),
    "midpoint": lambda n, q: (np.floor((n - 1) * q) + np.ceil((n - 1) * q)) / 2,
    "inverted_cdf": lambda n, q: np.ceil(n * q) - 1,
    "averaged_inverted_cdf": lambda n, q: (np.floor(n * q) + np.ceil(n * q) - 1) / 2,
    "closest_observation": lambda n, q: np.rint(n * q) - 1,
}


def virtual_index(method: str, n: Any, q: Any) -> Any:
    """The place of the quantile in a sorted row of n numbers, counted from 0."""
    if method in STEPS:
        return STEPS[method](n, q)
    alpha, beta = PLOTTING[method]
    return n * q + (alpha + q * (1 - alpha - beta)) - 1


def weighted(a: Any, q: Any, axis: Any, keepdims: bool, weights: Any) -> Any:
    """The first element with which a fraction q of the weight is reached."""
    x, w = rows(a, axis), rows(weights_along(as_traced(weights), a, axis), axis)
    order = np.argsort(x, axis=-1, kind="stable")
    x, w = np.take_along_axis(x, order, -1), np.take_along_axis(w, order, -1)
    reached = np.cumsum(w, axis=-1, dtype=np.float64)
    reached = reached / reached[..., -1:]
    reached = np.where(reached == 0, -1.0, reached)  # no weight: never the quantile
    fractions = np.ravel(q)
    places = [np.sum(reached < part, axis=-1, keepdims=True) for part in fractions]
    place = np.minimum(np.concatenate(places, axis=-1), x.shape[-1] - 1)
    z = np.take_along_axis(x, place, -1)
    z = np.where(np.isnan(x[..., -1:]), np.nan, z)
    shape = np.shape(q) + reduced_shape(a.shape, axis, keepdims)
    return np.reshape(np.moveaxis(z, -1, 0), shape)
