"""Discrete Fourier transforms: four along one axis, the others as compositions of them.

z_k = sum_j x_j exp(-2 pi i j k / n); `norm` says which of the two directions is divided
by n ("backward", the inverse one, unless told otherwise) or both by its root ("ortho").
Cooley & Tukey, "An algorithm for the machine calculation of complex Fourier series"
(1965).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import Function, given, into
from pellucid.graphs.operations.fourier import LENGTHS
from pellucid.graphs.tracing.traced import FUNCTIONS, recorded

# What divides the opposite direction.
OPPOSITE: dict[Any, Any] = {None: "forward", "backward": "forward", "ortho": "ortho",
            "forward": "backward"}  # fmt: skip


def _transform(name: str) -> Function:
    """A transform along one axis, as an operation."""

    def implementation(
        a: Any, n: Any = None, axis: Any = -1, norm: Any = None, out: Any = None
    ) -> Any:
        n = None if n is None else int(n)
        axis = None if axis == -1 else int(axis)
        if norm not in OPPOSITE:
            raise ValueError(
                f"Invalid norm value {norm}; should be 'backward', 'ortho' or "
                "'forward'."
            )
        options = given(n=n, norm=norm)
        options |= {} if axis is None else {"axis": axis}
        return into(out, recorded(f"fft.{name}", a, **options))

    return implementation


for _name in LENGTHS:
    FUNCTIONS[getattr(np.fft, _name)] = _transform(_name)


def hfft(
    a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None
) -> Any:
    """The transform of half of a signal whose other half is its conjugate: real."""
    n = (a.shape[axis] - 1) * 2 if n is None else n
    return np.fft.irfft(np.conj(a), n, axis, OPPOSITE[norm], out=out)


def ihfft(
    a: Any, n: Any = None, axis: int = -1, norm: Any = None, out: Any = None
) -> Any:
    """The half that `hfft` starts from."""
    return into(out, np.conj(np.fft.rfft(a, n, axis, OPPOSITE[norm])))


# -- several axes, one after another --------------------------------------------------


def _sizes_and_axes(
    a: Any, s: Any, axes: Any, halved: bool = False
) -> tuple[list[Any], list[int]]:
    """A length for each axis; as NumPy does, the last axes where only s is given."""
    if axes is None:
        count = np.ndim(a) if s is None else len(s)
        axes = range(-count, 0)
    axes = [int(axis) for axis in axes]
    sizes = [np.shape(a)[axis] for axis in axes] if s is None else list(s)
    if len(sizes) != len(axes):
        raise ValueError("Shape and axes have different lengths.")
    if s is None and halved:
        sizes[-1] = 2 * (sizes[-1] - 1)
    sizes = [np.shape(a)[i] if n == -1 else n for n, i in zip(sizes, axes, strict=True)]
    return sizes, axes


def _over_axes(one: Any) -> Function:
    """A complex transform over several axes, the last one first."""

    def implementation(
        a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None
    ) -> Any:
        sizes, axes = _sizes_and_axes(a, s, axes)
        for n, axis in reversed(list(zip(sizes, axes, strict=True))):
            a = one(a, n=n, axis=axis, norm=norm)
        return into(out, a)

    return implementation


def rfftn(
    a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None
) -> Any:
    """The real transform over the last axis, the complex one over the others."""
    sizes, axes = _sizes_and_axes(a, s, axes)
    a = np.fft.rfft(a, sizes[-1], axes[-1], norm)
    for n, axis in reversed(list(zip(sizes[:-1], axes[:-1], strict=True))):
        a = np.fft.fft(a, n, axis, norm)
    return into(out, a)


def irfftn(
    a: Any, s: Any = None, axes: Any = None, norm: Any = None, out: Any = None
) -> Any:
    """The inverse complex transform over all axes but the last, which becomes real."""
    sizes, axes = _sizes_and_axes(a, s, axes, halved=True)
    for n, axis in zip(sizes[:-1], axes[:-1], strict=True):
        a = np.fft.ifft(a, n, axis, norm)
    return into(out, np.fft.irfft(a, sizes[-1], axes[-1], norm))


def _of_plane(over_axes: Function) -> Function:
    """The same over the last two axes."""

    def implementation(
        a: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None, out: Any = None
    ) -> Any:
        return over_axes(a, s, axes, norm, out)

    return implementation


def _shifted(sign: int) -> Function:
    """Frequency 0 from the start to the middle, or back."""

    def implementation(x: Any, axes: Any = None) -> Any:
        axes = range(np.ndim(x)) if axes is None else np.atleast_1d(axes).tolist()
        shifts = tuple(sign * (np.shape(x)[axis] // 2) for axis in axes)
        return np.roll(x, shifts, tuple(axes))

    return implementation


FUNCTIONS.update({
    np.fft.hfft: hfft, np.fft.ihfft: ihfft,
    np.fft.fftn: _over_axes(np.fft.fft), np.fft.ifftn: _over_axes(np.fft.ifft),
    np.fft.fft2: _of_plane(_over_axes(np.fft.fft)),
    np.fft.ifft2: _of_plane(_over_axes(np.fft.ifft)),
    np.fft.rfftn: rfftn, np.fft.irfftn: irfftn,
    np.fft.rfft2: _of_plane(rfftn), np.fft.irfft2: _of_plane(irfftn),
    np.fft.fftshift: _shifted(1), np.fft.ifftshift: _shifted(-1),
})  # fmt: skip
