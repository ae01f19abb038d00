"""The closed set of operations: what each computes, and the shape and dtype it gives.

Every other table of Pellucid (derivatives, text, formula, source, targets) is over this
set. An operation is a function of arrays, `function(*arguments, **options)`; the
options are fixed when it is recorded.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.operations import indexing, kinds
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    CONSTANT,
    ELEMENTWISE,
    KINKED,
    NONE,
    Facts,
)

Shape = tuple[int, ...]
# What is known of an argument before it has a value; `type` is float for a weak one.
Known = tuple[Shape, Any]
Result = tuple[Shape, np.dtype[Any]]
Rule = Callable[..., Result]


@dataclass(frozen=True, eq=False)
class Operation:
    """One entry of the set.

    Parameters
    ----------
    name : str
        NumPy's name, without `np.`.
    function : callable
        The meaning on arrays.
    known : callable
        `(arguments, options) -> (shape, dtype)` without computing.
    facts : Facts
        What it is.
    """

    name: str
    function: Callable[..., Any]
    known: Rule
    facts: Facts


OPERATIONS: dict[str, Operation] = {}


def facts_of(name: str) -> Facts:
    """What an operation is; inputs and constants are made of nothing."""
    return OPERATIONS[name].facts if name in OPERATIONS else kinds.MAKING


def is_elementwise(name: str) -> bool:
    """Whether this is an operation that is taken element by element."""
    return name in OPERATIONS and OPERATIONS[name].facts.kind is ELEMENTWISE


def operation(
    name: str, function: Callable[..., Any], facts: Facts, known: Rule | None = None
) -> None:
    """Enter an operation into the set."""
    rule = known or functools.partial(by_trial, function)
    OPERATIONS[name] = Operation(name, function, rule, facts)


def by_trial(
    function: Callable[..., Any], arguments: list[Known], **options: Any
) -> Any:
    """Learn shape and dtype by running the operation on ones that take no memory."""
    result = np.asarray(
        function(*(weightless(*known) for known in arguments), **options)
    )
    return result.shape, result.dtype


@functools.lru_cache(maxsize=1024)
def weightless(shape: Shape, dtype: Any) -> Any:
    """An array of ones that takes no memory, to try an operation on."""
    return np.broadcast_to(np.ones((), dtype), shape)


# -- elementwise: NumPy's ufuncs of one result ----------------------------------------


@functools.lru_cache(maxsize=4096)
def _ufunc_dtype(ufunc: np.ufunc, types: tuple[Any, ...]) -> np.dtype[Any]:
    return ufunc.resolve_dtypes((*types, None))[-1]


@functools.lru_cache(maxsize=4096)
def _broadcast(shapes: tuple[Shape, ...]) -> Shape:
    return np.broadcast_shapes(*shapes)


def _ufunc_known(ufunc: np.ufunc, arguments: list[Known]) -> Result:
    shape = _broadcast(tuple(shape for shape, _ in arguments))
    return shape, _ufunc_dtype(ufunc, tuple(dtype for _, dtype in arguments))


def elementwise(
    name: str, ufunc: np.ufunc, facts: Facts, function: Callable[..., Any] | None = None
) -> None:
    """Enter a ufunc, or a function with the shapes and dtypes of one."""
    operation(name, function or ufunc, facts, functools.partial(_ufunc_known, ufunc))


def _python_else_numpy(python: Callable[..., Any], ufunc: np.ufunc) -> Any:
    """Python's result, or NumPy's inf or nan where Python raises or turns complex."""

    def compute(x: Any, y: Any) -> Any:
        try:
            z = python(x, y)
        except ArithmeticError:  # 1 / 0.0, 0.0**-1, 1e200**2
            return float(ufunc(float(x), y))
        lost = isinstance(z, complex) and not isinstance(x * y, complex)
        return float(ufunc(x, y)) if lost else z  # (-1.0) ** 0.5

    return compute


# Python's operators compute on Python numbers as Python does, on arrays as NumPy does.
OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": _python_else_numpy(operator.truediv, np.divide),
    "floor_divide": _python_else_numpy(operator.floordiv, np.floor_divide),
    "remainder": _python_else_numpy(operator.mod, np.remainder),
    "power": _python_else_numpy(operator.pow, np.power),
    "negative": operator.neg,
    "positive": operator.pos,
    "absolute": operator.abs,
    "cast": lambda x, dtype: np.dtype(dtype).type(x).item(),
}

UFUNCS: dict[np.ufunc, str] = {}
for _ufunc in vars(np).values():
    _plain = isinstance(_ufunc, np.ufunc) and _ufunc.signature is None
    if _plain and _ufunc.nout == 1 and _ufunc is not np.isnat:  # it is about dates
        UFUNCS[_ufunc] = _ufunc.__name__
for _ufunc, _name in UFUNCS.items():
    elementwise(_name, _ufunc, kinds.UFUNCS[_name])


def _where_known(arguments: list[Known]) -> Result:
    shape = _broadcast(tuple(shape for shape, _ in arguments))
    return shape, _ufunc_dtype(np.add, (arguments[1][1], arguments[2][1]))


KEPT = kinds.by_element(CONSTANT)
operation("where", np.where, kinds.by_element(KINKED), _where_known)
operation("cast", lambda x, dtype: np.asarray(x).astype(dtype)[()], KEPT,
          lambda arguments, dtype: (arguments[0][0], np.dtype(dtype)))  # fmt: skip


# -- reductions and scans along axes --------------------------------------------------


@functools.lru_cache(maxsize=1024)
def _reduced_dtype(function: Callable[..., Any], dtype: Any) -> np.dtype[Any]:
    return np.asarray(function(np.ones(1, dtype))).dtype


def reduced_axes(ndim: int, axis: Any) -> tuple[int, ...]:
    """The axes that `axis=` names, counted from 0 and sorted; None names all."""
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(np.lib.array_utils.normalize_axis_tuple(axes, ndim)))


def reduced_shape(shape: Shape, axis: Any, keepdims: bool) -> Shape:
    """The shape that is left when the axes are summed over."""
    axes = reduced_axes(len(shape), axis)
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(shape))
    return tuple(n for i, n in enumerate(shape) if i not in axes)


def _reduction_known(
    function: Callable[..., Any],
    arguments: list[Known],
    axis: Any = None,
    keepdims: bool = False,
) -> Result:
    shape, dtype = arguments[0]
    return reduced_shape(shape, axis, keepdims), _reduced_dtype(function, dtype)


for _name, _slope in {
    "sum": CONSTANT, "mean": CONSTANT, "prod": BOUNDED, "max": KINKED, "min": KINKED,
    "any": NONE, "all": NONE,
}.items():  # fmt: skip
    _function = getattr(np, _name)
    operation(_name, _function, kinds.reduces(_slope),
              functools.partial(_reduction_known, _function))  # fmt: skip


def _place_known(
    function: Callable[..., Any], arguments: list[Known], axis: Any = None,
    keepdims: bool = False,
) -> Result:  # fmt: skip
    shape, _ = arguments[0]
    if not shape or 0 in shape:
        tried: Result = by_trial(function, arguments, axis=axis, keepdims=keepdims)
        return tried
    return reduced_shape(shape, axis, keepdims), np.dtype(np.intp)


def _scan_known(
    function: Callable[..., Any], arguments: list[Known], axis: int
) -> Result:
    shape, dtype = arguments[0]
    if not shape:
        tried: Result = by_trial(function, arguments, axis=axis)
        return tried
    np.lib.array_utils.normalize_axis_index(axis, len(shape))
    return shape, _reduced_dtype(function, dtype)


for _name, _facts, _rule in (
    ("argmax", kinds.reduces(NONE), _place_known),
    ("argmin", kinds.reduces(NONE), _place_known),
    ("cumsum", kinds.scans(CONSTANT), _scan_known),
    ("cumprod", kinds.scans(BOUNDED), _scan_known),
):
    _function = getattr(np, _name)
    operation(_name, _function, _facts, functools.partial(_rule, _function))


# -- shapes ---------------------------------------------------------------------------


def _reshape_known(arguments: list[Known], shape: Shape) -> Result:
    return shape, np.dtype(arguments[0][1])


def _transpose_known(arguments: list[Known], axes: Any = None) -> Result:
    shape, dtype = arguments[0]
    order = reversed(range(len(shape))) if axes is None else axes
    return tuple(shape[i] for i in order), np.dtype(dtype)


def _concatenate(*parts: Any, axis: int = 0) -> Any:
    return np.concatenate(parts, axis=axis)


def _stack(*parts: Any, axis: int = 0) -> Any:
    return np.stack(parts, axis=axis)


VIEW, NEW = kinds.moves(view=True), kinds.moves(view=False)
operation("copy", lambda x: x, KEPT,
          lambda arguments: (arguments[0][0], np.dtype(arguments[0][1])))  # fmt: skip
operation("reshape", np.reshape, VIEW, _reshape_known)
operation("broadcast_to", np.broadcast_to, VIEW, _reshape_known)
operation("transpose", np.transpose, VIEW, _transpose_known)
operation("diagonal", np.diagonal, VIEW)
operation("concatenate", _concatenate, NEW)
operation("stack", _stack, NEW)


# -- selection and assignment, made functional ----------------------------------------


def _index_known(arguments: list[Known], at: Any) -> Result:
    (shape, dtype), *indices = arguments
    picks = [np.zeros(s, d) for s, d in indices]
    trial = indexing.index(weightless(shape, dtype), *picks, at=at)
    return np.shape(trial), np.dtype(dtype)


def _assign_known(arguments: list[Known], at: Any) -> Result:
    (shape, dtype), (value, _), *indices = arguments
    place, _ = _index_known([(shape, dtype), *indices], at)
    extra = max(len(value) - len(place), 0)
    if value[:extra] != (1,) * extra or _broadcast((place, value[extra:])) != place:
        message = (
            f"could not broadcast input array from shape {value} into shape {place}"
        )
        raise ValueError(message)
    return shape, np.dtype(dtype)


def _scatter_known(arguments: list[Known], at: Any, shape: Shape) -> Result:
    return shape, np.dtype(arguments[0][1])


operation("index", indexing.index, VIEW, _index_known)
operation("assign", indexing.assign, NEW, _assign_known)
operation("scatter", indexing.scatter, NEW, _scatter_known)


# -- products -------------------------------------------------------------------------


def _dot_known(arguments: list[Known]) -> Result:
    (a, s), (b, t) = arguments
    if not a or not b:
        shape = a or b
    else:
        k = -2 if len(b) > 1 else -1
        _aligned("dot", a, b, a[-1], b[k])
        shape = a[:-1] + tuple(np.delete(b, k).tolist())
    return shape, np.result_type(s, t)


def _matmul_known(arguments: list[Known]) -> Result:
    (a, s), (b, t) = arguments
    if not a or not b:
        raise ValueError("matmul: a number has no rows and columns; multiply with *")
    _aligned("matmul", a, b, a[-1], b[-2 if len(b) > 1 else -1])
    stack = _broadcast((a[:-2], b[:-2]))
    shape = stack + (a[-2:-1] if len(a) > 1 else ()) + (b[-1:] if len(b) > 1 else ())
    return shape, _matmul_dtype(s, t)


@functools.lru_cache(maxsize=256)
def _matmul_dtype(s: Any, t: Any) -> np.dtype[Any]:
    return np.result_type(s, t)


def _aligned(name: str, a: Shape, b: Shape, columns: int, rows: int) -> None:
    if columns != rows:
        message = (
            f"{name}: shapes {a} and {b} are not aligned: {columns} against {rows}"
        )
        raise ValueError(message)


operation("matmul", np.matmul, kinds.mixes(BOUNDED), _matmul_known)
operation("dot", np.dot, kinds.mixes(BOUNDED), _dot_known)
operation("einsum", lambda *arrays, subscripts, optimize=False:
          np.einsum(subscripts, *arrays, optimize=optimize),
          kinds.mixes(BOUNDED))  # fmt: skip


# -- arrays made inside the function --------------------------------------------------


def _made(function: Callable[..., Any]) -> Rule:
    def known(arguments: list[Known], **options: Any) -> Result:
        trial = function(**options)
        return trial.shape, trial.dtype

    return known


for _name in ("zeros", "ones", "empty", "full", "eye", "arange"):
    operation(_name, getattr(np, _name), kinds.MAKING, _made(getattr(np, _name)))
