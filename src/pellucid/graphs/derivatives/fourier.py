"""Derivatives of Fourier transforms: each is linear, and its matrix is symmetric."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.derivatives.entering import derivative
from pellucid.graphs.functions.fourier import OPPOSITE


def resized(g: Any, n: int, axis: int) -> Any:
    """The first n elements along an axis, with zeros where there are fewer."""
    missing = n - g.shape[axis]
    if missing <= 0:
        return g[(slice(None),) * (axis % g.ndim) + (slice(n),)] if missing else g
    shape = list(g.shape)
    shape[axis] = missing
    return np.concatenate([g, np.zeros(shape, g.dtype)], axis=axis)


def again(transform: Any) -> Any:
    """The transposed matrix is the matrix itself."""

    def rule(
        g: Any, z: Any, x: Any, n: Any = None, axis: int = -1, norm: Any = None
    ) -> Any:
        return resized(transform(g, axis=axis, norm=norm), x.shape[axis], axis)

    return rule


def half_spectrum(
    g: Any, z: Any, x: Any, n: Any = None, axis: int = -1, norm: Any = None
) -> Any:
    """The first rows of that matrix, transposed: the gradient with zeros behind it."""
    n = x.shape[axis] if n is None else n
    return resized(np.fft.fft(g, n, axis, norm), x.shape[axis], axis)


def both_sides(
    g: Any, z: Any, x: Any, n: Any = None, axis: int = -1, norm: Any = None
) -> Any:
    """Every frequency counts twice, as its mirror image is not stored, but the ends.

    z_j = (1/n) sum_k w_k Re(x_k exp(2 pi i j k / n)): of the real z both parts of x.
    """
    n = z.shape[axis]
    spectrum = np.fft.rfft(g, axis=axis, norm=OPPOSITE[norm])
    times = np.full(spectrum.shape[axis], 2, g.dtype)
    times[0] = 1
    if n % 2 == 0:
        times[-1] = 1
    times = np.reshape(times, (-1, *(1,) * (g.ndim - 1 - axis % g.ndim)))
    return resized(times * spectrum, x.shape[axis], axis)


# fmt: off
derivative("fft.fft",   again(np.fft.fft))
derivative("fft.ifft",  again(np.fft.ifft))
derivative("fft.rfft",  half_spectrum)
derivative("fft.irfft", both_sides)
# fmt: on
