"""Selection, writing at places, and what picks elements by a rule."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.operations.entries import as_traced, into, recorded_as
from pellucid.graphs.refusals import refused, refused_shape
from pellucid.graphs.traced import recorded, written


@recorded_as(np.where)
def where(condition: Any, *choices: Any) -> Any:
    """For each element x where the condition holds, else y."""
    if not choices:
        refused_shape("np.where(mask)", "np.where(mask, x, y) keeps it")
    return recorded("where", condition, *choices)


@recorded_as(np.take)
def take(
    a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise"
) -> Any:
    """Elements by their places along an axis."""
    a, axis = (np.ravel(a), 0) if axis is None else (a, axis % a.ndim)
    if mode != "raise":
        refused(f"np.take with mode={mode!r}")
    return into(out, as_traced(a)[(slice(None),) * axis + (indices,)])


def _along_axis(arr: Any, indices: Any, axis: int) -> tuple[Any, ...]:
    """The index that reads `indices` along one axis and keeps the others in place."""
    places = [np.arange(n) for n in np.shape(indices)]
    open_mesh = list(np.ix_(*places))
    open_mesh[axis] = indices
    return tuple(open_mesh)


@recorded_as(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """For each row the elements at its own places."""
    if axis is None:
        return as_traced(np.ravel(arr))[indices]
    return as_traced(arr)[_along_axis(arr, indices, axis)]


@recorded_as(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write into each row at its own places."""
    arr = np.reshape(arr, -1) if axis is None else arr
    arr[_along_axis(arr, indices, 0 if axis is None else axis)] = values


@recorded_as(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write at places, counted through all elements."""
    if mode != "raise":
        refused(f"np.put with mode={mode!r}")
    a[np.unravel_index(ind, a.shape)] = v


@recorded_as(np.copyto)
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Write one array into another, where a mask holds."""
    written(dst, as_traced(src) if where is True else np.where(where, src, dst))


@recorded_as(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write along the diagonal."""
    if wrap:
        refused("np.fill_diagonal with wrap=True")
    rows = np.arange(min(a.shape))
    a[(rows,) * a.ndim] = val


@recorded_as(np.clip)
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None,
    max: Any = None,
) -> Any:  # fmt: skip
    """The nearest number between two bounds."""
    low = min if a_min is None or a_min is np._NoValue else a_min
    high = max if a_max is None or a_max is np._NoValue else a_max
    a = a if low is None else np.maximum(a, low)
    return into(out, a if high is None else np.minimum(a, high))


@recorded_as(np.round, np.around)
def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """The nearest number with so many decimals."""
    power = 10.0 ** abs(decimals)
    if decimals > 0:
        return into(out, np.rint(a * power) / power)
    return into(out, np.rint(a / power) * power if decimals else np.rint(a))


@recorded_as(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """Zeros above a diagonal."""
    return np.where(np.tri(m.shape[-2], m.shape[-1], k, bool), m, np.zeros((), m.dtype))


@recorded_as(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """Zeros below a diagonal."""
    below = np.tri(m.shape[-2], m.shape[-1], k - 1, bool)
    return np.where(below, np.zeros((), m.dtype), m)


@recorded_as(np.diff)
def diff(
    a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None
) -> Any:
    """Each element less the one before, n times."""
    ends = [e for e in (prepend, append) if e is not None and e is not np._NoValue]
    if ends:
        refused("np.diff with prepend= or append=")
    before = (slice(None),) * (axis % a.ndim)
    for _ in range(n):
        a = a[(*before, slice(1, None))] - a[(*before, slice(None, -1))]
    return a


@recorded_as(np.meshgrid)
def meshgrid(
    *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> Any:
    """Each vector repeated along the axes of the others."""
    vectors: list[Any] = [np.arange(np.size(x)) for x in xi]
    options: dict[str, Any] = {"sparse": sparse, "indexing": indexing}
    places = np.meshgrid(*vectors, **options)
    return tuple(np.ravel(x)[at] for x, at in zip(xi, places, strict=True))
