"""Python's operators on tables and columns: a ufunc each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

ARITHMETIC = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide,
    "floordiv": np.floor_divide, "mod": np.remainder, "pow": np.power,
}  # fmt: skip
COMPARING = {"lt": np.less, "le": np.less_equal, "gt": np.greater,
             "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal}  # fmt: skip
REFLECTED = ARITHMETIC | {"matmul": np.matmul, "and": np.bitwise_and,
                          "or": np.bitwise_or, "xor": np.bitwise_xor}  # fmt: skip
BINARY = REFLECTED | COMPARING
UNARY = {"neg": np.negative, "pos": np.positive, "abs": np.absolute,
         "invert": np.invert}  # fmt: skip

Compute = Callable[..., Any]  # of a ufunc and its operands


def operators(compute: Compute) -> dict[str, Any]:
    """Python's methods of all operators, by what computes a ufunc of operands."""
    methods = {f"__{name}__": _forward(compute, f) for name, f in BINARY.items()}
    methods |= {f"__r{name}__": _swapped(compute, f) for name, f in REFLECTED.items()}
    return methods | {f"__{name}__": _alone(compute, f) for name, f in UNARY.items()}


def _forward(compute: Compute, ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda x, y: compute(ufunc, x, y)


def _swapped(compute: Compute, ufunc: np.ufunc) -> Callable[[Any, Any], Any]:
    return lambda x, y: compute(ufunc, y, x)


def _alone(compute: Compute, ufunc: np.ufunc) -> Callable[[Any], Any]:
    return lambda x: compute(ufunc, x)
