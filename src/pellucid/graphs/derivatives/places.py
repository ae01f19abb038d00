"""Reading and erasing parts of a gradient that was put together from parts.

What is written into a buffer at a place gets the gradient of that place, and the buffer
as it was before gets it with a 0 there. In a loop over a buffer the gradient is a sum
of parts, each put into zeros at its own place: then a part can be had, and taken away,
without going through an array of the buffer's size at each step.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.places import Number, Place, is_whole, placed, plus
from pellucid.graphs.tracing.traced import current, lifted, recorded

# So many steps back a part is looked for; then it is read from the whole.
FAR = 200

At = tuple[Any, ...]


def part_at(g: Any, *indices: Any, at: At) -> Any:
    """g[at]: the part that was put there, where it can be found."""
    if indices or not is_basic(at):
        return recorded("index", g, *indices, at=at)
    rest: Node | None = g.node
    parts = []
    for _ in range(FAR):
        before, (part, rest) = rest, _split(rest, at)
        parts += [] if part is None else [lifted(part, current())]
        if rest is None or rest is before:
            break
    if rest is not None:
        parts.append(recorded("index", rest, at=at))
    return sum(parts[-2::-1], parts[-1]) if parts else _zeros(g, at)


def _split(node: Any, at: At) -> tuple[Node | None, Node | None]:
    """What a step puts at a place, and the step that holds the rest of it."""
    if node.operation == "zeros":
        return None, None
    if node.operation == "scatter" and _is_same(node, at):
        return node.arguments[0], None
    if node.operation == "scatter" and _is_elsewhere(node, at):
        return None, None
    if _is_erasure(node) and _is_same(node, at):
        return None, None
    if _is_erasure(node) and _is_elsewhere(node, at):
        return None, node.arguments[0]
    if node.operation == "add" and node.arguments[0].shape == node.arguments[1].shape:
        rest, last = node.arguments
        if last.operation == "scatter" and _is_same(last, at):
            return last.arguments[0], rest
        if last.operation == "scatter" and _is_elsewhere(last, at):
            return None, rest
    return None, node


def erased(g: Any, *indices: Any, at: At) -> Any:
    """The whole with 0 at a place: without the part that was put there."""
    node = g.node
    if node.operation == "zeros":
        return g
    if node.operation == "scatter" and not indices and _is_same(node, at):
        return recorded("zeros", shape=node.shape, dtype=node.dtype)
    if node.operation == "add" and not indices:
        rest, last = node.arguments
        if last.operation == "scatter" and _is_same(last, at):
            return erased(lifted(rest, current()), at=at)
    return recorded("assign", g, 0.0, *indices, at=at)


def _zeros(g: Any, at: At) -> Any:
    shape = np.broadcast_to(0, g.shape)[placed(at)].shape
    return recorded("zeros", shape=shape, dtype=g.dtype)


def _is_erasure(node: Node) -> bool:
    return (
        node.operation == "assign"
        and node.arguments[1].is_literal
        and node.arguments[1].value == 0
    )


def _is_same(node: Node, at: At) -> bool:
    own = node.options["at"]
    return is_basic(own) and is_basic(at) and own == at


def _is_elsewhere(node: Node, at: At) -> bool:
    """Whether two basic indices differ in a number along the same axis."""
    for own, other in zip(node.options["at"], at, strict=False):
        if not (_has_axis(own) and _has_axis(other)):
            return False
        if is_whole(own) and is_whole(other) and own != other:
            return _never_meet(own, other)
    return False


def _has_axis(part: Any) -> bool:
    """Whether a part of an index stands for one axis."""
    return is_whole(part) or isinstance(part, slice)


def _never_meet(a: Number, b: Number) -> bool:
    """Whether two places along an axis, in the same turn, are different elements."""
    never_negative = all((n.least if isinstance(n, Place) else n) >= 0 for n in (a, b))
    return never_negative and isinstance(plus(a, b, -1), int)
