r"""What comes out of a loop that only adds up, as \sum_t x_t; products likewise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pellucid.graphs.node import Node
from pellucid.graphs.places import moves
from pellucid.reading.loops.in_line import InLine

SIGNS = {"add": r"\sum", "subtract": r"\sum", "multiply": r"\prod"}
KINDS = {"add_at": "add"}  # adding at a place that does not move
NOTHING = {"add": 0, "subtract": 0, "multiply": 1}  # what such a loop begins with


class Total(NamedTuple):
    """A value that comes out of a loop which only adds to it.

    Parameters
    ----------
    steps : list of Node
        What adds, the last one first; or the sum that an inner loop gives.
    added : list of Node
        What is added in each turn.
    start : Node
        What it is before the first turn.
    """

    steps: list[Node]
    added: list[Node]
    start: Node

    @property
    def operation(self) -> str:
        """What is taken of the turns."""
        return KINDS.get(self.steps[-1].operation, self.steps[-1].operation)


def totals(view: InLine) -> dict[Node, Total]:
    """What comes out of each loop that only adds up."""
    found: dict[Node, Total] = {}
    for node in view.outside:
        if not view.is_each(node) and (total := _total(view, node, found)):
            found[node] = total
    return found


def _total(view: InLine, node: Node, found: Mapping[Node, Total]) -> Total | None:
    """How a loop adds up what comes out of it, if it does nothing else with it."""
    step, loop = view.outside[node], view.left[node]
    readers = {u for u in view.graph.users.get(step, ()) if _reads(view, u, step)}
    only_last = all(u in view.outside and not view.is_each(u) for u in readers)
    if view.inside.get(step) is not loop or not only_last:
        return None
    if step in found:  # a sum of sums
        steps, added, before = [step], [step], found[step].start
    else:
        steps, added, before = _spine(view, step)
    if view.after.get(before) is not step or view.inside[before] is not loop:
        return None
    once = all(len(view.graph.users[z]) == 1 for z in (before, *steps[1:]))
    return Total(steps, added, before.arguments[0]) if once else None


def _spine(view: InLine, step: Node) -> tuple[list[Node], list[Node], Node]:
    """The steps that add one after another, what they add, and what to."""
    steps, added, at = list[Node](), list[Node](), step
    kind = KINDS.get(step.operation, step.operation)
    while KINDS.get(at.operation, at.operation) == kind and kind in SIGNS:
        before, other = at.arguments[0], at.arguments[1]
        if at.operation == "add_at":
            if len(at.arguments) > 2 or moves(at.options["at"]):
                break
            other = at
        elif view.after.get(other) is step and kind != "subtract":
            before, other = other, before
        steps.append(at)
        added.insert(0, other)
        at = before
    return steps, added, at


def _reads(view: InLine, user: Node, step: Node) -> bool:
    """Whether a node reads a step for more than to come after it."""
    return view.outside.get(user, step) is step


def is_nothing(node: Node, operation: str) -> bool:
    """Whether a sum begins with 0, a product with 1."""
    if node.is_literal:
        return bool(node.value == NOTHING[operation])
    return node.operation == ("ones" if operation == "multiply" else "zeros")
