"""Products of vectors, matrices and arrays."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import (
    Abstract,
    Result,
    Shape,
    broadcast,
    operation,
)
from pellucid.graphs.operations.kinds import PRODUCT, RESULT, Zero, mixes


def _infer_dot(arguments: list[Abstract]) -> Result:
    (a, s), (b, t) = arguments
    if not a or not b:
        shape = a or b
    else:
        k = -2 if len(b) > 1 else -1
        _aligned("dot", a, b, a[-1], b[k])
        shape = a[:-1] + tuple(np.delete(b, k).tolist())
    return shape, np.result_type(s, t)


def _infer_matmul(arguments: list[Abstract]) -> Result:
    (a, s), (b, t) = arguments
    if not a or not b:
        raise ValueError("matmul: a number has no rows and columns; multiply with *")
    _aligned("matmul", a, b, a[-1], b[-2 if len(b) > 1 else -1])
    stack = broadcast((a[:-2], b[:-2]))
    shape = stack + (a[-2:-1] if len(a) > 1 else ()) + (b[-1:] if len(b) > 1 else ())
    return shape, _matmul_dtype(s, t)


@functools.lru_cache(maxsize=256)
def _matmul_dtype(s: Any, t: Any) -> np.dtype[Any]:
    return np.result_type(s, t)


def _aligned(name: str, a: Shape, b: Shape, columns: int, rows: int) -> None:
    if columns != rows:
        message = (
            f"{name}: shapes {a} and {b} are not aligned: {columns} against {rows}"
        )
        raise ValueError(message)


SUMS = mixes(PRODUCT, RESULT).with_zero(Zero.TERMS)
operation("matmul", np.matmul, SUMS, _infer_matmul)
operation("dot", np.dot, SUMS, _infer_dot)
operation("einsum", lambda *arrays, subscripts, optimize=False:
          np.einsum(subscripts, *arrays, optimize=optimize),
          SUMS)  # fmt: skip
operation("convolve", np.convolve, mixes(PRODUCT, RESULT))
