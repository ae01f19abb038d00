"""A step of a graph as one expression of what the person has named."""

from __future__ import annotations

from typing import Any

from pellucid.graphs.node import Node, ancestors
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.source.spelling import Spelling, reference, spelt

LONGEST = 72  # characters that an expression has within another


def phrase(node: Node) -> str:
    """A node in plain NumPy; what has no name of the person's is written out."""
    spellings: dict[Node, Spelling] = {}
    for each in (*ancestors(node.arguments, stop=Named()), node):
        arguments = [_short(spellings.get(a), a) for a in each.arguments]
        spellings[each] = spelt(each, arguments)
    return spellings[node].text


class Named:
    """The nodes that are written by their names, or as numbers."""

    def __contains__(self, node: Any) -> bool:
        return not (node.arguments and is_numbered(node.name))


def _short(spelling: Spelling | None, node: Node) -> Spelling:
    """An expression within another; what is named, and what is long, by its name."""
    if spelling is None or (len(spelling.text) > LONGEST and node.name):
        return reference(node)
    return spelling
