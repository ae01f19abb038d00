"""The gradient of a cost with respect to every node, not only to the inputs."""

from __future__ import annotations

from typing import Any

from pellucid.errors import GradientError
from pellucid.graphs import simplify
from pellucid.graphs.backward import depending, full, local, total
from pellucid.graphs.creation import creation_recorded
from pellucid.graphs.node import Graph, Node, ancestors
from pellucid.graphs.trace import resumed
from pellucid.graphs.traced import node_of


def cost_of(graph: Graph) -> Node:
    """The one node with one element that a graph returns; GradientError if not so."""
    if len(graph.outputs) == 1 and graph.outputs[0].size == 1:
        return graph.outputs[0]
    came = ", ".join(str(node.shape) for node in graph.outputs)
    message = (
        f"A gradient needs a cost with one element; {graph.title} gives {came}: "
        "sum it, or return less."
    )
    raise GradientError(message)


def adjoints(graph: Graph) -> dict[Node, Node]:
    """Nodes that compute dJ/dz, for every node z between the inputs and the cost J.

    The backward pass of `pellucid.graphs.backward`, which forgets what it has used,
    kept whole: dJ/dx = sum over uses of x of (dJ/dz) (dz/dx), last to first.
    """
    recorder = resumed(graph)
    recorder.simplify = simplify.simpler
    cost = cost_of(graph)
    order = ancestors([cost])
    needed = depending(order, list(graph.inputs))
    adjoint: dict[Node, Any] = {cost: 1.0}
    with recorder.running(), creation_recorded():
        for node in reversed(order):
            if node in adjoint:
                with recorder.on_behalf_of(node):
                    _share(node, adjoint, needed)
        with recorder.on_behalf_of(cost):
            found = {z: node_of(full(adjoint[z], z)) for z in adjoint if z in needed}
    recorder.christen_all(ancestors(found.values()))
    return found


def _share(node: Node, adjoint: dict[Node, Any], needed: set[Node]) -> None:
    """Add to the adjoint of each argument what this use of it contributes."""
    for position, argument in enumerate(node.arguments):
        if argument in needed:
            contribution = local(node, position, adjoint[node])
            if contribution is not None:
                adjoint[argument] = total(adjoint.get(argument), contribution)
