"""Operations that NumPy lacks: exponentials and norms that are right everywhere.

Each is written out here in plain NumPy, and `pellucid.source` writes it out in the same
words above the function that uses it. On stand-ins for arrays it is recorded as one
operation, which the table of identities puts in the place of naive formulas.

Higham, "Accuracy and Stability of Numerical Algorithms" (2002), section 27.5;
Blanchard, Higham & Higham, "Accurately computing the log-sum-exp and softmax functions"
(2021).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import (
    Abstract,
    Inference,
    Result,
    elementwise,
    infer_ufunc,
    operation,
    reduced_shape,
)
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    KINKED,
    LOOP,
    NONE,
    RESULT,
    STEEP,
    Facts,
    Zero,
    along,
    by_element,
    reduces,
)
from pellucid.graphs.operations.norms import norm as euclidean_norm

Function = Callable[..., Any]

NAMES: set[str] = set()  # of those that are entered here
# What fast code writes out as the steps it is made of, to share them.
COMPOSED = {"ratio", "sigmoid", "softplus", "log_loss", "logsumexp", "softmax",
            "log_softmax"}  # fmt: skip


def robust(infer: Inference, facts: Facts) -> Callable[[Function], Function]:
    """Enter an operation; on stand-ins for arrays the function given back records."""

    def decorate(function: Function) -> Function:
        operation(function.__name__, function, facts, infer)
        NAMES.add(function.__name__)
        return recorded_on_stand_ins(function)

    return decorate


def recorded_on_stand_ins(function: Function) -> Function:
    """A function that hands over to a stand-in, as NumPy's own functions do (NEP 18).

    A stand-in records the operation in its method `__array_operation__`.
    """
    name, parameters = function.__name__, inspect.signature(function).parameters
    optional = [k for k, p in parameters.items() if p.default is not p.empty]
    arrays = len(parameters) - len(optional)

    @functools.wraps(function)
    def calling(*arguments: Any, **options: Any) -> Any:
        for argument in arguments:
            if hasattr(type(argument), "__array_operation__"):
                options |= dict(zip(optional, arguments[arrays:], strict=False))
                record = argument.__array_operation__
                return record(name, arguments[:arrays], options)
        return function(*arguments, **options)

    return calling


LIKE_EXP = functools.partial(infer_ufunc, np.exp)
LIKE_LOGADDEXP = functools.partial(infer_ufunc, np.logaddexp)
LIKE_DIVIDE = functools.partial(infer_ufunc, np.divide)


def _float(dtype: Any) -> np.dtype[Any]:
    return LIKE_EXP([((), dtype)])[1]


def _reduction(
    arguments: list[Abstract], axis: Any = None, keepdims: bool = False
) -> Result:
    shape, dtype = arguments[0]
    return reduced_shape(shape, axis, keepdims), _float(dtype)


def _along_axis(arguments: list[Abstract], axis: Any = None) -> Result:
    shape, dtype = arguments[0]
    return shape, _float(dtype)


@robust(LIKE_DIVIDE, by_element(STEEP, RESULT).with_zero(Zero.FIRST))
def ratio(x: Any, y: Any) -> Any:
    """The quotient x / y, and 0 where y is 0."""
    return x / np.where(y == 0, np.inf, y)


@robust(LIKE_EXP, by_element(BOUNDED, RESULT))
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), from e^-|x|, which does not overflow."""
    e = np.exp(-np.abs(x))
    return np.maximum(e, x >= 0) / (1.0 + e)


