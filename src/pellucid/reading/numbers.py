"""The numbers of a graph: the value and the gradient of each node, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.differentiating.step_derivatives import (  # fmt: skip
    Told,
    adjoints,
    cost_node,
)
from pellucid.graphs.evaluate import Watch, evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import held
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.naming import is_numbered


class Numbers(NamedTuple):
    """The values and gradients of nodes, and what is to be said of them."""

    values: Mapping[Node, Any]
    gradients: Mapping[Node, Any]
    remark: str


def numbers_of(
    graph: Graph, args: tuple[Any, ...], watch: Watch = None, told: Told | None = None
) -> Numbers:
    """The value and the gradient of each node, or none, and why.

    `watch` is shown each turn of each loop, and `told` says what holds the gradients of
    the nodes in it.
    """
    if graph.inputs and not args:
        return Numbers({}, {}, "")
    with np.errstate(all="ignore"):  # inf and nan are shown where they arise
        return _numbers(graph, known_values(graph, args), watch, told)


def known_values(graph: Graph, args: tuple[Any, ...]) -> Mapping[Node, Any]:
    """The values of the inputs, and of what the guards ask for.

    Raises PellucidError where the arguments go another way.
    """
    return held(graph.guards, graph.bind(*args), graph.title)


def _numbers(
    graph: Graph, known: Mapping[Node, Any], watch: Watch, told: Told | None
) -> Numbers:
    backward, remark = _backward(graph, told)
    order = ancestors((*graph.order, *backward.values()))
    kept = {*graph.order, *backward.values()}
    found = evaluate(order, known, [*kept], watch=watch)
    values = {node: found[node] for node in graph.order if node in found}
    # 0 for an input that J does not depend on
    zero = {z: np.zeros(z.shape) for z in graph.inputs} if backward else {}
    return Numbers(values, zero | {z: found[g] for z, g in backward.items()}, remark)


def _backward(graph: Graph, told: Told | None) -> tuple[Mapping[Node, Node], str]:
    """Nodes that compute dJ/dz of every node z, and what is to be said of them."""
    if len(graph.outputs) != 1 or graph.outputs[0].size != 1:
        return {}, "no gradients: the result is more than one number"
    try:
        backward = adjoints(graph, told)
    except GradientError as error:
        return {}, f"no gradients: {error}"
    cost = title(graph, cost_node(graph))
    return backward, f"gradient of {cost} with respect to each box"


def title(graph: Graph, node: Node) -> str:
    """The name of a node; of a result without one that of the function."""
    if graph.outputs != (node,) or not is_numbered(node.name):
        return node.name
    taken = {z.name for z in graph.nodes}
    return node.name if graph.title in taken else graph.title
