"""The numbers of chosen turns of loops: values and gradients, a column for each.

Only what these turns hold is kept, however long a loop is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.errors import GradientError
from pellucid.graphs.differentiating.step_derivatives import Told, adjoints
from pellucid.graphs.evaluate import evaluate, quietly
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.places import Place, Turn
from pellucid.reading.loops.loop import Loop
from pellucid.reading.numbers import Numbers, known_values

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
        return min(self.turn, count - 1) if self.turn >= 0 else max(count + self.turn, 0)

    def title(self, loop: Loop) -> str:
        """The turn of a loop, as `t = 0`."""
        if isinstance(loop.body.count, Place):
            return {0: "first turn", -1: "last turn"}.get(self.turn, f"turn {self.turn}")
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
        count = self.counts[turn]
        return column.chosen(count.at(turns) if isinstance(count, Place) else count)


def columns_of(
    graph: Graph,
    args: tuple[Any, ...],
    numbers: Numbers,
    loops: Sequence[Loop],
    turns: Sequence[int],
) -> list[Column]:
    """The numbers of the nodes of bodies in these turns; none without arguments."""
    columns = [Column(turn) for turn in turns]
    if not numbers.values:
        return columns
    told: Told = {}
    backward: Mapping[Node, Node] = {}
    if numbers.gradients:
        try:
            backward = adjoints(graph, told)
        except GradientError:
            told = {}
    order = ancestors((*graph.order, *backward.values()))
    watching = Watching(columns, loops)
    with np.errstate(all="ignore"), quietly():
        evaluate(order, known_values(graph, args), (), watch=watching)
    for column in columns:
        column.gradients = _gradients(told or {}, column.values)
    return columns


def _gradients(
    told: Mapping[Node, tuple[Node, Node | None]], values: Mapping[Node, Any]
) -> dict[Node, Any]:
    """The gradient of each node of a body, where a turn has it."""
    found = {}
    for node, (g, counts) in told.items():
        if g in values and (counts is None or counts in values):
            value = np.broadcast_to(values[g], node.shape)
            found[node] = np.where(values[counts], value, 0) if counts else value
    return found
