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


def is_basic(at: tuple[Any, ...]) -> bool:
    """Whether an index has only slices, integers, None and Ellipsis: NumPy gives a view."""
    return all(
        i is None or i is Ellipsis or isinstance(i, (slice, int, np.integer))
        and not isinstance(i, bool)
        for i in at
    )  # fmt: skip


def index(x: Any, *indices: Any, at: tuple[Any, ...]) -> Any:
    """Select: x[at]."""
    return np.asarray(x)[filled(at, indices)]


def assign(x: Any, value: Any, *indices: Any, at: tuple[Any, ...]) -> Any:
    """Give x after x[at] = value; x itself stays."""
    result = np.array(x)
    result[filled(at, indices)] = value
    return result


def scatter(g: Any, *indices: Any, at: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """Add g into zeros at the places that x[at] reads: the transpose of `index`."""
    g = np.asarray(g)
    result = np.zeros(shape, g.dtype)
    if is_basic(at):
        result[at] = g
    else:
        np.add.at(result, filled(at, indices), g)
    return result
