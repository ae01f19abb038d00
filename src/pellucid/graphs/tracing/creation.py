"""Arrays made inside a traced function are recorded, so that they can be written to.

`np.zeros` and its kind take no array and so offer NumPy's protocols nothing to dispatch
on. Here stands how each is recorded; `patching` sees to it that they are found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.foreign import strange
from pellucid.graphs.tracing.conversions import Conversions
from pellucid.graphs.tracing.outside_arrays import Outside, with_views
from pellucid.graphs.tracing.settled import plain
from pellucid.graphs.tracing.traced import (
    FUNCTIONS,
    Traced,
    copied,
    current,
    lifted,
    recorded,
)

CREATORS: dict[str, Callable[..., Any]] = {}


def without_lists(value: Any) -> Any:
    """The value as one traced array where it is a list that holds traced values."""
    if type(value) is Outside:  # so that the result is one too
        return value
    held = not isinstance(value, Traced) and _holds_traced(value)
    return array(value) if held else plain(value)


# -- how each is recorded -------------------------------------------------------------


def creator(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter how the NumPy function of the same name is recorded."""
    CREATORS[function.__name__] = function
    return function


def _new(name: str, order: Any = "C", **options: Any) -> Any:
    if not _is_numeric(options.get("dtype"), "O"):
        return getattr(np, name)(**options)
    recorder = current()
    given = {key: value for key, value in options.items() if value is not None}
    node = recorder.record(name, (), **given)
    columns = order == "F" and len(node.shape) > 1
    like = np.empty(node.shape, node.dtype, "F") if columns else None
    return lifted(node, recorder, mutable=True, like=like)


def _fixed(value: Any) -> Any:
    """A fixed array that the function may write to; one without numbers stays plain."""
    if not _is_numeric(value.dtype):
        return value
    return lifted(current().captured(value), current(), mutable=True, like=value)


def _is_numeric(dtype: Any, also: str = "") -> bool:
    """Whether elements are numbers: no texts, dates, records or Python's objects."""
    return dtype is None or np.dtype(dtype).kind in "biufc" + also


def _shape(shape: Any) -> tuple[int, ...]:
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    return tuple(int(size) for size in sizes)


