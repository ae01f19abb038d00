"""Formulas that stand on both sides of the border of a loop.

The logarithm of what a loop has added up is that of a sum along an axis, once the loop
is seen as whole arrays (see `whole`). Each step behind a loop is looked at in this way
too; where a formula is found so, its stable form takes the place of the step, and where
none is, the loop stays as it is. From inside, an input that is e^z is seen as that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pellucid.graphs.bodies import body_of, input_like
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import MIXES
from pellucid.graphs.rewriting.driver import Family, Rule, Walk
from pellucid.graphs.rewriting.naive import Identities
from pellucid.graphs.tracing.naming import is_numbered
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
        self.wholes: dict[Node, Any] = {}  # loops as whole arrays, and their ends
        walk.seen = self.seen
        # What is seen from inside, as made of further inputs of the body.
        self.entered = entered(walk) if walk.around else {}

    def __call__(self, node: Node) -> Node | None:
        """What takes the place of a step; None where nothing is found."""
        is_alone = not (self.walk.inside or self.entered)
        if is_alone or node.derived or node.operation == "loop":
            return None
        with current().on_behalf_of(node, node.call):
            seen = self._seen(node)
        if seen is None:
            return None
        found = self.improved(seen)
        is_entered = any(a in self.entered for a in node.arguments)
        (self.entered if is_entered else self.seen)[node] = found
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
        given = [self.entered.get(a, self.seen.get(a, a)) for a in node.arguments]
        depth = 1 + max((self.depth.get(a, 0) for a in node.arguments), default=0)
        mixes = facts_of(node.operation).kind is MIXES
        if given == list(node.arguments) or depth > DEPTH or mixes:
            return None
        self.depth[node] = depth
        if given[0].operation in ENTERING and facts_of(node.operation).shows:
            return shown(node, given)
        made = recorded(node.operation, *given, weak=node.weak, **node.options)
        found = node_of(made)
        same = (found.shape, found.dtype) == (node.shape, node.dtype)
        return found if same else None

    def _part(self, node: Node) -> Node | None:
        from pellucid.graphs.rewriting.last_turn import LastTurn, without_loop
        from pellucid.graphs.rewriting.whole import Whole, can_be_whole

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
        return without_loop(node, *self.wholes[loop])


# Functions of elements by which an input of a body is seen from inside.
ENTERING = ("exp", "sigmoid")


def shown(node: Node, given: Sequence[Node]) -> Node:
    """Elements of exp(z) as exp of elements of z."""
    function, *indices = given
    (z,) = function.arguments
    made = recorded(node.operation, z, *indices, **node.options)
    return node_of(recorded(function.operation, made))


def entered(walk: Walk) -> dict[Node, Node]:
    """The inputs of a body that are exp of something at first, and in each turn."""
    outer: Walk = walk.around  # type: ignore[assignment]
    loop = outer.node
    following = dict(body_of(loop).carried)
    found = {}
    for before, argument in body_of(loop).given(loop).items():
        now = outer.now.get(argument, argument)
        start = outer.seen.get(now, now)
        after = following.get(before, start)
        if start.operation not in ENTERING or after.operation != start.operation:
            continue
        (first,), (later,) = start.arguments, after.arguments
        kind = first.shape, first.dtype, first.weak
        if kind != (later.shape, later.dtype, later.weak):
            continue
        made = input_like(first, "" if is_numbered(first.name) else first.name)
        walk.further[made] = (later if before in following else None), first
        found[before] = node_of(recorded(start.operation, made))
    return found
