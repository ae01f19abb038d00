"""What a drawing shows: a box for each node, with name, formula, value and gradient."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.graphs.graph import Graph
from pellucid.graphs.guards import Guard
from pellucid.graphs.node import Node
from pellucid.graphs.rewriting.stable import Rewrite, StableGraph
from pellucid.graphs.tracing.naming import is_numbered
from pellucid.reading.drawing.contents import BoxContent, contents
from pellucid.reading.drawing.folds import Frame, Opened
from pellucid.reading.formula.typography import LONGEST, shown_value, typeset
from pellucid.reading.loops.in_line import InLine, in_line
from pellucid.reading.loops.loop import Loop
from pellucid.reading.numbers import Numbers, numbers_of
from pellucid.reading.source.branches import is_path, truth
from pellucid.reading.source.text import line

MOST = 150  # boxes of a drawing
NOTED = 12  # steps that a pointer is told
RESULTS = 8  # of a loop that are told one by one
ANSWERS = 4  # of one line, that are told one by one


@dataclass(frozen=True)
class Box:
    """One box of a drawing: what is written in it, and what kind of node it is."""

    key: str  # the name of the node
    name: str  # what is written: that, or the function's name for a result without one
    formula: str
    kind: str  # input, constant, operation, function, loop, branch, output or folded
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
    functions: Sequence[str] = ()  # the helpers and loops that are one box
    layers: Sequence[str] = ()  # those of a network that are one box
    labels: Mapping[tuple[str, str], str] = field(default_factory=dict)  # of arrows
    back: Mapping[tuple[str, str], str] = field(default_factory=dict)  # to later turns


def diagram(
    graph: Graph,
    args: tuple[Any, ...],
    opened: Opened = None,
    steps: bool | None = None,
) -> Diagram:
    """The boxes and arrows of a graph; with arguments each box has its numbers."""
    numbers = numbers_of(graph, args)
    view = in_line(graph)
    rewrites = _rewrites(graph)
    chosen = contents(view, opened, steps)
    left = chosen[MOST // 2 : -MOST // 2] if len(chosen) > MOST else []
    middle = {each.key: "…" for each in left}
    kept = [each for each in chosen if each.key not in middle]
    boxes = [_box(view, each, numbers, rewrites) for each in kept]
    boxes[MOST // 2 : MOST // 2] = [_middle(len(left))] if left else []
    arrows, back = _arrows(chosen, middle)
    marked = any(label == "rewritten" for box in boxes for label, _ in box.numbers)
    return Diagram(
        graph.title,
        boxes,
        [*arrows],
        [*filter(None, (numbers.remark, REWRITTEN * marked, is_path(graph)))],
        list(dict.fromkeys(filter(None, map(_closed, kept)))),
        list(dict.fromkeys(each.function for each in kept if each.layer)),
        {arrow: label for arrow, label in arrows.items() if label},
        back,
    )


def _closed(each: BoxContent) -> str:
    """The helper or the loop that is one box."""
    return each.loop.title if each.loop else each.function


Arrows = dict[tuple[str, str], str]


def _arrows(
    chosen: Sequence[BoxContent], middle: dict[str, str]
) -> tuple[Arrows, Arrows]:
    """The arrows with what is said beside them; and those to later turns of loops."""
    forward: dict[tuple[str, str], dict[str, None]] = {}
    back: dict[tuple[str, str], dict[str, None]] = {}
    for each in chosen:
        b = middle.get(each.key, each.key)
        for source in each.sources:
            a = middle.get(source.node.name, source.node.name)
            if source.back or a != b:
                found = back if source.back else forward
                found.setdefault((a, b), {})[source.label] = None
    return _labelled(forward), _labelled(back)


def _labelled(arrows: Mapping[tuple[str, str], Iterable[str]]) -> Arrows:
    return {arrow: ", ".join(filter(None, said)) for arrow, said in arrows.items()}


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
    view: InLine, each: BoxContent, numbers: Numbers, rewrites: Mapping[str, Rewrite]
) -> Box:
    if each.guards:
        return _branch(each)
    rows = [*_turns(each.loop)] if each.loop else []
    shown = each.results[:RESULTS]
    rows += [row for z in shown for row in _rows(view, z, numbers, each)]
    left = len(each.results) - len(shown)
    rows += [("and", f"{left} more")] if left else []
    count = each.layer.parameters if each.layer else 0
    rows += [("parameters", f"{count:,}")] if count else []
    inside = [z for z in each.within if z not in view.after and z not in view.outside]
    before = [view.before(z).name for z in inside]
    changed = [rewrites[name] for name in before if name in rewrites]
    rows += [("rewritten", name) for name in dict.fromkeys(r.rule for r in changed)]
    return Box(
        key=each.key,
        name=typeset(each.name, LONGEST) if each.loop else each.name,
        formula=typeset(each.formula),
        kind=_kind(view.graph, each),
        numbers=tuple(rows),
        note="\n".join([*_lines(inside), *map(str, changed)]),
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


def _turns(loop: Loop) -> Iterator[tuple[str, str]]:
    """Of a loop that is one box what its variable is, and how often it turns."""
    first = loop.entered
    last = first + (loop.body.most - 1) * loop.forward
    yield loop.name, typeset(f"{first} … {last}")
    yield "times", loop.times.removesuffix("times").removesuffix("time").strip()


def _rows(
    view: InLine, node: Node, numbers: Numbers, each: BoxContent
) -> Iterator[tuple[str, str]]:
    """The value of a node, and its gradient, where they are known; else its shape."""
    several = len(each.results) > 1
    label, before = view.name(node) if several else "value", view.before(node)
    if before in numbers.values:
        yield label, shown_value(numbers.values[before])
    elif node.is_constant:
        yield label, shown_value(node.value)
    elif node.shape:
        yield label if several else "shape", "×".join(map(str, node.shape))
    if before in numbers.gradients:
        yield "gradient", shown_value(numbers.gradients[before], shape=False)
    for part in dict.fromkeys(view.graph.users.get(node, ())):
        last = view.outside.get(part) is node and not view.is_each(part)
        if last and view.before(part) in numbers.values:
            yield "last", shown_value(numbers.values[view.before(part)])


def _lines(nodes: Sequence[Node]) -> Iterator[str]:
    """The steps behind a box, for a pointer that rests on it."""
    for node in nodes[:NOTED]:
        yield re.sub(r" {2,}", "\n" if len(nodes) == 1 else "  ", line(node))
    if len(nodes) > NOTED:
        yield f"and {len(nodes) - NOTED:,} more steps"


def _kind(graph: Graph, each: BoxContent) -> str:
    if not set(each.results).isdisjoint(graph.outputs):
        return "output"
    if each.loop:
        return "loop"
    if each.function:
        return "function"
    if each.node.is_input:
        return "input"
    return "operation" if each.node.arguments else "constant"
