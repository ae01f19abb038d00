"""Reads that together take a whole array, as `a, b = p`: they need no masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.graphs.node import Node, users
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.kinds import Takes
from pellucid.graphs.places import moves


def whole_reads(order: list[Node], needed: set[Node]) -> set[Node]:
    """The reads that together take a whole array, as `a, b = p`, and need no mask.

    Those do not count of which a part is not taken later, behind another choice.
    """
    steps = [node for node in order if node in needed]
    used_by = users(steps)
    whole: set[Node] = set()
    chosen: set[Node] = set()  # whose adjoint may be under a mask
    for node in reversed(steps):
        later = used_by.get(node, [])
        if chosen.isdisjoint(later) and _covers(later, node):
            whole.update(later)
        elif any(u in chosen or chooses(u) for u in later):
            chosen.add(node)
    return whole


def chooses(node: Node) -> bool:
    """Whether elements of an argument may have no say."""
    return facts_of(node.operation).takes is not Takes.ALL


def _covers(reads: list[Node], array: Node) -> bool:
    """Whether basic reads together take every element."""
    if not all(r.operation == "index" and _is_fixed(r.options["at"]) for r in reads):
        return False
    if not reads or sum(r.size for r in reads) < array.size:
        return False
    taken = np.zeros(array.shape, bool)
    for read in reads:
        taken[read.options["at"]] = True
    return bool(taken.all())


def _is_fixed(at: tuple[Any, ...]) -> bool:
    """Whether an index is the same in each turn of a loop, and reads in one place."""
    return is_basic(at) and not moves(at)
