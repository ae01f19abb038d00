"""Steps as people write them: x * np.float64(0.5) is x * 0.5, and w.T of a vector w.

What is known is a number, and all of an array is the array.
"""

from __future__ import annotations

import numpy as np

from pellucid.graphs.node import Node, constant
from pellucid.graphs.operations.closed_set import is_elementwise
from pellucid.graphs.operations.indexing import is_all
from pellucid.graphs.rewriting.driver import always
from pellucid.graphs.tracing.traced import current

DOUBLE = np.dtype(np.float64)


def _plain(node: Node) -> Node | None:
    """What stands for a step without a change of its value."""
    if node.known and not node.shape and node.operation not in ("constant", "loop"):
        return known_number(node)
    rule = RULES.get(node.operation)
    if rule:
        return rule(node)
    return with_plain_numbers(node) if is_elementwise(node.operation) else None


def known_number(node: Node) -> Node | None:
    """The number that a node is, unless NumPy warns of it."""
    try:
        with np.errstate(all="raise"):
            return constant(current().value_of(node))
    except FloatingPointError:
        return None


def with_plain_numbers(node: Node) -> Node | None:
    """A step with numbers of NumPy's as Python's, which the others stand for.

    Beside a float64 that is no plain number, both mean the same (NEP 50).
    """
    if node.dtype != DOUBLE or not any(map(is_double, node.arguments)):
        return None
    if not any(a.dtype == DOUBLE and not a.weak and a.shape for a in node.arguments):
        return None
    given = [constant(float(a.value)) if is_double(a) else a for a in node.arguments]
    return node.remade(tuple(given))


def is_double(node: Node) -> bool:
    """Whether this is one number of np.float64."""
    return node.is_literal and node.dtype == DOUBLE and not node.weak


def transpose(node: Node) -> Node | None:
    """Of what has no order of axes, itself."""
    return node.arguments[0] if node.ndim < 2 else None


def absolute(node: Node) -> Node | None:
    """|-x| = |x|."""
    (x,) = node.arguments
    is_minus = x.operation == "negative" and x.dtype.kind == "f"
    return node.remade(x.arguments) if is_minus else None


def assign(node: Node) -> Node | None:
    """What replaces a whole array by another one like it."""
    x, value, *indices = node.arguments
    alike = (x.shape, x.dtype) == (value.shape, value.dtype) and not value.weak
    return value if _is_everywhere(node) and alike and not indices else None


def whole(node: Node) -> Node | None:
    """What is read of all of an array, or put into all of one, as it is.

    Without an axis x[()] is a number where x is an array.
    """
    x, *indices = node.arguments
    alike = (x.shape, x.dtype) == (node.shape, node.dtype) and x.shape and not x.weak
    return x if _is_everywhere(node) and alike and not indices else None


def _is_everywhere(node: Node) -> bool:
    """Whether an index names all of an array."""
    return all(map(is_all, node.options["at"]))


RULES = {"transpose": transpose, "absolute": absolute, "assign": assign,
         "index": whole, "scatter": whole}  # fmt: skip
plain = always(_plain)
