"""Reductions, statistics, sorting and the methods of ufuncs: NumPy is the judge.

Each case is run as it stands and traced, in double and in single precision, and its
gradient is held against differences; to the second order where test_names.py, which has
each function once, does not.
"""

import itertools
import warnings

import hypothesis
import numpy as np
import pytest
from comparison import assert_as_numpy, assert_derivatives, in_precision
from hypothesis import strategies as st

import pellucid as pl

V = np.array([0.5, -1.25, 2.0, 0.75, -0.5, 3.0])
W = np.array([1.5, 0.25, 2.0, 1.0, 0.5, 0.75])
A = np.array([[1.0, 2.5, -0.5], [0.25, -3.0, 1.5]])
B = np.array([[2.0, 1.1, 0.5], [1.6, 0.7, 2.4]])
C = np.cos(np.arange(24.0) * 1.7).reshape(2, 3, 4) * 2 + 0.2
P = np.abs(C) + 0.3
S = np.float64(2.5)
E = np.zeros((0, 3))
MASK = np.array([[True, False, True], [False, True, True]])
HOLES = np.array([[False, True, False], [True, False, False]])


def holed(a):
    return np.where(HOLES, np.nan, a)


def whole(a):
    """Integers that are computed from traced values."""
    return np.floor(a * 2 + 0.3).astype(int)


def after_at(ufunc, indices, a, *b):
    made = a * 1
    ufunc.at(made, indices, *b)
    return made


def into_new(f, shape):
    return lambda a: f(a, out=np.empty(shape, a.dtype))


METHODS = (
    "linear", "lower", "higher", "midpoint", "nearest", "hazen", "weibull",
    "interpolated_inverted_cdf", "median_unbiased", "normal_unbiased", "inverted_cdf",
    "averaged_inverted_cdf", "closest_observation",
)  # fmt: skip

