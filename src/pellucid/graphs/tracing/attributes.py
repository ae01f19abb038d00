"""What a stand-in looks like: it has the attributes of its value, and no others.

A function may ask what it was given (`hasattr(x, "shape")`, `len(x)`, `isinstance(x,
Sized)`) and go another way, so an array stands for an array, a NumPy scalar for a
scalar, and a Python number for a number, which has neither shape nor length.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.graphs.tracing.array_methods import Methods, Parts
from pellucid.graphs.tracing.conversions import Conversions, hashed
from pellucid.graphs.tracing.frames import instruction, is_engine, is_machinery
from pellucid.graphs.tracing.items import Flat, item_of, set_flat, set_item
from pellucid.graphs.tracing.operators import Arithmetic, OfArrays, OfBits
from pellucid.graphs.tracing.traced import KINDS, Traced, current, recorded


class Inside:
    """What only our own code, or a class, may ask of a stand-in, and no person."""

    def __init__(self, get: Any, *asking: Callable[[Any], bool]) -> None:
        self._get = get
        self._asking = asking

    def __get__(self, x: Any, owner: Any) -> Any:
        """The attribute as ours; to others there is none."""
        if x is not None:
            frame = sys._getframe(1)
            if not (is_engine(frame) or any(may(frame) for may in self._asking)):
                raise AttributeError
        return self._get.__get__(x, owner)


def as_weak(x: Any, dtype: Any) -> Any:
    """A number of Python's, of the kind of a dtype."""
    return recorded("cast", x, weak=True, dtype=dtype)


class NotIterableError(AttributeError, TypeError):
    """A scalar is gone through, or asked for what it is gone through by."""


class Subscripted:
    """`x[...]` of a scalar, which Python would else take for something to go through.

    An object that has `__getitem__` and no `__iter__` is asked for x[0], x[1], ...
    """

    def __init__(self, get: Any) -> None:
        self._get = get

    def __get__(self, x: Any, owner: Any) -> Any:
        """How it is read where that is written with brackets, or by our own code."""
        frame = sys._getframe(1)
        if not (x is None or is_engine(frame) or instruction(frame) in SUBSCRIPTS):
            raise NotIterableError(f"{owner.__name__!r} object is not iterable")
        return self._get.__get__(x, owner)


SUBSCRIPTS = {"BINARY_SUBSCR", "BINARY_SLICE", "BINARY_OP"}


class TracedScalar(Arithmetic, OfBits, Conversions, Parts, Methods):
    """A stand-in for a NumPy scalar: what scalars and arrays have in common."""

    __slots__ = ()
    __getitem__ = Subscripted(item_of)
    flat = property(Flat, set_flat)
    __hash__ = hashed  # type: ignore[assignment]
    __array_ufunc__ = Inside(Traced.__array_ufunc__)
    __array_function__ = Inside(Traced.__array_function__)

    def __copy__(self) -> Any:
        current(self)
        return self

    def __deepcopy__(self, memo: Any) -> Any:
        current(self)
        return self

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` sees: the type of the dtype."""
        return self.dtype.type

    @property
    def itemsize(self) -> int:
        """Bytes an element."""
        return self.dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Bytes of all elements."""
        return self.size * self.itemsize

    @property
    def T(self) -> Any:  # noqa: N802
        """The transpose, a view."""
        return np.transpose(self)

    def __round__(self, ndigits: int | None = None) -> Any:
        if self.node.known and not self.mutable:
            return round(self._value(), ndigits)
        rounded = np.round(self, ndigits or 0)
        is_whole = ndigits is None and not self.mutable
        return as_weak(rounded, np.dtype(int)) if is_whole else rounded

    def __floor__(self) -> int:
        return int(np.floor(self))

    def __ceil__(self) -> int:
        return int(np.ceil(self))

    def __trunc__(self) -> int:
        return int(self)

    def item(self, *args: int) -> Any:
        """The number itself; refused for a float that is not known."""
        return self.counted().item(*args)

    def tolist(self) -> Any:
        """The numbers as a list; refused for floats that are not known."""
        return self.counted().tolist()


class TracedIndex(TracedScalar):
    """A stand-in for an integer of NumPy's."""

    __slots__ = ()

    def __index__(self) -> int:
        index: int = self._index()
        return index


class TracedArray(OfArrays, TracedIndex):
    """A stand-in for an array, which has memory to write to and, with axes, parts."""

    __slots__ = ()
    __getitem__ = item_of
    __setitem__ = set_item
    __hash__ = None  # type: ignore[assignment]
    __array_ufunc__ = Traced.__array_ufunc__
    __array_function__ = Traced.__array_function__

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` sees."""
        return np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        """Length of each axis."""
        return self.memory._node.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        reshaped: Any = np.reshape(self, shape)
        memory = reshaped.memory
        if memory.parent is None and self.size:
            raise AttributeError("incompatible shape for in-place modification")
        self.memory = memory

    def __copy__(self) -> Any:
        return np.copy(self)

    def __deepcopy__(self, memo: Any) -> Any:
        return np.copy(self)

    @property
    def mT(self) -> Any:  # noqa: N802
        """The transpose of the last two axes, a view."""
        return np.matrix_transpose(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(self == value))


class TracedNumber(Arithmetic, Conversions, Parts):
    """A stand-in for a float or complex number of Python's."""

    __slots__ = ()
    is_number = True
    __hash__ = hashed  # type: ignore[assignment]

    shape = Inside(Traced.shape)
    dtype = Inside(Traced.dtype)
    ndim = Inside(Traced.ndim)
    size = Inside(Traced.size)
    __array_ufunc__ = Inside(Traced.__array_ufunc__)
    __array_function__ = Inside(Traced.__array_function__)
    __copy__ = Inside(TracedScalar.__copy__)
    __deepcopy__ = Inside(TracedScalar.__deepcopy__)
    # SciPy's own code asks for an array, and is refused with a better spelling.
    __array__ = Inside(Conversions.__array__, is_machinery)

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """What `isinstance` sees: the class that the number itself will have."""
        return PYTHON[self.memory._node.dtype.kind]

    def __getattr__(self, name: str) -> Any:
        """Give our own code what an array would have, refuse what a number has."""
        if is_engine(sys._getframe(1)):
            found = getattr(TracedScalar, name, None)
            if found is not None:
                return found.__get__(self)
        return super().__getattr__(name)

    def __round__(self, ndigits: int | None = None) -> Any:
        if self.node.known:
            return round(self._value(), ndigits)
        rounded = np.round(self, ndigits or 0)
        return as_weak(rounded, np.dtype(int) if ndigits is None else self.dtype)

    __floor__ = TracedScalar.__floor__
    __ceil__ = TracedScalar.__ceil__
    __trunc__ = TracedScalar.__trunc__


PYTHON = {"f": float, "c": complex, "i": int, "b": bool}


class TracedInteger(OfBits, TracedNumber):
    """A stand-in for an integer of Python's, or the truth of a comparison."""

    __slots__ = ()

    def __index__(self) -> int:
        index: int = self._index()
        return index


KINDS.update({
    "array": TracedArray,
    (False, False): TracedScalar, (False, True): TracedIndex,
    (True, False): TracedNumber, (True, True): TracedInteger,
})  # fmt: skip
