"""Where a backward pass may meet an infinite slope, and so needs the zeros of choices.

Behind a choice, on the way to the inputs, a zero must not be multiplied by it: there a
mask is carried. Ahead of it, on the way to the cost, it is in the g that the choice is
given: there the choice selects. Elsewhere the plain rules of the table of derivatives
give the same, and faster code.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from pellucid.graphs.differentiating.masks import (
    CHOICES,
    EVEN,
    FACTORS,
    Choice,
    is_square,
    product_of,
    rule_of_choice,
    selected,
    way_back,
)
from pellucid.graphs.differentiating.zeros import Zeros
from pellucid.graphs.node import Node, users
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.kinds import CONSTANT, NONE, STEEP

# What a zero may meet: nothing, the nan and inf of arguments, or an infinite slope.
NOTHING, NANS, POLES, NEVER = 0, 1, 2, 3

# Their rules select, so that a zero stays zero whatever the arguments are.
SELECTING = {"where", "max", "min"}
# Their rules put zeros beside g, whatever g is.
PLACING = {"diagonal"}
# Behind these, a slope may be infinite where an input has no say in the value.
CHOOSING = {"where", "maximum", "minimum", "fmax", "fmin", "assign"}


class Poles:
    """Where a backward pass may meet an infinite slope.

    Parameters
    ----------
    order : iterable of Node
        The steps that the pass goes back through.
    needed : set of Node
        Those that depend on an input.
    wrt : iterable of Node
        The inputs.
    """

    def __init__(
        self, order: Iterable[Node], needed: set[Node], wrt: Iterable[Node]
    ) -> None:
        order = list(order)
        self.behind = risks(order, needed, wrt)
        self.ahead: set[Node] = set()
        self.whole = whole_reads(order, needed)
        self.zeros = Zeros(order, wrt)
        self.chosen = self._chosen(order, needed)

    def passed(self, node: Node, argument: Node) -> None:
        """The pass has gone through a step to its argument."""
        if node in self.ahead or self._is_steep(node, argument):
            self.ahead.add(argument)

    def _chosen(self, order: list[Node], needed: set[Node]) -> set[Node]:
        """What comes from a choice: its slopes stand also where nothing is taken."""
        chosen: set[Node] = set()
        for node in order:
            if node in needed and (
                self._may_not_take(node) or not chosen.isdisjoint(node.arguments)
            ):
                chosen.add(node)
        return chosen

    def _may_not_take(self, node: Node) -> bool:
        """Whether elements of an argument may have no say in the result."""
        if node.operation in FACTORS:
            rules = (product_of(node, i, self.zeros) for i in (0, 1))
            return not is_square(node) and any(rule is not None for rule in rules)
        return node.operation in CHOOSING

    def is_untaken(self, node: Node, argument: Node) -> bool:
        """Whether an infinite slope may be that of what was not chosen before it."""
        return argument in self.chosen and self._is_steep(node, argument)

    def _is_steep(self, node: Node, argument: Node) -> bool:
        """Whether the rules of a step may give what is infinite."""
        own = own_risk(node)
        others = (a for a in node.arguments if a is not argument)
        return own == POLES or (
            own == NANS and any(self.behind.get(a) == POLES for a in others)
        )

    def choice(self, node: Node, position: int) -> Choice | None:
        """The rule of a choice, where a pole may be met; it gives g, or a mask too."""
        if node in self.whole:
            return None
        argument = node.arguments[position]
        needs_mask = self.behind[argument] >= least_risk(node)
        needs_zeros = node in self.ahead and node.operation not in PLACING
        if not (needs_mask or needs_zeros):
            return None
        rule = rule_of_choice(node, position, self.zeros)
        if rule is None or needs_mask:
            return rule
        return lambda *given, **options: selected(rule(*given, **options))


def risks(order: Iterable[Node], needed: set[Node], wrt: Iterable[Node]) -> Any:
    """For each node what a zero may meet on its way back from there to an input."""
    risk = dict.fromkeys(wrt, NOTHING)
    for node in order:
        if node in needed and node not in risk:
            before = max(risk.get(a, NOTHING) for a in node.arguments)
            risk[node] = max(before, own_risk(node)) if way_back(node) else NOTHING
    return risk


def whole_reads(order: list[Node], needed: set[Node]) -> set[Node]:
    """The reads that together take a whole array, as `a, b = p`, and need no mask.

    Those do not count of which a part is not taken later, behind another choice.
    """
    steps = [node for node in order if node in needed]
    used_by = users(steps)
    whole: set[Node] = set()
    chosen: set[Node] = set()  # whose adjoint may be under a mask
    for node in reversed(steps):
        later = used_by.get(node, [])
        if chosen.isdisjoint(later) and _covers(later, node):
            whole.update(later)
        elif any(u in chosen or u.operation in CHOICES for u in later):
            chosen.add(node)
    return whole


def _covers(reads: list[Node], array: Node) -> bool:
    """Whether basic reads together take every element."""
    if not all(r.operation == "index" and is_basic(r.options["at"]) for r in reads):
        return False
    if not reads or sum(r.size for r in reads) < array.size:
        return False
    taken = np.zeros(array.shape, bool)
    for read in reads:
        taken[read.options["at"]] = True
    return bool(taken.all())


def own_risk(node: Node) -> int:
    """What a zero may meet in the rules of one step."""
    slope = facts_of(node.operation).slope
    if slope in CONSTANT | NONE or node.operation in SELECTING:
        return NOTHING
    if node.operation in {"multiply", "divide"} and node.arguments[1].is_literal:
        return NOTHING
    whole = node.operation == "power" and node.arguments[1].is_literal
    if whole and node.arguments[1].value in {1, 2, 3, 4}:
        return NANS
    return POLES if STEEP in slope else NANS


def least_risk(node: Node) -> int:
    """From which risk on a choice needs a mask."""
    if node.operation in {*EVEN, "power"} or is_square(node):
        return NEVER
    if node.operation == "where":
        return NANS
    if node.operation == "assign" and own_risk(node.arguments[0]):
        return NANS
    reads_all = node.operation == "index" and node.size == node.arguments[0].size
    return POLES + (reads_all and is_basic(node.options["at"]))
