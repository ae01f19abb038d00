"""A graph made ready to be run often: what depends on no input is computed once.

It means what `evaluate` means, which walks the graph anew for each value.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs import bodies, structure
from pellucid.graphs.evaluate import computed, meaning, quietly, run_loop
from pellucid.graphs.graph import Graph, owned
from pellucid.graphs.node import Node
from pellucid.graphs.warned import noting


class Step(NamedTuple):
    """What is computed from which places, which are needed no longer; and its guard."""

    function: Callable[..., Any]
    arguments: tuple[int, ...]
    at: int
    done: tuple[int, ...]
    ask: Callable[[Any], None] | None


class Prepared:
    """A graph as a list of steps on numbered places.

    Parameters
    ----------
    graph : Graph
        What is run.

    Examples
    --------
    >>> import pellucid as pl
    >>> Prepared(pl.graph(lambda a, b: {"sum": a + b}, 3.0, 4.0))([5.0, 6.0])
    {'sum': 11.0}
    """

    def __init__(self, graph: Graph) -> None:
        known = _known(graph)
        place = {node: i for i, node in enumerate(
            dict.fromkeys((*graph.inputs, *graph.order)))}  # fmt: skip
        self._places = [known.get(node) for node in place]
        self._inputs = len(graph.inputs)
        self._result = graph.result
        ends = [place[node] for node in graph.outputs]
        self._outputs = list(zip(ends, graph.shared, strict=True))
        self._stretches = _stretches(graph, known, place)

    def __call__(self, values: Sequence[Any]) -> Any:
        """What the graph gives for the values of its inputs.

        Raises OtherPath where a guard does not hold.
        """
        places = self._places.copy()
        places[: self._inputs] = values
        for is_quiet, steps in self._stretches:
            if is_quiet:
                with quietly():
                    _run(steps, places)
            else:
                _run(steps, places)
        found = [owned(places[i], is_shared) for i, is_shared in self._outputs]
        if type(self._result) is Node:
            return found[0]
        leaves = iter(found)
        return structure.mapped(lambda _: next(leaves), self._result)


def _run(steps: list[Step], places: list[Any]) -> None:
    for function, arguments, at, done, ask in steps:
        places[at] = function(*[places[i] for i in arguments])
        if ask is not None:
            ask(places[at])
        for i in done:
            places[i] = None


def _itself(value: Any) -> Any:
    return value


def _turned(loop: Node, parts: list[Node], *arguments: Any) -> dict[Node, Any]:
    """What is asked of a loop."""
    values = dict(zip(loop.arguments, arguments, strict=True))
    return run_loop(loop, values, parts, {}, computed)


def _taken(part: Node, found: dict[Node, Any]) -> Any:
    """One of these."""
    return found[part]


def _known(graph: Graph) -> dict[Node, Any]:
    """The values that depend on no input, but for those that NumPy warns of."""
    values: dict[Node, Any] = {}
    for node in graph.known:
        is_loop = node.operation in ("loop", "part")
        if not is_loop and all(a in values for a in node.arguments):
            with np.errstate(all="warn"), noting() as noted:
                value = computed(node, [values[a] for a in node.arguments])
            if not noted.anything:
                values[node] = value
    return values


def _stretches(
    graph: Graph, known: dict[Node, Any], place: dict[Node, int]
) -> list[tuple[bool, list[Step]]]:
    """The steps in order, those together that are computed without warnings."""
    moving = [n for n in graph.order if n not in known and not n.is_input]
    parts = bodies.asked(graph.order)
    asks = {guard.node: functools.partial(guard.ask, i)
            for i, guard in enumerate(graph.guards)}  # fmt: skip
    last_use = {argument: node for node in moving for argument in node.arguments}
    kept = {*known, *graph.outputs}
    asked = [Step(_itself, (place[n],), place[n], (), asks[n])
             for n in graph.inputs if n in asks]  # fmt: skip
    made: list[tuple[bool, list[Step]]] = [(False, asked)] if asked else []
    for node in moving:
        function, options = meaning(node), dict(node.options)
        if node.operation == "loop":
            function, options = functools.partial(_turned, node, parts[node]), {}
        elif node.operation == "part":
            function, options = functools.partial(_taken, node), {}
        done = {place[a] for a in node.arguments
                if last_use[a] is node and a not in kept}  # fmt: skip
        step = Step(
            functools.partial(function, **options) if options else function,
            tuple(place[a] for a in node.arguments),
            place[node], tuple(done), asks.get(node),
        )  # fmt: skip
        if not made or made[-1][0] != node.quiet:
            made.append((node.quiet, []))
        made[-1][1].append(step)
    return made
