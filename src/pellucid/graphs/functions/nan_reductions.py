"""The nan family: reductions that pass over what is not a number.

Each is the reduction over the elements that are a number, `where=~np.isnan(a)`; what is
left out is replaced before anything is computed from it, so that its gradient is 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.dispersion import var
from pellucid.graphs.functions.entries import (
    Function,
    as_traced,
    axes_of,
    cast,
    flag,
    into,
    recorded_as,
)
from pellucid.graphs.functions.quantiles import (
    hundredths,
    interpolated,
    result_dtype,
    rows,
)
from pellucid.graphs.functions.reductions import (
    floating,
    is_mask,
    mean,
    position,
    reduced,
)
from pellucid.graphs.functions.ufunc_methods import reduce
from pellucid.graphs.operations.robust import root
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import FUNCTIONS


def numbers(a: Any, where: Any = True) -> Any:
    """Where there is a number, of those that `where=` chooses."""
    valid = ~np.isnan(a)
    return np.logical_and(valid, where) if is_mask(where) else valid


def may_be_missing(a: Any) -> bool:
    """Whether the dtype has a nan at all."""
    return a.dtype.kind in "fc"


def _summation(name: str) -> Function:
    """`np.nansum` and `np.nanprod`."""

    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
        keepdims: Any = False, initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        a = as_traced(a)
        where = numbers(a, where) if may_be_missing(a) else where
        return into(out, reduced(name, a, axis, dtype, keepdims, initial, where))

    return implementation


def _extreme(name: str, ufunc: np.ufunc) -> Function:
    """`np.nanmax` and `np.nanmin`; a row of nan gives nan."""

    def implementation(
        a: Any, axis: Any = None, out: Any = None, keepdims: Any = False,
        initial: Any = np._NoValue, where: Any = True,
    ) -> Any:  # fmt: skip
        a = as_traced(a)
        if not may_be_missing(a):
            return into(out, reduced(name, a, axis, None, keepdims, initial, where))
        return into(out, reduce(ufunc, a, axis, None, None, keepdims, initial, where))

    return implementation


FUNCTIONS[np.nansum], FUNCTIONS[np.nanprod] = _summation("sum"), _summation("prod")
FUNCTIONS[np.nanmax] = _extreme("max", np.fmax)
FUNCTIONS[np.nanmin] = _extreme("min", np.fmin)


@recorded_as(np.nanmean)
def nanmean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
    keepdims: Any = False, *, where: Any = True,
) -> Any:  # fmt: skip
    """The mean of the numbers."""
    a = as_traced(a)
    where = numbers(a, where) if may_be_missing(a) else where
    return mean(a, axis, dtype, out, keepdims, where=where)


@recorded_as(np.nanvar)
def nanvar(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
    keepdims: Any = False, *, where: Any = True, mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:  # fmt: skip
    """The variance of the numbers; nan where there are no more of them than ddof."""
    a = as_traced(a)
    options: dict[str, Any] = {"mean": mean, "correction": correction}
    if not may_be_missing(a):
        return var(a, axis, dtype, out, ddof, keepdims, where=where, **options)
    where = numbers(a, where)
    result = var(a, axis, dtype, None, ddof, keepdims, where=where, **options)
    least = ddof if correction is np._NoValue else correction
    n = np.sum(where, axis=axis, keepdims=flag(keepdims))
    return into(out, np.where(n > least, result, np.nan)[()])


@recorded_as(np.nanstd)
def nanstd(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: float = 0,
    keepdims: Any = False, *, where: Any = True, mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> Any:  # fmt: skip
    """The root of that variance."""
    options: dict[str, Any] = {"where": where, "mean": mean, "correction": correction}
    variance = nanvar(a, axis, dtype, None, ddof, keepdims, **options)
    return into(out, root(variance))


FUNCTIONS[np.nanargmax] = position("nanargmax")  # refuse a row of nan when they run
FUNCTIONS[np.nanargmin] = position("nanargmin")


def _accumulation(accumulated: Function, identity: int) -> Function:
    """`np.nancumsum` and `np.nancumprod`."""

    def implementation(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None
    ) -> Any:
        a = as_traced(a)
        a = np.where(np.isnan(a), identity, a) if may_be_missing(a) else a
        return into(out, accumulated(a, axis=axis, dtype=dtype))

    return implementation


FUNCTIONS[np.nancumsum] = _accumulation(np.cumsum, 0)
FUNCTIONS[np.nancumprod] = _accumulation(np.cumprod, 1)


@recorded_as(np.nanquantile)
def nanquantile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """The quantile of the numbers, which sort before the nan."""
    if weights is not None:
        refused("np.nanquantile with weights=")
    a, axis = as_traced(a), axes_of(axis)
    dtype = result_dtype(a, q, method, None)
    n = np.sum(numbers(rows(floating(a), axis)), axis=-1, keepdims=True)
    result = interpolated(floating(a), q, axis, flag(keepdims), method, n)
    return into(out, cast(as_traced(result), dtype))


@recorded_as(np.nanpercentile)
def nanpercentile(
    a: Any, q: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    method: str = "linear", keepdims: Any = False, *, weights: Any = None,
) -> Any:  # fmt: skip
    """That quantile, with the fraction in hundredths."""
    options: dict[str, Any] = {"method": method, "weights": weights}
    return nanquantile(a, hundredths(q), axis, out, keepdims=keepdims, **options)


@recorded_as(np.nanmedian)
def nanmedian(
    a: Any, axis: Any = None, out: Any = None, overwrite_input: bool = False,
    keepdims: Any = False,
) -> Any:  # fmt: skip
    """The median of the numbers."""
    return nanquantile(a, 0.5, axis, out, keepdims=keepdims)
