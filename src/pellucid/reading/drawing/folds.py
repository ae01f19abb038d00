"""Helper functions in a graph: each call folds into one box, or opens into a frame.

So does each loop, whose nodes are those of a call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count

from pellucid.errors import PellucidError
from pellucid.graphs.calls import around
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Call, Node, by_order
from pellucid.reading.calls import titled
from pellucid.reading.loops.in_line import InLine
from pellucid.reading.numbers import title
from pellucid.reading.source.branches import asked

RESULTS = 3  # of a helper that is one box
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
        whole = _whole(self.graph) - set(view.loops)
        self.whole = whole | _handed_on(self.graph)
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
            if 0 < len(self._results(nodes)) <= RESULTS
            or call in self.view.loops
            or call.of
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
        label = loop.title if loop else titled(call)
        return Frame(label, outer, number, is_loop=loop is not None)

    def frame_of(self, node: Node) -> Frame | None:
        """The frame that the box of a node stands in."""
        call = self.folded.get(node)
        inside = call.around if call else self._call(node)
        inside = self.own.get(node, inside)
        if node in self.view.left and not call:  # it comes out of a loop
            inside = self.view.left[node].call.around
        return next((self.frames[c] for c in around(inside) if c in self.frames), None)

    @cached_property
    def names(self) -> Mapping[Node, str]:
        """What each node is called: the result of a call as its caller does."""
        order = (*self.graph.order, *self.asked)
        names = {node: title(self.graph, node) for node in order}
        names |= self.view.wished
        if any(call.of for call in helpers(self.graph)):
            return names | self._of_layers(names)
        taken = set(names.values())
        for call, results in self.results.items():
            if len(results) == 1 and call.target and call.target not in taken:
                names[results[0]] = call.target
                taken.add(call.target)
        return names

    def _of_layers(self, names: Mapping[Node, str]) -> dict[Node, str]:
        """The results of the calls that are seen, as h, h_2, h_3 in their order."""
        within: dict[Call, list[Node]] = {}
        for node in self.graph.nodes:
            for call in around(node.call):
                within.setdefault(call, []).append(node)
        found = ((call, self._results(nodes)) for call, nodes in within.items())
        ends = {call: results for call, results in found if results}
        given = {node: call.target for call, (node, *others) in ends.items()
                 if call.target and not others
                 and self.folded.get(node) in (None, call)}  # fmt: skip
        taken = {names[z] for z in self.graph.order if z not in self.folded}
        taken -= {names[node] for node in given}
        called = {}
        for node in sorted(given, key=by_order):
            numbered = (f"{given[node]}_{k}" for k in count(2))
            each = chain([given[node]], numbered)
            called[node] = next(name for name in each if name not in taken)
            taken.add(called[node])
        return called

    @cached_property
    def own(self) -> dict[Node, Call]:
        """The inputs that only one layer uses, its parameters, each with that call."""
        found = {}
        for node in set(self.graph.inputs) - set(self.graph.outputs):
            users = self.graph.users.get(node, ())
            calls = _around_all([self._forward(user) for user in users])
            call = next((call for call in calls if call.of), None)
            if call is not None and node not in call.given:
                found[node] = call
        return found

    def _forward(self, node: Node) -> list[Call]:
        """The calls that a node is part of, or of the gradient of."""
        return [call.gradient_of or call for call in around(self._call(node))]

    @property
    def parameters(self) -> set[Node]:
        """The inputs that stand in the box of a layer, which is not opened."""
        return {node for node, call in self.own.items() if self._outermost(call)}


def _around_all(chains: Iterable[Sequence[Call]]) -> list[Call]:
    """The calls that all of these hold, from the inside out."""
    first, *others = chains or [()]
    return [call for call in first if all(call in each for each in others)]


def outer_layers(calls: Collection[Call]) -> Iterator[set[Call]]:
    """Calls that layers are made in, as far in as there are some; then fewer."""
    made = {outer for call in calls if call.of for outer in around(call.around)}
    depths = {call: len([*around(call)]) for call in made}
    for most in sorted(set(depths.values()), reverse=True):
        yield {call for call in made if depths[call] <= most}
    yield set()


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
    known = dict.fromkeys(name for call in helpers(graph) for name in names_of(call))
    for name in sorted(names - set(known)):
        called = f"calls {', '.join(known)}" if known else "calls no helper"
        raise PellucidError(
            f"No function {name!r} can be opened; {graph.title} {called}."
        )
    inner = [call for call in everything if names.intersection(names_of(call))]
    return {outer for call in inner for outer in around(call)}


def names_of(call: Call) -> list[str]:
    """What a call may be called: as written, and a layer by its type too."""
    return list(dict.fromkeys([call.function, call.function.partition("(")[0]]))


def _whole(graph: Graph) -> set[Call]:
    """Calls that hold every operation: they have no box and no frame."""
    calls = {node.call for node in graph.nodes if node.arguments}
    return set.intersection(*(set(around(call)) for call in calls)) if calls else set()


def _handed_on(graph: Graph) -> set[Call]:
    """Calls of objects that are all that another does with its parameters."""
    own = {node.call for node in graph.nodes if node.arguments}
    return {call for call in helpers(graph)
            if call.of and call not in own and call.around and call.around.of
            and call.parameters == call.around.parameters}  # fmt: skip
