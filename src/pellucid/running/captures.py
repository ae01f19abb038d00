"""What a compiled function has captured from outside, and whether it is still the same.

Globals, closures, attributes, entries of dicts and lists, default arguments: the values
that a function gets at by name are frozen in its program. They are looked at in each
call, by one generated expression, so that another value is noticed. What the function
itself changes while it is traced, such as a counter or a cache, is its own affair.

This goes by what is found by name, and by identity, which takes no time. For what is
not compiled `surroundings` compares contents, and gives up where it cannot find all.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from pellucid.graphs.tracing.namespaces import (
    LONGEST,
    SCALARS,
    Binding,
    bindings,
    is_foreign,
    is_ours,
    is_standard,
)
from pellucid.graphs.tracing.trace import is_variable
from pellucid.graphs.tracing.traced import Traced
from pellucid.running.cache import LARGE, Itself, content
from pellucid.running.writing import made

Start = Sequence[tuple[str, Any]]


class Captures:
    """The bindings that a function reads from, with what was in them.

    Parameters
    ----------
    start : sequence of (str, object)
        The function, and the arguments that are constants, by name.

    Examples
    --------
    >>> config = {"rate": 0.5}
    >>> captures = Captures([("config", config)])
    >>> captures.scalars, captures.holds()
    ({'config["rate"]': 0.5}, True)
    >>> config["rate"] = 0.25
    >>> captures.holds()
    False
    """

    def __init__(self, start: Start) -> None:
        self._enter(_named(start))
        self.state = {name: _key(binding) for name, binding in self._bindings.items()}

    def _enter(self, found: dict[str, Binding]) -> None:
        self._bindings = found
        self.holds: Callable[[], bool] = _written(list(found.values()))

    def settle(self) -> None:
        """Leave out what the function has changed while it was traced."""
        now = {name: p._replace(value=_now(p)) for name, p in self._bindings.items()}
        kept = {
            name: binding
            for name, binding in self._bindings.items()
            if now[name].value is binding.value and _key(now[name]) == self.state[name]
        }
        if len(kept) < len(self._bindings):
            self._enter(kept)
            self.state = {name: self.state[name] for name in kept}

    def holds_for(self, start: Start) -> bool:
        """Whether equal values are there, if not the same; those are held from now."""
        found = _named(start)
        if any(name not in found for name in self.state):
            return False
        kept = {name: found[name] for name in self.state}
        if any(_key(binding) != self.state[name] for name, binding in kept.items()):
            return False
        self._enter(kept)
        return True

    @property
    def scalars(self) -> dict[str, Any]:
        """The numbers and texts among them, under the names that the person wrote."""
        found = self._bindings.items()
        return {name: p.value for name, p in found
                if p.name and isinstance(p.value, SCALARS)}  # fmt: skip

    def name_of(self, array: Any) -> str | None:
        """The person's name for an array of these elements."""
        found = (n for n, p in self._bindings.items() if n and _equals(p.value, array))
        return next(found, None)


def _named(start: Start) -> dict[str, Binding]:
    """The bindings by name; of two of one name the second gets a number."""
    found: dict[str, Binding] = {}
    loose = [Binding(name, value, (value,), 0, True)
             for name, value in start if isinstance(value, LOOSE)]  # fmt: skip
    for binding in [*loose, *bindings(start)]:
        name, number = binding.name, 1
        while name in found:
            number += 1
            name = f"{binding.name}_{number}"
        found[name] = binding
    return found


def _key(binding: Binding) -> Hashable:
    """What is equal for values that do the same, bindings inside them left aside."""
    value = binding.value
    kind = type(value)
    if kind is FunctionType:
        return _key_of_function(value)
    if kind is property and type(value.fget) is FunctionType:
        return kind, _key_of_function(value.fget)
    if isinstance(value, (list, tuple, dict)):
        return kind, len(value), len(value) > LONGEST and Itself(value)
    if isinstance(value, LOOSE):
        held = Itself(value) if len(value) > LONGEST else _held(value)
        return kind, len(value), held
    if isinstance(value, Traced):  # kept by an earlier trace; it has no elements
        return Itself(value)
    if isinstance(value, np.ndarray):
        return _digest(value)
    if isinstance(value, (*SCALARS, CodeType)):
        return content(value)
    if issubclass(kind, (ModuleType, type)) or is_foreign(kind):
        return Itself(value)
    return (kind,)


# Their elements are no bindings of their own.
LOOSE = (set, frozenset, deque)


def _held(value: Any) -> Hashable:
    """The elements of a set, or of a deque in their order."""
    found = map(content, value)
    return tuple(found) if isinstance(value, deque) else frozenset(found)


def _key_of_function(function: FunctionType) -> Hashable:
    """Functions of one code do the same, unless they are not the person's."""
    if is_ours(function):
        return Itself(function)
    if is_standard(function):  # under a trace another may stand for NumPy's
        return Itself(getattr(function, "__wrapped__", function))
    return FunctionType, function.__code__


def _digest(array: Any) -> Hashable:
    if array.dtype.hasobject or array.nbytes > LARGE:
        return Itself(array)
    digest = hashlib.blake2b(array.tobytes()).digest()
    return array.shape, array.dtype.str, array.flags.f_contiguous, digest


def _equals(value: Any, array: Any) -> bool:
    return value is array or (
        isinstance(value, np.ndarray)
        and not isinstance(value, Traced)
        and (value.shape, value.dtype) == (array.shape, array.dtype)
        and value.nbytes <= LARGE
        and bool(np.array_equal(value, array, equal_nan=array.dtype.kind in "fc"))
    )


# -- the expression that looks at all bindings ----------------------------------------

GONE = (KeyError, IndexError, AttributeError, ValueError)  # ValueError: an empty cell


def _written(found: list[Binding]) -> Callable[[], bool]:
    """A function that says whether each binding holds what it held."""
    fixed: dict[str, Any] = {"GONE": GONE}
    tests = []
    for i, binding in enumerate(found):
        fixed |= {f"v{i}": binding.value, f"h{i}": binding.holder, f"k{i}": binding.key}
        if not isinstance(binding.holder, tuple):
            tests.append(f"{_read(binding, i)} is v{i}")
        if isinstance(binding.value, (list, dict, *LOOSE)):
            tests.append(f"len(v{i}) == {len(binding.value)}")
        if isinstance(binding.value, LOOSE) and len(binding.value) <= LONGEST:
            fixed |= {f"s{i}": _held(binding.value), "held": _held}
            tests.append(f"held(v{i}) == s{i}")
    condition = " and ".join(tests) or "True"
    source = f"""def holds():
    try:
        return {condition}
    except GONE:
        return False
"""
    holds: Callable[[], bool] = made(source, "holds", fixed)
    return holds


def _read(binding: Binding, i: int) -> str:
    if binding.is_item:
        return f"h{i}[k{i}]"
    if binding.key is None:
        return f"h{i}.cell_contents"
    return f"h{i}.{binding.key}" if is_variable(binding.key) else f"getattr(h{i}, k{i})"


def _now(binding: Binding) -> Any:
    """What is in a binding now."""
    try:
        if binding.is_item:
            return binding.holder[binding.key]
        return getattr(binding.holder, binding.key or "cell_contents")
    except GONE:
        return GONE
