"""Helper functions in a graph: each call folds into one box, or opens into a frame.

So does each loop, whose nodes are those of a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pellucid.errors import PellucidError
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Call, Node
from pellucid.reading.loops.in_line import InLine
from pellucid.reading.numbers import title
from pellucid.reading.source.branches import asked

RESULTS = 3  # of a call that is one box
DEEPEST = 5  # frames in one another

Opened = bool | str | Collection[str] | None


@dataclass(frozen=True, eq=False)
class Frame:
    """An opened call of a helper, or an opened loop, and the one around it."""

    label: str
    around: Frame | None
    number: int
    is_loop: bool = False

    def chain(self) -> Iterator[Frame]:
        """The frame and those around it, from the inside out."""
        frame: Frame | None = self
        while frame is not None:
            yield frame
            frame = frame.around


class Folds:
    """A graph with some calls opened; the others are one box each."""

    def __init__(self, view: InLine, opened: set[Call]) -> None:
        self.view = view
        self.graph = view.graph.unguarded
        self.asked = dict.fromkeys(asked(view.graph))  # which are in no box of a call
        self.whole = _whole(self.graph) - set(view.loops)
        self.transparent = opened | self.whole

    @cached_property
    def nodes(self) -> dict[Call, list[Node]]:
        """The nodes of each call that is one box."""
        found: dict[Call, list[Node]] = {}
        for node in self.graph.nodes:
            call = self._outermost(self._call(node))
            if call is not None:
                found.setdefault(call, []).append(node)
        return {
            call: nodes
            for call, nodes in found.items()
            if 0 < len(self._results(nodes)) <= RESULTS or call in self.view.loops
        }

    @cached_property
    def results(self) -> dict[Call, list[Node]]:
        """What comes out of each of these."""
        return {call: self._results(nodes) for call, nodes in self.nodes.items()}

    @cached_property
    def folded(self) -> dict[Node, Call]:
        """For each node inside of a box the call that it is."""
        return {node: call for call, nodes in self.nodes.items() for node in nodes}

    def _call(self, node: Node) -> Call | None:
        """The call that a node is part of; of a constant that of those who use it."""
        if not node.is_constant:
            return node.call
        calls = {user.call for user in self.graph.users.get(node, ())}
        return calls.pop() if len(calls) == 1 else None

    def _outermost(self, call: Call | None) -> Call | None:
        """The outermost call around that is not opened."""
        closed = [each for each in around(call) if each not in self.transparent]
        return closed[-1] if closed else None

    def _results(self, nodes: Sequence[Node]) -> list[Node]:
        """What is used outside of a call."""
        inside, outputs = set(nodes), set(self.graph.outputs)
        return [
            node
            for node in nodes
            if node in outputs or not inside.issuperset(self.graph.users.get(node, ()))
        ]

    @cached_property
    def frames(self) -> dict[Call, Frame]:
        """The frame of each opened call."""
        found: dict[Call, Frame] = {}
        for call in helpers(self.graph):
            if self._outermost(call) not in self.nodes:
                self._framed([*around(call)][::-1], found)
        return found

    def _framed(self, calls: Sequence[Call], found: dict[Call, Frame]) -> None:
        """Frames for calls that were made in one another, the outer first."""
        framed = [call for call in calls if call not in self.whole][:DEEPEST]
        for i, call in enumerate(framed):
            if call not in found:
                outer = found[framed[i - 1]] if i else None
                found[call] = self._frame(call, outer, len(found) + 1)

    def _frame(self, call: Call, outer: Frame | None, number: int) -> Frame:
        loop = self.view.loops.get(call)
        label = loop.title if loop else call.function
        return Frame(label, outer, number, is_loop=loop is not None)

    def frame_of(self, node: Node) -> Frame | None:
        """The frame that the box of a node stands in."""
        call = self.folded.get(node)
        inside = call.around if call else self._call(node)
        if node in self.view.left and not call:  # it comes out of a loop
            inside = self.view.left[node].call.around
        return next((self.frames[c] for c in around(inside) if c in self.frames), None)

    @cached_property
    def names(self) -> Mapping[Node, str]:
        """What each node is called: the result of a call as its caller does."""
        order = (*self.graph.order, *self.asked)
        names = {node: title(self.graph, node) for node in order}
        names |= self.view.wished
        taken = set(names.values())
        for call, results in self.results.items():
            if len(results) == 1 and call.target and call.target not in taken:
                names[results[0]] = call.target
                taken.add(call.target)
        return names


def around(call: Call | None) -> Iterator[Call]:
    """A call and those around it, from the inside out."""
    while call is not None:
        yield call
        call = call.around


def helpers(graph: Graph) -> dict[Call, None]:
    """Every call of a helper that a node of a graph is part of."""
    found: dict[Call, None] = {}
    for node in graph.nodes:
        for call in around(node.call):
            if call in found:
                break
            found[call] = None
    return found


def opened_calls(graph: Graph, opened: Opened) -> set[Call]:
    """The calls that are opened: those so called, and what is around them."""
    everything = set(helpers(graph))
    if opened is None or isinstance(opened, bool):
        return everything if opened else set()
    names = {opened} if isinstance(opened, str) else set(opened)
    known = dict.fromkeys(call.function for call in helpers(graph))
    for name in sorted(names - set(known)):
        called = f"calls {', '.join(known)}" if known else "calls no helper"
        raise PellucidError(
            f"No function {name!r} can be opened; {graph.title} {called}."
        )
    inner = [call for call in everything if call.function in names]
    return {outer for call in inner for outer in around(call)}


def _whole(graph: Graph) -> set[Call]:
    """Calls that hold every operation: they have no box and no frame."""
    calls = {node.call for node in graph.nodes if node.arguments}
    return set.intersection(*(set(around(call)) for call in calls)) if calls else set()
