"""The Euclidean norm, right also where squares are out of range."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import (
    Abstract,
    Result,
    operation,
    reduced_axes,
    reduced_shape,
)
from pellucid.graphs.operations.elementwise import real_part
from pellucid.graphs.operations.kinds import KINKED, RESULT, reduces


def norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """The root of the sum of squares, where the squares themselves are out of range."""
    x = np.asarray(x)
    x = x if x.dtype.kind in "fc" else x.astype(float)
    with np.errstate(over="ignore", under="ignore"):
        z = _plain_norm(x, axis, keepdims)
        info = np.finfo(z.dtype)
        fits = (z > np.sqrt(info.tiny) / info.eps) & (z < np.inf)
        return z if np.all(fits) else np.where(fits, z, _scaled(x, axis, keepdims))[()]


def _plain_norm(x: Any, axis: Any, keepdims: bool) -> Any:
    if axis is None and not keepdims:
        return np.linalg.norm(x)
    squares = (x.conj() * x).real if x.dtype.kind == "c" else x * x
    return np.sqrt(np.sum(squares, axis=axis, keepdims=keepdims))


def _scaled(x: Any, axis: Any, keepdims: bool) -> Any:
    """The same with the largest element scaled to about 1, by a power of 2."""
    if not x.size:
        return _plain_norm(x, axis, keepdims)
    largest = np.max(np.abs(x), axis=axis, keepdims=True)
    usual = (largest > 0) & (largest < np.inf)
    _, power = np.frexp(np.where(usual, largest, 1))
    # In two halves: the power itself may be out of range.
    half = power // 2
    near = x * np.ldexp(largest.dtype.type(1), -half)
    near = near * np.ldexp(largest.dtype.type(1), half - power)
    z = np.sqrt(np.sum(np.square(np.abs(near)), axis=axis, keepdims=True))
    z = np.ldexp(z, power)
    return z if keepdims else np.squeeze(z, reduced_axes(x.ndim, axis))


def _infer_norm(
    arguments: list[Abstract], axis: Any = None, keepdims: bool = False
) -> Result:
    shape, dtype = arguments[0]
    return reduced_shape(shape, axis, keepdims), real_dtype(dtype)


def real_dtype(dtype: Any) -> np.dtype[Any]:
    """The dtype of a size: of complex numbers real, of integers double precision."""
    dtype = np.dtype(dtype)
    return real_part(dtype) if dtype.kind in "fc" else np.dtype(float)


operation("norm", norm, reduces(KINKED, RESULT), _infer_norm)
