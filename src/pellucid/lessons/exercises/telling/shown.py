"""Values as a person reads them: few digits, one line, never a wall of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.lessons.exercises.values import Foreign

MOST = 12  # numbers of an array that are shown
LONG = 200  # letters of a try that are read


def shown(value: Any) -> str:
    """Write a value in one line, as code between backticks."""
    return f"`{written(value)}`"


def written(value: Any) -> str:
    """Write a value in one line."""
    if isinstance(value, Foreign):
        return value.text if len(value.text) < 60 else f"{value.text[:57]}..."
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, tuple | list):
        items = [written(item) for item in value[:MOST]] + ["..."] * (len(value) > MOST)
        return f"({', '.join(items)})" if isinstance(value, tuple) else listed(items)
    if value is None or isinstance(value, str | bool):
        return repr(value)
    if isinstance(value, int | float | complex | np.generic | np.ndarray):
        return numbers(np.asarray(value))
    name = getattr(value, "__name__", "")
    return name or f"a {type(value).__name__}"


def numbers(array: Any) -> str:
    """Write an array with its brackets, or its shape and how it begins."""
    if array.size > MOST:
        begins = ", ".join(number(each) for each in array.ravel()[:3])
        return f"[{begins}, ...] of shape {array.shape}"
    if array.ndim == 0:
        return number(array[()])
    return listed([numbers(each) for each in array])


def number(value: Any) -> str:
    """Write a number with four digits that count."""
    if isinstance(value, str | bool | np.bool_ | np.str_):
        return str(value)
    if isinstance(value, int | np.integer):
        return str(value)
    if np.iscomplexobj(value):
        return f"{value.real:.4g}{value.imag:+.4g}j"
    return f"{value + 0.0:.4g}"  # no -0


def listed(items: Sequence[str]) -> str:
    """Put items between brackets."""
    return f"[{', '.join(items)}]"


def given(names: Sequence[str], args: Sequence[Any]) -> str:
    """Write the arguments of a try: `x = [1, 2]`, `rate = 0.1`."""
    whole = [f"`{name} = {written(value)}`"
             for name, value in zip(names, args, strict=False)]  # fmt: skip
    if sum(map(len, whole)) < LONG:
        return ", ".join(whole)
    return ", ".join(
        shorter(name, value, text)
        for name, value, text in zip(names, args, whole, strict=False)
    )


def shorter(name: str, value: Any, text: str) -> str:
    """Say of a long argument its size alone; of lists of tables too."""
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"`{name}` of shape {value.shape}"
    if isinstance(value, list) and len(text) > LONG // 2:
        return f"`{name}` of length {len(value)}"
    return text
