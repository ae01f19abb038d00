"""Which nodes of a graph have a box, and with which formula.

A folded call of a helper has one. Where there would be many boxes, results without a
name are written where they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import NamedTuple

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Call, Node
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.drawing.folds import Folds, Frame, Opened, helpers, opened_calls
from pellucid.reading.formula.typography import LONGEST, typeset
from pellucid.reading.source.branches import condition, questions
from pellucid.reading.source.spelling import ATOM, Spelling, called, spelt

STEPS = 12  # nodes up to which each step has a box
OPEN = 10  # boxes up to which helper functions are open
FEW = 3  # questions at one line that have a box each
MOST = 4 * LONGEST  # characters of a formula within another
INLINE = 32  # characters of a formula that is written where it is used


class BoxContent(NamedTuple):
    """What has a box: a step, a folded call with what comes out of it, or a branch."""

    results: Sequence[Node]
    name: str
    formula: str
    sources: Sequence[Node]  # the first result of each box that an arrow comes from
    frame: Frame | None
    within: Sequence[Node]  # every node that the box stands for
    function: str = ""  # of a folded call
    guards: Sequence[Guard] = ()  # of a line at which the function branched

    @property
    def node(self) -> Node:
        """The first node of the box, which arrows come from."""
        return self.results[0]

    @property
    def key(self) -> str:
        """What the box is known by."""
        return f"{self.node.name}?" if self.guards else self.node.name


def contents(
    graph: Graph, opened: Opened = None, steps: bool | None = None
) -> list[BoxContent]:
    """What has a box, in the order of computation."""
    computed = graph.unguarded
    steps = len(computed.nodes) <= STEPS if steps is None else steps
    calls = set(helpers(computed))
    guards = questions(graph)
    everything = Formulas(Folds(graph, calls), guards, steps).contents()
    small = opened is None and len(everything) <= OPEN
    to_open = calls if small else opened_calls(computed, opened)
    if to_open == calls:
        return everything
    folded = Formulas(Folds(graph, to_open), guards, steps).contents()
    return folded if _runs_forward(folded) else everything


def _runs_forward(found: Sequence[BoxContent]) -> bool:
    """Whether no box needs its own result, as of a rewritten graph it might."""
    try:
        steps = (each for each in found if not each.guards)
        TopologicalSorter({s.node: s.sources for s in steps}).prepare()
    except CycleError:
        return False
    return True


@dataclass
class Formulas:
    """The formulas of a graph, and what each is made of."""

    folds: Folds
    guards: Sequence[Guard]
    steps: bool  # whether each step has a box of its own
    found: list[BoxContent] = field(default_factory=list)
    reference: dict[Node, Spelling] = field(default_factory=dict)  # in formulas
    inlined: dict[Node, BoxContent] = field(default_factory=dict)  # which has no box
    sources: dict[Node, Sequence[Node]] = field(default_factory=dict)
    within: dict[Node, Sequence[Node]] = field(default_factory=dict)

    def contents(self) -> list[BoxContent]:
        """Every box, in the order of computation."""
        left = {call: len(nodes) for call, nodes in self.folds.nodes.items()}
        for node in self.folds.graph.order:
            call = self.folds.folded.get(node)
            if call is None:
                self._step(node)
                continue
            self._refer(node, self.folds.results[call][0])
            left[call] -= 1
            if not left[call]:
                self.found.append(self._fold(call))
        for node in self.folds.asked:
            self._step(node)
        for _, guards in groupby(sorted(self.guards, key=_place), _place):
            several = [*guards]
            each = [several] if len(several) > FEW else [[guard] for guard in several]
            self.found += map(self._branch, each)
        return self.found

    def _branch(self, guards: Sequence[Guard]) -> BoxContent:
        """The box of what was asked at a line; if often, of the line itself."""
        first, several = guards[0], len(guards) > 1
        nodes = list(dict.fromkeys(guard.node for guard in guards))
        asked = condition(first, self.reference[first.node])
        return BoxContent(
            nodes,
            first.code if several and first.code else asked,
            "",
            self._boxes(nodes),
            None if several else self.folds.frame_of(first.node),
            [z for node in nodes for z in self.within[node]],
            guards=guards,
        )

    def _refer(self, node: Node, key: Node) -> None:
        """Let formulas write the name of a node, which stands in a box."""
        self.reference[node] = Spelling(self.folds.names[node], ATOM)
        self.sources[node], self.within[node] = [key], []

    def _step(self, node: Node) -> None:
        """Give a step a box, unless it is written in another."""
        spelling, step = self._spelt(node)
        is_output = node in self.folds.graph.outputs
        if node.is_literal or self._is_inlined(node, spelling):
            self.reference[node], self.sources[node] = _cut(spelling), step.sources
            self.within[node], self.inlined[node] = step.within, step
        else:
            self._refer(node, node)
        if is_output or not (node.is_literal or node in self.inlined):
            self.found.append(step)

    def _spelt(self, node: Node) -> tuple[Spelling, BoxContent]:
        """A step and its box; what makes its formula too long gets a box of its own."""
        spelling = spelt(node, [self.reference[a] for a in node.arguments])
        parts = [a for a in node.arguments if a in self.inlined and not a.is_literal]
        is_long = len(typeset(spelling.text, 2 * LONGEST)) > LONGEST
        if parts and is_long and not self._is_asked(node):
            longest = max(parts, key=lambda a: len(self.reference[a].text))
            self.found.append(self.inlined.pop(longest))
            self._refer(longest, longest)
            return self._spelt(node)
        bare = node.is_input or node.is_constant
        within = [z for a in node.arguments for z in self.within[a]]
        within += [] if node.is_literal else [node]
        return spelling, BoxContent(
            [node],
            self.folds.names[node],
            "" if bare else spelling.text,
            self._boxes(node.arguments),
            self.folds.frame_of(node),
            list(dict.fromkeys(within)),
        )

    def _fold(self, call: Call) -> BoxContent:
        """The box of a call: the helper, of its arguments and of what else it uses."""
        nodes, results = self.folds.nodes[call], self.folds.results[call]
        inside = set(nodes)
        outside = [a for z in nodes for a in z.arguments if a not in inside]
        given = [a for a in call.given if a in self.reference]
        said = set(self._boxes(given))
        rest = [a for a in outside if said.isdisjoint(self._boxes([a]))]
        arguments = [a for a in (*given, *rest) if not a.is_literal]
        texts = dict.fromkeys(self.reference[a].text for a in arguments)
        return BoxContent(
            results,
            ", ".join(self.folds.names[z] for z in results),
            called(call.function, [*texts]).text,
            self._boxes(outside),
            self.folds.frame_of(nodes[0]),
            nodes,
            call.function,
        )

    def _boxes(self, nodes: Iterable[Node]) -> list[Node]:
        """The boxes that the names of nodes stand for, each once."""
        return list(dict.fromkeys(s for node in nodes for s in self.sources[node]))

    def _is_asked(self, node: Node) -> bool:
        """Whether a node is a part of what is asked, and is written there."""
        computed = bool(node.arguments) and node.operation != "assign"
        return node in self.folds.asked and computed and is_numbered(node.name)

    def _is_inlined(self, node: Node, spelling: Spelling) -> bool:
        """Whether a node is written where it is used, in one box of its frame."""
        if self._is_asked(node):
            return True
        if self.steps or not is_numbered(node.name) or not node.arguments:
            return False
        users = self.folds.graph.users.get(node, [])
        boxes = {self.folds.folded.get(user, user) for user in users}
        once = len(users) == 1 or (len(boxes) == 1 and users[0] in self.folds.folded)
        if not once or node in self.folds.graph.outputs:
            return False
        near = self.folds.frame_of(node) is self.folds.frame_of(users[0])
        return near and len(typeset(spelling.text)) <= INLINE


def _cut(spelling: Spelling) -> Spelling:
    """A formula without what is never shown."""
    whole = len(spelling.text) <= MOST
    return spelling if whole else Spelling(f"{spelling.text[:MOST]}…", ATOM)


def _place(guard: Guard) -> tuple[str, int, str]:
    """The line at which the function branched."""
    return (*(guard.line or ("", 0)), guard.code)
