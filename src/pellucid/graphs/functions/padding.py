"""Margins around an array: for each axis what stands before it and what after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import cast, recorded_as
from pellucid.graphs.functions.joining import picked
from pellucid.graphs.functions.shapes import fixed
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.refusals import refused
from pellucid.graphs.tracing.traced import Traced

Width = tuple[int, int]


@recorded_as(np.pad)
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """A margin around the array: numbers, or what its own elements give."""
    if callable(mode):
        refused("np.pad with a function as its mode")
    # NumPy says what is wrong with the options, on one element.
    plain = {k: 0 if isinstance(v, Traced) else v for k, v in kwargs.items()}
    np.pad(np.ones((1,) * array.ndim), 0, mode, **plain)
    widths = _widths(pad_width, array.ndim)
    options = {key: _pairs(value, array.ndim) for key, value in kwargs.items()}
    for axis, width in enumerate(widths):
        if width != (0, 0):
            of_axis = {key: pairs[axis] for key, pairs in options.items()}
            array = MODES[mode](array, axis, width, **of_axis)
    return array if any(map(any, widths)) else np.copy(array)


def _widths(pad_width: Any, ndim: int) -> list[Width]:
    """How much before and after each axis."""
    if isinstance(pad_width, dict):
        pad_width = _by_axis(pad_width, ndim)
    widths = np.asarray(fixed(pad_width))
    if widths.dtype.kind not in "iu":
        raise TypeError("`pad_width` must be of integral type.")
    if np.any(widths < 0):
        raise ValueError("index can't contain negative values")
    return [(int(a), int(b)) for a, b in np.broadcast_to(widths, (ndim, 2))]


def _by_axis(pad_width: dict[int, Any], ndim: int) -> list[Any]:
    """The widths of the axes that are named, 0 for the others."""
    widths: list[Any] = [(0, 0)] * ndim
    for axis, width in pad_width.items():
        widths[axis] = width if np.ndim(width) else (width, width)
    return widths


def _pairs(value: Any, ndim: int) -> Any:
    """An option for before and after each axis."""
    if value is None or isinstance(value, str):
        return [value] * ndim
    return np.broadcast_to(creation.asarray(value), (ndim, 2))


# -- each mode along one axis ---------------------------------------------------------


def _around(before: Any, a: Any, after: Any, axis: int) -> Any:
    parts = [cast(part, a.dtype) for part in (before, a, after)]
    return np.concatenate([p for p in parts if p.shape[axis]], axis=axis)


def _repeated(layer: Any, a: Any, n: int, axis: int) -> Any:
    """A layer of length 1, or a number, n times along an axis of `a`."""
    shape = (*a.shape[:axis], n, *a.shape[axis + 1 :])
    if not isinstance(layer, Traced):
        return creation.full(shape, np.asarray(layer, a.dtype).item(), a.dtype)
    return np.broadcast_to(cast(layer, a.dtype), shape)


def _layer(a: Any, start: int, stop: int | None, axis: int) -> Any:
    return a[(slice(None),) * axis + (slice(start, stop),)]


def _constant(a: Any, axis: int, width: Width, constant_values: Any = (0, 0)) -> Any:
    before, after = (_repeated(constant_values[i], a, width[i], axis) for i in (0, 1))
    return _around(before, a, after, axis)


def _empty(a: Any, axis: int, width: Width) -> Any:
    shapes = [(*a.shape[:axis], n, *a.shape[axis + 1 :]) for n in width]
    before, after = (creation.empty(shape, a.dtype) for shape in shapes)
    return _around(before, a, after, axis)


def _edge(a: Any, axis: int, width: Width) -> Any:
    before = _repeated(_layer(a, 0, 1, axis), a, width[0], axis)
    after = _repeated(_layer(a, -1, None, axis), a, width[1], axis)
    return _around(before, a, after, axis)


def _linear_ramp(a: Any, axis: int, width: Width, end_values: Any = (0, 0)) -> Any:
    """Evenly spaced numbers from the ends to the edges."""
    options: Any = {"endpoint": False, "dtype": a.dtype, "axis": axis}
    first, last = a[(slice(None),) * axis + (0,)], a[(slice(None),) * axis + (-1,)]
    before = creation.linspace(end_values[0], first, width[0], **options)
    after = creation.linspace(end_values[1], last, width[1], **options)
    return _around(before, a, np.flip(after, axis), axis)


def _statistic(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a reduction gives of the elements next to each edge."""

    def mode(a: Any, axis: int, width: Width, stat_length: Any = None) -> Any:
        n = a.shape[axis]
        lengths = (n, n) if stat_length is None else stat_length
        left, right = (min(int(length), n) for length in lengths)
        chunks = _layer(a, 0, left, axis), _layer(a, n - right, n, axis)
        values = [_rounded(function(c, axis, keepdims=True), a) for c in chunks]
        before, after = (
            _repeated(value, a, w, axis) for value, w in zip(values, width, strict=True)
        )
        return _around(before, a, after, axis)

    return mode


def _rounded(value: Any, a: Any) -> Any:
    """A mean of integers as the nearest integer."""
    return np.round(value) if a.dtype.kind in "iu" else value


def _mirrored(mode: str) -> Callable[..., Any]:
    """The array's own elements, in the order in which NumPy pads their places."""

    def pad_axis(a: Any, axis: int, width: Width, reflect_type: Any = "even") -> Any:
        if reflect_type == "odd":
            return _odd(a, axis, width, mode)
        places = np.pad(np.arange(a.shape[axis]), width, mode)  # type: ignore
        return picked(a, places, axis)

    return pad_axis


def _odd(a: Any, axis: int, width: Width, mode: str) -> Any:
    """Mirrored in the point of the edge too: twice the edge less what is mirrored."""
    period = a.shape[axis] - (mode == "reflect")
    left, right = width
    while period and (left or right):
        whole = (a.shape[axis] - (mode == "reflect")) // period * period
        near = (min(left, whole), min(right, whole))
        mirrored = _mirrored(mode)(a, axis, near)
        n = mirrored.shape[axis]
        before = 2 * _layer(a, 0, 1, axis) - _layer(mirrored, 0, near[0], axis)
        after = 2 * _layer(a, -1, None, axis) - _layer(mirrored, n - near[1], n, axis)
        a = _around(before, a, after, axis)
        left, right = left - near[0], right - near[1]
    return a if period else _edge(a, axis, width)


MODES: dict[str, Callable[..., Any]] = {
    "constant": _constant,
    "empty": _empty,
    "edge": _edge,
    "linear_ramp": _linear_ramp,
    "maximum": _statistic(np.max),
    "minimum": _statistic(np.min),
    "mean": _statistic(np.mean),
    "median": _statistic(np.median),
    "reflect": _mirrored("reflect"),
    "symmetric": _mirrored("symmetric"),
    "wrap": _mirrored("wrap"),
}
