"""Where a backward pass may meet an infinite slope, and so needs the zeros of choices.

Behind a choice, on the way to the inputs, a zero must not be multiplied by it: there a
mask is carried. The pole may also lie ahead, on the way to the cost, in what the choice
is put into: in sqrt(maximum(x, 0)) the g that reaches the choice is 1 / 0, and where
the limit is chosen dJ/dx is 0 all the same. There the zeros are put in at the choice.
Elsewhere the plain rules of the table of derivatives give the same, and faster code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.choices import Choice, Mask, Under
from pellucid.graphs.differentiating.adjoint import as_adjoint, value, with_zeros
from pellucid.graphs.differentiating.masks import way_back
from pellucid.graphs.differentiating.whole_reads import whole_reads
from pellucid.graphs.differentiating.zeros import Zeros, is_square
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.kinds import CONSTANT, NONE, STEEP, Kind, Takes
from pellucid.graphs.tracing.traced import current

# What a zero may meet: nothing, the nan and inf of arguments, or an infinite slope.
NOTHING, NANS, POLES = 0, 1, 2
FLAT = CONSTANT | NONE  # the slope is a number, or 0


class Poles:
    """Where a backward pass may meet an infinite slope.

    Parameters
    ----------
    order : list of Node
        The steps that the pass goes back through.
    needed : set of Node
        Those that depend on an input.
    wrt : list of Node
        The inputs.
    """

    def __init__(self, order: list[Node], needed: set[Node], wrt: list[Node]) -> None:
        self.needed = needed
        self.own = {node: own_risk(node) for node in order if node in needed}
        self.behind = risks(self.own, wrt)
        self.ahead: set[Node] = set()
        self.whole = whole_reads(order, needed)
        self.zeros = Zeros(order, wrt)
        self.chosen: set[Node] = set()  # what comes from a choice
        for node in order:
            if node in needed and (
                self._may_not_take(node) or not self.chosen.isdisjoint(node.arguments)
            ):
                self.chosen.add(node)

    def passed(self, node: Node, argument: Node) -> None:
        """The pass has gone through a step to its argument."""
        if node in self.ahead or self._is_steep(node, argument):
            self.ahead.add(argument)

    def is_untaken(self, node: Node, position: int) -> bool:
        """Whether what a rule gives may be infinite where nothing is taken."""
        argument = node.arguments[position]
        if argument in self.chosen and self._is_steep(node, argument):
            return True
        return any(self._needs(node, position)) and (
            is_even(node) or self.zeros.counting(node, position) is not True
        )

    def met(self, node: Node, position: int, g: Any, rule: Callable[[], Any]) -> Any:
        """What a rule gives for g; a choice that meets a pole has a mask, or its zeros.

        The slopes of an even step on both sides of 0 are opposite: where they are
        infinite, 0 is between them too. A product counts where the other factor does.
        """
        masked, zeros = self._needs(node, position)
        if not (masked or zeros):
            return with_zeros(rule())
        if is_even(node):
            x = value(node.arguments[position])
            return np.where((x == 0) & np.isinf(g), 0.0, rule())
        counting = self.zeros.counting(node, position)
        if counting is False:
            return None
        found = rule()
        if isinstance(found, Choice):
            with current().marking(quiet=True):
                found = found.at_poles()
        elif counting is not True:
            found = Under(found, Mask(counting))
        return found if masked else as_adjoint(found).settled

    def may_meet(self, node: Node) -> bool:
        """Whether a zero may meet anything behind a node."""
        return self.behind[node] > NOTHING

    def _needs(self, node: Node, position: int) -> tuple[bool, bool]:
        """Whether a choice needs a mask, or its zeros."""
        if node in self.whole:
            return False, False
        places_zeros = facts_of(node.operation).kind is Kind.MOVES
        needs_zeros = node in self.ahead and not places_zeros
        return needs_mask(node, self.behind[node.arguments[position]]), needs_zeros

    def _may_not_take(self, node: Node) -> bool:
        """Whether elements of an argument may have no say in the result."""
        if facts_of(node.operation).takes is Takes.ONE:
            return True
        places = range(len(node.arguments))
        zeros = any(self.zeros.counting(node, i) is not True for i in places)
        return zeros and not is_square(node)

    def _is_steep(self, node: Node, argument: Node) -> bool:
        """Whether the rules of a step may give what is infinite."""
        own = self.own[node]
        others = (a for a in node.arguments if a is not argument)
        return own == POLES or (
            own == NANS and any(self.behind.get(a) == POLES for a in others)
        )


def is_even(node: Node) -> bool:
    """Whether this is |x|, x x, x^2, ...: in an infinite slope it is a kink at 0."""
    if node.operation == "power":
        y = node.arguments[1]
        return y.is_literal and bool(y.value > 0 and y.value % 2 == 0)
    return facts_of(node.operation).even or is_square(node)


def risks(own: dict[Node, int], wrt: list[Node]) -> dict[Node, int]:
    """For each node what a zero may meet on its way back from there to an input."""
    risk = dict.fromkeys(wrt, NOTHING)
    for node in own:
        if node not in risk:
            before = max(risk.get(a, NOTHING) for a in node.arguments)
            risk[node] = max(before, own[node]) if way_back(node) else NOTHING
    return risk


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
    return POLES if STEEP in facts.slope else NANS


def _finite_slopes(node: Node) -> Iterator[Any]:
    """Where a known factor, or divisor, leaves a 0 before it 0."""
    for position, x in enumerate(node.arguments):
        if x.known and node.operation == "multiply":
            yield np.isfinite(current().value_of(x))
        elif x.known and node.operation == "divide" and position == 1:
            divisor = current().value_of(x)
            yield np.not_equal(divisor, 0) & ~np.isnan(divisor)


def needs_mask(node: Node, risk: int) -> bool:
    """Whether a choice needs a mask, by what its zeros may meet behind it."""
    if risk == NANS:  # only behind what is not chosen by its value
        base = node.arguments[0]
        return node.operation == "where" or (
            node.operation == "assign" and own_risk(base) > NOTHING
        )
    if node.operation == "index" and is_basic(node.options["at"]):
        return risk == POLES and node.size < node.arguments[0].size
    return risk == POLES and not is_even(node)
