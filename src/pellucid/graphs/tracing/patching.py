"""While a function is traced, names of NumPy are looked up by who asks.

`np.zeros(3)` and `np.mean([a, b])` of a plain list offer NumPy's protocols nothing to
dispatch on. So for the time of a trace the module `numpy` finds these names by the
context of the caller: the person's code under a trace finds the recording function,
while other threads, and code inside NumPy and SciPy, find NumPy's own. Nothing in the
module is replaced, only its class, and that is undone when the last trace ends.

A name that the person's module has imported (`from numpy import zeros`) is found in
that module. For the time of a trace it stands for a function that asks the same
question at each call, and is NumPy's for everyone else.
"""

from __future__ import annotations

import contextlib
import dis
import functools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from pellucid.graphs.packages import LAZY, MODULES, loaded
from pellucid.graphs.tracing.builtin_type import Type
from pellucid.graphs.tracing.creation import CREATORS, JOINED, ndarray, without_lists
from pellucid.graphs.tracing.element_functions import let_vectorize_record
from pellucid.graphs.tracing.frames import instruction, is_machinery, runs_machinery
from pellucid.graphs.tracing.instructions import names_in
from pellucid.graphs.tracing.labels.methods import (
    TakingTraced,
    recording_methods,
    tables_reached,
)
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.trace_warnings import draws, is_drawn_from
from pellucid.graphs.tracing.traced import Traced, is_recorded, recorded
from pellucid.graphs.tracing.ufuncs_of_lists import METHODS, TakingLists

_lock = threading.Lock()
_traces = 0
_looked_up: tuple[ModuleType, ...] = ()  # at the last count
# Those that are loaded; a trace loads no module, but where the function asks for it.
WATCHED = (*MODULES, "scipy", "numpy.linalg", "numpy.fft", "numpy.random", "random")


@contextlib.contextmanager
def creation_recorded(values: Iterable[Any] = ()) -> Iterator[None]:
    """While this holds, arrays that the traced function makes are recorded.

    Among the values that it can reach are the functions whose imported names count.
    """
    _count(+1)
    try:
        values = list(values)
        _let_tables_record(values)
        _stand_in_for_imported(values)
        yield
    finally:
        _count(-1)


def is_traced_elsewhere() -> bool:
    """Whether names stand for others, because some thread traces."""
    return _traces > 0


def _count(change: int) -> None:
    global _traces, _looked_up
    with _lock:
        _traces += change
        modules = _watched()
        in_another = _traces > max(change, 0)
        if in_another and modules == _looked_up:
            return
        for module in modules:
            _look_up_in(module)
        _looked_up = modules
        let_vectorize_record(_traces > 0)
        while _of_tables and not _traces:
            for method in _of_tables.popitem()[1]:
                method.end()
        while not _traces and _imported:
            names, name, stand_in, was_there = _imported.pop()
            if names.get(name) is stand_in and was_there:
                names[name] = vars(stand_in)["__wrapped__"]
            elif names.get(name) is stand_in:
                del names[name]


def _look_up_in(module: ModuleType) -> None:
    """Let a module find names by who asks, while there are traces."""
    kind = _lookup(module) if _traces else ModuleType
    if type(module) is not kind:
        module.__class__ = kind


def _let_tables_record(values: list[Any]) -> None:
    """Let methods of tables and columns take traced values, where some are reached."""
    with _lock:
        for name in tables_reached(values):
            if name not in _of_tables:
                _of_tables[name] = recording_methods(name)


_of_tables: dict[str, list[TakingTraced]] = {}


def _watched() -> tuple[ModuleType, ...]:
    """The watched modules that are loaded."""
    return tuple(filter(None, map(sys.modules.get, WATCHED)))


# Names of the person's modules that are NumPy's or Python's, what stands for them
# meanwhile, and whether the module had the name itself.
_imported: list[tuple[dict[str, Any], str, Any, bool]] = []


