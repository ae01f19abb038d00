"""A loop: one node with a body, which is a graph that is run again and again.

    loop(*starts, *fixed; body)     part(loop; of, each)

The loop is run for what is asked of it by its parts: the last value of a node of its
body, or those of all turns, stacked. Any node of the body may be asked for, so that a
backward pass asks for what it needs and the loop itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.graphs.node import Node, ancestors, by_order
from pellucid.graphs.places import (
    Number,
    Place,
    Turn,
    least,
    most,
    moves,
    of_turn,
    placed,
    places_in,
)


@dataclass(frozen=True, eq=False, repr=False)
class Body:
    """One turn of a loop as a graph.

    Its nodes are ordinary nodes; each begins with its inputs, or with constants, which
    are the same inside and outside.

    Parameters
    ----------
    turn : Turn
        The number of the turn, which places in indices are made of.
    count : int or Place
        How often it turns; in an inner loop it may change with the outer one.
    carried : tuple of (Node, Node)
        Inputs that hold what an earlier turn gave, and the nodes that give it to the
        next. In the first turn (the last, when reversed) they hold the first arguments
        of the loop.
    fixed : tuple of Node
        Inputs that are the same in each turn: the further arguments of the loop.
    is_reversed : bool
        Whether the turns are taken from the last to the first.
    sums : frozenset of Node
        The carried inputs that are sums over the turns, and are read for nothing else.
    """

    turn: Turn
    count: Number
    carried: tuple[tuple[Node, Node], ...]
    fixed: tuple[Node, ...]
    is_reversed: bool = False
    sums: frozenset[Node] = frozenset()

    @property
    def most(self) -> int:
        """How often it turns at most."""
        return most(self.count)

    @property
    def may_not_turn(self) -> bool:
        """Whether there may be no turn at all."""
        return least(self.count) < 1

    @property
    def inputs(self) -> tuple[Node, ...]:
        """All inputs, in the order of the arguments of the loop."""
        return (*(before for before, _ in self.carried), *self.fixed)

    @property
    def held_by(self) -> dict[Node, Node]:
        """The input that holds a node in the next turn, the first one of several."""
        return {after: before for before, after in reversed(self.carried)}

    def given(self, loop: Node) -> dict[Node, Node]:
        """The argument of the loop that each input holds, at first or always."""
        return dict(zip(self.inputs, loop.arguments, strict=True))

    def numbers(self, turns: Mapping[Turn, int]) -> Iterable[int]:
        """The numbers of the turns, in order, in these turns of the loops around."""
        count = placed(self.count, turns)
        return reversed(range(count)) if self.is_reversed else range(count)

    def __repr__(self) -> str:
        return f"<Body {self.turn} of {self.count}>"


def loop(body: Body, arguments: Sequence[Node], line: Any = None) -> Node:
    """The node of a loop; what it gives is asked for by `part`."""
    known = _is_known(body, arguments)
    return Node(
        "loop", tuple(arguments), (), np.dtype(float), {"body": body}, line=line,
        known=known,
    )  # fmt: skip


def input_like(node: Node, name: str = "") -> Node:
    """An input of a body that holds such values."""
    made = Node("input", (), node.shape, node.dtype, weak=node.weak)
    made.christen(name)
    return made


def part(of_loop: Node, of: Node, each: bool) -> Node:
    """The last value of a node of a body, or the values of all turns, stacked.

    Where a loop turns no time, the last value of a carried node is its start. Where it
    turns less often than `most`, the further values are 0.
    """
    shape = (of_loop.options["body"].most, *of.shape) if each else of.shape
    return Node(
        "part", (of_loop,), shape, of.dtype, {"of": of, "each": each},
        of.weak and not each, of.line, known=_gives_known(of_loop, of), quiet=of.quiet,
        derived=of.derived,
    )  # fmt: skip


def _is_known(body: Body, arguments: Iterable[Node]) -> bool:
    """Whether all that a loop carries depends on no input, nor on a turn around it."""
    ends = [now for _, now in body.carried]
    return all(a.known for a in arguments) and not _moves_around(body, ends)


def _gives_known(of_loop: Node, of: Node) -> bool:
    """Whether this is so of what a loop gives, too."""
    return of_loop.known and not _moves_around(of_loop.options["body"], [of])


def _moves_around(body: Body, ends: Iterable[Node]) -> bool:
    """Whether some of these move with the turn of a loop around this one."""
    order = ancestors(ends)
    loops = [node for node in with_bodies(order) if node.operation == "loop"]
    inside = {body.turn, *(body_of(loop).turn for loop in loops)}
    places = places_within(order)
    return any(turn not in inside for place in places for turn, _ in place.terms)


def body_of(node: Node) -> Body:
    """The body of a loop, or of the loop that a part is of."""
    source = node if node.operation == "loop" else node.arguments[0]
    body: Body = source.options["body"]
    return body


def asked(order: Iterable[Node]) -> dict[Node, list[Node]]:
    """The parts that are asked of each loop."""
    found: dict[Node, list[Node]] = {}
    for node in order:
        if node.operation == "part":
            found.setdefault(node.arguments[0], []).append(node)
    return found


def wanted_by(parts: Iterable[Node]) -> list[Node]:
    """The nodes of a body that parts of its loop give."""
    return [part.options["of"] for part in parts]


def living(body: Body, wanted: Iterable[Node]) -> tuple[list[Node], list[Node]]:
    """The nodes of a body that some of them need, in order; and the carried inputs."""
    following = dict(body.carried)
    found: set[Node] = set()
    waiting = list(wanted)
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        found.add(node)
        waiting += node.arguments
        if node in following:
            waiting.append(following[node])
    return sorted(found, key=by_order), [i for i in following if i in found]


def with_bodies(order: Iterable[Node]) -> Iterator[Node]:
    """Nodes, and those of the bodies of their loops, which these need."""
    order = list(order)
    parts = asked(order)
    for node in order:
        yield node
        for body in [body_of(node)] if node in parts else []:
            needed, _ = living(body, wanted_by(parts[node]))
            yield from with_bodies(needed)


def places_within(order: Iterable[Node]) -> Iterator[Place]:
    """The places in steps and in those of their loops, and how often these turn."""
    for node in with_bodies(order):
        is_loop = node.operation == "loop"
        for value in [body_of(node).count] if is_loop else node.options.values():
            yield from places_in(value)


def behind(ends: Iterable[Node], order: Iterable[Node]) -> set[Node]:
    """What nodes are computed from, on both sides of the borders of loops."""
    held: dict[Node, list[Node]] = {}
    for loop in order:
        if loop.operation == "loop":
            for before, argument in body_of(loop).given(loop).items():
                held[before] = [argument]
            for before, after in body_of(loop).carried:
                held[before].append(after)
    found: set[Node] = set()
    waiting = list(ends)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            is_part = node.operation == "part"
            waiting += [node.options["of"]] if is_part else node.arguments
            waiting += held.get(node, [])
    return found


def with_body(loop: Node, body: Body, arguments: Sequence[Node]) -> Node:
    """The same loop with another body, on what its inputs begin with now."""
    known = _is_known(body, arguments)
    made = loop.remade(tuple(arguments))
    return replace(made, options={"body": body}, known=known, order=made.order)


def with_inputs(
    loop: Node, more: Mapping[Node, tuple[Node | None, Node]]
) -> Node:  # fmt: skip
    """The same loop with further inputs: what each holds next, or None; and first."""
    body, given = body_of(loop), body_of(loop).given(loop)
    given |= {before: start for before, (_, start) in more.items()}
    pairs = [(before, after) for before, (after, _) in more.items() if after]
    fixed = [before for before, (after, _) in more.items() if not after]
    carried = (*body.carried, *pairs)
    made = replace(body, carried=carried, fixed=(*body.fixed, *fixed))
    return with_body(loop, made, [given[before] for before in made.inputs])


def with_nodes(
    loop: Node, arguments: Sequence[Node], now: Mapping[Node, Node],
    wanted: Sequence[Node],
) -> Node:  # fmt: skip
    """A loop on these arguments, when nodes of its body have become others.

    What none of those that are wanted needs is left out.
    """
    body = body_of(loop)
    carried = [(before, now.get(after, after)) for before, after in body.carried]
    order, kept = living(replace(body, carried=tuple(carried)), wanted)
    needed = set(order)
    pairs = tuple([(before, after) for before, after in carried if before in kept])
    fixed = tuple([i for i in body.fixed if i in needed])
    if (pairs, fixed) == (body.carried, body.fixed):
        same = tuple(arguments) == loop.arguments
        return loop if same else with_body(loop, body, arguments)
    given = dict(zip(body.inputs, arguments, strict=True))
    sums = body.sums & needed
    made = replace(body, carried=pairs, fixed=fixed, sums=sums)
    return with_body(loop, made, [given[i] for i in made.inputs])


def remade_part(part: Node, loop: Node, of: Node) -> Node:
    """The same part of another loop, under the name that it has."""
    if (loop, of) == (part.arguments[0], part.options["of"]):
        return part
    made = part.remade((loop,))
    options = {"of": of, "each": part.options["each"]}
    known = _gives_known(loop, of)
    return replace(made, options=options, known=known, order=made.order)


def depends_on_turn(node: Node) -> bool:
    """Whether a step reads another place in each turn, or is the number of it."""
    return any(map(moves, node.options.values()))


def at_turn(options: Mapping[str, Any], turns: Mapping[Turn, int]) -> dict[str, Any]:
    """The options of a step in one turn."""
    return {key: placed(value, turns) for key, value in options.items()}


def here(body: Body) -> tuple[Place]:
    """The index of the turn at hand, in what holds the values of all turns."""
    return (of_turn(body.turn),)


def reading(array: Node, at: tuple[Any, ...], weak: bool = False) -> Node:
    """The node that reads an array at a place that may move."""
    known = array.known and not moves(at)
    if weak:
        return Node("entry", (array,), (), array.dtype, {"at": at}, True, known=known)
    shape = np.broadcast_to(np.empty(()), array.shape)[placed(at)].shape
    return Node("index", (array,), shape, array.dtype, {"at": at}, known=known)


def stacked(nodes: Sequence[Node]) -> Node:
    """The nodes of all turns as one array."""
    first = nodes[0]
    return Node("stack", tuple(nodes), (len(nodes), *first.shape), first.dtype,
                {"axis": 0}, known=all(node.known for node in nodes))  # fmt: skip
