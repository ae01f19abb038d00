"""The text form of a graph: one line a node."""

from __future__ import annotations

from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.reading.spelling import ATOM, Spelling, spelt

WIDTH = 48  # columns for `name = expression` before shape and line begin


def text(graph: Graph) -> str:
    """One line a node: its name, how it is computed, dtype, shape and source line."""
    return "\n".join(line(node) for node in graph.nodes)


def line(node: Node) -> str:
    """One node as a line."""
    left = (
        f"{node.name} = {expression(node)}" if node.operation != "input" else node.name
    )
    kind = "input " if node.operation == "input" else ""
    shape = f"{kind}{node.dtype} {node.shape}" if node.shape else f"{kind}{node.dtype}"
    where = f"line {node.line[1]}" if node.line else ""
    return f"{left:<{WIDTH}}  {shape:<26}{where}".rstrip()


def expression(node: Node) -> str:
    """How a node is computed from its arguments, by name."""
    if node.operation == "constant" and node.size > 12:
        return "a constant array"
    return spelt(node, [reference(argument) for argument in node.arguments]).text


def reference(node: Node) -> Spelling:
    """A node by its name; a plain number by itself."""
    return spelt(node, []) if node.is_literal else Spelling(node.name, ATOM)
