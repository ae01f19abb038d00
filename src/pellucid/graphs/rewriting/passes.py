"""The passes, as lists of the rules that each step goes through in their order."""

from __future__ import annotations

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.robust import COMPOSED
from pellucid.graphs.rewriting.borders import across
from pellucid.graphs.rewriting.contractions import products
from pellucid.graphs.rewriting.driver import (
    Family,
    always,
    applied,
    by_operation,
    shared,
)
from pellucid.graphs.rewriting.inward import inward
from pellucid.graphs.rewriting.naive import Identities
from pellucid.graphs.rewriting.pieces import joined
from pellucid.graphs.rewriting.plain import plain
from pellucid.graphs.rewriting.signs import signs
from pellucid.graphs.rewriting.synonyms import synonyms


def _opened(node: Node) -> Node:
    """A composed operation as its steps."""
    function = OPERATIONS[node.operation].function
    return applied(function, *node.arguments, **node.options)


opened = by_operation(dict.fromkeys(COMPOSED, _opened))

SHARED: list[Family] = [plain, shared]
PRODUCTS: list[Family] = [products]
JOINED: list[Family] = [joined, plain, shared]
OPENED: list[Family] = [plain, shared, opened]


def stabilising(identities: Identities, settled: int = 0) -> list[Family]:
    """What makes a graph stable; of steps older than `settled` what is shared."""
    old = always(lambda node: node if node.order < settled else None)
    border = across(identities, inward)
    return [plain, joined, shared, old, synonyms, signs, identities, inward, border]
