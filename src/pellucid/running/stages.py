"""A graph run in two stages: what the later inputs do not reach is computed once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection
from typing import Any

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.running.numpy import Program


class Stages:
    """A program for many values of some inputs and one value of the others.

    Parameters
    ----------
    graph : Graph
        What to run.
    later : collection of Node
        The inputs that come again and again.
    program : callable
        Makes a graph runnable: the `Program` of a target.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> g = pl.graph(lambda w, v: np.exp(w) * v, 0.0, 0.0)
    >>> stages = Stages(g, later=g.inputs[1:])
    >>> stages.begin(1.0)
    >>> [round(float(stages.finish(v)[0]), 6) for v in (1.0, 2.0)]
    [2.718282, 5.436564]
    """

    def __init__(
        self, graph: Graph, later: Collection[Node],
        program: Callable[[Graph], Any] = Program,
    ) -> None:  # fmt: skip
        reached = graph.depending(later)
        used = [a for n in reached for a in n.arguments] + list(graph.outputs)
        early_guards = [guard for guard in graph.guards if guard.node not in reached]
        passed = {n: _input(n) for n in used if n not in reached and not n.known}
        early = [node for node in graph.inputs if node not in reached]
        self._passes = bool(passed or early_guards)  # of a quadratic cost, nothing
        self._first = program(_part(graph, early, list(passed), early_guards))
        second = dict(passed)
        for node in graph.order:
            if node in reached:
                arguments = tuple(second.get(a, a) for a in node.arguments)
                second[node] = node.remade(arguments, node.order)
        inputs = [second[node] for node in later] + list(passed.values())
        outputs = [second.get(n, n) for n in graph.outputs]
        guards = [dataclasses.replace(guard, node=second[guard.node])
                  for guard in graph.guards if guard.node in reached]  # fmt: skip
        self._second = program(_part(graph, inputs, outputs, guards))
        self._kept: tuple[Any, ...] = ()

    def begin(self, *early: Any) -> None:
        """Compute what depends on the early inputs alone."""
        self._kept = self._first.run(*early) if self._passes else ()

    def finish(self, *later: Any) -> tuple[Any, ...]:
        """Compute the rest, and give the outputs as a flat tuple."""
        values: tuple[Any, ...] = self._second.run(*later, *self._kept)
        return values


def _input(node: Node) -> Node:
    """An input that takes the value of a node."""
    return dataclasses.replace(node, operation="input", arguments=(), options={})


def _part(
    graph: Graph, inputs: list[Node], outputs: list[Node], guards: list[Guard]
) -> Graph:
    """The part of a graph between these inputs and these outputs, with its guards."""
    parameters = {node.name: node for node in inputs}
    ends = tuple(outputs), graph.signature, tuple(guards)
    return Graph(graph.title, parameters, *ends)
