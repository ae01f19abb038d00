"""What a drawing shows: a box for each node, with name, formula, value and gradient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node
from pellucid.graphs.recorder import is_numbered
from pellucid.reading.numbers import Numbers, numbers_of, title
from pellucid.reading.signs import shown_value, typeset
from pellucid.reading.spelling import ATOM, Spelling, spelt
from pellucid.reading.text import line

UNFOLDED = 40  # nodes that are all drawn
MOST = 150  # boxes of a drawing
INLINE = 32  # characters of a formula that is folded into another


@dataclass(frozen=True)
class Box:
    """One box of a drawing: what is written in it, and what kind of node it is."""

    key: str  # the name of the node
    name: str  # what is written: that, or the function's name for a result without one
    formula: str
    kind: str  # input, constant, operation, output or folded
    numbers: tuple[tuple[str, str], ...] = ()  # ("value", "5"), ("gradient", "0.6")
    note: str = ""  # what a pointer that rests on the box is told
    numbered: bool = False  # whether the name is none of the person's


@dataclass(frozen=True)
class Diagram:
    """Boxes, the arrows between them, and what is said below."""

    title: str
    boxes: Sequence[Box]
    arrows: Sequence[tuple[str, str]]
    remark: str = ""


class Shown(NamedTuple):
    """A node that has a box, its formula, and the boxes that the formula names."""

    node: Node
    formula: str
    sources: Sequence[Node]


def diagram(graph: Graph, args: tuple[Any, ...]) -> Diagram:
    """The boxes and arrows of a graph; with arguments each box has its numbers."""
    numbers = numbers_of(graph, args)
    shown = _shown(graph)
    boxes = [_box(graph, each, numbers) for each in shown]
    arrows = [(a.name, each.node.name) for each in shown for a in each.sources]
    return shortened(Diagram(graph.title, boxes, arrows, numbers.remark))


# -- which nodes have a box -----------------------------------------------------------


def _shown(graph: Graph) -> list[Shown]:
    """Every node, or in a big graph those that are not written where they are used."""
    folded = _foldable(graph) if len(graph.nodes) > UNFOLDED else set()
    reference: dict[Node, Spelling] = {}
    sources: dict[Node, Sequence[Node]] = {}
    shown = []
    for node in graph.order:
        spelling = spelt(node, [reference[a] for a in node.arguments])
        named = list(dict.fromkeys(s for a in node.arguments for s in sources[a]))
        if node.is_literal or (node in folded and len(spelling.text) <= INLINE):
            reference[node], sources[node] = spelling, named
        else:
            reference[node], sources[node] = Spelling(node.name, ATOM), [node]
        if sources[node] == [node] or node in graph.outputs:
            shown.append(Shown(node, spelling.text, named))
    return shown


def _foldable(graph: Graph) -> set[Node]:
    """The unnamed nodes that are used once."""
    uses = Counter(argument for node in graph.order for argument in node.arguments)
    unnamed = {z for z in graph.nodes if is_numbered(z.name) and uses[z] == 1}
    return {z for z in unnamed if z.arguments} - set(graph.outputs)


def shortened(whole: Diagram) -> Diagram:
    """At most so many boxes: those in the middle become one that says how many."""
    if len(whole.boxes) <= MOST:
        return whole
    names = [box.key for box in whole.boxes]
    middle = dict.fromkeys(names[MOST // 2 : -MOST // 2], "…")
    rest = Box("…", f"{len(middle):,} more boxes", "", "folded", numbered=True)
    boxes = [*whole.boxes[: MOST // 2], rest, *whole.boxes[-MOST // 2 :]]
    ends = [(middle.get(a, a), middle.get(b, b)) for a, b in whole.arrows]
    arrows = list(dict.fromkeys((a, b) for a, b in ends if a != b))
    return Diagram(whole.title, boxes, arrows, whole.remark)


# -- what is written in a box ---------------------------------------------------------


def _box(graph: Graph, each: Shown, numbers: Numbers) -> Box:
    node = each.node
    kind = _kind(graph, node)
    name = title(graph, node)
    bare = node.operation in ("input", "constant")
    return Box(
        key=node.name,
        name=name,
        formula="" if bare else typeset(each.formula),
        kind=kind,
        numbers=tuple(_rows(node, numbers)),
        note=re.sub(r" {2,}", "\n", line(node)),
        numbered=is_numbered(name),
    )


def _rows(node: Node, numbers: Numbers) -> Iterator[tuple[str, str]]:
    """The value of a node, and its gradient, where they are known."""
    if node in numbers.values:
        yield "value", shown_value(numbers.values[node])
    elif node.operation == "constant":
        yield "value", shown_value(node.value)
    if node in numbers.gradients:
        yield "gradient", shown_value(numbers.gradients[node], shape=False)


def _kind(graph: Graph, node: Node) -> str:
    if node in graph.outputs:
        return "output"
    if node.operation == "input":
        return "input"
    return "operation" if node.arguments else "constant"
