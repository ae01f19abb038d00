"""The identities as graphs: each spelling is traced once, when it may occur.

It may, where all functions that it names do. What a formula has become once others have
taken the place of its parts is a spelling of its own, so that none of it is traced to
find that out.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.graphs.identities import IDENTITIES, Identity
from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.rewriting.matching import ANY
from pellucid.graphs.rewriting.sums_of_products import (
    PRODUCTS,
    Functions,
    Seen,
    Term,
    alike,
    functions,
    is_seen_through,
    product,
    seen_whole,
    terms,
)
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder
from pellucid.graphs.tracing.traced import lifted, node_of

Needs = frozenset[tuple[tuple[str, float], int]]

# What stands for the options of a formula while it is traced.
EXAMPLES: dict[str, Any] = {"axis": -1, "keepdims": True, "at": (0,), "n": ANY}


@dataclass(frozen=True)
class Formula:
    """One spelling of an identity, its unknowns by name, and how it is found.

    `heading` is its kind, `functions` are those in its terms and factors, `needs` the
    outermost, and `size` counts its steps: the longer of two is the more special.
    """

    identity: Identity
    root: Seen
    unknowns: dict[str, Node]
    keeps: bool  # whether the stable formula is told to keep reduced axes
    heading: str
    functions: Functions
    needs: Needs
    size: int


def kind(seen: Seen) -> str:
    """Under which heading an expression is looked for."""
    if not is_seen_through(seen.node.operation):
        return seen.node.operation
    found = terms(seen)
    if len(found) > 1:
        return "sum"
    powers = list(product(seen).powers.items())
    if len(powers) == 1 and powers[0][1] == 1.0:
        return powers[0][0].node.operation
    return "product"


def needs(found: Iterable[Term]) -> Needs:
    """The functions, and the powers of anything, that the terms are made of.

    Each is numbered, so that what is there twice is needed twice.
    """
    counts: dict[tuple[str, float], int] = {}
    for term in found:
        for base, power in term.powers.items():
            name = base.node.operation
            if power != 1:
                counts["", power] = counts.get(("", power), 0) + 1
            if name != "input":
                call = alike(name), power
                counts[call] = counts.get(call, 0) + 1
    return frozenset((call, i) for call, count in counts.items() for i in range(count))


def inner_functions(node: Node, found: dict[Node, Functions]) -> Functions:
    """The functions in a node's terms and factors; of a call, in its arguments."""
    if is_seen_through(node.operation):
        return functions(node, found)
    return frozenset().union(*(functions(a, found) for a in node.arguments))


def entered(
    identity: Identity, root: Seen, unknowns: dict[str, Node], keeps: bool
) -> Formula:
    """A formula that has been traced, with what it is found by."""
    steps = [n.operation for n in ancestors([root.node])]
    return Formula(
        identity, root, unknowns, keeps, kind(root), inner_functions(root.node, {}),
        needs(terms(root)), sum(n not in {"negative", "constant"} for n in steps),
    )  # fmt: skip


@functools.cache
def formula_of(name: str, i: int) -> Formula:
    """Trace a spelling on examples for its unknowns."""
    identity = IDENTITIES[name]
    naive = identity.spellings[i]
    names = naive.__code__.co_varnames[: naive.__code__.co_argcount]
    options = {name: EXAMPLES[name] for name in names if name in EXAMPLES}
    example, recorder = np.ones((3,) if "axis" in names else ()), Recorder()
    unknowns = {name: recorder.input(name, example)
                for name in names if name not in EXAMPLES}  # fmt: skip
    given = {name: lifted(node, recorder, True, like=example)
             for name, node in unknowns.items()}  # fmt: skip
    with recorder.running(), creation_recorded():
        root = node_of(naive(**given, **options))
    return entered(identity, seen_whole(root), unknowns, "keepdims" in names)


# Functions that have other spellings: a sum may be a matrix product, a root a power.
SPELLINGS = {"sum", "sqrt", "square", "index"}


@functools.cache
def named_in(*formulas: Any) -> Functions:
    """The operations that formulas call by name."""
    names = frozenset(name for f in formulas for name in f.__code__.co_names)
    return names & OPERATIONS.keys() - SPELLINGS


@functools.cache
def all_named() -> Functions:
    """The functions that any formula names, naive or stable."""
    each = IDENTITIES.values()
    return frozenset().union(*(named_in(*one.spellings, one.stable) for one in each))


@functools.lru_cache(maxsize=256)
def formulas_of(without: frozenset[str], present: Functions) -> Formulas:
    """The formulas that may occur where these functions do; as written come first."""
    found = [
        (i >= len(identity.naive), identity.name, i)
        for identity in IDENTITIES.values()
        for i, spelling in enumerate(identity.spellings)
        if identity.name not in without and named_in(spelling) <= present
    ]
    found.sort(key=lambda one: one[0])
    return Formulas(formula_of(name, i) for _, name, i in found)


class Formulas:
    """Formulas under the heading that they are looked for, the longest first."""

    def __init__(self, found: Iterable[Formula]) -> None:
        self.headed: dict[str, list[Formula]] = {}
        self._functions: dict[str, set[Functions]] = {}
        for one in sorted(found, key=lambda formula: -formula.size):
            self.headed.setdefault(one.heading, []).append(one)
            group = _group(one.root.node.operation)
            self._functions.setdefault(group, set()).add(one.functions)

    def may_have(self, operation: str) -> bool:
        """Whether some formula ends in such an operation."""
        return _group(operation) in self._functions

    def has_one_of(self, operation: str, functions: Functions) -> bool:
        """Whether some formula that ends so is made of no other functions."""
        wanted = self._functions[_group(operation)]
        return any(needed <= functions for needed in wanted)


def _group(operation: str) -> str:
    """Operations that may stand for each other as the last of a formula."""
    if operation in PRODUCTS:
        return "product"
    return "add" if alike(operation) == "add" else operation
