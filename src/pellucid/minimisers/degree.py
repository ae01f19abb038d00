"""What kind of function a cost is, read from its graph.

The degree of a node is that of a polynomial in the parameters: 0 for what does not
depend on them, 1 for what is linear, 2 for what is quadratic, and infinite for what is
no polynomial, or of which nothing is known. Sums keep the degree, products add it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from pellucid.graphs.folding.unrolling import unrolled
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.kinds import BY_EACH, CONSTANT, KINKED, MOVES, NONE
from pellucid.graphs.rewriting.stable import made_stable, written_out

Degrees = Mapping[Node, float]
Rule = Callable[[Node, Degrees], float]


def _quotient(node: Node, degrees: Degrees) -> float:
    above, below = node.arguments
    return math.inf if degrees[below] else degrees[above]


def _square(node: Node, degrees: Degrees) -> float:
    return _to_the(2, node.arguments[0], degrees)


def _power(node: Node, degrees: Degrees) -> float:
    base, exponent = node.arguments
    n = float(exponent.value) if exponent.is_literal else math.nan
    return _to_the(n, base, degrees) if n >= 0 and n.is_integer() else math.inf


def _to_the(n: float, base: Node, degrees: Degrees) -> float:
    """The degree of a power; the even ones of |x| are those of x."""
    if n % 2 == 0 and base.operation in EVEN:
        return n * EVEN[base.operation] * degrees[base.arguments[0]]
    return n * degrees[base]


def _choice(node: Node, degrees: Degrees) -> float:
    condition, x, y = node.arguments
    return math.inf if degrees[condition] else max(degrees[x], degrees[y])


def _cast(node: Node, degrees: Degrees) -> float:
    """A wider float is the same number."""
    (x,) = node.arguments
    widens = x.dtype.kind == "f" and node.dtype.itemsize >= x.dtype.itemsize
    return degrees[x] if widens else math.inf


# Whose even powers are polynomials, and the degree that they count with.
EVEN = {"norm": 1.0, "absolute": 1.0, "sqrt": 0.5}

# Of what is neither linear nor a product, as its slope would say; the rest is no
# polynomial.
DEGREES: dict[str, Rule] = {
    "square": _square,
    "divide": _quotient,
    "power": _power,
    "where": _choice,
    "cast": _cast,
}


def degrees_of(graph: Graph, parameters: Iterable[Node]) -> dict[Node, float]:
    """The degree of each node in the parameters.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> g = pl.graph(lambda w, x: np.sum((w * x - 1) ** 2), np.ones(2), np.ones(2))
    >>> degrees_of(g, g.inputs[:1])[g.outputs[0]]
    2.0
    """
    degrees: dict[Node, float] = dict.fromkeys(parameters, 1.0)
    for node in graph.order:
        if node not in degrees:
            degrees[node] = _degree(node, degrees)
    return degrees


def _degree(node: Node, degrees: Mapping[Node, float]) -> float:
    if not any(degrees[a] for a in node.arguments):
        return 0.0
    if node.dtype.kind not in "fc":
        return math.inf  # a whole number of a parameter is a stair, a place too
    if node.operation in DEGREES:
        return DEGREES[node.operation](node, degrees)
    slope = facts_of(node.operation).slope
    if slope is CONSTANT:
        return max(degrees[a] for a in node.arguments)
    return sum(degrees[a] for a in node.arguments) if slope & BY_EACH else math.inf


def kink_of(graph: Graph, degrees: Mapping[Node, float]) -> str:
    """The kinked operation that is taken of what depends on parameters, or ''."""
    for node in graph.order:
        decisive = node.arguments[: 1 if node.operation == "where" else None]
        if any(degrees[a] for a in decisive) and _is_kinked(node):
            return node.operation
    return ""


def _is_kinked(node: Node) -> bool:
    """Whether the slope jumps, or is that of a stair; a root's does at a least of 0."""
    if node.dtype.kind not in "fc":
        return True
    if _is_root(node):
        return _reaches_zero(node.arguments[0])
    return bool(facts_of(node.operation).slope & (KINKED | NONE))


def _is_root(node: Node) -> bool:
    """Whether this is the root of something, or another power with a cusp at 0."""
    if node.operation in ("power", "float_power"):
        exponent = node.arguments[1]
        return not exponent.is_literal or not float(exponent.value).is_integer()
    return node.operation in ("sqrt", "cbrt")


def _reaches_zero(node: Node) -> bool:
    """Whether a node is a square, or a sum of squares and of nothing else."""
    moved = facts_of(node.operation).kind is MOVES
    if moved or node.operation in ("add", "sum", "mean"):
        return all(_reaches_zero(a) for a in node.arguments)
    if node.operation == "power":
        exponent = node.arguments[1]
        return exponent.is_literal and exponent.value % 2 == 0 < exponent.value
    if node.operation == "multiply":
        x, y = node.arguments
        made = x.operation == y.operation and x.arguments == y.arguments
        return x is y or (made and x.options == y.options and bool(x.arguments))
    return node.operation == "square"


def character(graph: Graph, parameters: int) -> tuple[float, str]:
    """The degree of a cost in its first inputs, and its kinked operation, or ''.

    The graph is read as it was written and with naive formulas replaced: either may
    show what the other hides, as a norm squared, or the largest z taken from z.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> character(pl.graph(lambda w: np.sum(np.abs(w)), np.ones(2)), 1)
    (inf, 'absolute')
    """
    graph = unrolled(graph)  # of a loop as one step nothing would be known
    degree, kinks = math.inf, []
    for form in (graph, written_out(graph), made_stable(graph)):
        degrees = degrees_of(form, form.inputs[:parameters])
        degree = min(degree, degrees[form.outputs[0]])
        kinks.append(kink_of(form, degrees))
    return degree, kinks[0] and kinks[-1]
