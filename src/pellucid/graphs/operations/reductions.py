"""Reductions, accumulations, sorting, and the ufuncs' own methods."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.operations.entries import (
    Function,
    as_traced,
    axes_of,
    cast,
    flag,
    given,
    into,
    recorded_as,
)
from pellucid.graphs.operations.table import reduced_axes
from pellucid.graphs.refusals import refused
from pellucid.graphs.traced import FUNCTIONS, recorded, written


def _reduction(function: Any, name: str, combine: Any, neutral: Any = None) -> None:
    """Enter a reduction; `neutral` stands where `where=` leaves an element out."""

    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
        keepdims: Any = False, initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        a = cast(a, dtype)
        if where is not True and where is not np._NoValue:
            a = np.where(where, a, initial if neutral is None else neutral)
        options = given(axis=axes_of(axis), keepdims=flag(keepdims))
        result = recorded(name, a, **options)
        return into(out, result if initial is np._NoValue else combine(result, initial))

    def without_dtype(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        return implementation(a, axis, None, out, keepdims, initial, where)

    has_dtype = name in {"sum", "prod"}
    FUNCTIONS[function] = implementation if has_dtype else without_dtype


_reduction(np.sum, "sum", np.add, 0)
_reduction(np.prod, "prod", np.multiply, 1)
_reduction(np.max, "max", np.maximum)
_reduction(np.min, "min", np.minimum)
_reduction(np.any, "any", np.logical_or, False)
_reduction(np.all, "all", np.logical_and, True)
FUNCTIONS[np.amax], FUNCTIONS[np.amin] = FUNCTIONS[np.max], FUNCTIONS[np.min]


def count(a: Any, axis: Any, where: Any = True) -> Any:
    """How many elements a reduction over the axes takes together."""
    if where is not True:
        counted = np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=True)
        return counted.astype(a.dtype)
    return int(np.prod([a.shape[i] for i in reduced_axes(a.ndim, axis)], dtype=int))


@recorded_as(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    """Sum over number; over the chosen elements with `where=`."""
    a, keepdims = cast(a, dtype), flag(keepdims)
    if where is True or where is np._NoValue:
        options = given(axis=axes_of(axis), keepdims=keepdims)
        return into(out, recorded("mean", a, **options))
    total = np.sum(a, axis=axis, keepdims=True, where=where)
    result = total / count(a, axis, where)
    return into(out, result if keepdims else _without(result, axis))


@recorded_as(np.var)
def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
    keepdims: Any = False, *, where: Any = True, mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:  # fmt: skip
    """Mean square of the deviations from the mean; ddof fewer in the denominator."""
    a, ddof = cast(a, dtype), ddof if correction is np._NoValue else correction
    where = True if where is np._NoValue else where
    if mean is np._NoValue:
        mean = np.mean(a, axis=axis, keepdims=True, where=where)
    d = a - mean
    total = np.sum(d * d, axis=axis, keepdims=True, where=where)
    n = count(a, axis, where) - ddof
    result = total / (max(n, 0) if where is True else np.maximum(n, 0))
    return into(out, result if flag(keepdims) else _without(result, axis))


def _without(a: Any, axis: Any) -> Any:
    """Drop the axes of length 1 that a reduction kept; all of them leave a number."""
    axes = reduced_axes(a.ndim, axis)
    return a[tuple(0 if i in axes else slice(None) for i in range(a.ndim))]


@recorded_as(np.std)
def std(a: Any, *args: Any, out: Any = None, **options: Any) -> Any:
    """The root of the variance."""
    return into(out, np.sqrt(np.var(a, *args, **options)))


@recorded_as(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *,
    keepdims: Any = False,
) -> Any:  # fmt: skip
    """Weighted mean; weights of one axis stand along it."""
    keepdims = flag(keepdims)
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        return (result, np.full(result.shape, count(a, axis))) if returned else result
    if np.shape(weights) != np.shape(a):
        along = [1] * np.ndim(a)
        along[axis] = -1
        weights = np.broadcast_to(np.reshape(weights, along), np.shape(a))
    total = np.sum(weights, axis=axis, keepdims=keepdims)
    result = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (result, total) if returned else result


def _position(name: str) -> Function:
    """Where the largest or the smallest element stands."""

    def implementation(
        a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False
    ) -> Any:
        options = given(axis=axes_of(axis), keepdims=flag(keepdims))
        return into(out, recorded(name, a, **options))

    return implementation


def _accumulation(name: str) -> Function:
    """What is summed or multiplied up to each element."""

    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None
    ) -> Any:
        a, axis = (np.ravel(a), 0) if axis is None else (a, int(axis))
        return into(out, recorded(name, cast(a, dtype), axis=axis))

    return implementation


FUNCTIONS[np.argmax], FUNCTIONS[np.argmin] = _position("argmax"), _position("argmin")
FUNCTIONS[np.cumsum] = _accumulation("cumsum")
FUNCTIONS[np.cumprod] = _accumulation("cumprod")


@recorded_as(np.argsort)
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: Any = None, *, stable: Any = None
) -> Any:
    """The places of the elements, from the smallest on."""
    a, axis = (np.ravel(a), 0) if axis is None else (a, int(axis))
    kind = "stable" if stable else kind
    return recorded("argsort", a, axis=axis, **given(kind=kind))


@recorded_as(np.sort)
def sort(a: Any, axis: Any = -1, *args: Any, **options: Any) -> Any:
    """What stands at those places."""
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis)
    return np.take_along_axis(a, np.argsort(a, axis, *args, **options), axis)


@recorded_as(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Largest less smallest."""
    highest = np.max(a, axis=axis, keepdims=flag(keepdims))
    return into(out, highest - np.min(a, axis=axis, keepdims=flag(keepdims)))


