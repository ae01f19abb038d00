"""The identities as graphs: each naive formula traced once, sorted by what to look for.

A formula is kept twice where its own parts are instances of other identities: as it is
written, and as it is after these have been replaced.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.identities import IDENTITIES, Identity
from pellucid.graphs.matching import ANY
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.normal import Seen, Term, product, seen_whole, terms
from pellucid.graphs.trace import trace

Needs = frozenset[tuple[str, float]]

# What stands for the options of a formula while it is traced.
EXAMPLES: dict[str, Any] = {"axis": -1, "keepdims": True, "at": (0,), "n": ANY}


# Operations that are looked at as one.
ALIKE = {"subtract": "add", "matmul": "sum", "dot": "sum"}


@dataclass(frozen=True)
class Formula:
    """One naive spelling of an identity, and its unknowns by name."""

    identity: Identity
    root: Seen
    unknowns: dict[str, Node]
    needs: Needs
    keeps: bool = False  # whether the stable formula is told to keep reduced axes

    @property
    def size(self) -> int:
        """How many steps it has; the longer of two formulas is the more special."""
        steps = ancestors([self.root.node])
        return sum(node.operation not in {"negative", "constant"} for node in steps)


def kind(seen: Seen) -> str:
    """Under which heading an expression is looked for."""
    found = terms(seen)
    if len(found) > 1:
        return "sum"
    powers = list(product(seen).powers.items())
    if len(powers) == 1 and powers[0][1] == 1.0:
        return powers[0][0].node.operation
    return "product"


def needs(found: Iterable[Term]) -> Needs:
    """The functions, and the powers of anything, that the terms are made of."""
    powers = [pair for term in found for pair in term.powers.items()]
    calls = [(base.node.operation, power) for base, power in powers]
    return frozenset(
        [("", power) for _, power in calls if power != 1]
        + [(ALIKE.get(name, name), power) for name, power in calls if name != "input"]
    )


def formula(identity: Identity, naive: Callable[..., Any]) -> Formula:
    """Trace a naive formula on examples for its unknowns."""
    names = list(inspect.signature(naive).parameters)
    options = {name: EXAMPLES[name] for name in names if name in EXAMPLES}
    example = np.ones((3,) if "axis" in names else ())
    given = {name: example for name in names if name not in EXAMPLES}
    graph = trace(functools.partial(naive, **options), (), given)
    root = seen_whole(graph.outputs[0])
    unknowns = {node.name: node for node in graph.inputs}
    return Formula(identity, root, unknowns, needs(terms(root)), "keepdims" in names)


def formulas(without: frozenset[str] = frozenset()) -> list[Formula]:
    """Every spelling of every identity but those that are switched off."""
    return [
        formula(identity, naive)
        for identity in IDENTITIES.values()
        if identity.name not in without
        for naive in identity.naive
    ]


def sorted_by_kind(found: Iterable[Formula]) -> dict[str, list[Formula]]:
    """Formulas under the heading that they are looked for, the longest first."""
    table: dict[str, list[Formula]] = {}
    for one in sorted(found, key=lambda formula: -formula.size):
        table.setdefault(kind(one.root), []).append(one)
    return table
