"""What does not need the turn before leaves its loop, for whole arrays are faster.

A loop is split in three: what its recurrence is fed with, W @ x[t] of all t in one
product; the recurrence, which stays; and what is made of it, a sum of outer products as
one product of matrices. What is the same in each turn is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pellucid.graphs.bodies import (
    Body,
    body_of,
    here,
    input_like,
    living,
    reading,
    with_body,
)
from pellucid.graphs.node import Node, ancestors, depending
from pellucid.graphs.rewriting.driver import Rule, Walk
from pellucid.graphs.rewriting.last_turn import LastTurn, without_loop
from pellucid.graphs.rewriting.spines import added, added_at, assigned
from pellucid.graphs.rewriting.whole import Whole, can_be_whole, itself
from pellucid.graphs.tracing.traced import current

READING = ("index", "entry")  # what is done in the loop as well as before it


def fission(walk: Walk) -> Rule:
    """The rule that splits each loop, and takes its parts from what is made of it."""
    split: dict[Node, tuple[Whole, LastTurn]] = {}

    def look(node: Node) -> Node | None:
        if node.operation == "loop" and can_be_whole(node):
            wanted = [walk.wanted(part) for part in walk.parts[walk.node]]
            made, became, core = fed(node, wanted)
            inside = walk.inside[walk.node]
            for before in {*inside, *became}:
                now = inside.get(before, before)
                inside[before] = became.get(now, now)
            whole = Whole(made, itself, itself, itself, core)
            split[made] = whole, LastTurn(whole)
            walk.changed |= made is not node
            return made
        if node.operation == "part" and node.arguments[0] in split:
            taken = _taken(node, *split[node.arguments[0]])
            walk.changed |= taken is not None
            return taken
        return None

    return look


def _taken(part: Node, whole: Whole, last: LastTurn) -> Node | None:
    """What a part is made of, outside of the loop."""
    with current().on_behalf_of(part, part.call):
        found = without_loop(part, whole, last)
    if found is None:
        return None
    if part.name and not found.name and not found.is_constant:
        found.christen(part.name)
    return found


def fed(loop: Node, wanted: Sequence[Node]) -> tuple[Node, dict[Node, Node], set[Node]]:
    """The loop on what it is fed with; what its steps are now, and which must stay."""
    loop = with_fixed(loop)
    body = body_of(loop)
    order, _ = living(body, wanted)
    core = recurrent(body, order)
    feed = Feed(loop, order, core)
    now: dict[Node, Node] = {}
    with current().on_behalf_of(loop, loop.call):
        for step in order:
            if feed.leaves(step):
                now[step] = feed.read(step)
            elif step not in feed.pure:
                arguments = tuple([now.get(a, a) for a in step.arguments])
                same = arguments == step.arguments
                now[step] = step if same else step.remade(arguments)
    if feed.inputs:
        carried = tuple([(before, now.get(a, a)) for before, a in body.carried])
        fixed = (*body.fixed, *feed.inputs.values())
        made = replace(body, carried=carried, fixed=fixed)
        loop = with_body(loop, made, [*loop.arguments, *feed.inputs])
    return loop, now, {now.get(step, step) for step in core}


def with_fixed(loop: Node) -> Node:
    """A loop in which what is carried and never changes is fixed."""
    body, given = body_of(loop), body_of(loop).given(loop)
    same = [before for before, after in body.carried if before is after]
    if not same:
        return loop
    carried = tuple([(before, a) for before, a in body.carried if before is not a])
    made = replace(body, carried=carried, fixed=(*body.fixed, *same))
    return with_body(loop, made, [given[i] for i in made.inputs])


def recurrent(body: Body, order: Sequence[Node]) -> set[Node]:
    """The steps that need the turn before, and that the turn after needs."""
    inside = set(order)
    carried = [(b, after) for b, after in body.carried if b in inside]
    ends = [(b, after) for b, after in carried if not _gathers(b, after, carried)]
    needed = set(ancestors([after for _, after in ends]))
    return needed & depending(order, [before for before, _ in ends])


def _gathers(
    before: Node, after: Node, carried: Iterable[tuple[Node, Node]]
) -> bool:  # fmt: skip
    """Whether a carried value is only added to, or written into.

    A product stays in its loop: of 1e3 and 1e-3 in turn no part of it overflows.
    """
    write = assigned(after, before)
    writes = [write] if write else added_at(after, before)
    pairs = writes or added(after, before)
    terms = [term for term, _ in pairs]
    others = [a for b, a in carried if b is not before]
    return bool(terms) and before not in set(ancestors([*terms, *others]))


class Feed:
    """What of a loop can be had before it, and the inputs that bring it there."""

    def __init__(self, loop: Node, order: Sequence[Node], core: set[Node]) -> None:
        body = body_of(loop)
        self.at = here(body)
        self.moving = depending(order, [before for before, _ in body.carried])
        self.whole = Whole(loop, itself, itself, itself, self.moving)
        self.inputs: dict[Node, Node] = {}
        self.pure: set[Node] = set()
        with current().on_behalf_of(loop, loop.call):
            for step in order:
                if step not in self.moving and self.whole.can_leave(step):
                    self.pure.add(step)
        rest = [n for n in order if n not in self.pure]
        carried = [(b, after) for b, after in body.carried if b in self.moving]
        gathering = depending(
            order, [b for b, after in carried if _gathers(b, after, carried)]
        )
        staying = [
            n for n in rest
            if n in core or n not in self.moving
            or not (n in gathering or self.whole.takes(n))
        ]  # fmt: skip
        self.used = {a for n in rest for a in n.arguments}
        self.read_in_turn = {a for n in staying for a in n.arguments}
        self.read_in_turn |= {after for b, after in carried if b not in gathering}

    def leaves(self, step: Node) -> bool:
        """Whether a step is computed before the loop and read by what is left in it."""
        if step not in self.pure:
            return False
        _, varies = self.whole.found[step]
        if step not in (self.read_in_turn if varies else self.used):
            return False
        reads = step.operation in READING and all(a.is_input for a in step.arguments)
        return bool(step.arguments) and not (reads and varies)

    def read(self, step: Node) -> Node:
        """What stands for such a step in the loop."""
        value, varies = self.whole.found[step]
        given = self.inputs.get(value)
        if given is None:
            given = self.inputs[value] = input_like(value, step.name)
        if not varies:
            return given
        read = reading(given, self.at, step.weak)
        read.christen(step.name)
        return read
