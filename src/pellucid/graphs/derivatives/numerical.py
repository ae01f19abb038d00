"""Derivatives of convolutions, windows and the special functions that NumPy has."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.entering import derivative, zero
from pellucid.graphs.operations.shapes import WINDOWS
from pellucid.graphs.tracing.traced import recorded


def convolved_with(position: int) -> Any:
    """Element k of one is met by element n - k of the other: slide it back over g."""

    def rule(g: Any, z: Any, a: Any, v: Any, mode: str = "full") -> Any:
        other = (v, a)[position]
        return np.convolve(_as_full(g, len(a), len(v), mode), other[::-1], "valid")

    return rule


def _as_full(g: Any, n: int, m: int, mode: str) -> Any:
    """The gradient with zeros where a shorter mode has left elements out."""
    before = {"full": 0, "same": (min(n, m) - 1) // 2, "valid": min(n, m) - 1}[mode]
    after = n + m - 1 - len(g) - before
    zeros = [np.zeros(k, g.dtype) for k in (before, after)]
    return g if mode == "full" else np.concatenate([zeros[0], g, zeros[1]])


def windows(g: Any, z: Any, x: Any, window_shape: Any, axis: Any = None) -> Any:
    """An element gets the gradient from every window that it is seen through."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis).tolist()
    along = tuple(int(i) % x.ndim for i in axes)
    return recorded("overlap_add", g, shape=x.shape, axis=along)


def seen_again(g: Any, z: Any, windows: Any, shape: Any, axis: Any) -> Any:
    """A window gets the gradient of all elements that it was added to."""
    sizes = windows.shape[len(shape) :]
    return np.lib.stride_tricks.sliding_window_view(g, sizes, axis)


# (sin y / y)' = -y/3 + y^3/30 - ... : the terms of 2k y^(2k - 1) / (2k + 1)!
TERMS = [(-1) ** k * 2 * k / math.factorial(2 * k + 1) for k in range(1, 11)]


def slope_of_sinc(x: Any, z: Any) -> Any:
    """(cos(pi x) - sinc(x)) / x, and near 0, where that cancels, the series."""
    y = np.pi * x
    small = np.abs(y) < 1
    near = np.where(small, y, 0.0)
    series = np.zeros_like(y)
    for term in reversed(TERMS):
        series = series * near**2 + term
    far = (np.cos(y) - z) / np.where(small, 1.0, x)
    return np.where(small, np.pi * near * series, far)


def slope_of_i0(g: Any, z: Any, x: Any) -> Any:
    """I0' = I1; Abramowitz & Stegun, 9.6.27."""
    from scipy import special

    return g * special.i1(x)


# fmt: off
derivative("convolve", convolved_with(0), convolved_with(1))
derivative(WINDOWS,    windows)
derivative("overlap_add", seen_again)
derivative("sinc",     lambda g, z, x: g * slope_of_sinc(x, z))
derivative("i0",       slope_of_i0)
zero("searchsorted")
# fmt: on
