"""A program, and what was recorded, compared with the reference and a plain call."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import PellucidError
from pellucid.graphs import structure
from pellucid.graphs.differentiating.deriving import differentiated
from pellucid.graphs.differentiating.plain_call import difference, on_copies
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import OtherPath
from pellucid.graphs.tracing.trace import is_numeric, title_of
from pellucid.running.captures import Captures
from pellucid.running.kinds import recorded_graph
from pellucid.running.paths import Path


def verified(path: Path, args: Any, kwargs: Any) -> None:
    """Raise when a program differs from the reference by more than rounding.

    That is its graph, with every turn of a loop written out, walked node by node.
    """
    graph = unrolled(path.program.graph.unguarded)
    inputs = graph.bind(*args, **kwargs)
    try:
        found = path.program.run(*(inputs[node] for node in graph.inputs))
    except OtherPath:
        return  # where rounding decides, the reference is taken
    reference = evaluate(graph.order, inputs, graph.outputs)
    for node, ours in zip(graph.outputs, found, strict=True):
        theirs = reference[node]
        small = node.dtype.itemsize < 8
        if is_numeric(theirs) and not np.allclose(
            ours, theirs, rtol=1e-5 if small else 1e-12, equal_nan=True
        ):
            message = f"{graph.title}: compiled {ours!r}, the reference {theirs!r}."
            raise PellucidError(message)


def same_unrolled(recorded: Graph, looped: Graph, args: Any, kwargs: Any) -> None:
    """Raise when loops that were found do not compute what was recorded."""
    if looped is recorded:
        return
    ours = structure.leaves(looped.unguarded(*args, **kwargs))
    theirs = structure.leaves(unrolled(recorded.unguarded)(*args, **kwargs))
    for a, b in zip(ours, theirs, strict=True):
        if is_numeric(b) and not np.array_equal(a, b, equal_nan=True):
            message = f"{recorded.title}: with loops {a!r}, turn by turn {b!r}."
            raise PellucidError(message)


def same_as_plain(f: Any, recorded: Graph, args: Any, kwargs: Any) -> None:
    """Raise when what was recorded is not what a plain call of the function gives.

    Of a derivative its function is compared.
    """
    person = differentiated(f)
    if person is None or isinstance(person, Graph):
        return
    if person is not f:
        recorded = recorded_graph(person, args, kwargs)
    found = difference(person, recorded, args, kwargs)
    if found:
        plain, ours = found
        raise PellucidError(
            f"{title_of(person)}: a plain call gives {plain!r}, compiled it gives "
            f"{ours!r}: while it is recorded it goes another way. Let it ask for "
            "np.ndim(x) or isinstance(x, float) rather than how x is made."
        )


def same_still(f: Any, path: Path, captures: Captures, args: Any, kwargs: Any) -> None:
    """Raise when a plain call gives another result than what was recorded earlier."""
    ours = structure.leaves(path.graph.unguarded(*args, **kwargs))
    plain = structure.leaves(on_copies(f, args, kwargs))
    captures.settle()  # of what the plain call has counted or stored
    for a, b in zip(ours, plain, strict=True):
        if is_numeric(b) and not np.allclose(a, b, rtol=1e-5, equal_nan=True):
            raise PellucidError(
                f"{path.graph.title}: compiled it gives {a!r}, a plain call {b!r}: "
                "an array that it captured was changed in place after it was recorded. "
                "Pass the array as an argument, or compile the function again."
            )
