"""The passes, as lists of the rules that each step goes through in their order."""

from __future__ import annotations

import functools
from collections.abc import Callable

from pellucid.graphs.functions.robust import COMPOSED
from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import OPERATIONS
from pellucid.graphs.rewriting import synonyms
from pellucid.graphs.rewriting.driver import (
    Family,
    always,
    by_operation,
    recording,
    rewritten,
    shared,
    taken,
)
from pellucid.graphs.rewriting.formulas import (
    Formula,
    Table,
    entered,
    kind,
    possible,
    written,
)
from pellucid.graphs.rewriting.inward import moving_in
from pellucid.graphs.rewriting.naive import Identities
from pellucid.graphs.rewriting.plain import plain
from pellucid.graphs.rewriting.signs import sign_rule
from pellucid.graphs.rewriting.sums_of_products import Functions, seen_whole
from pellucid.graphs.tracing.patching import creation_recorded
from pellucid.graphs.tracing.recorder import Recorder

# A formula that has become one of these is its own stable form.
OWN_FORM = COMPOSED - {"ratio"}


def opened(node: Node) -> Node:
    """A composed operation as its steps."""
    function = OPERATIONS[node.operation].function
    return taken(function, *node.arguments, **node.options)


SHARED: list[Family] = [always(plain), shared]
OPENED = [*SHARED, by_operation(dict.fromkeys(COMPOSED, opened))]


def stable(identities: Identities, settled: int = 0) -> list[Family]:
    """What makes a graph stable; of steps older than `settled` what is shared."""
    return [
        *SHARED,
        always(lambda node: node if node.order < settled else None),
        by_operation(synonyms.RULES),
        recording(sign_rule),
        identities,
        moving_in,
    ]


# -- the formulas, which go through the same pass -------------------------------------


def tables(without: frozenset[str]) -> Callable[[Functions], Table]:
    """The table of the formulas that may occur where some functions do."""
    return functools.partial(_table, without)


@functools.lru_cache(maxsize=256)
def _table(without: frozenset[str], present: Functions) -> Table:
    """The formulas, as written and with their own parts replaced."""
    names = list(possible(without, present))
    replaced = [_replaced(*name, without) for name in names]
    return Table([written(*name) for name in names] + [f for f in replaced if f])


@functools.lru_cache(maxsize=256)
def _written(without: frozenset[str], present: Functions) -> Table:
    """The formulas as written."""
    return Table(written(*name) for name in possible(without, present))


@functools.lru_cache(maxsize=256)
def _replaced(name: str, i: int, without: frozenset[str]) -> Formula | None:
    """A formula whose parts are instances of others, after these have been replaced."""
    one, recorder = written(name, i), Recorder()
    root = one.root.node
    identities = Identities(functools.partial(_written, without))
    with recorder.running(), creation_recorded():
        arguments = rewritten(root.arguments, stable(identities))
        made = seen_whole(root.remade(tuple(arguments)))
    if not identities.rewrites or kind(made) in OWN_FORM:
        return None
    return entered(one.identity, made, one.unknowns, one.keeps)
