"""Steps of a body in all turns at once: exp(x[t]) for every t is exp(x).

What a loop adds up is a sum along an axis, what it multiplies a product, and what it
writes at one place after the other is assigned to all of them. What needs the turn
before is a part of the loop, all turns stacked.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any

import numpy as np

from pellucid.graphs.bodies import body_of, depends_on_turn, part
from pellucid.graphs.node import Node, constant
from pellucid.graphs.operations.closed_set import facts_of, is_elementwise, reduced_axes
from pellucid.graphs.operations.kinds import MAKES, REDUCES
from pellucid.graphs.operations.robust import log_softmax, softplus
from pellucid.graphs.places import Place
from pellucid.graphs.rewriting.all_turns import (
    HEAVY,
    RULES,
    Run,
    Value,
    elementwise,
    padded,
    reduction,
    turns,
)
from pellucid.graphs.rewriting.spines import (
    added,
    multiplied,
)
from pellucid.graphs.tracing.traced import current, lifted, node_of, recorded

Seeing = Callable[[Node], Node]
# Elements of a turn, and of all turns, up to which a step leaves its loop. A product of
# matrices is worth more memory than a step by element, which finds its arguments in the
# cache where it is.
LARGE, LARGEST, OF_PRODUCT = 2**11, 2**21, 2**24


def can_be_whole(loop: Node) -> bool:
    """Whether all turns are run whatever happens, and at least one."""
    count = body_of(loop).count
    return isinstance(count, int) and count > 0


def itself(value: Any) -> Any:
    """A value as it is."""
    return value


class Whole:
    """The steps of a loop as whole arrays.

    Parameters
    ----------
    loop : Node
        One that `can_be_whole`.
    inside, outside : callable
        How a step of the body is seen, and one outside.
    improved : callable
        What takes the place of a step that has been recorded.
    kept : set of Node or None
        The steps that stay in the loop, where it is split: then products of matrices
        are taken too, which nothing is seen through, but nothing that gets large.
    """

    def __init__(
        self, loop: Node, inside: Seeing, outside: Seeing, improved: Seeing,
        kept: Set[Node] | None = None,
    ) -> None:  # fmt: skip
        self.loop, self.body = loop, body_of(loop)
        self.run = Run(self.body.turn, self.body.most)
        self.inside, self.improved = inside, improved
        self.splits, self.kept = kept is not None, kept or frozenset()
        self.parts: set[Node] = set()  # the steps that are parts of the loop
        self.given = {i: outside(a) for i, a in self.body.given(loop).items()}
        self.before = self.body.held_by
        self.found: dict[Node, Value] = {}

    def each(self, step: Node) -> Node:
        """The values of all turns, stacked."""
        value: Node
        value, varies = resolved(step, self.found, self.below, self.value)
        if varies:
            return value
        return node_of(
            recorded("broadcast_to", value, shape=(self.run.count, *step.shape))
        )

    def can_leave(self, step: Node) -> bool:
        """Whether a step can be had without running the loop."""
        resolved(step, self.found, self.below, self.value)
        return step not in self.parts and self.parts.isdisjoint(self.below(step))

    def takes(self, step: Node) -> bool:
        """Whether a step can be taken in all turns at once, if what it is of can."""
        return bool(self.below(step))

    def below(self, step: Node) -> Sequence[Node]:
        """The steps whose values are needed first."""
        if step in self.given or step.is_constant or step in self.kept:
            return ()
        if running := self._running(step):
            return [term for term, _ in running]
        if factors := self._growing(step):
            return [factor for factor, _ in factors]
        seen = self.inside(step)
        is_seen = seen.operation in RULES or is_elementwise(seen.operation)
        is_seen |= facts_of(seen.operation).kind is REDUCES
        is_seen |= self.splits and seen.operation in HEAVY
        return seen.arguments if is_seen else ()

    def _running(self, step: Node) -> list[tuple[Node, int]]:
        """What is added to a running sum in a turn."""
        before = self.before.get(step)
        if before is None or self.body.is_reversed:
            return []
        return added(self.inside(step), before)

    def _growing(self, step: Node) -> list[tuple[Node, int]]:
        """What a running product is multiplied by, where all of it is positive."""
        before = self.before.get(step)
        if before is None or self.body.is_reversed or self.splits:
            return []
        factors = multiplied(self.inside(step), before)
        kinds = {self.inside(factor).operation for factor, _ in factors}
        return factors if kinds <= LOGARITHMS.keys() else []

    def value(self, step: Node) -> Value:
        """A step without the loop where that is possible, else as a part of it."""
        if step in self.given and step not in dict(self.body.carried):
            return Value(self.given[step], False)
        if step.is_constant or is_made(step):
            return Value(step, False)
        made = None if step in self.kept else self._made(step)
        shape = (self.run.count, *step.shape) if made and made.varies else step.shape
        is_fit = made and (made.node.shape, made.node.dtype) == (shape, step.dtype)
        if made is None or not is_fit or not self.is_small(step):
            self.parts.add(step)
            return Value(part(self.loop, step, each=True), True)
        return made._replace(node=self.improved(made.node))

    def is_small(self, step: Node) -> bool:
        """Whether a step, and what it is made of, may be kept of all turns."""
        if not self.splits:
            return True
        if _is_light(self.inside(step)):
            return self.is_worth(step)
        kept = [step, *(a for a in self.below(step) if a in self.parts)]
        size = max(one.size for one in kept)
        return size <= LARGE and size * self.run.count <= LARGEST

    def is_worth(self, step: Node) -> bool:
        """Whether a step may be kept of all turns as a part of one product."""
        return step.size * self.run.count <= OF_PRODUCT

    def _made(self, step: Node) -> Value | None:
        """The value of a step from those of its arguments; None where it has none."""
        if running := self._running(step):
            total = self.total(running, step, functools.partial(np.cumsum, axis=0))
            start = self.given[self.before[step]]
            return Value(node_of(started(start, total)), True)
        if factors := self._growing(step):
            scan = functools.partial(np.cumsum, axis=0)
            product = self.product(self.given[self.before[step]], factors, scan)
            return Value(node_of(product), True)
        seen = self.inside(step)
        if not self.below(step):
            return self._counter(seen) if seen.operation == "counter" else None
        values = [self.found[a] for a in seen.arguments]
        with current().marking(seen.quiet, seen.derived):
            if not (any(v.varies for v in values) or turns(seen, self.run.turn)):
                nodes = [v.node for v in values]
                made = recorded(seen.operation, *nodes, weak=seen.weak, **seen.options)
                return Value(node_of(made), False)
            rule = RULES.get(seen.operation) or HEAVY.get(seen.operation)
            if rule is None:
                is_each = is_elementwise(seen.operation)
                rule = elementwise if is_each else reduction
            made = rule(self.run, seen, values)
        return None if made is None else Value(node_of(made), True)

    def _counter(self, step: Node) -> Value | None:
        place = step.options["value"]
        turn = self.body.turn
        if not isinstance(place, Place) or any(t is not turn for t, _ in place.terms):
            return None
        times = place.times(turn)
        return Value(constant(place.offset + times * np.arange(self.run.count)), True)

    def total(
        self, terms: Sequence[tuple[Node, int]], like: Node, add: Callable[[Any], Any]
    ) -> Any:
        """The sum of what is added in each turn.

        What may cancel in a turn does so before it is added up.
        """
        together = self.splits or any(sign < 0 for _, sign in terms)
        first, after = (itself, add) if together else (add, itself)
        total: Any = None
        for term, sign in terms:
            x = first(self._padded(term, like))
            if total is None:
                total = x if sign > 0 else -x
            else:
                total = total + x if sign > 0 else total - x
        return after(total)

    def _padded(self, term: Node, like: Node) -> Any:
        """A term of all turns, in the shape of the sums."""
        value, varies = self.found[term]
        x: Any = lifted(value, current())
        x = padded(self.run, term, value, like.ndim) if varies else x
        shape = (self.run.count, *like.shape)
        return x if x.shape == shape else np.broadcast_to(x, shape)

    def added_up(self, x: Any) -> Any:
        """The sum of all turns."""
        return lifted(self.improved(node_of(_summed(x))), current())

    def product(
        self, start: Node, factors: Sequence[tuple[Node, int]],
        add: Callable[[Any], Any],
    ) -> Any:  # fmt: skip
        """The product of all factors: of positive ones e^ the sum of the logarithms."""
        is_one = start.is_literal and start.value == 1
        product: Any = None if is_one else lifted(start, current())
        for factor, power in factors:
            x = self.each(factor)
            logarithm = None if self.splits else LOGARITHMS.get(x.operation)
            if logarithm:
                total = add(logarithm(x))
                y = np.exp(total if power > 0 else -total)
            else:
                y = np.prod(lifted(x, current()), axis=0)
            if product is None:
                product = y if power > 0 or logarithm else 1 / y
            else:
                product = product * y if power > 0 or logarithm else product / y
        return product


def resolved(
    step: Node, found: dict[Node, Any], below: Callable[[Node], Sequence[Node]],
    value: Callable[[Node], Any],
) -> Any:  # fmt: skip
    """The value of a step, after those of the steps below it; `found` is added to."""
    waiting = [step]
    while waiting:
        one = waiting[-1]
        missing = [a for a in below(one) if a not in found] if one not in found else []
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if one not in found:
            found[one] = value(one)
    return found[step]


def _is_light(step: Node) -> bool:
    """Whether all turns at once cost less than one after the other, however large."""
    return step.operation in HEAVY or facts_of(step.operation).shows


def is_made(step: Node) -> bool:
    """Whether a step makes the same array in each turn."""
    makes = not step.arguments and facts_of(step.operation).kind is MAKES
    return makes and not step.is_input and not depends_on_turn(step)


def started(start: Node, total: Any) -> Any:
    """A sum with what it starts with, if that is not 0."""
    is_zero = start.operation == "zeros" or (start.is_literal and start.value == 0)
    return total if is_zero else recorded("add", start, total)


def _summed(x: Any) -> Any:
    """The sum of all turns; a sum of sums is one along more axes."""
    node = x.node
    if node.operation != "sum" or node.options.get("keepdims"):
        return np.sum(x, axis=0)
    (inner,) = node.arguments
    axes = reduced_axes(inner.ndim, node.options.get("axis"))
    first = next(i for i in range(inner.ndim) if i not in axes)
    return np.sum(lifted(inner, current()), axis=tuple(sorted([first, *axes])))


# The logarithms of what is positive.
LOGARITHMS: Mapping[str, Callable[[Node], Any]] = {
    "exp": lambda p: lifted(p.arguments[0], current()),
    "sigmoid": lambda p: -softplus(-lifted(p.arguments[0], current())),
    "softmax": lambda p: log_softmax(lifted(p.arguments[0], current()), **p.options),
}
