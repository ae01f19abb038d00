"""Numerical work on sampled functions: differences, integrals, interpolation."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, cast, recorded_as
from pellucid.graphs.functions.shapes import axis_of
from pellucid.graphs.tracing.traced import Traced, recorded

# -- differences ----------------------------------------------------------------------


def _part(a: Any, start: int | None, stop: int | None, axis: int) -> Any:
    """A slice along one axis."""
    return a[(slice(None),) * axis + (slice(start, stop),)]


@recorded_as(np.diff)
def diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = np._NoValue,
    append: Any = np._NoValue,
) -> Any:  # fmt: skip
    """Each element less the one before, n times."""
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    a = as_traced(a)
    if n == 0:
        return a
    if a.ndim == 0:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = axis_of(axis, a)
    parts = [*_end(prepend, a, axis), a, *_end(append, a, axis)]
    a = np.concatenate(parts, axis) if len(parts) > 1 else a
    less = np.not_equal if a.dtype == bool else np.subtract
    for _ in range(n):
        a = less(_part(a, 1, None, axis), _part(a, None, -1, axis))
    return a


def _end(value: Any, a: Any, axis: int) -> list[Any]:
    """What stands before or after the array: none, or one; a number fills a layer."""
    if value is np._NoValue:
        return []
    value = as_traced(value)
    if value.ndim == 0:
        value = np.broadcast_to(value, (*a.shape[:axis], 1, *a.shape[axis + 1 :]))
    return [value]


@recorded_as(np.ediff1d)
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """The differences of all elements in a row, between given ends."""
    steps = np.diff(np.ravel(as_traced(ary)))
    parts = [_same_kind(to_begin, steps), steps, _same_kind(to_end, steps)]
    given = [part for part in parts if part is not None]
    return steps if len(given) == 1 else np.concatenate(given)


def _same_kind(end: Any, steps: Any) -> Any:
    if end is None:
        return None
    end = np.ravel(as_traced(end))
    if not np.can_cast(end.dtype, steps.dtype, "same_kind"):
        raise TypeError("dtype of `to_end` must be compatible with input `ary`")
    return cast(end, steps.dtype)


@recorded_as(np.gradient)
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes by differences: central inside, one-sided at the ends."""
    f = as_traced(f)
    along = range(f.ndim) if axis is None else axis if np.ndim(axis) else (axis,)
    axes = [axis_of(i, f) for i in along]
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    steps = _steps(varargs, len(axes))
    f = f if f.dtype.kind in "fc" else cast(f, float)
    slopes = tuple(
        _slopes(f, i, _spacing(step, f.shape[i]), edge_order)
        for i, step in zip(axes, steps, strict=True)
    )
    return slopes[0] if len(slopes) == 1 else slopes


