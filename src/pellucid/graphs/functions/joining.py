"""Joining, splitting and repeating."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    as_traced,
    by_rows,
    cast,
    into,
    recorded_as,
)
from pellucid.graphs.functions.shapes import axis_of, fixed
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.traced import recorded

# So many slices are joined at most, before elements are gathered one by one.
FEW = 8


# -- joining --------------------------------------------------------------------------


@recorded_as(np.concatenate)
def concatenate(
    arrays: Any, /, axis: Any = 0, out: Any = None, *, dtype: Any = None,
    casting: Any = "same_kind",
) -> Any:  # fmt: skip
    """Arrays behind one another along an axis."""
    if axis is None:
        arrays, axis = [np.ravel(a) for a in arrays], 0
    made = recorded("concatenate", *_cast(arrays, dtype, casting), axis=int(axis))
    return into(out, made)


@recorded_as(np.stack)
def stack(
    arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None,
    casting: Any = "same_kind",
) -> Any:  # fmt: skip
    """Arrays of one shape along a new axis."""
    options: dict[str, Any] = {} if axis == 0 else {"axis": int(axis)}
    return into(out, recorded("stack", *_cast(arrays, dtype, casting), **options))


def _cast(arrays: Any, dtype: Any, casting: Any) -> list[Any]:
    """The arrays in one dtype, where NumPy's rule of casting allows it."""
    if dtype is None:
        return list(arrays)
    parts = [as_traced(a) for a in arrays]
    for part in parts:
        if not np.can_cast(part.dtype, dtype, casting):
            rule = f"according to the rule '{casting}'"
            raise TypeError(f"Cannot cast {part.dtype} to {np.dtype(dtype)} {rule}")
    return [cast(part, dtype) for part in parts]


def _are_all_of(arrays: Any, ndim: int) -> bool:
    """Whether arrays have one shape of so many axes, so that they are stacked."""
    shapes = {np.shape(a) for a in arrays}
    return len(shapes) == 1 and len(shapes.pop()) == ndim


