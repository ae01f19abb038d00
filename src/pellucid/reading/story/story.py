"""What an explanation tells: the steps of each line of code, and their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.differentiating.step_derivatives import Local, cost_node, locals_of
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.rewriting.stable import Rewrite, stable
from pellucid.reading.formula.typography import shown_value
from pellucid.reading.numbers import numbers_of, title
from pellucid.reading.source.branches import (  # fmt: skip
    Conditions,
    Left,
    is_path,
    told,
    truth,
)
from pellucid.reading.source.spelling import ATOM, Spelling
from pellucid.reading.story.code_lines import CodeLine, code_line_of
from pellucid.reading.story.margins import distance

MOST = 200  # steps that are told
HALF = MOST // 2
LISTED = 6  # arguments that are named in a sentence


class LocalDerivative(NamedTuple):
    """A local derivative, and its value where it has one."""

    local: Local
    value: str


@dataclass(frozen=True)
class Step:
    """One node: what it is called, and what is known of it; "" for what is not."""

    node: Node
    name: str
    value: str
    gradient: str
    slopes: Sequence[LocalDerivative]


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

    graph: Graph
    cost: str  # the name of the result, "" where it has more than one element
    opening: Sequence[str]
    inputs: Sequence[Step]
    passages: Sequence[Passage]
    closing: Sequence[str]
    conditions: Conditions

    @cached_property
    def spellings(self) -> dict[Node, Spelling]:
        """Each node by its name."""
        nodes = self.graph.nodes
        return {node: Spelling(title(self.graph, node), ATOM) for node in nodes}

    @property
    def has_values(self) -> bool:
        """Whether arguments were given, or a branch says which way it went."""
        return bool(self.graph.guards) or any(step.value for step in self.steps)

    @property
    def has_gradients(self) -> bool:
        """Whether arguments were given, and the result is a cost."""
        return any(step.gradient for step in self.steps)

    @property
    def steps(self) -> list[Step]:
        """Every step that is told, inputs first."""
        told = (step for passage in self.passages for step in passage.steps)
        return [*self.inputs, *told]


def story(graph: Graph, args: tuple[Any, ...]) -> Story:
    """Tell what a graph computes, with numbers where arguments are given."""
    return Teller(graph, args).story()


class Teller:
    """What is known of a graph, and how a step is told from it."""

    def __init__(self, graph: Graph, args: tuple[Any, ...]) -> None:
        self.graph = graph
        titles = {z: title(graph, z) for z in graph.outputs}
        self.conditions = Conditions(graph, titles)
        rows = [row for row in told(graph, self.conditions) if row not in graph.inputs]
        self.told = rows if len(rows) <= MOST else [*rows[:HALF], *rows[-HALF:]]
        self.left = len(rows) - len(self.told)
        self.stable = stable(graph.unguarded)  # what is asked is as written
        numbers = numbers_of(graph, args)
        self.values, self.remark = numbers.values, numbers.remark
        self.gradients = dict(numbers.gradients)
        if self.stable.rewrites:  # the gradient that `pl.gradient` gives
            better = numbers_of(self.stable, args).gradients
            self.gradients |= {x: better[x] for x in graph.inputs if x in better}
        needed = set(graph.unguarded.nodes)  # and not only asked for
        steps = [row for row in self.told if isinstance(row, Node) and row in needed]
        self.locals = locals_of(graph, steps)
        self.slopes = _slope_values(self.locals, self.values)

    def story(self) -> Story:
        """All of it, in the order of computation."""
        cost = _cost(self.graph)
        rewrites = self._rewrites()
        return Story(
            self.graph,
            cost,
            [_opening(self.graph), *_branched(self.graph), _how_to_read(cost)],
            [self.step(node) for node in self.graph.inputs],
            [self.passage(line, list(rows), rewrites)
             for line, rows in groupby(self.told, lambda row: code_line_of(row.line))],
            [*_remarks(self.left, "" if self.gradients else self.remark),
             *_rewritten(self.stable.rewrites, bool(self.gradients))],
            self.conditions,
        )  # fmt: skip

    def step(self, node: Node) -> Step:
        """One node."""
        slopes = self.locals.get(node, ())
        return Step(
            node,
            title(self.graph, node),
            _shown(self.values, node),
            _shown(self.gradients, node) if node in self.gradients else "",
            [LocalDerivative(x, _shown(self.slopes, x.slope)) for x in slopes],
        )

    def branch(self, guard: Guard) -> Branch:
        """One guard."""
        far = distance(guard, self.values)
        return Branch(guard, self.conditions.text(guard), far)

    def row(self, row: Node | Guard | Left) -> Step | Branch | Left:
        """A step, a branch, or how many are left out."""
        if isinstance(row, Node):
            return self.step(row)
        return self.branch(row) if isinstance(row, Guard) else row

    def passage(
        self,
        line: CodeLine | None,
        rows: Sequence[Node | Guard | Left],
        rewrites: dict[tuple[str, int] | None, dict[str, None]],
    ) -> Passage:
        """The rows of one line; what is rewritten there is told the first time."""
        helper = line.function if line else ""
        return Passage(
            line,
            [self.row(row) for row in rows],
            helper if helper != self.graph.title else "",
            [*rewrites.pop(rows[0].line, ())],
        )

    def _rewrites(self) -> dict[tuple[str, int] | None, dict[str, None]]:
        """For each line the naive formulas that are replaced, and by what."""
        found: dict[tuple[str, int] | None, dict[str, None]] = {}
        for each in self.stable.rewrites:
            change = f"{each.before} → {each.after} ({each.rule})"
            found.setdefault(each.line, {})[change] = None
        return found


def _slope_values(
    locals_: Mapping[Node, Sequence[Local]], values: Mapping[Node, Any]
) -> Mapping[Node, Any]:
    """The value of each dz/dx."""
    if not values:
        return {}
    slopes = [x.slope for each in locals_.values() for x in each if x.g is None]
    with np.errstate(all="ignore"):
        return evaluate(ancestors(slopes, stop=values), values, slopes)


def _shown(values: Mapping[Node, Any], node: Node) -> str:
    """The value of a node, where it is known."""
    if node in values:
        return shown_value(values[node])
    return shown_value(node.value) if node.is_constant else ""


# -- sentences ------------------------------------------------------------------------


def _cost(graph: Graph) -> str:
    try:
        return title(graph, cost_node(graph))
    except GradientError:
        return ""


def _opening(graph: Graph) -> str:
    given = _listed([_described(x.name, x) for x in graph.inputs]) or "nothing"
    results = _listed([_described(title(graph, z), z) for z in graph.outputs])
    return f"{graph.title} takes {given}, and gives {results}."


def _branched(graph: Graph) -> Iterator[str]:
    """That this is one path, and what that means for the numbers."""
    if graph.guards:
        yield f"{is_path(graph)} The values and the gradient are those of this path."


def _described(name: str, node: Node) -> str:
    shape = "×".join(map(str, node.shape))
    return f"the array {name} ({shape})" if shape else f"the number {name}"


def _listed(parts: Sequence[str]) -> str:
    """a, b and c; of very many the first few."""
    if len(parts) > LISTED:
        parts = [*parts[: LISTED - 1], f"{len(parts) - LISTED + 1} more"]
    *first, last = parts or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _how_to_read(cost: str) -> str:
    """What the columns mean."""
    local = (
        "A local derivative says how a step changes with what it is made of, element "
        "by element where it is an array."
    )
    if not cost:
        return f"{local} Where a step mixes elements, ∂J/∂x stands for any cost J."
    return (
        f"{local} The gradient ∂{cost}/∂step says how {cost} changes with the step: by "
        "the chain rule it is the sum, over the steps that use it, of their gradient "
        "times their local derivative."
    )


def _remarks(left: int, remark: str) -> Iterator[str]:
    """What is left out, and why."""
    if left:
        yield f"Between the first {HALF} and the last {HALF} steps are {left:,} more."
    if remark:
        yield remark[:1].upper() + remark[1:].rstrip(".") + "."


def _rewritten(rewrites: Sequence[Rewrite], has_gradients: bool) -> Iterator[str]:
    """What is replaced by what, why, where it fails, and how many digits are won."""
    rules = {rewrite.rule: rewrite for rewrite in rewrites}
    if rules:
        new = ", and the gradient of what goes in is that of the new ones"
        yield (
            "Naive formulas are replaced before the function is differentiated, "
            f"compiled or minimised{new * has_gradients}:"
        )
    for rule, rewrite in rules.items():
        where = ", ".join(f"{x} = {v}" for x, v in rewrite.fails_at.items())
        proof = rewrite.identity.proof
        yield f"{rule}: {proof}. At {where} this wins {rewrite.digits} digits."
