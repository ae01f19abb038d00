"""Which nodes have an equation of their own; the others are written within these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from pellucid.graphs.node import Node
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.formula.elements import needs_index, passes_index
from pellucid.reading.formula.typesetter import is_array

LONGEST = 24  # operations and symbols on the right of one equation
BRIEF = 5  # of what may be written in two places
CONSTANT = 9  # elements of a constant array that is written out
NOTHING: Collection[Node] = ()


def parts(
    order: Sequence[Node],
    roots: set[Node],
    inside: Collection[Node] = NOTHING,
    totals: Collection[Node] = NOTHING,
    masks: Collection[Node] = NOTHING,
) -> tuple[set[Node], set[Node]]:
    """The nodes with an equation of their own, and those that need indices in it.

    The first are the roots, what the person named, what is long and used twice, the
    longest arguments of what would be too long, and sums along some axes that are
    needed whole; but none of those that stand inside of others. Totals are sums over
    the turns of a loop; masks are not written at all.
    """
    given = {node: [a for a in read(node) if a not in masks] for node in order}
    uses = Counter(argument for node in order for argument in given[node])
    found: set[Node] = set()
    indexed: set[Node] = set()
    weight: dict[Node, int] = {}
    for node in order:
        if not passes_index(node) and node not in totals:
            found |= indexed.intersection(given[node])
        weight[node] = _fitted(given[node], weight, found, inside)
        inlined = indexed.intersection(given[node]) - found
        if needs_index(node) or (inlined and is_array(node, None)):
            indexed.add(node)
        if node in inside:
            continue
        long = weight[node] > BRIEF and uses[node] > 1
        if node in roots or long or is_named(node) or _is_large(node):
            found.add(node)
    return found, indexed


def _fitted(
    given: Sequence[Node],
    weight: Mapping[Node, int],
    found: set[Node],
    inside: Collection[Node],
) -> int:
    """The length of an expression of these; what makes it too long is cut off."""
    while True:
        inlined = [a for a in given if a not in found]
        total = 1 + len(given) + sum(weight[a] - 1 for a in inlined)
        cut = [a for a in inlined if a not in inside and weight[a] > BRIEF]
        if total <= LONGEST or not cut:
            return total
        found.add(max(cut, key=weight.__getitem__))


def read(node: Node) -> Sequence[Node]:
    """What is written of a node's arguments: of what comes out of a loop the first."""
    return node.arguments[:1] if node.operation == "part" else node.arguments


def is_named(node: Node) -> bool:
    """Whether the person gave it a name, or it came as an argument."""
    return node.is_input or not is_numbered(node.name)


def _is_large(node: Node) -> bool:
    return node.is_constant and node.size > CONSTANT
