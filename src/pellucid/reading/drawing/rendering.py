"""A picture as SVG text, or as a matplotlib figure."""

from __future__ import annotations

import io
from collections.abc import Iterator
from html import escape
from typing import Any

from pellucid.errors import needs
from pellucid.reading.drawing.graphviz import Point
from pellucid.reading.drawing.picture import (
    GRADIENT,
    INK,
    QUIET,
    REWRITTEN,
    Arrow,
    Item,
    Outline,
    Picture,
    Stroke,
    Word,
)

FONT = "'DejaVu Sans', Verdana, Helvetica, Arial, sans-serif"
PAPER = "#FFFFFF"  # gone on paper
CLASS = "pellucid-graph"

# What each colour becomes on a screen in the dark. SVG says colours as attributes,
# which every program reads; a style sheet stands above them where there is one.
DARK = {
    PAPER: "#17191C", INK: "#ECECEC", QUIET: "#A9ADB2",
    GRADIENT: "#FFA868", REWRITTEN: "#EFA3D6",
    "#E3EEF8": "#16334C", "#0072B2": "#5DB4EC",
    "#F2F2F2": "#2A2D31", "#6B6B6B": "#8E9399",
    "#FDEBD9": "#4A2A10", "#D55E00": "#FF9047",
    "#FBF6D3": "#363005", "#8A7100": "#D6B93A",
    "#E4F4EE": "#113A2E", "#007A5A": "#45C79E", "#F5FAF8": "#162420",
    "#F6EAF3": "#3D1F35", "#FCF8FB": "#221A20",
}  # fmt: skip


def _dark_style() -> str:
    """The style sheet for a screen in the dark; print stays on white."""
    rules = (
        f".{CLASS} [{attribute}='{light}']{{{attribute}:{dark}}}"
        for light, dark in DARK.items()
        for attribute in ("fill", "stroke")
    )
    return (
        "<style>@media screen and (prefers-color-scheme:dark){"
        + "".join(rules)
        + "}</style>"
    )


DARK_STYLE = _dark_style()


