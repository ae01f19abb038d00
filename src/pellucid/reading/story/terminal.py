"""An explanation as text, for a terminal."""

from __future__ import annotations

import textwrap
from collections import ChainMap
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from pellucid.graphs.node import Node, ancestors
from pellucid.reading.formula.typography import typeset
from pellucid.reading.loops.loop import Loop
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
    """A row a step, below the line of code it comes from; a table for each loop."""
    inputs: Part = ("What goes in", [*map(partial(_row, story), story.inputs)], ())
    outside = [inputs]
    for loop, passages in story.sections:
        parts = [_part(story, passage) for passage in passages]
        if loop is None:
            outside += parts
            continue
        yield from _lines_of(story, outside)
        yield from ("", " / ".join(_heads(loop)))
        yield from _lines_of(story, parts, loop)
        outside = []
    yield from ("",) if outside and story.view.loops else ()
    yield from _lines_of(story, outside)


def _heads(loop: Loop) -> list[str]:
    """The heads of a loop and those around it, the outer first."""
    return [each.title for each in loop.chain()][::-1]


Part = tuple[str, Sequence[Row], Sequence[str]]


def _part(story: Story, passage: Passage) -> Part:
    """A line of code, its rows, and what is rewritten in it."""
    rows = [_row(story, row) for row in passage.rows]
    return _heading(passage), rows, passage.rewrites


def _lines_of(
    story: Story, parts: Sequence[Part], loop: Loop | None = None
) -> Iterator[str]:
    """A table, with a column for each turn of a loop that is told."""
    rows = [row for _, each, _ in parts for row in each]
    if not rows:
        return
    turns = [column.title(loop) for column in story.columns] if loop else [""]
    rows, titles = _in_columns(story, rows, turns)
    if sum(_widths([titles, *rows])[:-1]) > WIDTH and len(turns) > 1:
        rows, titles = _stacked(story, rows, turns)
    parts = _with_rows(parts, rows)
    head = [t if any(row[i] for row in rows) else "" for i, t in enumerate(titles)]
    widths = _widths([head, *rows])
    beside = sum(widths) <= WIDTH
    yield from _lines(head, widths, beside)
    for heading, each, rewrites in parts:
        yield from ("", heading) if each else ()
        for row in each:
            yield from _lines(row, widths, beside)
        yield from (f"  rewritten: {typeset(each, 2 * FORMULA)}" for each in rewrites)


def _in_columns(
    story: Story, rows: Sequence[Row], turns: Sequence[str]
) -> tuple[list[Row], Row]:
    """A column for the value in each turn, and for the gradient; and their titles."""
    below = [f"\n{turn}" if turn else "" for turn in turns]
    gradient = f"∂{story.cost}/∂step"
    values = [f"value{turn}" for turn in below]
    gradients = [f"{gradient}{turn}" for turn in below]
    titles = ["step", *values, *gradients, "local derivatives"]
    count = len(titles)
    return [[*r[:-1], *[""] * (count - len(r)), r[-1]] for r in rows], titles


def _stacked(
    story: Story, rows: Sequence[Row], turns: Sequence[str]
) -> tuple[list[Row], Row]:
    """The turns below one another, where they are too wide to stand side by side."""
    n = len(turns)
    found: list[Row] = []
    for step, *numbers, slopes in rows:
        values, gradients = map(_flat, numbers[:n]), map(_flat, numbers[n:])
        cells = ("\n".join(each).rstrip() for each in (turns, values, gradients))
        found.append([step, *cells, slopes])
    gradient = f"∂{story.cost}/∂step"
    return found, ["step", "turn", "value", gradient, "local derivatives"]


def _with_rows(parts: Sequence[Part], rows: Sequence[Row]) -> list[Part]:
    """The same parts with other rows."""
    left = iter(rows)
    return [(heading, [next(left) for _ in each], rewrites)
            for heading, each, rewrites in parts]  # fmt: skip


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
    return step_text(story, row), *row.values, *row.gradients, slopes


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
    if step.node in story.view.outside:
        return f"{step.name} = {outside_text(story, step)}"
    formula = expression(step.node, story.conditions)
    return f"{step.name} = {typeset(formula, FORMULA)}"


def outside_text(story: Story, step: Step) -> str:
    """What comes out of a loop: `the last h`, or `h of all t`."""
    view = story.view
    of = story.spellings[view.outside[step.node]].text
    return (
        f"{of} of all {view.left[step.node].name}"
        if view.is_each(step.node)
        else f"the last {of}"
    )


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
    below = typeset(story.spellings[x].text)
    left = f"∂{above}/∂{below}" if g else f"∂{step.name}/∂{below}"
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
