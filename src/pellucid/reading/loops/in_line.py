"""A graph as it is read: each loop written in line, by one of its turns.

A drawing, a formula and an explanation show the same nodes: those of the graph, and
between them those of the body of each loop. What an earlier turn gave, and what comes
out of a loop, are nodes of their own; see `InLine`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pellucid.graphs.bodies import asked, body_of, living, wanted_by
from pellucid.graphs.calls import innermost
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Call, Node
from pellucid.graphs.node import now as newest
from pellucid.graphs.places import Turn
from pellucid.graphs.rewriting.stable import StableGraph
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.reading.loops.loop import Loop, written

LARGE = 500  # nodes of a recording from which on its loops are shown as loops
LETTERS = "klmnpqruvijt"  # of turns that nothing counts


def to_be_read(graph: Graph) -> Graph:
    """The graph that is shown: of a large recording, or a network, with its loops."""
    if has_loops(graph) or isinstance(graph, StableGraph):
        return graph
    layers = _begin_layers(graph)
    is_large = len(graph.nodes) >= LARGE or layers
    return folded(graph, apart=layers, by_call=True) if is_large else graph


def _begin_layers(graph: Graph) -> list[Node]:
    """Of each layer a node outside of its own loops: layers are shown one by one.

    A container runs through them in a loop, in which some may be alike.
    """
    found: dict[Call, tuple[int, Node]] = {}
    for node in graph.order:
        call = innermost(node.call)
        if call is None or not node.spot:
            continue
        depth = _turns_around(node.spot.scope)
        if call not in found or depth < found[call][0]:
            found[call] = depth, node
    return [node for _, node in found.values()]


def _turns_around(scope: Any) -> int:
    """How many turns of loops are around a place in the code."""
    count = 0
    while scope is not None:
        count += scope.kind == "turn"
        scope = scope.around
    return count


def has_loops(graph: Graph) -> bool:
    """Whether some nodes are loops."""
    return any(node.operation == "loop" for node in graph.order)


# -- the nodes of loops, in line ------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Carried:
    """What a node that holds the value of an earlier turn is: that, of which turn."""

    node: Node
    ago: int  # turns
    starts: Sequence[Node]  # what it holds in the first turn, and so on


@dataclass(frozen=True, eq=False)
class InLine:
    """A graph whose loops are written in line.

    Parameters
    ----------
    graph : Graph
        The nodes, those of bodies by one turn. What an earlier turn gave is a `part`
        of its start; what comes out of a loop, one of the node in the body.
    loops : dict
        The loops, by the call that their nodes are part of.
    inside : dict
        For each node of a body the innermost loop.
    after : dict
        For what an earlier turn gave the node that gives it to the next.
    outside : dict
        For each node that comes out of a loop the node in the body.
    left : dict
        For each node that comes out of a loop the loop.
    origin : dict
        For each node that of the graph or of a body that it was.
    wished : dict
        What nodes are called, each by itself.
    become : dict
        For each node of the graph, if in no body, the node that it is here.
    """

    graph: Graph
    loops: dict[Call, Loop] = field(default_factory=dict)
    inside: dict[Node, Loop] = field(default_factory=dict)
    after: dict[Node, Node] = field(default_factory=dict)
    outside: dict[Node, Node] = field(default_factory=dict)
    left: dict[Node, Loop] = field(default_factory=dict)
    origin: dict[Node, Node] = field(default_factory=dict)
    wished: dict[Node, str] = field(default_factory=dict)
    become: dict[Node, Node] = field(default_factory=dict)

    def carried(self, node: Node) -> Carried:
        """What a node that holds the value of an earlier turn is.

        A value of two turns ago is carried by one that is of one turn ago. What is a
        value of no earlier turn, as of two that change places, is itself, of 0 turns.
        """
        starts, ago, at = [node.arguments[0]], 1, self.after[node]
        while self.inside.get(at) is self.inside[node] and ago <= len(self.after):
            if at not in self.after:
                return Carried(at, ago, starts)
            starts.append(at.arguments[0])
            ago, at = ago + 1, self.after[at]
        return Carried(node, 0, starts[:1])

    def name(self, node: Node) -> str:
        """What a node is called: in a loop as the person does, be it unique or not."""
        return self.wished.get(node, node.name)

    def shown(self, node: Node, name: str) -> str:
        """A node as a formula refers to it: by its name, with the turn before it."""
        if node in self.outside:
            return self.shown(self.outside[node], self.name(node))
        carried = self.carried(node) if node in self.after else None
        if carried is None or not carried.ago:
            return self.wished.get(node, name)
        loop, ago = self.inside[node], carried.ago * self.inside[node].forward
        shift = f"{loop.name} {'-' if ago > 0 else '+'} {abs(ago)}"
        return f"{self.name(carried.node)}[{shift}]"

    def variables(self, node: Node) -> Mapping[Turn, str]:
        """What the numbers of turns are called where a node is."""
        return self.inside[node].variables if node in self.inside else {}

    def is_each(self, node: Node) -> bool:
        """Whether a node that comes out of a loop holds the values of all turns."""
        return bool(node.options["each"])

    def now(self, node: Node) -> Node:
        """What a node of the graph is here."""
        return self.become.get(node, node)

    def before(self, node: Node) -> Node:
        """The node of the graph, or of a body, that this was."""
        return self.origin.get(node, node)


def in_line(graph: Graph) -> InLine:
    """Write the loops of a graph in line; one without loops stays as it is."""
    return _Writer(graph).written() if has_loops(graph) else InLine(graph)


class _Writer:
    """What is written so far of a graph whose loops are written in line."""

    def __init__(self, graph: Graph) -> None:
        self.before = graph
        self.found = InLine(graph)
        self.taken = {node.name for node in graph.inputs}
        self.now: dict[Node, Node] = {node: node for node in graph.inputs}
        self.calls: dict[tuple[Loop, Call], Call] = {}
        self.known: dict[Loop | None, set[Call]] = {}  # calls around a loop

    def written(self) -> InLine:
        """The whole graph, with names."""
        self.write(self.before.order, self.now, None)
        for node in self.before.inputs:
            self.found.origin[node] = node
        ends = [self.now[node] for node in self.before.ends]
        graph = replace(self.before.ending(ends), made=())
        recorder = Recorder()
        names = recorder.names
        names.given.update((node.name, node.name) for node in graph.inputs)
        for node, before in self.found.origin.items():
            wish = self.wish(node, before)
            if not node.name and not is_numbered(wish):
                names.christen(node, wish)
                self.found.wished[node] = wish
        names.christen_all(graph.nodes)
        return replace(self.found, graph=graph, become=self.now)

    def wish(self, node: Node, before: Node) -> str:
        """What the person calls a node."""
        if node in self.found.outside:
            inner = self.found.origin[self.found.outside[node]].name
            return before.name if is_numbered(inner) else inner
        if node in self.found.after and is_numbered(before.name):
            return self.found.origin[self.found.after[node]].name
        return before.name

    def write(
        self, order: Sequence[Node], now: dict[Node, Node], loop: Loop | None
    ) -> None:
        """Add to `now` what each node has become."""
        parts = asked(order)
        own = {c for n in order if n.operation not in APART for c in _around(n.call)}
        self.known[loop] = own | (self.known[loop.around] if loop else set())
        for node in order:
            if node in now:
                continue
            if node.operation == "loop":
                self.write_loop(node, parts.get(node, []), now, loop)
            elif node.operation != "part":
                now[node] = self.copied(node, now, loop)

    def copied(self, node: Node, now: Mapping[Node, Node], loop: Loop | None) -> Node:
        """A node in its place, without a name yet; a plain number is itself."""
        if node.is_literal:
            return node
        if node.is_constant:  # the same inside and outside
            if node not in self.now:
                self.now[node] = self.made(node, None)
            return self.now[node]
        arguments = tuple(now.get(a, a) for a in node.arguments)
        options = dict(node.options)
        if loop is not None:
            options = {k: written(v, loop.variables) for k, v in options.items()}
        return self.made(node, loop, arguments=arguments, options=options)

    def made(self, node: Node, loop: Loop | None, **changes: Any) -> Node:
        """A node anew, in the loop that it stands in."""
        changes.setdefault("call", self.call_of(node.call, loop))
        made = replace(node, name="", order=newest(), **changes)
        self.found.origin[made] = node
        if loop is not None:
            self.found.inside[made] = loop
        return made

    def write_loop(
        self,
        node: Node,
        parts: Sequence[Node],
        now: dict[Node, Node],
        around: Loop | None,
    ) -> None:
        """The nodes of one turn, and what comes out."""
        body = body_of(node)
        order, kept = living(body, wanted_by(parts))
        loop = self.loop(node, order, around)
        given, following = body.given(node), dict(body.carried)
        inside = {x: now.get(given[x], given[x]) for x in body.fixed}
        for x in kept:
            start = now.get(given[x], given[x])
            inside[x] = self.made(
                x, loop, operation="part", options={}, arguments=(start,)
            )
        self.write(order, inside, loop)
        after = {x: inside.get(following[x], following[x]) for x in kept}
        self.found.after.update((inside[x], after[x]) for x in kept)
        for part in parts:
            of = part.options["of"]
            arguments = (inside.get(of, of), *after.values())
            made = self.made(part, around, arguments=arguments, call=loop.call)
            now[part] = made
            self.found.outside[made], self.found.left[made] = arguments[0], loop

    def loop(self, node: Node, order: Sequence[Node], around: Loop | None) -> Loop:
        """The loop, with a variable of its own."""
        calls = [n.call for n in order if n.operation not in APART and n.call]
        common = next((c for c in _around(calls[0] if calls else None)
                       if c in self.known[around]), None)  # fmt: skip
        name = self.variable(body_of(node).turn, around)
        call = Call(name, None, (), self.call_of(common, around))
        found = Loop(node, around, name, call)
        self.found.loops[call] = found
        return found

    def variable(self, turn: Turn, around: Loop | None) -> str:
        """The person's name for it, or a letter that nothing else has."""
        used = self.taken | (
            {loop.name for loop in around.chain()} if around else set()
        )
        wished = [turn.name] if turn.start is not None else []
        letters = [x for x in LETTERS if x not in used]
        return next(iter([x for x in wished if x not in used] + letters), turn.name)

    def call_of(self, call: Call | None, loop: Loop | None) -> Call | None:
        """The call that a node is part of: a helper in a loop, or the loop."""
        if loop is None:
            return call
        if call is None or call in self.known[loop.around]:
            return loop.call
        if (loop, call) not in self.calls:
            outer = self.call_of(call.around, loop)
            self.calls[loop, call] = replace(call, given=(), around=outer)
        return self.calls[loop, call]


APART = ("loop", "part", "input", "constant")


def _around(call: Call | None) -> Iterator[Call]:
    while call is not None:
        yield call
        call = call.around
