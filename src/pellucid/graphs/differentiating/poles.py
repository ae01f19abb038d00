"""Where a backward pass may meet an infinite slope, and so needs the zeros of choices.

Behind a choice, on the way to the inputs, a zero must not be multiplied by it: there a
mask is carried. The pole may also lie ahead, on the way to the cost, in what the choice
is put into: in sqrt(maximum(x, 0)) the g that reaches the choice is 1 / 0, and where
the limit is chosen dJ/dx is 0 all the same. There the zeros are put in at the choice.
Elsewhere the plain rules of the table of derivatives give the same, and faster code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pellucid.graphs.derivatives.choices import Choice, Mask, Under
from pellucid.graphs.differentiating.adjoint import as_adjoint, value, with_zeros
from pellucid.graphs.differentiating.risks import NANS, NOTHING, POLES, Risks, own_risk
from pellucid.graphs.differentiating.whole_reads import whole_reads
from pellucid.graphs.differentiating.zeros import Zeros, is_square
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.kinds import Kind, Takes
from pellucid.graphs.tracing.traced import current


class Poles:
    """Where a backward pass may meet an infinite slope.

    Parameters
    ----------
    risks : Risks
        What a zero may meet, on the steps that the pass goes back through.
    zeros : Zeros
        What is known to be 0 among them.
    ahead, chosen : iterable of Node
        Steps behind which the pass has met a pole, and inputs that come from a choice:
        in other turns of a loop, and around it.

    Attributes
    ----------
    told : dict of Node to (Node, Node or None), or None
        For nodes of loops what holds their adjoint in each turn, and where it counts;
        None where nobody asks.
    """

    def __init__(
        self, risks: Risks, zeros: Zeros, ahead: Iterable[Node] = (),
        chosen: Iterable[Node] = (),
    ) -> None:  # fmt: skip
        order = risks.order
        self.needed = needed = risks.needed
        self.own, self.behind, self.loops = risks.own, risks.behind, risks.loops
        self.wrt = risks.wrt
        self.ahead = set(ahead)
        self.told: dict[Node, tuple[Node, Node | None]] | None = None
        self.whole = whole_reads(order, needed)
        self.zeros = zeros
        self.chosen = set(chosen)  # what comes from a choice
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


def needs_mask(node: Node, risk: int) -> bool:
    """Whether a choice needs a mask, by what its zeros may meet behind it."""
    if risk == NANS:  # only behind what is not chosen by its value
        base = node.arguments[0]
        return node.operation == "where" or (
            node.operation == "assign" and own_risk(base) > NOTHING
        )
    if node.operation in {"index", "entry"} and is_basic(node.options["at"]):
        return risk == POLES and node.size < node.arguments[0].size
    return risk == POLES and not is_even(node)
