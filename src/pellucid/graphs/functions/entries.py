"""How NumPy functions are entered, and what their recordings share.

Each recording is a composition of the closed set and has NumPy's own signature. What is
not entered is refused by name when it is met, and so is an option that is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.tracing.traced import (
    FUNCTIONS,
    Traced,
    copied,
    current,
    lifted,
    node_of,
    recorded,
    stored,
)

Function = Callable[..., Any]


def recorded_as(*functions: Any) -> Callable[[Function], Function]:
    """Enter how NumPy functions are recorded."""

    def enter(implementation: Function) -> Function:
        for function in functions:
            FUNCTIONS[function] = implementation
        return implementation

    return enter


def given(**options: Any) -> dict[str, Any]:
    """The options that are not left at their defaults."""
    return {k: v for k, v in options.items() if v is not None and v is not False}


def as_traced(a: Any) -> Any:
    """A stand-in also for a plain array, so that traced indices select from it."""
    return a if isinstance(a, Traced) else lifted(node_of(a), current(), mutable=True)


def by_rows(a: Any) -> Any:
    """The result of a function that lays it out row by row, whatever it is given."""
    return copied(a, "C") if a.ndim else a


def into(out: Any, result: Any) -> Any:
    """The result, written into `out` where there is one."""
    return result if out is None else stored(out, result)


def axes_of(axis: Any) -> Any:
    """An axis or several as plain integers."""
    if isinstance(axis, (tuple, list)):
        return tuple(int(i) for i in axis)
    return None if axis is None else int(axis)


def flag(keepdims: Any) -> bool:
    """A switch that NumPy may hand on without a value."""
    return keepdims is not np._NoValue and bool(keepdims)


def cast(a: Any, dtype: Any) -> Any:
    """The array in another dtype, where one is asked for."""
    if dtype is None or (_is_strong(a) and a.dtype == np.dtype(dtype)):
        return a
    return recorded("cast", a, dtype=np.dtype(dtype))


def _is_strong(a: Any) -> bool:
    """Whether an array has a dtype of its own, which a Python number has not."""
    return isinstance(a, Traced) and not a.node.weak
