"""Where each value of a graph lives while it runs: which memory, and until when.

Values that share memory (views of one another) have one *root*. A root is reused by a
later value once its last reader has run. Results that leave the function, and what they
share memory with, live in memory of their own, made anew in each call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.operations.table import OPERATIONS
from pellucid.graphs.sharing import Lives

# Operations that write their result where `out=` says.
WITH_OUT = {name for name, o in OPERATIONS.items() if isinstance(o.function, np.ufunc)}
WITH_OUT |= {
    "dot",
    "matmul",
    "sum",
    "mean",
    "max",
    "min",
    "prod",
    "cumsum",
    "cumprod",
    "assign",
}


@dataclass(frozen=True)
class Buffer:
    """A piece of memory that is kept between calls."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


Pool = dict[tuple[tuple[int, ...], np.dtype[Any]], list[Buffer]]


@dataclass
class Plan:
    """For each node: the buffer that it is written to, if any, and whether in place."""

    out: dict[Node, Buffer] = field(default_factory=dict)
    in_place: set[Node] = field(default_factory=set)
    buffers: list[Buffer] = field(default_factory=list)


def planned(graph: Graph, order: Sequence[Node]) -> Plan:
    """Give each value a memory, reusing those that are read no more."""
    plan = Plan()
    lives = Lives(graph, order)
    free: Pool = {}
    held: dict[Node, Buffer] = {}
    for node in order:
        ending = lives.ending(node)
        if (
            node.operation == "assign"
            and lives.may_write(node)
            and not node.arguments[0].known
        ):
            owner = lives.root[node.arguments[0]]
            plan.in_place.add(node)
            ending.discard(owner)
            if owner in held:
                held[node] = held.pop(owner)
        elif node.operation in WITH_OUT and node.shape and node not in lives.leaving:
            buffer = _in_place(node, ending, lives.root, held) or _from_pool(
                node, free, plan
            )
            ending = {root for root in ending if held.get(root) is not buffer}
            plan.out[node] = held[node] = buffer
        for root in ending & held.keys():
            buffer = held.pop(root)
            free.setdefault((buffer.shape, buffer.dtype), []).append(buffer)
    return plan


def _in_place(
    node: Node, ending: set[Node], root: dict[Node, Node], held: dict[Node, Buffer]
) -> Buffer | None:
    """The buffer of an argument that is read for the last time, element by element."""
    if not OPERATIONS[node.operation].elementwise:
        return None
    for argument in node.arguments:
        same = (argument.shape, argument.dtype) == (node.shape, node.dtype)
        if (
            same
            and argument in ending
            and argument in held
            and root[argument] is argument
        ):
            return held[argument]
    return None


def _from_pool(node: Node, free: Pool, plan: Plan) -> Buffer:
    """A buffer that nobody reads any more, or a new one."""
    waiting = free.get((node.shape, node.dtype))
    if waiting:
        return waiting.pop()
    buffer = Buffer(f"buffer{len(plan.buffers) + 1}", node.shape, node.dtype)
    plan.buffers.append(buffer)
    return buffer
