"""A derivative in many directions as a loop: one backward pass, in each turn another.

Only what the direction moves is in the loop; all else is computed once, before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pellucid.graphs import bodies, structure
from pellucid.graphs.bodies import Body
from pellucid.graphs.folding.folded import SAVING
from pellucid.graphs.node import Node, ancestors, constant, depending
from pellucid.graphs.places import Turn, of_turn
from pellucid.graphs.rewriting import arithmetic
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import Traced, current, lifted, node_of, recorded

Derive = Callable[[Any], Any]
FEW = 3  # directions up to which each has a pass of its own


def for_each(derive: Derive, directions: Any) -> Any:
    """What is derived for each direction, stacked; None where a loop saves little."""
    count, recorder = len(directions), current()
    if count < FEW:
        return None
    turn = Turn(count=count)
    with recorder.inside(arithmetic.simplifying(())):
        seed = recorded("index", constant(directions), at=(of_turn(turn),))
        found = derive(seed)
    traced = [leaf for leaf in structure.leaves(found) if isinstance(leaf, Traced)]
    ends = [node_of(leaf) for leaf in traced]
    order = ancestors(ends)
    moving = depending(order, [seed.node])
    if not moving.issuperset(ends) or (count - 1) * len(moving) < SAVING:
        return None
    made = _loop(recorder, Body(turn, count, (), ()), ends, order, moving)
    stacked = (lifted(node, recorder) for node in made)
    return structure.mapped(
        lambda leaf: next(stacked) if isinstance(leaf, Traced) else leaf, found
    )


def _loop(
    recorder: Recorder, body: Body, ends: list[Node], order: list[Node],
    moving: set[Node],
) -> list[Node]:  # fmt: skip
    """The values of all turns, of a loop of the steps that move."""
    fixed: dict[Node, Node] = {}
    now: dict[Node, Node] = {}
    for node in order:
        if node in moving:
            arguments = tuple([a if a.is_constant else now[a] for a in node.arguments])
            same = arguments == node.arguments
            now[node] = node if same else node.remade(arguments)
        elif not node.is_constant:
            now[node] = fixed[node] = bodies.input_like(node, node.name)
    inner = {a for node in moving for a in now[node].arguments}
    given = {node: held for node, held in fixed.items() if held in inner}
    body = replace(body, fixed=tuple(given.values()))
    made = recorder.taken(bodies.loop(body, tuple(given)))
    return [recorder.taken(bodies.part(made, now[end], each=True)) for end in ends]
