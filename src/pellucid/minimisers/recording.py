"""What is recorded of a cost, once for costs that are equal by value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.stable import rewritten, written_out
from pellucid.graphs.trace import is_number
from pellucid.minimisers.task import Options, Task
from pellucid.running.cache import Kept, content
from pellucid.running.compile import kind_of, recorded_graph
from pellucid.running.targets import Program, target

T = TypeVar("T")

MADE: Kept[Any] = Kept(size=64)


def is_by_value(thing: Any) -> bool:
    """Whether what this is does not change: a frozen dataclass that has a hash.

    Examples
    --------
    >>> from pellucid.minimisers.methods import Adam
    >>> is_by_value(Adam()), is_by_value(lambda w: w)
    (True, False)
    """
    parameters = getattr(type(thing), "__dataclass_params__", None)
    if parameters is None or not (parameters.frozen and parameters.eq):
        return False
    try:
        hash(thing)
    except TypeError:
        return False
    return True


def once(task: Task, more: Hashable, args: Any, make: Callable[[], T]) -> T:
    """What `make` gives, made once for equal costs and kinds of arguments.

    A plain function is recorded each time: what it captures may have changed.
    """
    if not is_by_value(task.given):
        return make()
    kind = kind_of({"start": task.start, "args": args})
    rewriting = tuple(sorted(task.rewriting.items()))
    made: T = MADE.of((content(task.given), task.spread, kind, rewriting, more), make)
    return made


def once_for(
    task: Task, more: Hashable, args: Any, make: Callable[[], tuple[Graph, T]]
) -> T:
    """What `make` finds of a graph; anew for other integers that choose what is done.

    Those are constants of the graph, and no part of the kind of arguments.
    """
    graph, found = once(task, more, args, make)
    return found if _holds(graph, args) else make()[1]


def _holds(graph: Graph, args: Sequence[Any]) -> bool:
    """Whether the integer arrays that are constants of a graph are these."""
    places = structure.leaves(dict(graph.parameters))
    pairs = zip(places, structure.leaves(list(args)), strict=False)
    return all(
        np.array_equal(place, value)
        for place, value in pairs
        if isinstance(place, np.ndarray) and is_number(place)
    )


def recorded(task: Task, f: Callable[..., Any], *args: Any) -> Graph:
    """The graph of a function of the task, made stable and ready to be run."""

    def make() -> tuple[Graph, Graph]:
        graph = recorded_graph(f, args, {})
        stable = rewritten(graph, task.without) if task.stable else graph
        return graph, written_out(stable)

    return once_for(task, f.__name__, args, make)


def program_of(graph: Graph, options: Options) -> Program:
    """A graph made runnable on the target."""
    return target(options.target).Program(graph, options.device)


def filled(graph: Graph, args: Sequence[Any]) -> list[Any]:
    """What of these arguments are inputs of the graph; the rest are constants in it."""
    places = structure.leaves(dict(graph.parameters))
    pairs = zip(places, structure.leaves(list(args)), strict=False)
    return [value for place, value in pairs if isinstance(place, Node)]
