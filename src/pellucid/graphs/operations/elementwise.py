"""Element by element: NumPy's ufuncs, choices, casts, parts of complex numbers."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import (
    UFUNCS,
    Abstract,
    Result,
    broadcast,
    elementwise,
    in_parts,
    loop,
    operation,
)
from pellucid.graphs.operations.kinds import (
    BOUNDED,
    CHOICE,
    CONSTANT,
    KEPT,
    KINKED,
    LOOP,
    NONE,
    PART,
    PRODUCT,
    RESULT,
    STEEP,
    Facts,
    Slope,
    Takes,
    Zero,
    by_element,
)

# -- NumPy's ufuncs of one result, which are entered in a loop ------------------------

_SLOPES = {
    CONSTANT: "add subtract negative positive conjugate deg2rad rad2deg degrees "
    "radians",
    PRODUCT: "multiply",
    BOUNDED: "square sin cos tanh arctan arcsinh logaddexp logaddexp2 ldexp",
    STEEP: "divide power float_power reciprocal sqrt cbrt exp exp2 expm1 log log2 "
    "log10 log1p tan sinh cosh arcsin arccos arccosh arctanh arctan2",
    KINKED: "absolute fabs maximum minimum fmax fmin hypot copysign heaviside "
    "nextafter",
    KINKED | STEEP: "remainder fmod",
    NONE | STEEP: "floor_divide",
    NONE: "floor ceil trunc rint spacing sign signbit less less_equal greater "
    "greater_equal equal not_equal logical_and logical_or logical_xor logical_not "
    "isnan isinf isfinite bitwise_and bitwise_or bitwise_xor bitwise_count invert "
    "left_shift right_shift gcd lcm",
}
_COMMUTING = {
    "add", "multiply", "maximum", "minimum", "fmax", "fmin", "hypot", "logaddexp",
    "logaddexp2", "equal", "not_equal", "logical_and", "logical_or", "logical_xor",
    "bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm",
}  # fmt: skip
_ZEROS = {
    Zero.ALL: "add subtract negative positive absolute fabs square sqrt cbrt sin tan "
    "arcsin arctan sinh tanh arcsinh arctanh expm1 log1p sign conjugate minimum "
    "maximum fmin fmax hypot deg2rad rad2deg radians degrees",
    Zero.FIRST: "divide",
    Zero.TERMS: "multiply",
}
_ZERO = {name: zero for zero, names in _ZEROS.items() for name in names.split()}
_CHOOSING = {"maximum", "minimum", "fmax", "fmin", "heaviside"}
_EVEN = {"absolute", "fabs", "copysign", "square", "cos", "cosh", "hypot"}


def _of_ufunc(name: str, slope: Slope) -> Facts:
    return by_element(slope, LOOP)._replace(
        commutes=name in _COMMUTING,
        zero=_ZERO.get(name, Zero.NOWHERE),
        takes=Takes.ONE if name in _CHOOSING else Takes.ALL,
        even=name in _EVEN,
    )


FACTS = {
    name: _of_ufunc(name, slope)
    for slope, names in _SLOPES.items()
    for name in names.split()
}

for _ufunc in vars(np).values():
    _plain = isinstance(_ufunc, np.ufunc) and _ufunc.signature is None
    if _plain and _ufunc.nout == 1 and _ufunc is not np.isnat:  # it is about dates
        UFUNCS[_ufunc] = _ufunc.__name__
for _ufunc, _name in UFUNCS.items():
    elementwise(_name, _ufunc, FACTS[_name])


def _infer_where(arguments: list[Abstract]) -> Result:
    shape = broadcast(tuple(shape for shape, _ in arguments))
    return shape, loop(np.add, (arguments[1][1], arguments[2][1]))[-1]


operation(
    "where", np.where, by_element(KINKED, CHOICE).choosing(Takes.ONE), _infer_where
)
operation("cast", lambda x, dtype: np.asarray(x).astype(dtype)[()], KEPT,
          lambda arguments, dtype: (arguments[0][0], np.dtype(dtype)))  # fmt: skip


# -- several results ------------------------------------------------------------------

in_parts("modf", np.modf, by_element(KINKED, LOOP))
in_parts("frexp", np.frexp, by_element(KINKED | STEEP, LOOP))
in_parts("divmod", np.divmod, by_element(KINKED | STEEP, LOOP))


# -- complex numbers ------------------------------------------------------------------


@functools.lru_cache(maxsize=64)
def real_part(dtype: Any) -> np.dtype[Any]:
    """The dtype of the parts of a complex number; of a real one its own."""
    return np.zeros(0, dtype).real.dtype


def _infer_part(arguments: list[Abstract]) -> Result:
    shape, dtype = arguments[0]
    return shape, real_part(dtype)


operation("real", np.real, PART, _infer_part)
operation("imag", np.imag, PART, _infer_part)


# -- functions of NumPy that are no ufuncs --------------------------------------------

operation("sinc", np.sinc, by_element(BOUNDED, RESULT)._replace(even=True))
operation("i0", np.i0, by_element(STEEP, RESULT)._replace(even=True))


# -- Python's operators ---------------------------------------------------------------


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


def loop_types(types: Sequence[Any]) -> Sequence[Any]:
    """Types for a ufunc: Python integers alone, which it takes as objects, as int64."""
    return [np.dtype(np.int64)] * len(types) if set(types) == {int} else types


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