@recorded_as(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many are not 0."""
    return np.sum(a != 0, axis=axis, keepdims=keepdims)


# -- methods of ufuncs ----------------------------------------------------------------

REDUCTIONS: dict[Any, Any] = {
    np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min,
    np.logical_and: np.all, np.logical_or: np.any,
}  # fmt: skip
ACCUMULATIONS: dict[Any, Any] = {np.add: np.cumsum, np.multiply: np.cumprod}


@recorded_as("reduce")
def reduce(
    ufunc: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None,
    keepdims: Any = False, **options: Any,
) -> Any:  # fmt: skip
    """A reduction by its ufunc: `np.add.reduce` is `np.sum` along the first axis."""
    if ufunc not in REDUCTIONS:
        refused(f"np.{ufunc.__name__}.reduce")
    a = cast(array, dtype)
    return into(out, REDUCTIONS[ufunc](a, axis=axis, keepdims=keepdims, **options))


@recorded_as("accumulate")
def accumulate(
    ufunc: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None
) -> Any:
    """`np.add.accumulate` is `np.cumsum` along the first axis."""
    if ufunc not in ACCUMULATIONS:
        refused(f"np.{ufunc.__name__}.accumulate")
    return into(out, ACCUMULATIONS[ufunc](array, axis=axis, dtype=dtype))


@recorded_as("outer")
def ufunc_outer(ufunc: np.ufunc, a: Any, b: Any, **options: Any) -> Any:
    """Every element of a with every element of b."""
    return ufunc(np.reshape(a, np.shape(a) + (1,) * np.ndim(b)), b, **options)


@recorded_as("at")
def at(ufunc: np.ufunc, a: Any, indices: Any, b: Any = None) -> None:
    """Add at places, as often as each is named."""
    if ufunc not in (np.add, np.subtract):
        refused(f"np.{ufunc.__name__}.at")
    indices = indices if isinstance(indices, tuple) else (indices,)
    places = np.arange(np.size(a)).reshape(np.shape(a))[indices]
    b = np.broadcast_to(as_traced(b), places.shape)
    scattered = recorded("scatter", b, at=(places,), shape=(np.size(a),))
    written(a, ufunc(a, np.reshape(scattered, np.shape(a))))