def _steps(varargs: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    """What was said of the spacing of each axis."""
    if len(varargs) in (0, 1) and all(np.ndim(v) == 0 for v in varargs):
        return (varargs or (1.0,)) * n
    if len(varargs) != n:
        raise TypeError("invalid number of arguments")
    return varargs


def _spacing(step: Any, n: int) -> Any:
    """The step, one or many, from what is a step or coordinates."""
    if np.ndim(step) == 0:
        return step
    if np.ndim(step) != 1 or np.shape(step) != (n,):
        raise ValueError("distances must be scalars, or 1d matching their dimension")
    step = as_traced(step)
    return np.diff(step if step.dtype.kind == "f" else cast(step, float))


def _slopes(f: Any, axis: int, h: Any, edge_order: int) -> Any:
    if f.shape[axis] < edge_order + 1:
        message = "Shape of array too small to calculate a numerical gradient, "
        raise ValueError(message + "at least (edge_order + 1) elements are required.")
    f = np.moveaxis(f, axis, -1)
    if np.ndim(h) == 0:
        inside = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
        h = [h] * 4
    else:
        inside = _uneven(f, h[:-1], h[1:])
    if edge_order == 1:
        first = (f[..., 1:2] - f[..., :1]) / h[0]
        last = (f[..., -1:] - f[..., -2:-1]) / h[-1]
    else:
        first = _end_slope(f[..., :3], h[0], h[1])
        last = -_end_slope(f[..., :-4:-1], h[-1], h[-2])
    made = np.concatenate([first, inside, last], axis=-1)
    return np.moveaxis(cast(made, f.dtype), -1, axis)


def _uneven(f: Any, h: Any, k: Any) -> Any:
    """The slope of the parabola through three points with steps h and k."""
    a, b, c = -k / (h * (h + k)), (k - h) / (h * k), h / (k * (h + k))
    return a * f[..., :-2] + b * f[..., 1:-1] + c * f[..., 2:]


def _end_slope(f: Any, h: Any, k: Any) -> Any:
    """The slope at its first point of the parabola through three."""
    a, b, c = -(2.0 * h + k) / (h * (h + k)), (h + k) / (h * k), -h / (k * (h + k))
    return a * f[..., :1] + b * f[..., 1:2] + c * f[..., 2:3]


# -- integrals and sums of products ---------------------------------------------------


@recorded_as(np.trapezoid)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The area under straight lines between the points."""
    y = as_traced(y)
    axis = axis_of(axis, y)
    if x is not None:
        x = as_traced(x)
        dx = np.diff(x, axis=0 if x.ndim == 1 else axis)
        if x.ndim == 1:
            dx = np.reshape(dx, (-1, *(1,) * (y.ndim - axis - 1)))
    heights = _part(y, 1, None, axis) + _part(y, None, -1, axis)
    return np.sum(dx * heights / 2.0, axis=axis)


MODES = {"v": "valid", "s": "same", "f": "full"}


@recorded_as(np.convolve)
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The sums of products a[k] v[n - k]."""
    a, v = np.atleast_1d(as_traced(a)), np.atleast_1d(as_traced(v))
    options: dict[str, Any] = {} if mode == "full" else {"mode": MODES.get(mode, mode)}
    return recorded("convolve", a, v, **options)


@recorded_as(np.correlate)
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The sums of products a[n + k] v[k], of the conjugate of v."""
    a, v = as_traced(a), as_traced(v)
    v = np.conjugate(v) if v.dtype.kind == "c" else v
    if len(v) > len(a):  # NumPy slides the shorter one, and turns what it gets
        return np.convolve(v, a[::-1], mode)[::-1]  # type: ignore[call-overload]
    return np.convolve(a, v[::-1], mode)  # type: ignore[call-overload]


# -- interpolation --------------------------------------------------------------------


@recorded_as(np.interp)
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """Straight lines through points, whose coordinates increase."""
    x, xp, fp = (_double(a) for a in (x, xp, fp))
    if xp.ndim != 1 or xp.shape != fp.shape:
        raise ValueError("fp and xp are not of the same length.")
    if period is not None:
        x, xp, fp = _periodic(x, xp, fp, abs(period))
    if not len(xp):
        raise ValueError("array of sample points is empty")
    below, above = x < xp[0], x > xp[-1]
    # At a point its own value is taken, and the slope of the line after it.
    j = np.maximum(np.searchsorted(xp, x, side="right") - 1, 0)
    distance = np.where(below | above, 0.0, x - xp[j])
    y = fp[j] + _slopes_after(xp, fp)[j] * distance
    y = y if left is None or period is not None else np.where(below, left, y)
    y = y if right is None or period is not None else np.where(above, right, y)
    return y if y.ndim else y[()]


def _slopes_after(xp: Any, fp: Any) -> Any:
    """The slope of the line after each point; there is none after the last."""
    width = np.diff(xp)
    slopes = np.diff(fp) / np.where(width == 0, 1.0, width)
    return np.concatenate([slopes, np.zeros(1)])


def _double(a: Any) -> Any:
    """In double precision, in which NumPy interpolates."""
    if isinstance(a, Traced):
        return a if a.dtype.kind == "c" or a.dtype == float else cast(a, float)
    return as_traced(np.asarray(a) + 0.0)


def _periodic(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    """The points in one period and one more on either side."""
    if isinstance(period, (int, float)) and period == 0:
        raise ValueError("period must be a non-zero value")
    x, xp = x % period, xp % period
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    return x, xp, np.concatenate([fp[-1:], fp, fp[:1]])


@recorded_as(np.unwrap)
def unwrap(
    p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi
) -> Any:
    """Angles without jumps: whole periods are added where they jump."""
    p = as_traced(p)
    axis = axis_of(axis, p)
    d = np.diff(p, axis=axis)
    discont = period / 2 if discont is None else discont
    dtype = np.result_type(d, period)
    whole = dtype.kind in "iu"
    high = period // 2 if whole else period / 2
    least = (d + high) % period - high
    if not whole or period % 2 == 0:
        least = np.where((least == -high) & (d > 0), high, least)
    jumps = np.where(np.abs(d) < discont, 0, least - d)
    first = cast(_part(p, None, 1, axis), dtype)
    rest = _part(p, 1, None, axis) + np.cumsum(jumps, axis=axis)
    return np.concatenate([first, cast(rest, dtype)], axis=axis)


# -- two functions of NumPy's own -----------------------------------------------------


@recorded_as(np.sinc)
def sinc(x: Any) -> Any:
    """sin(pi x) / (pi x), and 1 at 0."""
    return recorded("sinc", x)


@recorded_as(np.i0)
def i0(x: Any) -> Any:
    """The modified Bessel function of order 0."""
    return recorded("i0", x)
