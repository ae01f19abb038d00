r"""The layers of a network in its formula: a line for each, then what each one is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Call, Node
from pellucid.reading.calls import around
from pellucid.reading.formula.elements import needs_index, passes_index
from pellucid.reading.loops.in_line import InLine

SHORT = 8  # symbols of a formula that a layer's own names are written into


@dataclass
class Layers:
    """The layers of a graph that hold no others, and the nodes of each."""

    view: InLine
    graph: Graph
    found: dict[Call, list[Node]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        calls = [(node, [*around(node.call)]) for node in self.graph.order]
        outer = {call for _, chain in calls for at, call in enumerate(chain)
                 if call.of and any(inner.of for inner in chain[:at])}  # fmt: skip
        for node, chain in calls:
            inside = [call for call in chain if call.of and call not in outer]
            if inside and not node.is_literal:
                self.found.setdefault(inside[-1], []).append(node)

    @cached_property
    def of(self) -> dict[Node, Call]:
        """The layer that a node is part of."""
        return {node: call for call, nodes in self.found.items() for node in nodes}

    def results(self, call: Call) -> list[Node]:
        """What comes out of a layer."""
        users, outputs = self.graph.users, self.graph.outputs
        return [
            node
            for node in self.found[call]
            if node in outputs
            or any(self.of.get(user) is not call for user in users.get(node, ()))
        ]

    def given(self, call: Call) -> tuple[list[Node], list[Node]]:
        """What goes into a layer, and its parameters."""
        nodes = self.found[call]
        outside = dict.fromkeys(a for node in nodes for a in node.arguments)
        read = [a for a in outside if self.of.get(a) is not call and not a.is_constant]
        own = [a for a in read if a.is_input and a not in call.given]
        return [a for a in read if a not in own], own

    def closed(self, nodes: Sequence[Node]) -> dict[Call, tuple[Node, list[Node]]]:
        """Of layers of several equations the result, and the nodes of the equations."""
        found: dict[Call, tuple[Node, list[Node]]] = {}
        for call in self.found:
            inner = [node for node in nodes if self.of.get(node) is call]
            results = self.results(call)
            if len(inner) > 1 and len(results) == 1:
                found[call] = results[0], inner
        return found

    @cached_property
    def passing(self) -> set[Node]:
        """What a layer names on the way, and what is read in one place of it only."""
        found, sizes = set[Node](), dict[Node, int]()
        for node in self.graph.order:
            inlined = [a for a in node.arguments if a in found]
            sizes[node] = len(node.arguments) + sum(sizes[a] - 1 for a in inlined)
            users = self.graph.users.get(node, ())
            once = len(users) == 1 and node in self.of and node.arguments
            if not once or node in self.view.inside or sizes[node] > SHORT:
                continue
            (user,) = users
            apart = needs_index(node) and not passes_index(user)
            if self.of.get(user) is self.of[node] and not apart:
                found.add(node)
        return found - set(self.graph.outputs)


def kinds(calls: Collection[Call]) -> Iterator[Call]:
    """The first of those that are written alike."""
    seen = set[str]()
    for call in calls:
        if call.function not in seen:
            seen.add(call.function)
            yield call


def listed(symbols: Sequence[str], own: Sequence[str]) -> str:
    r"""What a function is called on: (x; W, b)."""
    both = [", ".join(each) for each in (symbols, own) if each]
    return f"({'; '.join(both)})"
