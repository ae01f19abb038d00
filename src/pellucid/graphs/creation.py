"""Arrays made inside a traced function are recorded, so that they can be written to.

`np.zeros` and its kind take no array and so offer NumPy's protocols nothing to dispatch
on; nor does `np.mean([a, b])` of a plain list. While any function is traced, the
module `numpy` looks these names up by the context of the caller: the person's code
under a trace finds the recording function, while other threads, and code inside NumPy
and SciPy, find NumPy's own. Nothing in the module is replaced, only its class, and that
is undone when the last trace ends.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

from pellucid.graphs.recorder import active, instruction, is_machinery
from pellucid.graphs.traced import FUNCTIONS, Traced, current, lifted, recorded

CREATORS: dict[str, Callable[..., Any]] = {}

_lock = threading.Lock()
_traces = 0


@contextlib.contextmanager
def creation_recorded() -> Iterator[None]:
    """While this holds, arrays that the traced function makes are recorded."""
    _count(+1)
    try:
        yield
    finally:
        _count(-1)


def _count(change: int) -> None:
    global _traces
    with _lock:
        _traces += change
        for module, lookup in _lookups().items():
            module.__class__ = lookup if _traces else ModuleType


@functools.cache
def _lookups() -> dict[ModuleType, type[ModuleType]]:
    """For each module of NumPy the class that looks its names up by context."""
    return {module: _lookup(module) for module in (np, np.linalg)}


def _lookup(module: ModuleType) -> type[ModuleType]:
    """The class of a module in which recorded functions are found under a trace."""
    found = {}
    for name, original in vars(module).items():
        if module is np and name in CREATORS:
            found[name] = _by_context(original, CREATORS[name])
        elif module is np and name in JOINED:
            found[name] = _by_context(original, JOINED[name])
        elif hasattr(original, "_implementation") and original in FUNCTIONS:
            found[name] = _by_context(original, _of_lists(original))
    return type("ModuleType", (ModuleType,), found)


def _by_context(original: Any, under_trace: Any) -> property:
    """NumPy's function, or for the person's code under a trace the recording one."""

    def find(module: ModuleType) -> Any:
        frame = sys._getframe(1)
        traced = active.get() is not None and not is_machinery(frame)
        return under_trace if traced and instruction(frame) in LOOKUPS else original

    return property(find)


# The person's code looks a name up by one of these. Compiled code has no frame: when it
# does, the person's own stands at a call.
LOOKUPS = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"}


def _of_lists(original: Any) -> Callable[..., Any]:
    """An array function that takes traced values in any place, and lists of them."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(_without_lists, args))
        for value in (*args, *kwargs.values()):
            if isinstance(value, Traced):
                return value.__array_function__(original, (), args, kwargs)
        return original(*args, **kwargs)

    return original if original in JOINS else call


# These take a list for what it is, and find the traced values in it by themselves.
JOINS = {
    np.block, np.column_stack, np.concatenate, np.dstack, np.hstack, np.stack,
    np.vstack,
}  # fmt: skip


def _without_lists(value: Any) -> Any:
    return (
        array(value)
        if not isinstance(value, Traced) and _holds_traced(value)
        else value
    )


# -- how each is recorded -------------------------------------------------------------


