"""How NumPy lays out an array in memory, from how it was made."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.operations.closed_set import OPERATIONS, is_elementwise
from pellucid.graphs.places import placed

ORDERED = "ordered"  # a copy in an order that is given


class MemoryLayout(NamedTuple):
    """How an array was made whose elements do not lie row by row."""

    name: str
    operands: tuple[Any, ...]
    options: Mapping[str, Any]


def lies_by_rows(array: Any) -> bool:
    """Whether NumPy lays out row by row what it computes from an array."""
    if array.ndim < 2 or array.flags.c_contiguous:
        return True
    strides = [s for s, n in zip(array.strides, array.shape, strict=True) if n != 1]
    return all(a >= b for a, b in itertools.pairwise(strides)) and strides[-1:] > [0]


def laid_out(name: str, arrays: Sequence[Any], options: Mapping[str, Any]) -> Any:
    """An array laid out as the result; None where the operation needs real numbers."""
    if name == ORDERED:
        return np.empty_like(arrays[0], order=options["order"])
    if is_elementwise(name):
        return _allocated(arrays)
    try:
        with np.errstate(all="ignore"):
            zeros = [np.zeros_like(a) for a in arrays]
            first = {key: placed(value) for key, value in options.items()}
            return np.asarray(OPERATIONS[name].function(*zeros, **first))
    except (ArithmeticError, ValueError, IndexError):
        return None


def _allocated(arrays: Sequence[Any]) -> Any:
    """Let NumPy allocate the result of an elementwise operation and not compute it."""
    flags: Any = [["readonly"]] * len(arrays) + [["writeonly", "allocate"]]
    options: Any = ["zerosize_ok", "refs_ok", "buffered", "delay_bufalloc"]
    made: Any = np.nditer([*arrays, None], options, flags, casting="unsafe")
    return made.operands[-1]
