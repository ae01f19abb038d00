"""The one driver of rewriting: a walk over a graph on which rules look at each step.

A rule is `rule(node) -> node or None`: what takes the place of a step, None to leave it
as it is, and the step itself to say that no further rule need look at it. A pass is a
list of families, each of which gives its rule to one walk:

    outputs = rewritten(outputs, [always(plain), shared, by_operation(RULES)])
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.traced import current, lifted, node_of

Rule = Callable[[Node], Node | None]
Find = Callable[[Node], Rule | None]


class Walk:
    """One walk from the inputs to some outputs; `now` is what each step has become.

    From the first step to the last each is made anew on the arguments as they are now,
    and goes through the rules, one after another. Steps older than `since` stay.
    """

    node: Node  # the step at hand, as it was

    def __init__(self, outputs: Iterable[Node], since: int = 0) -> None:
        self.since = since
        self.order = ancestors(outputs)
        self.now: dict[Node, Node] = {}
        self.changed = False  # whether a further walk may find more

    def by(self, families: Iterable[Family]) -> None:
        """Put each step through the rules of these families."""
        rules = [family(self) for family in families]
        for node in self.order:
            if node.order < self.since:
                continue
            self.node, made = node, self.remade(node)
            for rule in rules:
                found = rule(made)
                if found is made:
                    break
                made = found or made
            self.now[node] = made

    def remade(self, node: Node) -> Node:
        """The step on the arguments as they are now."""
        now = self.now
        arguments = tuple([now.get(a, a) for a in node.arguments])
        return node if arguments == node.arguments else node.remade(arguments)

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

    def look(node: Node) -> Node | None:
        key = same_step(node)
        found = steps.setdefault(key, node)
        if (node.quiet, node.derived) < (found.quiet, found.derived):
            steps[key] = found = node
        return found if found is not node else None

    return look


def same_step(node: Node) -> Any:
    """What nodes have in common that compute the same."""
    if node.is_constant:
        return _same_value(node)
    if node.operation in {"input", "copy"}:
        return node
    arguments = [_same_value(a) if a.is_literal else a for a in node.arguments]
    options = _frozen(node.options) if node.options else ()
    return node.operation, *arguments, node.weak, options


def _same_value(node: Node) -> Any:
    value = node.value
    return (node.dtype, *_bits(value)) if node.is_literal else id(value)


def _bits(number: Any) -> tuple[Any, ...]:
    """What no other number has: -0.0 is not 0.0, nan is nan, and no digit is lost."""
    is_numpys = isinstance(number, (np.ndarray, np.generic))
    return type(number), number.tobytes() if is_numpys else repr(number)


def _frozen(value: Any) -> Any:
    """An option as what can be looked up."""
    if isinstance(value, Mapping):
        return tuple([(key, _frozen(part)) for key, part in value.items()])
    if isinstance(value, tuple):
        return tuple([_frozen(part) for part in value])
    if isinstance(value, slice):
        return slice, value.start, value.stop, value.step
    if isinstance(value, (np.ndarray, list)):
        return id(value)
    is_float = isinstance(value, (float, complex, np.inexact))
    return _bits(value) if is_float else (type(value), value)
