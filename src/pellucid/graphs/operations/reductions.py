"""Reductions and scans: elements along axes become one, or a running one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import (
    Abstract,
    Result,
    by_trial,
    operation,
    reduced_shape,
)
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    CONSTANT,
    EXTREME,
    GIVEN,
    KINKED,
    NONE,
    RESULT,
    Zero,
    reduces,
    scans,
)


@functools.lru_cache(maxsize=1024)
def _reduced_dtype(function: Callable[..., Any], dtype: Any) -> np.dtype[Any]:
    return np.asarray(function(np.ones(1, dtype))).dtype


def _infer_reduction(
    function: Callable[..., Any],
    arguments: list[Abstract],
    axis: Any = None,
    keepdims: bool = False,
) -> Result:
    shape, dtype = arguments[0]
    return reduced_shape(shape, axis, keepdims), _reduced_dtype(function, dtype)


for _name, _facts in {
    "sum": reduces(CONSTANT, RESULT), "mean": reduces(CONSTANT, RESULT),
    "prod": reduces(BOUNDED, RESULT).with_zero(Zero.TERMS),
    "max": EXTREME.with_zero(Zero.TERMS), "min": EXTREME, "median": EXTREME,
    "any": reduces(NONE, GIVEN), "all": reduces(NONE, GIVEN),
    "nanargmax": reduces(NONE, GIVEN), "nanargmin": reduces(NONE, GIVEN),
}.items():  # fmt: skip
    _function = getattr(np, _name)
    operation(_name, _function, _facts,
              functools.partial(_infer_reduction, _function))  # fmt: skip


def _infer_place(
    function: Callable[..., Any], arguments: list[Abstract], axis: Any = None,
    keepdims: bool = False,
) -> Result:  # fmt: skip
    shape, _ = arguments[0]
    if not shape or 0 in shape:
        tried: Result = by_trial(function, arguments, axis=axis, keepdims=keepdims)
        return tried
    return reduced_shape(shape, axis, keepdims), np.dtype(np.intp)


def _infer_scan(
    function: Callable[..., Any], arguments: list[Abstract], axis: int
) -> Result:
    shape, dtype = arguments[0]
    if not shape:
        tried: Result = by_trial(function, arguments, axis=axis)
        return tried
    np.lib.array_utils.normalize_axis_index(axis, len(shape))
    return shape, _reduced_dtype(function, dtype)


for _name, _facts, _rule in (
    ("argmax", reduces(NONE, GIVEN), _infer_place),
    ("argmin", reduces(NONE, GIVEN), _infer_place),
    ("cumsum", scans(CONSTANT, RESULT), _infer_scan),
    ("cumprod", scans(BOUNDED, RESULT), _infer_scan),
):
    _function = getattr(np, _name)
    operation(_name, _function, _facts, functools.partial(_rule, _function))


def _infer_reduce(
    arguments: list[Abstract], axis: Any = 0, keepdims: bool = False
) -> Result:
    shape, dtype = arguments[0]
    return reduced_shape(shape, axis, keepdims), np.dtype(dtype)


def _infer_accumulate(arguments: list[Abstract], axis: int = 0) -> Result:
    shape, dtype = arguments[0]
    return shape, np.dtype(dtype)


RUNNING = scans(KINKED, RESULT)
operation("fmax.reduce", np.fmax.reduce, EXTREME, _infer_reduce)
operation("fmin.reduce", np.fmin.reduce, EXTREME, _infer_reduce)
operation("maximum.accumulate", np.maximum.accumulate, RUNNING, _infer_accumulate)
operation("minimum.accumulate", np.minimum.accumulate, RUNNING, _infer_accumulate)


def _infer_quantile(
    arguments: list[Abstract], q: Any, axis: Any = None, keepdims: bool = False,
    method: Any = "linear",
) -> Result:  # fmt: skip
    shape, dtype = arguments[0]
    made = np.quantile(np.ones(1, dtype), q, method=method).dtype
    return np.shape(q) + reduced_shape(shape, axis, keepdims), made


operation("quantile", np.quantile, EXTREME, _infer_quantile)
