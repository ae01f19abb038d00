"""Which way a function went: what a graph asks on its way, and what it answered.

A graph is one path of a function. Its guards are written as conditions, `if x > 0`, in
their places among the steps; what only they need, and has no name, is part of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.source.spelling import (
    ATOM,
    COMPARISON,
    Spelling,
    bound,
    reference,
    spelt,
)

LONGEST = 64  # characters of a condition that is written in one piece
ALL = 4  # conditions of one line, one after another, that are told in full
LISTED = 4  # lines that a sentence names
NOTHING: Mapping[Node, str] = MappingProxyType({})


@dataclass(frozen=True)
class Left:
    """How many conditions of one line are left out."""

    count: int
    line: tuple[str, int] | None


def asked(graph: Graph) -> list[Node]:
    """The nodes that only guards need, in order."""
    if not graph.guards:
        return []
    needed = set(graph.unguarded.order)
    return [node for node in graph.order if node not in needed]


def questions(graph: Graph) -> list[Guard]:
    """The guards without those that ask again what was asked before."""
    conditions = Conditions(graph)
    found: dict[tuple[str, bool], Guard] = {}
    for guard in graph.guards:
        found.setdefault((conditions.text(guard), truth(guard)), guard)
    return [*found.values()]


def guards_of(graph: Graph) -> dict[Node, list[Guard]]:
    """The guards that ask for each node."""
    found: dict[Node, list[Guard]] = {}
    for guard in graph.guards:
        found.setdefault(guard.node, []).append(guard)
    return found


# -- conditions -----------------------------------------------------------------------


class Conditions:
    """How the questions of a graph are written, and which nodes are part of them.

    Nodes are written by their names, or by what else they are called.
    """

    def __init__(self, graph: Graph, names: Mapping[Node, str] = NOTHING) -> None:
        self.names = names
        self.within: dict[Node, Spelling] = {}
        for node in asked(graph):
            spelling = self.spelling(node)
            short = is_numbered(node.name) and len(spelling.text) <= LONGEST
            if node.is_literal or (short and node.operation != "assign"):
                self.within[node] = spelling

    def spelling(self, node: Node) -> Spelling:
        """How a node is computed, by the names of those that have a line."""
        return spelt(node, [self.reference(a) for a in node.arguments])

    def reference(self, node: Node) -> Spelling:
        """A node by its name, or written out where it has no line."""
        if node in self.names:
            return Spelling(self.names[node], ATOM)
        return self.within.get(node) or reference(node)

    def text(self, guard: Guard) -> str:
        """What was asked, in NumPy: `x > 0`, `np.floor(x) == 3`."""
        return condition(guard, self.reference(guard.node))


def condition(guard: Guard, asked: Spelling) -> str:
    """What was asked, true or not: a truth value, or which whole number it is."""
    if guard.is_boolean:
        return asked.text
    return f"{bound(asked, COMPARISON + 1)} == {guard.answer}"


def truth(guard: Guard) -> bool:
    """Whether the condition was true."""
    return bool(guard.answer) if guard.is_boolean else True


def told(graph: Graph, conditions: Conditions) -> Iterator[Node | Guard | Left]:
    """The nodes with a line of their own, and each guard after what it asks.

    Of many guards of one line, as `sorted` has, the first and the last are told.
    """
    for _, group in groupby(_in_place(graph, conditions), _asking):
        run = [*group]
        if isinstance(run[0], Node) or len(run) <= ALL:
            yield from run
        else:
            yield from (*run[: ALL - 2], Left(len(run) - ALL + 1, run[0].line), run[-1])


def _in_place(graph: Graph, conditions: Conditions) -> Iterator[Node | Guard]:
    guards = guards_of(graph)
    for node in graph.nodes:
        if node not in conditions.within:
            yield node
        yield from guards.get(node, ())


def _asking(each: Node | Guard) -> object:
    """The line that a guard stands for; None for a node."""
    return (each.line, each.code) if isinstance(each, Guard) else None


# -- sentences ------------------------------------------------------------------------


def is_path(graph: Graph) -> str:
    """That the graph is one path, and where others turn; "" for the whole function."""
    if not graph.guards:
        return ""
    lines = [guard.line for guard in graph.guards if guard.line]
    places = [*lines, *(node.line for node in graph.order if node.line)]
    where = _lines(lines, with_file=len({file for file, _ in places}) > 1)
    return (
        f"This is one path of {graph.title}: other arguments may go another way"
        f"{f' at {where}' if where else ''}."
    )


def _lines(lines: Iterable[tuple[str, int]], with_file: bool) -> str:
    """`line 4`, `lines 4, 7 and 9`; with the file where there are several."""
    named = [f"{os.path.basename(file)}, line {number}" if with_file else str(number)
             for file, number in dict.fromkeys(lines)]  # fmt: skip
    if len(named) > LISTED:
        named = [*named[: LISTED - 1], f"{len(named) - LISTED + 1} more"]
    *first, last = named or [""]
    comma = "; " if with_file else ", "
    listed = f"{comma.join(first)} and {last}" if first else last
    if with_file or not last:
        return listed
    return f"{'lines' if first else 'line'} {listed}"