@recorded_as(np.vstack)
def vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Rows below one another."""
    if _are_all_of(tup, ndim=1):
        return stack(tup, dtype=dtype, casting=casting)
    rows = [np.atleast_2d(a) for a in tup]
    return concatenate(rows, dtype=dtype, casting=casting)


@recorded_as(np.hstack)
def hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    """Columns beside one another."""
    if _are_all_of(tup, ndim=0):
        return stack(tup, dtype=dtype, casting=casting)
    parts = [np.atleast_1d(a) for a in tup]
    axis = 0 if np.ndim(parts[0]) == 1 else 1
    return concatenate(parts, axis, dtype=dtype, casting=casting)


@recorded_as(np.column_stack)
def column_stack(tup: Any) -> Any:
    """Vectors as columns beside one another."""
    if _are_all_of(tup, ndim=1):
        return stack(tup, axis=1)
    columns = [np.reshape(a, (-1, 1)) if np.ndim(a) < 2 else a for a in tup]
    return np.concatenate(columns, axis=1)


@recorded_as(np.dstack)
def dstack(tup: Any) -> Any:
    """Matrices behind one another along a third axis."""
    return np.concatenate([np.atleast_3d(a) for a in tup], axis=2)


@recorded_as(np.append)
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """Values behind an array."""
    return np.concatenate([arr, values], axis=axis)


@recorded_as(np.block)
def block(arrays: Any) -> Any:
    """Nested lists of blocks: the innermost along the last axis, and so outwards."""
    depth = _depth(arrays)
    if isinstance(arrays, list):
        return _joined(arrays, depth, max(depth, *map(np.ndim, _leaves(arrays))))
    return np.copy(arrays)


def _leaves(part: Any) -> list[Any]:
    if not isinstance(part, list):
        return [part]
    return [leaf for inner in part for leaf in _leaves(inner)]


def _depth(part: Any) -> int:
    """How deep the lists are nested, the same everywhere."""
    if isinstance(part, tuple):
        raise TypeError("np.block takes nested lists, not tuples: write [a, b]")
    if not isinstance(part, list):
        return 0
    depths = {_depth(inner) for inner in part}
    if len(depths) != 1:
        raise ValueError("List depths are mismatched, or a list is empty, in np.block")
    return 1 + depths.pop()


def _joined(part: Any, depth: int, ndim: int) -> Any:
    if depth == 0:
        shape = np.shape(part)
        return np.reshape(as_traced(part), (1,) * (ndim - len(shape)) + shape)
    return np.concatenate([_joined(p, depth - 1, ndim) for p in part], axis=-depth)


class Joined:
    """`np.r_[...]` and `np.c_[...]`: joined along an axis, with at least so many axes.

    An array with fewer gets new ones, among which its own begin at `start`.
    """

    def __init__(self, axis: int, ndim: int, start: int) -> None:
        self.layout = axis, ndim, start

    def __getitem__(self, key: Any) -> Any:
        parts = list(key) if isinstance(key, tuple) else [key]
        axis, ndim, start = self.layout
        if isinstance(parts[0], str):
            axis, ndim, start = _layout(parts.pop(0), self.layout)
        parts = [_part(p) for p in parts]
        dtype = np.result_type(*parts)
        parts = [_raised(cast(as_traced(p), dtype), ndim, start) for p in parts]
        return creation.array(np.concatenate(parts, axis=axis))


def _part(part: Any) -> Any:
    """An array; a Python number, which takes the dtype of the others, as it is."""
    if isinstance(part, slice):
        return np.r_[part]
    return part if isinstance(part, (int, float, complex)) else as_traced(part)


def _layout(text: str, default: tuple[int, int, int]) -> tuple[int, int, int]:
    """The axis, the least number of axes and the place of new ones: "0,2,-1"."""
    numbers = [int(part) for part in text.split(",")]
    axis, ndim, start = numbers + list(default[len(numbers) :])
    return axis, ndim, start


def _raised(part: Any, ndim: int, start: int) -> Any:
    """Give a part new axes; its own begin at `start` among them."""
    new = ndim - np.ndim(part)
    if new <= 0:
        return part
    before = start if start >= 0 else new + start + 1
    shape = (1,) * before + np.shape(part) + (1,) * (new - before)
    return np.reshape(part, shape)


creation.JOINED["r_"] = Joined(0, 1, -1)
creation.JOINED["c_"] = Joined(-1, 2, 0)


# -- splitting: views -----------------------------------------------------------------


@recorded_as(np.array_split)
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts along an axis, the first ones longer where it does not divide."""
    axis = axis_of(axis, ary)
    parts = np.array_split(np.arange(ary.shape[axis]), fixed(indices_or_sections))
    before = (slice(None),) * axis
    return [ary[(*before, _range(part))] for part in parts]


def _range(places: Any) -> slice:
    """The slice that reads places without a gap."""
    return slice(int(places[0]), int(places[-1]) + 1) if places.size else slice(0, 0)


@recorded_as(np.split)
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> Any:
    """Equal parts along an axis."""
    n = ary.shape[axis_of(axis, ary)]
    np.split(np.empty(n, bool), fixed(indices_or_sections))
    return np.array_split(ary, indices_or_sections, axis)


def _split_along(ary: Any, indices_or_sections: Any, axis: int, least: int) -> Any:
    if ary.ndim < least:
        message = f"this split only works on arrays of {least} or more dimensions"
        raise ValueError(message)
    return np.split(ary, indices_or_sections, axis)


@recorded_as(np.hsplit)
def hsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts beside one another."""
    return _split_along(ary, indices_or_sections, 1 if ary.ndim > 1 else 0, 1)


@recorded_as(np.vsplit)
def vsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts below one another."""
    return _split_along(ary, indices_or_sections, 0, 2)


@recorded_as(np.dsplit)
def dsplit(ary: Any, indices_or_sections: Any) -> Any:
    """Parts behind one another."""
    return _split_along(ary, indices_or_sections, 2, 3)


@recorded_as(np.unstack)
def unstack(x: Any, /, *, axis: int = 0) -> Any:
    """The layers along an axis."""
    if x.ndim == 0:
        raise ValueError("Input array must be at least 1-d.")
    return tuple(np.moveaxis(x, axis, 0))


# -- the elements at fixed places along an axis ---------------------------------------


