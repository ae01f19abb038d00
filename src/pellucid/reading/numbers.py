"""The numbers of a graph: the value and the gradient of each node, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.differentiating.step_derivatives import adjoints, cost_node
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import held
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.naming import is_numbered


class Numbers(NamedTuple):
    """The values and gradients of nodes, and what is to be said of them."""

    values: Mapping[Node, Any]
    gradients: Mapping[Node, Any]
    remark: str


def numbers_of(graph: Graph, args: tuple[Any, ...]) -> Numbers:
    """The value and the gradient of each node, or none, and why."""
    if graph.inputs and not args:
        return Numbers({}, {}, "")
    with np.errstate(all="ignore"):  # inf and nan are shown where they arise
        return _numbers(graph, known_values(graph, args))


def known_values(graph: Graph, args: tuple[Any, ...]) -> Mapping[Node, Any]:
    """The values of the inputs, and of what the guards ask for.

    Raises PellucidError where the arguments go another way.
    """
    return held(graph.guards, graph.bind(*args), graph.title)


def _numbers(graph: Graph, known: Mapping[Node, Any]) -> Numbers:
    values = evaluate(graph.order, known, graph.order)
    if len(graph.outputs) != 1 or graph.outputs[0].size != 1:
        return Numbers(values, {}, "no gradients: the result is more than one number")
    try:
        gradients = _gradients(graph, values)
    except GradientError as error:
        return Numbers(values, {}, f"no gradients: {error}")
    cost = title(graph, cost_node(graph))
    return Numbers(values, gradients, f"gradient of {cost} with respect to each box")


def _gradients(graph: Graph, values: Mapping[Node, Any]) -> dict[Node, Any]:
    """dJ/dz of every node z, as numbers; 0 for an input that J does not depend on."""
    zero = {node: np.zeros(node.shape) for node in graph.inputs}
    backward = adjoints(graph)
    order = ancestors(backward.values(), stop=values)
    computed = evaluate(order, values, list(backward.values()))
    return zero | {node: computed[g] for node, g in backward.items()}


def title(graph: Graph, node: Node) -> str:
    """The name of a node; of a result without one that of the function."""
    if graph.outputs != (node,) or not is_numbered(node.name):
        return node.name
    taken = {z.name for z in graph.nodes}
    return node.name if graph.title in taken else graph.title
