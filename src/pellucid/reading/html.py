"""The notebook form of a graph: its drawing, or its text where nothing can draw."""

from __future__ import annotations

import html as escaping

from pellucid.errors import MissingExtraError
from pellucid.graphs.graph import Graph
from pellucid.reading.draw import draw
from pellucid.reading.text import text


def html(graph: Graph) -> str:
    """The drawing, which scrolls when it is wide, or else the text form."""
    try:
        return f'<div style="overflow-x:auto">{draw(graph).svg}</div>'
    except MissingExtraError:
        return f"<pre>{escaping.escape(text(graph))}</pre>"