@creator
def zeros(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    """An array of zeros."""
    return _new("zeros", order, shape=_shape(shape), dtype=dtype)


@creator
def ones(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    """An array of ones."""
    return _new("ones", order, shape=_shape(shape), dtype=dtype)


@creator
def empty(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    """An array whose content does not matter."""
    return _new("empty", order, shape=_shape(shape), dtype=dtype)


def ndarray(
    shape: Any, dtype: Any = None, buffer: Any = None, offset: int = 0,
    strides: Any = None, order: Any = None,
) -> Any:  # fmt: skip
    """The class called as a function: an empty array, if it is given no memory."""
    if buffer is None and strides is None:
        return empty(shape, dtype, order or "C")
    return np.ndarray(shape, dtype or float, buffer, offset, strides, order)


@creator
def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", **_: Any
) -> Any:
    """An array of one value, which may be traced."""
    fill_value = without_lists(fill_value)
    dtype = _dtype(fill_value) if dtype is None else dtype
    if not _holds_traced(fill_value):
        shape = _shape(shape)
        return _new("full", order, shape=shape, fill_value=fill_value, dtype=dtype)
    made = empty(shape, dtype, order)
    made[...] = fill_value
    return made


@creator
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float, **_: Any) -> Any:
    """Ones on a diagonal, zeros beside it."""
    dtype = None if dtype is float else dtype
    M = None if M is None else int(M)
    return _new("eye", N=int(N), M=M, k=int(k) or None, dtype=dtype)


@creator
def identity(n: int, dtype: Any = None, **_: Any) -> Any:
    """The identity matrix."""
    return eye(n, dtype=dtype or float)


@creator
def arange(*args: Any, dtype: Any = None, **kwargs: Any) -> Any:
    """Evenly spaced numbers, none of them traced: they decide the shape."""
    plain = [_number(a) for a in args]
    if any(type(a) is float for a in plain) or kwargs:
        return _fixed(np.arange(*plain, dtype=dtype, **kwargs))
    names = ("stop",) if len(plain) == 1 else ("start", "stop", "step")
    return _new("arange", **dict(zip(names, plain, strict=False)), dtype=dtype)


def _number(a: Any) -> Any:
    if not isinstance(a, Conversions):
        return a
    return int(a) if a.dtype.kind in "iu" else float(a)


@creator
def array(
    object: Any, dtype: Any = None, *, copy: Any = True, order: Any = "K",
    ndmin: int = 0, **_: Any,
) -> Any:  # fmt: skip
    """An array of nested lists that may hold traced values."""
    made: Any
    if isinstance(object, Traced):
        shared = object.mutable and not copy and _is_in_order(object, order)
        made = object if shared else copied(object, order)
    elif _holds_traced(object):
        stacked = recorded("stack", *(array(part) for part in object))
        made = copied(stacked, "F" if order == "F" else "C")
    else:
        made = _fixed(np.array(object, dtype, order=order))
    if dtype is not None and made.dtype != np.dtype(dtype):
        made = Traced(recorded("cast", made, dtype=np.dtype(dtype)).memory, True)
    missing = max(0, ndmin - made.ndim)
    return np.reshape(made, (1,) * missing + made.shape) if missing else made


def _is_in_order(x: Traced, order: Any) -> bool:
    """Whether an array lies in memory as it is asked for."""
    if order in ("K", "A", None) or x.ndim == 0:
        return True
    flags = x.memory.shadow.flags
    return bool(flags.c_contiguous if order == "C" else flags.f_contiguous)


@creator
def asarray(a: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
    """The array itself where it is one."""
    if type(a) is Outside:
        made = np.asarray(plain(a), dtype, order)
        return a if made is plain(a) else with_views(made)
    if _is_plain(a):
        return np.asarray(a, dtype, order)
    return array(a, dtype, copy=False, order=order or "K")


@creator
def asanyarray(a: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
    """The array itself where it is one."""
    if _is_plain(a) and type(a) is not Outside:
        return np.asanyarray(a, dtype, order)
    return asarray(a, dtype, order)


@creator
def ascontiguousarray(a: Any, dtype: Any = None, **_: Any) -> Any:
    """The array itself; a number becomes an array of one."""
    return array(a, dtype, copy=_is_plain(a), order="C", ndmin=1)


@creator
def asfortranarray(a: Any, dtype: Any = None, **_: Any) -> Any:
    """The array itself, or a copy that lies column by column."""
    return array(a, dtype, copy=_is_plain(a), order="F", ndmin=1)


def _is_plain(a: Any) -> bool:
    return isinstance(a, np.ndarray) and not isinstance(a, Traced)


@creator
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """A copy, also of an array from outside, that the function may write to."""
    return array(a, order=order)


@creator
def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, **_: Any,
) -> Any:  # fmt: skip
    """Evenly spaced numbers between two that may be traced."""
    if not (_holds_traced(start) or _holds_traced(stop)):
        options: Any = {"endpoint": endpoint, "dtype": dtype, "axis": axis}
        fixed, step = np.linspace(start, stop, num, retstep=True, **options)
        return (_fixed(fixed), step) if retstep else _fixed(fixed)
    step = (stop - start) / max(num - 1 if endpoint else num, 1)
    places = np.arange(num, dtype=np.result_type(step, 1.0))
    places = places.reshape(-1, *(1,) * np.ndim(step))
    made = array(places * step + start)
    if endpoint and num > 1:
        made[-1] = stop
    made = np.moveaxis(made, 0, axis)
    if dtype is not None:  # integers are those below, as in NumPy
        made = (np.floor(made) if np.dtype(dtype).kind in "iu" else made).astype(dtype)
    return (made, step) if retstep else made


@creator
def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: Any = True, shape: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """Zeros in the shape of another array."""
    return _like(a, zeros, dtype, order, shape)


@creator
def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: Any = True, shape: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """Ones in the shape of another array."""
    return _like(a, ones, dtype, order, shape)


@creator
def empty_like(
    prototype: Any, dtype: Any = None, order: str = "K", subok: Any = True,
    shape: Any = None, **_: Any,
) -> Any:  # fmt: skip
    """An array in the shape of another, whose content does not matter."""
    return _like(prototype, empty, dtype, order, shape)


@creator
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: Any = True,
    shape: Any = None, **_: Any,
) -> Any:  # fmt: skip
    """One value in the shape of another array."""
    return _like(a, lambda *args: full(args[0], fill_value, *args[1:]), dtype, order,
                 shape)  # fmt: skip


def _like(a: Any, make: Any, dtype: Any, order: str, shape: Any) -> Any:
    """An array made in shape, dtype and layout of another."""
    if strange(a):
        current().captured(a)  # which refuses it
    dtype = dtype or _dtype(a)
    if shape is not None or np.ndim(a) < 2:
        order = "F" if order == "F" else "C"
        return make(np.shape(a) if shape is None else shape, dtype, order)
    like = a.memory.shadow if isinstance(a, Traced) else np.asarray(a)
    made = make(np.shape(a), dtype)
    shadow = np.empty_like(like, dtype, order=order, subok=False)  # type: ignore[call-overload]
    return lifted(made.node, current(), mutable=True, like=shadow)


def _dtype(a: Any) -> Any:
    """The dtype that the value has as an array."""
    return (a if isinstance(a, Traced) else np.asarray(a)).dtype


def _holds_traced(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_traced(part) for part in value)
    return isinstance(value, Traced)


# What is indexed rather than called, such as np.r_; filled by modules of `functions`.
JOINED: dict[str, Any] = {}
FUNCTIONS["array"] = array
