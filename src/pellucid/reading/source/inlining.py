"""What a program writes where it is used, without a line and a name of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import WRITING, is_basic
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.source.flow import Flow, Nest, Step, is_item
from pellucid.reading.source.memory import Memory
from pellucid.reading.source.variables import described


class Inlining:
    """Which nodes are written where they are read.

    That are unnamed nodes with one reader, and places of arrays in loops; no assignment
    may change in between what they read.

    Parameters
    ----------
    flow, memory : Flow, Memory
        The program.
    """

    def __init__(self, flow: Flow, memory: Memory) -> None:
        self.flow, self.memory = flow, memory
        self.moved: dict[Node, int] = {}  # where each is written at last
        self.often = set[Node]()  # those that are written more than once
        self._places = self._read_places()
        for place, step in reversed([*enumerate(flow.steps)]):
            node = step.about
            if step.kind != "node":
                continue
            readers = flow.readers.get(node, [])
            often = flow.begins(node) or self._is_place(node, step, readers)
            if not (flow.whole and not step.nest) and (
                often or self._is_unnamed(node, step, readers)
            ):
                at = max(self._written_at(reader, step.nest) for reader in readers)
                if not memory.changes(node, place, at):
                    self.moved[node] = at
                    self.often |= {node} if often else set()

    def _written_at(self, place: int, nest: Nest) -> int:
        """Where a step is written at last, as is seen from the loops around."""
        step = self.flow.steps[place]
        if step.nest != nest:
            return self.flow.left[step.nest[len(nest)]]
        return self.moved.get(step.about, place) if step.kind == "node" else place

    def _is_unnamed(self, node: Node, step: Step, readers: Sequence[int]) -> bool:
        """Whether a node has no name, and one reader beside it."""
        named = not is_numbered(node.name) or node.operation in WRITING
        if named or len(readers) != 1 or node in self.memory.in_place:
            return False
        reader = self.flow.steps[readers[0]]
        if reader.kind == "return" and len(self.flow.graph.outputs) > 1:
            return False
        target = reader.about in self.memory.in_place and reader.reads[0] is node
        beside = reader.nest == step.nest and not target
        return beside and reader.kind in ("node", "guard", "return", "store")

    def _is_place(self, node: Node, step: Step, readers: Sequence[int]) -> bool:
        """Whether this reads a place of an array, in a loop, for several readers."""
        if node not in self._places:
            return False
        found = [self.flow.steps[reader] for reader in readers]
        inner = any(s.nest != step.nest for s in found)
        within = all(s.nest[: len(step.nest)] == step.nest for s in found)
        kinds = {"node", "store"} if len(readers) > 1 else {"node"}
        several = len(readers) > 1 or inner
        lasting = not inner or self._places[node]
        return several and within and lasting and {s.kind for s in found} <= kinds

    def _read_places(self) -> Mapping[Node, bool]:
        """Unnamed reads of places in loops, and whether of what a loop has kept."""
        found: dict[Node, bool] = {}
        for step in self.flow.steps:
            node = step.about
            if step.kind != "node" or not step.nest:
                continue
            if not is_numbered(node.name) or not reads_place(node):
                continue
            array = self.flow.resolved(node.arguments[0])
            if array in found:
                found[node] = found[array]
            elif array.operation != "part" or not array.options["each"]:
                if not is_numbered(array.name):
                    found[node] = False
            elif is_item(node):
                found[node] = bool(described(array.options["of"]))
        return found


def reads_place(node: Node) -> bool:
    """Whether a step gives a part of an array as it lies there, or its transpose."""
    if node.operation == "transpose":
        return not node.options.get("axes") and node.ndim > 1
    return node.operation == "index" and is_basic(node.options["at"])
