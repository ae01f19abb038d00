"""What is recorded of a cost, once for costs that are equal by value."""

from __future__ import annotations

import functools
from collections.abc import (
    Callable,
    Hashable,
    Iterator,
    Mapping,
    Sequence,
)
from typing import Any, TypeVar

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import made_stable, written_out
from pellucid.graphs.tracing.trace import (
    Constant,
    is_numeric,
    stand_in,
    title_of,
    trace,
)
from pellucid.graphs.tracing.trace_warnings import unused_allowed
from pellucid.minimisers.task import Options, Task
from pellucid.running.cache import Kept, content
from pellucid.running.captures import Captures
from pellucid.running.compiled import Compiled
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
    task: Task, f: Callable[..., Any], more: Hashable, args: Any,
    make: Callable[[Graph], T],
) -> T:  # fmt: skip
    """What `make` finds of the graph of f; anew for other integers that choose.

    Those are constants of the graph, and no part of the kind of arguments. A cost that
    asks for numbers is recorded once more, with these data as constants and on the way
    that it goes at the start: it is run twice, side effects too. What is found then is
    for these data alone, and where it branches on parameters the graph has guards.
    """

    def found() -> tuple[Graph, T]:
        graph = recorded_graph(f, args, {}, whole)
        return graph, make(graph)

    try:
        graph, result = once(task, more, args, found)
    except TraceError:
        constants = with_constants(args, len(task.data))
        return make(trace(f, constants, {}, follow=True))
    return result if _holds(graph, args) else found()[1]


class OneWayError(TraceError):
    """What was recorded holds for one way of several, and more is asked."""

    def __init__(self, graph: Graph) -> None:
        first = graph.guards[0]
        super().__init__(f"{first.place}`{first.code}` branches on a value.")
        self.graph = graph


def whole(graph: Graph) -> Graph:
    """A graph that holds for all numbers; OneWayError for another."""
    if graph.guards:
        raise OneWayError(graph)
    return graph


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

    def make(graph: Graph) -> Graph:
        return written_out(made_stable(graph, task.without) if task.stable else graph)

    return once_for(task, f, f.__name__, args, make)


def program_of(graph: Graph, options: Options) -> Program:
    """A graph made runnable on the target."""
    return target(options.target).Program(graph, options.device)


def run_with(
    task: Task, f: Callable[..., Any], data: tuple[Any, ...], options: Options
) -> Callable[[Sequence[Any]], Iterator[Any]]:
    """A function of the parameters' leaves, with these data on the target; flat too.

    Where it branches on parameters, each way that it goes is recorded as it is met.
    """
    graph = stable_graph(task, f, task.start, *data)
    compiled = functools.cache(lambda: compiled_with(f, data, options, task.rewriting))

    def on_the_way_that_it_goes(leaves: Sequence[Any]) -> Iterator[Any]:
        return compiled()(task.with_leaves(leaves))

    if graph.guards:
        return on_the_way_that_it_goes
    run = program_of(graph, options).run
    count = len(list(structure.leaves(task.start)))
    given = graph_inputs(graph, (task.start, *data))[count:]

    def on_all_ways(leaves: Sequence[Any]) -> Iterator[Any]:
        try:
            return iter(run(*leaves, *given))
        except np.linalg.LinAlgError:  # which f may catch
            return on_the_way_that_it_goes(leaves)

    return on_all_ways


def compiled_with(
    f: Callable[..., Any], data: tuple[Any, ...], options: Options,
    rewriting: Mapping[str, Any],
) -> Callable[..., Iterator[Any]]:  # fmt: skip
    """A function of what is beside the data; each way that it goes is recorded."""
    held = as_constants(data)

    def at(x: Any, *more: Any) -> Any:
        return f(x, *structure.mapped(stand_in, held), *more)

    at.__name__ = title_of(f)
    compiled = Compiled(at, options.target, options.device, **rewriting)

    def run(*args: Any) -> Iterator[Any]:
        with unused_allowed():  # another way may depend on less than the first
            return structure.leaves(compiled(*args))

    return run


def graph_inputs(graph: Graph, args: Sequence[Any]) -> list[Any]:
    """What of these arguments are inputs of the graph; the rest are constants in it."""
    places = structure.leaves(dict(graph.parameters))
    pairs = zip(places, structure.leaves(list(args)), strict=False)
    return [value for place, value in pairs if isinstance(place, Node)]
