"""An explanation as text, for a terminal."""

from __future__ import annotations

import textwrap
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from pellucid.graphs.node import Node, ancestors
from pellucid.reading.formula.typography import typeset
from pellucid.reading.source.branches import Left
from pellucid.reading.source.spelling import PRODUCT, Spelling, spelt
from pellucid.reading.source.text import expression
from pellucid.reading.story.story import (  # fmt: skip
    Branch,
    LocalDerivative,
    Passage,
    Step,
    Story,
)

WIDTH = 96  # columns up to which local derivatives stand beside their step
PROSE = 80  # columns of a sentence
FORMULA = 64  # characters of a formula

Row = Sequence[str]  # the cells; each may have several lines


def paragraphs(story: Story) -> Iterator[str]:
    """The lines of the whole story."""
    for sentence in story.opening:
        yield from (*textwrap.wrap(sentence, PROSE), "")
    yield from _table(story)
    for sentence in (*_gradients(story), *story.closing):
        yield from ("", *textwrap.wrap(sentence, PROSE, subsequent_indent="  "))


def _gradients(story: Story) -> Iterator[str]:
    """The gradients of the inputs, once more."""
    shown = [f"∂{story.cost}/∂{x.name} = {_flat(x.gradient)}"
             for x in story.inputs if x.gradient]  # fmt: skip
    if shown:
        yield f"The gradient: {'; '.join(shown)}."


def _flat(value: str) -> str:
    return value.replace("\n", " ")


# -- the table ------------------------------------------------------------------------


def _table(story: Story) -> Iterator[str]:
    """A row a step, below the line of code that it comes from."""
    write = partial(_row, story)
    parts = [("What goes in", [*map(write, story.inputs)], ())] + [
        (_heading(passage), [*map(write, passage.rows)], passage.rewrites)
        for passage in story.passages
    ]
    rows = [row for _, each, _ in parts for row in each]
    titles = ("step", "value", f"∂{story.cost}/∂step", "local derivatives")
    head = [titles[i] if any(row[i] for row in rows) else "" for i in range(4)]
    widths = _widths([head, *rows])
    beside = sum(widths) <= WIDTH
    yield from _lines(head, widths, beside)
    for heading, each, rewrites in parts:
        yield from ("", heading) if each else ()
        for row in each:
            yield from _lines(row, widths, beside)
        yield from (f"  rewritten: {typeset(each, 2 * FORMULA)}" for each in rewrites)


def _heading(passage: Passage) -> str:
    if not passage.line:
        return ""
    return f"{passage.where}: {passage.line.code}".removesuffix(": ")


def _row(story: Story, row: Step | Branch | Left) -> Row:
    if isinstance(row, Left):
        return left_text(row), "", "", ""
    if isinstance(row, Branch):
        return branch_text(row), row.answer, "", row.distance
    slopes = "\n".join(slope_text(story, row, slope) for slope in row.slopes)
    return step_text(story, row), row.value, row.gradient, slopes


def _widths(rows: Sequence[Row]) -> list[int]:
    columns = ("\n".join(column).split("\n") for column in zip(*rows, strict=True))
    return [max(map(len, column)) for column in columns]


def _lines(row: Row, widths: Sequence[int], beside: bool) -> Iterator[str]:
    """A row of the table, its local derivatives beside it or below."""
    cells = [cell.split("\n") for cell in (row if beside else row[:-1])]
    for i in range(max(map(len, cells))):
        line = [cell[i] if i < len(cell) else "" for cell in cells]
        padded = (f"{text:<{n}}" for text, n in zip(line, widths, strict=False) if n)
        yield f"  {'   '.join(padded)}".rstrip()
    if not beside and row[-1]:
        together = row[-1].replace("\n", "   ")
        yield textwrap.indent(together if len(together) <= PROSE else row[-1], " " * 8)


# -- formulas -------------------------------------------------------------------------


def step_text(story: Story, step: Step) -> str:
    """A step as `name = formula`; an input by its name."""
    if step.node.is_input:
        return step.name
    formula = expression(step.node, story.conditions)
    return f"{step.name} = {typeset(formula, FORMULA)}"


def branch_text(branch: Branch) -> str:
    """A branch as `if x > 0`."""
    return f"if {typeset(branch.condition, FORMULA)}"


def left_text(left: Left) -> str:
    """How many branches are left out."""
    return f"… and {left.count} more conditions"


def slope_text(story: Story, step: Step, slope: LocalDerivative) -> str:
    """∂z/∂x = formula = value; or ∂J/∂x, in terms of ∂J/∂z."""
    x, g = slope.local.argument, slope.local.g
    above = story.cost or "J"
    passed = {g: Spelling(f"∂{above}/∂{step.name}", PRODUCT)} if g else {}
    names = ChainMap(passed, story.spellings)
    formula = typeset(_written(slope.local.slope, names), FORMULA)
    left = f"∂{above}/∂{x.name}" if g else f"∂{step.name}/∂{x.name}"
    value = "" if slope.value in ("", formula) else f" = {_flat(slope.value)}"
    return f"{left} = {formula}{value}"


def _written(node: Node, names: Mapping[Node, Spelling]) -> str:
    """A node as an expression of those that have a name."""
    spelling = ChainMap[Node, Spelling]({}, names)  # type: ignore[arg-type]
    for each in ancestors([node], stop=names):
        arguments = [spelling[a] for a in each.arguments]
        is_cast = each.operation == "cast"
        spelling[each] = arguments[0] if is_cast else spelt(each, arguments)
    return spelling[node].text
