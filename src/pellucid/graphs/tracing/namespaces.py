"""What a function can get at by name: arguments, closures, globals; helpers too.

Nothing of the person's is run: no property is asked, no `__getattr__`. A name stands
for whatever it may mean: an attribute is looked at when some function among those that
are reached names it, on whichever object it was meant.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import sys
from collections.abc import Iterable
from types import (
    BuiltinFunctionType,
    FunctionType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.tracing.frames import MACHINERY, STANDARD
from pellucid.graphs.tracing.instructions import names_in
from pellucid.graphs.tracing.outside_arrays import Outside

LIBRARIES = {*MACHINERY, "jax", "torch", "autograd", "matplotlib"}
LIMIT = 2000  # bindings looked at: this is for finding, not for proving
LONGEST = 100  # a longer list or dict is data
# Who names one of these may ask for attributes that no code names.
BY_TEXT = {"getattr", "hasattr", "vars", "__dict__", "asdict", "astuple", "fields",
           "replace", "attrgetter"}  # fmt: skip
SCALARS = (int, float, complex, str, bytes, type(None), np.generic)
# Of a function, as IPython's autoreload replaces it.
REPLACED = ("__code__", "__defaults__", "__kwdefaults__")
DESCRIBED = (property, functools.cached_property, staticmethod, classmethod)


class Binding(NamedTuple):
    """Where a name of the person's is bound.

    Parameters
    ----------
    name : str
        As the person writes it: `lam`, `self.rate`, `config["rate"]`.
    value : object
        What it is bound to.
    holder, key : object
        What binds it, and under which key; a cell has none.
    is_item : bool
        Whether it is read by `holder[key]`; else it is an attribute.
    """

    name: str
    value: Any
    holder: Any
    key: Any
    is_item: bool = False


class Reached(NamedTuple):
    """What values to start with can reach.

    Parameters
    ----------
    values : list
        Every value, each once.
    bindings : list of Binding
        Where they are bound.
    """

    values: list[Any]
    bindings: list[Binding]


def reached(start: Iterable[Any]) -> Reached:
    """What the values to start with can reach."""
    walk = _walk(("", value) for value in start)
    return Reached(list(walk.seen.values()), walk.found)


def bindings(start: Iterable[tuple[str, Any]]) -> list[Binding]:
    """Every binding that can be got at by name, from named values to start with.

    A binding without a name is one that only our own code names.
    """
    return _walk(start).found


def _walk(start: Iterable[tuple[str, Any]]) -> _Walk:
    walk = _Walk()
    for name, value in start:
        walk.visit(name, value)
    walk.go()
    return walk


class _Walk:
    """A walk over bindings, which learns names from the code that it meets."""

    def __init__(self) -> None:
        self.found: list[Binding] = []
        self._names: dict[str, None] = {}  # in the order in which they were met
        self._waiting: list[tuple[str, Any]] = []
        self.seen: dict[int, Any] = {}  # held, so that no id is given again
        self._holders: list[tuple[str, Any]] = []
        self._looked: list[int] = []  # for each holder how many names it was asked for

    def visit(self, name: str, value: Any) -> None:
        """Go on from a value, if it was not met yet."""
        if not isinstance(value, SCALARS) and id(value) not in self.seen:
            self.seen[id(value)] = value
            self._waiting.append((name, value))

    def _bind(self, name: str, value: Any, *where: Any) -> None:
        """Note a binding, and go on from what stands there."""
        if type(value) is Outside:  # lent for the time of a trace
            value = value.memory
        self.found.append(Binding(name, value, *where))
        self.visit(name, value)

    def go(self) -> None:
        """Walk until nothing new is met."""
        done = 0
        while done < len(self._waiting) and len(self.found) < LIMIT:
            self._enter(*self._waiting[done])
            done += 1
            if done == len(self._waiting):
                self._ask()

    def _ask(self) -> None:
        """Look for the names that were met since, on each holder."""
        names = list(self._names)
        for i, (owner, holder) in enumerate(self._holders):
            asked, self._looked[i] = self._looked[i], len(names)
            for name in names[asked:]:
                self._attribute(owner, holder, name)
                if name in BY_TEXT and not isinstance(holder, ModuleType):
                    self._all(owner, holder)

    def _enter(self, name: str, value: Any) -> None:
        kind = type(value)
        if kind is FunctionType:
            self._function(value)
        elif kind is MethodType:
            first = next(iter(_parameters(value.__func__)), "self")
            self.visit(name or first, value.__self__)
            self.visit("", value.__func__)
        elif kind is BuiltinFunctionType:
            self.visit(name.rpartition(".")[0] or name, value.__self__)
        elif kind is functools.partial:
            self._partial(value)
        elif kind in DESCRIBED:
            self.visit("", _function_of(value))
        elif isinstance(value, (list, tuple, dict)):
            self._container(name, value)
        elif issubclass(kind, ModuleType):
            if not is_library(value):
                self._hold(name, value)
        elif issubclass(kind, type):
            if not is_closed(value):
                self._hold(name, value)
                self._special_methods(value)
        elif not isinstance(value, np.ndarray):
            self._instance(name, value)

    def _function(self, function: FunctionType) -> None:
        """Closure and defaults of a function, and the globals that it names."""
        code = function.__code__
        closed = is_ours(function) or is_standard(function)
        cells = function.__closure__ or ()
        for name, cell in zip(code.co_freevars, cells, strict=True):
            try:
                value = cell.cell_contents
            except ValueError:  # a variable that has no value yet
                continue
            if closed:
                self.visit("", value)
            else:
                self._bind(name, value, cell, None)
        for value in vars(function).values():
            self.visit("", value)
        if closed:
            return
        for name in REPLACED:
            self.found.append(Binding("", getattr(function, name), function, name))
        given = function.__defaults__ or ()
        last = _parameters(function)[-len(given) or None :]
        for i, (name, value) in enumerate(zip(last, given, strict=False)):
            self._bind(name, value, given, i, True)
        for name, value in (function.__kwdefaults__ or {}).items():
            self._bind(name, value, function.__kwdefaults__, name, True)
        names = function.__globals__
        for name in names_in(code):
            if name in names:
                self._bind(name, names[name], names, name, True)
            self._names[name] = None

    def _partial(self, partial: Any) -> None:
        names = _parameters(getattr(partial.func, "__func__", partial.func))
        for i, value in enumerate(partial.args):
            name = names[i] if i < len(names) else f"args[{i}]"
            self._bind(name, value, partial.args, i, True)
        for name, value in partial.keywords.items():
            self._bind(name, value, partial.keywords, name, True)
        self.visit("", partial.func)

    def _container(self, name: str, value: Any) -> None:
        if len(value) > LONGEST:
            return
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in list(pairs):
            text = f'"{key}"' if isinstance(key, str) else repr(key)
            self._bind(f"{name}[{text}]" if name else "", part, value, key, True)

    def _instance(self, name: str, value: Any) -> None:
        wrapped = own(value).get("__wrapped__")
        if wrapped is not None:
            self.visit("", wrapped)
        if isinstance(value, (np.vectorize, np.ufunc)):
            self.visit("", function_of(value))
        if type(value).__module__.startswith("pellucid."):
            if wrapped is None:
                for part in own(value).values():
                    self.visit("", part)
            return
        self._hold(name or "self", value)
        self._special_methods(type(value))
        if is_foreign(type(value)) and not is_closed(type(value)):
            self._all(name or "self", value)

    def _all(self, owner: str, holder: Any) -> None:
        """Every attribute that an object has by itself."""
        for name in list(own(holder)):
            self._attribute(owner, holder, name)

    def _hold(self, name: str, value: Any) -> None:
        self._holders.append((name, value))
        self._looked.append(0)

    def _special_methods(self, kind: type) -> None:
        """What Python calls by itself: `__call__`, `__add__`, `__init__`."""
        for each in kind.__mro__:
            if not is_closed(each):
                for name, value in list(vars(each).items()):
                    if name.startswith("__") and type(value) is FunctionType:
                        self.visit("", value)

    def _attribute(self, owner: str, holder: Any, name: str) -> None:
        """A name on an object, on its class or in a module."""
        text = f"{owner}.{name}" if owner else name
        mine = {} if isinstance(holder, type) else own(holder)
        kind, value = class_with(holder, name)
        of_class = holder if isinstance(holder, type) else type(holder)
        if name in mine and not isinstance(value, property):
            self._bind(text, mine[name], holder, name)
        elif kind is None or is_closed(kind):
            return
        elif isinstance(value, DESCRIBED):
            if isinstance(value, property):
                self.found.append(Binding("", value, of_class, name))
            self.visit("", _function_of(value))
        elif type(value) is FunctionType:
            self._bind(text, value, of_class, name)
        elif type(value) is MemberDescriptorType and not isinstance(holder, type):
            with contextlib.suppress(AttributeError):  # nothing is stored there yet
                self._bind(text, value.__get__(holder), holder, name)
        elif not hasattr(type(value), "__get__"):
            self._bind(text, value, holder, name)


def class_with(holder: Any, name: str) -> tuple[type | None, Any]:
    """The class among those of an object that has an attribute, and what it has."""
    if not isinstance(holder, ModuleType):
        kinds = holder if isinstance(holder, type) else type(holder)
        for kind in kinds.__mro__:
            if name in vars(kind):
                return kind, vars(kind)[name]
    return None, None


def own(value: Any) -> Any:
    """The attributes that a value has by itself."""
    try:
        return object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}


def _function_of(value: Any) -> Any:
    """The function in a property, a cached property, a static or a class method."""
    for name in ("fget", "func", "__func__"):
        if hasattr(value, name):
            return getattr(value, name)
    return None


def function_of(value: Any) -> Any:
    """What np.vectorize or np.frompyfunc made it of; None for any other ufunc.

    No attribute of a ufunc tells; it holds the function for the garbage collector.
    """
    if isinstance(value, np.vectorize):
        return value.pyfunc
    objects = "O" * value.nin + "->" + "O" * value.nout
    held = gc.get_referents(value) if value.types == [objects] else []
    return next(filter(callable, held), None)


def _parameters(function: Any) -> tuple[str, ...]:
    """The names of the parameters by position."""
    code = getattr(function, "__code__", None)
    return code.co_varnames[: code.co_argcount] if code else ()


def is_ours(function: FunctionType) -> bool:
    """Whether a function is one of this package."""
    return str(function.__module__).startswith("pellucid.")


def is_standard(function: FunctionType) -> bool:
    """Whether a function is of Python's library, or of one that computes for us."""
    file = function.__code__.co_filename
    standard = file.startswith(STANDARD) and "-packages" not in file
    return standard or str(function.__module__).partition(".")[0] in LIBRARIES


def is_closed(kind: type) -> bool:
    """Whether a class is none of the person's."""
    root = kind.__module__.partition(".")[0]
    return root in LIBRARIES or root in sys.stdlib_module_names or root == "pellucid"


def is_foreign(kind: type) -> bool:
    """Whether a class has a part that is none of the person's."""
    return any(map(is_closed, set(kind.__mro__) - {object}))


def is_library(module: ModuleType) -> bool:
    """Whether a module is none of the person's."""
    root = module.__name__.partition(".")[0]
    file = vars(module).get("__file__")
    if root in LIBRARIES or root == "pellucid":
        return True
    if file is None:
        return root in sys.stdlib_module_names
    return file.startswith(STANDARD) and "-packages" not in file
