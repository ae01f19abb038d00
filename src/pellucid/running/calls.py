"""The short way of a call: from arguments of a known kind straight to what runs.

What a program depends on is read off each argument by a table of types and looked up.
Arguments of other types go by signature and structure; see `compiled`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs import structure
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.trace import is_float
from pellucid.running.writing import SourceNames, made

Read = Callable[[tuple[Any, ...], dict[str, Any]], tuple[Any, ...]]
Give = Callable[[tuple[Any, ...]], Any]


def kind_of_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Hashable:
    """What decides which program runs; None where an argument is of another type."""
    try:
        return _of_each(args), _of_dict(kwargs) if kwargs else None
    except KeyError:
        return None


def _of_each(parts: Iterable[Any]) -> tuple[Hashable, ...]:
    """The kind of each; of a plain array, as it mostly is, written here for speed."""
    return tuple(
        [
            (x.shape, x.dtype, x.strides)
            if type(x) is np.ndarray
            else KINDS[type(x)](x)
            for x in parts
        ]
    )


def _of_sequence(x: Any) -> Hashable:
    return type(x), _of_each(x)


def _of_dict(x: dict[Any, Any]) -> Hashable:
    return dict, tuple(x), _of_each(x.values())


def _of_constant(x: Hashable) -> Hashable:
    return type(x), x


KINDS: Mapping[type, Callable[[Any], Hashable]] = {
    **dict.fromkeys([float, np.float64, np.float32], type),
    **dict.fromkeys([tuple, list], _of_sequence),
    dict: _of_dict,
    **dict.fromkeys([int, bool, str, type(None)], _of_constant),
}


def reader(graph: Graph, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Read | None:
    """What reads the inputs of a graph, in their order, off arguments like these.

    None where the kind of an argument does not tell all that the graph needs: of an
    array that is a constant, or an integer that is to become a float.
    """
    places = _places(graph, args, kwargs)
    if not all(_is_told(leaf, place.value) for leaf, place in places):
        return None
    paths = [place.path for leaf, place in places if isinstance(leaf, Node)]
    if paths == [("args", i) for i in range(len(args))]:
        return lambda args, kwargs: args
    names = SourceNames({})
    inputs = [f"{path[0]}{_keys(path[1:], names)}, " for path in paths]
    source = f"def read(args, kwargs):\n    return ({''.join(inputs)})\n"
    return made(source, "read", names.fixed)


def giver(result: Any) -> Give:
    """What puts outputs, in their order, into the structure of a result."""
    if type(result) is tuple and all(isinstance(part, Node) for part in result):
        return tuple
    if isinstance(result, Node):
        return operator.itemgetter(0)
    count = sum(1 for _ in structure.leaves(result))
    names = SourceNames({})
    text = _structure(result, iter([f"found[{i}]" for i in range(count)]), names)
    return made(f"def give(found):\n    return {text}\n", "give", names.fixed)


@dataclass(frozen=True)
class Place:
    """Where a value stands in the arguments of a call."""

    path: tuple[Any, ...]
    value: Any


def _places(graph: Graph, args: Any, kwargs: Any) -> list[tuple[Any, Place]]:
    """The leaves of the parameters of a graph, each with its place in a call."""
    call = {"args": args, "kwargs": kwargs}
    found = iter([Place(*each) for each in structure.paths(call)])
    places = structure.mapped(lambda _: next(found), call)
    bound = graph.signature.bind(*places["args"], **places["kwargs"]).arguments
    at = dict(structure.paths(bound))
    return [(leaf, at[path]) for path, leaf in structure.paths(dict(graph.parameters))]


def _is_told(leaf: Any, value: Any) -> bool:
    """Whether the kind of a value says all that the leaf of a graph needs."""
    if not isinstance(leaf, Node):
        return not isinstance(value, np.ndarray)
    return is_float(value) or leaf.dtype.kind != "f"


def _keys(path: tuple[Any, ...], names: SourceNames) -> str:
    return "".join(f"[{_key(key, names)}]" for key in path)


def _key(key: Any, names: SourceNames) -> str:
    return repr(key) if type(key) in (str, int) else names.bound(key)


def _structure(tree: Any, leaves: Iterator[str], names: SourceNames) -> str:
    """A structure as it is written, from what its leaves are called."""
    if isinstance(tree, dict):
        pairs = [
            f"{_key(k, names)}: {_structure(tree[k], leaves, names)}" for k in tree
        ]
        return f"{{{', '.join(pairs)}}}"
    if not isinstance(tree, (tuple, list)):
        return next(leaves)
    parts = "".join(f"{_structure(part, leaves, names)}, " for part in tree)
    if type(tree) in (tuple, list):
        return f"({parts})" if type(tree) is tuple else f"[{parts}]"
    kind = names.bound(type(tree))
    return f"{kind}({parts})" if hasattr(tree, "_fields") else f"{kind}(({parts}))"
