"""A graph made ready to be run often: what depends on no input is computed once.

It means what `evaluate` means, which walks the graph anew for each value.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.bodies import (
    asked,
    at_turn,
    body_of,
    depends_on_turn,
    living,
    wanted_by,
)
from pellucid.graphs.evaluate import computed, meaning, quietly
from pellucid.graphs.graph import Graph, owned
from pellucid.graphs.node import Node
from pellucid.graphs.places import Turn
from pellucid.graphs.warned import noting

Function = Callable[..., Any]


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
        asks = {guard.node: functools.partial(guard.ask, i)
                for i, guard in enumerate(graph.guards)}  # fmt: skip
        self._steps = Steps(graph.order, graph.inputs, graph.outputs, asks)
        self._inputs = len(graph.inputs)
        self._result = graph.result
        ends = [self._steps.place[node] for node in graph.outputs]
        self._outputs = list(zip(ends, graph.shared, strict=True))

    def __call__(self, values: Sequence[Any]) -> Any:
        """What the graph gives for the values of its inputs.

        Raises OtherPath where a guard does not hold.
        """
        places = self._steps.start.copy()
        places[: self._inputs] = values
        self._steps.run(places)
        found = [owned(places[i], is_shared) for i, is_shared in self._outputs]
        if type(self._result) is Node:
            return found[0]
        leaves = iter(found)
        return structure.mapped(lambda _: next(leaves), self._result)


class Steps:
    """Nodes in order as steps on numbered places.

    Parameters
    ----------
    order : sequence of Node
        What is computed.
    inputs : sequence of Node
        What is given, in the first places.
    kept : iterable of Node
        What is read afterwards.
    asks : dict
        For some nodes what their values are asked.
    turns : tuple of Turn
        The loops that it is in, whose numbers are in the next places.
    """

    def __init__(
        self, order: Sequence[Node], inputs: Sequence[Node], kept: Iterable[Node],
        asks: Mapping[Node, Function] | None = None, turns: tuple[Turn, ...] = (),
    ) -> None:  # fmt: skip
        known: dict[Any, Any] = _known(order)
        keys = dict.fromkeys((*inputs, *turns, *order))
        self.place: dict[Any, int] = {key: i for i, key in enumerate(keys)}
        self.start = [known.get(key) for key in keys]
        self.kept = {*known, *inputs, *kept}
        self.turns, self.asks = turns, asks or {}
        self.stretches: list[tuple[bool, list[Step]]] = []
        for node in inputs:
            if node in self.asks:
                self._add(node.quiet, self._step(node, _itself, (node,)))
        parts = asked(order)
        moving = [n for n in order if n not in known and not n.is_input
                  and (n.operation != "loop" or n in parts)]  # fmt: skip
        self.last_use = {a: node for node in moving for a in node.arguments}
        for node in moving:
            function, arguments = self._computing(node, parts)
            self._add(node.quiet, self._step(node, function, arguments))

    def run(self, places: list[Any]) -> None:
        """Fill the places of all nodes."""
        for is_quiet, steps in self.stretches:
            if is_quiet:
                with quietly():
                    _run(steps, places)
            else:
                _run(steps, places)

    def _computing(
        self, node: Node, parts: Mapping[Node, list[Node]]
    ) -> tuple[Function, tuple[Any, ...]]:
        """The function that computes a node, and what it takes."""
        if node.operation == "loop":
            run = Loop(node, parts[node], self.turns)
            return run, (*node.arguments, *self.turns)
        if node.operation == "part":
            number = parts[node.arguments[0]].index(node)
            return operator.itemgetter(number), node.arguments
        function, options = meaning(node), dict(node.options)
        if depends_on_turn(node):
            moved = functools.partial(_moved, function, options, self.turns)
            return moved, (*self.turns, *node.arguments)
        if options:
            function = functools.partial(function, **options)
        return function, node.arguments

    def _step(self, node: Node, function: Function, arguments: tuple[Any, ...]) -> Step:
        done = {self.place[a] for a in node.arguments
                if self.last_use[a] is node and a not in self.kept}  # fmt: skip
        return Step(
            function, tuple([self.place[a] for a in arguments]), self.place[node],
            tuple(done), self.asks.get(node),
        )  # fmt: skip

    def _add(self, is_quiet: bool, step: Step) -> None:
        """Add a step to those that are computed with warnings, or without, as it is."""
        if not self.stretches or self.stretches[-1][0] != is_quiet:
            self.stretches.append((is_quiet, []))
        self.stretches[-1][1].append(step)


class Loop:
    """A loop as a function of what it is given and of the turns around it.

    It gives the values of its parts in order.
    """

    def __init__(
        self, loop: Node, parts: Sequence[Node], around: tuple[Turn, ...]
    ) -> None:
        body = self.body = body_of(loop)
        self.around = around
        wanted = wanted_by(parts)
        order, kept = living(body, wanted)
        carried = [pair for pair in body.carried if pair[0] in kept]
        kept = [*wanted, *(after for _, after in carried)]
        self.steps = Steps(order, body.inputs, kept, turns=(*around, body.turn))
        place = self.steps.place
        self.parts = parts
        ends = [(i, place[of]) for i, of in enumerate(wanted)]
        self.every = [(i, at) for i, at in ends if parts[i].options["each"]]
        self.last = [(i, at) for i, at in ends if not parts[i].options["each"]]
        self.begins = {after: place[b] for after, b in body.held_by.items()}
        self.befores = [place[before] for before, _ in carried]
        self.afters = [place[after] for _, after in carried]

    def __call__(self, *given: Any) -> list[Any]:
        """Run it for its arguments, and for the numbers of the turns around it."""
        places = self.steps.start.copy()
        places[: len(given)] = given
        found = [self._begun(part, places) for part in self.parts]
        numbers = given[len(given) - len(self.around) :]
        carried = [places[before] for before in self.befores]
        for t in self.body.numbers(dict(zip(self.around, numbers, strict=True))):
            for before, value in zip(self.befores, carried, strict=True):
                places[before] = value
            places[len(given)] = t
            self.steps.run(places)
            for i, at in self.every:
                found[i][t] = places[at]
            for i, at in self.last:
                found[i] = places[at]
            carried = [places[after] for after in self.afters]
        return found

    def _begun(self, part: Node, places: list[Any]) -> Any:
        """What a part gives where there is no turn: 0 for all, or what is carried."""
        if part.options["each"]:
            return np.zeros(part.shape, part.dtype)
        begin = self.begins.get(part.options["of"])
        return None if begin is None else places[begin]


def _moved(
    function: Function, options: Mapping[str, Any], turns: tuple[Turn, ...],
    *values: Any,
) -> Any:  # fmt: skip
    """A step whose places move, for the numbers of the turns and its arguments."""
    numbers = dict(zip(turns, values, strict=False))
    return function(*values[len(turns) :], **at_turn(options, numbers))


def _run(steps: list[Step], places: list[Any]) -> None:
    for function, arguments, at, done, ask in steps:
        places[at] = function(*[places[i] for i in arguments])
        if ask is not None:
            ask(places[at])
        for i in done:
            places[i] = None


def _itself(value: Any) -> Any:
    return value


def _known(order: Iterable[Node]) -> dict[Node, Any]:
    """The values that depend on no input, but for those that NumPy warns of."""
    values: dict[Node, Any] = {}
    for node in order:
        if not node.known or node.operation in ("loop", "part"):
            continue
        if all(a in values for a in node.arguments):
            with np.errstate(all="warn"), noting() as noted:
                value = computed(node, [values[a] for a in node.arguments])
            if not noted.anything:
                values[node] = value
    return values