def _stand_in_for_imported(values: Iterable[Any]) -> None:
    """Let names that functions have imported from NumPy stand for recording ones.

    So does Python's `type`, which a module finds among the builtins.
    """
    functions = [value for value in values if type(value) is FunctionType]
    offered = _offered(_watched())
    for function in functions:
        names = function.__globals__
        module = str(names.get("__name__", ""))
        ours = module.startswith("pellucid.")
        if ours or runs_machinery(module, function.__code__.co_filename):
            continue
        for name in names_in(function.__code__):
            value = names.get(name, BUILTINS.get(name))
            stand_in = _stand_in(value) if id(value) in offered else None
            if stand_in is not None:
                with _lock:
                    _imported.append((names, name, stand_in, name in names))
                    names[name] = stand_in


BUILTINS = {"type": type}


@functools.cache
def _offered(modules: tuple[ModuleType, ...]) -> frozenset[int]:
    """The functions of NumPy and SciPy that may be recorded, and Python's `type`."""
    functions = (f for module in modules for f in vars(module).values())
    found = {id(f) for f in functions if is_function(f)}
    return frozenset({id(type), *map(id, _makers()), *found})


@functools.cache
def _makers() -> dict[Any, Any]:
    """For the functions of NumPy that make arrays what records them."""
    return {vars(np)[name]: made for name, made in (CREATORS | JOINED).items()}


@functools.cache
def _stand_in(original: Any) -> Any:
    """What asks who calls a function; None for one that is not recorded."""
    if original is type:
        return Type
    made = _makers().get(original) or _recording(original)
    return None if made is original else _by_caller(original, made)


def _recording(original: Any) -> Any:
    """What records a function; itself where it is not recorded."""
    return _of_lists(original) if is_recorded(original) else original


def _by_caller(original: Any, recording: Any) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        traced = active.get() is not None and not is_machinery(sys._getframe(1))
        return (recording if traced else original)(*args, **kwargs)

    return call


def _creating(name: str, original: Any) -> Callable[..., Any]:
    """The recording function, which may be kept and called when no trace runs."""
    recording = CREATORS[name]

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        made = original if active.get() is None else recording
        return made(*args, **kwargs)

    return call


def _lazy(name: str) -> property:
    """`np.random`, `scipy.special`: a module that is loaded when it is asked for."""

    def find(package: ModuleType) -> ModuleType:
        module = loaded(name)
        if not is_machinery(sys._getframe(1)):
            with _lock:
                _look_up_in(module)
        return module

    def store(package: ModuleType, module: ModuleType) -> None:
        vars(package)[name.rpartition(".")[2]] = module  # as the import system does

    return property(find, store)


@functools.cache
def _lookup(module: ModuleType) -> type[ModuleType]:
    """The class of a module in which recorded functions are found under a trace."""
    found: dict[str, Any] = {}
    for each in LAZY:
        package, _, part = each.rpartition(".")
        if module.__name__ == package:
            found[part] = _lazy(each)
    for name, original in vars(module).items():
        if module is np and name in CREATORS:
            creating = functools.partial(_creating, name)
            found[name] = _by_context(name, original, creating)
        elif module is np and name in JOINED:
            found[name] = _by_context(name, original, _makers().get)
        elif is_function(original):
            found[name] = _by_context(name, original, _recording)
        elif isinstance(original, np.ufunc):
            taking = _by_context(name, original, TakingLists, is_called_or_its_method)
            found[name] = taking
        elif original is np.ndarray:
            found[name] = _by_context(name, original, lambda _: ndarray, is_called)
        elif isinstance(original, type) and original in NUMBERS:
            found[name] = _by_context(name, original, _as_cast, is_called)
        elif is_drawn_from(name, original):
            drawing = functools.partial(draws, name)
            found[name] = _by_context(name, original, drawing)
    return type("ModuleType", (ModuleType,), found)


def is_function(value: Any) -> bool:
    """Whether a value is a function of NumPy's protocol, or one that SciPy wrote."""
    return isinstance(value, FunctionType) or hasattr(value, "_implementation")


