"""Which nodes of a graph have a box, and with which formula.

A folded call of a helper has one. Where there would be many boxes, results without a
name are written where they are used.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from typing import NamedTuple

from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Call, Node
from pellucid.graphs.places import moves
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.drawing.folds import (  # fmt: skip
    Folds,
    Frame,
    Opened,
    helpers,
    opened_calls,
    outer_layers,
)
from pellucid.reading.formula.typography import LONGEST, shown_value, typeset
from pellucid.reading.loops.in_line import Carried, InLine
from pellucid.reading.loops.loop import Loop
from pellucid.reading.source.branches import condition, questions
from pellucid.reading.source.spelling import ATOM, Spelling, as_python, called, spelt

STEPS = 12  # nodes up to which each step has a box
OPEN = 10  # boxes up to which helper functions are open
LOOPS = 30  # boxes up to which loops are open
FEW = 3  # questions at one line that have a box each
MOST = 4 * LONGEST  # characters of a formula within another
INLINE = 32  # characters of a formula that is written where it is used


class Source(NamedTuple):
    """Where an arrow comes from: the first result of a box, and what is said beside."""

    node: Node
    label: str = ""
    back: bool = False  # whether an earlier turn of a loop gave it


class BoxContent(NamedTuple):
    """What has a box: a step, a folded call with what comes out of it, or a branch."""

    results: Sequence[Node]
    name: str
    formula: str
    sources: Sequence[Source]  # where arrows come from
    frame: Frame | None
    within: Sequence[Node]  # every node that the box stands for
    function: str = ""  # of a folded call
    guards: Sequence[Guard] = ()  # of a line at which the function branched
    loop: Loop | None = None  # that is one box
    layer: Call | None = None  # the call of an object, that is one box

    @property
    def node(self) -> Node:
        """The first node of the box, which arrows come from."""
        return self.results[0]

    @property
    def key(self) -> str:
        """What the box is known by."""
        return f"{self.node.name}?" if self.guards else self.node.name


def contents(
    view: InLine, opened: Opened = None, steps: bool | None = None
) -> list[BoxContent]:
    """What has a box, in the order of computation."""
    computed = view.graph.unguarded
    steps = len(computed.nodes) <= STEPS if steps is None else steps
    calls = set(helpers(computed))
    guards = questions(view.graph)

    def with_open(to_open: set[Call]) -> list[BoxContent]:
        return Formulas(Folds(view, to_open), guards, steps).contents()

    layers = any(call.of for call in calls)
    everything = with_open(calls)
    if opened is None and not layers and len(everything) <= OPEN:
        return everything
    to_open = opened_calls(computed, opened)
    if opened is None and layers:
        levels = (with_open(each | set(view.loops)) for each in outer_layers(calls))
        few = (each for each in levels if len(each) <= LOOPS and _runs_forward(each))
        return next(few, with_open(to_open))
    if opened is None and view.loops:
        loops = with_open(set(view.loops))
        if len(loops) <= LOOPS and _runs_forward(loops):
            return loops
    if to_open == calls:
        return everything
    folded = with_open(to_open)
    return folded if _runs_forward(folded) else everything


def _runs_forward(found: Sequence[BoxContent]) -> bool:
    """Whether no box needs its own result, as of a rewritten graph it might."""
    try:
        steps = (each for each in found if not each.guards)
        before = {s.node: [x.node for x in s.sources if not x.back] for s in steps}
        TopologicalSorter(before).prepare()
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
    sources: dict[Node, Sequence[Source]] = field(default_factory=dict)
    within: dict[Node, Sequence[Node]] = field(default_factory=dict)

    @cached_property
    def passed(self) -> set[Node]:
        """The nodes that another turn reads, or that come out of a loop."""
        view = self.folds.view
        return {*view.after.values(), *view.outside.values()}

    def contents(self) -> list[BoxContent]:
        """Every box, in the order of computation."""
        left = {call: len(nodes) for call, nodes in self.folds.nodes.items()}
        for node in self.folds.graph.order:
            call = self.folds.folded.get(node)
            if node in self.folds.parameters:
                self._refer(node, node)
                self.sources[node] = []
                continue
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
        return [each._replace(sources=self._settled(each)) for each in self.found]

    def _settled(self, box: BoxContent) -> list[Source]:
        """Where the arrows to a box come from, those of earlier turns too."""
        found: dict[Source, None] = {}
        for source in box.sources:
            boxes = self.sources[source.node] if source.back else [source]
            for each in boxes:
                settled = source._replace(node=each.node) if source.back else each
                found[settled] = None
        return [*found]

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
        self.sources[node], self.within[node] = [Source(key)], []

    def _step(self, node: Node) -> None:
        """Give a step a box, unless it is written in another."""
        if self._passes_a_turn(node):
            return
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
            self._read(node),
            self.folds.frame_of(node),
            list(dict.fromkeys(within)),
        )

    def _read(self, node: Node) -> list[Source]:
        """Where the arrows to a step come from; beside them the place in a loop."""
        sources = self._boxes(node.arguments)
        if node.operation not in ("index", "entry") or not moves(node.options["at"]):
            return sources
        label = f"[{as_python(node.options['at']).strip('(,)')}]"
        return [s if s.label else s._replace(label=typeset(label)) for s in sources]

    def _passes_a_turn(self, node: Node) -> bool:
        """Whether a node is that of another turn, or of all: it is an arrow, no box."""
        view = self.folds.view
        if node in view.outside:
            is_output = node in self.folds.graph.outputs
            self._come_out(node, view.outside[node], is_output)
        elif node in view.after and view.carried(node).ago:
            self._carry(node, view.carried(node))
        else:
            return False
        return True

    def _come_out(self, node: Node, of: Node, is_output: bool) -> None:
        """What comes out of a loop: the last value of a box in it, or all of them."""
        view = self.folds.view
        label = f"all {view.left[node].name}" if view.is_each(node) else "last"
        sources = [
            s._replace(label=label if s.label in ("", label) else f"{s.label}, {label}")
            for s in self._boxes([of])
        ]
        if is_output:
            frame, name = self.folds.frame_of(node), self.folds.names[node]
            formula = f"{label} {self.reference[of].text}"
            self.found.append(BoxContent([node], name, formula, sources, frame, [node]))
            self._refer(node, node)
            return
        self.reference[node], self.within[node] = self.reference[of], []
        self.sources[node] = sources

    def _carry(self, node: Node, carried: Carried) -> None:
        """What an earlier turn gave: a dashed arrow, and one from the start."""
        loop, folds = self.folds.view.inside[node], self.folds
        step, sources, first = loop.forward, [], ""
        for i, start in enumerate(carried.starts):
            label = typeset(f"{loop.name} = {loop.entered + i * step}")
            if start.is_literal:
                first += f", {shown_value(start.value)} at {label}"
            given = self._boxes([start])
            sources += [s if s.label else s._replace(label=label) for s in given]
        ago = carried.ago * step
        turn = f"{loop.name} {'-' if ago > 0 else '+'} {abs(ago)}"
        sources.append(Source(carried.node, typeset(turn) + first, back=True))
        name = folds.names[carried.node]
        is_plain = carried.ago == 1 and not is_numbered(carried.node.name)
        written = name if is_plain else f"{name}[{turn}]"
        self.reference[node] = Spelling(written, ATOM)
        self.sources[node], self.within[node] = sources, []

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
        loop = self.folds.view.loops.get(call)
        function = "loop" if loop else call.function
        written = function if call.of else called(function, [*texts]).text
        return BoxContent(
            results,
            ", ".join(dict.fromkeys(self.folds.names[z] for z in results)),
            written,
            self._boxes(outside),
            self.folds.frame_of(nodes[0]),
            nodes,
            "" if loop else function,
            loop=loop,
            layer=call if call.of else None,
        )

    def _boxes(self, nodes: Iterable[Node]) -> list[Source]:
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
        if node in self.passed:
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
