"""Logarithms move inwards, through what only moves elements, to where a formula is.

log(p[i]) is log(p)[i], and so it is with np.where, np.concatenate, np.stack and with
what is assigned into an array: elements are moved before the logarithm or after it.
Inside stands a sigmoid or a softmax, of which the logarithm is stable. 1 - p moves in
the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.bodies import behind, with_bodies
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.rewriting.driver import Rule, Walk, applied
from pellucid.graphs.rewriting.written_out_sums import POWERS
from pellucid.graphs.tracing.traced import current, node_of, recorded

# Where elements of several arrays are put together, which of the arguments these are.
JOINED = {
    "where": slice(1, 3), "assign": slice(2),
    "concatenate": slice(None), "stack": slice(None),
}  # fmt: skip
# Some of what is moved is computed for nothing, and no warning is due.
CHOOSING = {"where", "assign"}


class Inward(NamedTuple):
    """A function of one array that may move inwards, and to which operations."""

    name: str
    apply: Callable[[Any], Any]
    goals: frozenset[str]


LOG = Inward(
    "log", lambda p: np.log(p), frozenset(["sigmoid", "softmax", "exp", "cumsum"])
)
REST = Inward("rest", lambda p: 1 - p, frozenset(["sigmoid"]))
LOG_REST = Inward("log of rest", lambda p: np.log1p(-p), frozenset(["sigmoid"]))


def inward(walk: Walk) -> Rule:
    """The rule of logarithms, and of 1 - p, that stand before what moves elements."""
    behind: dict[Node, frozenset[str]] = {}
    inside: dict[Inward, dict[Node, Node]] = {LOG: {}, REST: {}, LOG_REST: {}}

    def look(node: Node) -> Node | None:
        found = None if node.derived else what_moves(node)
        if found is None or not found[0].goals & goals(found[1], behind):
            return None
        return walk.recording(lambda n: moved_in(n, *found, inside[found[0]]), node)

    return look


def what_moves(node: Node) -> tuple[Inward, Node] | None:
    """What may move inwards, and what it is a function of."""
    match node.operation, node.arguments:
        case "log", (p,):
            return LOG, p
        case "log1p", (Node(operation="negative", arguments=(p,)),):
            return LOG_REST, p
        case "subtract", (one, p) if one.is_literal and one.value == 1:
            return REST, p
    return None


def goals(whole: Node, behind: dict[Node, frozenset[str]]) -> frozenset[str]:
    """The formulas that stand behind what only moves elements; `behind` is added to."""
    for step in moving_steps(whole, behind):
        parts = moved(step)
        behind[step] = frozenset().union(*(behind[p] | goal(p) for p in parts))
    return behind[whole]


def goal(node: Node) -> frozenset[str]:
    """What a logarithm may be moved to; of running sums, those of exponentials."""
    if node.operation != "cumsum":
        return frozenset([node.operation])
    inner = node.arguments[0]
    while moved(inner):
        inner = moved(inner)[0]
    return frozenset(["cumsum"] if inner.operation == "exp" else [])


def moved(node: Node) -> tuple[Node, ...]:
    """The arguments whose elements an operation moves; none where it computes."""
    if facts_of(node.operation).shows:
        return node.arguments[:1]
    return node.arguments[JOINED.get(node.operation, slice(0))]


def moving_steps(whole: Node, known: Container[Node]) -> list[Node]:
    """The steps that only move elements, and those that they begin with, in order."""
    found: dict[Node, None] = {}
    waiting = [whole]
    while waiting:
        step = waiting.pop()
        if step not in found and step not in known:
            found[step] = None
            waiting += moved(step)
    return sorted(found, key=lambda step: step.order)


def moved_in(
    node: Node, function: Inward, whole: Node, inside: dict[Node, Node]
) -> Node | None:
    """The function taken of what the moved elements begin with, and then moved."""
    steps = moving_steps(whole, inside)
    chooses = any(step.operation in CHOOSING for step in steps)
    with current().marking(quiet=chooses):
        for step in steps:
            inside[step] = taken_of(step, function, node, inside)
    found = inside[whole]
    return found if found.dtype == node.dtype else None


def taken_of(
    step: Node, function: Inward, node: Node, inside: dict[Node, Node]
) -> Node:
    """A function of one step: moved further in, or recorded there."""
    parts = moved(step)
    if parts:
        inner = {part: inside[part] for part in parts}
        arguments = [inner.get(a, a) for a in step.arguments]
        return node_of(recorded(step.operation, *arguments, **step.options))
    number = step.is_literal and step.weak
    value = node_of(node.dtype.type(step.value)) if number else step
    return replace(applied(function.apply, value), line=node.line)


def in_logarithms(order: Iterable[Node]) -> set[Node]:
    """What a person's own logarithm is taken of: there a slope needs all its digits.

    The log of a determinant, log(d tanh(x)/dx), would be -inf where 1 - tanh^2 is 0.
    """
    order = list(with_bodies(order))
    return behind((n for n in order if n.operation in POWERS and not n.derived), order)
