"""Grids: coordinates along axes, as views that take no memory, and scales."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, cast, recorded_as
from pellucid.graphs.functions.shapes import axis_of
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.refusals import refused_shape
from pellucid.graphs.tracing.traced import Traced


@recorded_as(np.meshgrid)
def meshgrid(
    *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> Any:
    """Each vector repeated along the axes of the others."""
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    vectors = [np.reshape(as_traced(x), -1) for x in xi]
    order = list(range(len(xi)))
    if indexing == "xy" and len(xi) > 1:
        order[:2] = [1, 0]
    grids = tuple(
        np.reshape(x, [-1 if i == axis else 1 for i in range(len(xi))])
        for x, axis in zip(vectors, order, strict=True)
    )
    grids = grids if sparse else np.broadcast_arrays(*grids)
    return tuple(np.copy(grid, order="C") for grid in grids) if copy else grids


@recorded_as(np.ix_)
def ix_(*args: Any) -> Any:
    """Each vector along an axis of its own."""
    if any(np.ndim(a) != 1 for a in args):
        raise ValueError("Cross index must be 1 dimensional")
    arrays = [as_traced(a) for a in args]
    if any(a.dtype == bool and not a.node.known for a in arrays):
        refused_shape("np.ix_(mask)", "give the places as integers")
    places = [np.nonzero(a)[0] if a.dtype == bool else a for a in arrays]
    n = len(places)
    return tuple(
        np.reshape(a, (1,) * i + (-1,) + (1,) * (n - i - 1))
        for i, a in enumerate(places)
    )


@recorded_as(np.vander)
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of each number, the highest first unless they increase."""
    if x.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    powers = np.arange(len(x) if N is None else N)
    x = cast(x, np.promote_types(x.dtype, int))
    return x[:, None] ** (powers if increasing else powers[::-1])


@recorded_as(np.logspace)
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """Powers of a base whose exponents are evenly spaced."""
    exponents = creation.linspace(start, stop, num, endpoint=endpoint)
    powers = creation.array(np.power(base, exponents))
    return cast(np.moveaxis(powers, 0, axis), dtype)


@recorded_as(np.geomspace)
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None,
    axis: int = 0,
) -> Any:  # fmt: skip
    """Numbers each of which is the one before, times a constant."""
    like = np.zeros((), dtype)  # NumPy computes in double precision, if not told else
    dt = np.result_type(start, stop, float(num), like)
    start, stop = cast(as_traced(start), dt), cast(as_traced(stop), dt)
    sign = np.sign(start)
    low, high = np.log10(start / sign), np.log10(stop / sign)
    made = logspace(low, high, num, endpoint) * sign
    if num > 0:
        made[0] = start
    if num > 1 and endpoint:
        made[-1] = stop
    return cast(np.moveaxis(made, 0, axis), dtype)


class Mesh:
    """`np.mgrid[...]` and `np.ogrid[...]`: the coordinates on a grid, full or open.

    The ends may be traced where an imaginary step tells the number of points.
    """

    def __init__(self, sparse: bool) -> None:
        self.sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, tuple):
            return creation.array(_points(key))
        dtype = np.result_type(0, *(number for part in key for number in _ends(part)))
        vectors = [cast(_points(part), dtype) for part in key]
        grids = meshgrid(*vectors, sparse=self.sparse, indexing="ij")
        return grids if self.sparse else creation.array(np.stack(grids))


def _ends(part: slice) -> tuple[Any, Any, Any]:
    """Start, stop and step; of an imaginary step its size, the number of points."""
    start = 0 if part.start is None else part.start
    step = 1 if part.step is None else part.step
    return start, part.stop, abs(step) if isinstance(step, complex) else step


def _points(part: slice) -> Any:
    """The coordinates along one axis."""
    start, stop, step = _ends(part)
    if not isinstance(part.step, complex):
        return as_traced(creation.arange(start, stop, step))
    dtype = np.result_type(start, stop, step)
    return cast(as_traced(creation.linspace(start, stop, int(step))), dtype)


creation.JOINED["mgrid"] = Mesh(sparse=False)
creation.JOINED["ogrid"] = Mesh(sparse=True)


def _known(original: Any, recording: Any) -> Any:
    """NumPy's own function where nothing is traced; its result may be written to."""

    def make(*args: Any, **kwargs: Any) -> Any:
        traced = any(map(creation._holds_traced, (*args, *kwargs.values())))
        if traced:
            return recording(*args, **kwargs)
        return creation.array(original(*args, **kwargs))

    return make


for _original, _recording in ((np.logspace, logspace), (np.geomspace, geomspace)):
    creation.CREATORS[_original.__name__] = _known(_original, _recording)


@creation.creator
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = float, **_: Any) -> Any:
    """Ones on a diagonal and below it."""
    return creation.array(np.tri(N, M, k, dtype))


@creation.creator
def require(a: Any, dtype: Any = None, requirements: Any = None, **_: Any) -> Any:
    """The array itself where it is as is required."""
    if isinstance(a, Traced):
        return creation.asarray(a, dtype)
    return np.require(a, dtype, requirements)


@creation.creator
def ndenumerate(arr: Any) -> Any:
    """The place and the element, for every element."""
    arr = as_traced(arr)
    return ((place, arr[place]) for place in np.ndindex(arr.shape))


@recorded_as(np.apply_over_axes)
def apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    """A function of an array and an axis, over several axes in turn."""
    for axis in axes if np.ndim(axes) else (axes,):
        axis = axis_of(axis, a)
        result = func(a, axis)
        a = result if result.ndim == a.ndim else np.expand_dims(result, axis)
    return a


@recorded_as(np.apply_along_axis)
def apply_along_axis(
    func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """A function of each vector along an axis, which is called on one at a time."""
    arr = as_traced(arr)
    axis = axis_of(axis, arr)
    vectors = np.moveaxis(arr, axis, -1)
    outer = vectors.shape[:-1]
    places = list(np.ndindex(outer))
    if not places:
        message = "Cannot apply_along_axis when any iteration dimensions are 0"
        raise ValueError(message)
    made = [creation.asarray(func1d(vectors[i], *args, **kwargs)) for i in places]
    inner = made[0].shape
    table = np.reshape(np.stack([as_traced(m) for m in made]), outer + inner)
    own = range(len(outer), len(outer) + len(inner))
    return np.moveaxis(table, tuple(own), tuple(range(axis, axis + len(inner))))
