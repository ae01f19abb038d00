"""What a loop gives in its last turn: what it has added up, multiplied or written.

The last value of any other step is that step in the last turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.bodies import part
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, is_elementwise
from pellucid.graphs.places import placed
from pellucid.graphs.rewriting.all_turns import (
    RULES,
    along,
    contracted,
    factors_of,
    in_blocks,
    in_turn,
    padded,
)
from pellucid.graphs.rewriting.spines import (
    Write,
    added,
    added_at,
    assigned,
    multiplied,
)
from pellucid.graphs.rewriting.whole import Whole, is_made, resolved, started
from pellucid.graphs.tracing.traced import current, lifted, node_of, recorded


def without_loop(asked: Node, whole: Whole, last: LastTurn) -> Node | None:
    """What a part of a loop is outside of it; None where it is nothing but the part."""
    of = asked.options["of"]
    found = whole.each(of) if asked.options["each"] else last.of(of)
    same = found.operation == "part" and found.arguments == asked.arguments
    return None if same and found.options == asked.options else found


class LastTurn:
    """The steps of a loop as they are in its last turn."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self.lasts: dict[Node, Node] = {}

    def of(self, step: Node) -> Node:
        """The value in the last turn."""
        found: Node = resolved(step, self.lasts, self._below, self._value)
        return found

    def _below(self, step: Node) -> Sequence[Node]:
        if step in self.whole.given or step.is_constant or step in self.whole.kept:
            return ()
        if self._gathered(step) is not None:
            return ()
        seen = self.whole.inside(step)
        if self.whole.splits:
            return () if seen.operation in ("loop", "part") else seen.arguments
        shows = facts_of(seen.operation).shows or seen.operation in RULES
        return seen.arguments if shows or is_elementwise(seen.operation) else ()

    def _gathered(self, step: Node) -> Callable[[Node], Any] | None:
        """What is gathered over the turns: a sum, a product, what is written."""
        before, seen = self.whole.before.get(step), self.whole.inside(step)
        if before is None or step in self.whole.kept:
            return None
        start = self.whole.given[before]
        if terms := added(seen, before):
            return lambda step: self._sum(start, terms, step)
        factors = [] if self.whole.splits else multiplied(seen, before)
        if factors:  # by themselves they may overflow, where their turns do not
            return lambda step: self.whole.product(start, factors, self.whole.added_up)
        if writes := added_at(seen, before):
            return lambda step: self._added_at(start, writes)
        write = assigned(seen, before)
        return (lambda step: self._written(start, *write)) if write else None

    def _sum(
        self, start: Node, terms: Sequence[tuple[Node, int]], step: Node
    ) -> Any:  # fmt: skip
        products = self._products(terms) if self.whole.splits else None
        if products is not None:
            return started(start, products)
        whole = self.whole
        for term, _ in terms:
            resolved(term, whole.found, whole.below, whole.value)
        if any(t in whole.parts and not whole.is_small(t) for t, _ in terms):
            return None
        return started(start, whole.total(terms, step, whole.added_up))

    def _products(self, terms: Sequence[tuple[Node, int]]) -> Any:
        """The sum over all turns of outer products, as one product of matrices."""
        total: Any = None
        for term, sign in terms:
            sides = factors_of(self.whole.inside(term))
            if not sides or not all(map(self.whole.is_worth, sides)):
                return None
            found = [self.whole.each(side) for side in sides]
            product = contracted(self.whole.run, sides, found)
            product = product if sign > 0 else -product
            total = product if total is None else total + product
        return total

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
        if rows := in_blocks(at, self.whole.run, start.shape):
            size = self.whole.run.count * rows[1]
            if value.shape != (rows[1], *start.shape[1:]):
                return None
            x = lifted(self.whole.each(value), current())
            return np.reshape(x, (size, *start.shape[1:])), rows[:1]
        found = along(at, self.whole.run, start.shape)
        if found is None:
            return None
        places, axis = found
        shape = np.broadcast_to(np.empty(()), start.shape)[placed(places)].shape
        x = padded(self.whole.run, value, self.whole.each(value), len(shape) - 1)
        if axis:
            axes = list(range(1, x.ndim))
            axes.insert(axis, 0)
            x = np.transpose(x, axes)
        return x, places

    def _added_at(self, start: Node, writes: Sequence[Write]) -> Any:
        """What is added at places, to each once or in every turn."""
        total: Any = lifted(start, current())
        for value, at in writes:
            if in_turn(at, self.whole.run.turn, 0) == at:
                x = np.sum(lifted(self.whole.each(value), current()), axis=0)
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

    def _value(self, step: Node) -> Node:
        carried = dict(self.whole.body.carried)
        if step in self.whole.given and step not in carried:
            return self.whole.given[step]
        if step.is_constant or is_made(step):
            return step
        made = None
        gathered = self._gathered(step)
        if gathered is not None:
            made = gathered(step)
        elif self._below(step):
            made = self._step_at_last(self.whole.inside(step))
        node = None if made is None else node_of(made)
        if node is None or (node.shape, node.dtype) != (step.shape, step.dtype):
            return part(self.whole.loop, step, each=False)
        return self.whole.improved(node)

    def _step_at_last(self, seen: Node) -> Any:
        turn = 0 if self.whole.body.is_reversed else self.whole.run.count - 1
        options = {
            key: in_turn(value, self.whole.body.turn, turn)
            for key, value in seen.options.items()
        }
        values = [self.lasts[a] for a in seen.arguments]
        with current().marking(seen.quiet, seen.derived):
            return recorded(seen.operation, *values, weak=seen.weak, **options)
