"""Where arithmetic of integers is that of real numbers: where nothing wraps around.

Of 1 - y this is known where y is boolean, or a constant whose elements are seen. Of
integers that are an input it is not known.
"""

from __future__ import annotations

import functools

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.places import Place

DEPTH = 4  # steps of arithmetic that are followed

Range = tuple[int, int]

# The parts of a sum with their signs.
SIGNS = {"add": (1, 1), "subtract": (1, -1), "negative": (-1,)}


def is_real(node: Node) -> bool:
    """Whether a step of arithmetic gives what it gives of real numbers, but rounded."""
    if node.dtype.kind in "fc":
        return True
    found = _whole(node, DEPTH)
    return found is not None and _lies_in(found, _of_dtype(node))


def reach(node: Node, depth: int = DEPTH) -> Range:
    """The smallest and the largest integer that an element of a node may be."""
    if node.is_constant:
        return _of_value(node)
    if node.operation == "counter" and isinstance(node.options["value"], Place):
        return node.options["value"].least, node.options["value"].most
    if facts_of(node.operation).shows and depth:
        return reach(node.arguments[0], depth - 1)
    found = _whole(node, depth) if depth else None
    limits = _of_dtype(node)
    return found if found is not None and _lies_in(found, limits) else limits


def is_roomy(node: Node) -> bool:
    """Whether a number may be negated and doubled, and is no truth value."""
    if node.dtype.kind in "fc":
        return True
    low, high = reach(node)
    limits = _of_dtype(node)
    is_wide = node.dtype == np.int64  # e^x of others has half precision, or single
    return is_wide and _lies_in((2 * low, 2 * high), limits)


def _whole(node: Node, depth: int) -> Range | None:
    """The range of a sum or product of integers as whole numbers."""
    if any(a.dtype.kind not in "biu" for a in node.arguments):
        return None
    parts = [reach(a, depth - 1) for a in node.arguments]
    if node.operation == "multiply":
        (a, b), (c, d) = parts
        corners = a * c, a * d, b * c, b * d
        return min(corners), max(corners)
    signs = SIGNS.get(node.operation)
    if signs is None:
        return None
    ends = [(s * p, s * q) for s, (p, q) in zip(signs, parts, strict=True)]
    return sum(map(min, ends)), sum(map(max, ends))


def _lies_in(one: Range, other: Range) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


def _of_dtype(node: Node) -> Range:
    if node.dtype.kind not in "iu":
        return 0, 1
    limits = np.iinfo(node.dtype)
    return int(limits.min), int(limits.max)


@functools.lru_cache(maxsize=256)
def _of_value(node: Node) -> Range:
    value = np.asarray(node.value)
    return (int(value.min()), int(value.max())) if value.size else (0, 0)