def svg(picture: Picture) -> str:
    """A picture as SVG that needs nothing from outside."""
    size = f'width="{picture.width:.0f}" height="{picture.height:.0f}"'
    box = f'viewBox="0 0 {picture.width:.1f} {picture.height:.1f}"'
    title = escape(f"Graph of {picture.title}")
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} class="{CLASS}"'
        ' role="img"'
        f' aria-label="{title}" font-family="{FONT}">',
        DARK_STYLE,
        f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>',
        *(line for frame in picture.frames for line in _svg_item(frame)),
        *(_svg_arrow(arrow) for arrow in picture.arrows),
        *(line for item in picture.items for line in _svg_item(item)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _svg_arrow(arrow: Arrow) -> str:
    start, *rest = arrow.spline
    head = " ".join(_pair(point) for point in arrow.head)
    dashes = ' stroke-dasharray="5 3"' if arrow.dashed else ""
    return (
        f'<path d="M{_pair(start)}C{" ".join(map(_pair, rest))}L{_pair(arrow.head[0])}"'
        f' fill="none" stroke="{QUIET}"{dashes}/>'
        f'<polygon points="{head}" fill="{QUIET}"/>'
    )


def _pair(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _svg_item(item: Item) -> Iterator[str]:
    yield "<g>"
    if item.note:
        yield f"<title>{escape(item.note)}</title>"
    yield from (_svg_outline(outline) for outline in item.outlines)
    yield from (_svg_stroke(stroke) for stroke in item.strokes)
    yield from (_svg_word(word) for word in item.words)
    yield "</g>"


def _svg_outline(o: Outline) -> str:
    style = f'fill="{o.fill}" stroke="{o.line}"'
    style += ' stroke-dasharray="5 3"' if o.dashed else ""
    if o.tip:
        points = " ".join(map(_pair, _pointed(o)))
        return f'<polygon points="{points}" {style}/>'
    if not o.fold:
        place = f'x="{o.x:.1f}" y="{o.y:.1f}" width="{o.width:.1f}"'
        return f'<rect {place} height="{o.height:.1f}" rx="{o.radius:.1f}" {style}/>'
    outer, fold = (" ".join(map(_pair, points)) for points in _folded(o))
    return (
        f'<polygon points="{outer}" {style}/>'
        f'<polyline points="{fold}" fill="none" stroke="{o.line}"/>'
    )


def _pointed(o: Outline) -> list[Point]:
    """The outline of a sign whose left and right sides point out."""
    right, bottom, middle = o.x + o.width, o.y + o.height, o.y + o.height / 2
    above = [(o.x, middle), (o.x + o.tip, o.y), (right - o.tip, o.y)]
    return [*above, (right, middle), (right - o.tip, bottom), (o.x + o.tip, bottom)]


def _folded(o: Outline) -> tuple[list[Point], list[Point]]:
    """The outline of a sheet with its upper right corner folded, and the fold."""
    right, bottom, in_, down = o.x + o.width, o.y + o.height, o.fold, o.y + o.fold
    outer = [
        (o.x, o.y),
        (right - in_, o.y),
        (right, down),
        (right, bottom),
        (o.x, bottom),
    ]
    return outer, [(right - in_, o.y), (right - in_, down), (right, down)]


def _svg_stroke(stroke: Stroke) -> str:
    points = " ".join(map(_pair, stroke.points))
    return f'<polyline points="{points}" fill="none" stroke="{stroke.colour}"/>'


def _svg_word(word: Word) -> str:
    weight = ' font-weight="bold"' if word.bold else ""
    return (
        f'<text x="{word.x:.1f}" y="{word.y:.1f}" font-size="{word.size:g}"'
        f' text-anchor="{word.anchor}" fill="{word.colour}"{weight}>'
        f"{escape(word.text)}</text>"
    )


# -- matplotlib -----------------------------------------------------------------------


def drawn(picture: Picture, kind: str) -> bytes:
    """A picture as the bytes of a PNG or PDF file, drawn by matplotlib."""
    figures = needs("matplotlib.figure", extra="plot")
    figure = figures.Figure(figsize=(picture.width / 72, picture.height / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, picture.width), ylim=(picture.height, 0))
    axes.set_axis_off()
    patches = needs("matplotlib.patches", extra="plot")
    for frame in picture.frames:
        _draw_item(axes, patches, frame)
    for arrow in picture.arrows:
        _draw_arrow(axes, patches, arrow)
    for item in picture.items:
        _draw_item(axes, patches, item)
    file = io.BytesIO()
    date = {"CreationDate": None} if kind == "pdf" else {}
    figure.savefig(file, format=kind, dpi=200, metadata=date, facecolor=PAPER)
    return file.getvalue()


def _draw_item(axes: Any, patches: Any, item: Item) -> None:
    for outline in item.outlines:
        _draw_outline(axes, patches, outline)
    for stroke in item.strokes:
        points = zip(*stroke.points, strict=True)
        axes.plot(*points, color=stroke.colour, linewidth=1)
    for word in item.words:
        _draw_word(axes, word)


def _draw_arrow(axes: Any, patches: Any, arrow: Arrow) -> None:
    path = needs("matplotlib.path", extra="plot").Path
    codes = [path.MOVETO, *[path.CURVE4] * (len(arrow.spline) - 1), path.LINETO]
    points = [*arrow.spline, arrow.head[0]]
    line = path(points, codes)
    style = {"linestyle": (0, (5, 3))} if arrow.dashed else {}
    axes.add_patch(patches.PathPatch(line, fill=False, edgecolor=QUIET, **style))
    axes.add_patch(patches.Polygon(arrow.head, facecolor=QUIET, linewidth=0))


def _draw_outline(axes: Any, patches: Any, o: Outline) -> None:
    style = {"facecolor": o.fill, "edgecolor": o.line, "linewidth": 1}
    style |= {"linestyle": (0, (5, 3))} if o.dashed else {}
    if o.tip:
        axes.add_patch(patches.Polygon(_pointed(o), **style))
        return
    if o.fold:
        outer, fold = _folded(o)
        axes.add_patch(patches.Polygon(outer, **style))
        axes.plot(*zip(*fold, strict=True), color=o.line, linewidth=1)
        return
    corners = f"round,pad=0,rounding_size={o.radius}" if o.radius else "square,pad=0"
    place = (o.x, o.y), o.width, o.height
    axes.add_patch(patches.FancyBboxPatch(*place, boxstyle=corners, **style))


def _draw_word(axes: Any, word: Word) -> None:
    side = {"start": "left", "middle": "center", "end": "right"}[word.anchor]
    font = {"family": "DejaVu Sans", "weight": "bold" if word.bold else "normal"}
    style = font | {"fontsize": word.size, "color": word.colour, "ha": side}
    axes.text(word.x, word.y, word.text, parse_math=False, **style)
