r"""Which nodes are written by their elements, as \sum_j x_{ij}, and which whole."""

from __future__ import annotations

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of, is_elementwise
from pellucid.graphs.operations.kinds import CONSTANT
from pellucid.reading.formula.notation import SUMS
from pellucid.reading.formula.typesetter import is_array


def passes_index(node: Node) -> bool:
    """Whether an index of the result is one of what it is made of."""
    operation = node.operation
    return is_elementwise(operation) or facts_of(operation).view or operation in SUMS


def needs_index(node: Node) -> bool:
    """Whether a node cannot be written whole.

    So are sums along some axes, and products of arrays that are broadcast; a row that
    is added to each row of a matrix is written as the row.
    """
    if not is_array(node, None):
        return False
    if node.operation in SUMS:
        return True
    if not is_elementwise(node.operation) and node.operation != "broadcast_to":
        return False
    return any(not _is_even(node, a) for a in node.arguments if is_array(a, None))


def _is_even(node: Node, argument: Node) -> bool:
    """Whether an argument has all axes of the result, but for rows that are added."""
    shape = (1,) * (node.ndim - argument.ndim) + argument.shape
    short = [mine != theirs for mine, theirs in zip(shape, node.shape, strict=True)]
    added = (
        is_elementwise(node.operation) and facts_of(node.operation).slope is CONSTANT
    )
    return not any(short[node.ndim - argument.ndim :] if added else short)
