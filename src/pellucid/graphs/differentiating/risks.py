"""What the zeros of choices may meet on their way back through the steps of a pass.

A loop is gone back through turn by turn, so that a zero may meet there what any turn
has, on any way from one turn to the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from pellucid.graphs.bodies import asked, body_of, wanted_by
from pellucid.graphs.differentiating.bounds import is_far_from_zero
from pellucid.graphs.differentiating.masks import way_back
from pellucid.graphs.node import Node, ancestors, depending
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import CONSTANT, NONE, STEEP, Takes
from pellucid.graphs.tracing.traced import current

# Nothing, the nan and inf of arguments, or an infinite slope.
NOTHING, NANS, POLES = 0, 1, 2
FLAT = CONSTANT | NONE  # the slope is a number, or 0


class Risks:
    """For each node what a zero may meet on its way back from there to an input.

    Parameters
    ----------
    order : list of Node
        The steps that a pass goes back through.
    wrt : mapping of Node to int
        The inputs, and what a zero may meet behind each of them.

    Attributes
    ----------
    needed : set of Node
        The steps that depend on an input.
    own : dict of Node to int
        What a zero may meet in the rules of each step by itself.
    behind : dict of Node to int
        What it may meet from there on.
    loops : dict of Node to Inside
        The same inside of each loop.
    """

    def __init__(self, order: list[Node], wrt: Mapping[Node, int]) -> None:
        self.order, self.wrt = order, wrt
        self.needed = differentiable(order, wrt)
        self.own = {node: own_risk(node) for node in order if node in self.needed}
        self.behind = dict(wrt)
        self.loops: dict[Node, Inside] = {}
        parts = asked(self.own)
        for node in self.own:
            if node.operation == "loop":
                self.loops[node] = Inside(node, parts.get(node, []), self.behind)
                self.behind[node] = NOTHING
            elif node not in self.behind:
                self.behind[node] = self._behind(node)

    def _behind(self, node: Node) -> int:
        if node.operation == "part":
            inside = self.loops[node.arguments[0]].risks
            return inside.behind.get(node.options["of"], NOTHING)
        before = max(self.behind.get(a, NOTHING) for a in node.arguments)
        return max(before, self.own[node]) if way_back(node) else NOTHING


class Inside:
    """What a pass goes back through in one turn of a loop.

    Parameters
    ----------
    loop : Node
        The loop.
    parts : list of Node
        What is asked of it.
    around : mapping of Node to int
        What a zero may meet behind the steps around the loop that depend on an input.

    Attributes
    ----------
    leaves : list of Node
        The inputs of the body that depend on an input of the pass.
    risks : Risks
        Of the body, after any number of turns.
    """

    def __init__(
        self, loop: Node, parts: list[Node], around: Mapping[Node, int]
    ) -> None:
        self.loop, self.body, self.parts = loop, body_of(loop), parts
        self.given = self.body.given(loop)
        carried = self.body.carried
        ends = wanted_by(parts)
        self.order = ancestors([*ends, *(now for _, now in carried)])
        self.leaves = self._leaves({i for i, a in self.given.items() if a in around})
        wrt = {i: around.get(self.given[i], NOTHING) for i in self.leaves}
        while True:
            self.risks = Risks(self.order, wrt)
            now = {i: max(wrt[i], self.risks.behind.get(after, NOTHING))
                   for i, after in carried if i in wrt}  # fmt: skip
            if all(wrt[i] == risk for i, risk in now.items()):
                break
            wrt |= now

    def _leaves(self, moved: set[Node]) -> list[Node]:
        """The inputs that depend on some of them, in this turn or through others."""
        while True:
            inputs = [i for i in self.body.inputs
                      if i in moved and i.dtype.kind in "fc"]  # fmt: skip
            depends = differentiable(self.order, inputs)
            more = {i for i, now in self.body.carried if now in depends} - moved
            if not more:
                return inputs
            moved |= more


def differentiable(order: Iterable[Node], wrt: Iterable[Node]) -> set[Node]:
    """The nodes whose value depends on the inputs that are asked for."""
    # Integers and booleans are steps of what they depend on: their slope is 0.
    return depending([node for node in order if node.dtype.kind in "fc"], wrt)


def own_risk(node: Node) -> int:
    """What a zero may meet in the rules of one step."""
    facts = facts_of(node.operation)
    selects = node.operation == "where" or facts.takes is Takes.SOME
    if facts.slope in FLAT or selects:  # a zero stays a zero
        return NOTHING
    if not all(map(np.all, _finite_slopes(node))):
        return POLES
    if node.operation in {"multiply", "divide"} and node.arguments[1].is_literal:
        return NOTHING
    whole = node.operation == "power" and node.arguments[1].is_literal
    if whole and node.arguments[1].value in {1, 2, 3, 4}:
        return NANS
    return POLES if STEEP in facts.slope and not _is_tame(node) else NANS


def _is_tame(node: Node) -> bool:
    """Whether a root, or a quotient, is of what is far from 0."""
    position = {"sqrt": 0, "root": 0, "divide": 1}.get(node.operation)
    return position is not None and is_far_from_zero(node.arguments[position])


def _finite_slopes(node: Node) -> Iterator[Any]:
    """Where a known factor, or divisor, leaves a 0 before it 0."""
    for position, x in enumerate(node.arguments):
        if x.known and node.operation == "multiply":
            yield np.isfinite(current().value_of(x))
        elif x.known and node.operation == "divide" and position == 1:
            divisor = current().value_of(x)
            yield np.not_equal(divisor, 0) & ~np.isnan(divisor)
