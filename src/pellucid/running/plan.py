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

from pellucid.graphs.node import Graph, Node
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.table import OPERATIONS

# Operations that write their result where `out=` says.
WITH_OUT = {name for name, o in OPERATIONS.items() if isinstance(o.function, np.ufunc)}
WITH_OUT |= {"dot", "matmul", "sum", "mean", "max", "min", "prod", "cumsum", "cumprod", "assign"}


@dataclass(frozen=True)
class Buffer:
    """A piece of memory that is kept between calls."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass
class Plan:
    """For each node: the buffer that it is written to, if any, and whether in place."""

    out: dict[Node, Buffer] = field(default_factory=dict)
    in_place: set[Node] = field(default_factory=set)
    buffers: list[Buffer] = field(default_factory=list)


def is_view(node: Node) -> bool:
    """Whether a value may share memory with the first argument."""
    if node.operation == "index":
        return is_basic(node.options["at"])
    return node.operation == "copy" or (
        node.operation in OPERATIONS and OPERATIONS[node.operation].view
    )


def roots(order: Sequence[Node]) -> dict[Node, Node]:
    """For each node the node whose memory it may share."""
    root: dict[Node, Node] = {}
    for node in order:
        root[node] = root[node.arguments[0]] if is_view(node) else node
    return root


def planned(graph: Graph, order: Sequence[Node]) -> Plan:
    """Give each value a memory, reusing those that are read no more."""
    plan = Plan()
    lives = Lives(graph, order)
    free: dict[tuple[tuple[int, ...], np.dtype[Any]], list[Buffer]] = {}
    held: dict[Node, Buffer] = {}
    for node in order:
        ending = lives.ending(node)
        if node.operation == "assign" and lives.may_write(node):
            owner = lives.root[node.arguments[0]]
            plan.in_place.add(node)
            ending.discard(owner)
            if owner in held:
                held[node] = held.pop(owner)
        elif node.operation in WITH_OUT and node.shape and node not in lives.leaving:
            buffer = _in_place(node, ending, lives.root, held) or _from_pool(node, free, plan)
            ending = {root for root in ending if held.get(root) is not buffer}
            plan.out[node] = held[node] = buffer
        for root in ending & held.keys():
            buffer = held.pop(root)
            free.setdefault((buffer.shape, buffer.dtype), []).append(buffer)
    return plan


class Lives:
    """Who shares memory with whom, who reads it last, and what leaves the function."""

    def __init__(self, graph: Graph, order: Sequence[Node]) -> None:
        self.root = roots(graph.order)
        self.last_use = {self.root[a]: node for node in order for a in node.arguments}
        self.outputs = {self.root[node] for node in graph.outputs}
        self.leaving = set(self.outputs)
        for node in reversed(order):
            if node.operation == "assign" and node in self.leaving:
                self.leaving.add(self.root[node.arguments[0]])

    def ending(self, node: Node) -> set[Node]:
        """The memories that this node is the last to read."""
        mine = {self.root[a] for a in node.arguments}
        return {root for root in mine if self.last_use[root] is node} - self.leaving

    def may_write(self, node: Node) -> bool:
        """Whether an assignment may write into its array: nobody reads the old content."""
        array, *others = (self.root[a] for a in node.arguments)
        owned = array is node.arguments[0] and array.operation != "input" and not array.known
        unread = self.last_use[array] is node and array not in self.outputs
        return owned and unread and array not in others


def _in_place(node: Node, ending: set[Node], root: dict[Node, Node], held: dict[Node, Buffer]) -> Buffer | None:
    """The buffer of an argument that is read here for the last time, element by element."""
    if not OPERATIONS[node.operation].elementwise:
        return None
    for argument in node.arguments:
        same = (argument.shape, argument.dtype) == (node.shape, node.dtype)
        if same and argument in ending and argument in held and root[argument] is argument:
            return held[argument]
    return None


def _from_pool(node: Node, free: dict, plan: Plan) -> Buffer:  # type: ignore[type-arg]
    """A buffer that nobody reads any more, or a new one."""
    waiting = free.get((node.shape, node.dtype))
    if waiting:
        return waiting.pop()
    buffer = Buffer(f"buffer{len(plan.buffers) + 1}", node.shape, node.dtype)
    plan.buffers.append(buffer)
    return buffer
