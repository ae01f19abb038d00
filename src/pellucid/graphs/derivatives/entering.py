"""How a derivative is entered into the table.

A rule is plain NumPy on traced values, so that a derivative can be differentiated
again: `rule(g, z, *arguments, **options)`, where z is the result, g = dJ/dz, and what
it gives is dJ/d(argument). For elementwise operations g may have any shape that
broadcasts to that of z; the backward pass sums over broadcast axes. A choice gives g
under a condition, see `choices`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.operations.closed_set import UFUNCS

Rule = Callable[..., Any]
DERIVATIVES: dict[str, Callable[[int], Rule | None]] = {}
# Operations of several parts whose rule is given the adjoints of all: `{part: g}`.
JOINT: set[str] = set()
# Operations of any number of arguments, whose rules are given nodes for values: of a
# thousand arguments there are a million pairs.
OF_SHAPES: set[str] = set()


def derivative(operation: Any, *rules: Rule | None) -> None:
    """Enter one rule for each argument; the last serves for any further ones."""
    key = key_of(operation)
    DERIVATIVES[key] = lambda position: rules[min(position, len(rules) - 1)]


def for_each(operation: Any, rule_at: Callable[[int], Rule | None]) -> None:
    """Enter the rules of any number of arguments, by position."""
    DERIVATIVES[key_of(operation)] = rule_at


def for_each_part(operation: Any, rule_at: Callable[[int], Rule | None]) -> None:
    """Enter the rules of any number of arguments, which ask for shapes alone."""
    for_each(operation, rule_at)
    OF_SHAPES.add(key_of(operation))


def joint(operation: Any, rule: Rule) -> None:
    """Enter the rule of one argument for the adjoints of all parts together."""
    derivative(operation, rule)
    JOINT.add(key_of(operation))


def zero(*operations: Any) -> None:
    """Enter operations that are constant wherever they have a derivative."""
    for operation in operations:
        derivative(operation, None)


def key_of(operation: Any) -> str:
    """The key of a NumPy function in the tables."""
    if isinstance(operation, str):
        return operation
    if isinstance(operation, np.ufunc) and operation in UFUNCS:
        return UFUNCS[operation]
    module = operation.__module__.removeprefix("numpy").removeprefix(".")
    return f"{module}.{operation.__name__}".removeprefix(".")
