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
from pellucid.graphs.places import Number, Place, placed, plus
from pellucid.graphs.rewriting.all_turns import (
    HEAVY,
    RULES,
    Run,
    Value,
    along,
    contracted,
    elementwise,
    factors_of,
    in_turn,
    padded,
    reduction,
)
from pellucid.graphs.rewriting.spines import (
    Write,
    added,
    added_at,
    assigned,
    multiplied,
)
from pellucid.graphs.tracing.traced import current, lifted, node_of, recorded

Seeing = Callable[[Node], Node]
LARGE, LARGEST = 2**11, 2**21  # elements of a turn, and of all, for which it is split


def can_be_whole(loop: Node) -> bool:
    """Whether all turns are run whatever happens, and at least one."""
    count = body_of(loop).count
    return isinstance(count, int) and count > 0


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
        self.next = {after: before for before, after in reversed(self.body.carried)}
        self.found: dict[Node, Value] = {}
        self.lasts: dict[Node, Node] = {}

    # -- all turns --------------------------------------------------------------------

    def each(self, step: Node) -> Node:
        """The values of all turns, stacked."""
        value: Node
        value, varies = resolved(step, self.found, self._below, self._value)
        if varies:
            return value
        return node_of(
            recorded("broadcast_to", value, shape=(self.run.count, *step.shape))
        )

    def can_leave(self, step: Node) -> bool:
        """Whether a step can be had without running the loop."""
        resolved(step, self.found, self._below, self._value)
        return step not in self.parts and self.parts.isdisjoint(self._below(step))

    def _below(self, step: Node) -> Sequence[Node]:
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
        before = self.next.get(step)
        if before is None or self.body.is_reversed:
            return []
        return added(self.inside(step), before)

    def _growing(self, step: Node) -> list[tuple[Node, int]]:
        """What a running product is multiplied by, where all of it is positive."""
        before = self.next.get(step)
        if before is None or self.body.is_reversed or self.splits:
            return []
        factors = multiplied(self.inside(step), before)
        kinds = {self.inside(factor).operation for factor, _ in factors}
        return factors if kinds <= LOGARITHMS.keys() else []

    def _value(self, step: Node) -> Value:
        if step in self.given and step not in dict(self.body.carried):
            return Value(self.given[step], False)
        if step.is_constant or _is_made(step):
            return Value(step, False)
        made = None if step in self.kept else self._made(step)
        shape = (self.run.count, *step.shape) if made and made.varies else step.shape
        is_fit = made and (made.node.shape, made.node.dtype) == (shape, step.dtype)
        if made is None or not is_fit or not self._is_small(step):
            self.parts.add(step)
            return Value(part(self.loop, step, each=True), True)
        return made._replace(node=self.improved(made.node))

    def _is_small(self, step: Node) -> bool:
        """Whether a step, and what it is made of, may be kept of all turns."""
        if not self.splits:
            return True
        kept = [step, *(a for a in self._below(step) if a in self.parts)]
        size = max(one.size for one in kept)
        return size <= LARGE and size * self.run.count <= LARGEST

    def _made(self, step: Node) -> Value | None:
        """The value of a step from those of its arguments; None where it has none."""
        if running := self._running(step):
            total = self._total(running, step, functools.partial(np.cumsum, axis=0))
            start = self.given[self.next[step]]
            return Value(node_of(_started(start, total)), True)
        if factors := self._growing(step):
            scan = functools.partial(np.cumsum, axis=0)
            product = self._product(self.given[self.next[step]], factors, scan)
            return Value(node_of(product), True)
        seen = self.inside(step)
        if not self._below(step):
            return self._counter(seen) if seen.operation == "counter" else None
        values = [self.found[a] for a in seen.arguments]
        with current().marking(seen.quiet, seen.derived):
            if not any(v.varies for v in values) and not depends_on_turn(seen):
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
        if not isinstance(place, Place) or plus(place, self._moving(place), -1) != (
            place.offset
        ):
            return None
        times = place.times(self.body.turn)
        return Value(constant(place.offset + times * np.arange(self.run.count)), True)

    def _moving(self, place: Place) -> Number:
        """What of a place moves with this loop."""
        return Place(0, [(self.body.turn, place.times(self.body.turn))])

    def _total(
        self, terms: Sequence[tuple[Node, int]], like: Node, add: Callable[[Any], Any]
    ) -> Any:
        """The sum of what is added in each turn."""
        total: Any = None
        for term, sign in terms:
            value, varies = self.found[term]
            x: Any = lifted(value, current())
            x = padded(self.run, term, value, like.ndim) if varies else x
            shape = (self.run.count, *like.shape)
            x = x if x.shape == shape else np.broadcast_to(x, shape)
            x = add(x)
            if total is None:
                total = x if sign > 0 else -x
            else:
                total = total + x if sign > 0 else total - x
        return total

    # -- the last turn ----------------------------------------------------------------

    def last(self, step: Node) -> Node:
        """The value in the last turn."""
        found: Node = resolved(step, self.lasts, self._below_last, self._last)
        return found

    def _below_last(self, step: Node) -> Sequence[Node]:
        if step in self.given or step.is_constant or step in self.kept:
            return ()
        if self._gathered(step) is not None:
            return ()
        seen = self.inside(step)
        if self.splits:
            return () if seen.operation in ("loop", "part") else seen.arguments
        shows = facts_of(seen.operation).shows or seen.operation in RULES
        return seen.arguments if shows or is_elementwise(seen.operation) else ()

    def _gathered(self, step: Node) -> Callable[[Node], Any] | None:
        """What is gathered over the turns: a sum, a product, what is written."""
        before, seen = self.next.get(step), self.inside(step)
        if before is None or step in self.kept:
            return None
        start = self.given[before]
        if terms := added(seen, before):
            return lambda step: self._sum(start, terms, step)
        if factors := multiplied(seen, before):
            return lambda step: self._product(start, factors, self._added_up)
        if writes := added_at(seen, before):
            return lambda step: self._added_at(start, writes)
        write = assigned(seen, before)
        return (lambda step: self._written(start, *write)) if write else None

    def _sum(
        self, start: Node, terms: Sequence[tuple[Node, int]], step: Node
    ) -> Any:  # fmt: skip
        products = self._products(terms) if self.splits else None
        if products is not None:
            return _started(start, products)
        for term, _ in terms:
            resolved(term, self.found, self._below, self._value)
        if any(t in self.parts and not self._is_small(t) for t, _ in terms):
            return None
        return _started(start, self._total(terms, step, self._added_up))

    def _products(self, terms: Sequence[tuple[Node, int]]) -> Any:
        """The sum over all turns of outer products, as one product of matrices."""
        total: Any = None
        for term, sign in terms:
            sides = factors_of(self.inside(term))
            if not sides or not all(map(self._is_small, sides)):
                return None
            found = [self.each(side) for side in sides]
            product = contracted(self.run, sides, found)
            product = product if sign > 0 else -product
            total = product if total is None else total + product
        return total

    def _added_up(self, x: Any) -> Any:
        return lifted(self.improved(node_of(_summed(x))), current())

    def _product(
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

    def _written(self, start: Node, value: Node, at: tuple[Any, ...]) -> Any:
        found = self._placed(start, value, at)
        if found is None:
            return None
        x, places = found
        everything = all(one == slice(None) for one in places)
        if everything and x.shape == start.shape and x.dtype == start.dtype:
            return x
        return recorded("assign", start, x, at=places)

    def _placed(
        self, start: Node, value: Node, at: tuple[Any, ...]
    ) -> tuple[Any, tuple[Any, ...]] | None:
        """What is written in all turns, and where; None where this is no slice."""
        found = along(at, self.run, start.shape)
        if found is None:
            return None
        places, axis = found
        shape = np.broadcast_to(np.empty(()), start.shape)[placed(places)].shape
        x = padded(self.run, value, self.each(value), len(shape) - 1)
        if axis:
            axes = list(range(1, x.ndim))
            axes.insert(axis, 0)
            x = np.transpose(x, axes)
        return x, places

    def _added_at(self, start: Node, writes: Sequence[Write]) -> Any:
        """What is added at places, to each once or in every turn."""
        total: Any = lifted(start, current())
        for value, at in writes:
            if in_turn(at, self.run.turn, 0) == at:
                x = np.sum(lifted(self.each(value), current()), axis=0)
                places = at
            elif found := self._placed(start, value, at):
                x, places = found
            else:
                return None
            everything = all(one == slice(None) for one in places)
            is_zeros = total.node.operation == "zeros"
            is_all = everything and is_zeros and x.shape == start.shape
            is_all = is_all and x.dtype == start.dtype
            total = x if is_all else recorded("add_at", total, x, at=places)
        return total

    def _last(self, step: Node) -> Node:
        carried = dict(self.body.carried)
        if step in self.given and step not in carried:
            return self.given[step]
        if step.is_constant or _is_made(step):
            return step
        made = None
        gathered = self._gathered(step)
        if gathered is not None:
            made = gathered(step)
        elif self._below_last(step):
            made = self._step_at_last(self.inside(step))
        node = None if made is None else node_of(made)
        if node is None or (node.shape, node.dtype) != (step.shape, step.dtype):
            return part(self.loop, step, each=False)
        return self.improved(node)

    def _step_at_last(self, seen: Node) -> Any:
        turn = 0 if self.body.is_reversed else self.run.count - 1
        options = {
            key: in_turn(value, self.body.turn, turn)
            for key, value in seen.options.items()
        }
        values = [self.lasts[a] for a in seen.arguments]
        with current().marking(seen.quiet, seen.derived):
            return recorded(seen.operation, *values, weak=seen.weak, **options)


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


def _is_made(step: Node) -> bool:
    """Whether a step makes the same array in each turn."""
    makes = not step.arguments and facts_of(step.operation).kind is MAKES
    return makes and not step.is_input and not depends_on_turn(step)


def _started(start: Node, total: Any) -> Any:
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
