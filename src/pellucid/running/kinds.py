"""What a program depends on: the kind of its arguments, and what they became."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs import structure
from pellucid.graphs.foreign import is_table_or_column
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.trace import is_float, is_numeric, trace
from pellucid.running.cache import Itself, content, digest


def start_of(f: Any, arguments: dict[str, Any]) -> list[tuple[str, Any]]:
    """Where to look for what is captured: in f, and in arguments that are objects."""
    if isinstance(f, Graph):
        return []
    leaves = structure.paths(arguments)
    return [("", f)] + [(structure.path_text(path), leaf) for path, leaf in leaves
                        if not is_numeric(leaf)]  # fmt: skip


def recorded_graph(
    f: Callable[..., Any], args: Any, kwargs: Any,
    accepted: Callable[[Graph], Graph] = lambda graph: graph,
) -> Graph:  # fmt: skip
    """Trace with integer arrays as inputs, or as constants where that is refused."""
    *first, last = inputs_of((args, kwargs))
    for is_input in first:
        with contextlib.suppress(TraceError):
            return accepted(trace(f, args, kwargs, is_input, follow=True))
    return accepted(trace(f, args, kwargs, last, follow=True))


def inputs_of(data: Any) -> list[Callable[[Any], bool]]:
    """What may be an input: whole numbers too, or else constants, as they choose."""
    leaves = structure.leaves(data)
    has_integers = any(is_numeric(d) and not is_float(d) for d in leaves)
    return [is_numeric, is_float] if has_integers else [is_numeric]


def chooses(graph: Graph) -> bool:
    """Whether integer arrays choose what is done, and so are constants of a graph."""
    places = structure.leaves(dict(graph.parameters))
    return any(isinstance(p, np.ndarray) and is_numeric(p) for p in places)


def kind_of(
    arguments: dict[str, Any], is_input: Callable[[Any], bool] = is_numeric
) -> Any:
    """What a program depends on: structure, shapes, dtypes, orders and constants."""
    leaves = structure.paths(arguments)
    kinds = tuple((path, _kind(leaf, is_input)) for path, leaf in leaves)
    return _containers(arguments), kinds


def _containers(tree: Any) -> Any:
    """The classes of what holds the leaves: a list is no tuple."""
    if not isinstance(tree, (dict, list, tuple)):
        return None
    parts = tree.values() if isinstance(tree, dict) else tree
    return type(tree), tuple(map(_containers, parts))


def _kind(leaf: Any, is_input: Callable[[Any], bool]) -> Any:
    if isinstance(leaf, np.ndarray):
        kind = leaf.shape, leaf.dtype.str, _order(leaf)
        return kind if is_input(leaf) else (*kind, _content(leaf))
    if is_float(leaf):
        return type(leaf)
    if is_table_or_column(leaf):
        return type(leaf), digest(leaf)
    return type(leaf), leaf if isinstance(leaf, Hashable) else Itself(leaf)


def _content(array: np.ndarray[Any, Any]) -> Any:
    """A key for what an array holds: its elements where they are objects."""
    return array.tobytes() if not array.dtype.hasobject else content(array.tolist())


def _order(array: np.ndarray[Any, Any]) -> str:
    """The order in memory, which says what is a view: C, F or neither."""
    flags = array.flags
    return "C" if flags.c_contiguous else "F" if flags.f_contiguous else ""
