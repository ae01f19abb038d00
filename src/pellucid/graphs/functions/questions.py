"""Questions about arrays that are answered from shape and dtype, and how they print."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import recorded_as
from pellucid.graphs.operations.closed_set import reduced_axes
from pellucid.graphs.tracing.traced import FUNCTIONS, Traced


@recorded_as(np.size)
def size(a: Any, axis: Any = None) -> int:
    """The number of elements, in all or along axes."""
    return int(np.prod([a.shape[i] for i in reduced_axes(a.ndim, axis)], dtype=int))


FUNCTIONS[np.shape] = lambda a: a.shape
FUNCTIONS[np.ndim] = lambda a: a.ndim
FUNCTIONS[np.iterable] = lambda y: y.ndim > 0


# -- dtypes ---------------------------------------------------------------------------


def _sample(a: Any) -> Any:
    """What NumPy's rules see of a value: a Python number, or an array of its dtype."""
    if not isinstance(a, Traced):
        return a
    return a.node.promotes_as(0) if a.node.weak else a.dtype


@recorded_as(np.result_type)
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that NumPy takes for all together."""
    return np.result_type(*map(_sample, arrays_and_dtypes))


@recorded_as(np.can_cast)
def can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    """Whether values may be cast; of an array its dtype counts, not its values."""
    return np.can_cast(from_.dtype if isinstance(from_, Traced) else from_, to, casting)


@recorded_as(np.min_scalar_type)
def min_scalar_type(a: Any) -> Any:
    """The dtype of an array; of a number it depends on the value."""
    return np.min_scalar_type(np.empty(1, a.dtype) if a.ndim else np.asarray(a))


@recorded_as(np.common_type)
def common_type(*arrays: Any) -> Any:
    """The floating type that all arrays can be cast to."""
    return np.common_type(*(np.empty(0, a.dtype) for a in arrays))


# -- printing -------------------------------------------------------------------------


def _printed(function: Any) -> None:
    """Enter how an array prints: by its numbers, else by name, shape and dtype."""

    @recorded_as(function)
    def printed(a: Any, *args: Any, **options: Any) -> str:
        if not a.is_at_hand:
            return repr(a)
        text: str = a._as_text(lambda v: function(np.asarray(v), *args, **options))
        return text


for _function in (np.array_repr, np.array_str, np.array2string):
    _printed(_function)


# -- elements -------------------------------------------------------------------------


@recorded_as(np.isposinf)
def isposinf(x: Any, out: Any = None) -> Any:
    """Where an element is infinite and positive."""
    return np.logical_and(np.isinf(x), np.logical_not(np.signbit(x)), out=out)


@recorded_as(np.isneginf)
def isneginf(x: Any, out: Any = None) -> Any:
    """Where an element is infinite and negative."""
    return np.logical_and(np.isinf(x), np.signbit(x), out=out)


# -- arrays ---------------------------------------------------------------------------


@recorded_as(np.fromfunction)
def fromfunction(
    function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any
) -> Any:
    """What a function gives for the indices of an array."""
    return function(*np.indices(shape, dtype=dtype), **kwargs)


@recorded_as(np.sort_complex)
def sort_complex(a: Any) -> Any:
    """Sorted along the last axis, as complex numbers."""
    made = np.sort(a)
    if made.dtype.kind == "c":
        return made
    wider = {"g": np.clongdouble, **dict.fromkeys("bhBH", np.complex64)}
    return made.astype(wider.get(made.dtype.char, np.complex128))
