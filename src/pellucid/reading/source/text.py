"""The text form of a graph: one line a node."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from pellucid.graphs.calls import innermost
from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.reading.source.branches import (  # fmt: skip
    LONGEST,
    Conditions,
    Left,
    condition,
    is_path,
    told,
    truth,
)
from pellucid.reading.source.spelling import reference, spelt
from pellucid.reading.source.statements import INDENT
from pellucid.reading.source.writer import Writer

SHOWN = 12  # elements of a constant array that is written out
WIDTH = 48  # columns of `name = expression` up to which shape and line are aligned


def text(graph: Graph) -> str:
    """One line a node: its name, how it is computed, dtype, shape and source line.

    Where the function branched, a line says what was asked and what it was.
    """
    conditions = Conditions(graph)
    most = LONGEST if graph.guards else WIDTH
    rows = [_row(each, conditions) for each in told(graph, conditions)]
    if any(node.operation == "loop" for node in graph.order):
        rows = [*_of_loops(graph)]
    width = min(max((len(row[0]) for row in rows), default=0), most)
    several = len({place.file for *_, place in rows if place.file}) > 1
    lines = [_written(row, width, several) for row in rows]
    return "\n".join([*lines, *(["", is_path(graph)] if graph.guards else [])])


def _of_loops(graph: Graph) -> Iterator[Row]:
    """One line a node, and below the head of a loop the statements of one turn."""
    for node in graph.inputs:
        yield node.name, _kind(node), _place(node)
    writer = Writer(graph, whole=True)
    for depth, said, about in writer.statements():
        kind, place = "", _place(about) if about is not None else NOWHERE
        if isinstance(about, Guard):
            said = f"if {condition(about, writer.asked[about])}"
            kind = f"was {truth(about)}"
        elif about is not None and about.operation != "loop":
            kind = _kind(about)
            if about.is_constant and about.size > SHOWN:
                said = f"{writer.names[about]} = {expression(about)}"
        yield INDENT * depth + said, kind, place


class Place(NamedTuple):
    """A line of a file, and the layer of a network that it is of; "" for none."""

    file: str
    line: int
    layer: str = ""


Row = tuple[str, str, Place]  # what is said, what it is, and where it stands
NOWHERE = Place("", 0)


def _place(each: Node | Guard | Left) -> Place:
    """Where a step stands, or a branch."""
    call = innermost(each.call) if isinstance(each, Node) else None
    return Place(*(each.line or NOWHERE[:2]), call.function if call else "")


def _row(each: Node | Guard | Left, conditions: Conditions) -> Row:
    """A step, or a branch: what is said, what it is, and where it stands."""
    if isinstance(each, Node):
        said, kind = _left(each, conditions), _kind(each)
    elif isinstance(each, Guard):
        said, kind = f"if {conditions.text(each)}", f"was {truth(each)}"
    else:
        said, kind = f"... and {each.count} more conditions", ""
    return said, kind, _place(each)


def line(node: Node, width: int = WIDTH, with_file: bool = False) -> str:
    """One node as a line."""
    row = _left(node), _kind(node), _place(node)
    return _written(row, width, with_file)


def _written(row: tuple[str, str, Place], width: int, with_file: bool) -> str:
    said, kind, place = row
    return f"{said:<{width}}  {kind:<24}  {_where(place, with_file)}".rstrip()


def _left(node: Node, conditions: Conditions | None = None) -> str:
    return (
        node.name if node.is_input else f"{node.name} = {expression(node, conditions)}"
    )


def _kind(node: Node) -> str:
    """The dtype and the shape."""
    kind = "input " if node.is_input else ""
    return f"{kind}{node.dtype}{f' {node.shape}' if node.shape else ''}"


def _where(place: Place, with_file: bool) -> str:
    """The source line, with its file where there are several."""
    if not place.file:
        return place.layer
    file = f"{os.path.basename(place.file)}, " if with_file else ""
    return f"{file}line {place.line}{', in ' * bool(place.layer)}{place.layer}"


def expression(node: Node, conditions: Conditions | None = None) -> str:
    """How a node is computed from its arguments, by name or as conditions do."""
    if node.is_constant and node.size > SHOWN:
        return "a constant array"
    refer = conditions.reference if conditions else reference
    return spelt(node, [refer(argument) for argument in node.arguments]).text
