"""From what is derived from a result to a function of the person's arguments.

A derivative is a function of traced values that calls the person's function and walks
its nodes backwards in the same trace. At numbers it is traced first, and the graph is
run; of a recorded graph it is the graph continued.
"""

from __future__ import annotations

import dataclasses
import weakref
from collections.abc import Callable, Hashable, Sequence
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
from pellucid.graphs.differentiating.at_numbers import Derivation
from pellucid.graphs.differentiating.kept import result_of
from pellucid.graphs.differentiating.pullbacks import cost_gradient, inputs_of
from pellucid.graphs.folding.folded import folded
from pellucid.graphs.folding.recorded import looped
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, now
from pellucid.graphs.prepared import Prepared
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

    @property
    def way(self) -> Hashable:
        """All that is done to the innermost function, which stands for itself."""
        inner = _derivatives.get(self.f) if isinstance(self.f, FunctionType) else None
        return (
            self.verb.__name__,
            self.wrt,
            self.stable,
            tuple(self.without),
            (inner and inner.way),
        )

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
    takes_vector: bool = False, at: tuple[Function, Function] | None = None,
) -> Function:  # fmt: skip
    """The function that calls f on traced values and derives from its result.

    At numbers it is recorded and the graph is run; `at` gives another function to be
    recorded, and what makes its graph ready.
    """
    title, kind = title_of(f), verb.__name__
    recipe = Recipe(verb, f, wrt, rewriting.stable, rewriting.without)
    innermost = _innermost(f)

    def derivative(*args: Any, **kwargs: Any) -> Any:
        if active.get() is None:
            return result_of(how, innermost, args, kwargs)
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
        result = looped(result, since)
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
    _derivatives[derivative] = recipe
    recorded, ready = at or (derivative, Prepared)
    how = Derivation(f, wrt, kind, takes_vector, recipe.way, recorded, ready)
    return derivative


# The derivative of a linear function is constant: this is nothing to warn of.
NOTICED = {"gradient", "value_and_gradient", "jacobian"}


def _as_it_stands(leaf: Any) -> Any:
    return lifted(leaf.node, current()) if isinstance(leaf, Traced) else leaf


def _innermost(f: Any) -> Any:
    """The person's function, of which derivatives are taken one after another."""
    while isinstance(f, FunctionType) and f in _derivatives:
        f = _derivatives[f].f
    return f


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
    graph = folded(graph)
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
