"""Sums of products of two arrays, in whichever words, with a label for each axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import reduced_axes

Labels = tuple[int, ...]


class Product(NamedTuple):
    """The sum of products of two arrays over the labels that the result has not."""

    arrays: tuple[Node, Node]
    labels: tuple[Labels, Labels]
    result: Labels


def product_of(node: Node) -> Product | None:
    """A step as a sum of products of two arrays; None where it is none."""
    rule = PRODUCTS.get(node.operation)
    found = rule(node) if rule else None
    dtypes = {node.dtype, *(a.dtype for a in found.arrays)} if found else set()
    is_plain = len(dtypes) == 1 and node.dtype.kind == "f"
    return found if is_plain and node.size else None


def _einsum(node: Node) -> Product | None:
    if len(node.arguments) != 2:
        return None
    given, _, after = node.options["subscripts"].partition("->")
    first, second = given.split(",")
    if any(len(set(term)) < len(term) for term in (first, second)):
        return None
    x, y = node.arguments
    lengths = zip(first + second, x.shape + y.shape, strict=True)
    if len({*lengths}) > len({*first, *second}):  # an axis of length 1 is stretched
        return None
    labels = tuple(map(ord, first)), tuple(map(ord, second))
    return Product((x, y), labels, (*map(ord, after),))


def _matmul(node: Node) -> Product | None:
    """Rows times the columns of a matrix, of stacks that are as long."""
    A, B = node.arguments
    if A.ndim < 1 or B.ndim < 1:
        return None
    rows, summed, columns = (*range(A.ndim - 1),), 99, 98
    if B.ndim <= 2:
        of_b = (summed, columns)[: B.ndim]
        return Product((A, B), ((*rows, summed), of_b), (*rows, *of_b[1:]))
    stack = rows[:-1]
    if A.shape[:-2] != B.shape[:-2]:
        return None
    labels = (*rows, summed), (*stack, summed, columns)
    return Product((A, B), labels, (*rows, columns))


def _dot(node: Node) -> Product | None:
    return _matmul(node) if node.arguments[1].ndim <= 2 else None


def _summed(node: Node) -> Product | None:
    """A product that is summed over further axes."""
    (x,) = node.arguments
    inner = _multiplied(x) if x.operation == "multiply" else product_of(x)
    if inner is None or node.options.get("keepdims"):
        return None
    axes = reduced_axes(x.ndim, node.options.get("axis"))
    left = [label for i, label in enumerate(inner.result) if i not in axes]
    return inner._replace(result=tuple(left))


def _multiplied(node: Node) -> Product | None:
    """Elements times elements: an axis of length 1 has a label of its own."""
    if any(a.ndim != node.ndim or a.weak for a in node.arguments):
        return None
    first, second = (
        tuple([i if n == m else side + i for i, (n, m) in enumerate(pairs)])
        for side, a in zip((100, 200), node.arguments, strict=True)
        for pairs in [[*zip(a.shape, node.shape, strict=True)]]
    )
    return Product((node.arguments[0], node.arguments[1]), (first, second),
                   (*range(node.ndim),))  # fmt: skip


PRODUCTS: dict[str, Callable[[Node], Product | None]] = {
    "einsum": _einsum,
    "matmul": _matmul,
    "dot": _dot,
    "sum": _summed,
}
