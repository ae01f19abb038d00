"""Reductions and accumulations: many elements along axes become one, or a running one.

The signatures are NumPy's. What NumPy refuses (an axis that is not there, the largest
of nothing) it refuses while the function is traced: see `tried`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    Function,
    as_traced,
    axes_of,
    cast,
    flag,
    given,
    into,
    recorded_as,
)
from pellucid.graphs.operations.closed_set import count_along, reduced_shape
from pellucid.graphs.tracing.traced import FUNCTIONS, Traced, recorded

# The reductions of the closed set, and the ufuncs whose `reduce` they are.
REDUCING: dict[str, np.ufunc] = {
    "sum": np.add, "prod": np.multiply, "max": np.maximum, "min": np.minimum,
    "any": np.logical_or, "all": np.logical_and,
}  # fmt: skip


def reduced(
    name: str, a: Any, axis: Any = None, dtype: Any = None, keepdims: Any = False,
    initial: Any = np._NoValue, where: Any = True,
) -> Any:  # fmt: skip
    """Reduce as the ufunc's own `reduce` does, with all its options.

    What `where` leaves out is replaced by what changes nothing: 0 in a sum, -inf in a
    maximum. `initial` takes part as one more element.
    """
    a, masked = as_traced(a), is_mask(where)
    if (
        dtype is not None
        or initial is not np._NoValue
        or masked
        or 0 in (a.size, a.ndim)
    ):
        tried(REDUCING[name], a, axis, dtype, initial, masked)
    a = cast(a, dtype)
    a = chosen(where, a, neutral(name, a.dtype)) if masked else a
    axis = () if a.ndim == 0 and axis is not None else axes_of(axis)
    started_empty = initial is not np._NoValue and count(a, axis) == 0
    if started_empty and name in ("max", "min"):
        shape = reduced_shape(a.shape, axis, flag(keepdims))
        return np.broadcast_to(cast(as_traced(initial), a.dtype), shape)[()]
    result = recorded(name, a, **given(axis=axis, keepdims=flag(keepdims)))
    if initial is np._NoValue or initial is None:
        return result
    return REDUCING[name](result, started(result.dtype, initial))


def is_mask(where: Any) -> bool:
    """Whether `where=` leaves anything out."""
    return where is not True and where is not np._NoValue


def tried(
    ufunc: np.ufunc, a: Any, axis: Any, dtype: Any = None, initial: Any = np._NoValue,
    masked: bool = False,
) -> np.dtype[Any]:  # fmt: skip
    """Let NumPy reduce a tiny array of as many axes: its own errors, and its dtype."""
    tiny = np.ones([min(n, 1) for n in a.shape], a.dtype)
    options: dict[str, Any] = {"where": np.ones((), bool)} if masked else {}
    if initial is not np._NoValue:
        options["initial"] = initial if initial is None else np.ones((), a.dtype)
    made: np.dtype[Any] = np.asarray(ufunc.reduce(tiny, axis, dtype, **options)).dtype
    return made


def neutral(name: str, dtype: np.dtype[Any]) -> Any:
    """What changes nothing: 0 in a sum, 1 in a product, the least in a maximum."""
    if name not in ("max", "min"):
        return REDUCING[name].identity
    if dtype.kind in "fc":
        return -math.inf if name == "max" else math.inf
    if dtype.kind == "b":
        return name == "min"
    return int(np.iinfo(dtype).min if name == "max" else np.iinfo(dtype).max)


def chosen(where: Any, a: Any, otherwise: Any) -> Any:
    """The elements that `where=` chooses, and a number for the rest."""
    return np.where(mask_of(where, a), a, otherwise)


def mask_of(where: Any, a: Any) -> Any:
    """A mask in the shape of the array; one of more elements is refused."""
    if np.shape(where) == a.shape:
        return where
    return np.broadcast_to(as_traced(where), a.shape)


def started(dtype: np.dtype[Any], initial: Any) -> Any:
    """The first element, in the dtype of the result."""
    if isinstance(initial, Traced):
        return cast(initial, dtype)
    weak = dtype.kind == "f" and type(initial) in (int, float)
    return initial if weak else np.asarray(initial).astype(dtype)[()]


def _summation(name: str) -> Function:
    """`np.sum` and `np.prod`."""

    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
        keepdims: Any = False, initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        return into(out, reduced(name, a, axis, dtype, keepdims, initial, where))

    return implementation


def _extreme(name: str) -> Function:
    """`np.max` and `np.min`."""

    def implementation(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        return into(out, reduced(name, a, axis, None, keepdims, initial, where))

    return implementation


def _quantifier(name: str) -> Function:
    """`np.any` and `np.all`."""

    def implementation(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False, *,
        where: Any = True,
    ) -> Any:  # fmt: skip
        return into(out, reduced(name, a, axis, None, keepdims, where=where))

    return implementation


def position(name: str) -> Function:
    """`np.argmax` and `np.argmin`."""

    def implementation(
        a: Any, axis: Any = None, out: Any = None, *, keepdims: Any = False
    ) -> Any:
        options = given(axis=axes_of(axis), keepdims=flag(keepdims))
        return into(out, recorded(name, as_traced(a), **options))

    return implementation


def _accumulation(name: str) -> Function:
    """`np.cumsum` and `np.cumprod`."""

    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None
    ) -> Any:
        a = as_traced(a)
        a = a if a.ndim and axis is not None else np.ravel(a)
        axis = 0 if axis is None else int(axis)
        return into(out, recorded(name, cast(a, dtype), axis=axis))

    return implementation


FUNCTIONS[np.sum], FUNCTIONS[np.prod] = _summation("sum"), _summation("prod")
FUNCTIONS[np.max] = FUNCTIONS[np.amax] = _extreme("max")
FUNCTIONS[np.min] = FUNCTIONS[np.amin] = _extreme("min")
FUNCTIONS[np.any], FUNCTIONS[np.all] = _quantifier("any"), _quantifier("all")
FUNCTIONS[np.argmax], FUNCTIONS[np.argmin] = position("argmax"), position("argmin")
FUNCTIONS[np.cumsum] = _accumulation("cumsum")
FUNCTIONS[np.cumprod] = _accumulation("cumprod")


def _cumulative(accumulated: Function, identity: int) -> Function:
    """`np.cumulative_sum` and `np.cumulative_prod`."""

    def implementation(
        x: Any, /, *, axis: Any = None, dtype: Any = None, out: Any = None,
        include_initial: bool = False,
    ) -> Any:  # fmt: skip
        x = np.atleast_1d(as_traced(x))
        if axis is None and x.ndim > 1:
            raise ValueError("an array of several axes needs axis=")
        axis = 0 if axis is None else axis
        result = accumulated(x, axis=axis, dtype=dtype)
        if include_initial:
            shape = (*x.shape[: axis % x.ndim], 1, *x.shape[axis % x.ndim + 1 :])
            first = np.full(shape, identity, result.dtype)
            result = np.concatenate([first, result], axis=axis)
        return into(out, result)

    return implementation


FUNCTIONS[np.cumulative_sum] = _cumulative(np.cumsum, 0)
FUNCTIONS[np.cumulative_prod] = _cumulative(np.cumprod, 1)


def count(a: Any, axis: Any, where: Any = True, keepdims: Any = True) -> Any:
    """How many elements a reduction over the axes takes together."""
    if is_mask(where):
        mask = np.broadcast_to(where, a.shape)
        return cast(np.sum(mask, axis=axis, keepdims=flag(keepdims)), a.dtype)
    return count_along(a, axes_of(axis))


def floating(a: Any) -> Any:
    """Integers and booleans as floats: what has a mean has fractions."""
    return cast(a, np.float64) if a.dtype.kind in "iub" else a


@recorded_as(np.mean)
def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    """Sum over number; over the chosen elements with `where=`."""
    a, axis, keepdims = cast(as_traced(a), dtype), axes_of(axis), flag(keepdims)
    if is_mask(where):
        a = floating(a)
        total = np.sum(a, axis=axis, keepdims=keepdims, where=where)
        result = total / count(a, axis, where, keepdims)
    else:
        result = recorded("mean", a, **given(axis=axis, keepdims=keepdims))
    return into(out, result if dtype is None else result.astype(dtype, copy=False))


@recorded_as(np.average)
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *,
    keepdims: Any = False,
) -> Any:  # fmt: skip
    """Weighted mean; weights of fewer axes stand along those that are averaged."""
    a, keepdims = as_traced(a), flag(keepdims)
    if weights is None:
        result = np.mean(a, axis=axis, keepdims=keepdims)
        return (result, np.full_like(result, count(a, axis))) if returned else result
    a, weights = floating(a), weights_along(as_traced(weights), a, axis)
    dtype = np.result_type(a, weights)
    total = np.sum(weights, axis=axis, dtype=dtype, keepdims=keepdims)
    result = np.sum(a * weights, axis=axis, keepdims=keepdims) / total
    return (result, total) if returned else result


def weights_along(weights: Any, a: Any, axis: Any) -> Any:
    """Weights in the shape of what they weigh."""
    if weights.shape == a.shape:
        return weights
    if axis is None:
        raise TypeError("weights of another shape than the array need axis=")
    given_axes = axis if isinstance(axis, tuple) else (axis,)
    axes = np.lib.array_utils.normalize_axis_tuple(given_axes, a.ndim)
    if weights.shape != tuple(a.shape[i] for i in axes):
        message = f"weights of shape {weights.shape} do not stand along axis {axis}"
        raise ValueError(message)
    weights = np.transpose(weights, np.argsort(axes).tolist())
    shape = [n if i in axes else 1 for i, n in enumerate(a.shape)]
    return np.broadcast_to(np.reshape(weights, shape), a.shape)


@recorded_as(np.ptp)
def ptp(a: Any, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    """Largest less smallest."""
    highest = np.max(a, axis=axis, keepdims=flag(keepdims))
    return into(out, highest - np.min(a, axis=axis, keepdims=flag(keepdims)))


@recorded_as(np.count_nonzero)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many are not 0."""
    return np.sum(as_traced(a) != 0, axis=axis, keepdims=keepdims)
