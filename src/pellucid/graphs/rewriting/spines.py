"""How a carried value goes on: by a sum, a product, or a place that is written."""

from __future__ import annotations

from typing import Any

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic

DEPTH = 8  # sums within sums that are followed


def added(after: Node, before: Node, depth: int = DEPTH) -> list[tuple[Node, int]]:
    """The terms, with signs, that are added to what is carried; none where it is not.

    Of (s + a) - b these are a and -b.
    """
    if not depth or after.dtype.kind not in "fc" or after.shape != before.shape:
        return []
    match after.operation, after.arguments:
        case "add" | "subtract", (x, y):
            sign = 1 if after.operation == "add" else -1
            sides = [(x, y, sign), (y, x, 1)] if sign > 0 else [(x, y, sign)]
            for side, term, s in sides:
                inner = [] if side is before else added(side, before, depth - 1)
                if side is before or inner:
                    return [*inner, (term, s)]
    return []


def multiplied(
    after: Node, before: Node, depth: int = DEPTH
) -> list[tuple[Node, int]]:  # fmt: skip
    """The factors, with powers 1 or -1, that what is carried is multiplied by."""
    if not depth or after.dtype.kind not in "fc" or after.shape != before.shape:
        return []
    match after.operation, after.arguments:
        case "multiply" | "divide", (x, y) if x is not y:
            power = 1 if after.operation == "multiply" else -1
            sides = [(x, y, power), (y, x, 1)] if power > 0 else [(x, y, power)]
            for side, factor, p in sides:
                inner = [] if side is before else multiplied(side, before, depth - 1)
                if side is before or inner:
                    return [*inner, (factor, p)]
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
