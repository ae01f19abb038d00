"""Numbers near others: bounds, rounding, comparison up to a tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, cast, into, recorded_as
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import Traced, stored


@recorded_as(np.clip)
def clip(
    a: Any, a_min: Any = np._NoValue, a_max: Any = np._NoValue, out: Any = None, *,
    min: Any = np._NoValue, max: Any = np._NoValue,
) -> Any:  # fmt: skip
    """The nearest number between two bounds."""
    if (a_min is np._NoValue) != (a_max is np._NoValue):
        raise TypeError("clip() takes both a_min and a_max, or min= and max=")
    if a_min is not np._NoValue and (min is not np._NoValue or max is not np._NoValue):
        raise ValueError("clip() takes a_min and a_max, or min= and max=, not both")
    low, high = (min, max) if a_min is np._NoValue else (a_min, a_max)
    made = a
    if low is not None and low is not np._NoValue:
        made = np.maximum(a, low)
    if high is not None and high is not np._NoValue:
        made = np.minimum(made, high)
    return into(out, np.positive(a) if made is a else made)


@recorded_as(np.round, np.around)
def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """The nearest number with so many decimals; halves to the even one."""
    if a.dtype.kind in "iu":
        return into(out, _round_integers(a, decimals))
    power = 10.0 ** abs(decimals)
    if decimals > 0:
        return into(out, np.rint(a * power) / power)
    return into(out, np.rint(a / power) * power if decimals else np.rint(a))


def _round_integers(a: Any, decimals: int) -> Any:
    if decimals >= 0:
        return np.copy(a)
    power = 10**-decimals
    return cast(np.rint(a / power) * power, a.dtype)


@recorded_as(np.fix)
def fix(x: Any, out: Any = None) -> Any:
    """The next integer towards 0."""
    return into(out, np.trunc(x))


@recorded_as(np.nan_to_num)
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """Numbers in the place of nan and of infinity."""
    x = as_traced(x)
    if x.dtype.kind not in "fc":
        return np.copy(x) if copy else x
    if x.dtype.kind == "c":
        refused("np.nan_to_num of complex numbers")
    limits = np.finfo(x.dtype)
    high = limits.max if posinf is None else posinf
    low = limits.min if neginf is None else neginf
    made = np.where(np.isnan(x), _like(nan, x), x)
    made = np.where(x == np.inf, _like(high, x), made)
    made = np.where(x == -np.inf, _like(low, x), made)
    return made[()] if copy else stored(x, made)


def _like(value: Any, x: Any) -> Any:
    """A value in the dtype of an array."""
    if isinstance(value, Traced):
        return cast(value, x.dtype)
    return np.asarray(value, x.dtype)[()]


@recorded_as(np.real_if_close)
def real_if_close(a: Any, tol: float = 100) -> Any:
    """A real array, itself; whether parts of complex numbers vanish is not known."""
    return a if a.dtype.kind != "c" else refused("np.real_if_close of complex numbers")


@recorded_as(np.isclose)
def isclose(
    a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether |a - b| <= atol + rtol |b|, or both are the same infinity."""
    a, b = as_traced(a), as_traced(b)
    finite = np.isfinite(a) & np.isfinite(b)
    # An infinite difference is of no use, and inf - inf is not even that.
    x, y = np.where(finite, a, 0), np.where(finite, b, 0)
    near = finite & (np.abs(x - y) <= atol + rtol * np.abs(y)) | (a == b)
    return near | (np.isnan(a) & np.isnan(b)) if equal_nan else near


@recorded_as(np.allclose)
def allclose(
    a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether all elements are close."""
    return np.all(np.isclose(a, b, rtol, atol, equal_nan))


@recorded_as(np.array_equal)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether shape and elements are the same."""
    if np.shape(a1) != np.shape(a2):
        return False
    same = as_traced(a1) == as_traced(a2)
    if equal_nan:
        same = same | (np.isnan(as_traced(a1)) & np.isnan(as_traced(a2)))
    return np.all(same)


@recorded_as(np.array_equiv)
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether the elements are the same after broadcasting."""
    try:
        np.broadcast_shapes(np.shape(a1), np.shape(a2))
    except ValueError:
        return False
    return np.all(creation.asarray(a1) == creation.asarray(a2))
