"""The passes, as lists of the rules that each step goes through in their order."""

from __future__ import annotations

import functools
from collections.abc import Callable

from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.operations.robust import COMPOSED
from pellucid.graphs.rewriting.borders import across
from pellucid.graphs.rewriting.contractions import products
from pellucid.graphs.rewriting.driver import (
    Family,
    always,
    applied,
    by_operation,
    rewritten,
    shared,
)
from pellucid.graphs.rewriting.fission import fission
from pellucid.graphs.rewriting.formulas import (
    Formula,
    Formulas,
    all_named,
    before_replaced,
    ends_in,
    entered,
    formula_of,
    inner_functions,
    kind,
    possible,
)
from pellucid.graphs.rewriting.inward import inward
from pellucid.graphs.rewriting.naive import Identities
from pellucid.graphs.rewriting.pieces import joined
from pellucid.graphs.rewriting.plain import plain
from pellucid.graphs.rewriting.signs import signs
from pellucid.graphs.rewriting.sums_of_products import Functions, seen_whole
from pellucid.graphs.rewriting.synonyms import synonyms
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder

# A formula that has become one of these is its own stable form.
OWN_FORM = COMPOSED - {"ratio"}


def _opened(node: Node) -> Node:
    """A composed operation as its steps."""
    function = OPERATIONS[node.operation].function
    return applied(function, *node.arguments, **node.options)


opened = by_operation(dict.fromkeys(COMPOSED, _opened))

SHARED: list[Family] = [plain, shared]
PRODUCTS: list[Family] = [products]
JOINED: list[Family] = [joined, plain, shared]
SPLIT: list[Family] = [fission]
OPENED: list[Family] = [plain, shared, opened]


def stabilising(identities: Identities, settled: int = 0) -> list[Family]:
    """What makes a graph stable; of steps older than `settled` what is shared."""
    old = always(lambda node: node if node.order < settled else None)
    border = across(identities, inward)
    return [plain, joined, shared, old, synonyms, signs, identities, inward, border]


# -- the formulas, which go through the same pass -------------------------------------


def formulas_without(without: frozenset[str]) -> Callable[[Functions], Formulas]:
    """The formulas that may occur where some functions do."""
    return functools.partial(_formulas, without)


@functools.lru_cache(maxsize=256)
def _formulas(without: frozenset[str], present: Functions) -> Formulas:
    """The formulas, as written and with their own parts replaced."""
    written = [formula_of(*name) for name in possible(without, present)]
    before = possible(without, before_replaced(present))
    replaced = [_replaced(*name, without) for name in before if ends_in(present, *name)]
    return Formulas([*written, *filter(None, replaced)])


@functools.lru_cache(maxsize=256)
def _unreplaced(without: frozenset[str], present: Functions) -> Formulas:
    """The formulas as written."""
    return Formulas(formula_of(*name) for name in possible(without, present))


def _may_hold_another(root: Node, without: frozenset[str]) -> bool:
    """Whether the parts of a formula are made of what some formula is made of."""
    parts = ancestors(root.arguments)
    names = frozenset(part.operation for part in parts) & all_named()
    table = _unreplaced(without, names)
    return any(
        table.may_have(part.operation)
        and table.has_one_of(part.operation, inner_functions(part, {}))
        for part in parts
        if part.arguments
    )


@functools.lru_cache(maxsize=256)
def _replaced(name: str, i: int, without: frozenset[str]) -> Formula | None:
    """A formula whose parts are instances of others, after these have been replaced."""
    one, recorder = formula_of(name, i), Recorder()
    root = one.root.node
    if not _may_hold_another(root, without):
        return None
    identities = Identities(functools.partial(_unreplaced, without))
    with recorder.running(), creation_recorded():
        arguments = rewritten(root.arguments, stabilising(identities))
        made = seen_whole(root.remade(tuple(arguments)))
    if not identities.rewrites or kind(made) in OWN_FORM:
        return None
    return entered(one.identity, made, one.unknowns, one.keeps)
