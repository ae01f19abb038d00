"""A drawing as outlines, curves and words; `rendering` turns them into files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pellucid.reading.drawing.boxes import Box, Diagram
from pellucid.reading.drawing.folds import Frame
from pellucid.reading.drawing.graphviz import (  # fmt: skip
    COLOURS,
    LABEL,
    LINE,
    NAME,
    NUMBER,
    OPENED,
    SHEETS,
    TIP,
    TOP,
    TURN,
    Curve,
    Layout,
    Point,
    all_frames,
    head_width,
    kind_of,
    rows_of,
    size_of,
    text_width,
)

# Words have a contrast of 4.5 or more to what they stand on.
INK, QUIET, GRADIENT, REWRITTEN = "#222222", "#5F5F5F", "#A84300", "#8A2F6F"
MARGIN = 16.0
KEY, FOOT = (26.0, 14.0), 26.0  # of the legend: a shape, and the height of a line
HEAD = 7.0  # length of an arrow's head
SPACE = 4.5  # between a name and its formula


@dataclass(frozen=True)
class Word:
    """A line of text at a point of its baseline."""

    x: float
    y: float
    text: str
    size: float
    colour: str = INK
    bold: bool = False
    anchor: str = "start"


@dataclass(frozen=True)
class Outline:
    """A rectangle, perhaps with round or folded corners, pointed sides, or dashes."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    line: str
    radius: float = 0.0
    fold: float = 0.0
    dashed: bool = False
    tip: float = 0.0  # how far the sides point out


@dataclass(frozen=True)
class Stroke:
    """A thin line through some points."""

    points: Sequence[Point]
    colour: str


@dataclass(frozen=True)
class Arrow:
    """A Bezier spline, and the three corners of the head at its end."""

    spline: Sequence[Point]
    head: Sequence[Point]
    dashed: bool = False


@dataclass(frozen=True)
class Item:
    """What is drawn of one box, and what a pointer that rests on it is told."""

    outlines: Sequence[Outline]
    words: Sequence[Word]
    note: str = ""
    strokes: Sequence[Stroke] = ()


@dataclass(frozen=True)
class Picture:
    """Everything there is to see: from the top left, in points, frames first."""

    title: str
    width: float
    height: float
    frames: Sequence[Item]
    arrows: Sequence[Arrow]
    items: Sequence[Item]


def picture(diagram: Diagram, layout: Layout) -> Picture:
    """Put the boxes where the layout says, and the legend below."""
    foot = list(_legend(diagram))
    breadth = max(layout.width, max(each[0] for each in foot))
    width = breadth + 2 * MARGIN
    left = MARGIN + (breadth - layout.width) / 2
    centres = {key: (x + left, y + MARGIN) for key, (x, y) in layout.centres.items()}
    curves = [_shifted(curve, left, MARGIN) for curve in layout.curves]
    frames = [_moved(_frame(*each), left, MARGIN) for each in layout.frames]
    items = [_item(box, *centres[box.key]) for box in diagram.boxes]
    y = layout.height + 2 * MARGIN
    for needed, line in foot:
        items.append(_moved(line, (width - needed) / 2, y))
        y += FOOT
    arrows = [_arrow(curve) for curve in curves]
    items += [_said(curve) for curve in curves if curve.label]
    return Picture(diagram.title, width, y, frames, arrows, items)


def _shifted(curve: Curve, dx: float, dy: float) -> Curve:
    points = [(x + dx, y + dy) for x, y in curve.points]
    return curve._replace(points=points, at=(curve.at[0] + dx, curve.at[1] + dy))


def _said(curve: Curve) -> Item:
    """What stands beside an arrow."""
    x, y = curve.at
    word = Word(x, y + LABEL / 3, curve.label, LABEL, QUIET, anchor="middle")
    return Item([], [word])


# -- boxes ----------------------------------------------------------------------------


def _item(box: Box, x: float, y: float) -> Item:
    width, height = size_of(box)
    left, top = x - width / 2, y - height / 2
    outlines = list(_outlines(box.kind, left, top, width, height))
    top = outlines[-1].y
    words = [*_head(box, x, top), *_numbers(box, x, top + TOP)]
    strokes = [*_bars(box.kind, outlines[-1]), *_brackets(box, x, top + TOP)]
    return Item(outlines, words, box.note, strokes)


def _bars(kind: str, box: Outline) -> Iterator[Stroke]:
    """The lines beside the left and the right edge of a function's box."""
    in_, bottom = min(5.0, box.width / 6), box.y + box.height
    sides = (box.x + in_, box.x + box.width - in_) if kind == "function" else ()
    for x in sides:
        yield Stroke([(x, box.y), (x, bottom)], box.line)


def _frame(frame: Frame, corner: Point, opposite: Point) -> Item:
    """What is drawn around the boxes of an opened function, with its name."""
    (x, y), width, height = corner, opposite[0] - corner[0], opposite[1] - corner[1]
    kind = kind_of(frame)
    colour = COLOURS[kind][1]
    name = Word(x + 9, y + LINE, frame.label, NUMBER, colour, bold=True)
    return Item([*_outlines(kind, x, y, width, height)], [name])


