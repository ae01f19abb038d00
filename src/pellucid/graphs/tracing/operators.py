"""Python's operators on traced values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import UFUNCS
from pellucid.graphs.operations.elementwise import OPERATORS
from pellucid.graphs.tracing import creation
from pellucid.graphs.tracing.traced import (
    FUNCTIONS,
    Traced,
    has_labels,
    recorded,
    stored,
    truth,
)


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


def as_integer(value: Any) -> Any:
    """A bool as the integer that it is in arithmetic: True + True is 2."""
    if type(value) is bool:
        return int(value)
    if isinstance(value, Traced) and value.dtype == bool:
        return recorded("cast", value, weak=True, dtype=np.dtype(int))
    return value


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


NUMBERS = (Traced, int, float, complex, np.generic, np.ndarray)


def _is_operand(x: Traced, other: Any) -> bool:
    """Whether x takes it for an operand; an array takes lists too."""
    return isinstance(other, NUMBERS if x.is_number else (*NUMBERS, list, tuple))


# -- what stands for an operator in a class -------------------------------------------


def _unary(ufunc: np.ufunc) -> Any:
    def operator(self: Traced) -> Any:
        return _operate(ufunc, self)

    return operator


def _labelled(ufunc: np.ufunc, other: Any, *sides: Any) -> Any:
    """The same with a table or column of pandas; not implemented for others."""
    return FUNCTIONS["labelled"](ufunc, *sides) if has_labels(other) else NotImplemented


def _forward(ufunc: np.ufunc) -> Any:
    def operator(self: Traced, other: Any, *modulo: Any) -> Any:
        if not modulo and _is_operand(self, other):
            return _operate(ufunc, self, other)
        return _labelled(ufunc, other, self, other)

    return operator


def _reflected(ufunc: np.ufunc) -> Any:
    def operator(self: Traced, other: Any) -> Any:
        if _is_operand(self, other):
            return _operate(ufunc, other, self)
        return _labelled(ufunc, other, other, self)

    return operator


def _both(ufunc: np.ufunc) -> tuple[Any, Any]:
    """The operator, and that with sides changed."""
    return _forward(ufunc), _reflected(ufunc)


def _in_place(ufunc: np.ufunc) -> Any:
    def operator(self: Traced, other: Any) -> Any:
        if not _is_operand(self, other):
            return NotImplemented
        return stored(self, _operate(ufunc, self, other))

    return operator


def _equality(ufunc: np.ufunc, differs: bool) -> Any:
    """Compare also with None or a text: each element differs from it."""
    compare = _forward(ufunc)

    def operator(self: Traced, other: Any) -> Any:
        if other is not None and not isinstance(other, str):
            return compare(self, other)
        return creation.full(self.shape, differs) if self.shape else differs

    return operator


def _repeated(multiply: Callable[..., Any]) -> Any:
    """Repeat a list as often as a whole number says, as NumPy's numbers do."""

    def operator(self: Any, other: Any) -> Any:
        if isinstance(other, (list, tuple)) and _is_count(self):
            return other * self._index()
        return multiply(self, other)

    return operator


def _is_count(value: Traced) -> bool:
    return not value.mutable and value.dtype.kind in "iu"


class Arithmetic(Traced):
    """The operators that every number has, and every array."""

    __slots__ = ()
    __pandas_priority__ = 5000  # pandas leaves operators to what has more than 4000
    __add__, __radd__ = _both(np.add)
    __sub__, __rsub__ = _both(np.subtract)
    __mul__, __rmul__ = map(_repeated, _both(np.multiply))
    __truediv__, __rtruediv__ = _both(np.divide)
    __floordiv__, __rfloordiv__ = _both(np.floor_divide)
    __mod__, __rmod__ = _both(np.remainder)
    __pow__, __rpow__ = _both(np.power)

    __neg__ = _unary(np.negative)
    __pos__ = _unary(np.positive)
    __abs__ = _unary(np.absolute)

    __lt__ = _forward(np.less)
    __le__ = _forward(np.less_equal)
    __gt__ = _forward(np.greater)
    __ge__ = _forward(np.greater_equal)
    __eq__ = _equality(np.equal, False)
    __ne__ = _equality(np.not_equal, True)

    def __divmod__(self: Any, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self: Any, other: Any) -> Any:
        return other // self, other % self


class OfBits(Traced):
    """Those of whole numbers alone, and of arrays."""

    __slots__ = ()
    __and__, __rand__ = _both(np.bitwise_and)
    __or__, __ror__ = _both(np.bitwise_or)
    __xor__, __rxor__ = _both(np.bitwise_xor)
    __lshift__, __rlshift__ = _both(np.left_shift)
    __rshift__, __rrshift__ = _both(np.right_shift)
    __invert__ = _unary(np.invert)


class OfArrays(Traced):
    """The product of matrices, and what writes into an array."""

    __slots__ = ()
    __matmul__, __rmatmul__ = _both(np.matmul)
    __iadd__ = _in_place(np.add)
    __isub__ = _in_place(np.subtract)
    __imul__ = _in_place(np.multiply)
    __itruediv__ = _in_place(np.divide)
    __ifloordiv__ = _in_place(np.floor_divide)
    __imod__ = _in_place(np.remainder)
    __ipow__ = _in_place(np.power)
    __imatmul__ = _in_place(np.matmul)
    __iand__ = _in_place(np.bitwise_and)
    __ior__ = _in_place(np.bitwise_or)
    __ixor__ = _in_place(np.bitwise_xor)
    __ilshift__ = _in_place(np.left_shift)
    __irshift__ = _in_place(np.right_shift)
