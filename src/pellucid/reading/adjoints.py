"""The gradient of a cost with respect to every node, not only to the inputs."""

from __future__ import annotations

from pellucid.errors import GradientError
from pellucid.graphs import simplify
from pellucid.graphs.backward import backward, depending, full
from pellucid.graphs.creation import creation_recorded
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
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
    """Nodes that compute dJ/dz, for every node z between the inputs and the cost J."""
    recorder = resumed(graph)
    recorder.simplify = simplify.simpler
    cost = cost_of(graph)
    needed = depending(ancestors([cost]), list(graph.inputs))
    with recorder.running(), creation_recorded():
        adjoint = backward(recorder, {cost: 1.0}, list(graph.inputs))
        with recorder.on_behalf_of(cost):
            found = {z: node_of(full(g, z)) for z, g in adjoint.items() if z in needed}
    recorder.christen_all(ancestors(found.values()))
    return found
