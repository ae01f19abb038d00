"""The backward pass through a loop: a loop that turns the other way.

A value of one turn reaches the result through that turn, and through the turns after
it. So the adjoints of what is carried are carried back: they begin as those of the last
values, and each turn makes of them, and of the adjoints of its own values, those of the
turn before. What is the same in all turns gets a sum over the turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.graphs import bodies
from pellucid.graphs.derivatives.choices import Mask
from pellucid.graphs.differentiating.adjoint import (
    Adjoint,
    expanded,
    finished,
    named_after,
    of_dtype,
    traced,
)
from pellucid.graphs.differentiating.poles import Poles
from pellucid.graphs.differentiating.risks import NOTHING, POLES, Inside
from pellucid.graphs.differentiating.turned_back import TurnedBack
from pellucid.graphs.node import Node, ancestors, constant
from pellucid.graphs.rewriting import arithmetic
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import lifted, node_of, recorded

Walk = Callable[[Recorder, dict[Node, Adjoint], Poles], None]
BOOL = np.dtype(bool)


def through_turns(
    recorder: Recorder, walk: Walk, loop: Node, adjoint: Mapping[Node, Adjoint],
    poles: Poles,
) -> list[tuple[Node, Adjoint]]:  # fmt: skip
    """What all turns of a loop together contribute to the adjoints of its arguments."""
    inside = poles.loops[loop]
    seeds = {part: adjoint[part] for part in inside.parts if part in adjoint}
    if not seeds:
        return []
    if not inside.body.most:
        return _to_starts(inside, seeds)
    with recorder.on_behalf_of(loop):
        return WayBack(recorder, inside, seeds, poles).contributions(walk)


def _to_starts(
    inside: Inside, seeds: Mapping[Node, Adjoint]
) -> list[tuple[Node, Adjoint]]:
    """What a loop that never turns contributes: its last values are their starts."""
    start = {now: inside.given[i] for now, i in inside.body.held_by.items()}
    of = {part: part.options["of"] for part in seeds if not part.options["each"]}
    return [(start[of[part]], seeds[part]) for part in of if of[part] in start]


@dataclass(eq=False)
class Held:
    """An adjoint that a turn takes from a later one, and hands on to an earlier one.

    Parameters
    ----------
    of : Node
        What it is the adjoint of, in the turn that takes it: a value, or an input.
    to : Node or None
        The input whose adjoint is handed on; None where that is 0.
    g : Node
        The input that holds it.
    mask : Node or None
        The input that holds where it counts.
    """

    of: Node
    to: Node | None
    g: Node
    mask: Node | None


class WayBack:
    """The loop that goes back through another.

    Parameters
    ----------
    recorder : Recorder
        Of the derivative.
    inside : Inside
        The loop that is gone back through.
    seeds : dict of Node to Adjoint
        The adjoints of its parts.
    poles : Poles
        Of the pass that has reached it.
    """

    def __init__(
        self, recorder: Recorder, inside: Inside, seeds: Mapping[Node, Adjoint],
        poles: Poles,
    ) -> None:  # fmt: skip
        self.recorder, self.inside, self.poles = recorder, inside, poles
        self.last: dict[Node, Adjoint] = {}
        self.each: dict[Node, Adjoint] = {}
        for part, g in seeds.items():
            room = self.each if part.options["each"] else self.last
            of, g = part.options["of"], _whole(g, part)
            room[of] = room[of] + g if of in room else g
        self.masked: set[Node] = set()  # values whose adjoint turns out to have a mask
        self.bare: set[Node] = set()  # those of which it is handed on without zeros
        self.body = TurnedBack(inside, recorder)
        self.held: list[Held] = []
        self.totals: list[Held] = []
        self.starts: dict[Node, Node] = {}  # of the inputs that hold them

    def contributions(self, walk: Walk) -> list[tuple[Node, Adjoint]]:
        """Go back through one turn, and take what comes out of all of them.

        What one turn hands on to the one before it, a mask or a pole, may call for more
        in a turn: until nothing new comes.
        """
        inside, poles = self.inside, self.poles
        ahead = {part.options["of"] for part in inside.parts if part in poles.ahead}
        chosen = [i for i in inside.leaves if inside.given[i] in poles.chosen]
        while True:
            self.held = list(self._held())
            self.given = {of: self._each(of, g) for of, g in self.each.items()}
            with self.recorder.inside(arithmetic.simplifying(inside.order)):
                adjoint = self._seeds()
                zeros = poles.zeros.inside(inside.loop)
                inner = Poles(inside.risks, zeros, ahead, chosen)
                inner.told = poles.told
                walk(self.recorder, adjoint, inner)
                if self._calls_for_more(adjoint, inner, ahead):
                    continue
                ends = self._ends(adjoint)
                told = _nodes_of(adjoint) if poles.told is not None else []
                nodes = self.body.nodes([*(now for _, now in ends), *told])
                ends = list(zip((before for before, _ in ends), nodes, strict=False))
                became = _told_apart(ends) if inside.body.may_not_turn else dict(ends)
                if poles.told is not None:
                    poles.told |= self._told(adjoint)
            break
        poles.ahead |= {inside.given[i] for i in inside.leaves if i in inner.ahead}
        return list(self._contributed(became))

    def _told(
        self, adjoint: Mapping[Node, Adjoint]
    ) -> dict[Node, tuple[Node, Node | None]]:
        """The nodes that hold the adjoints of a turn, and where they count."""
        became = self.body.became
        found: dict[Node, tuple[Node, Node | None]] = {}
        for of, g in adjoint.items():
            counts = became[node_of(g.mask.array)] if g.mask else None
            found[of] = became[node_of(g.g)], counts
        return found

    # -- what a turn takes ------------------------------------------------------------

    def _held(self) -> Iterator[Held]:
        """What a turn takes from a later one, or from after the loop."""
        carried, leaves = self.inside.body.carried, set(self.inside.leaves)
        first = self.inside.body.held_by
        reached, taken = self._reached(), set[Node]()
        for before, now in carried:
            if before in leaves and before in reached:
                is_first = first[now] is before  # whose start it is if nothing turns
                seed = self.last.get(now) if is_first else None
                if seed:
                    taken.add(now)
                yield self._holding(now, before, seed)
        for of, seed in self.last.items():
            if of not in taken:
                yield self._holding(of, None, seed)

    def _reached(self) -> set[Node]:
        """The nodes through which any turn reaches what is asked of any."""
        ends = {*self.last, *self.each}
        carried = self.inside.body.carried
        if self.inside.body.may_not_turn:
            ends |= {before for before, now in carried if now in self.last}
        while True:
            found = set(ancestors(ends))
            more = {now for before, now in carried if before in found} - ends
            if not more:
                return found
            ends |= more

    def _holding(self, of: Node, to: Node | None, seed: Adjoint | None) -> Held:
        """The adjoint of a value that is held, with a mask where it needs one."""
        mask = _input(of, BOOL) if self._has_mask(of, to, seed) else None
        held = Held(of, to, _input(of, of.dtype), mask)
        g = seed and (seed.g if mask and of in self.bare else seed.settled)
        self.starts[held.g] = _strong(node_of(finished(self.recorder, of, g)))
        if mask:
            self.starts[mask] = node_of(_mask_of(seed, of))
        return held

    def _each(self, of: Node, g: Adjoint) -> tuple[Node, Node | None]:
        """The adjoints of all turns of a value, and where they count."""
        if g.mask is None or self.inside.risks.behind.get(of, NOTHING) == NOTHING:
            return node_of(g.settled), None
        return node_of(g.g), node_of(g.mask.array)

    def _has_mask(self, of: Node, to: Node | None, seed: Adjoint | None) -> bool:
        """Whether it is held where an adjoint counts: where zeros may meet a pole.

        So it is also where it begins as 0 and the last turn says no more of it.
        """
        behind = self.inside.risks.behind.get(of, NOTHING)
        begins = behind == POLES and (to is None or (not seed and self._is_late(of)))
        masked = of in self.masked or bool(seed and seed.mask is not None)
        return behind > NOTHING and (begins or masked)

    def _is_late(self, of: Node) -> bool:
        """Whether only later turns know of a value."""
        return of not in set(ancestors([*self.last, *self.each]))

    def _seeds(self) -> dict[Node, Adjoint]:
        """The adjoints that a turn is given, from later turns and from after the loop.

        To be called inside of the body.
        """
        found: dict[Node, Adjoint] = {}
        for held in self.held:
            g = self._adjoint(held.g, held.mask, held.of not in self.bare)
            found[held.of] = found[held.of] + g if held.of in found else g
        for of, (whole, counts) in self.given.items():
            mask = self.body.read(counts) if counts else None
            g = self._adjoint(self.body.read(whole), mask, self.each[of].has_zeros)
            found[of] = found[of] + g if of in found else g
        return found

    def _adjoint(self, g: Node, mask: Node | None, has_zeros: bool) -> Adjoint:
        """An adjoint of nodes."""
        counts = Mask(lifted(mask, self.recorder)) if mask else None
        return Adjoint(lifted(g, self.recorder), counts, has_zeros)

    def _calls_for_more(
        self, adjoint: Mapping[Node, Adjoint], inner: Poles, ahead: set[Node]
    ) -> bool:
        """Note what a turn hands on that it was not given: masks, and poles ahead."""
        behind, noted = self.inside.risks.behind, (self.masked, self.bare, ahead)
        before = sum(map(len, noted))
        for held in self.held:
            g = adjoint.get(held.to) if held.to else None
            risk = behind.get(held.of, NOTHING)
            # Where a turn hands nothing on, earlier ones begin as 0.
            masked = risk == POLES if g is None else g.mask and risk > NOTHING
            if held.to and masked and not held.mask:
                self.masked.add(held.of)
            if g and g.mask and held.mask and not g.has_zeros:
                self.bare.add(held.of)
            if held.to in inner.ahead:
                ahead.add(held.of)
        return sum(map(len, noted)) > before

    # -- what it hands on -------------------------------------------------------------

    def _ends(self, adjoint: Mapping[Node, Adjoint]) -> list[tuple[Node, Node]]:
        """What the inputs that are carried become; to be called inside of the body."""
        self.totals = list(self._totals(adjoint))
        ends: list[tuple[Node, Node]] = []
        for held in self.held:
            ends += self._handed_on(held, adjoint.get(held.to) if held.to else None)
        sums = [of_dtype(total.of.dtype, traced(adjoint[total.of].settled))
                for total in self.totals]  # fmt: skip
        self.body.count_uses([*(now for _, now in ends), *map(node_of, sums)])
        ends = [(before, self.body.tidied(now)) for before, now in ends]
        for total, g in zip(self.totals, sums, strict=True):
            so_far = self.body.summed(lifted(total.g, self.recorder), g)
            now = _strong(node_of(so_far))
            now.christen(now.name or total.g.name)
            ends.append((total.g, now))
            if total.mask:
                mask = lifted(total.mask, self.recorder)
                counts = mask | _mask_of(adjoint[total.of], total.of)
                ends.append((total.mask, node_of(counts)))
        return ends

    def _totals(self, adjoint: Mapping[Node, Adjoint]) -> Iterator[Held]:
        """The sums over the turns, of adjoints of what is the same in all of them."""
        leaves = set(self.inside.leaves)
        for fixed in self.inside.body.fixed:
            if fixed in leaves and fixed in adjoint:
                masked = adjoint[fixed].mask and self.inside.risks.wrt[fixed] > NOTHING
                mask = _input(fixed, BOOL) if masked else None
                total = Node("input", (), fixed.shape, fixed.dtype)
                total.christen(self._name(fixed))
                yield Held(fixed, fixed, total, mask)

    def _name(self, fixed: Node) -> str:
        """What the sum over the adjoints of an input is called."""
        around = self.inside.given[fixed]
        while around.operation == "copy":  # by which uses are kept apart
            (around,) = around.arguments
        name = fixed.name or ("" if is_numbered(around.name) else around.name)
        return name and f"d{name}"

    def _handed_on(self, held: Held, g: Adjoint | None) -> Iterator[tuple[Node, Node]]:
        """What the inputs that hold an adjoint become."""
        is_bare = held.mask and held.of in self.bare
        value = g and (g.g if is_bare else g.settled)
        now = finished(self.recorder, held.g, value)
        yield held.g, self._named(held.to or held.of, now)
        if held.mask:
            yield held.mask, node_of(_mask_of(g, held.of))

    def _named(self, node: Node, g: Any) -> Node:
        """An adjoint as a node that is called so, and is an array."""
        return _strong(node_of(named_after(self.recorder, node, g)))

    # -- the loop ---------------------------------------------------------------------

    def _made(self, became: Mapping[Node, Node]) -> Node:
        """The loop; what never changes is the same in all turns."""
        forward = self.inside.loop
        carried = {i: now for i, now in became.items() if now is not i}
        still = [i for i in became if i not in carried]
        starts = [self._start(i) for i in (*carried, *still)]
        given, fixed = self.body.fixed.keys(), self.body.fixed.values()
        sums = frozenset(total.g for total in self.totals)
        body = replace(
            self.inside.body, carried=tuple(carried.items()), fixed=(*still, *fixed),
            is_reversed=not self.inside.body.is_reversed, sums=sums,
        )  # fmt: skip
        return self.body.around(bodies.loop(body, (*starts, *given), forward.line))

    def _start(self, held: Node) -> Node:
        """What an input of the body holds at first; sums begin with zeros."""
        if held not in self.starts:
            zeros = recorded("zeros", shape=held.shape, dtype=held.dtype)
            self.starts[held] = node_of(zeros)
        return self.starts[held]

    def _contributed(self, became: Mapping[Node, Node]) -> Iterator[Any]:
        """What the loop gives to each argument of the other."""
        loop = self._made(became)

        def last(held: Node) -> Node:
            now = became[held]
            if now is held:
                return self._start(held)
            return self.body.around(bodies.part(loop, now, each=False))

        for held in (*self.held, *self.totals):
            argument = self.inside.given[held.to] if held.to else None
            if argument in self.poles.behind:
                mask = last(held.mask) if held.mask else None
                g = self._adjoint(last(held.g), mask, held.of not in self.bare)
                may_meet = self.poles.may_meet(argument)
                yield argument, g if may_meet else Adjoint(g.settled)


def _told_apart(ends: list[tuple[Node, Node]]) -> dict[Node, Node]:
    """What inputs become, each a node of its own: where nothing turns, its start."""
    found: dict[Node, Node] = {}
    for before, now in ends:
        is_taken = now in found.values()
        found[before] = node_of(recorded("positive", now)) if is_taken else now
    return found


def _nodes_of(adjoint: Mapping[Node, Adjoint]) -> Iterator[Node]:
    """The nodes of adjoints, and of where they count."""
    for g in adjoint.values():
        yield node_of(g.g)
        if g.mask:
            yield node_of(g.mask.array)


def _input(of: Node, dtype: Any) -> Node:
    """An input of a body that holds the adjoint of a node, or where it counts."""
    made = Node("input", (), of.shape, dtype)
    made.christen(f"d{of.name}" if of.name and dtype != BOOL else "")
    return made


def _whole(g: Adjoint, node: Node) -> Adjoint:
    """An adjoint in the shape of its node."""
    mask = g.mask and Mask(expanded(g.mask.array, node))
    return Adjoint(expanded(g.g, node), mask, g.has_zeros)


def _mask_of(g: Adjoint | None, node: Node) -> Any:
    """Where an adjoint counts, as an array: nowhere, if there is none."""
    if g is not None and g.mask is not None:
        return expanded(g.mask.array, node)
    operation = "zeros" if g is None else "ones"
    return recorded(operation, shape=node.shape, dtype=BOOL)


def _strong(node: Node) -> Node:
    """A node as an array; a Python number would take another dtype."""
    if node.weak and node.is_literal:
        return constant(node.dtype.type(node.value))
    return node_of(recorded("cast", node, dtype=node.dtype)) if node.weak else node