def creator(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter how the NumPy function of the same name is recorded."""
    CREATORS[function.__name__] = function
    return function


def _new(name: str, **options: Any) -> Any:
    recorder = current()
    given = {key: value for key, value in options.items() if value is not None}
    return lifted(recorder.record(name, (), **given), recorder, mutable=True)


def _fixed(value: Any) -> Any:
    """A fixed array that the function may write to."""
    return lifted(current().captured(value), current(), mutable=True)


def _shape(shape: Any) -> tuple[int, ...]:
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    return tuple(int(size) for size in sizes)


@creator
def zeros(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    """An array of zeros."""
    return _new("zeros", shape=_shape(shape), dtype=dtype)


@creator
def ones(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    """An array of ones."""
    return _new("ones", shape=_shape(shape), dtype=dtype)


@creator
def empty(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    """An array whose content does not matter."""
    return _new("empty", shape=_shape(shape), dtype=dtype)


@creator
def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", **_: Any
) -> Any:
    """An array of one value, which may be traced."""
    fill_value = _without_lists(fill_value)
    dtype = _dtype(fill_value) if dtype is None else dtype
    if not _holds_traced(fill_value):
        return _new("full", shape=_shape(shape), fill_value=fill_value, dtype=dtype)
    made = empty(shape, dtype)
    made[...] = fill_value
    return made


@creator
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float, **_: Any) -> Any:
    """Ones on a diagonal, zeros beside it."""
    dtype = None if dtype is float else dtype
    return _new("eye", N=int(N), M=M, k=k or None, dtype=dtype)


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
    if not isinstance(a, Traced):
        return a
    return int(a) if a.dtype.kind in "iu" else float(a)


@creator
def array(
    object: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0, **_: Any
) -> Any:
    """An array of nested lists that may hold traced values."""
    if isinstance(object, Traced):
        shared = object.mutable and not copy
        made = object if shared else lifted(object.node, current(), mutable=True)
    elif _holds_traced(object):
        made = recorded("stack", *(array(part) for part in object))
    else:
        made = _fixed(np.array(object, dtype))
    if dtype is not None and made.dtype != np.dtype(dtype):
        made = lifted(
            recorded("cast", made, dtype=np.dtype(dtype)).node, current(), True
        )
    return made[(None,) * (ndmin - made.ndim)] if made.ndim < ndmin else made


@creator
def asarray(a: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
    """The array itself where it is one."""
    if _is_plain(a):
        return np.asarray(a, dtype)
    return array(a, dtype, copy=False)


@creator
def asanyarray(a: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
    """The array itself where it is one."""
    return asarray(a, dtype)


@creator
def ascontiguousarray(a: Any, dtype: Any = None, **_: Any) -> Any:
    """The array itself; a number becomes an array of one."""
    return array(a, dtype, copy=_is_plain(a), ndmin=1)


def _is_plain(a: Any) -> bool:
    return isinstance(a, np.ndarray) and not isinstance(a, Traced)


@creator
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """A copy, also of an array from outside, that the function may write to."""
    return array(a)


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
    made = made if dtype is None else made.astype(dtype)
    return (made, step) if retstep else made


@creator
def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: Any = True, shape: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """Zeros in the shape of another array."""
    return zeros(np.shape(a) if shape is None else shape, dtype or _dtype(a))


@creator
def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: Any = True, shape: Any = None,
    **_: Any,
) -> Any:  # fmt: skip
    """Ones in the shape of another array."""
    return ones(np.shape(a) if shape is None else shape, dtype or _dtype(a))


@creator
def empty_like(
    prototype: Any, dtype: Any = None, order: str = "K", subok: Any = True,
    shape: Any = None, **_: Any,
) -> Any:  # fmt: skip
    """An array in the shape of another, whose content does not matter."""
    shape = np.shape(prototype) if shape is None else shape
    return empty(shape, dtype or _dtype(prototype))


@creator
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: Any = True,
    shape: Any = None, **_: Any,
) -> Any:  # fmt: skip
    """One value in the shape of another array."""
    shape = np.shape(a) if shape is None else shape
    return full(shape, fill_value, dtype or _dtype(a))


def _dtype(a: Any) -> Any:
    """The dtype that the value has as an array."""
    return (a if isinstance(a, Traced) else np.asarray(a)).dtype


def _holds_traced(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_traced(part) for part in value)
    return isinstance(value, Traced)


class Joined:
    """`np.r_[a, b]` and `np.c_[a, b]` of arrays: rows or columns side by side."""

    def __init__(self, original: Any, join: Callable[..., Any]) -> None:
        self.original = original
        self.join = join

    def __getitem__(self, key: Any) -> Any:
        parts = key if isinstance(key, tuple) else (key,)
        if not any(_holds_traced(part) for part in parts):
            return _fixed(self.original[key])
        return self.join([np.atleast_1d(array(part)) for part in parts])


JOINED = {"r_": Joined(np.r_, np.concatenate), "c_": Joined(np.c_, np.column_stack)}
FUNCTIONS["array"] = array
