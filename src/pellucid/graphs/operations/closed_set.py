"""The closed set: how an operation is entered, and the shape and dtype that it gives.

Every other table of Pellucid (derivatives, text, formula, source, targets) is over this
set. An operation is a function of arrays, `function(*arguments, **options)`; the
options are fixed when it is recorded. The operations themselves are in the files beside
this one.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.operations.kinds import ELEMENTWISE, MAKING, Facts

Shape = tuple[int, ...]
# An argument before it has a value: its shape, and its type, float for a weak one.
Abstract = tuple[Shape, Any]
Result = tuple[Shape, np.dtype[Any]]
Inference = Callable[..., Result]


@dataclass(frozen=True, eq=False)
class Operation:
    """One entry of the set.

    Parameters
    ----------
    name : str
        NumPy's name, without `np.`.
    function : callable
        The meaning on arrays.
    infer : callable
        `(arguments, options) -> (shape, dtype)` without computing.
    facts : Facts
        What it is.
    """

    name: str
    function: Callable[..., Any]
    infer: Inference
    facts: Facts


OPERATIONS: dict[str, Operation] = {}


def facts_of(name: str) -> Facts:
    """What an operation is; inputs and constants are made of nothing."""
    return OPERATIONS[name].facts if name in OPERATIONS else MAKING


def is_elementwise(name: str) -> bool:
    """Whether this is an operation that is taken element by element."""
    return name in OPERATIONS and OPERATIONS[name].facts.kind is ELEMENTWISE


def operation(
    name: str,
    function: Callable[..., Any],
    facts: Facts,
    infer: Inference | None = None,
) -> None:
    """Enter an operation into the set."""
    rule = infer or functools.partial(by_trial, function)
    OPERATIONS[name] = Operation(name, function, rule, facts)


def by_trial(
    function: Callable[..., Any], arguments: list[Abstract], **options: Any
) -> Any:
    """Learn shape and dtype by running the operation on ones that take no memory."""
    result = np.asarray(
        function(*(weightless(*abstract) for abstract in arguments), **options)
    )
    return result.shape, result.dtype


@functools.lru_cache(maxsize=1024)
def weightless(shape: Shape, dtype: Any) -> Any:
    """An array of ones that takes no memory, to try an operation on."""
    return np.broadcast_to(np.ones((), dtype), shape)


# -- ufuncs ---------------------------------------------------------------------------

# The operation of a ufunc that has one result.
UFUNCS: dict[np.ufunc, str] = {}
# The operation of one that has several, of which it gives a `part`.
PARTED: dict[np.ufunc, str] = {}


@functools.lru_cache(maxsize=4096)
def loop(ufunc: np.ufunc, types: tuple[Any, ...]) -> tuple[np.dtype[Any], ...]:
    """The dtypes, of arguments and results, of the loop that NumPy would run."""
    return ufunc.resolve_dtypes((*types, *(None,) * ufunc.nout))


@functools.lru_cache(maxsize=4096)
def broadcast(shapes: tuple[Shape, ...]) -> Shape:
    """The shape that arrays of these shapes have together."""
    return np.broadcast_shapes(*shapes)


def infer_ufunc(ufunc: np.ufunc, arguments: list[Abstract], part: int = 0) -> Result:
    """The rule of a ufunc, as NumPy says; of several results, of one part."""
    shape = broadcast(tuple(shape for shape, _ in arguments))
    dtypes = loop(ufunc, tuple(dtype for _, dtype in arguments))
    return shape, dtypes[len(arguments) + part]


def elementwise(
    name: str, ufunc: np.ufunc, facts: Facts, function: Callable[..., Any] | None = None
) -> None:
    """Enter a ufunc, or a function with the shapes and dtypes of one."""
    operation(name, function or ufunc, facts, functools.partial(infer_ufunc, ufunc))


def _part(ufunc: np.ufunc, *arguments: Any, part: int) -> Any:
    return ufunc(*arguments)[part]


def in_parts(name: str, ufunc: np.ufunc, facts: Facts) -> None:
    """Enter a ufunc of several results: an operation that gives `part` of them."""
    one = functools.partial(_part, ufunc)
    operation(name, one, facts, functools.partial(infer_ufunc, ufunc))
    PARTED[ufunc] = name


# -- axes that are taken away ---------------------------------------------------------


def reduced_axes(ndim: int, axis: Any) -> tuple[int, ...]:
    """The axes that `axis=` names, counted from 0 and sorted; None names all."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axes, ndim)))


def count_along(x: Any, axis: Any = None) -> int:
    """How many elements of an array are reduced together."""
    shape = np.shape(x)
    return math.prod(shape[i] for i in reduced_axes(len(shape), axis))


def reduced_shape(shape: Shape, axis: Any, keepdims: bool) -> Shape:
    """The shape that is left when the axes are summed over."""
    axes = reduced_axes(len(shape), axis)
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)
