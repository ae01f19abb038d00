"""Indexing and assignment as functions of whole arrays.

An index is kept as a tuple `at` in which a computed index array is a `Slot`: its
position among the further arguments. The rest (slices, integers, None, Ellipsis, fixed
arrays) stands in the tuple itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import (
    Abstract,
    Result,
    Shape,
    broadcast,
    operation,
    weightless,
)
from pellucid.graphs.operations.kinds import PLACED, Takes, moves
from pellucid.graphs.places import is_whole, placed


@dataclass(frozen=True)
class Slot:
    """The place of a computed index array in an index."""

    position: int


def filled(at: tuple[Any, ...], indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index with the computed arrays put into their places."""
    if not indices:
        return at
    return tuple(indices[i.position] if isinstance(i, Slot) else i for i in at)


def has_slots(at: tuple[Any, ...]) -> bool:
    """Whether an index holds computed arrays."""
    return any(isinstance(i, Slot) for i in at)


def places(node: Node) -> tuple[Node, ...]:
    """The arguments of a node that say where, behind those that are indexed or put."""
    count = sum(isinstance(part, Slot) for part in node.options["at"])
    return node.arguments[len(node.arguments) - count :]


def with_arrays(at: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index with arrays for ranges, which NumPy alone takes."""
    return tuple([np.asarray(i) if isinstance(i, range) else i for i in at])


def is_all(part: Any) -> bool:
    """Whether a part of an index is `:` or `...`, which leaves axes as they are."""
    return part is Ellipsis or (isinstance(part, slice) and part == slice(None))


def is_basic(at: tuple[Any, ...]) -> bool:
    """Whether an index has only slices, integers, None, Ellipsis: a view in NumPy.

    A place that moves with a loop is an integer in each turn.
    """
    return all(
        i is None or i is Ellipsis or isinstance(i, slice) or is_whole(i) for i in at
    )


def is_element(node: Node) -> bool:
    """Whether an index names one element, by an integer or a place for each axis."""
    at = node.options["at"]
    return len(at) == node.arguments[0].ndim > 0 and all(map(is_whole, at))


def may_repeat(at: tuple[Any, ...], shape: tuple[int, ...]) -> bool:
    """Whether an index may name an element twice."""
    if is_basic(at):
        return False
    if has_slots(at):
        return True
    places = np.arange(np.prod(shape, dtype=int)).reshape(shape)[placed(at)]
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


def add_at(x: Any, value: Any, *indices: Any, at: tuple[Any, ...]) -> Any:
    """Give x after x[at] += value, where each place counts as often as it is named."""
    result = np.array(x)
    np.add.at(result, filled(at, indices), value)
    return result


def _infer_index(arguments: list[Abstract], at: Any) -> Result:
    (shape, dtype), *indices = arguments
    picks = [np.zeros(s, d) for s, d in indices]
    trial = index(weightless(shape, dtype), *picks, at=placed(at))
    return np.shape(trial), np.dtype(dtype)


def _infer_assign(arguments: list[Abstract], at: Any) -> Result:
    (shape, dtype), (value, _), *indices = arguments
    place, _ = _infer_index([(shape, dtype), *indices], at)
    extra = max(len(value) - len(place), 0)
    if value[:extra] != (1,) * extra or broadcast((place, value[extra:])) != place:
        message = (
            f"could not broadcast input array from shape {value} into shape {place}"
        )
        raise ValueError(message)
    return shape, np.dtype(dtype)


def _infer_scatter(arguments: list[Abstract], at: Any, shape: Shape) -> Result:
    return shape, np.dtype(arguments[0][1])


VIEW, NEW = moves(view=True, reads=PLACED), moves(view=False, reads=PLACED)
operation("index", index, VIEW.choosing(Takes.SOME), _infer_index)
operation("assign", assign, NEW.choosing(Takes.ONE), _infer_assign)
operation("scatter", scatter, NEW, _infer_scatter)
operation("add_at", add_at, NEW, _infer_assign)

WRITING = {"assign", "add_at"}  # what may be done in place, in the first argument
