"""The drawing as Mermaid text, which many pages draw by themselves."""

from __future__ import annotations

from pellucid.reading.boxes import Box, Diagram
from pellucid.reading.layout import direction, written

# The shape of each kind: what stands before and after the label.
SHAPES = {
    "input": ("([", "])"),
    "constant": ("[/", "/]"),
    "operation": ("[", "]"),
    "output": ("[[", "]]"),
    "folded": ("{{", "}}"),
}


def mermaid(diagram: Diagram) -> str:
    """The boxes and arrows of a drawing as a Mermaid flow chart."""
    number = {box.key: f"n{k}" for k, box in enumerate(diagram.boxes, 1)}
    boxes = [f"  {number[box.key]}{_shape(box)}" for box in diagram.boxes]
    arrows = [f"  {number[a]} --> {number[b]}" for a, b in diagram.arrows]
    return "\n".join([f"flowchart {direction(diagram)}", *boxes, *arrows]) + "\n"


def _shape(box: Box) -> str:
    before, after = SHAPES[box.kind]
    label = _escaped("\n".join(written(box)))
    return f'{before}"{label}"{after}'


def _escaped(text: str) -> str:
    """Text in which nothing is read as a sign of Mermaid or HTML."""
    signs = {ord(sign): f"#{ord(sign)};" for sign in '#"&<>;'}
    return text.translate(signs).replace("\n", "<br/>")
