"""One expression, seen through: graph, values, gradients, formula, source."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.errors import ExpressionError, PellucidError
from pellucid.graphs.differentiating.adjoints import adjoints
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.evaluate import evaluate
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.trace import graph
from pellucid.reading.formula.formula import formula
from pellucid.reading.source.source import source
from pellucid.reading.source.text import expression as operation
from pellucid.show.plain_text import number, table

SHOWN = 6  # elements of an array that are written out


# -- the values that were typed -------------------------------------------------------


def values_for(f: Callable[..., Any], given: Sequence[str]) -> dict[str, Any]:
    """Read `name=value` for each parameter of a function, in their order.

    A value is a number, or a list of numbers or of such lists.

    >>> values_for(lambda a, x: a * x, ["x=[1, 2]", "a=3"])
    {'a': np.float64(3.0), 'x': array([1., 2.])}
    """
    names = list(inspect.signature(f).parameters)
    values = dict(_assignment(text) for text in given)
    needless = [name for name in values if name not in names]
    missing = [name for name in names if name not in values]
    if needless:
        raise ExpressionError(
            f"Expected values for {', '.join(names) or 'no name'}, got one for "
            f"{needless[0]}, which is not in the expression: leave it out, or mend it."
        )
    if missing:
        raise ExpressionError(
            f"Expected a value for each name, got none for {', '.join(missing)}: add "
            + " ".join(f"{name}=3" for name in missing)
            + " or the like."
        )
    return {name: values[name] for name in names}


def _assignment(text: str) -> tuple[str, Any]:
    """Take `name=value` apart."""
    name, _, value = (part.strip() for part in text.partition("="))
    if not value or not name.isidentifier():
        message = f"Expected name=value, got `{text}`: write it like a=3 or x=[1,2,3]."
        raise ExpressionError(message)
    try:
        return name, _numbers(ast.literal_eval(value))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise ExpressionError(
            f"Expected a number or a list of numbers for {name}, got `{value}`: write "
            f"it like {name}=3 or {name}=[1,2,3]."
        ) from None


def _numbers(value: Any) -> Any:
    """Turn a value into float64; ValueError when it is no number or list of them."""
    array = np.array(value)
    if array.dtype.kind not in "iuf" or not array.size:
        raise ValueError
    return array.astype(np.float64)[()]


# -- what is told ---------------------------------------------------------------------


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
        [line(node, recorded) for node in recorded.nodes],
        [shown(found[node]) for node in recorded.nodes],
        [shown(found[slopes[n]]) if n in slopes else None for n in recorded.nodes],
    ]
    headers = ("node", "value", "gradient") if sloping else ("node", "value")
    return table(zip(*columns[: len(headers)], strict=True), headers)


def line(node: Node, recorded: Graph) -> str:
    """A node and how it is computed."""
    if node.is_input:
        return node.name
    return f"{node.name or recorded.title} = {operation(node)}"


def shown(value: Any) -> Any:
    """A number as such, an array as text."""
    array = np.asarray(value, dtype=float)
    if not array.ndim:
        return float(array)
    start = ", ".join(number(float(v)) for v in array.ravel()[:SHOWN])
    rest = ", ..." if array.size > SHOWN else ""
    shape = f" {array.shape}" if array.ndim > 1 else ""
    return f"[{start}{rest}]{shape}"