@robust(LIKE_EXP, by_element(BOUNDED, RESULT))
def softplus(x: Any) -> Any:
    """log(1 + e^x), from e^-|x|, which does not overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


@robust(LIKE_EXP, by_element(STEEP, RESULT))
def log1mexp(x: Any) -> Any:
    """log(1 - e^-x), from the smaller of e^-x and 1 - e^-x."""
    large = np.log1p(-np.exp(-np.maximum(x, 0.5)))
    small = np.log(-np.expm1(-np.minimum(x, 1.0)))
    return np.where(x > 0.7, large, small)[()]


@robust(LIKE_LOGADDEXP, by_element(BOUNDED, RESULT))
def log_loss(z: Any, y: Any) -> Any:
    """-y log(p) - (1 - y) log(1 - p), where p = 1 / (1 + e^-z)."""
    wrong = np.where(z < 0, y, 1.0 - y)
    return np.abs(z) * wrong + np.log1p(np.exp(-np.abs(z)))


def _offset(arguments: list[Abstract], axis: Any = None) -> Result:
    return _reduction(arguments, axis, keepdims=True)


@robust(_offset, reduces(NONE, RESULT))
def offset(x: Any, axis: Any = None) -> Any:
    """The largest x, where some e^x could leave the range of floats; else 0."""
    largest = np.max(x, axis=axis, keepdims=True)
    reach = np.max(np.abs(x), axis=axis, keepdims=True)
    limit = 0.9 * np.log(np.finfo(np.result_type(x, np.float32)).max)
    return np.where((reach < limit) | (np.abs(largest) == np.inf), 0, largest)


@robust(_reduction, reduces(BOUNDED, RESULT))
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(e^x)), from e^(x - m), where m is the largest x, or 0."""
    m = offset(x, axis)
    z = np.log(np.sum(np.exp(x - m), axis=axis, keepdims=True)) + m
    return z if keepdims else np.squeeze(z, axis=axis)[()]


def _weighted(
    arguments: list[Abstract], axis: Any = None, keepdims: bool = False
) -> Result:
    shape, dtype = LIKE_LOGADDEXP(arguments)
    return reduced_shape(shape, axis, keepdims), dtype


@robust(_weighted, reduces(STEEP, RESULT))
def log_weighted_sum(x: Any, w: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(w e^x)), from e^(x - m), where m is the largest x of those that count."""
    x = np.where(w == 0, -np.inf, x)
    m = offset(x, axis)
    z = np.log(np.sum(w * np.exp(x - m), axis=axis, keepdims=True)) + m
    return z if keepdims else np.squeeze(z, axis=axis)[()]


@robust(_along_axis, along(BOUNDED, RESULT))
def softmax(x: Any, axis: Any = None) -> Any:
    """e^x / sum(e^x), from e^(x - m), where m is the largest x, or 0."""
    e = np.exp(x - offset(x, axis))
    return e / np.sum(e, axis=axis, keepdims=True)


@robust(_along_axis, along(BOUNDED, RESULT))
def log_softmax(x: Any, axis: Any = None) -> Any:
    """log(e^x / sum(e^x)) = d - log(n + sum of e^d < 1), where d = x - max(x)."""
    m = np.max(x, axis=axis, keepdims=True)
    d = x - m
    n = np.maximum(np.sum(x == m, axis=axis, keepdims=True, dtype=d.dtype), 1)
    rest = np.sum(np.where(x == m, 0, np.exp(d)), axis=axis, keepdims=True)
    return d - (np.log(n) + np.log1p(rest / n))


elementwise("root", np.sqrt, by_element(KINKED | STEEP, LOOP))


@recorded_on_stand_ins
def root(x: Any) -> Any:
    """The root of a mean square, whose slope at 0 is taken as 0, as that of a norm."""
    return np.sqrt(x)


norm = recorded_on_stand_ins(euclidean_norm)


@robust(_reduction, reduces(STEEP, RESULT))
def log_product(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(prod(x)); sum(log|x|), with the sign, where a product could leave range."""
    options = {"axis": axis, "keepdims": keepdims}
    with np.errstate(over="ignore", divide="ignore"):
        logs = np.log(np.abs(x))
        exponents = np.sum(np.abs(np.frexp(x)[1]), **options)
        safe = exponents < np.finfo(logs.dtype).maxexp - 2
        product = np.where(safe, np.prod(x, **options), np.prod(np.sign(x), **options))
        return np.log(product) + np.where(safe, 0, np.sum(logs, **options))