def _by_context(
    name: str,
    original: Any,
    recording: Callable[[Any], Any],
    asked: Callable[[Any], bool] | None = None,
) -> property:
    """NumPy's function, or for the person's code under a trace the recording one.

    That is made of the function when it is first asked for.
    """
    made: list[Any] = []

    def find(module: ModuleType) -> Any:
        now = vars(module).get(name, original)
        if active.get() is None or now is not original:  # somebody has exchanged it
            return now
        frame = sys._getframe(1)
        if is_machinery(frame) or instruction(frame) not in LOOKUPS:
            return original
        if asked is not None and not asked(frame):
            return original
        made[:] = made or [recording(original)]
        return made[0]

    return property(find)


# The person's code looks a name up by one of these. Compiled code has no frame: when it
# does, the person's own stands at a call.
LOOKUPS = {"LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"}


def is_called(frame: Any) -> bool:
    """Whether what a frame looks up is called at once, as in `np.float32(x)`."""
    return _uses(frame.f_code)[frame.f_lasti] == CALL


def is_called_or_its_method(frame: Any) -> bool:
    """Whether a frame calls what it looks up, or a ufunc's method, `np.add.reduce`."""
    return _uses(frame.f_code)[frame.f_lasti] in (CALL, *METHODS)


CALL = "()"


@functools.lru_cache(maxsize=512)
def _uses(code: CodeType) -> dict[int, str]:
    """What is done at once with what is looked up: a call, an attribute, or nothing."""
    steps = [i for i in dis.get_instructions(code) if i.opname not in {"CACHE", "NOP"}]
    return {step.offset: _use(steps, at) for at, step in enumerate(steps)
            if step.opname in LOOKUPS}  # fmt: skip


def _use(steps: list[dis.Instruction], at: int) -> str:
    lookup, following = steps[at], steps[at + 1]
    as_method = sys.version_info >= (3, 12) and bool((lookup.arg or 0) & 1)
    if lookup.opname == "LOAD_METHOD" or (lookup.opname == "LOAD_ATTR" and as_method):
        return CALL
    if following.opname in LOOKUPS:
        return str(following.argval)
    # Otherwise a null is pushed: by Python 3.13 after it, before it by the others.
    module = steps[at - 1]
    null = following.opname == "PUSH_NULL" or steps[at - 2].opname == "PUSH_NULL"
    null = null or (module.opname == "LOAD_GLOBAL" and bool((module.arg or 0) & 1))
    return CALL if null and following.opname != "COPY" else ""  # (f := np.exp)(x)


NUMBERS = {kind for kind in np.sctypeDict.values() if np.dtype(kind).kind in "biufc"}


def _as_cast(kind: Any) -> Any:
    """A scalar type that casts a traced value when it is called."""

    @functools.wraps(kind, updated=())
    def cast(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(without_lists, args))
        if args and isinstance(args[0], Traced):
            return recorded("cast", args[0], dtype=np.dtype(kind))
        return kind(*args, **kwargs)

    return cast


@functools.cache
def _of_lists(original: Any) -> Callable[..., Any]:
    """An array function that takes traced values in any place, and lists of them."""

    @functools.wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        args = tuple(map(without_lists, args))
        for value in (*args, *kwargs.values()):
            if isinstance(value, Traced):
                return value.__array_function__(original, (), args, kwargs)
        return original(*args, **kwargs)

    @functools.wraps(original)
    def join(*args: Any, **kwargs: Any) -> Any:
        kwargs = {key: _of_arrays(value) for key, value in kwargs.items()}
        return original(*map(_of_arrays, args), **kwargs)

    return original if original in OF_LISTS else join if original in JOINS else call


def _of_arrays(value: Any) -> Any:
    """A list in which each list that holds traced values is an array."""
    is_list = isinstance(value, (list, tuple))
    return [*map(without_lists, value)] if is_list else value


# These take a list for what it is, and find the traced values in it by themselves.
OF_LISTS = {
    np.block, np.linalg.multi_dot, np.choose, np.piecewise, np.select,
}  # fmt: skip
JOINS = {  # also of lists in the list
    np.column_stack, np.concatenate, np.dstack, np.hstack, np.stack, np.vstack,
}  # fmt: skip
