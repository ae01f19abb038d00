"""Indexing and assignment as functions of whole arrays.

An index is kept as a tuple `at` in which a computed index array is a `Slot`: its
position among the further arguments. The rest (slices, integers, None, Ellipsis, fixed
arrays) stands in the tuple itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Slot:
    """The place of a computed index array in an index."""

    position: int


def filled(at: tuple[Any, ...], indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index with the computed arrays put into their places."""
    if not indices:
        return at
    return tuple(indices[i.position] if isinstance(i, Slot) else i for i in at)


def with_arrays(at: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index with arrays for ranges, which NumPy alone takes."""
    return tuple([np.asarray(i) if isinstance(i, range) else i for i in at])


def is_basic(at: tuple[Any, ...]) -> bool:
    """Whether an index has only slices, integers, None, Ellipsis: a view in NumPy."""
    return all(i is None or i is Ellipsis or _is_slice_or_integer(i) for i in at)


def _is_slice_or_integer(i: Any) -> bool:
    return isinstance(i, (slice, int, np.integer)) and not isinstance(i, bool)


def may_repeat(at: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    """Whether an index may name an element twice."""
    if is_basic(at):
        return False
    if any(isinstance(i, Slot) for i in at):
        return True
    places = np.arange(np.prod(shape, dtype=int)).reshape(shape)[at]
    return bool(np.unique(places).size < places.size)


def index(x: Any, *indices: Any, at: tuple[Any, ...]) -> Any:
    """Select: x[at]."""
    return (x if hasattr(x, "shape") else np.asarray(x))[filled(at, indices)]


def assign(x: Any, value: Any, *indices: Any, at: tuple[Any, ...]) -> Any:
    """Give x after x[at] = value; x itself stays."""
    result = np.copy(x)
    result[filled(at, indices)] = value
    return result


def scatter(g: Any, *indices: Any, at: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """Add g into zeros at the places that x[at] reads: the transpose of `index`."""
    result = np.zeros_like(g, shape=shape)
    if is_basic(at):
        result[at] = g
    else:
        np.add.at(result, filled(at, indices), g)
    return result
