"""The guide tells a tour twice: on the terminal, and on a page that stays."""

from __future__ import annotations

import inspect
import re
import shutil
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.reading.names import one_line
from pellucid.report import Report
from pellucid.show import plain_text
from pellucid.show.canvas import finding, svg
from pellucid.tour.folder import write_together

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.show.plain_text import Rows

PROSE, FIGURES = "   ", "      "  # how far they are set in
WIDTH = 88  # columns at most, however wide the terminal is
CODE, UNBROKEN = re.compile(r"`[^`]*`"), "\N{NO-BREAK SPACE}"


class Share(float):
    """A part of a whole, such as an accuracy; it is shown in per cent.

    >>> str(Share(0.951613))
    '95.16 %'
    """

    def __str__(self) -> str:
        return f"{100 * self:.2f} %"


class Guide:
    """Tells what is done and what is found, and keeps it.

    Parameters
    ----------
    title, subtitle
        What the page is called.
    tell
        What takes the lines for the terminal.

    Attributes
    ----------
    figures : dict
        What was found on each stretch, by its key and by name.

    Examples
    --------
    >>> guide = Guide("A walk")
    >>> guide.stretch("line", "The line of best fit")
    <BLANKLINE>
    1  The line of best fit
    >>> guide.found({"r2": 0.9911838, "accuracy": Share(0.951613)})
          r2 0.9912   accuracy 95.16 %
    >>> guide.figures
    {'line': {'r2': 0.9911838, 'accuracy': 0.951613}}
    """

    def __init__(
        self, title: str, subtitle: str = "", tell: Callable[[str], object] = print
    ) -> None:
        self.figures: dict[str, dict[str, Any]] = {}
        self._report = Report(title, subtitle)
        self._pictures: dict[str, Figure | str] = {}
        self._tell = tell
        self._key = ""

    def stretch(self, key: str, title: str) -> None:
        """Begin a part of the way."""
        self._key = key
        self.figures[key] = {}
        self._tell(f"\n{len(self.figures)}  {title}")
        self._report.section(title)

    def say(self, paragraph: str) -> None:
        """Tell a paragraph; what stands between `backticks` is code, and kept together.

        >>> Guide("A walk").say("A line is `y = a x + b`.")
        <BLANKLINE>
           A line is y = a x + b.
        """
        paragraph = one_line(paragraph.replace("\n", " "))
        together = CODE.sub(lambda code: code[0].replace(" ", UNBROKEN), paragraph)
        plain = _wrapped(together.replace("`", ""))
        self._tell("\n" + plain.replace(UNBROKEN, " "))
        self._report.text(together)

    def found(self, figures: Mapping[str, Any]) -> None:
        """Tell figures, and keep them."""
        self.keep(figures)
        shown = {name: _shown(value) for name, value in figures.items()}
        self._tell(_side_by_side(shown))
        self._report.figures(
            {n: v.replace(" %", f"{UNBROKEN}%") for n, v in shown.items()}
        )

    def keep(self, figures: Mapping[str, Any]) -> None:
        """Keep figures that are told in other ways."""
        self.figures[self._key].update(figures)

    def table(self, rows: Rows, headers: Sequence[str] = (), caption: str = "") -> None:
        """Tell a table."""
        self._tell(textwrap.indent(plain_text.table(rows, headers), FIGURES))
        self._report.table(rows, headers, caption=caption)

    def code(self, source: str, *, aloud: bool = False) -> None:
        """Show source text; on the terminal too when aloud."""
        if aloud:
            self._tell("\n" + textwrap.indent(source.strip("\n"), FIGURES))
        self._report.code(source)

    def formula(self, latex: str) -> None:
        """Write a formula on the page."""
        self._report.formula(latex)

    def write(self, paragraph: str) -> None:
        """Write a paragraph on the page only."""
        self._report.text(paragraph)

    def picture(self, name: str, drawing: Figure | str, caption: str) -> None:
        """Show a picture on the page, and keep it for a file of that name."""
        self._pictures[name] = drawing
        self._report.figure(drawing, caption)

    def gallery(self, pictures: Mapping[str, tuple[Figure | str, str]]) -> None:
        """Show pictures beside one another: from name to picture and caption."""
        if not pictures:
            return
        self._pictures |= {name: drawing for name, (drawing, _) in pictures.items()}
        found = [finding(drawing) for drawing, _ in pictures.values()]
        self._tell("\n" + "\n".join(_item(line) for line in found if line))
        self._report.gallery({said: drawing for drawing, said in pictures.values()})

    def notes(self, sentences: Sequence[str]) -> None:
        """Tell what a reader should mind, a paragraph each; a list on the page."""
        for sentence in sentences:
            self._tell("\n" + _wrapped(f"Note: {one_line(sentence)}"))
        self._report.notes(sentences)

    def leave(
        self, folder: Path, others: Mapping[str, bytes] = MappingProxyType({})
    ) -> Path:
        """Write page, pictures and other files, all or none; say where the page is."""
        drawn = {f"{name}.svg": _drawn(p) for name, p in self._pictures.items()}
        told = {"report.html": self._report.html()}
        write_together(folder, {**drawn, **others, **told})
        page = folder / "report.html"
        self._tell(f"\nThe report, with every picture and formula: {page}")
        return page


def as_typed(f: Callable[..., Any], *, docstring: bool = False) -> str:
    """Give the source of a function as a person first types it: no docstring, no types.

    The function has its signature, and its docstring if any, on one line each; the
    latter stays where it is asked for.

    >>> print(as_typed(_width).splitlines()[0])
    def _width():
    """
    head, *body = textwrap.dedent(inspect.getsource(f)).splitlines()
    body = body if docstring or not f.__doc__ else body[1:]
    lines = [f"{head.partition('(')[0]}{_untyped(inspect.signature(f))}:", *body]
    return "\n".join(re.sub(r"  # (noqa|fmt:).*", "", line) for line in lines)


def _untyped(signature: inspect.Signature) -> inspect.Signature:
    """A signature without its types, its defaults kept."""
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return signature.replace(parameters=bare, return_annotation=signature.empty)


def _width() -> int:
    """How many columns a paragraph may take."""
    return min(shutil.get_terminal_size().columns - 1, WIDTH)


def _wrapped(paragraph: str) -> str:
    """Break a paragraph into lines that fit the terminal."""
    return textwrap.fill(
        paragraph,
        _width(),
        initial_indent=PROSE,
        subsequent_indent=PROSE,
        break_on_hyphens=False,
    )


def _item(finding: str) -> str:
    """A finding as an item of a list."""
    return textwrap.fill(
        f"{finding}.",
        _width(),
        initial_indent=f"{PROSE}- ",
        subsequent_indent=f"{PROSE}  ",
        break_on_hyphens=False,
    )


def _side_by_side(figures: Mapping[str, str]) -> str:
    """Figures in a line, or one below another where they need more room."""
    line = FIGURES + "   ".join(f"{name} {value}" for name, value in figures.items())
    if len(line) <= _width():
        return line
    longest = max(map(len, figures))
    lines = (f"{FIGURES}{name:<{longest}}  {v}" for name, v in figures.items())
    return "\n".join(lines)


def _shown(value: Any) -> str:
    """Write a figure as a person would; of an array, its elements."""
    if isinstance(value, Share):
        return str(value)
    if isinstance(value, np.ndarray):
        return ", ".join(plain_text.number(element, 4) for element in value)
    return plain_text.number(value, 4)


def _drawn(picture: Figure | str) -> str:
    """Give a picture as SVG."""
    return picture if isinstance(picture, str) else svg(picture)
