"""A graph in which no step belongs to the bodies of two loops.

What a loop backwards reads of constants it may share with the loop forwards; a program
computes it in each.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pellucid.graphs.bodies import Body, asked, living, loop, remade_part, wanted_by
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node


def apart(graph: Graph) -> Graph:
    """The same graph, where each body has steps of its own."""
    if sum(node.operation == "loop" for node in graph.order) < 2:
        return graph
    now = _block(graph.order, {}, set(), is_own=True)
    return graph.ending([now.get(node, node) for node in graph.ends])


def _block(
    order: Iterable[Node], now: dict[Node, Node], met: set[Node], is_own: bool
) -> dict[Node, Node]:
    """What each node has become: itself, as long as nothing before it is another."""
    order = list(order)
    parts = asked(order)
    inside: dict[Node, dict[Node, Node]] = {}
    for node in order:
        if node in now or _is_anywhere(node):
            continue
        arguments = tuple([now.get(a, a) for a in node.arguments])
        if node in parts:
            wanted = wanted_by(parts[node])
            body, inside[node] = _body(node.options["body"], wanted, met)
            if body is not node.options["body"] or arguments != node.arguments:
                now[node] = loop(body, arguments, node.line)
        elif node.operation == "part":
            (source,) = node.arguments
            of = node.options["of"]
            of = inside[source].get(of, of)
            now[node] = remade_part(node, now.get(source, source), of)
        elif not node.is_input and (now or not is_own):
            now[node] = node.remade(arguments)
        met.add(node)
    return now


def _body(
    body: Body, wanted: Iterable[Node], met: set[Node]
) -> tuple[Body, dict[Node, Node]]:
    """A body of its own, and what its nodes have become."""
    order, _ = living(body, wanted)
    shared = any(node in met and not _is_anywhere(node) for node in order)
    fresh = {node: node.remade(()) for node in body.inputs} if shared else {}
    now = _block(order, fresh, met, is_own=not shared)
    met.update(body.inputs)
    if not now:
        return body, now
    pairs = [(now.get(b, b), now.get(after, after)) for b, after in body.carried]
    fixed = tuple([now.get(node, node) for node in body.fixed])
    sums = frozenset(now.get(node, node) for node in body.sums)
    return replace(body, carried=tuple(pairs), fixed=fixed, sums=sums), now


def _is_anywhere(node: Node) -> bool:
    """Whether a node is the same inside and outside of loops."""
    return node.is_constant or node.operation == "counter"
