"""How a carried value goes on: by a sum, a product, or a place that is written."""

from __future__ import annotations

from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic

DEPTH = 8  # sums within sums that are followed


def added(after: Node, before: Node) -> list[tuple[Node, int]]:
    """The terms, with signs, that are added to what is carried; none where it is not.

    Of (s + a) - b these are a and -b.
    """
    return _gathered(after, before, ("add", "subtract"))


def multiplied(after: Node, before: Node) -> list[tuple[Node, int]]:
    """The factors, with powers 1 or -1, that what is carried is multiplied by."""
    return _gathered(after, before, ("multiply", "divide"))


def _gathered(
    after: Node, before: Node, ways: tuple[str, str], depth: int = DEPTH
) -> list[tuple[Node, int]]:
    """What is gathered one way, with 1, or the way back, with -1."""
    if not depth or after.dtype.kind not in "fc" or after.shape != before.shape:
        return []
    if after.operation not in ways or after.arguments[0] is after.arguments[1]:
        return []
    x, y = after.arguments
    sides = [(x, y, 1), (y, x, 1)] if after.operation == ways[0] else [(x, y, -1)]
    for side, term, sign in sides:
        inner = [] if side is before else _gathered(side, before, ways, depth - 1)
        if side is before or inner:
            return [*inner, (term, sign)]
    return []


Write = tuple[Node, tuple[Any, ...]]


def added_at(after: Node, before: Node) -> list[Write]:
    """What is added to places of a carried array, one after another; none where not."""
    writes: list[Write] = []
    while after.operation == "add_at" and len(after.arguments) == 2:
        if not is_basic(after.options["at"]):
            return []
        writes.append((after.arguments[1], after.options["at"]))
        after = after.arguments[0]
    return writes[::-1] if after is before else []


def assigned(after: Node, before: Node) -> Write | None:
    """What is written into a carried array, and where."""
    if after.operation != "assign" or after.arguments[0] is not before:
        return None
    at: tuple[Any, ...] = after.options["at"]
    if len(after.arguments) != 2 or not is_basic(at):
        return None
    return after.arguments[1], at
