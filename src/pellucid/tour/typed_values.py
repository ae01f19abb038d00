"""Values typed as text become numbers and arrays: a=3, x=[1, 2, 3]."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ExpressionError


def values_for(f: Callable[..., Any], given: Sequence[str]) -> dict[str, Any]:
    """Read `name=value` for each parameter of a function, in their order.

    A value is a number, or a list of numbers or of such lists.

    >>> values_for(lambda a, x: a * x, ["x=[1, 2]", "a=3"])
    {'a': np.float64(3.0), 'x': array([1., 2.])}
    """
    names = list(inspect.signature(f).parameters)
    values = dict(_assignment(text) for text in given)
    needless = [name for name in values if name not in names]
    missing = [name for name in names if name not in values]
    if needless:
        raise ExpressionError(
            f"Expected values for {', '.join(names) or 'no name'}, got one for "
            f"{needless[0]}, which is not in the expression: leave it out, or mend it."
        )
    if missing:
        raise ExpressionError(
            f"Expected a value for each name, got none for {', '.join(missing)}: add "
            + " ".join(f"{name}=3" for name in missing)
            + " or the like."
        )
    return {name: values[name] for name in names}


def _assignment(text: str) -> tuple[str, Any]:
    """Take `name=value` apart."""
    name, _, value = (part.strip() for part in text.partition("="))
    if not value or not name.isidentifier():
        message = f"Expected name=value, got `{text}`: write it like a=3 or x=[1,2,3]."
        raise ExpressionError(message)
    try:
        return name, _numbers(ast.literal_eval(value))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ExpressionError(
            f"Expected a number or a list of numbers for {name}, got `{value}`: write "
            f"it like {name}=3 or {name}=[1,2,3]."
        ) from None


def _numbers(value: Any) -> Any:
    """Turn a value into float64; ValueError when it is no number or list of them."""
    array = np.array(value)
    if array.dtype.kind not in "iuf" or not array.size:
        raise ValueError
    return array.astype(np.float64)[()]
