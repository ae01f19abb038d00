"""Complex numbers inside a function of real ones: parts, conjugates, angles."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import recorded_as
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.attributes import TracedScalar
from pellucid.graphs.tracing.memory import WRITTEN_BACK
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import FUNCTIONS, Traced, recorded, viewed


def is_complex(x: Any) -> bool:
    """Whether a value is complex by its dtype."""
    return bool(np.iscomplexobj(x))


def _real(x: Any) -> Any:
    """The real part, a view; of real numbers, themselves."""
    return _part("real", x) if is_complex(x) else x


def _imag(x: Any) -> Any:
    """The imaginary part, a view; of real numbers, 0."""
    return _part("imag", x) if is_complex(x) else np.zeros_like(x)


def _part(name: str, x: Any) -> Any:
    """A view of an array's parts; of a number, a number."""
    return viewed(name, x) if x.mutable else recorded(name, x)


def _write_real(x: Any, value: Any) -> None:
    """Put another real part into an array."""
    _real(x)[...] = value


def _write_imag(x: Any, value: Any) -> None:
    """Put another imaginary part into an array."""
    if not is_complex(x):
        raise TypeError("array does not have imaginary part to set")
    _imag(x)[...] = value


Traced.real = property(_real, _write_real)  # type: ignore[attr-defined]
Traced.imag = property(_imag, _write_imag)  # type: ignore[attr-defined]


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


def _conjugate(self: Any) -> Any:
    """The imaginary part with the other sign; real numbers stay as they are."""
    return recorded("conjugate", self) if is_complex(self) else self


Traced.conjugate = _conjugate  # type: ignore[attr-defined]
TracedScalar.conj = _conjugate  # type: ignore[attr-defined]


# -- the whole after one of its parts has been written --------------------------------


def _with_real(recorder: Recorder, whole: Node, part: Node, _: Any) -> Node:
    return _joined(recorder, part, recorder.record("imag", (whole,)))


def _with_imag(recorder: Recorder, whole: Node, part: Node, _: Any) -> Node:
    return _joined(recorder, recorder.record("real", (whole,)), part)


def _joined(recorder: Recorder, x: Node, y: Node) -> Node:
    """The numbers x + iy."""
    return recorder.record("add", (x, recorder.record("multiply", (1j, y))))


WRITTEN_BACK["real"], WRITTEN_BACK["imag"] = _with_real, _with_imag
