"""The one driver of rewriting: a walk over a graph on which rules look at each step.

A rule is `rule(node) -> node or None`: what takes the place of a step, None to leave it
as it is, and the step itself to say that no further rule need look at it. A pass is a
list of families, each of which gives its rule to one walk:

    outputs = rewritten(outputs, [always(plain), shared, by_operation(RULES)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pellucid.graphs.bodies import (
    asked,
    body_of,
    living,
    remade_part,
    wanted_by,
    with_inputs,
    with_nodes,
)
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.rewriting.sameness import same_loop, same_step
from pellucid.graphs.tracing.traced import current, lifted, node_of

Rule = Callable[[Node], Node | None]
Find = Callable[[Node], Rule | None]


class Walk:
    """One walk from the inputs to some outputs; `now` is what each step has become.

    From the first step to the last each is made anew on the arguments as they are now,
    and goes through the rules, one after another, until it is a step that has been
    through them already. Steps older than `since` stay. The body of a loop is walked
    when the loop is met, by the same families.
    """

    node: Node  # the step at hand, as it was

    def __init__(
        self, outputs: Iterable[Node], since: int = 0, around: Walk | None = None
    ) -> None:
        self.since, self.around = since, around
        self.order = ancestors(outputs)
        self.parts = asked(self.order)
        self.inside: dict[Node, dict[Node, Node]] = {}  # loops: what their steps became
        self.bodies: dict[Node, Walk] = {}  # loops as they are now: the walk inside
        self.seen: dict[Node, Node] = {}  # steps as they are seen through borders
        self.further: dict[Node, tuple[Node | None, Node]] = {}  # inputs of this body
        self.now: dict[Node, Node] = {}
        self.changed = False  # whether a further walk may find more

    def by(self, families: Iterable[Family]) -> None:
        """Put each step through the rules of these families."""
        families = list(families)
        rules = [family(self) for family in families]
        settled: set[Node] = set()  # what went through the rules
        for node in self.order:
            if node.order < self.since:
                continue
            self.node = node
            if node.operation == "loop":
                made = self.turned(node, families)
            else:
                made = self.remade(node)
            for rule in rules:
                found = rule(made)
                if found is made:
                    break
                made = found or made
                if found in settled:
                    break
            settled.add(made)
            self.now[node] = made

    def remade(self, node: Node) -> Node:
        """The step on the arguments as they are now."""
        now = self.now
        arguments = tuple([now.get(a, a) for a in node.arguments])
        if node.operation == "part":
            return remade_part(node, arguments[0], self.wanted(node))
        return node if arguments == node.arguments else node.remade(arguments)

    def turned(self, loop: Node, families: Iterable[Family]) -> Node:
        """A loop with its body rewritten, of which what is asked for stays."""
        body, parts = body_of(loop), self.parts[loop]
        wanted = wanted_by(parts)
        _, kept = living(body, wanted)
        following = dict(body.carried)
        ends = [*(following[i] for i in kept), *wanted]
        inner = Walk(ends, self.since, self)
        inner.by(families)
        self.changed |= inner.changed
        self.inside[loop] = inner.now
        self.node = loop
        if inner.further:
            needed = set(ancestors(inner.now.get(node, node) for node in ends))
            more = {i: how for i, how in inner.further.items() if i in needed}
            loop = with_inputs(loop, more) if more else loop
        arguments = [self.now.get(a, a) for a in loop.arguments]
        made = with_nodes(loop, arguments, inner.now, [*map(self.wanted, parts)])
        self.bodies[made] = inner
        return made

    def wanted(self, part: Node) -> Node:
        """What the step of a body has become that a part asks for."""
        of: Node = part.options["of"]
        return self.inside.get(part.arguments[0], {}).get(of, of)

    def recording(self, rule: Rule, node: Node) -> Node | None:
        """What a rule records in the place of a step, with its line and its name."""
        with current().on_behalf_of(node, node.call):
            found = rule(node)
        if found is not None:
            self.changed = True
            if node.name and not found.name:
                found.christen(node.name)
        return found


Family = Callable[[Walk], Rule]


def rewritten(
    outputs: Sequence[Node], families: Sequence[Family], since: int = 0, walks: int = 1
) -> list[Node]:
    """The outputs after walks by some rules, until one changes nothing."""
    for _ in range(walks):
        walk = Walk(outputs, since)
        walk.by(families)
        outputs = [walk.now.get(node, node) for node in outputs]
        if not walk.changed:
            break
    return list(outputs)


def applied(function: Callable[..., Any], *nodes: Node, **options: Any) -> Node:
    """The node of a function of nodes, which is recorded now."""
    recorder = current()
    return node_of(function(*(lifted(n, recorder) for n in nodes), **options))


# -- families ------------------------------------------------------------------------


def recording(find: Find) -> Family:
    """The family of rules that record what takes the place of a step.

    `find` gives the rule that is to look at a step, if there is one.
    """

    def of(walk: Walk) -> Rule:
        def look(node: Node) -> Node | None:
            rule = find(node)
            return walk.recording(rule, node) if rule else None

        return look

    return of


def by_operation(rules: Mapping[str, Rule]) -> Family:
    """The family of rules that record, each under the operation that it looks at."""
    return recording(lambda node: rules.get(node.operation))


def always(rule: Rule) -> Family:
    """The family of one rule that needs nothing of the walk."""
    return lambda walk: rule


def shared(walk: Walk) -> Rule:
    """What is computed twice is computed once.

    By a step that may warn, where one of them may, and the person's own, where one is.
    """
    steps: dict[Any, Node] = {}
    loops: dict[Any, Any] = {}

    def look(node: Node) -> Node | None:
        if node.operation == "loop":
            first = _shared_loop(walk, node, loops)
            return first if first is not node else None
        key = same_step(node)
        found = steps.setdefault(key, node)
        computes = node.operation != "part"
        if computes and (node.quiet, node.derived) < (found.quiet, found.derived):
            steps[key] = found = node
        return found if found is not node else None

    return look


def _shared_loop(walk: Walk, loop: Node, loops: dict[Any, Any]) -> Node:
    """The first loop that is equal to this one, with the steps of it for these."""
    wanted = [walk.wanted(part) for part in walk.parts[walk.node]]
    key, numbers = same_loop(loop, wanted)
    first: Node
    first, steps = loops.setdefault(key, (loop, list(numbers)))
    if first is not loop:
        there = dict(zip(numbers, steps, strict=True))
        became = walk.inside[walk.node].items()
        also = {before: there.get(now, now) for before, now in became}
        walk.inside[walk.node] = {**there, **also}
    return first