REDUCTIONS = {
    "sum of numbers": (lambda a: np.sum(a, axis=0), S),
    "sum last of number": (lambda a: np.sum(a, axis=-1), S),
    "sum tuple": (lambda a: np.sum(a, (0, -1), keepdims=True), C),
    "sum nothing": (lambda a: np.sum(a, axis=()), A),
    "sum empty": (lambda a: np.sum(a, axis=0), E),
    "sum of empty rows": (lambda a: np.sum(a[:, :0], axis=1, initial=2), A),
    "sum where column": (lambda a: np.sum(a, where=MASK[:, :1], axis=1), A),
    "sum where traced": (lambda a, b: np.sum(a, where=b > 1, axis=0), A, B),
    "sum where constant": (lambda a: np.sum(B, where=a > 0) * 1.0, A),
    "sum initial traced": (lambda a: np.sum(a, axis=0, initial=a[0, 0]), A),
    "sum integers": (lambda a: np.sum(whole(a), axis=1, initial=1.75), A),
    "sum booleans": (lambda a: np.sum(a > 0, axis=0), A),
    "sum small integers": (lambda a: np.sum(whole(a).astype(np.int8)), A),
    "sum dtype integer": (lambda a: np.sum(a + 0.1, dtype=int), A),
    "sum dtype where": (lambda a: np.sum(a, dtype=np.float64, where=MASK), A),
    "sum out": (into_new(lambda a, out: np.sum(a, axis=0, out=out), 3), A),
    "sum out positional": (
        into_new(lambda a, out: np.sum(a, 0, None, out, where=MASK), 3),
        A,
    ),
    "sum of list": (lambda a: np.sum([a[0], 2 * a[1]], axis=0), A),
    "prod": (lambda a: np.prod(a, axis=(0, 2), keepdims=True), P),
    "prod where initial": (lambda a: np.prod(a, 1, where=MASK, initial=2), A),
    "prod empty": (lambda a: np.prod(a), E),
    "prod integers": (lambda a: np.prod(whole(a), axis=0, dtype=np.float32), A),
    "max": (lambda a: np.max(a, axis=(0, 2)), C),
    "max of number": (lambda a: np.max(a, axis=0), S),
    "max where": (lambda a: np.max(a, 0, where=MASK, initial=-0.2), A),
    "max where never": (lambda a: np.max(a, where=False, initial=1.5), A),
    "max empty initial": (lambda a: np.max(a, axis=0, initial=2), E),
    "max empty initial traced": (
        lambda a, e: np.max(e, initial=a[0, 0], keepdims=True),
        A,
        E,
    ),
    "max of no rows": (lambda a: np.max(a, axis=1), E),
    "max integers": (lambda a: np.max(whole(a), axis=0, initial=1.5), A),
    "max booleans": (lambda a: np.max(a > 0, axis=0, where=MASK, initial=False), A),
    "max out": (into_new(lambda a, out: a.max(0, out), 3), A),
    "amax": (lambda a: np.amax(a, 1, None, True), A),
    "min": (lambda a: a.min(axis=-1, keepdims=True), C),
    "min where integers": (lambda a: np.min(whole(a), where=MASK, initial=9), A),
    "amin": (lambda a: np.amin(a, axis=0, initial=0.1), A),
    "ptp": (lambda a: np.ptp(a, axis=(0, 1), keepdims=True), C),
    "ptp out": (into_new(lambda a, out: np.ptp(a, 0, out), 3), A),
    "ptp integers": (lambda a: np.ptp(whole(a), axis=0), A),
    "mean": (lambda a: np.mean(a, axis=(0, -1)), C),
    "mean of number": (lambda a: np.mean(a), S),
    "mean integers": (lambda a: np.mean(whole(a), axis=0), A),
    "mean integers single": (lambda a: np.mean(whole(a), dtype=np.float32), A),
    "mean booleans where": (lambda a: np.mean(a > 0, axis=1, where=MASK), A),
    "mean dtype integer": (lambda a: np.mean(a, axis=0, dtype=int), A + 0.1),
    "mean where keepdims": (lambda a: np.mean(a, 1, where=MASK, keepdims=True), A),
    "mean where row": (lambda a: np.mean(a, axis=0, where=MASK[0] | True), A),
    "mean where traced": (lambda a: np.mean(a, where=a > 0), A),
    "mean out": (into_new(lambda a, out: np.mean(a, 0, None, out), 3), A),
    "average": (lambda a: np.average(a, axis=(0, 2)), C),
    "average weights": (lambda a, b: np.average(a, weights=b), A, B),
    "average weights along": (lambda a, b: np.average(a, 1, weights=b[0]), A, B),
    "average weights last": (lambda a, b: np.average(a, -1, b[0]), A, B),
    "average weights axes": (
        lambda a, b: np.average(a, axis=(2, 0), weights=b[:, 0].T, keepdims=True),
        C,
        P,
    ),
    "average constant": (lambda a: np.average(B, weights=a**2, axis=0), A),
    "average returned": (lambda a: np.average(a, 0, returned=True), A),
    "average returned weights": (
        lambda a, b: np.average(a, axis=1, weights=b[0], returned=True),
        A,
        B,
    ),
    "average integers": (lambda a, b: np.average(whole(a), weights=b), A, B),
    "var": (lambda a: np.var(a, axis=(0, 2), ddof=1, keepdims=True), C),
    "var of number": (lambda a: np.var(a), S),
    "var integers": (lambda a: np.var(whole(a), axis=0), A),
    "var dtype": (lambda a: np.var(a, axis=0, dtype=np.float64), A),
    "var where": (lambda a: np.var(a, axis=1, where=MASK, ddof=0.5), A),
    "var where traced": (lambda a, b: np.var(a, where=b > 0.6, keepdims=True), A, B),
    "var mean": (lambda a: np.var(a, 1, mean=np.mean(a, 1, keepdims=True)), A),
    "var correction": (lambda a: np.var(a, axis=0, correction=1), A),
    "var out": (into_new(lambda a, out: np.var(a, 0, None, out, 1), 3), A),
    "var of list": (lambda a: np.var([a[0, 0], a[1, 2], 0.5]), A),
    "std": (lambda a: a.std(axis=1, ddof=1), C),
    "std positional": (lambda a: np.std(a, 0, np.float64, None, 1, True), C),
    "std where": (lambda a: np.std(a, axis=1, where=MASK), A),
    "std out": (into_new(lambda a, out: np.std(a, 0, out=out), 3), A),
    "any": (lambda a: np.any(a > 0, axis=(0, 2), keepdims=True), C),
    "any of floats": (lambda a: np.any(a, axis=1, where=MASK), A),
    "any empty": (lambda a: np.any(a), E),
    "all": (lambda a: np.all(a > -1, axis=-1), C),
    "all of floats": (lambda a: np.all(a, where=MASK, axis=0), A),
    "all integers": (lambda a: np.all(whole(a), axis=1), A),
    "count_nonzero": (lambda a: np.count_nonzero(a > 0, axis=(0, 2)), C),
    "count_nonzero all": (lambda a: np.count_nonzero(whole(a)), A),
    "count_nonzero keepdims": (lambda a: np.count_nonzero(a, 1, keepdims=True), A),
    "argmax": (lambda a: np.argmax(a, axis=-2, keepdims=True), C),
    "argmax of number": (lambda a: np.argmax(a), S),
    "argmax out": (lambda a: np.argmax(a, 0, out=np.zeros(3, int)), A),
    "argmin": (lambda a: a.argmin(1), C),
    "trace": (lambda a: np.trace(a[:, :, :3], axis1=1, axis2=2), C),
    "cumsum": (lambda a: np.cumsum(a, axis=-2), C),
    "cumsum of number": (lambda a: np.cumsum(a), S),
    "cumsum integers": (lambda a: np.cumsum(a > 0, dtype=np.float32), A),
    "cumsum out": (into_new(lambda a, out: np.cumsum(a, 1, None, out), (2, 3)), A),
    "cumprod": (lambda a: np.cumprod(a, axis=1), C),
    "cumprod empty": (lambda a: np.cumprod(a, axis=0), E),
    "cumulative_sum": (lambda a: np.cumulative_sum(a), V),
    "cumulative_sum initial": (
        lambda a: np.cumulative_sum(a, axis=-2, include_initial=True),
        C,
    ),
    "cumulative_sum of number": (lambda a: np.cumulative_sum(a), S),
    "cumulative_prod": (
        lambda a: np.cumulative_prod(a, axis=0, dtype=np.float64, include_initial=True),
        A,
    ),
}

