"""The reference meaning of a graph: walk it with numbers, one operation at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.elementwise import OPERATORS


def quietly() -> np.errstate:
    """Without the warnings of what is computed also where it is not taken.

    The derivative of the side of a choice that is not taken may be anything there.
    """
    return np.errstate(divide="ignore", invalid="ignore", over="ignore")


def evaluate(
    order: Sequence[Node], inputs: Mapping[Node, Any], kept: Sequence[Node],
    compute: Callable[[Node, list[Any]], Any] | None = None,
) -> dict[Node, Any]:  # fmt: skip
    """Compute nodes in order; forget each value after its last use, but those kept."""
    compute = compute or computed
    values = dict(inputs)
    last_use = {argument: node for node in order for argument in node.arguments}
    needed = set(kept)
    for node in order:
        if node not in values:
            values[node] = compute(node, [values[a] for a in node.arguments])
        for argument in node.arguments:
            if last_use[argument] is node and argument not in needed:
                values.pop(argument, None)
    return values


def computed(node: Node, arguments: list[Any]) -> Any:
    """The value of one node from those of its arguments."""
    if node.operation == "constant":
        return node.value
    if node.quiet:
        with quietly():
            return _computed(node, arguments)
    return _computed(node, arguments)


def _computed(node: Node, arguments: list[Any]) -> Any:
    return meaning(node)(*arguments, **node.options)


def meaning(node: Node) -> Callable[..., Any]:
    """What computes a node; of Python numbers one again, which stays weak (NEP 50)."""
    own = OPERATORS.get(node.operation) if node.weak else None
    return own or OPERATIONS[node.operation].function
