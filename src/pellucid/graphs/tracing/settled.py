"""What a stand-in becomes when its trace has ended, where it depends on no input.

A cache that is filled while a function is traced keeps stand-ins: `self.grid =
np.linspace(0, 1, 4)`. Whoever holds one holds that object, so the object itself turns
into one that answers as the array does. `np.asarray` of it is that array; what is
computed from it is NumPy's own.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from pellucid.graphs.stand_in import StandIn


class Settled(StandIn):
    """One whose trace has ended; `memory` is the array or number now."""

    __slots__ = ("memory", "mutable")  # as Traced, which it was before
    __array_priority__: ClassVar[float] = 0.0

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` sees: the class of the value."""
        return type(self.memory)

    def __getattr__(self, name: str) -> Any:
        if name in HIDDEN:
            raise AttributeError(name)
        return getattr(self.memory, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.memory, name, plain(value))

    def __dir__(self) -> Any:
        return dir(self.memory)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        made = np.asarray(self.memory, dtype)
        return made.copy() if copy and made is self.memory else made

    def __array_ufunc__(
        self, ufunc: Any, method: str, *inputs: Any, **options: Any
    ) -> Any:
        result = getattr(ufunc, method)(*within(inputs), **within(options))
        out = options.get("out", ())
        return out[0] if len(out) == 1 else result

    def __array_function__(
        self, function: Any, types: Any, args: Any, kwargs: Any
    ) -> Any:
        return function(*within(args), **within(kwargs))

    def __copy__(self) -> Any:
        return copy.copy(self.memory)

    def __deepcopy__(self, memo: Any) -> Any:
        return copy.deepcopy(self.memory, memo)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.memory.__reduce_ex__(protocol)


# By these NumPy would make a view of an array in the place of asking for it.
HIDDEN = {"__array_interface__", "__array_struct__"}


# The classes of what is in the place of an array or number, its `memory`.
IN_PLACE: set[type[Any]] = {Settled}


def plain(value: Any) -> Any:
    """The array or number that a value is in the place of, or the value itself."""
    return value.memory if type(value) in IN_PLACE else value


def within(values: Any) -> Any:
    """The same lists, tuples and dicts, with plain values."""
    if type(values) in (list, tuple):
        return type(values)(map(within, values))
    if type(values) is dict:
        return {key: within(value) for key, value in values.items()}
    return plain(values)


def _forward(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, *others: Any) -> Any:
        return function(self.memory, *within(others))

    return method


def _reflected(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        return function(plain(other), self.memory)

    return method


def _in_place(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Any, other: Any) -> Any:
        result = function(self.memory, plain(other))
        return self if result is self.memory else result

    return method


for _name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul",
              "and", "or", "xor", "lshift", "rshift"):  # fmt: skip
    _function = getattr(operator, f"__{_name}__")
    setattr(Settled, f"__{_name}__", _forward(_function))
    setattr(Settled, f"__r{_name}__", _reflected(_function))
    setattr(Settled, f"__i{_name}__", _in_place(getattr(operator, f"__i{_name}__")))

for _name in ("lt", "le", "gt", "ge", "eq", "ne", "neg", "pos", "abs", "invert",
              "index", "contains", "getitem", "setitem", "delitem"):  # fmt: skip
    setattr(Settled, f"__{_name}__", _forward(getattr(operator, f"__{_name}__")))

_BUILTIN: dict[str, Callable[..., Any]] = {
    "len": len, "iter": iter, "bool": bool, "float": float, "int": int, "hash": hash,
    "complex": complex, "format": format, "repr": repr, "str": str, "round": round,
    "divmod": divmod,
}  # fmt: skip
for _name, _function in _BUILTIN.items():
    setattr(Settled, f"__{_name}__", _forward(_function))
Settled.__rdivmod__ = _reflected(divmod)  # type: ignore[attr-defined]
