"""What a drawing shows: a box for each node, with name, formula, value and gradient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import Rewrite, StableGraph
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.drawing.contents import BoxContent, contents
from pellucid.reading.drawing.folds import Frame, Opened
from pellucid.reading.formula.typography import LONGEST, shown_value, typeset
from pellucid.reading.numbers import Numbers, numbers_of
from pellucid.reading.source.branches import is_path, truth
from pellucid.reading.source.text import line

MOST = 150  # boxes of a drawing
NOTED = 12  # steps that a pointer is told
ANSWERS = 4  # of one line, that are told one by one


@dataclass(frozen=True)
class Box:
    """One box of a drawing: what is written in it, and what kind of node it is."""

    key: str  # the name of the node
    name: str  # what is written: that, or the function's name for a result without one
    formula: str
    kind: str  # input, constant, operation, function, branch, output or folded
    numbers: tuple[tuple[str, str], ...] = ()  # ("value", "5"), ("gradient", "0.6")
    note: str = ""  # what a pointer that rests on the box is told
    numbered: bool = False  # whether the name is none of the person's
    frame: Frame | None = None  # around it


@dataclass(frozen=True)
class Diagram:
    """Boxes, the arrows between them, and what is said below."""

    title: str
    boxes: Sequence[Box]
    arrows: Sequence[tuple[str, str]]
    remarks: Sequence[str] = ()
    functions: Sequence[str] = ()  # the helpers whose calls are one box


def diagram(
    graph: Graph,
    args: tuple[Any, ...],
    opened: Opened = None,
    steps: bool | None = None,
) -> Diagram:
    """The boxes and arrows of a graph; with arguments each box has its numbers."""
    numbers = numbers_of(graph, args)
    rewrites = _rewrites(graph)
    chosen = contents(graph, opened, steps)
    left = chosen[MOST // 2 : -MOST // 2] if len(chosen) > MOST else []
    middle = {each.key: "…" for each in left}
    kept = [each for each in chosen if each.key not in middle]
    boxes = [_box(graph, each, numbers, rewrites) for each in kept]
    boxes[MOST // 2 : MOST // 2] = [_middle(len(left))] if left else []
    names = [(a.name, each.key) for each in chosen for a in each.sources]
    arrows = dict.fromkeys((middle.get(a, a), middle.get(b, b)) for a, b in names)
    marked = any(label == "rewritten" for box in boxes for label, _ in box.numbers)
    return Diagram(
        graph.title,
        boxes,
        [(a, b) for a, b in arrows if a != b],
        [*filter(None, (numbers.remark, REWRITTEN * marked, is_path(graph)))],
        list(dict.fromkeys(each.function for each in kept if each.function)),
    )


def _middle(count: int) -> Box:
    """The box that says how many boxes in the middle are left out."""
    return Box("…", f"{count:,} more boxes", "", "folded", numbered=True)


REWRITTEN = "rewritten: a stable formula in the place of a naive one"


def _rewrites(graph: Graph) -> Mapping[str, Rewrite]:
    """What was rewritten in a stable graph, by the name of the new node."""
    made = graph.rewrites if isinstance(graph, StableGraph) else ()
    return {rewrite.stable.name: rewrite for rewrite in made if rewrite.stable.name}


# -- what is written in a box ---------------------------------------------------------


def _box(
    graph: Graph, each: BoxContent, numbers: Numbers, rewrites: Mapping[str, Rewrite]
) -> Box:
    if each.guards:
        return _branch(each)
    rows = [row for z in each.results for row in _rows(z, numbers, len(each.results))]
    changed = [rewrites[z.name] for z in each.within if z.name in rewrites]
    rows += [("rewritten", name) for name in dict.fromkeys(r.rule for r in changed)]
    return Box(
        key=each.key,
        name=each.name,
        formula=typeset(each.formula),
        kind=_kind(graph, each),
        numbers=tuple(rows),
        note="\n".join([*_lines(each.within), *map(str, changed)]),
        numbered=is_numbered(each.name),
        frame=each.frame,
    )


def _branch(each: BoxContent) -> Box:
    """The box of a line at which the function branched, and which way it went."""
    first = each.guards[0]
    line = (("line", str(first.line[1])),) if first.line else ()
    rows = (("was", _answers(each.guards)), *line)
    asked = "" if each.name == first.code else typeset(each.name, 4 * LONGEST)
    note = f"{first.place}{first.code}\n{asked}".rstrip()
    return Box(each.key, typeset(each.name), "", "branch", rows, note)


def _answers(guards: Sequence[Guard]) -> str:
    """True, False; of many how often each."""
    if len(guards) == 1:
        return str(truth(guards[0]))
    given = [str(guard.answer) for guard in guards]
    if len(given) <= ANSWERS:
        return ", ".join(given)
    return ", ".join(f"{count} × {answer}" for answer, count in Counter(given).items())


def _rows(node: Node, numbers: Numbers, results: int) -> Iterator[tuple[str, str]]:
    """The value of a node, and its gradient, where they are known; else its shape."""
    label = "value" if results == 1 else node.name
    if node in numbers.values:
        yield label, shown_value(numbers.values[node])
    elif node.is_constant:
        yield label, shown_value(node.value)
    elif node.shape:
        yield "shape" if results == 1 else label, "×".join(map(str, node.shape))
    if node in numbers.gradients:
        yield "gradient", shown_value(numbers.gradients[node], shape=False)


def _lines(nodes: Sequence[Node]) -> Iterator[str]:
    """The steps behind a box, for a pointer that rests on it."""
    for node in nodes[:NOTED]:
        yield re.sub(r" {2,}", "\n" if len(nodes) == 1 else "  ", line(node))
    if len(nodes) > NOTED:
        yield f"and {len(nodes) - NOTED:,} more steps"


def _kind(graph: Graph, each: BoxContent) -> str:
    if not set(each.results).isdisjoint(graph.outputs):
        return "output"
    if each.function:
        return "function"
    if each.node.is_input:
        return "input"
    return "operation" if each.node.arguments else "constant"
