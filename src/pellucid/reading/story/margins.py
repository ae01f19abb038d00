"""How far a path is from another: what was compared, and how far apart that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import facts_of
from pellucid.reading.formula.conditions import OPPOSITE
from pellucid.reading.formula.typography import shown_value

Pair = tuple[Any, Any]

# Of a whole number n, where the next ones begin.
WHOLE: dict[str, Callable[[int], tuple[float, float]]] = {
    "floor": lambda n: (n, n + 1),
    "ceil": lambda n: (n - 1, n),
    "rint": lambda n: (n - 0.5, n + 0.5),
    "round": lambda n: (n - 0.5, n + 0.5),
    "trunc": lambda n: (n - (n <= 0), n + (n >= 0)),
}


def distance(guard: Guard, values: Mapping[Node, Any]) -> str:
    """Which numbers were compared, and how far apart they are; "" for other questions.

    What is compared may be the two largest elements, or a number and where it becomes
    another whole one.
    """
    pair = _pair(guard, values) if guard.node in values else None
    if pair is None or not all(np.isfinite(each) for each in pair):
        return ""
    left, right = map(shown_value, pair)
    apart = abs(pair[0] - pair[1])
    if apart == 0:
        return f"{left} and {right} are equal: the slope is that of this side"
    return f"{left} and {right} are {shown_value(apart)} apart"


def _pair(guard: Guard, values: Mapping[Node, Any]) -> Pair | None:
    node = guard.node
    while node.operation == "cast" or facts_of(node.operation).view:
        node = node.arguments[0]
    given = [values[argument] for argument in node.arguments]
    if node.operation in OPPOSITE and all(np.size(each) == 1 for each in given):
        left, right = (np.asarray(each).astype(float).item() for each in given)
        return left, right
    if node.operation in WHOLE and np.size(given[0]) == 1:
        x = np.asarray(given[0]).item()
        ends = WHOLE[node.operation](guard.answer)
        return x, min(ends, key=lambda end: abs(end - x))
    if node.operation in ("argmax", "argmin") and node.size == 1 < np.size(given[0]):
        ascending = np.sort(np.ravel(given[0]))
        first, second = (-1, -2) if node.operation == "argmax" else (0, 1)
        return ascending[first].item(), ascending[second].item()
    return None
