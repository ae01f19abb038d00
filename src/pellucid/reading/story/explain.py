"""The whole story of a function: each step, its value, its slopes and its gradient.

`story` says what is told, `terminal` writes it as text, and `page` as HTML.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from pellucid.errors import PellucidError
from pellucid.files import write_whole
from pellucid.graphs.graph import Graph
from pellucid.graphs.tracing.trace import graph as graph_of
from pellucid.reading.loops.columns import BOTH
from pellucid.reading.loops.in_line import to_be_read
from pellucid.reading.story import page, terminal
from pellucid.reading.story.story import Story, story


def explain(
    f: Graph | Callable[..., Any], *args: Any, turn: int | None = None
) -> Explanation:
    """Tell the whole story of a function: what each step is, and what it does.

    Each step has its source line, its formula in the person's names, its value, its
    derivative by each of its arguments, and the gradient of the result by it; where a
    naive formula is rewritten, what is won; and where the function branched, which way
    it went, and how far it is from going another.

    Parameters
    ----------
    f : Graph or callable
        What to explain; a function is recorded on the example arguments first.
    *args
        Example arguments, whose values are shown. A graph can be told without.
    turn : int, optional
        Which turn of each loop is told, from 0, or from the end where negative. Without
        it, the first turn and the last stand side by side. The loops of a function of
        fewer than 500 steps are written out.

    Returns
    -------
    Explanation
        Text in a terminal, HTML in a notebook; `.save("x.html")` writes a page.

    Raises
    ------
    TraceError
        When the function cannot be recorded.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def hypotenuse(a, b):
    ...     c = np.sqrt(a**2 + b**2)
    ...     return c
    >>> story = str(pl.explain(hypotenuse, 3.0, 4.0))
    >>> print(story.partition("line 2")[2])
    : c = np.sqrt(a**2 + b**2)
      t1 = a²        9       0.1        ∂t1/∂a = 2 · a = 6
      t2 = b²        16      0.1        ∂t2/∂b = 2 · b = 8
      t3 = t1 + t2   25      0.1        ∂t3/∂t1 = 1
                                        ∂t3/∂t2 = 1
      c = √t3        5       1          ∂c/∂t3 = 1 / (2 · c) = 0.1
      rewritten: √(a² + b²) → hypot(a, b) (hypot)
    <BLANKLINE>
    The gradient: ∂c/∂a = 0.6; ∂c/∂b = 0.8.
    <BLANKLINE>
    Naive formulas are replaced before the function is differentiated, compiled or
      minimised, and the gradient of what goes in is that of the new ones:
    <BLANKLINE>
    hypot: sqrt(x^2 + y^2) = m sqrt((x/m)^2 + (y/m)^2), where m is the larger. At x
      = 3e+200, y = 4e+200 this wins 16 digits.
    """
    turns = BOTH if turn is None else (turn,)
    return Explanation(story(to_be_read(graph_of(f, *args)), args, turns))


class Explanation:
    """A function told step by step; made by `explain`.

    Examples
    --------
    >>> import pellucid as pl
    >>> pl.explain(lambda x: x**2, 3.0)
    <Explanation of f: 1 step>
    """

    def __init__(self, story: Story) -> None:
        self._story = story

    @cached_property
    def text(self) -> str:
        """The story for a terminal."""
        return "\n".join(terminal.paragraphs(self._story))

    @cached_property
    def html(self) -> str:
        """The story as a whole page, which needs nothing else."""
        return page.document(self._story)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page; its suffix is .html.

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
        PellucidError
            When the suffix is another, or the place cannot be written.

        Examples
        --------
        >>> import pellucid as pl, tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pl.explain(lambda x: x**2, 3.0).save(f"{folder}/square.html").name
        'square.html'
        """
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            message = f"An explanation is saved as .html, not as {path.name!r}."
            raise PellucidError(f"{message} Give a path with this suffix.")
        return write_whole(path, self.html)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        count = sum(len(passage.steps) for passage in self._story.passages)
        title = self._story.graph.title
        return f"<Explanation of {title}: {count} step{'s' * (count != 1)}>"

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return page.fragment(self._story)
