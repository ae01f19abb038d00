"""What an explanation tells: the steps of each line of code, and their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.bodies import depends_on_turn
from pellucid.graphs.calls import innermost
from pellucid.graphs.differentiating.risks import differentiable
from pellucid.graphs.differentiating.step_derivatives import Local, locals_of
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Call, Node, ancestors
from pellucid.graphs.rewriting.stable import stable
from pellucid.reading.formula.typography import shown_value
from pellucid.reading.loops.columns import BOTH, Column, numbers_in_turns
from pellucid.reading.loops.in_line import InLine, in_line
from pellucid.reading.loops.loop import Loop
from pellucid.reading.numbers import numbers_of, title
from pellucid.reading.source.branches import (  # fmt: skip
    Conditions,
    Left,
    told,
    truth,
)
from pellucid.reading.source.spelling import ATOM, Spelling
from pellucid.reading.story.code_lines import CodeLine, code_line_of
from pellucid.reading.story.margins import distance
from pellucid.reading.story.sentences import (  # fmt: skip
    branched,
    cost_of,
    how_to_read,
    looping,
    opening,
    remarks,
    rewritten,
)

Row = Node | Guard | Left
Place = tuple[CodeLine | None, Loop | None, Call | None]

MOST = 200  # steps that are told
HALF = MOST // 2


class LocalDerivative(NamedTuple):
    """A local derivative, and its value where it has one."""

    local: Local
    value: str


@dataclass(frozen=True)
class Step:
    """One node: what it is called, and what is known of it; "" for what is not.

    A step of a loop has a value and a gradient for each turn that is told.
    """

    node: Node
    name: str
    values: Sequence[str]
    gradients: Sequence[str]
    slopes: Sequence[LocalDerivative]

    @property
    def value(self) -> str:
        """The value, or that of the first turn that is told."""
        return self.values[0]

    @property
    def gradient(self) -> str:
        """The gradient, or that of the first turn that is told."""
        return self.gradients[0]


@dataclass(frozen=True)
class Branch:
    """What the function asked where it branched, and which way it went."""

    guard: Guard
    condition: str  # as NumPy writes it
    distance: str  # of the numbers that were compared, where there are some

    @property
    def answer(self) -> str:
        """Whether the condition was true."""
        return str(truth(self.guard))


@dataclass(frozen=True)
class Passage:
    """The steps and the branches of one line of the person's code."""

    line: CodeLine | None
    rows: Sequence[Step | Branch | Left]
    function: str = ""  # the helper that the line stands in
    rewrites: Sequence[str] = ()  # which naive formulas are replaced, by what
    loop: Loop | None = None  # that it is in

    @property
    def steps(self) -> list[Step]:
        """The rows that are steps."""
        return [row for row in self.rows if isinstance(row, Step)]

    @property
    def where(self) -> str:
        """Where the line stands."""
        return f"{self.line}, in {self.function}" if self.function else str(self.line)


@dataclass(frozen=True)
class Story:
    """Everything that an explanation says, before it is written as text or as HTML."""

    whole: Graph
    view: InLine  # its loops
    cost: str  # the name of the result, "" where it has more than one element
    opening: Sequence[str]
    inputs: Sequence[Step]
    passages: Sequence[Passage]
    closing: Sequence[str]
    conditions: Conditions
    names: Mapping[Node, str]
    columns: Sequence[Column] = ()  # the turns of loops that are told

    @property
    def graph(self) -> Graph:
        """What is told, its loops in line."""
        return self.view.graph

    @cached_property
    def spellings(self) -> dict[Node, Spelling]:
        """Each node by its name."""
        return {node: Spelling(name, ATOM) for node, name in self.names.items()}

    @property
    def sections(self) -> Iterator[tuple[Loop | None, list[Passage]]]:
        """The passages of each loop, and of what is in none, in order."""
        for loop, passages in groupby(self.passages, lambda each: each.loop):
            yield loop, list(passages)

    @property
    def has_values(self) -> bool:
        """Whether arguments were given, or a branch says which way it went."""
        given = any(any(step.values) for step in self.steps)
        return bool(self.graph.guards) or given

    @property
    def has_gradients(self) -> bool:
        """Whether arguments were given, and the result is a cost."""
        return any(any(step.gradients) for step in self.steps)

    @property
    def steps(self) -> list[Step]:
        """Every step that is told, inputs first."""
        told = (step for passage in self.passages for step in passage.steps)
        return [*self.inputs, *told]


def story(graph: Graph, args: tuple[Any, ...], turns: Sequence[int] = BOTH) -> Story:
    """Tell what a graph computes, with numbers where arguments are given."""
    return Teller(graph, args, turns).story()


