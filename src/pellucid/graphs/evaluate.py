"""The reference meaning of a graph: walk it with numbers, one operation at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs.bodies import asked, at_turn, body_of, depends_on_turn, living
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.elementwise import OPERATORS
from pellucid.graphs.places import Place, Turn


def quietly() -> np.errstate:
    """Without the warnings of what is computed also where it is not taken.

    The derivative of the side of a choice that is not taken may be anything there.
    """
    return np.errstate(divide="ignore", invalid="ignore", over="ignore")


def evaluate(
    order: Sequence[Node], inputs: Mapping[Node, Any], kept: Sequence[Node],
    compute: Callable[[Node, list[Any]], Any] | None = None,
) -> dict[Node, Any]:  # fmt: skip
    """Compute nodes in order; forget each value after its last use, but those kept."""
    compute = compute or computed
    values = dict(inputs)
    if any(node.operation == "part" for node in order):
        return with_loops(order, values, {}, compute)
    last_use = {argument: node for node in order for argument in node.arguments}
    needed = set(kept)
    for node in order:
        if node not in values:
            values[node] = compute(node, [values[a] for a in node.arguments])
        for argument in node.arguments:
            if last_use[argument] is node and argument not in needed:
                values.pop(argument, None)
    return values


def with_loops(
    order: Sequence[Node], values: dict[Node, Any], turns: Mapping[Turn, int],
    compute: Callable[[Node, list[Any]], Any],
) -> dict[Node, Any]:  # fmt: skip
    """Compute nodes in order, in these turns of the loops around."""
    parts = asked(order)
    for node in order:
        if node in values or (node.operation == "loop" and node not in parts):
            continue
        if node.operation == "loop":
            values |= run_loop(node, values, parts[node], turns, compute)
        elif node.operation != "part":
            arguments = [values[a] for a in node.arguments]
            values[node] = compute(in_turn(node, turns), arguments)
    return values


def in_turn(node: Node, turns: Mapping[Turn, int]) -> Node:
    """A step with integers for the places that move."""
    if not (turns and depends_on_turn(node)):
        return node
    return replace(node, options=at_turn(node.options, turns), order=node.order)


def run_loop(
    loop: Node, values: Mapping[Node, Any], parts: Sequence[Node],
    turns: Mapping[Turn, int], compute: Callable[[Node, list[Any]], Any],
) -> dict[Node, Any]:  # fmt: skip
    """The values of the parts of a loop."""
    body = body_of(loop)
    order, kept = living(body, [part.options["of"] for part in parts])
    count = body.count.at(turns) if isinstance(body.count, Place) else body.count
    fixed = {i: values[a] for i, a in body.given(loop).items()}
    state = {before: fixed.pop(before) for before, _ in body.carried}
    starts = {now: state[before] for before, now in reversed(body.carried)}
    found: dict[Node, Any] = {p: np.zeros(p.shape, p.dtype) if p.options["each"]
             else starts.get(p.options["of"]) for p in parts}  # fmt: skip
    each = range(count)
    for t in reversed(each) if body.is_reversed else each:
        known = {**fixed, **{before: state[before] for before in kept}}
        now = with_loops(order, known, {**turns, body.turn: t}, compute)
        for p in parts:
            if p.options["each"]:
                found[p][t] = now[p.options["of"]]
            else:
                found[p] = now[p.options["of"]]
        state = {before: now[after] for before, after in body.carried
                 if after in now}  # fmt: skip
    return found


def computed(node: Node, arguments: list[Any]) -> Any:
    """The value of one node from those of its arguments."""
    if node.operation == "constant":
        return node.value
    if node.quiet:
        with quietly():
            return _computed(node, arguments)
    return _computed(node, arguments)


def _computed(node: Node, arguments: list[Any]) -> Any:
    return meaning(node)(*arguments, **node.options)


def meaning(node: Node) -> Callable[..., Any]:
    """What computes a node; of Python numbers one again, which stays weak (NEP 50)."""
    own = OPERATORS.get(node.operation) if node.weak else None
    return own or OPERATIONS[node.operation].function
