"""The reference meaning of a graph: walk it with numbers, one operation at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.graphs.bodies import (
    asked,
    at_turn,
    body_of,
    depends_on_turn,
    living,
    stacked,
)
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.elementwise import OPERATORS
from pellucid.graphs.places import Turn

Compute = Callable[[Node, list[Any]], Any]
Watch = Callable[[Mapping[Turn, int], Mapping[Node, Any]], None] | None


def quietly() -> np.errstate:
    """Without the warnings of what is computed also where it is not taken.

    The derivative of the side of a choice that is not taken may be anything there.
    """
    return np.errstate(divide="ignore", invalid="ignore", over="ignore")


def evaluate(
    order: Sequence[Node], inputs: Mapping[Node, Any], kept: Sequence[Node],
    compute: Compute | None = None, watch: Watch = None,
) -> dict[Node, Any]:  # fmt: skip
    """Compute nodes in order; forget each value after its last use, but those kept.

    `watch` is shown each turn of each loop: the numbers of the turns, and the values.
    """
    walk = Walk(order, kept, watch)
    return walk.values(dict(inputs), {}, compute or computed)


class Walk:
    """Nodes in order, made ready to be walked in each turn of a loop."""

    def __init__(
        self, order: Sequence[Node], kept: Iterable[Node], watch: Watch = None
    ) -> None:
        self.parts = asked(order)
        self.order = [n for n in order if n.operation != "loop" or n in self.parts]
        self.loops = {z: Loop(z, parts, watch) for z, parts in self.parts.items()}
        self.moving = {node for node in order if depends_on_turn(node)}
        self.last_use = {a: node for node in self.order for a in node.arguments}
        self.kept = set(kept)

    def values(
        self, values: dict[Node, Any], turns: Mapping[Turn, int], compute: Compute
    ) -> dict[Node, Any]:
        """Add the values of the nodes to those that are given, in these turns."""
        for node in self.order:
            if node in self.loops:
                if any(part not in values for part in self.parts[node]):
                    values |= self.loops[node].values(values, turns, compute)
            elif node not in values:
                given = [values[a] for a in node.arguments]
                step = in_turn(node, turns) if node in self.moving else node
                values[node] = compute(step, given)
            for argument in node.arguments:
                if self.last_use[argument] is node and argument not in self.kept:
                    values.pop(argument, None)
        return values


class Loop:
    """A loop that is run for these parts of it."""

    def __init__(self, loop: Node, parts: Sequence[Node], watch: Watch = None) -> None:
        self.watch = watch
        self.loop, self.parts, self.body = loop, parts, body_of(loop)
        self.every = {p.options["of"] for p in parts if p.options["each"]}
        self.last = {p.options["of"] for p in parts if not p.options["each"]}
        order, self.kept = living(self.body, self.every | self.last)
        self.next = dict(self.body.carried)
        nexts = [self.next[before] for before in self.kept]
        kept = order if watch else [*self.every, *self.last, *nexts]
        self.walk = Walk(order, kept, watch)

    def values(
        self, around: Mapping[Node, Any], turns: Mapping[Turn, int], compute: Compute
    ) -> dict[Node, Any]:
        """The values of the parts."""
        body = self.body
        given = {i: around[a] for i, a in body.given(self.loop).items()}
        fixed = {i: given[i] for i in body.fixed}
        state = {before: given[before] for before in self.kept}
        last = {after: given[before] for after, before in body.held_by.items()}
        rows: dict[Node, dict[int, Any]] = {of: {} for of in self.every}
        for t in body.numbers(turns):
            now = self.walk.values(fixed | state, {**turns, body.turn: t}, compute)
            if self.watch:
                self.watch({**turns, body.turn: t}, now)
            state = {before: now[self.next[before]] for before in self.kept}
            last.update((of, now[of]) for of in self.last)
            for of in self.every:
                rows[of][t] = now[of]
        return {
            part: _stacked(part, rows[part.options["of"]], compute)
            if part.options["each"] else last.get(part.options["of"])
            for part in self.parts
        }  # fmt: skip


def _stacked(part: Node, rows: Mapping[int, Any], compute: Compute) -> Any:
    """The values of all turns as one array, 0 for those that were not taken."""
    values = np.zeros(part.shape, part.dtype)
    if compute is computed:
        for t, row in rows.items():
            values[t] = row
        return values
    each = [rows.get(t, row) for t, row in enumerate(values)]
    return compute(stacked([part.options["of"]] * len(each)), each)


def in_turn(node: Node, turns: Mapping[Turn, int]) -> Node:
    """A step with integers for the places that move."""
    return replace(node, options=at_turn(node.options, turns), order=node.order)


def computed(node: Node, arguments: list[Any]) -> Any:
    """The value of one node from those of its arguments."""
    if node.operation == "constant":
        return node.value
    if node.quiet:
        with quietly():
            return _computed(node, arguments)
    return _computed(node, arguments)


def _computed(node: Node, arguments: list[Any]) -> Any:
    return meaning(node)(*arguments, **node.options)


def meaning(node: Node) -> Callable[..., Any]:
    """What computes a node; of Python numbers one again, which stays weak (NEP 50)."""
    own = OPERATORS.get(node.operation) if node.weak else None
    return own or OPERATIONS[node.operation].function
