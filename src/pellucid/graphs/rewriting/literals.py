"""Steps as people write them: x * np.float64(0.5) is x * 0.5, and w.T of a vector w."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pellucid.graphs.node import Node, constant
from pellucid.graphs.operations.closed_set import is_elementwise

DOUBLE = np.dtype(np.float64)


def with_plain_numbers(node: Node, arguments: Sequence[Node]) -> tuple[Node, ...]:
    """The arguments with numbers of NumPy's as Python's, which the others stand for.

    Beside a float64 that is no plain number, both mean the same (NEP 50).
    """
    if node.dtype != DOUBLE or not is_elementwise(node.operation):
        return tuple(arguments)
    if not any(a.dtype == DOUBLE and not a.weak and a.shape for a in arguments):
        return tuple(arguments)
    return tuple([constant(float(a.value)) if is_double(a) else a for a in arguments])


def is_double(node: Node) -> bool:
    """Whether this is one number of np.float64."""
    return node.is_literal and node.dtype == DOUBLE and not node.weak


def moves_nothing(node: Node) -> bool:
    """Whether a step gives its argument as it is."""
    return node.operation == "transpose" and node.ndim < 2
