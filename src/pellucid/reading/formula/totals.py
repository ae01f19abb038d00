r"""What comes out of a loop that only adds up, as \sum_t x_t; products likewise."""

from __future__ import annotations

from collections.abc import Mapping

from pellucid.graphs.node import Node
from pellucid.reading.loops.in_line import InLine

SIGNS = {"add": r"\sum", "subtract": r"\sum", "multiply": r"\prod"}
NOTHING = {"add": 0, "subtract": 0, "multiply": 1}  # what such a loop begins with

Totals = Mapping[Node, tuple[Node, Node]]


def totals(view: InLine) -> dict[Node, tuple[Node, Node]]:
    """What comes out of a loop as a sum: the step that adds, and what is added."""
    found: dict[Node, tuple[Node, Node]] = {}
    for node in view.outside:
        if not view.is_each(node) and (added := _added(view, node, found)):
            found[node] = added
    return found


def _added(view: InLine, node: Node, found: Totals) -> tuple[Node, Node] | None:
    """The step that only adds to what an earlier turn gave, and what it adds."""
    step, loop = view.outside[node], view.left[node]
    readers = [u for u in view.graph.users.get(step, ()) if _reads(view, u, step)]
    only_last = all(u in view.outside and not view.is_each(u) for u in readers)
    if view.inside.get(step) is not loop or not only_last:
        return None
    if step in found:  # a sum of sums
        before, added = first_of(view, step, found), step
    elif step.operation in SIGNS:
        before, added = step.arguments
        if view.after.get(before) is not step and step.operation != "subtract":
            before, added = added, before
    else:
        return None
    mine = view.after.get(before) is step and view.inside[before] is loop
    return (step, added) if mine and len(view.graph.users[before]) == 1 else None


def _reads(view: InLine, user: Node, step: Node) -> bool:
    """Whether a node reads a step for more than to come after it."""
    return view.outside.get(user, step) is step


def first_of(view: InLine, node: Node, totals: Totals) -> Node:
    """What a sum begins with."""
    step, _ = totals[node]
    if step in totals:
        return first_of(view, step, totals).arguments[0]
    before = next(a for a in step.arguments if view.after.get(a) is step)
    return before.arguments[0]


def is_nothing(node: Node, operation: str) -> bool:
    """Whether a sum begins with 0, a product with 1."""
    if node.is_literal:
        return bool(node.value == NOTHING[operation])
    return node.operation == ("ones" if operation == "multiply" else "zeros")