STATISTICS = {
    "median": (lambda a: np.median(a), V),
    "median odd": (lambda a: np.median(a, axis=-2), C),
    "median axes": (lambda a: np.median(a, axis=(0, 2), keepdims=True), C),
    "median of number": (lambda a: np.median(a), S),
    "median integers": (lambda a: np.median(whole(a), axis=1), A),
    "median of list": (lambda a: np.median([a[0], a[3], 2.25]), V),
    "median out": (into_new(lambda a, out: np.median(a, 0, out), 3), A),
    "quantile none": (lambda a: np.quantile(a, []), V),
    "quantile several": (lambda a: np.quantile(a, [0.1, 0.8], axis=1), C),
    "quantile matrix": (
        lambda a: np.quantile(a, [[0.0, 0.3], [0.8, 1.0]], axis=(0, 2), keepdims=True),
        C,
    ),
    "quantile array of none": (lambda a: np.quantile(a, np.array(0.3)), V),
    "quantile single": (lambda a: np.quantile(a, np.float32(0.3)), V),
    "quantile integers": (lambda a: np.quantile(whole(a), 0.3), V),
    "quantile out": (into_new(lambda a, out: np.quantile(a, 0.2, 0, out), 3), A),
    "quantile traced": (lambda a, q: np.quantile(a, q), V, np.float64(0.37)),
    "quantile all traced": (lambda a, q: np.quantile(a, q[:2] / 4, axis=1), C, W),
    "quantile traced only": (lambda q: np.quantile(B, q / 4, axis=0), W),
    "quantile weights": (
        lambda a, b: np.quantile(a, 0.3, weights=b, method="inverted_cdf"),
        A,
        B,
    ),
    "quantile weights along": (
        lambda a, b: np.quantile(
            a, [0.2, 0.9], axis=1, weights=b[:3], method="inverted_cdf"
        ),
        C,
        W,
    ),
    "percentile": (lambda a: np.percentile(a, 30), V),
    "percentile several": (lambda a: np.percentile(a, [10, 45.5], axis=0), A),
    "percentile double": (lambda a: np.percentile(a, np.float64(30)), V),
    "percentile integer": (lambda a: np.percentile(a, 30), V),
    "percentile traced": (lambda a, q: np.percentile(a, 20 * q), V, np.float64(1.2)),
    "cov": (lambda a: np.cov(a), A),
    "cov of vector": (lambda a: np.cov(a), V),
    "cov two": (lambda a, b: np.cov(a, b), V, W),
    "cov columns": (lambda a: np.cov(a, rowvar=False, bias=True), A),
    "cov ddof dtype": (lambda a: np.cov(a, ddof=0, dtype=np.float64), A),
    "cov weights": (lambda a, b: np.cov(a, aweights=b[0], fweights=[1, 2, 3]), A, B),
    "cov frequencies": (lambda a: np.cov(a, fweights=np.array([1, 2, 3])), A),
    "corrcoef": (lambda a: np.corrcoef(a), C[0]),
    "corrcoef columns": (lambda a: np.corrcoef(a, rowvar=False), C[:, :, 0].T),
    "corrcoef of vector": (lambda a: np.corrcoef(a), V),
    **{
        f"quantile {method} {q}": (
            lambda a, method=method, q=q: np.quantile(a, q, axis=1, method=method),
            C.reshape(2, 12)[:, :11],
        )
        for method in METHODS
        for q in (0.0, 0.15, 0.5, 1.0)
    },
    **{
        f"nanquantile {method}": (
            lambda a, method=method: np.nanquantile(
                holed(a), [0.0, 0.2, 0.7, 1.0], axis=1, method=method
            ),
            A,
        )
        for method in METHODS
    },
    **{
        f"quantile traced {method}": (
            lambda a, q, method=method: np.quantile(a, q, method=method),
            V,
            np.float64(0.37),
        )
        for method in METHODS
    },
}

