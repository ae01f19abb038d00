"""Arrays made inside a traced function are recorded, so that they can be written to.

`np.zeros` and its kind take no array and so offer NumPy's protocols nothing to dispatch
on. While any function is traced they are replaced by a dispatcher that records for the
tracing context alone: other threads, and callers inside NumPy and SciPy, get the
original. The replacement is counted and locked, and undone when the last trace ends.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.graphs.recorder import MACHINERY, active
from pellucid.graphs.traced import FUNCTIONS, Traced, lifted, recorded

CREATORS: dict[str, Callable[..., Any]] = {}
ORIGINALS: dict[str, Callable[..., Any]] = {}

_lock = threading.Lock()
_traces = 0


@contextlib.contextmanager
def creation_recorded() -> Iterator[None]:
    """While this holds, arrays that the traced function makes are recorded."""
    global _traces
    with _lock:
        _traces += 1
        if _traces == 1:
            for name in CREATORS:
                setattr(np, name, _dispatchers[name])
    try:
        yield
    finally:
        with _lock:
            _traces -= 1
            if _traces == 0:
                for name, original in ORIGINALS.items():
                    setattr(np, name, original)


def creator(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter how the NumPy function of the same name is recorded."""
    CREATORS[function.__name__] = function
    ORIGINALS[function.__name__] = getattr(np, function.__name__)
    return function


def _dispatcher(name: str) -> Callable[..., Any]:
    original = ORIGINALS[name]

    @functools.wraps(original)
    def dispatch(*args: Any, **kwargs: Any) -> Any:
        if active.get() is None or _called_by_machinery():
            return original(*args, **kwargs)
        return CREATORS[name](*args, **kwargs)

    return dispatch


def _called_by_machinery() -> bool:
    module = sys._getframe(2).f_globals.get("__name__", "")
    return module.startswith((*MACHINERY, "sklearn"))


def _new(name: str, **options: Any) -> Any:
    recorder = active.get()
    assert recorder is not None
    given = {key: value for key, value in options.items() if value is not None}
    return lifted(recorder.record(name, (), **given), recorder, mutable=True)


def _shape(shape: Any) -> tuple[int, ...]:
    sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
    return tuple(int(size) for size in sizes)


@creator
def zeros(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    return _new("zeros", shape=_shape(shape), dtype=dtype)


@creator
def ones(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    return _new("ones", shape=_shape(shape), dtype=dtype)


@creator
def empty(shape: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    return _new("empty", shape=_shape(shape), dtype=dtype)


@creator
def full(shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", **_: Any) -> Any:
    dtype = np.asarray(fill_value).dtype if dtype is None and not isinstance(
        fill_value, Traced) else dtype or fill_value.dtype  # fmt: skip
    if not isinstance(fill_value, Traced):
        return _new("full", shape=_shape(shape), fill_value=fill_value, dtype=dtype)
    made = empty(shape, dtype)
    made[...] = fill_value
    return made


@creator
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = float, **_: Any) -> Any:
    return _new("eye", N=N, M=M, k=k or None, dtype=None if dtype is float else dtype)


@creator
def identity(n: int, dtype: Any = None, **_: Any) -> Any:
    return eye(n, dtype=dtype or float)


@creator
def arange(*args: Any, dtype: Any = None, **kwargs: Any) -> Any:
    plain = [float(a) if isinstance(a, Traced) and a.dtype.kind == "f" else
             int(a) if isinstance(a, Traced) else a for a in args]  # fmt: skip
    if any(type(a) is float for a in plain) or kwargs:
        return _constant(ORIGINALS["arange"](*plain, dtype=dtype, **kwargs))
    names = ("stop",) if len(plain) == 1 else ("start", "stop", "step")
    return _new("arange", **dict(zip(names, plain, strict=False)), dtype=dtype)


@creator
def array(object: Any, dtype: Any = None, *, copy: Any = True, ndmin: int = 0, **_: Any) -> Any:
    if isinstance(object, Traced):
        made = lifted(object.node, object.memory.recorder, mutable=True) if copy else object
    elif _holds_traced(object):
        parts = [p if isinstance(p, Traced) else array(p) for p in object]
        made = recorded("stack", *parts)
    else:
        made = _constant(ORIGINALS["array"](object, dtype))
    if dtype is not None and made.dtype != np.dtype(dtype):
        made = recorded("cast", made, dtype=np.dtype(dtype))
        made.mutable = True
    return made[(None,) * (ndmin - made.ndim)] if made.ndim < ndmin else made


@creator
def asarray(a: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
    if isinstance(a, np.ndarray):
        return ORIGINALS["asarray"](a, dtype)
    return array(a, dtype, copy=False)


@creator
def asanyarray(a: Any, dtype: Any = None, order: Any = None, **_: Any) -> Any:
    return asarray(a, dtype)


@creator
def ascontiguousarray(a: Any, dtype: Any = None, **_: Any) -> Any:
    return array(a, dtype, copy=False, ndmin=1)


@creator
def zeros_like(a: Any, dtype: Any = None, order: str = "K", subok: Any = True,
               shape: Any = None, **_: Any) -> Any:  # fmt: skip
    return zeros(np.shape(a) if shape is None else shape, dtype or _dtype(a))


@creator
def ones_like(a: Any, dtype: Any = None, order: str = "K", subok: Any = True,
              shape: Any = None, **_: Any) -> Any:  # fmt: skip
    return ones(np.shape(a) if shape is None else shape, dtype or _dtype(a))


@creator
def empty_like(prototype: Any, dtype: Any = None, order: str = "K", subok: Any = True,
               shape: Any = None, **_: Any) -> Any:  # fmt: skip
    return empty(np.shape(prototype) if shape is None else shape, dtype or _dtype(prototype))


@creator
def full_like(a: Any, fill_value: Any, dtype: Any = None, order: str = "K",
              subok: Any = True, shape: Any = None, **_: Any) -> Any:  # fmt: skip
    return full(np.shape(a) if shape is None else shape, fill_value, dtype or _dtype(a))


def _dtype(a: Any) -> Any:
    return a.dtype if hasattr(a, "dtype") else ORIGINALS["asarray"](a).dtype


def _holds_traced(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(_holds_traced(part) for part in value)
    return isinstance(value, Traced)


def _constant(value: Any) -> Any:
    """A fixed array that the function may write to."""
    recorder = active.get()
    assert recorder is not None
    node = recorder.captured(value)
    return lifted(node, recorder, mutable=True)


FUNCTIONS["array"] = array  # type: ignore[index]
_dispatchers = {name: _dispatcher(name) for name in CREATORS}
