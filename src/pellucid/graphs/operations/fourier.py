"""Discrete Fourier transforms along one axis."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import Abstract, Result, operation
from pellucid.graphs.operations.kinds import CONSTANT, FLOATS, mixes


def _infer(
    function: Callable[..., Any], length: Callable[[int], int], default: Any,
    arguments: list[Abstract], n: Any = None, axis: int = -1, norm: Any = None,
) -> Result:  # fmt: skip
    """The axis gets another length; the dtype is NumPy's."""
    shape, dtype = arguments[0]
    axis = np.lib.array_utils.normalize_axis_index(axis, len(shape))
    n = default(shape[axis]) if n is None else n
    if n < 1:
        raise ValueError(f"Invalid number of FFT data points ({n}) specified.")
    sizes = (*shape[:axis], length(n), *shape[axis + 1 :])
    return sizes, _dtype(function, dtype)


@functools.lru_cache(maxsize=64)
def _dtype(function: Callable[..., Any], dtype: Any) -> np.dtype[Any]:
    trial: np.dtype[Any] = function(np.ones(2, dtype)).dtype
    return trial


# name: the length of the result for n points, and n for an axis of the argument
LENGTHS: dict[str, tuple[Callable[[int], int], Callable[[int], int]]] = {
    "fft": (lambda n: n, lambda size: size),
    "ifft": (lambda n: n, lambda size: size),
    "rfft": (lambda n: n // 2 + 1, lambda size: size),
    "irfft": (lambda n: n, lambda size: 2 * (size - 1)),
}

for _name, _lengths in LENGTHS.items():
    _function = getattr(np.fft, _name)
    _rule = functools.partial(_infer, _function, *_lengths)
    operation(f"fft.{_name}", _function, mixes(CONSTANT, FLOATS), _rule)