MISSING = {
    "nansum": (lambda a: np.nansum(holed(a), axis=0), A),
    "nansum where": (lambda a: np.nansum(holed(a), 1, where=MASK, initial=2), A),
    "nansum integers": (lambda a: np.nansum(whole(a), axis=0), A),
    "nansum keepdims": (lambda a: np.nansum(holed(a), keepdims=True), A),
    "nanprod": (lambda a: np.nanprod(holed(a), axis=1), A),
    "nanmean": (lambda a: np.nanmean(holed(a), axis=1), A),
    "nanmean keepdims": (lambda a: np.nanmean(holed(a), 0, keepdims=True), A),
    "nanmean where": (lambda a: np.nanmean(holed(a), where=MASK), A),
    "nanmean integers": (lambda a: np.nanmean(whole(a)), A),
    "nanvar": (lambda a: np.nanvar(holed(a), axis=1, ddof=1), A),
    "nanvar all": (lambda a: np.nanvar(holed(a)), A),
    "nanvar integers": (lambda a: np.nanvar(whole(a), axis=0), A),
    "nanstd": (lambda a: np.nanstd(holed(a), axis=1, keepdims=True), A),
    "nanmax": (lambda a: np.nanmax(holed(a), axis=0), A),
    "nanmax keepdims": (lambda a: np.nanmax(holed(a), keepdims=True), A),
    "nanmax where": (lambda a: np.nanmax(holed(a), 1, where=MASK, initial=-5), A),
    "nanmax integers": (lambda a: np.nanmax(whole(a), axis=0), A),
    "nanmin": (lambda a: np.nanmin(holed(a), axis=(0, 1)), A),
    "nanargmax": (lambda a: np.nanargmax(holed(a), axis=0), A),
    "nanargmin": (lambda a: np.nanargmin(holed(a), axis=1, keepdims=True), A),
    "nanargmin all": (lambda a: np.nanargmin(holed(a)), A),
    "nancumsum": (lambda a: np.nancumsum(holed(a), axis=1), A),
    "nancumprod": (lambda a: np.nancumprod(holed(a)), A),
    "nanmedian": (lambda a: np.nanmedian(holed(a), axis=1), A),
    "nanmedian all": (lambda a: np.nanmedian(holed(a), keepdims=True), A),
    "nanmedian integers": (lambda a: np.nanmedian(whole(a), axis=0), A),
    "nanquantile": (lambda a: np.nanquantile(holed(a), 0.4, axis=1), A),
    "nanquantile traced": (
        lambda a, q: np.nanquantile(holed(a), q, axis=0),
        A,
        np.array([0.2, 0.7]),
    ),
    "nanpercentile": (lambda a: np.nanpercentile(holed(a), [30, 60]), A),
}

SORTING = {
    "sort": (lambda a: np.sort(a, axis=-2), C),
    "sort flat": (lambda a: np.sort(a, axis=None), C),
    "sort stable": (lambda a: np.sort(a, stable=True), V),
    "sort kind": (lambda a: np.sort(a, kind="heapsort"), V),
    "sort empty": (lambda a: np.sort(a, axis=0), E),
    "sort of list": (lambda a: np.sort([a[3], a[1], 0.1]), V),
    "sort method": (lambda a: (lambda b: (b.sort(axis=0), b)[1])(a * 1), C),
    "argsort": (lambda a: np.argsort(a, axis=1, kind="stable"), C),
    "argsort empty": (lambda a: np.argsort(a), E),
    "partition": (lambda a: np.sort(np.partition(a, 2)[:3]), V),
    "partition kth": (lambda a: np.partition(a, (1, -1), axis=1)[:, [1, -1]], C),
    "partition flat": (lambda a: np.partition(a, 5, axis=None)[5], C),
    "argpartition": (lambda a: np.argpartition(a, 1, axis=0)[1], C),
    "argpartition flat": (lambda a: np.argpartition(a, 4, axis=None)[4], C),
    "lexsort": (lambda a, b: np.lexsort((a, np.round(b + 0.1))), V, W),
    "lexsort array": (lambda a: np.lexsort(a), A),
    "lexsort axis": (lambda a, b: np.lexsort((a, b > 1), axis=0), A, B),
}

ASSOCIATIVE = ("fmax", "fmin", "maximum", "minimum", "hypot", "logaddexp", "logaddexp2",
               "add", "multiply")  # fmt: skip
IN_ORDER = ("subtract", "divide", "power", "float_power", "arctan2", "copysign", "fmod",
            "remainder", "floor_divide", "heaviside")  # fmt: skip
LOGICAL = ("logical_and", "logical_or", "logical_xor")
BITWISE = ("bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm", "left_shift")


def method_cases(names, method, f, *arrays):
    def case(ufunc):
        return (lambda *a: f(ufunc, *a)), *arrays

    return {f"{name}.{method}": case(getattr(np, name)) for name in names}


def integers(a):
    return np.floor(a * 3).astype(int) + 1