def _outlines(
    kind: str, x: float, y: float, width: float, height: float
) -> Iterator[Outline]:
    """The shape that says what a box is."""
    fill, line = COLOURS[kind]
    radius = {"input": min(height / 2, 33.0), "operation": 3.0}.get(kind, 0.0)
    fold = min(10.0, height / 3) if kind == "constant" else 0.0
    dashed = kind in ("folded", OPENED, TURN)
    radius = min(6.0, height / 3) if kind in (OPENED, TURN) else radius
    if kind == "loop":  # sheets one on another
        out = min(SHEETS, height / 3)
        width, height = width - out, height - out
        for behind in (out, out / 2):
            yield Outline(x + behind, y + out - behind, width, height, fill, line)
        y += out
    if kind == "output":
        far = min(4.0, height / 5)  # Graphviz draws its second line 4 points out
        wider, higher = width + 2 * far, height + 2 * far
        yield Outline(x - far, y - far, wider, higher, fill, line)
    tip = min(TIP, height / 2) if kind == "branch" else 0.0
    yield Outline(x, y, width, height, fill, line, radius, fold, dashed, tip)


def _head(box: Box, x: float, y: float) -> Iterator[Word]:
    """Name and formula, centred together."""
    name, formula = head_width(box)
    line = y + (TOP - 4 if box.numbers else TOP - 3)
    colour = QUIET if box.numbered else INK
    if not formula:
        yield Word(x, line, box.name, NAME, colour, not box.numbered, "middle")
        return
    middle = x + (name - formula) / 2
    yield Word(middle, line, box.name, NAME, colour, not box.numbered, "end")
    yield Word(middle + SPACE, line, f"= {box.formula}", NAME)


def _numbers(box: Box, x: float, y: float) -> Iterator[Word]:
    """Value and gradient: labels on the left, numbers on the right."""
    rows = rows_of(box)
    half = max((row.width for row in rows), default=0.0) / 2
    before = ""
    for row in rows:
        y += LINE
        if row.label != before:
            yield Word(x - half, y - 4, row.label, LABEL, QUIET)
        for text, end in row.numbers:
            right, colour = x + half - end, _colour(row.label)
            yield Word(right, y - 4, text, NUMBER, colour, False, "end")
        before = row.label


def _colour(label: str) -> str:
    return {"gradient": GRADIENT, "rewritten": REWRITTEN}.get(label, INK)


def _brackets(box: Box, x: float, y: float) -> Iterator[Stroke]:
    """The brackets of each matrix: two uprights a row, with ticks at the ends."""
    rows = rows_of(box)
    right = x + max((row.width for row in rows), default=0.0) / 2
    for row in rows:
        y += LINE
        for edge, tick in ((right - row.bracket, 4.0), (right, -4.0)):
            top, bottom = y - LINE - 0.5 + 2 * row.first, y - 0.5 - row.last
            points = [(edge + tick, top)] * row.first + [(edge, top), (edge, bottom)]
            points += [(edge + tick, bottom)] * row.last
            if row.bracket:
                yield Stroke(points, _colour(row.label))


def _arrow(curve: Curve) -> Arrow:
    """A curve that starts a little inside its box, and ends in a head."""
    *spline, tip = curve.points
    start, end = spline[0], spline[-1]
    dx, dy = _direction(spline[1], start)
    inside = (start[0] + 12 * dx, start[1] + 12 * dy)
    dx, dy = _direction(end, tip)
    base = (tip[0] - HEAD * dx, tip[1] - HEAD * dy)
    across = (-0.42 * HEAD * dy, 0.42 * HEAD * dx)
    head = [tip, _sum(base, across), (base[0] - across[0], base[1] - across[1])]
    return Arrow([inside, inside, start, start, *spline[1:]], head, curve.dashed)


def _direction(a: Point, b: Point) -> Point:
    length = math.dist(a, b) or 1.0
    return (b[0] - a[0]) / length, (b[1] - a[1]) / length


def _sum(a: Point, b: Point) -> Point:
    return a[0] + b[0], a[1] + b[1]


# -- the legend -----------------------------------------------------------------------


def _legend(diagram: Diagram) -> Iterator[tuple[float, Item]]:
    """Lines of the legend with their widths: the kinds there are, then the remark."""
    kinds = {box.kind for box in diagram.boxes}
    kinds |= {kind_of(frame) for frame in all_frames(diagram.boxes)}
    outlines: list[Outline] = []
    words: list[Word] = []
    strokes: list[Stroke] = []
    x, (width, height) = 0.0, KEY
    for kind in (kind for kind in COLOURS if kind in kinds):
        outlines += _outlines(kind, x, 0.0, width, height)
        strokes += _bars(kind, outlines[-1])
        words.append(Word(x + width + 7, height - 3, kind, LABEL, QUIET))
        x += width + 7 + text_width(kind, LABEL) + 20
    yield x - 20, Item(outlines, words, strokes=strokes)
    for remark in diagram.remarks:
        word = Word(0.0, KEY[1] - 5, remark, LABEL, QUIET)
        yield text_width(remark, LABEL), Item([], [word])


def _moved(item: Item, dx: float, dy: float) -> Item:
    outlines = [replace(o, x=o.x + dx, y=o.y + dy) for o in item.outlines]
    words = [replace(w, x=w.x + dx, y=w.y + dy) for w in item.words]
    strokes = [
        replace(s, points=[(x + dx, y + dy) for x, y in s.points]) for s in item.strokes
    ]
    return Item(outlines, words, item.note, strokes)
