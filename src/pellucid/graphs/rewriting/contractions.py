"""Contractions that are products of matrices: einsum("nd,dh->nh", x, W) is x @ W.

BLAS multiplies matrices many times as fast as `np.einsum` adds up products.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.contractions import Labels, product_of
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.driver import applied, by_operation


def _product(node: Node) -> Node | None:
    """What is summed over one label of two arrays, as a product of matrices."""
    found = None if node.options.get("optimize") else product_of(node)
    if found is None:
        return None
    (x, y), (of_x, of_y), result = found
    for left, right, a, b in ((of_x, of_y, x, y), (of_y, of_x, y, x)):
        if turned := _turned(left, right, result):
            return applied(_multiplied, a, b, turned=turned)
    return None


def _turned(left: Labels, right: Labels, result: Labels) -> tuple[bool, bool] | None:
    """Which of two matrices is transposed in their product; None where it is none."""
    summed = set(left) & set(right) - set(result)
    if len(summed) != 1 or (set(left) | set(right)) - summed != set(result):
        return None
    (c,) = summed
    stack = tuple(k for k in left if k in right and k in result)
    count = len(stack)
    if stack:
        is_matrix = len(left) == len(right) == count + 2
        if not is_matrix or any(t[:count] != stack for t in (left, right, result)):
            return None
    elif len(right) > 2 or (len(left) > 2 and left[-1] != c):
        return None
    x, y = left[count:], right[count:]
    if result != (*stack, *(k for k in (*x, *y) if k != c)):
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
