"""From what is derived from a result to a function of the person's arguments.

A derivative is a function of traced values that calls the person's function and walks
its nodes backwards in the same trace. At numbers it is traced first, and the graph is
run; of a recorded graph it is the graph continued.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

from pellucid.graphs import structure
from pellucid.graphs.differentiating.arguments import (
    Wrt,
    as_asked,
    each,
    name_in_call,
    parameter,
    parameter_name,
    place_in_call,
)
from pellucid.graphs.differentiating.at_numbers import Run, at_numbers, like
from pellucid.graphs.differentiating.pullbacks import cost_gradient, inputs_of
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, now
from pellucid.graphs.rewriting.stable import Rewriting, made_stable
from pellucid.graphs.stand_in import array_in
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import active
from pellucid.graphs.tracing.trace import closed, resumed, title_of
from pellucid.graphs.tracing.trace_warnings import notice_unused
from pellucid.graphs.tracing.traced import Traced, current, lifted, node_of

Function = Callable[..., Any]
Names = Sequence[str]


@dataclasses.dataclass(frozen=True)
class Recipe:
    """What a derivative is made from, and made again, for pickle."""

    verb: Function
    f: Any
    wrt: Wrt
    stable: bool
    without: Names

    def made(self) -> Function:
        """The derivative again."""
        f = self.f.made() if isinstance(self.f, Recipe) else self.f
        made: Function = self.verb(
            f, self.wrt, stable=self.stable, without=self.without
        )
        return made


_derivatives: weakref.WeakKeyDictionary[Any, Recipe] = weakref.WeakKeyDictionary()


def derived(
    verb: Function, f: Function, wrt: Wrt, derive: Function, rewriting: Rewriting,
    takes_vector: bool = False, run: Run | None = None,
) -> Function:  # fmt: skip
    """The function that calls f on traced values and derives from its result.

    On numbers it is run by `run`, or else by tracing it and running the graph.
    """
    title, kind = title_of(f), verb.__name__

    def derivative(*args: Any, **kwargs: Any) -> Any:
        if active.get() is None:
            how = run or _traced_first(derivative)
            return _at_numbers(how, f, wrt, kind, takes_vector, args, kwargs)
        v = (args[-1],) if takes_vector else ()
        args = args[: len(args) - len(v)]
        places = [place_in_call(f, one, args, kwargs) for one in each(wrt)]
        given: dict[str, Any] = {"args": list(args), "kwargs": dict(kwargs)}
        for room, key in dict.fromkeys(places):
            given[room][key] = inputs_of(given[room][key], title)
        asked = tuple(given[room][key] for room, key in places)
        # Taken before the call, because f may write into its arguments.
        inputs = structure.mapped(_as_it_stands, asked)
        since = now()
        result = structure.mapped(array_in, f(*given["args"], **given["kwargs"]))
        stable, settled = rewriting.of(result, since), now()
        slope = derive(stable, as_asked(wrt, inputs), title, *v)
        if kind in NOTICED and f not in _derivatives:
            names = [name_in_call(f, one, args) for one in each(wrt)]
            named = dict(zip(names, inputs, strict=True))
            notice_unused(title, result, named, current().guards.values())
        return rewriting.of(slope, since, settled)

    derivative.__name__ = f"{title}_{kind}"
    derivative.__doc__ = f"The {kind} of {title} with respect to {wrt!r}."
    if not takes_vector:
        derivative.__wrapped__ = f  # type: ignore[attr-defined]
    _derivatives[derivative] = Recipe(verb, f, wrt, rewriting.stable, rewriting.without)
    return derivative


# The derivative of a linear function is constant: this is nothing to warn of.
NOTICED = {"gradient", "value_and_gradient", "jacobian"}


def _as_it_stands(leaf: Any) -> Any:
    return lifted(leaf.node, current()) if isinstance(leaf, Traced) else leaf


def _traced_first(derivative: Function) -> Run:
    """How a derivative is run: it is traced, and then the graph is run."""
    return lambda record, args, kwargs: record(derivative)(*args, **kwargs)


def _at_numbers(
    run: Run, f: Function, wrt: Wrt, kind: str, takes_vector: bool, args: Any,
    kwargs: Any,
) -> Any:  # fmt: skip
    """Run a derivative, and give floats where floats came."""
    count = len(args) - takes_vector
    places = [place_in_call(f, one, args[:count], kwargs) for one in each(wrt)]
    vector = [("args", i) for i in range(count, len(args))]
    result, inputs = at_numbers(run, [*places, *vector], args, kwargs)
    return like(result, as_asked(wrt, inputs[: len(places)]), kind)


def recipe_of(f: Any) -> Any:
    """A derivative as its recipe; any other function is itself."""
    recipe = _derivatives.get(f) if isinstance(f, FunctionType) else None
    return dataclasses.replace(recipe, f=recipe_of(recipe.f)) if recipe else f


def differentiated(f: Any) -> Any:
    """The function of which a derivative is taken; any other is its own."""
    while isinstance(f, FunctionType) and f in _derivatives:
        f = getattr(f, "__wrapped__", None)
    return f


def gradient_graph(graph: Graph, wrt: Wrt, stable: bool, without: Names) -> Graph:
    """The gradient of a recorded cost, which continues the graph."""
    graph, settled = made_stable(graph, without) if stable else graph, now()
    recorder = resumed(graph)
    asked = tuple(parameter(graph, one) for one in each(wrt))
    with recorder.running(), creation_recorded():
        inputs = structure.mapped(
            lambda leaf: lifted(leaf, recorder) if isinstance(leaf, Node) else leaf,
            asked,
        )
        cost = structure.mapped(lambda leaf: lifted(leaf, recorder), graph.result)
        names = [parameter_name(graph, one) for one in each(wrt)]
        named = dict(zip(names, inputs, strict=True))
        notice_unused(graph.title, cost, named, graph.guards)
        pulled = cost_gradient(cost, inputs, graph.title)
        result = as_asked(wrt, structure.mapped(node_of, pulled))
    title = f"{graph.title}_gradient"
    made = closed(dataclasses.replace(graph, title=title, result=result), recorder)
    return made_stable(made, without, settled) if stable else made
