"""Python's operators on traced values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.foreign import is_labelled
from pellucid.graphs.operations.closed_set import UFUNCS
from pellucid.graphs.operations.elementwise import OPERATORS
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.attributes import (
    TracedArray,
    TracedInteger,
    TracedScalar,
    as_integer,
    truth,
)
from pellucid.graphs.tracing.refusals import refused_labels
from pellucid.graphs.tracing.traced import Traced, recorded, written


def _operate(ufunc: np.ufunc, *arguments: Any) -> Any:
    """An operator: between two Python numbers the result is one again (NEP 50)."""
    name = UFUNCS.get(ufunc, ufunc.__name__)
    if not all(map(_is_number, arguments)):
        if name == "power" and _is_square(*arguments):
            return recorded("square", arguments[0])
        return recorded(name, *arguments)
    if name in OPERATORS or name in _OF_INTEGERS:
        if all(map(_is_integer, arguments)):
            arguments = tuple(map(as_integer, arguments))
        return recorded(name, *arguments, weak=name in OPERATORS)
    made = recorded(name, *arguments)
    return truth(made) if isinstance(made, Traced) and made.dtype == bool else made


_OF_INTEGERS = {"invert", "left_shift", "right_shift"}  # ~True is -2


def _is_square(x: Any, y: Any) -> bool:
    """Whether x**y is of truth values, of which NumPy takes the square (int8)."""
    is_two = type(y) is int and y == 2
    return is_two and isinstance(x, Traced) and x.dtype.kind == "b"


def _is_integer(value: Any) -> bool:
    """Whether a number of Python's is an integer, or a truth value."""
    if isinstance(value, Traced):
        return value.dtype.kind in "iub"
    return type(value) in (int, bool)


def _is_number(value: Any) -> bool:
    """Whether a value is a number of Python's."""
    if isinstance(value, Traced):
        return value.is_number
    return type(value) in (int, float, complex, bool)


def _unary(ufunc: np.ufunc) -> Callable[..., Any]:
    def operator(self: Traced) -> Any:
        return _operate(ufunc, self)

    return operator


def _binary(ufunc: np.ufunc) -> tuple[Callable[..., Any], ...]:
    """The operator, that with sides changed, and that which writes in place."""

    def forward(self: Traced, other: Any, *modulo: Any) -> Any:
        if modulo or not _is_operand(self, other):
            return NotImplemented
        return _operate(ufunc, self, other)

    def reflected(self: Traced, other: Any) -> Any:
        if not _is_operand(self, other):
            return NotImplemented
        return _operate(ufunc, other, self)

    def in_place(self: Traced, other: Any) -> Any:
        if not _is_operand(self, other):
            return NotImplemented
        return written(self, _operate(ufunc, self, other))

    return forward, reflected, in_place


NUMBERS = (Traced, int, float, complex, np.generic, np.ndarray)


def _is_operand(x: Traced, other: Any) -> bool:
    """Whether x takes it for an operand; an array takes lists too."""
    if is_labelled(other):
        refused_labels(x.node)
    return isinstance(other, NUMBERS if x.is_number else (*NUMBERS, list, tuple))


_OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "floordiv": np.floor_divide, "mod": np.remainder, "pow": np.power,
    "matmul": np.matmul,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor,
    "lshift": np.left_shift, "rshift": np.right_shift,
}  # fmt: skip
_OF_ALL = {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow"}


def _owners(name: str) -> tuple[type[Traced], ...]:
    """The kinds of values that have an operator: no float has that of bits."""
    if name == "matmul":
        return (TracedArray,)
    return (Traced,) if name in _OF_ALL else (TracedScalar, TracedInteger)


for _name, _ufunc in _OPERATORS.items():
    _forward, _reflected, _in_place = _binary(_ufunc)
    for _owner in _owners(_name):
        setattr(_owner, f"__{_name}__", _forward)
        setattr(_owner, f"__r{_name}__", _reflected)
    setattr(TracedArray, f"__i{_name}__", _in_place)

_COMPARISONS = {
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal,
    "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip
for _name, _ufunc in _COMPARISONS.items():
    setattr(Traced, f"__{_name}__", _binary(_ufunc)[0])


def _equality(compare: Callable[..., Any], differs: bool) -> Callable[..., Any]:
    """Compare also with None or a text: each element differs from it."""

    def operator(self: Traced, other: Any) -> Any:
        if other is not None and not isinstance(other, str):
            return compare(self, other)
        return creation.full(self.shape, differs) if self.shape else differs

    return operator


Traced.__eq__ = _equality(Traced.__eq__, False)  # type: ignore[method-assign]
Traced.__ne__ = _equality(Traced.__ne__, True)  # type: ignore[method-assign]

_UNARY = {
    "neg": np.negative,
    "pos": np.positive,
    "abs": np.absolute,
}
for _name, _ufunc in _UNARY.items():
    setattr(Traced, f"__{_name}__", _unary(_ufunc))
for _owner in _owners("invert"):
    setattr(_owner, "__invert__", _unary(np.invert))  # noqa: B010 (mypy)


def _divmod(self: Any, other: Any) -> Any:
    return self // other, self % other


def _rdivmod(self: Any, other: Any) -> Any:
    return other // self, other % self


def _round(self: Any, ndigits: int | None = None) -> Any:
    if self.node.known and not self.mutable:
        return round(self._value(), ndigits)
    return np.round(self, ndigits or 0)


def _repeated(multiply: Callable[..., Any]) -> Callable[..., Any]:
    """Repeat a list as often as a whole number says, as NumPy's numbers do."""

    def operator(self: Traced, other: Any) -> Any:
        if isinstance(other, (list, tuple)) and _is_count(self):
            return other * self._index()
        return multiply(self, other)

    return operator


def _is_count(value: Traced) -> bool:
    return not value.mutable and value.dtype.kind in "iu"


for _name in ("__mul__", "__rmul__"):
    setattr(Traced, _name, _repeated(getattr(Traced, _name)))

for _owner, _name, _function in (
    (Traced, "divmod", _divmod),
    (Traced, "rdivmod", _rdivmod),
    (TracedScalar, "round", _round),
):
    setattr(_owner, f"__{_name}__", _function)
