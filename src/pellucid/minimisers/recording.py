"""What is recorded of a cost, once for costs that are equal by value."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import made_stable, written_out
from pellucid.graphs.tracing.trace import Constant, is_numeric
from pellucid.minimisers.task import Options, Task
from pellucid.running.cache import Kept, content
from pellucid.running.captures import Captures
from pellucid.running.kinds import kind_of, recorded_graph
from pellucid.running.targets import Program, target

T = TypeVar("T")

MADE: Kept[Any] = Kept(size=64)
CAPTURED: Kept[Captures] = Kept(size=64)


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

    A plain function is recorded each time: what it captures may have changed; and so
    is a function of objects, such as data frames. What a cost that is a value gets at
    by name beside its fields is part of the key.
    """
    if not is_by_value(task.given) or not all(map(_is_plain, structure.leaves(args))):
        return make()
    kind = kind_of({"start": task.start, "args": args})
    rewriting = tuple(sorted(task.rewriting.items()))
    cost = content(task.given), capture_key(task.given)
    made: T = MADE.of((*cost, task.spread, kind, rewriting, more), make)
    return made


def _is_plain(leaf: Any) -> bool:
    """Whether the kind of an argument is known by its type, dtype and value."""
    return leaf is None or isinstance(leaf, (np.ndarray, np.generic, *PLAIN))


PLAIN = (bool, int, float, complex, str, bytes)


def capture_key(cost: Any) -> Hashable:
    """A key for what a cost captures; looked up by name once, while it stays."""
    start = [("self", cost)]
    found = CAPTURED.of(content(cost), lambda: Captures(start))
    if not (found.holds() or found.holds_for(start)):
        CAPTURED.forget(content(cost))
        found = CAPTURED.of(content(cost), lambda: Captures(start))
    return tuple(found.state.items())


def once_for(
    task: Task, more: Hashable, args: Any, make: Callable[[Any], tuple[Graph, T]]
) -> T:
    """What `make` finds of a graph; anew for other integers that choose what is done.

    Those are constants of the graph, and no part of the kind of arguments. A cost that
    asks its data for numbers is recorded once more, with these data as constants: it is
    run twice, side effects too. What is found then is for these data alone.
    """
    try:
        graph, found = once(task, more, args, lambda: make(args))
    except TraceError:
        return make(with_constants(args, len(task.data)))[1]
    return found if _holds(graph, args) else make(args)[1]


def with_constants(args: Any, count: int) -> tuple[Any, ...]:
    """The arguments with the data, so many after the first, as constants."""
    first, *rest = args
    return first, *as_constants(rest[:count]), *rest[count:]


def as_constants(data: Any) -> Any:
    """Data as constants: copies, because programs are kept and data may change."""
    return structure.mapped(
        lambda d: Constant(np.array(d) if isinstance(d, np.ndarray) else d), data
    )


def _holds(graph: Graph, args: Sequence[Any]) -> bool:
    """Whether the integer arrays that are constants of a graph are these."""
    places = structure.leaves(dict(graph.parameters))
    pairs = zip(places, structure.leaves(list(args)), strict=False)
    return all(
        np.array_equal(place, value)
        for place, value in pairs
        if isinstance(place, np.ndarray) and is_numeric(place)
    )


def stable_graph(task: Task, f: Callable[..., Any], *args: Any) -> Graph:
    """The graph of a function of the task, made stable and ready to be run."""

    def make(args: Any) -> tuple[Graph, Graph]:
        graph = recorded_graph(f, args, {})
        stable = made_stable(graph, task.without) if task.stable else graph
        return graph, written_out(stable)

    return once_for(task, f.__name__, args, make)


def program_of(graph: Graph, options: Options) -> Program:
    """A graph made runnable on the target."""
    return target(options.target).Program(graph, options.device)


def graph_inputs(graph: Graph, args: Sequence[Any]) -> list[Any]:
    """What of these arguments are inputs of the graph; the rest are constants in it."""
    places = structure.leaves(dict(graph.parameters))
    pairs = zip(places, structure.leaves(list(args)), strict=False)
    return [value for place, value in pairs if isinstance(place, Node)]
