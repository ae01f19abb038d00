"""What the cells of a lesson are made of: texts, pictures, predictions, exercises."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any

import marimo as mo

from pellucid.lessons import progress, road
from pellucid.lessons.asking import answer, exercise, plain
from pellucid.lessons.prose import fine, prose
from pellucid.reading.drawing.draw import Drawing, draw
from pellucid.reading.drawing.rendering import CLASS
from pellucid.show.inline import inline_svg
from pellucid.show.plain_text import cells, is_numeric, numbers
from pellucid.show.themes import on_dark_paper, themed
from pellucid.tour.guide import as_typed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.graphs.graph import Graph
    from pellucid.show.plain_text import Rows

__all__ = [
    "answer", "closing", "code", "exercise", "graph", "opening", "picture", "predict",
    "read", "revealed", "table", "text",
]  # fmt: skip
ENLARGED = 1.5  # a figure is drawn for a telephone, and shown larger on a desk
_names = (f"drawing-{number}" for number in count(1))


def opening(name: str) -> mo.Html:
    """Begin a page: its place, title, question, and how far the person is."""
    page = road.page(name)
    place = (
        f"Lesson {page.number} of {len(road.LESSONS)} · about {page.minutes} minutes"
        if isinstance(page, road.Lesson)
        else "Beside the lessons"
    )
    return mo.Html(
        '<header class="opening"><nav aria-label="Road"><a href="../">All lessons</a>'
        f'</nav><p class="place">{place} · '
        f'<span class="how-far">{escape(progress.how_far(name))}</span></p>'
        f"<h1>{escape(page.title)}</h1>"
        f'<p class="question">{escape(page.question)}</p></header>'
    )


def closing(name: str) -> mo.Html:
    """End a page: how far the person is, and the way to the next one."""
    page = road.page(name)
    here = page.number if isinstance(page, road.Lesson) else len(road.LESSONS)
    following = road.LESSONS[here] if here < len(road.LESSONS) else None
    on = (
        f'<p>Next is lesson {following.number}: <a href="../{following.name}/">'
        f"{escape(following.title)}</a>. {escape(following.question)}</p>"
        if following
        else '<p>The <a href="../playground/">playground</a> '
        "is open to what you know now.</p>"
    )
    return mo.Html(
        f'<footer class="closing"><p class="how-far">{escape(progress.how_far(name))}'
        f'</p>{on}<p><a href="../">All lessons</a></p></footer>'
    )


def text(markdown: str) -> mo.Html:
    """Write a piece of text, with formulas between dollars."""
    return prose(markdown)


def code(*sources: str | Callable[..., Any]) -> mo.Html:
    """Show code: lines, or functions as a person types them, without docstrings."""
    lines = [each if isinstance(each, str) else as_typed(each) for each in sources]
    shown = "\n\n\n".join(textwrap.dedent(each).strip() for each in lines)
    shown = shown.replace("  # fmt: skip", "")  # a word to our own tools
    return mo.md(f"```python\n{shown}\n```")


def read(*sources: str) -> mo.Html:
    """Say what to read: one source a line, in Markdown."""
    return prose("## What to read\n\n" + "\n".join(f"- {each}" for each in sources))


def predict(question: str, options: Sequence[str]) -> mo.ui.radio:
    """Ask what a person expects before a picture shows it."""
    return mo.ui.radio(options, label=question)


def revealed(guess: mo.ui.radio, right: str, why: str, shown: Any) -> mo.Html:
    """Show a picture once the person has said what they expect."""
    if guess.value is None:
        wait = "Say what you expect first; the answer follows."
        return mo.Html(f'<div class="wait" role="status">{wait}</div>')
    good = guess.value == right
    verdict = "Yes." if good else f"No: {right}."
    said = f'<div class="{"yes" if good else "no"} expected" role="status">'
    words = mo.Html(f"{said}{mo.md(f'**{verdict}** {fine(why)}').text}</div>")
    return mo.vstack([words, shown])


def picture(figure: Figure | str, label: str) -> mo.Html:
    """Show a figure or an SVG, with what a screen reader says of it."""
    from pellucid.show.canvas import svg

    if isinstance(figure, str):
        return _drawing(figure, label, "graph" if f'class="{CLASS}"' in figure else "")
    return _drawing(themed(svg(figure)), label, on_dark_paper(figure), ENLARGED)


def graph(drawn: Graph | Drawing, label: str) -> mo.Html:
    """Show a computational graph: a graph, or what `pl.draw` gives, with numbers."""
    drawing = drawn if isinstance(drawn, Drawing) else draw(drawn)
    return _drawing(drawing.svg, label, "graph")


def _drawing(svg: str, label: str, kind: str, scale: float = 1.0) -> mo.Html:
    """Show an SVG in a box of its own, which scrolls where it is too wide."""
    drawn, width = inline_svg(svg, next(_names), label)
    natural = f"--natural: {scale * width:.0f}px"
    return mo.Html(f'<div class="drawing {kind}" style="{natural}">{drawn}</div>')


def table(rows: Rows, headers: Sequence[str] = (), *, caption: str = "") -> mo.Html:
    """Show a table: rows of cells, or a data frame; numbers to the same decimals."""
    names, body = cells(rows, headers)
    columns = list(zip(*body, strict=True))
    kinds = [' class="number"' * is_numeric(column) for column in columns]
    head = _row("th", names, [f' scope="col"{kind}' for kind in kinds])
    lines = [_row("td", row, kinds) for row in zip(*map(numbers, columns), strict=True)]
    above = f"<caption>{plain(caption)}</caption>" if caption else ""
    label = escape(caption or "Table")
    return mo.Html(
        f'<div class="wide" tabindex="0" role="group" aria-label="{label}"><table>'
        f"{above}<thead>{head}</thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def _row(tag: str, texts: Sequence[str], kinds: Sequence[str]) -> str:
    """A row of a table."""
    pairs = zip(texts, kinds, strict=True)
    shown = (f"<{tag}{kind}>{plain(text)}</{tag}>" for text, kind in pairs)
    return f"<tr>{''.join(shown)}</tr>"
