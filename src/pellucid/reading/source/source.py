"""A graph written as plain NumPy that a person could have written, and that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.graphs.folding.folded import folded
from pellucid.graphs.graph import Graph
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.tracing.trace import graph as graph_of
from pellucid.reading.source.helpers import called_as
from pellucid.reading.source.writer import Writer

LEAST = 3  # turns of what is written as a loop
SMALL = 500  # steps of a graph that is written both ways


def source(graph_or_f: Graph | Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """Write a function, or a graph, as readable plain NumPy.

    One statement for each of the person's variables, in their names; what has no name
    is written where it is used. What repeats is written as a loop, at any length; where
    the values of all turns are kept, `h_at[t]` is what `h` becomes in turn `t`, and
    `h_before[t]` what it was. The text runs by `exec` and computes the same numbers;
    where the function branched, an `assert` says which way, and fails for the other.

    Parameters
    ----------
    graph_or_f : Graph or callable
        What to write; a function is recorded on the example arguments first.
    *args, **kwargs
        Example arguments for a function.

    Returns
    -------
    str
        `import numpy as np` and one function, with the person's name for it.

    Raises
    ------
    TraceError
        When the function cannot be recorded.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c
    >>> print(pl.source(hypotenuse, 3.0, 4.0))
    import numpy as np
    <BLANKLINE>
    <BLANKLINE>
    def hypotenuse(a, b):
        c = np.sqrt(a**2 + b**2)
        return c
    <BLANKLINE>
    """
    graph = graph_of(graph_or_f, *args, **kwargs)
    writer, lines = _shortest(graph)
    body = "\n".join(f"    {line}" for line in lines)
    head = f"def {graph.title}({', '.join(_parameters(graph))}):"
    blocks = [_imports(writer), *writer.helpers(), f"{head}\n{body}\n"]
    return "\n\n".join(blocks)


def _shortest(graph: Graph) -> tuple[Writer, list[str]]:
    """What writes a graph, and its lines: with loops for what repeats, if fewer."""
    writer = Writer(_with_loops(graph))
    lines = writer.lines()
    if writer.flow.runs and writer.graph is not graph and len(graph.order) <= SMALL:
        plain = Writer(graph)
        if len(straight := plain.lines()) <= len(lines):
            return plain, straight
    return writer, lines


def _with_loops(graph: Graph) -> Graph:
    """The graph as it was recorded, with loops; a derivative has those it was given."""
    made = any(node.derived or node.operation == "loop" for node in graph.order)
    return graph if made else folded(graph, LEAST)


def _imports(writer: Writer) -> str:
    """SciPy is imported where its functions are called."""
    used = {node.operation for node in writer.nodes()}
    calls = {called_as(name) for name in used if name in OPERATIONS}
    modules = {call.rpartition(".")[0] for call in calls if call.startswith("scipy.")}
    return "\n".join(
        ["import numpy as np", *(f"import {m}" for m in sorted(modules)), ""]
    )


def _parameters(graph: Graph) -> list[str]:
    stars = {2: "*", 4: "**"}
    kinds = {
        name: stars.get(p.kind, "") for name, p in graph.signature.parameters.items()
    }
    return [f"{kinds.get(name, '')}{name}" for name in graph.parameters]
