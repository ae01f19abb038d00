"""One expression, seen through: graph, values, gradients, formula, source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.errors import ExpressionError, PellucidError
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.differentiating.step_derivatives import adjoints
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.trace import graph
from pellucid.reading.formula.formula import formula
from pellucid.reading.source import text
from pellucid.reading.source.source import source
from pellucid.show.plain_text import number, table

SHOWN = 6  # elements of an array that are written out


def told(f: Callable[..., Any], values: Mapping[str, Any]) -> str:
    r"""Tell the graph line by line with values and gradients, the formula, the source.

    Examples
    --------
    >>> text = told(lambda a, b: np.sqrt(a**2 + b**2), {"a": 3.0, "b": 4.0})
    >>> print("\n".join(text.splitlines()[:4]))
    node              value  gradient
    ────────────────  ─────  ────────
    a                     3       0.6
    b                     4       0.8
    """
    recorded = recorded_on(f, values)
    result = recorded.outputs[0]
    sloping = bool(recorded.inputs) and result.size == 1
    parts = [
        nodes(recorded, values, sloping),
        titled("Formula", formula(recorded, gradient=sloping)),
    ]
    if sloping:
        backward = gradient(recorded, tuple(values) if len(values) > 1 else 0)
        parts.append(titled("Source of the gradient", source(backward)))
    elif recorded.inputs:
        parts.append(
            f"A single number has a gradient, an array of shape {result.shape} has "
            "none: take its sum(...) or mean(...)."
        )
    return "\n\n".join(parts)


def recorded_on(f: Callable[..., Any], values: Mapping[str, Any]) -> Graph:
    """Record a function on values; what NumPy refuses becomes a sentence."""
    try:
        return graph(f, *values.values())
    except PellucidError:
        raise
    except (ValueError, IndexError, TypeError) as error:
        reason = str(error).rstrip(".")
        message = f"The values do not fit the expression: {reason}; change one of them."
        raise ExpressionError(message) from None


def titled(title: str, body: str) -> str:
    """Set a text in below its title."""
    lines = (f"    {line}".rstrip() for line in body.strip().splitlines())
    return "\n".join([title, "", *lines])


def nodes(recorded: Graph, values: Mapping[str, Any], sloping: bool) -> str:
    """A row a node: how it is computed, its value, and its gradient."""
    slopes = adjoints(recorded) if sloping else {}
    order = ancestors((*recorded.order, *slopes.values()))
    with np.errstate(all="ignore"):  # inf and nan are shown as such
        found = evaluate(order, recorded.bind(*values.values()), order)
    columns = [
        [step(node, recorded) for node in recorded.nodes],
        [cell(found[node]) for node in recorded.nodes],
        [cell(found[slopes[n]]) if n in slopes else None for n in recorded.nodes],
    ]
    headers = ("node", "value", "gradient") if sloping else ("node", "value")
    return table(zip(*columns[: len(headers)], strict=True), headers)


def step(node: Node, recorded: Graph) -> str:
    """A node and how it is computed."""
    if node.is_input:
        return node.name
    return f"{node.name or recorded.title} = {text.expression(node)}"


def cell(value: Any) -> Any:
    """A number as such, an array as text."""
    array = np.asarray(value, dtype=float)
    if not array.ndim:
        return float(array)
    start = ", ".join(number(float(v)) for v in array.ravel()[:SHOWN])
    rest = ", ..." if array.size > SHOWN else ""
    shape = f" {array.shape}" if array.ndim > 1 else ""
    return f"[{start}{rest}]{shape}"
