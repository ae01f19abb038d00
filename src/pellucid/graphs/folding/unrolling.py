"""The way back: a graph without loops, in which every turn is written out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs.bodies import (
    asked,
    at_turn,
    body_of,
    depends_on_turn,
    living,
    stacked,
    wanted_by,
)
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.places import Turn
from pellucid.graphs.tracing.trace import closed, resumed

Turns = Mapping[Turn, int]


def unrolled(graph: Graph) -> Graph:
    """The same computation without loops."""
    if not any(node.operation == "loop" for node in graph.order):
        return graph
    made = replace(graph.ending(unrolled_nodes(graph.ends)), made=())
    return closed(made, resumed(graph))


def unrolled_nodes(ends: Sequence[Node]) -> list[Node]:
    """Nodes without loops that compute the same."""
    now: dict[Node, Node] = {}
    _unroll(ancestors(ends), now, {})
    return [now[node] for node in ends]


def _unroll(order: Iterable[Node], now: dict[Node, Node], turns: Turns) -> None:
    """Add to `now`, which holds what is around, what each node has become."""
    order = list(order)
    parts = asked(order)
    for node in order:
        if node.operation == "loop":
            if node in parts:
                _unroll_loop(node, parts[node], now, turns)
        elif node.operation != "part" and node not in now:
            now[node] = _turned(node, now, turns)


def _turned(node: Node, now: Mapping[Node, Node], turns: Turns) -> Node:
    """A step in one turn, on what its arguments have become."""
    arguments = tuple([now[a] for a in node.arguments])
    options: Any = node.options
    if depends_on_turn(node):
        options = at_turn(options, turns)
    if node.operation == "counter":
        return constant(options["value"])
    if node.operation == "entry" and arguments[0].is_constant:
        return constant(np.asarray(arguments[0].value).item(options["at"]))
    if node.operation in ("index", "entry"):
        found = _element(arguments, options["at"])
        if found is not None and found.weak == node.weak:
            return found
    if arguments == node.arguments and options is node.options and not turns:
        return node
    known = all(a.known for a in arguments) if arguments else node.known
    if node.is_input or node.is_constant:
        return node
    made = node.remade(arguments)
    return replace(made, options=options, known=known, name="", order=made.order)


def _element(arguments: Sequence[Node], at: Any) -> Node | None:
    """What is read of values that were stacked only to be read."""
    array = arguments[0]
    is_read = array.operation == "stack" and len(at) == 1 and type(at[0]) is int
    if not is_read or array.options["axis"] != 0 or array.spot is not None:
        return None
    found: Node = array.arguments[at[0]]
    return found


def _unroll_loop(
    loop: Node, parts: Sequence[Node], now: dict[Node, Node], turns: Turns
) -> None:
    body = body_of(loop)
    order, _ = living(body, wanted_by(parts))
    given = {i: now[a] for i, a in body.given(loop).items()}
    starts = {after: given[before] for after, before in body.held_by.items()}
    found: dict[Node, dict[int, Node]] = {part: {} for part in parts}
    state = given
    for t in body.numbers(turns):
        inside = dict(state)
        _unroll(order, inside, {**turns, body.turn: t})
        for part in parts:
            found[part][t] = inside[part.options["of"]]
        state = given | {before: inside[after] for before, after in body.carried
                         if after in inside}  # fmt: skip
    for part, values in found.items():
        start = starts.get(part.options["of"])
        now[part] = _part(part, values, start, body.is_reversed)


def _part(
    part: Node, values: Mapping[int, Node], start: Node | None, is_reversed: bool
) -> Node:
    """What a loop gives: its last value, or all of them, 0 where it did not turn."""
    if not part.options["each"]:
        last = 0 if is_reversed else len(values) - 1
        found = values.get(last)
        return found or start  # type: ignore[return-value]
    of = part.options["of"]
    options = {"shape": of.shape, "dtype": of.dtype}
    zeros = Node("zeros", (), of.shape, of.dtype, options, known=True)
    return stacked([values.get(t, zeros) for t in range(part.shape[0])])
