"""A step of a graph as one expression of what the person has named."""

from __future__ import annotations

from pellucid.graphs.node import Node
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.source.spelling import Spelling, spelt
from pellucid.reading.source.text import reference

LONGEST = 72  # characters that an expression has within another


def phrase(node: Node) -> str:
    """A node in plain NumPy; what has no name of the person's is written out."""
    spellings: dict[Node, Spelling] = {}
    waiting = [node]
    while waiting:
        latest = waiting[-1]
        missing = [a for a in latest.arguments if a not in spellings and _is_inner(a)]
        if missing and latest not in spellings:
            waiting += missing
            continue
        waiting.pop()
        arguments = [_short(spellings.get(a), a) for a in latest.arguments]
        spellings[latest] = spelt(latest, arguments)
    return spellings[node].text


def _short(spelling: Spelling | None, node: Node) -> Spelling:
    """An expression within another; what is named, and what is long, by its name."""
    if spelling is None or (len(spelling.text) > LONGEST and node.name):
        return reference(node)
    return spelling


def _is_inner(node: Node) -> bool:
    """Whether a node is written out where it is used."""
    return bool(node.arguments) and is_numbered(node.name)
