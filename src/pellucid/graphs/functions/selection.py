"""Selection: elements that a rule or their places pick, read and written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    as_traced,
    by_rows,
    cast,
    into,
    recorded_as,
)
from pellucid.graphs.functions.shapes import axis_of, outline
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.conversions import Conversions
from pellucid.graphs.tracing.refusals import refused, refused_shape
from pellucid.graphs.tracing.traced import (
    Traced,
    copied,
    current,
    lifted,
    recorded,
    stored,
)

# -- by a condition -------------------------------------------------------------------


@recorded_as(np.where)
def where(condition: Any, *choices: Any) -> Any:
    """For each element x where the condition holds, else y."""
    if choices:
        chosen = recorded("where", condition, *choices)
        return chosen if chosen.ndim else copied(chosen)  # an array, also without axes
    return nonzero(condition)


@recorded_as(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each element the first choice whose condition holds."""
    if len(condlist) != len(choicelist):
        message = "list of cases must be same length as list of conditions"
        raise ValueError(message)
    if any(as_traced(c).dtype != bool for c in condlist):
        raise TypeError("invalid entry in condlist: should be boolean ndarray")
    chosen = as_traced(default)
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        chosen = recorded("where", condition, choice, chosen)
    return cast(creation.array(chosen, order="C"), _common_dtype(*choicelist, default))


def _common_dtype(*choices: Any) -> Any:
    """The dtype that choices have together, Python numbers that of the others."""
    typed = (int, float, complex, np.ndarray, np.generic)
    known = [c if isinstance(c, typed) else as_traced(c) for c in choices]
    return np.result_type(*known)


@recorded_as(np.choose)
def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    """For each element that one of the choices whose number it is."""
    dtype = _common_dtype(*choices)
    layers = [cast(as_traced(choice), dtype) for choice in choices]
    number, *layers = np.broadcast_arrays(as_traced(a), *layers)
    places = np.indices(number.shape, sparse=True)
    number = as_traced(_in_range(number, len(layers), mode))
    number = lifted(number.node, current())  # by rows, as the result lies in NumPy
    return into(out, np.stack(layers)[(number, *places)])


@recorded_as(np.piecewise)
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """For each element what the function of the last condition that holds gives."""
    x = as_traced(x)
    conditions = [_mask_of(x, c) for c in _listed(condlist, x)]
    if len(funclist) == len(conditions) + 1:
        otherwise = ~np.any(np.stack(conditions), axis=0)
        conditions = [*conditions, otherwise]
    if len(funclist) != len(conditions):
        n = len(condlist)
        message = f"with {n} condition(s), either {n} or {n + 1} functions are expected"
        raise ValueError(message)
    y = creation.zeros_like(x)
    for condition, function in zip(conditions, funclist, strict=True):
        piece = function
        if callable(function):
            piece = _piece(function, _inside(condition, x), *args, **kw)
        y = np.where(condition, cast(as_traced(piece), x.dtype), y)
    return y


def _listed(condlist: Any, x: Any) -> Any:
    """One condition is a list of one."""
    if np.isscalar(condlist) or getattr(condlist, "shape", None) == ():
        return [condlist]
    alone = not isinstance(condlist[0], (list, np.ndarray)) and x.ndim != 0
    return [condlist] if alone else condlist


def _mask_of(x: Any, condition: Any) -> Any:
    """A condition on elements, or on rows, in the shape of the array."""
    condition = cast(as_traced(condition), bool)
    if condition.shape != x.shape[: condition.ndim]:
        message = f"a condition of shape {condition.shape} for an array of {x.shape}"
        raise IndexError(message)
    thin = condition[(..., *(None,) * (x.ndim - condition.ndim))]
    return np.broadcast_to(thin, x.shape)


def _inside(condition: Any, x: Any) -> Any:
    """The elements where a condition holds; elsewhere the first of those again.

    So a function is asked for nothing that lies outside its piece, as in NumPy.
    """
    if x.size == 0:
        return x
    return np.where(condition, x, np.ravel(x)[np.argmax(condition)])


def _piece(function: Callable[..., Any], x: Any, *args: Any, **kw: Any) -> Any:
    """The function of all elements, which must take them one by one."""
    piece = as_traced(function(x, *args, **kw))
    if not all(_is_elementwise(n) for n in ancestors([piece.node], stop=[x.node])):
        refused("np.piecewise with a function that is not elementwise")
    return piece


