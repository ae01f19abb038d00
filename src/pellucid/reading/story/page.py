"""An explanation as HTML that needs nothing from outside, on paper and in the dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from html import escape
from typing import TypeVar

from pellucid.errors import MissingExtraError
from pellucid.reading.formula.equations import Equations
from pellucid.reading.formula.formula import display
from pellucid.reading.formula.mathml import mathml
from pellucid.reading.loops.loop import Loop
from pellucid.reading.source.branches import Left
from pellucid.reading.story.mathematics import Mathematics
from pellucid.reading.story.story import (  # fmt: skip
    Branch,
    LocalDerivative,
    Passage,
    Step,
    Story,
)
from pellucid.reading.story.terminal import (  # fmt: skip
    branch_text,
    left_text,
    slope_text,
    step_text,
)

Row = TypeVar("Row")

STYLE = """
.pellucid-story {
  --paper: #fff; --ink: #222; --quiet: #5f5f5f; --rule: #d9d9d9; --panel: #f4f4f1;
  --gradient: #a84300;
  background: var(--paper); color: var(--ink); padding: 1em 1.2em; border-radius: 6px;
  font: 15px/1.5 "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  .pellucid-story {
    --paper: #16191d; --ink: #e4e2dc; --quiet: #a0a6ad; --rule: #3a4048;
    --panel: #22272d; --gradient: #f0a05a;
  }
}
@media print {
  .pellucid-story {
    --paper: #fff; --ink: #000; --quiet: #444; --rule: #bbb; --panel: #fff;
    --gradient: #7a3000; padding: 0; font-size: 9pt;
  }
  .pellucid-story tr { break-inside: avoid; }
  .pellucid-story .wide { overflow: visible; }
}
.pellucid-story h2 { font-size: 1.25em; font-weight: 600; margin: 0 0 .6em; }
.pellucid-story p { max-width: 44em; margin: 0 0 .8em; }
.pellucid-story .wide { overflow: auto hidden; }
.pellucid-story table { border-collapse: collapse; margin: .4em 0 1em; }
.pellucid-story :is(th, td) {
  text-align: left; vertical-align: baseline; padding: .35em 1.6em .35em .5em;
  border: 0; background: none; color: inherit; font-size: inherit; white-space: nowrap;
}
.pellucid-story thead th { color: var(--quiet); font-weight: normal; }
.pellucid-story tbody tr { border-top: 1px solid var(--rule); background: none; }
.pellucid-story .place { background: var(--panel); font-weight: normal; }
.pellucid-story .place span { color: var(--quiet); margin-left: 2em; }
.pellucid-story code {
  font: .92em ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color: inherit; background: none; white-space: pre;
}
.pellucid-story .number { white-space: pre; font-variant-numeric: tabular-nums; }
.pellucid-story .quiet { color: var(--quiet); }
.pellucid-story .gradient { color: var(--gradient); }
.pellucid-story .slope + .slope { margin-top: .45em; }
.pellucid-story math {
  font: 1.08em "Latin Modern Math", "STIX Two Math", "Cambria Math", "Libertinus Math",
    "TeX Gyre Pagella Math", "DejaVu Math TeX Gyre", math;
  math-style: normal;
}
.pellucid-story details { margin: 0 0 1em; border-left: 3px solid var(--rule); }
.pellucid-story details > :not(summary) { margin-left: .8em; }
.pellucid-story summary { padding: .3em .5em; cursor: pointer; }
.pellucid-story mtd { padding: .2em .25em; }
.pellucid-story mtd[columnalign="right"] {
  text-align: -webkit-right; padding-right: 0;
}
.pellucid-story mtd[columnalign="left"] { text-align: -webkit-left; }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0 auto; max-width: 80em; }}
@media (prefers-color-scheme: dark) {{ body {{ background: #16191d; }} }}
@media print {{ body {{ background: #fff; }} }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def document(story: Story) -> str:
    """A page of its own."""
    return PAGE.format(title=escape(_title(story)), body=fragment(story))


def _title(story: Story) -> str:
    return f"{story.graph.title}, step by step"


def fragment(story: Story) -> str:
    """What stands in a notebook."""
    return "\n".join(
        [
            f'<div class="pellucid-story"><style>{STYLE}</style>',
            f"<h2>{escape(_title(story))}</h2>",
            *(f"<p>{escape(sentence)}</p>" for sentence in story.opening),
            f'<div class="wide" tabindex="0">{_formula(story)}</div>',
            *_tables(story),
            *(f"<p>{escape(sentence)}</p>" for sentence in story.closing),
            "</div>",
        ]
    )


def _formula(story: Story) -> str:
    """The function as equations, where they can be set and are few."""
    lines = Equations(story.whole, {}, {}).lines()
    return _set(display(lines), "") if len(lines) <= FEW else ""


FEW = 12  # equations that are shown above the steps


# -- the table ------------------------------------------------------------------------


def _tables(story: Story) -> Iterator[str]:
    """A row a step, below the line of code that it comes from; loops can be closed."""
    mathematics = Mathematics(story.view, story.cost, story.conditions)
    write = partial(_row, story, mathematics)
    titles = _titles(story, None)
    outside = [*_body("What goes in", story.inputs, len(titles), write)]
    for loop, passages in story.sections:
        width = len(_titles(story, loop))
        rows = [line for each in passages for line in _passage(each, width, write)]
        if loop is None:
            outside += rows
            continue
        yield from _table(titles, outside)
        heads = " / ".join(each.title for each in [*loop.chain()][::-1])
        yield f"<details open><summary><code>{escape(heads)}</code></summary>"
        yield from _table(_titles(story, loop), rows)
        yield "</details>"
        outside = []
    if story.has_gradients:
        again = partial(_gradient, story, mathematics, len(titles))
        outside += _body("The gradient", story.inputs, len(titles), again)
    yield from _table(titles, outside)


def _titles(story: Story, loop: Loop | None) -> list[str]:
    """What stands above the columns; of a loop there are some for each turn."""
    turns = [f" at {column.title(loop)}" for column in story.columns] if loop else [""]
    values = [f"value{turn}" for turn in turns] if story.has_values else []
    gradients = [f"∂{story.cost}/∂step{turn}" for turn in turns]
    gradients = gradients if story.has_gradients else []
    return ["step", *values, *gradients, "local derivatives"]


def _table(titles: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    if rows:
        heads = "".join(f"<th scope=col>{escape(each)}</th>" for each in titles)
        yield '<div class="wide" tabindex="0"><table>'
        yield f"<thead><tr>{heads}</tr></thead>"
        yield from rows
        yield "</table></div>"


def _passage(
    passage: Passage, columns: int, write: Callable[[Step | Branch | Left], str]
) -> Iterator[str]:
    """The rows of a line of code, and what is rewritten in it."""
    yield from _body(_heading(passage), passage.rows, columns, write)
    yield from (_rewritten(each, columns) for each in passage.rewrites)


def _body(
    heading: str, rows: Sequence[Row], columns: int, write: Callable[[Row], str]
) -> Iterator[str]:
    if not rows:
        return
    yield "<tbody>"
    if heading:
        cell = f'<th class="place" scope="rowgroup" colspan="{columns}">{heading}</th>'
        yield f"<tr>{cell}</tr>"
    yield from map(write, rows)
    yield "</tbody>"


def _heading(passage: Passage) -> str:
    """The line of code, then where it stands."""
    if not passage.line:
        return ""
    code, where = escape(passage.line.code), escape(passage.where)
    return f"<code>{code}</code><span>{where}</span>"


def _row(story: Story, mathematics: Mathematics, row: Step | Branch | Left) -> str:
    if isinstance(row, Left):
        return _cells(story, escape(left_text(row)), [""], [""], "")
    if isinstance(row, Branch):
        asked = _set(mathematics.condition(row.guard), branch_text(row))
        return _cells(story, asked, [row.answer], [""], escape(row.distance))
    slopes = "".join(_slope(story, mathematics, row, each) for each in row.slopes)
    step = _step(story, mathematics, row)
    return _cells(story, step, row.values, row.gradients, slopes)


def _cells(
    story: Story,
    said: str,
    values: Sequence[str],
    gradients: Sequence[str],
    beside: str,
) -> str:
    cells = [f"<td>{said}</td>"]
    if story.has_values:
        cells += [f'<td class="number">{escape(value)}</td>' for value in values]
    if story.has_gradients:
        kind = 'class="number gradient"'
        cells += [f"<td {kind}>{escape(gradient)}</td>" for gradient in gradients]
    return f"<tr>{''.join(cells)}<td>{beside}</td></tr>"


def _rewritten(rewrite: str, columns: int) -> str:
    """Which naive formula is replaced, by what."""
    words = f'<span class="quiet">rewritten</span> <code>{escape(rewrite)}</code>'
    return f'<tr><td colspan="{columns}">{words}</td></tr>'


def _gradient(story: Story, mathematics: Mathematics, columns: int, step: Step) -> str:
    """The gradient of an input, once more at the end."""
    value = f'<span class="number gradient">{escape(step.gradient)}</span>'
    name = _set(mathematics.gradient(step.node), f"∂{story.cost}/∂{step.name}")
    return f'<tr><td colspan="{columns}">{name} = {value}</td></tr>'


def _step(story: Story, mathematics: Mathematics, step: Step) -> str:
    equation = mathematics.name if step.node.is_input else mathematics.step
    latex = equation(step.node)
    return _set(latex, step_text(story, step))


def _slope(
    story: Story, mathematics: Mathematics, step: Step, slope: LocalDerivative
) -> str:
    latex = mathematics.slope(step.node, slope.local)
    if slope.value and not latex.endswith(f"= {slope.value.replace('−', '-')}"):
        value = f' = <span class="number">{escape(slope.value)}</span>'
    else:
        value = ""
    text = slope_text(story, step, LocalDerivative(slope.local, ""))
    return f'<div class="slope">{_set(latex, text)}{value}</div>'


def _set(latex: str, text: str) -> str:
    """A formula as MathML, or as text where latex2mathml is not installed."""
    try:
        return mathml(latex, display="inline")
    except MissingExtraError:
        return escape(text)
