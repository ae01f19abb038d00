"""What a function can get at by name: arguments, closures, globals; helpers too."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodType,
    ModuleType,
)
from typing import Any

from pellucid.graphs.recorder import MACHINERY

CLOSED = {*MACHINERY, "builtins"}
LIMIT = 2000  # values looked at: this is for finding, not for proving


def reached(start: Iterable[Any]) -> Iterator[Any]:
    """Every value that the values to start with can reach, each once.

    The methods of their classes come last, as there may be many.
    """
    waiting, seen, methods = list(start), set[int](), list[Any]()
    while (waiting or methods) and len(seen) < LIMIT:
        value = (waiting or methods).pop()
        if id(value) not in seen:
            seen.add(id(value))
            yield value
            waiting.extend(_next(value))
            methods.extend(_methods(value if isinstance(value, type) else type(value)))


def _next(value: Any) -> list[Any]:
    """What is reached from one value in one step; no property is asked."""
    kind = type(value)
    if kind is FunctionType:
        return _of_function(value)
    if kind is MethodType:
        return [value.__self__, value.__func__]
    if kind is BuiltinFunctionType:
        return [value.__self__]
    if kind is functools.partial:
        return [value.func, *value.args, *value.keywords.values()]
    if kind in (list, tuple, dict):  # a table of functions
        held = value.values() if kind is dict else value
        return [v for v in held if callable(v)]
    if issubclass(kind, ModuleType) or kind.__module__.partition(".")[0] in CLOSED:
        return []
    if isinstance(value, type):
        return []
    own = list(getattr(value, "__dict__", {}).values())
    calls = [vars(k)["__call__"] for k in kind.__mro__ if "__call__" in vars(k)]
    return own + calls[:1]


def _methods(kind: type) -> list[FunctionType]:
    """The functions in the body of a person's class, and of those it comes from."""
    members = [m for k in kind.__mro__ if _is_persons(k) for m in vars(k).values()]
    found = [getattr(m, "fget", None) or getattr(m, "__func__", m) for m in members]
    return [f for f in found if isinstance(f, FunctionType)]


def _is_persons(kind: type) -> bool:
    package = str(kind.__module__).partition(".")[0]
    return package not in CLOSED and package != "pellucid"


def _of_function(function: FunctionType) -> list[Any]:
    """Closure and defaults of a function, and the globals that it names."""
    found = [*(function.__defaults__ or ()), *vars(function).values()]
    for cell in function.__closure__ or ():
        try:
            found.append(cell.cell_contents)
        except ValueError:  # a variable that has no value yet
            continue
    if str(function.__module__).startswith("pellucid."):
        return found  # ours: what it names is ours too
    names = names_in(function.__code__)
    own = function.__globals__
    found += [own[name] for name in names if name in own]
    modules = [
        v for v in found if issubclass(type(v), ModuleType) and not _is_library(v)
    ]
    return found + [vars(m)[name] for m in modules for name in names if name in vars(m)]


def _is_library(module: ModuleType) -> bool:
    return module.__name__.partition(".")[0] in MACHINERY


@functools.lru_cache(maxsize=512)
def names_in(code: CodeType) -> frozenset[str]:
    """The names that a code uses, functions inside it too."""
    inner = [c for c in code.co_consts if isinstance(c, CodeType)]
    return frozenset(code.co_names).union(*map(names_in, inner))
