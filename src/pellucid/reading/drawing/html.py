"""The notebook form of a graph: its drawing, or its text where nothing can draw."""

from __future__ import annotations

import html as escaping

from pellucid.graphs.graph import Graph
from pellucid.reading.drawing.draw import draw
from pellucid.reading.source.text import text


def html(graph: Graph) -> str:
    """The drawing, which scrolls when it is wide and opens, or else the text form."""
    drawing = draw(graph)
    if drawing._repr_svg_() is None:
        return f"<pre>{escaping.escape(text(graph))}</pre>"
    return drawing._repr_html_()
