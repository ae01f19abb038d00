"""Formulas that stand on both sides of the border of a loop.

The logarithm of what a loop has added up is that of a sum along an axis, once the loop
is seen as whole arrays (see `whole`). Each step behind a loop is looked at in this way
too; where a formula is found so, its stable form takes the place of the step, and where
none is, the loop stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import MIXES
from pellucid.graphs.rewriting.driver import Family, Rule, Walk
from pellucid.graphs.rewriting.last_turn import LastTurn, seen_whole
from pellucid.graphs.rewriting.naive import Identities
from pellucid.graphs.rewriting.whole import Whole, can_be_whole
from pellucid.graphs.tracing.traced import current, node_of, recorded

DEPTH = 16  # steps behind a loop through which it is seen


def across(identities: Identities, *families: Family) -> Family:
    """The family that tries others on what is seen through the borders of loops."""

    def of(walk: Walk) -> Rule:
        rules = [identities(walk), *(family(walk) for family in families)]
        return Border(walk, identities.meet, rules)

    return of


class Border:
    """How the steps of one walk are seen, and what stands in their place."""

    def __init__(
        self, walk: Walk, meet: Callable[[Sequence[Node]], None], rules: list[Rule]
    ) -> None:
        self.walk, self.meet, self.rules = walk, meet, rules
        self.seen: dict[Node, Node] = {}
        self.depth: dict[Node, int] = {}
        self.fired: set[Node] = set()  # what a formula has been found in
        self.wholes: dict[Node, tuple[Whole, LastTurn]] = {}
        walk.seen = self.seen

    def __call__(self, node: Node) -> Node | None:
        """What takes the place of a step; None where nothing is found."""
        if not self.walk.inside or node.derived or node.operation == "loop":
            return None
        with current().on_behalf_of(node, node.call):
            seen = self._seen(node)
        if seen is None:
            return None
        found = self.improved(seen)
        self.seen[node] = found
        if found not in self.fired:
            return None
        if node.name and not found.name:
            found.christen(node.name)
        self.walk.changed = True
        return found

    def improved(self, node: Node) -> Node:
        """A step, or what the rules put in its place."""
        self.meet([node])
        for rule in self.rules:
            found = rule(node)
            if found is not None and found is not node:
                self.fired.add(found)
                return found
        if not self.fired.isdisjoint(node.arguments):
            self.fired.add(node)
        return node

    def _seen(self, node: Node) -> Node | None:
        """The step as it is seen through borders; None where it is not."""
        if node.operation == "part":
            return self._part(node)
        given = [self.seen.get(a, a) for a in node.arguments]
        depth = 1 + max((self.depth.get(a, 0) for a in node.arguments), default=0)
        mixes = facts_of(node.operation).kind is MIXES
        if given == list(node.arguments) or depth > DEPTH or mixes:
            return None
        self.depth[node] = depth
        made = recorded(node.operation, *given, weak=node.weak, **node.options)
        found = node_of(made)
        same = (found.shape, found.dtype) == (node.shape, node.dtype)
        return found if same else None

    def _part(self, node: Node) -> Node | None:
        (loop,) = node.arguments
        if loop not in self.walk.bodies or not can_be_whole(loop):
            return None
        if loop not in self.wholes:
            inner = self.walk.bodies[loop].seen
            whole = Whole(
                loop, lambda n: inner.get(n, n), lambda n: self.seen.get(n, n),
                self.improved,
            )  # fmt: skip
            self.wholes[loop] = whole, LastTurn(whole)
        return seen_whole(node, *self.wholes[loop])
