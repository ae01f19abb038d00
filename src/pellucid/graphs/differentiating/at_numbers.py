"""A derivative at numbers: what is not differentiated is a constant of its record."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.differentiating.arguments import Wrt, as_asked, each, place_in_call
from pellucid.graphs.differentiating.pullbacks import as_float
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.prepared import Prepared
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.trace import Constant, is_float, is_numeric, trace

Run = Callable[[Sequence[Any]], Any]  # on the values of the inputs of a graph


class Derivation(NamedTuple):
    """How a derivative is taken at numbers.

    Parameters
    ----------
    f : callable
        The person's function, or a derivative of it.
    wrt : int, str or tuple of them
        What is differentiated.
    kind : str
        The verb by name.
    takes_vector : bool
        Whether the last argument multiplies the derivative.
    way : hashable
        All that is done to the innermost function; None where it has no hash.
    recorded : callable
        What is recorded of a call.
    ready : callable
        From its graph to what is run on numbers.
    """

    f: Callable[..., Any]
    wrt: Wrt
    kind: str
    takes_vector: bool
    way: Hashable
    recorded: Callable[..., Any]
    ready: Callable[[Graph], Run] = Prepared

    def places(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> list[Any]:
        """Where the arguments stand that are inputs; a vector is the last."""
        count = len(args) - self.takes_vector
        found = [place_in_call(self.f, one, args[:count], kwargs)
                 for one in each(self.wrt)]  # fmt: skip
        return [*found, *(("args", i) for i in range(count, len(args)))]

    def asked_leaves(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> set[int]:
        """Which leaves of the arguments are in these places."""
        numbered = numbered_leaves(args, kwargs)
        asked = [numbered[room][key] for room, key in self.places(args, kwargs)]
        return set(structure.leaves(asked))


class Recording:
    """What was recorded of one call, ready to be run on others of its kind.

    Parameters
    ----------
    how : Derivation
        What is taken.
    args, kwargs
        The arguments of the call.
    recorder : Recorder
        What notes how it was recorded.
    is_open : bool
        Whether arrays that are not differentiated are inputs too.
    """

    def __init__(
        self, how: Derivation, args: Sequence[Any], kwargs: Mapping[str, Any],
        recorder: Recorder, is_open: bool = False,
    ) -> None:  # fmt: skip
        self._wrt, self._kind = how.wrt, how.kind
        self._places = how.places(args, kwargs)
        count = len(each(how.wrt))
        held = structure.mapped(Constant, {"args": list(args), "kwargs": dict(kwargs)})
        if is_open:
            held = structure.mapped(_opened, held)
        for room, key in self._places:
            asked = args[key] if room == "args" else kwargs[key]
            held[room][key] = structure.mapped(as_float, asked)
        self._asked = self._places[:count]
        kinds = is_numeric if is_open else is_float
        graph = trace(how.recorded, tuple(held["args"]), held["kwargs"], kinds,
                      recorder=recorder)  # fmt: skip
        asked_leaves = how.asked_leaves(args, kwargs)
        self._inputs = [(i, i in asked_leaves)
                        for i in _places_of(graph, args, kwargs)]  # fmt: skip
        self._run = how.ready(graph)

    def __call__(
        self, leaves: Sequence[Any], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        """Run it on arguments, of which the leaves are given too."""
        result = self._run([as_float(leaves[i]) if is_asked else leaves[i]
                            for i, is_asked in self._inputs])  # fmt: skip
        given: dict[str, Any] = {"args": args, "kwargs": kwargs}
        asked = [structure.mapped(as_float, given[room][key])
                 for room, key in self._asked]  # fmt: skip
        return like(result, as_asked(self._wrt, tuple(asked)), self._kind)


def _opened(leaf: Constant) -> Any:
    is_array = type(leaf.value) is np.ndarray and is_numeric(leaf.value)
    return leaf.value if is_array or type(leaf.value) is float else leaf


def _places_of(
    graph: Graph, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> list[int]:
    """The place among the leaves of a call of each input."""
    numbered = numbered_leaves(args, kwargs)
    bound = graph.signature.bind(*numbered["args"], **numbered["kwargs"]).arguments
    found = {structure.at(graph.parameters, path): place
             for path, place in structure.paths(dict(bound))
             if isinstance(structure.at(graph.parameters, path), Node)}  # fmt: skip
    return [found[node] for node in graph.inputs]


def numbered_leaves(args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, with the number of each leaf in its place."""
    numbers = itertools.count()
    given = {"args": list(args), "kwargs": dict(kwargs)}
    numbered: dict[str, Any] = structure.mapped(lambda _: next(numbers), given)
    return numbered


def like(result: Any, asked: Any, kind: str) -> Any:
    """Give a derivative with respect to a Python float as a Python float."""
    if kind == "value_and_gradient":
        return result[0], like(result[1], asked, "gradient")
    if type(asked) is np.ndarray:
        return result
    if _paths(result) != _paths(asked):
        return result
    return structure.mapped(_in_kind, result, asked)


def _paths(tree: Any) -> Iterable[Any]:
    return [path for path, _ in structure.paths(tree)]


def _in_kind(value: Any, given: Any) -> Any:
    return float(value) if type(given) is float and np.size(value) == 1 else value
