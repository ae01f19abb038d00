r"""The layers of a network in its formula: a line for each, then what each one is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from pellucid.graphs.calls import around
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Call, Node
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.reading.formula import latex
from pellucid.reading.formula.elements import needs_index, passes_index
from pellucid.reading.formula.latex import Piece
from pellucid.reading.formula.notation import NOTATION
from pellucid.reading.formula.typesetter import Index, Typesetter, at
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

    @cached_property
    def functions(self) -> dict[Node, Applied]:
        """The results of functions of one array that a layer calls, as relu(z)."""
        groups: dict[Call, list[Node]] = {}
        for node, layer in self.of.items():
            chain = [*around(node.call)]
            inside = chain[: chain.index(layer)] if layer in chain else []
            if inside and not node.is_constant:
                groups.setdefault(inside[-1], []).append(node)
        found = {}
        for call, nodes in groups.items():
            own = set(nodes)
            given = {a for node in nodes for a in node.arguments} - own
            given = {a for a in given if not a.is_constant}
            users = self.graph.users
            ends = [node for node in nodes if not own.issuperset(users.get(node, ()))]
            if len(given) == len(ends) == 1 and call.function.isidentifier():
                (x,), (result,) = given, ends
                if x.shape == result.shape and call.function[0] != "_":
                    by_element = all(is_elementwise(node.operation) for node in nodes)
                    inner = frozenset(own - {result})
                    found[result] = Applied(call.function, x, inner, by_element)
        return found


class Applied(NamedTuple):
    """A function of one array: its name, the array, and the steps that it hides."""

    name: str
    x: Node
    hidden: frozenset[Node]
    by_element: bool

    def write(self, t: Typesetter, node: Node, index: Index) -> Piece:
        """The function by its name."""
        if self.by_element and self.name in NOTATION:
            return NOTATION[self.name](t, node.remade((self.x,)), index)
        name = latex.named(self.name)
        if self.by_element:
            return latex.applied(name, t.write(self.x, index))
        return at(latex.applied(name, t.write(self.x)), index)


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
