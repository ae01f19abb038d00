"""The text form of a graph: one line a node."""

from __future__ import annotations

import os

from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.reading.source.spelling import ATOM, Spelling, spelt

WIDTH = 48  # columns of `name = expression` up to which shape and line are aligned


def text(graph: Graph) -> str:
    """One line a node: its name, how it is computed, dtype, shape and source line."""
    width = max((len(_left(node)) for node in graph.nodes), default=0)
    several = len({node.line[0] for node in graph.nodes if node.line}) > 1
    return "\n".join(line(node, min(width, WIDTH), several) for node in graph.nodes)


def line(node: Node, width: int = WIDTH, with_file: bool = False) -> str:
    """One node as a line."""
    kind = "input " if node.is_input else ""
    shape = f" {node.shape}" if node.shape else ""
    return (
        f"{_left(node):<{width}}  {kind + str(node.dtype) + shape:<24}"
        f"  {_where(node, with_file)}"
    ).rstrip()


def _left(node: Node) -> str:
    return node.name if node.is_input else f"{node.name} = {expression(node)}"


def _where(node: Node, with_file: bool) -> str:
    """The source line, with its file where there are several."""
    if node.line is None:
        return ""
    file, number = node.line
    return f"{os.path.basename(file)}, line {number}" if with_file else f"line {number}"


def expression(node: Node) -> str:
    """How a node is computed from its arguments, by name."""
    if node.is_constant and node.size > 12:
        return "a constant array"
    return spelt(node, [reference(argument) for argument in node.arguments]).text


def reference(node: Node) -> Spelling:
    """A node by its name; a plain number by itself."""
    return spelt(node, []) if node.is_literal else Spelling(node.name, ATOM)
