"""Contractions that are products of matrices: einsum("nd,dh->nh", x, W) is x @ W.

BLAS multiplies matrices many times as fast as `np.einsum` adds up products.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.driver import applied, by_operation


def _product(node: Node) -> Node | None:
    """What is summed over one letter of two floating-point arrays, as a product."""
    if len(node.arguments) != 2 or node.options.get("optimize"):
        return None
    if any(a.dtype != node.dtype or a.dtype.kind != "f" for a in node.arguments):
        return None
    given, _, kept = node.options["subscripts"].partition("->")
    terms = given.split(",")
    if not all(t.isalpha() and len(set(t)) == len(t) for t in terms):
        return None
    sizes = {
        (c, n)
        for t, a in zip(terms, node.arguments, strict=True)
        for c, n in zip(t, a.shape, strict=True)
    }
    if len(sizes) > len({c for c, _ in sizes}):  # an axis of length 1 is stretched
        return None
    for (i, left), (j, right) in (enumerate(terms), [*enumerate(terms)][::-1]):
        if turned := _turned(left, right, kept):
            x, y = node.arguments[i], node.arguments[j]
            return applied(_multiplied, x, y, turned=turned)
    return None


def _turned(left: str, right: str, kept: str) -> tuple[bool, bool] | None:
    """Which of two matrices is transposed in their product; None where it is none."""
    summed = set(left) & set(right) - set(kept)
    many = [c for c in left if c in right and c in kept]
    if len(summed) != 1 or (set(left) | set(right)) - summed != set(kept):
        return None
    (c,) = summed
    stack = "".join(many)
    if stack:
        is_matrix = len(left) == len(right) == len(stack) + 2
        if not is_matrix or not all(t.startswith(stack) for t in (left, right, kept)):
            return None
    elif len(right) > 2 or (len(left) > 2 and left[-1] != c):
        return None
    x, y = left[len(stack) :], right[len(stack) :]
    if kept != stack + x.replace(c, "") + y.replace(c, ""):
        return None
    return len(x) == 2 and x[0] == c, len(y) == 2 and y[1] == c


def _multiplied(x: Any, y: Any, turned: tuple[bool, bool]) -> Any:
    """The product of two matrices, or of stacks of them, transposed where told."""
    x, y = (
        np.swapaxes(a, -1, -2) if turn else a
        for a, turn in zip((x, y), turned, strict=True)
    )
    return x @ y


products = by_operation({"einsum": _product})
