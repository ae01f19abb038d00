"""The arguments that `wrt=` means, by position or name, of a call and of a graph."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter
from typing import Any

from pellucid.errors import GradientError
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.trace import signature_of, title_of

Function = Callable[..., Any]
Wrt = int | str | tuple[int | str, ...]


def each(wrt: Wrt) -> tuple[int | str, ...]:
    """The arguments that are meant, one by one."""
    return wrt if isinstance(wrt, tuple) else (wrt,)


def as_asked(wrt: Wrt, found: tuple[Any, ...]) -> Any:
    """What was found for each of them: a tuple for a tuple."""
    return found if isinstance(wrt, tuple) else found[0]


def place_in_call(
    f: Function, wrt: int | str, args: Any, kwargs: Any
) -> tuple[str, Any]:
    """Where an argument stands in a call: among the positions or the keywords."""
    names = list(signature_of(f, tuple(args)).parameters)
    if not isinstance(wrt, (int, str)):
        raise GradientError(
            f"wrt= takes a position, a name or a tuple of them, not {wrt!r}."
        )
    asked = wrt
    if isinstance(wrt, str):
        if wrt in kwargs:
            return "kwargs", wrt
        if wrt not in names:
            raise GradientError(
                f"{title_of(f)} has no argument {wrt!r}; it has {', '.join(names)}."
            )
        wrt = names.index(wrt)
    if -len(args) <= wrt < len(args):
        return "args", wrt % len(args)
    if wrt < len(names) and names[wrt] in kwargs:
        return "kwargs", names[wrt]
    message = (
        f"{title_of(f)} was called with {len(args)} arguments; wrt={asked!r} names "
        "none of them. What is differentiated is given in the call."
    )
    raise GradientError(message)


def name_in_call(f: Function, wrt: int | str, args: Any) -> str:
    """An argument as the person calls it."""
    names = list(signature_of(f, tuple(args)).parameters)
    known = isinstance(wrt, int) and -len(args) <= wrt < len(args)
    place = wrt % len(args) if known and isinstance(wrt, int) else len(names)
    return names[place] if place < len(names) else str(wrt)


def parameter_name(graph: Graph, wrt: int | str) -> str:
    """An argument of a graph by its name."""
    return _places(graph)[wrt][0] if isinstance(wrt, int) else wrt


def _places(graph: Graph) -> list[tuple[str, Any]]:
    """Name and content of each argument by position; each of *args has its own."""
    places: list[tuple[str, Any]] = []
    for name, given in graph.parameters.items():
        many = graph.signature.parameters[name].kind is Parameter.VAR_POSITIONAL
        places += [(name, each) for each in given] if many else [(name, given)]
    return places


def parameter(graph: Graph, wrt: int | str) -> Any:
    """An argument of a graph by position or name, or an input by its name."""
    places = _places(graph)
    if isinstance(wrt, int) and -len(places) <= wrt < len(places):
        return places[wrt][1]
    if wrt in graph.parameters:
        return graph.parameters[str(wrt)]
    for node in graph.inputs:
        if node.name == wrt:
            return node
    raise GradientError(
        f"{graph.title} has no argument {wrt!r}; it has {', '.join(graph.parameters)}."
    )
