"""Pieces that are put together to one array are joined.

The gradient of an array that was read in pieces is a sum of what was scattered into
zeros, piece by piece. Where the pieces are all of it, it is these, one after another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.places import is_whole, moves
from pellucid.graphs.rewriting.driver import by_operation
from pellucid.graphs.tracing.traced import node_of, recorded

MANY = 64  # pieces of one array beyond which they stay as they are


def _joined(node: Node) -> Node | None:
    """Pieces that are scattered into zeros and added, as what they are joined to."""
    pieces: list[tuple[Node, Any]] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if len(pieces) > MANY:
            return None
        if part.operation == "add":
            waiting += part.arguments
        elif part.operation == "scatter" and len(part.arguments) == 1:
            pieces.append((part.arguments[0], part.options["at"]))
        else:
            return None
    return _concatenated(pieces, node.shape)


def _scattered(node: Node) -> Node | None:
    """What is put into a part that is put into zeros, put there at once."""
    part = node.arguments[0]
    at = _within(node, part)
    return at and _recorded("scatter", *part.arguments, at=at, shape=node.shape)


def _added(node: Node) -> Node | None:
    """What is added to a part of a part, or pieces, as what they are joined to."""
    array, part = node.arguments[:2]
    if at := _within(node, part):
        return _recorded("add_at", array, *part.arguments, at=at)
    return _added_pieces(node)


def _within(node: Node, part: Node) -> Any:
    """The place in the whole of what alone is put into a part; None where it is not."""
    at = node.options["at"]
    is_put = part.operation == "scatter" and len(part.arguments) == 1
    if not is_put or not all(map(is_whole, at)) or part.shape != node.shape[len(at) :]:
        return None
    inner = part.options["at"]
    return (*at, *inner) if is_basic(inner) else None


def _recorded(operation: str, *arguments: Node, **options: Any) -> Node:
    return node_of(recorded(operation, *arguments, **options))


def _added_pieces(node: Node) -> Node | None:
    """Pieces that are added one after the other, as what they are joined to."""
    start, pieces = node, list[tuple[Node, Any]]()
    while start.operation == "add_at" and len(start.arguments) == 2:
        if len(pieces) > MANY:
            return None
        pieces.append((start.arguments[1], start.options["at"]))
        start = start.arguments[0]
    whole = _concatenated(pieces, node.shape)
    return None if whole is None else _recorded("add", start, whole)


def _concatenated(
    pieces: Sequence[tuple[Node, Any]], shape: tuple[int, ...]
) -> Node | None:
    """The array of which pieces are all, one after the other along one axis."""
    found: dict[int, tuple[int, Node]] = {}
    axes: set[int] = set()
    for piece, at in pieces:
        axis = len(at) - 1
        places = _along_last(at, shape)
        if places is None or piece.shape != _resized(shape, axis, len(places)):
            return None
        axes.add(axis)
        found[places.start] = places.stop, piece
    if len(axes) != 1 or len(found) < max(2, len(pieces)):
        return None
    (axis,) = axes
    end, parts = 0, []
    while end in found:
        end, piece = found.pop(end)
        parts.append(piece)
    if found or end != shape[axis]:
        return None
    return _recorded("concatenate", *parts, axis=axis)


def _resized(shape: tuple[int, ...], axis: int, length: int) -> tuple[int, ...]:
    """The shape with another length of one axis."""
    return (*shape[:axis], length, *shape[axis + 1 :])


def _along_last(at: tuple[Any, ...], shape: tuple[int, ...]) -> range | None:
    """The places of a plain slice along one axis, with all of those before it."""
    if not at or len(at) > len(shape) or not is_basic(at) or moves(at):
        return None
    *before, last = at
    if not isinstance(last, slice) or any(one != slice(None) for one in before):
        return None
    places = range(*last.indices(shape[len(before)]))
    return places if places and places.step == 1 else None


joined = by_operation({"add": _joined, "add_at": _added, "scatter": _scattered})
