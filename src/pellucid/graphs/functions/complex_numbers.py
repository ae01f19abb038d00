"""Complex numbers inside a function of real ones: parts and angles."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import recorded_as
from pellucid.graphs.tracing.traced import FUNCTIONS


@recorded_as(np.real)
def real(val: Any) -> Any:
    """The real part."""
    return val.real


@recorded_as(np.imag)
def imag(val: Any) -> Any:
    """The imaginary part."""
    return val.imag


@recorded_as(np.angle)
def angle(z: Any, deg: bool = False) -> Any:
    """The angle from the positive real axis, in radians or degrees."""
    result = np.arctan2(z.imag, z.real)
    return result * (180 / np.pi) if deg else result


@recorded_as(np.iscomplex)
def iscomplex(x: Any) -> Any:
    """Where the imaginary part is not 0."""
    return np.not_equal(x.imag, 0)


@recorded_as(np.isreal)
def isreal(x: Any) -> Any:
    """Where the imaginary part is 0."""
    return np.equal(x.imag, 0)


FUNCTIONS[np.iscomplexobj] = lambda x: x.dtype.kind == "c"
FUNCTIONS[np.isrealobj] = lambda x: x.dtype.kind != "c"