FLOATS = ASSOCIATIVE + IN_ORDER
# NumPy's own are wrong along a contiguous axis where it computes in AVX-512:
# np.power.reduce([2.0, 3.0, 2.0]) gives 4.0 there. See the last test.
SOUND = tuple(name for name in FLOATS if name not in {"power", "arctan2"})
SMOOTH = tuple(n for n in SOUND if n not in {"fmod", "remainder", "floor_divide"})
UFUNC_METHODS = {
    **method_cases(FLOATS, "reduce", lambda u, a: u.reduce(a, axis=1), P),
    **method_cases(
        FLOATS, "reduce one", lambda u, a: u.reduce(a[:1], keepdims=True), P
    ),
    **method_cases(
        SOUND, "reduce initial", lambda u, a: u.reduce(a, -1, initial=1.25), P
    ),
    **method_cases(
        SOUND,
        "reduce where",
        lambda u, a: u.reduce(a, 1, where=MASK, initial=1.25, keepdims=True),
        P[:, :, 0],
    ),
    **method_cases(
        ASSOCIATIVE, "reduce axes", lambda u, a: u.reduce(a, (0, 2), keepdims=True), P
    ),
    **method_cases(ASSOCIATIVE, "reduce all", lambda u, a: u.reduce(a, axis=None), P),
    **method_cases(
        ASSOCIATIVE, "reduce dtype", lambda u, a: u.reduce(a, dtype=np.float64), P
    ),
    **method_cases(FLOATS, "accumulate", lambda u, a: u.accumulate(a, axis=-2), P),
    **method_cases(
        SMOOTH, "reduceat", lambda u, a: u.reduceat(a, [0, 3, 1], axis=2), P
    ),
    **method_cases(SMOOTH, "outer", lambda u, a, b: u.outer(a[0] + 0.013, b), P, W),
    **method_cases(
        FLOATS, "at", lambda u, a, b: after_at(u, [3, 0, 3, 3], a, b[:4] + 0.1), W, W
    ),
    **method_cases(
        ("add", "maximum", "power"),
        "at traced",
        lambda u, a, b: after_at(u, np.argsort(b)[:3] // 2, a, b[:3] + 0.1),
        W,
        W,
    ),
    **method_cases(
        ("multiply", "minimum"),
        "at axes",
        lambda u, a, b: after_at(u, (slice(None), [0, 0, 2]), a, b[0]),
        A,
        B,
    ),
    **method_cases(
        ("negative", "exp", "sqrt"), "at", lambda u, a: after_at(u, [1, 0, 1], a), W
    ),
    **method_cases(LOGICAL, "reduce", lambda u, a: u.reduce(a > 0.5, axis=1), C),
    **method_cases(LOGICAL, "reduce floats", lambda u, a: u.reduce(a, axis=0), C),
    **method_cases(LOGICAL, "reduce one", lambda u, a: u.reduce(a[:1]), C),
    **method_cases(LOGICAL, "accumulate", lambda u, a: u.accumulate(a > 0.5, 1), C),
    **method_cases(
        BITWISE, "reduce", lambda u, a: u.reduce(integers(a), axis=1), P[0] / 2
    ),
    **method_cases(
        BITWISE, "accumulate", lambda u, a: u.accumulate(integers(a)), P[0] / 2
    ),
    **method_cases(BITWISE, "outer", lambda u, a: u.outer(integers(a), [1, 2]), P[0]),
    "less.reduce": (lambda a: np.less.reduce(a > 0, axis=1), C),
    "greater.outer": (lambda a, b: np.greater.outer(a, b + 0.1), V, W),
    "add.outer number": (lambda a: np.add.outer(a, 2.0), A),
    "add.outer list": (lambda a: np.add.outer([1.0, 2.0], a), A),
    "add.outer out": (
        lambda a: np.add.outer(a, a, out=np.empty((6, 6), a.dtype)),
        V,
    ),
    "multiply.outer dtype": (lambda a: np.multiply.outer(a, a, dtype=np.float64), V),
    "add.reduce of number": (lambda a: np.add.reduce(a), S),
    "hypot.reduce of number": (lambda a: np.hypot.reduce(a), S),
    "hypot.reduce empty": (lambda a: np.hypot.reduce(a, axis=0), E),
    "fmax.reduce empty rows": (lambda a: np.fmax.reduce(a, axis=1), E),
    "logaddexp.reduce empty": (lambda a: np.logaddexp.reduce(a), E),
    "logaddexp.accumulate empty": (lambda a: np.logaddexp.accumulate(a), E),
    "divide.accumulate empty": (lambda a: np.divide.accumulate(a), E),
    "add.reduce out": (into_new(lambda a, out: np.add.reduce(a, 0, None, out), 3), A),
    "hypot.reduce out": (into_new(lambda a, out: np.hypot.reduce(a, out=out), 3), A),
    "hypot.accumulate out": (
        into_new(lambda a, out: np.hypot.accumulate(a, out=out), (2, 3)),
        A,
    ),
    "add.reduceat out": (
        into_new(lambda a, out: np.add.reduceat(a, [0, 2, 1], 1, out=out), (2, 3)),
        A,
    ),
    "add.reduceat dtype": (lambda a: np.add.reduceat(a > 0, [0, 2], dtype=float), V),
    "add.at number": (lambda a: after_at(np.add, 2, a, 1.5), V),
    "add.at rows": (lambda a, b: after_at(np.add, [0, 0], a, b), A, B),
    "subtract.at traced": (lambda a: after_at(np.subtract, np.argsort(a), a, a), V),
    "add.accumulate integers": (lambda a: np.add.accumulate(a > 0), A),
    "maximum.accumulate booleans": (lambda a: np.maximum.accumulate(a > 1.1, 1), A),
}

EDGES = np.array([-1.0, -0.3, 0.6, 2.0])
HISTOGRAMS = {
    "digitize": (lambda a: np.digitize(a, EDGES), A),
    "digitize falling": (lambda a: np.digitize(a, EDGES[::-1], right=True), A),
    "bincount": (lambda a: np.bincount([0, 2, 2, 1]) * a[0], V),
    "bincount weights": (
        lambda a: np.bincount([0, 2, 2, 5, 1, 0], weights=a, minlength=8),
        V,
    ),
    "histogram": (lambda a: np.histogram(a, bins=4), C),
    "histogram range": (lambda a: np.histogram(a, 5, (-1, 2)), C),
    "histogram edges": (lambda a: np.histogram(a, EDGES), C),
    "histogram weights": (lambda a, b: np.histogram(a, EDGES, weights=b), C, P),
    "histogram density": (
        lambda a, b: np.histogram(a, EDGES, density=True, weights=b),
        C,
        np.round(8 * P) / 8,
    ),
    "histogram of constants": (lambda b: np.histogram(A, 3, weights=b), B),
    "histogram density counts": (lambda a: np.histogram(a, EDGES, density=True), C),
    "histogram level": (lambda a: np.histogram(a * 0 + 1, 3)[0], V),
    "histogram empty": (lambda a: np.histogram(a, 3), E),
    "histogram_bin_edges": (lambda a: np.histogram_bin_edges(a, 3), C),
    "histogram2d": (lambda a, b: np.histogram2d(a, b, [2, 3]), V, W),
    "histogram2d edges": (lambda a, b: np.histogram2d(a, b, EDGES), V + 0.05, 0.9 * W),
    "histogramdd": (
        lambda a, b: np.histogramdd(a, (2, 2), weights=b, density=True),
        np.exp(A.T),
        V[:3] ** 2,
    ),
}

CASES = REDUCTIONS | STATISTICS | MISSING | SORTING | HISTOGRAMS | UFUNC_METHODS
# The infinite has no differences.
INFINITE = {"logaddexp.reduce empty"}


# A Python number takes the dtype of the array that it meets.
NUMBERS = {
    "quantile": lambda q: np.quantile(np.arange(6, dtype=np.float32), q),
    "percentile": lambda q: np.percentile(np.arange(6, dtype=np.float32), 50 * q),
    "median": lambda q: np.median(q) * np.ones(2, np.float32),
    "sum": lambda q: np.sum(np.ones(2, np.float32), initial=q),
    "outer": lambda q: np.add.outer(np.ones(2, np.float32), q),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_floats_are_pythons(name):
    assert_as_numpy(NUMBERS[name], 0.37, ulps=8)


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *in_precision(precision, arrays), ulps=8)


@pytest.mark.parametrize("name", [name for name in CASES if name not in INFINITE])
def test_the_gradient_agrees_with_differences(name):
    f, *arrays = CASES[name]
    assert_derivatives(f, *arrays, order=2 if name in UFUNC_METHODS else 1)


# As methods of arrays.

CALLED = {
    "argpartition": (lambda a: a.argpartition(1, axis=0)[1], C),
    "partition": (lambda a: (lambda b: (b.partition(2), b[2])[1])(a * 1), V),
    "ptp": (lambda a: np.ptp(a, axis=0), A),
    "mean": (lambda a: a.mean(axis=0, where=MASK), A),
    "var": (lambda a: a.var(0, ddof=1, keepdims=True), A),
    "any": (lambda a: (a > 1).any(axis=0, where=MASK), A),
    "min": (lambda a: a.min(initial=-1.5, where=MASK), A),
}


@pytest.mark.parametrize("name", CALLED)
def test_methods_are_numpys(name):
    assert_as_numpy(*CALLED[name], ulps=8)


# Where elements tie, and what is not a number.

T = np.array([1.0, 3.0, 3.0, -2.0])
NANS = np.array([2.0, np.nan, 5.0, np.nan])
SHARES = {
    "max": (np.max, T, [0, 0.5, 0.5, 0]),
    "max initial": (lambda a: np.max(a, initial=3.0), T, [0, 0.25, 0.25, 0]),
    "max masked": (
        lambda a: np.max(a, where=np.array([True, False, True, True]), initial=-9),
        T,
        [0, 0, 1, 0],
    ),
    "median": (np.median, T[1:3], [0.5, 0.5]),
    "median in the middle": (
        np.median,
        np.array([2.0, 1.0, 2.0, 3.0, 2.0]),
        [1 / 3, 0, 1 / 3, 0, 1 / 3],
    ),
    "quantile": (lambda a: np.quantile(a, 0.9), T, [0, 0.5, 0.5, 0]),
    "fmax.reduce": (np.fmax.reduce, T, [0, 0.5, 0.5, 0]),
    "nanmax": (np.nanmax, NANS, [0, 0, 1, 0]),
    "running maximum": (lambda a: np.sum(np.maximum.accumulate(a)), T, [1, 1, 2, 0]),
    "running minimum": (lambda a: np.minimum.accumulate(a)[-2], T, [1, 0, 0, 0]),
    "nansum": (np.nansum, NANS, [1, 0, 1, 0]),
    "nanprod": (np.nanprod, NANS, [5, 0, 2, 0]),
    "nanmean": (np.nanmean, NANS, [0.5, 0, 0.5, 0]),
    "nanvar": (np.nanvar, NANS, [-1.5, 0, 1.5, 0]),
    "nanstd": (np.nanstd, NANS, [-0.5, 0, 0.5, 0]),
    "nanmedian": (np.nanmedian, NANS, [0.5, 0, 0.5, 0]),
    "nancumsum": (lambda a: np.nancumsum(a)[-1], NANS, [1, 0, 1, 0]),
    "logaddexp.reduce of -inf": (
        np.logaddexp.reduce,
        np.array([-np.inf, 0.0, -np.inf]),
        [0, 1, 0],
    ),
    "logaddexp.reduce of the large": (
        np.logaddexp.reduce,
        np.array([800.0, 800.0]),
        [0.5, 0.5],
    ),
    "hypot.reduce of the large": (
        np.hypot.reduce,
        np.array([3e200, 4e200]),
        [0.6, 0.8],
    ),
}


@pytest.mark.parametrize("name", SHARES)
def test_each_element_has_its_share(name):
    f, a, shares = SHARES[name]
    value, slopes = pl.value_and_gradient(f)(a)
    np.testing.assert_allclose(value, f(a), rtol=1e-15)
    np.testing.assert_allclose(slopes, shares, rtol=1e-13, atol=1e-300)


def test_a_nan_makes_the_median_one():
    value, slopes = pl.value_and_gradient(np.median)(NANS)
    assert np.isnan(value)
    np.testing.assert_array_equal(slopes, 0)


def test_the_median_of_no_numbers_is_nan():
    # NumPy warns here that a slice is empty.
    medians = pl.graph(lambda a: np.nanmedian(a[:, :0], axis=1), A)(A)
    np.testing.assert_array_equal(medians, [np.nan, np.nan])


# What NumPy raises is raised while the function is recorded.

WRONG = {
    "sum axis": (lambda a: np.sum(a, axis=2), np.exceptions.AxisError),
    "sum axis twice": (lambda a: np.sum(a, axis=(0, -2)), ValueError),
    "sum where": (lambda a: np.sum(a, where=np.ones((3, 2, 3), bool)), ValueError),
    "max empty": (lambda a: np.max(a[:0]), ValueError),
    "max empty rows": (lambda a: np.max(a[:, :0], axis=1), ValueError),
    "max where": (lambda a: np.max(a, where=a > 0), ValueError),
    "argmax empty": (lambda a: np.argmax(a[:0]), ValueError),
    "mean of number": (lambda a: np.mean(a[0, 0], axis=0), np.exceptions.AxisError),
    "average weights": (lambda a: np.average(a, weights=[1.0, 2.0]), TypeError),
    "average weights shape": (
        lambda a: np.average(a, axis=1, weights=[1.0, 2.0]),
        ValueError,
    ),
    "var two": (lambda a: np.var(a, ddof=1, correction=1), ValueError),
    "cumulative_sum": (lambda a: np.cumulative_sum(a), ValueError),
    "cumsum axis": (lambda a: np.cumsum(a, axis=2), np.exceptions.AxisError),
    "median axis": (lambda a: np.median(a, axis=-3), np.exceptions.AxisError),
    "quantile beyond": (lambda a: np.quantile(a, 1.5), ValueError),
    "percentile below": (lambda a: np.percentile(a, [-1, 3]), ValueError),
    "quantile method": (lambda a: np.quantile(a, 0.5, method="spam"), ValueError),
    "quantile weights": (
        lambda a: np.quantile(a, 0.5, weights=np.ones((2, 3))),
        ValueError,
    ),
    "sort axis": (lambda a: np.sort(a, axis=2), np.exceptions.AxisError),
    "sort kind": (lambda a: np.sort(a, kind="x"), ValueError),
    "partition": (lambda a: np.partition(a, 3), ValueError),
    "cov weights": (lambda a: np.cov(a, aweights=[1.0, 2.0]), RuntimeError),
    "cov ddof": (lambda a: np.cov(a, ddof=0.5), ValueError),
    "digitize": (lambda a: np.digitize(a, [0.0, 2.0, 1.0]), ValueError),
    "histogram bins": (lambda a: np.histogram(a, [1.0, 0.0]), ValueError),
    "histogram none": (lambda a: np.histogram(a, 0), ValueError),
    "histogram weights": (lambda a: np.histogram(a, weights=[1.0]), ValueError),
    "bincount negative": (lambda a: np.bincount([-1], weights=a[0, :1]), ValueError),
    "bincount weights": (lambda a: np.bincount([1], weights=a[0]), ValueError),
    "reduce axes": (lambda a: np.subtract.reduce(a, axis=(0, 1)), ValueError),
    "reduce empty": (lambda a: np.subtract.reduce(a[:0]), ValueError),
    "reduce where": (lambda a: np.divide.reduce(a, where=a > 0), ValueError),
    "reduce comparison": (lambda a: np.less.reduce(a), TypeError),
    "reduce one argument": (lambda a: np.exp.reduce(a), ValueError),
    "accumulate axis": (lambda a: np.hypot.accumulate(a, 2), np.exceptions.AxisError),
    "accumulate number": (lambda a: np.add.accumulate(a[0, 0]), TypeError),
    "reduceat": (lambda a: np.add.reduceat(a, [0, 2]), IndexError),
    "at": (lambda a: np.add.at(a * 1, 2, 1.0), IndexError),
    "at shapes": (lambda a: np.add.at(a * 1, 1, np.ones(2)), ValueError),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    f, error = WRONG[name]
    with pytest.raises(error):
        f(A)
    with pytest.raises(error):
        pl.graph(f, A)


REFUSED = {
    "bincount": (lambda a: np.bincount(whole(a)[0]), "the shape of np.bincount(x)"),
    "histogram auto": (lambda a: np.histogram(a, "auto"), "bins='auto'"),
    "digitize": (lambda a: np.digitize(0.5, a[0]), "bins that is traced"),
    "nanquantile weights": (
        lambda a: np.nanquantile(a, 0.5, weights=B, method="inverted_cdf"),
        "np.nanquantile with weights=",
    ),
    "at mask": (lambda a: np.add.at(a, a > 0, 1), "depends on values"),
    "at outside": (lambda a: np.add.at(B, 0, a[0]), "np.zeros"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded_is_refused(name):
    f, part = REFUSED[name]
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(f, A)
    assert part in str(caught.value)
    assert "test_reductions.py, line " in str(caught.value)


# Any axes, with any options, of any dtype.

ORDINARY = ("sum", "prod", "max", "min", "any", "all", "mean", "var", "std", "median",
            "nansum", "nanmean", "nanmax", "nanvar", "nanmedian")  # fmt: skip
WITH_MASK = {"sum", "prod", "max", "min", "any", "all", "mean", "var", "std", "nansum",
             "nanmean", "nanmax", "nanvar"}  # fmt: skip
# NumPy's nanvar squares in single precision before it sums in double.
WITH_DTYPE = {"sum", "prod", "mean", "var", "std", "nansum", "nanmean"}


@st.composite
def reductions(draw):
    """A reduction with its options, and an array for it."""
    name = draw(st.sampled_from(ORDINARY))
    shape = draw(st.lists(st.integers(1, 4), max_size=4).map(tuple))
    axes = st.integers(-len(shape), len(shape) - 1) if shape else st.nothing()
    several = st.sets(axes.map(lambda i: i % max(len(shape), 1)), min_size=1).map(tuple)
    options = {
        "axis": draw(st.none() | axes | several),
        "keepdims": draw(st.booleans()),
    }
    # NumPy's nanmedian of a number with keepdims is no array of its own shape: ().
    hypothesis.assume(shape or name != "nanmedian")
    seed = np.random.default_rng(draw(st.integers(0, 99)))
    if name in WITH_MASK and draw(st.booleans()):
        options["where"] = seed.random(shape) < 0.9
        options |= {"initial": 0.5} if name in {"max", "min", "nanmax"} else {}
    if name in WITH_DTYPE and draw(st.booleans()):
        options["dtype"] = draw(st.sampled_from([np.float32, np.float64]))
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    return name, options, seed.normal(size=shape).astype(dtype)


@hypothesis.given(reductions())
@hypothesis.settings(max_examples=150)
def test_any_reduction_is_numpys(drawn):
    name, options, a = drawn
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the mean of nothing
        assert_as_numpy(lambda a: getattr(np, name)(a, **options), a, ulps=8, size=1)


@hypothesis.given(
    st.sampled_from(FLOATS),
    st.integers(1, 9),
    st.lists(st.integers(0, 4), min_size=1, max_size=9),
)
@hypothesis.settings(max_examples=60)
def test_any_ufunc_goes_from_one_to_the_next(name, n, places):
    ufunc, a = getattr(np, name), np.linspace(0.6, 1.9, n)
    graph = pl.graph(lambda a: (ufunc.reduce(a), ufunc.accumulate(a)), a)
    one_by_one = list(itertools.accumulate(a.tolist(), ufunc))
    reduced, accumulated = graph(a)
    np.testing.assert_allclose(accumulated, one_by_one, rtol=1e-14)
    np.testing.assert_allclose(reduced, one_by_one[-1], rtol=1e-14)
    b, start = np.linspace(1.1, 1.7, len(places)), np.linspace(0.7, 1.3, 5)
    ours = pl.graph(lambda b: after_at(ufunc, places, start + 0 * b[0], b), b)(b)
    np.testing.assert_allclose(ours, after_at(ufunc, places, start, b), rtol=1e-14)
