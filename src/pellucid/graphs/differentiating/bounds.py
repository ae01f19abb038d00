"""What is known of a number by how it is made: that it is not negative, or far from 0.

A root, or a quotient, of what is far from 0 has no pole: the variance of a layer that
normalises has a small number added to it, just for that.
"""

from __future__ import annotations

from pellucid.graphs.differentiating.zeros import is_square
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of

SMALL = 1e-9  # of which the root, and 1 over it, are far from the ends of float32
DEPTH = 8  # steps that are followed

# What is not negative, whatever it is of; and what is not, if all that it is of is not.
NEVER = {"square", "absolute", "exp", "sqrt", "root", "sigmoid", "softmax", "softplus"}
IF_NONE = {"add", "multiply", "divide", "sum", "mean", "max", "min", "maximum"}


def is_far_from_zero(node: Node, depth: int = DEPTH) -> bool:
    """Whether no element is near 0, nor below it, unless it is nan."""
    if node.is_literal:
        return node.dtype.kind != "c" and bool(node.value >= SMALL)
    if not depth or node.dtype.kind != "f":
        return False
    far = [is_far_from_zero(a, depth - 1) for a in node.arguments]
    if node.operation == "add":
        x, y = node.arguments
        return (far[0] and is_no_less(y)) or (far[1] and is_no_less(x))
    if node.operation == "maximum":
        return any(far)
    shows = facts_of(node.operation).shows and len(node.arguments) == 1
    return (node.operation in ("sqrt", "root") or shows) and all(far)


def is_no_less(node: Node, depth: int = DEPTH) -> bool:
    """Whether no element is less than 0."""
    if node.is_literal:
        return node.dtype.kind != "c" and bool(node.value >= 0)
    if not depth or node.dtype.kind != "f":
        return False
    if node.operation in NEVER or is_square(node):
        return True
    if node.operation == "power":
        y = node.arguments[1]
        return bool(y.is_literal and y.value % 2 == 0)
    shows = facts_of(node.operation).shows
    followed = node.arguments if node.operation in IF_NONE else node.arguments[:1]
    if not followed or not (shows or node.operation in IF_NONE):
        return False
    return all(is_no_less(a, depth - 1) for a in followed)
