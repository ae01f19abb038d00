"""The numbers of chosen turns of loops: values and gradients, a column for each.

Only what these turns hold is kept, however long a loop is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graphs.differentiating.step_derivatives import Told
from pellucid.graphs.evaluate import Walk, computed
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.places import Place, Turn, placed
from pellucid.reading.loops.loop import Loop
from pellucid.reading.numbers import Numbers, numbers_of

BOTH = (0, -1)  # the first turn and the last


@dataclass(eq=False)
class Column:
    """One turn of each loop: by its number, or from the end.

    Parameters
    ----------
    turn : int
        Which turn, from 0; -1 is the last.
    """

    turn: int
    values: dict[Node, Any] = field(default_factory=dict)
    gradients: dict[Node, Any] = field(default_factory=dict)
    turns: dict[Turn, int] = field(default_factory=dict)

    def chosen(self, count: int) -> int:
        """The number of the turn, of so many: of fewer the last."""
        return (
            min(self.turn, count - 1) if self.turn >= 0 else max(count + self.turn, 0)
        )

    def title(self, loop: Loop) -> str:
        """The turn of a loop, and those of the loops around it, as `i = 0, j = 0`."""
        return ", ".join(map(self._turn, [*loop.chain()][::-1]))

    def _turn(self, loop: Loop) -> str:
        if isinstance(loop.body.count, Place):
            ends = {0: "first", -1: "last"}
            return f"{loop.name} {ends.get(self.turn, f'in turn {self.turn}')}"
        return f"{loop.name} = {loop.value(self.chosen(loop.body.count))}"


class Watching:
    """Keeps what chosen turns hold while a graph is computed.

    Parameters
    ----------
    columns : sequence of Column
        Which turns, and where to.
    loops : iterable of Loop
        The loops of the graph.
    """

    def __init__(self, columns: Sequence[Column], loops: Sequence[Loop]) -> None:
        self.columns = columns
        self.counts = {loop.body.turn: loop.body.count for loop in loops}

    def __call__(self, turns: Mapping[Turn, int], values: Mapping[Node, Any]) -> None:
        """See a turn of a loop."""
        for column in self.columns:
            if all(t == self._chosen(column, x, turns) for x, t in turns.items()):
                column.turns |= turns
                column.values |= values

    def _chosen(self, column: Column, turn: Turn, turns: Mapping[Turn, int]) -> int:
        return column.chosen(placed(self.counts[turn], turns))


def numbers_in_turns(
    graph: Graph, args: tuple[Any, ...], loops: Sequence[Loop], turns: Sequence[int]
) -> tuple[Numbers, list[Column]]:
    """The numbers of a graph, and those of the nodes of its loops in these turns."""
    columns = [Column(turn) for turn in turns]
    told: Told = {}
    watch = Watching(columns, loops) if loops else None
    numbers = numbers_of(graph, args, watch, told)
    with np.errstate(all="ignore"):
        for column in columns:
            column.gradients = _gradients(told, column)
    return numbers, columns


def _gradients(told: Told, column: Column) -> dict[Node, Any]:
    """The gradient of each node of a body, where the turn has what it is made of."""
    found, values = {}, dict(column.values)
    for node, (g, counts) in told.items():
        order = ancestors([g, counts] if counts else [g], stop=values)
        if not values or any(z.is_input or z.operation == "loop" for z in order):
            continue
        Walk(order, order).values(values, column.turns, computed)
        value = np.broadcast_to(values[g], node.shape)
        found[node] = np.where(values[counts], value, 0) if counts else value
    return found