def picked(a: Any, places: Any, axis: int) -> Any:
    """Elements at fixed places along an axis: slices joined, where a few will do."""
    before = (slice(None),) * axis_of(axis, a)
    slices = _slices(np.asarray(places))
    if slices is None:
        return a[(*before, places)]
    parts = [a[(*before, part)] for part in slices]
    return np.copy(parts[0]) if len(parts) == 1 else np.concatenate(parts, axis=axis)


def _slices(places: Any) -> list[slice] | None:
    """The slices, forwards or backwards, that read these places; None for many."""
    if not places.size:
        return [slice(0, 0)]
    steps = np.diff(places)
    # A run ends where the step changes, or is no step to a neighbour.
    turns = np.diff(steps, prepend=steps[:1]) != 0
    ends = np.flatnonzero(turns | (np.abs(steps) != 1)) + 1
    if ends.size >= FEW:
        return None
    return [_run(run) for run in np.split(places, ends) if run.size]


def _run(places: Any) -> slice:
    first, last = int(places[0]), int(places[-1])
    if first <= last:
        return slice(first, last + 1)
    return slice(first, last - 1 if last else None, -1)


@recorded_as(np.delete)
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """The array without some of its elements, rows or columns."""
    arr, axis = (np.ravel(arr), 0) if axis is None else (arr, axis_of(axis, arr))
    return picked(arr, np.delete(np.arange(arr.shape[axis]), fixed(obj)), axis)


@recorded_as(np.insert)
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """The array with values put in before some of its elements, rows or columns."""
    arr, values = as_traced(arr), as_traced(values)
    arr, axis = (np.ravel(arr), 0) if axis is None else (arr, axis_of(axis, arr))
    n, obj = arr.shape[axis], fixed(obj)
    if np.size(obj) == 1 and not isinstance(obj, slice):
        values = np.reshape(values, (1,) * (arr.ndim - values.ndim) + values.shape)
        # NumPy reads values for one place as a layer, for a list of places as a row.
        values = np.moveaxis(values, 0, axis) if np.ndim(obj) == 0 else values
        new = values.shape[axis]
    else:
        new = np.insert(np.arange(n), obj, 0).size - n
    layer = (*arr.shape[:axis], new, *arr.shape[axis + 1 :])
    both = [arr, np.broadcast_to(cast(values, arr.dtype), layer)]
    order = np.insert(np.arange(n), obj, n + np.arange(new))
    return picked(np.concatenate(both, axis=axis), order, axis)


# -- repeating ------------------------------------------------------------------------


@recorded_as(np.tile)
def tile(A: Any, reps: Any) -> Any:
    """The array set beside itself."""
    times = tuple(int(n) for n in (reps if np.ndim(reps) else (reps,)))
    ndim = max(A.ndim, len(times))
    shape = (1,) * (ndim - A.ndim) + A.shape
    times = (1,) * (ndim - len(times)) + times
    thin = [n for size in shape for n in (1, size)]
    full = [n for pair in zip(times, shape, strict=True) for n in pair]
    tiles = np.broadcast_to(np.reshape(A, thin), full)
    result = [t * n for t, n in zip(times, shape, strict=True)]
    return np.copy(np.reshape(tiles, result))


@recorded_as(np.repeat)
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element several times, all as often or each as often as is said."""
    a = np.ravel(a) if axis is None or np.ndim(a) == 0 else a
    axis = 0 if axis is None else axis_of(axis, a)
    repeats = fixed(repeats)
    if np.ndim(repeats):
        places = np.repeat(np.arange(a.shape[axis]), repeats)
        return by_rows(picked(a, places, axis))
    shape: Sequence[int] = a.shape
    before, after = shape[: axis + 1], shape[axis + 1 :]
    wide = np.broadcast_to(
        np.reshape(a, (*before, 1, *after)), (*before, int(repeats), *after)
    )
    full = (*before[:-1], before[-1] * int(repeats), *after)
    return np.copy(np.reshape(wide, full))


@recorded_as(np.roll)
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """The elements moved on, the last ones to the front."""
    if axis is None:
        return np.reshape(np.roll(np.ravel(a), shift, 0), a.shape)
    for step, along in np.broadcast(fixed(shift), axis):
        along = axis_of(along, a)
        a = picked(a, np.roll(np.arange(a.shape[along]), step), along)
    return a
