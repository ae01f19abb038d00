"""The verb of this room: a graph with loops for what its recording repeats."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from pellucid.graphs.folding.items import LEAST
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.trace import closed, resumed
from pellucid.graphs.tracing.uncollected import uncollected

SAVING = 100  # nodes that folding must save, where it is done unasked


@uncollected()
def folded(
    graph: Graph, least: int = LEAST, saving: int = 0, apart: Collection[Node] = (),
    by_call: bool = False,
) -> Graph:  # fmt: skip
    """The same computation, in which equal turns of a loop are one loop.

    `saving` is how many nodes must be saved, or the graph stays as it is; what is kept
    `apart`, as are guards, stays outside of loops. Loops in the calls of objects that
    are alike are one template, or one for each call with `by_call`, which names it.
    """
    inner = [node for node in graph.order if node.spot is not None]
    made = graph.made if set(inner) <= set(graph.made) else inner
    outside = {guard.node for guard in graph.guards}.union(apart)
    ends = folded_nodes(made, graph.ends, outside, least, saving, by_call)
    return graph if ends is None else named(replace(graph.ending(ends), made=()))


def named(graph: Graph) -> Graph:
    """Name what loops give as it is called inside, and number the rest."""
    recorder = resumed(graph)
    for node in graph.order:
        if node.operation == "part" and node.options["of"].name:
            recorder.names.christen(node, node.options["of"].name)
    return closed(graph, recorder)


def folded_nodes(
    made: Sequence[Node], ends: Sequence[Node], apart: Collection[Node] = (),
    least: int = LEAST, saving: int = 0, by_call: bool = False,
) -> list[Node] | None:  # fmt: skip
    """What computes these ends with loops for what repeats; None where nothing does.

    `made` are all steps that were recorded, those that nobody reads too. Nodes that are
    kept `apart` stay outside of loops: a guard is asked before what follows it is
    computed.
    """
    if len(made) < saving:
        return None
    from pellucid.graphs.folding.emission import Emitter
    from pellucid.graphs.folding.folder import Folder

    folder = Folder(made, least, apart, by_call)
    worth = folder.count and folder.saved >= saving
    found = Emitter(folder).outputs(ends) if worth else None
    folder.tree.clear()
    return found