class Teller:
    """What is known of a graph, and how a step is told from it."""

    def __init__(
        self, graph: Graph, args: tuple[Any, ...], turns: Sequence[int]
    ) -> None:
        self.whole, self.view = graph, in_line(graph)
        view = self.view
        self.graph = view.graph
        self.names = {z: view.shown(z, title(view.graph, z)) for z in view.graph.nodes}
        own = {*view.graph.outputs, *view.inside, *view.outside}
        own_names = {z: name for z, name in self.names.items() if z in own}
        self.conditions = Conditions(self.graph, own_names)
        apart = {*self.graph.inputs, *view.after}
        apart |= set(view.outside).difference(self.graph.outputs)
        rows = [row for row in told(self.graph, self.conditions) if row not in apart]
        self.told = rows if len(rows) <= MOST else [*rows[:HALF], *rows[-HALF:]]
        self.left = len(rows) - len(self.told)
        self.stable = stable(graph.unguarded)  # what is asked is as written
        loops = [*view.loops.values()]
        numbers, self.columns = numbers_in_turns(graph, args, loops, turns)
        self.values, self.remark = _in_line(view, numbers.values), numbers.remark
        self.gradients = dict(_in_line(view, numbers.gradients))
        if self.stable.rewrites:  # the gradient that `pl.gradient` gives
            better = numbers_of(self.stable, args).gradients
            self.gradients |= {x: better[x] for x in graph.inputs if x in better}
        needed = set(self.graph.unguarded.nodes)  # and not only asked for
        steps = [row for row in self.told if isinstance(row, Node) and row in needed]
        steps = [z for z in steps if z not in view.outside]
        self.locals = locals_of(self.graph, steps, _moving(view))
        self.slopes = _slope_values(self.locals, self._settled())

    def _settled(self) -> Mapping[Node, Any]:
        """The values that local derivatives are taken at: of one turn."""
        if len(self.columns) != 1:
            return self.values
        return self.values | _in_line(self.view, self.columns[0].values)

    def story(self) -> Story:
        """All of it, in the order of computation."""
        cost = cost_of(self.graph)
        rewrites = self._rewrites()
        return Story(
            self.whole,
            self.view,
            cost,
            self.opening(cost),
            [self.step(node) for node in self.graph.inputs],
            [self.passage(place, list(rows), rewrites)
             for place, rows in groupby(self.told, self.place)],
            [*remarks(self.left, HALF, "" if self.gradients else self.remark),
             *rewritten(self.stable.rewrites, bool(self.gradients))],
            self.conditions,
            self.names,
            self.columns,
        )  # fmt: skip

    def opening(self, cost: str) -> list[str]:
        """What is said above the steps."""
        loops = looping(self.view, len(self.columns))
        return [opening(self.graph), *branched(self.graph), *loops, how_to_read(cost)]

    def place(self, row: Row) -> Place:
        """The line of a row, and the loop and the layer that it is in."""
        line = code_line_of(row.line)
        if not isinstance(row, Node):
            return line, None, None
        return line, self.view.inside.get(row), innermost(row.call)

    def step(self, node: Node) -> Step:
        """One node."""
        slopes = self.locals.get(node, ())
        return Step(
            node,
            self.names[node],
            *self.numbers(node),
            [LocalDerivative(x, _shown(self.slopes, x.slope)) for x in slopes],
        )

    def numbers(self, node: Node) -> tuple[list[str], list[str]]:
        """The value and the gradient of a node; of one of a loop, in some turns."""
        if node not in self.view.inside:
            gradients = self.gradients
            return [_shown(self.values, node)], [_shown(gradients, node, of=False)]
        before = self.view.before(node)
        return (
            [_shown(column.values, before) for column in self.columns],
            [_shown(column.gradients, before, of=False) for column in self.columns],
        )

    def branch(self, guard: Guard) -> Branch:
        """One guard."""
        far = distance(guard, self.values)
        return Branch(guard, self.conditions.text(guard), far)

    def row(self, row: Row) -> Step | Branch | Left:
        """A step, a branch, or how many are left out."""
        if isinstance(row, Node):
            return self.step(row)
        return self.branch(row) if isinstance(row, Guard) else row

    def passage(
        self,
        place: Place,
        rows: Sequence[Row],
        rewrites: dict[tuple[str, int] | None, dict[str, None]],
    ) -> Passage:
        """The rows of one line; what is rewritten there is told the first time."""
        line, loop, layer = place
        helper = layer.function if layer else line.function if line else ""
        return Passage(
            line,
            [self.row(row) for row in rows],
            helper if helper != self.graph.title else "",
            [*rewrites.pop(rows[0].line, ())],
            loop,
        )

    def _rewrites(self) -> dict[tuple[str, int] | None, dict[str, None]]:
        """For each line the naive formulas that are replaced, and by what."""
        found: dict[tuple[str, int] | None, dict[str, None]] = {}
        for each in self.stable.rewrites:
            change = f"{each.before} → {each.after} ({each.rule})"
            found.setdefault(each.line, {})[change] = None
        return found


def _moving(view: InLine) -> list[Node]:
    """The values of earlier turns that depend on an input."""
    order, found = list(view.graph.order), list[Node]()
    while True:
        needed = differentiable(order, [*view.graph.inputs, *found])
        more = [z for z, after in view.after.items() if after in needed]
        if len(more) == len(found):
            return found
        found = more


def _in_line(view: InLine, values: Mapping[Node, Any]) -> dict[Node, Any]:
    """The numbers of the nodes of a graph whose loops are in line."""
    if not view.loops:
        return dict(values)
    return {z: values[old] for z, old in view.origin.items() if old in values}


def _slope_values(
    locals_: Mapping[Node, Sequence[Local]], values: Mapping[Node, Any]
) -> Mapping[Node, Any]:
    """The value of each dz/dx."""
    if not values:
        return {}
    slopes = [x.slope for each in locals_.values() for x in each if x.g is None]
    slopes = [each for each in slopes if _is_settled(each, values)]
    with np.errstate(all="ignore"):
        return evaluate(ancestors(slopes, stop=values), values, slopes)


def _is_settled(slope: Node, values: Mapping[Node, Any]) -> bool:
    """Whether all that a derivative is made of is known."""
    order = ancestors([slope], stop=values)
    return all(z.arguments or not z.is_input for z in order) and not any(
        z.operation == "part" or depends_on_turn(z) for z in order
    )


def _shown(values: Mapping[Node, Any], node: Node, of: bool = True) -> str:
    """The value of a node, where it is known; or the gradient of one."""
    if node in values:
        return shown_value(values[node])
    return shown_value(node.value) if of and node.is_constant else ""
