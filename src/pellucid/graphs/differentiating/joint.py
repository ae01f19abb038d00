"""The adjoint of a matrix from those of all parts of its decomposition together."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pellucid.graphs.derivatives import DERIVATIVES, JOINT
from pellucid.graphs.differentiating.adjoint import (
    Adjoint,
    expanded,
    named_after,
    value,
)
from pellucid.graphs.differentiating.equal_eigenvalues import Pull, options_of, rates
from pellucid.graphs.node import Node
from pellucid.graphs.tracing.recorder import Recorder


def siblings(nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """The parts of each decomposition, of which the last has none to wait for.

    Going backwards the first of them is met when the adjoints of all are complete.
    """
    groups: dict[Any, list[Node]] = {}
    for node in nodes:
        if node.operation in JOINT:
            key = node.operation, node.arguments[0], *options_of(node).items()
            groups.setdefault(key, []).append(node)
    return {
        node: group if node is group[0] else []
        for group in groups.values()
        for node in group
    }


def contributed(
    recorder: Recorder, pull: Pull, group: list[Node], adjoint: Mapping[Node, Adjoint]
) -> Iterator[tuple[Node, Adjoint]]:
    """What all parts of one decomposition together contribute to its argument."""
    given: dict[int, Any] = {}
    for node in group:
        if node in adjoint:
            g = expanded(named_after(recorder, node, adjoint[node].settled), node)
            part = node.options["part"]
            given[part] = given[part] + g if part in given else g
    if not given:
        return
    first = group[0]
    (argument,) = first.arguments
    with recorder.on_behalf_of(first):
        rule: Any = DERIVATIVES[first.operation](0)
        moved = functools.partial(rates, pull, first)
        g = rule(given, value(first), value(argument), moved=moved, **options_of(first))
        yield argument, Adjoint(g).fitted(first, 0)