def _is_elementwise(node: Node) -> bool:
    return node.known or is_elementwise(node.operation)


@recorded_as(np.compress)
def compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    """The elements along an axis whose condition holds."""
    a, axis = (np.ravel(a), 0) if axis is None else (as_traced(a), axis_of(axis, a))
    mask = _known(condition, "np.compress(mask, x)", KEEP)
    places = np.compress(mask, np.arange(a.shape[axis]))
    return into(out, np.take(a, places, axis))


@recorded_as(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements whose condition holds."""
    mask = _known(condition, "np.extract(mask, x)", KEEP)
    return np.take(np.ravel(arr), np.flatnonzero(mask))


KEEP = "np.where(mask, x, 0) keeps it"


def _known(value: Any, call: str, instead: str) -> Any:
    """The value that a shape hangs on: it is known, or integers or truths at hand."""
    if not isinstance(value, Conversions):
        return np.asarray(value)
    if not value.is_countable:
        refused_shape(call, instead)
    return value.counted()


def _of_known(function: Any, instead: str) -> Any:
    """Enter a function whose shape depends on values: those must be known."""
    call = f"np.{function.__name__}(x)"

    @recorded_as(function)
    def record(*args: Any, **kwargs: Any) -> Any:
        plain = [_known(a, call, instead) if isinstance(a, Traced) else a for a in args]
        return function(*plain, **kwargs)

    record.__name__, record.__doc__ = function.__name__, "The result for known values."
    return record


nonzero = _of_known(np.nonzero, "np.where(mask, x, y) keeps it")
for _name in ("argwhere", "flatnonzero"):
    _of_known(getattr(np, _name), "np.where(mask, x, y) keeps it")
for _name in ("unique", "unique_all", "unique_counts", "unique_inverse",
              "unique_values", "union1d", "intersect1d", "setdiff1d",
              "setxor1d"):  # fmt: skip
    _of_known(getattr(np, _name), "np.sort(x) keeps it")


# -- by their places ------------------------------------------------------------------


def _in_range(indices: Any, n: int, mode: str) -> Any:
    """Places as NumPy reads them under a mode: raise, wrap around or clip."""
    if mode == "wrap":
        return indices % n
    if mode == "clip":
        return np.clip(indices, 0, n - 1)
    if mode != "raise":
        message = f"clipmode must be one of 'clip', 'raise', or 'wrap' (got '{mode}')"
        raise ValueError(message)
    return indices


def _integers(indices: Any) -> Any:
    """Places as integers: True is place 1, not a mask."""
    if not isinstance(indices, Traced):
        # NumPy rounds what is in a list, and refuses an array of fractions.
        casting: Any = "same_kind" if isinstance(indices, np.ndarray) else "unsafe"
        return np.asarray(indices).astype(np.intp, casting=casting)
    if indices.dtype.kind not in "iub":
        rule = "according to the rule 'safe'"
        raise TypeError(f"Cannot cast array data from {indices.dtype} to int64 {rule}")
    return cast(indices, np.intp) if indices.dtype == bool else indices


@recorded_as(np.take)
def take(
    a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise"
) -> Any:
    """Elements by their places along an axis."""
    a = as_traced(a)
    a = np.ravel(a) if axis is None or a.ndim == 0 else a
    axis = 0 if axis is None else axis_of(axis, a)
    places = _in_range(_integers(indices), a.shape[axis], mode)
    return into(out, by_rows(a[(slice(None),) * axis + (places,)]))


def _along_axis(shape: tuple[int, ...], indices: Any, axis: int) -> tuple[Any, ...]:
    """The index that reads `indices` along one axis and keeps the others in place."""
    if np.ndim(indices) != len(shape):
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    open_mesh: list[Any] = list(np.indices(shape, sparse=True))
    open_mesh[axis] = indices
    return tuple(open_mesh)


@recorded_as(np.take_along_axis)
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """For each row the elements at its own places."""
    arr = as_traced(arr)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    return arr[_along_axis(arr.shape, indices, axis_of(axis, arr))]


@recorded_as(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write into each row at its own places."""
    if axis is None:
        arr, axis = np.reshape(arr, -1), 0
    arr[_along_axis(arr.shape, indices, axis_of(axis, arr))] = values


@recorded_as(np.put)
def put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    """Write at places, counted through all elements; values start over at their end."""
    places, values = np.ravel(_integers(ind)), np.ravel(as_traced(v))
    if not (values.size and places.size):
        return
    values = values if values.size == 1 else np.resize(values, places.size)
    values = cast(values, a.dtype)
    if isinstance(places, Traced):
        row = np.copy(np.ravel(a))
        row[_in_range(places, a.size, mode)] = values
        a[...] = np.reshape(row, a.shape)
    else:
        places = np.take(np.arange(a.size), places, mode=mode)  # type: ignore
        rows = a if a.ndim else np.reshape(a, 1)
        rows[np.unravel_index(places, rows.shape)] = values


@recorded_as(np.unravel_index)
def unravel_index(indices: Any, shape: Any, order: str = "C") -> Any:
    """The place along each axis of the element with a number."""
    places = []
    for n in reversed(shape) if order == "C" else shape:
        places.append(indices % n)
        indices = indices // n
    return tuple(places[::-1] if order == "C" else places)


@recorded_as(np.ravel_multi_index)
def ravel_multi_index(
    multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C"
) -> Any:
    """The number of the element at a place along each axis."""
    modes = (mode,) * len(dims) if isinstance(mode, str) else mode
    number: Any = 0
    axes = list(zip(multi_index, dims, modes, strict=True))
    for place, n, how in axes if order == "C" else reversed(axes):
        number = number * n + _in_range(place, n, how)
    return number


def _of_shape(function: Any) -> Any:
    """Enter a function that asks an array for nothing but its shape."""

    @recorded_as(function)
    def record(arr: Any, k: int = 0) -> Any:
        return function(outline(arr), *([k] if k else []))

    return record


for _name in ("diag_indices_from", "tril_indices_from", "triu_indices_from"):
    _of_shape(getattr(np, _name))


# -- written by a mask or a rule ------------------------------------------------------


@recorded_as(np.copyto)
def copyto(dst: Any, src: Any, casting: Any = "same_kind", where: Any = True) -> None:
    """Write one array into another, where a mask holds."""
    source = as_traced(src)
    if not np.can_cast(source.dtype, dst.dtype, casting) and not source.node.weak:
        rule = f"according to the rule '{casting}'"
        message = f"Cannot cast array data from {source.dtype} to {dst.dtype} {rule}"
        raise TypeError(message)
    source = cast(source, dst.dtype) if source.dtype != dst.dtype else source
    stored(dst, source if where is True else np.where(where, source, dst))


@recorded_as(np.putmask)
def putmask(a: Any, mask: Any, values: Any) -> None:
    """Write where a mask holds, each place the value with its number."""
    values = as_traced(values)
    if values.size == 0:
        return
    if values.shape != a.shape:
        values = np.resize(values, a.shape)
    a[...] = np.where(mask, cast(values, a.dtype), a)


@recorded_as(np.place)
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write the values one after another where a mask holds."""
    vals = np.ravel(as_traced(vals))
    if vals.size == 1:
        arr[...] = np.where(mask, cast(vals[0], arr.dtype), arr)
        return
    advice = "np.where(mask, values, x) takes values of its shape"
    places = np.flatnonzero(_known(mask, "the values in np.place(x, mask)", advice))
    if places.size and not vals.size:
        raise ValueError("Cannot insert from an empty array!")
    np.put(arr, places, vals)


@recorded_as(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write along the diagonal, and again below it where it wraps."""
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    step = 1 + sum(np.prod(a.shape[i + 1 :], dtype=int) for i in range(a.ndim - 1))
    end = a.shape[1] ** 2 if a.ndim == 2 and not wrap else a.size
    np.put(a, np.arange(0, min(end, a.size), step), val)


# -- by order -------------------------------------------------------------------------


@recorded_as(np.searchsorted)
def searchsorted(a: Any, v: Any, side: Any = "left", sorter: Any = None) -> Any:
    """The place of each value in an array that is sorted."""
    a = a if sorter is None else np.take(a, sorter)
    return recorded("searchsorted", a, v, **({} if side == "left" else {"side": side}))


@recorded_as(np.isin)
def isin(
    element: Any, test_elements: Any, assume_unique: bool = False,
    invert: bool = False, *, kind: Any = None,
) -> Any:  # fmt: skip
    """Whether each element is among others."""
    element, test = as_traced(element), np.sort(np.ravel(as_traced(test_elements)))
    if not test.size:
        return creation.full(element.shape, invert, bool)
    nearest = np.minimum(np.searchsorted(test, element), test.size - 1)
    found = test[nearest] == element
    return ~found if invert else found
