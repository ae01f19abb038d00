"""The drawing as Mermaid text, which many pages draw by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pellucid.reading.drawing.boxes import Box, Diagram
from pellucid.reading.drawing.folds import Frame
from pellucid.reading.drawing.graphviz import direction, frames_of, lines_of

# The shape of each kind: what stands before and after the label.
SHAPES = {
    "input": ("([", "])"),
    "constant": ("[/", "/]"),
    "operation": ("[", "]"),
    "output": ("[[", "]]"),
    "function": ("{{", "}}"),
    "loop": (">", "]"),
    "folded": ("[\\", "/]"),
    "branch": ("{", "}"),
}


def mermaid(diagram: Diagram) -> str:
    """The boxes and arrows of a drawing as a Mermaid flow chart."""
    number = {box.key: f"n{k}" for k, box in enumerate(diagram.boxes, 1)}
    boxes = _nested(diagram.boxes, None, number)
    arrows = [f"  {number[a]} -->{_beside(diagram.labels.get((a, b), ''))} {number[b]}"
              for a, b in diagram.arrows]  # fmt: skip
    back = [f"  {number[a]} -.->{_beside(label)} {number[b]}"
            for (a, b), label in diagram.back.items()]  # fmt: skip
    return "\n".join([f"flowchart {direction(diagram)}", *boxes, *arrows, *back]) + "\n"


def _beside(label: str) -> str:
    """What stands beside an arrow."""
    return f'|"{_escaped(label)}"|' if label else ""


def _nested(
    boxes: Sequence[Box], frame: Frame | None, number: Mapping[str, str]
) -> Iterator[str]:
    """The boxes in a frame, and in the frames inside of it."""
    indent = "  " * (len([*frame.chain()]) + 1 if frame else 1)
    for box in boxes:
        if box.frame is frame:
            yield f"{indent}{number[box.key]}{_shape(box)}"
    for inner in frames_of(boxes, frame):
        yield f'{indent}subgraph f{inner.number}["{_escaped(inner.label)}"]'
        yield from _nested(boxes, inner, number)
        yield f"{indent}end"


def _shape(box: Box) -> str:
    before, after = SHAPES[box.kind]
    label = _escaped("\n".join(lines_of(box)))
    return f'{before}"{label}"{after}'


def _escaped(text: str) -> str:
    """Text in which nothing is read as a sign of Mermaid or HTML."""
    signs = {ord(sign): f"#{ord(sign)};" for sign in '#"&<>;'}
    return text.translate(signs).replace("\n", "<br/>")
