"""The gradient of a cost with respect to every node, and each step's own derivative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.derivatives import JOINT
from pellucid.graphs.differentiating.adjoint import expanded
from pellucid.graphs.differentiating.backward import backward, by_rule, local
from pellucid.graphs.differentiating.risks import differentiable
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.rewriting import arithmetic
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.trace import resumed
from pellucid.graphs.tracing.traced import lifted, node_of

Told = dict[Node, tuple[Node, Node | None]]


def cost_node(graph: Graph) -> Node:
    """The one node with one element that a graph returns; GradientError if not so."""
    if len(graph.outputs) == 1 and graph.outputs[0].size == 1:
        return graph.outputs[0]
    came = ", ".join(str(node.shape) for node in graph.outputs)
    message = (
        f"A gradient needs a cost with one element; {graph.title} gives {came}: "
        "sum it, or return less."
    )
    raise GradientError(message)


def adjoints(graph: Graph, told: Told | None = None) -> dict[Node, Node]:
    """Nodes that compute dJ/dz, for every node z between the inputs and the cost J.

    For the nodes of loops, the nodes that hold dJ/dz in each turn are put into `told`,
    and those that hold where it counts, or None.
    """
    recorder = resumed(graph)
    recorder.simplify = arithmetic.simplifying(graph.order)
    cost = cost_node(graph)
    needed = differentiable(ancestors([cost]), list(graph.inputs))
    with recorder.running(), creation_recorded():
        adjoint = backward(recorder, {cost: 1.0}, list(graph.inputs), told)
        with recorder.on_behalf_of(cost):
            found = {
                z: node_of(expanded(g, z)) for z, g in adjoint.items() if z in needed
            }
    recorder.names.christen_all(ancestors(found.values()))
    return found


class Local(NamedTuple):
    """How a step z changes with one argument x.

    Where z is a number, or goes element by element, `slope` is dz/dx. Else it is dJ/dx,
    computed from `g`, which stands for dJ/dz of any cost J.
    """

    argument: Node
    slope: Node
    g: Node | None = None


def locals_of(
    graph: Graph, nodes: Iterable[Node], moving: Iterable[Node] = ()
) -> dict[Node, list[Local]]:
    """The local derivatives of steps, for the arguments that depend on an input.

    What is `moving` does so too, as the values of earlier turns do.
    """
    recorder = resumed(graph)
    recorder.simplify = arithmetic.simplifying(graph.order)
    needed = differentiable(list(graph.order), [*graph.inputs, *moving])
    with recorder.running(), creation_recorded():
        return {z: list(_locals(recorder, z, needed)) for z in nodes if z in needed}


def _locals(recorder: Recorder, z: Node, needed: set[Node]) -> Iterator[Local]:
    """Of an argument that is used twice, the sum."""
    g = None if _has_slope(z) else recorder.input(f"d{z.name}", _like(z))
    slopes: dict[Node, Any] = {}
    with recorder.on_behalf_of(z):
        for position, x in enumerate(z.arguments):
            slope = _slope(recorder, z, position, g) if x in needed else None
            if slope is not None:
                slopes[x] = slope if x not in slopes else slopes[x] + slope
        for x, slope in slopes.items():
            yield Local(x, node_of(slope), g)


def _has_slope(z: Node) -> bool:
    return is_elementwise(z.operation) or z.size == 1


def _like(z: Node) -> Any:
    """Any array of the shape and dtype of a node."""
    return np.broadcast_to(np.zeros((), z.dtype), z.shape)


def _slope(recorder: Recorder, z: Node, position: int, g: Node | None) -> Any:
    """dz/dx, or dJ/dx where g is dJ/dz; None where it is 0 or does not exist.

    A part of a decomposition has none of its own: its rule is given all parts.
    """
    if z.operation in JOINT:
        return None
    try:
        if is_elementwise(z.operation):
            return by_rule(z, position, 1)
        return local(z, position, 1 if g is None else lifted(g, recorder))
    except GradientError:
        return None
