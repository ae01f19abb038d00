"""A drawing becomes part of a page, and brings nothing with it but lines and words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pellucid.errors import PellucidError

if TYPE_CHECKING:
    from collections.abc import Iterator

LENGTH = re.compile(r"\s*([\d.]+)\s*(pt|px|in|cm|mm)?\s*$")
PIXELS = {"pt": 4 / 3, "px": 1, "in": 96, "cm": 96 / 2.54, "mm": 96 / 25.4}
OUTSIDE = re.compile(r"@import|url\(\s*['\"]?(?!['\"#]|data:image/)", re.IGNORECASE)
ACTIVE = re.compile(r"script|foreignObject|metadata|iframe|handler|set$|animate")


def inline_svg(text: str, name: str, label: str) -> tuple[str, float]:
    """Make an SVG part of a page: a label, no script, nothing from outside.

    Every id gets the name of the drawing in front, since two drawings of one tool use
    the same ids, and styles are kept inside the drawing.

    Parameters
    ----------
    text
        The SVG.
    name
        The id of the drawing, unique on the page.
    label
        What a screen reader says.

    Returns
    -------
    The markup, and the width that the drawing was made for, in pixels.

    Raises
    ------
    PellucidError
        When the text is no SVG.

    Examples
    --------
    >>> inline_svg('<svg viewBox="0 0 9 9"><g id="a"/></svg>', "drawing-1", "Dot")[1]
    9.0
    """
    root = _parsed(text)
    ids = {element.get("id", "") for element in root.iter()}
    for element in root.iter():
        for child in [c for c in element if _tag(c) is None]:
            element.remove(child)
        element.tag = _tag(element) or ""
        element.attrib = dict(_attributes(element, name))
        if element.tag == "style":
            element.text = _scoped(element.text or "", ids, name)
    width = _shape(root)
    root.attrib |= {"id": name, "role": "img", "aria-label": label}
    return ET.tostring(root, encoding="unicode"), width


def _parsed(text: str) -> ET.Element:
    """Read SVG text as a tree."""
    try:
        root = ET.fromstring(text.strip())
    except ET.ParseError as error:
        message = f"Expected SVG text for a figure, got {text[:30]!r} ({error}): "
        raise PellucidError(f"{message}give a figure or a drawing's SVG.") from error
    if _tag(root) != "svg":
        message = f"Expected SVG text for a figure, got {text[:30]!r}: "
        raise PellucidError(f"{message}give a figure or a drawing's SVG.")
    return root


def _tag(element: ET.Element) -> str | None:
    """Give the plain name of an element that may stay, None for any other."""
    space, _, local = element.tag.rpartition("}")
    known = space in ("", "{http://www.w3.org/2000/svg")
    return local if known and not ACTIVE.match(local) else None


def _attributes(element: ET.Element, name: str) -> Iterator[tuple[str, str]]:
    """Give the attributes that may stay, references led to the ids of this drawing."""
    for key, value in element.attrib.items():
        local = key.rpartition("}")[2]
        if local == "id":
            yield "id", f"{name}-{value}"
        elif local == "href" and value.startswith("#"):
            yield "href", f"#{name}-{value[1:]}"
        elif local == "href" and value.startswith("data:image/"):
            yield "href", value
        elif not (local == "href" or local.startswith("on") or OUTSIDE.search(value)):
            yield local, re.sub(r"url\((['\"]?)#", rf"url(\1#{name}-", value)


def _scoped(style: str, ids: set[str], name: str) -> str:
    """Keep a style sheet inside its drawing, and to the drawing's new ids."""
    if OUTSIDE.search(style):
        return ""
    renamed = re.sub(
        r"#([\w-]+)", lambda m: f"#{name}-{m[1]}" if m[1] in ids else m[0], style
    )
    return f"#{name} {{{renamed}}}"


def _shape(root: ET.Element) -> float:
    """Leave the size to the page and the proportions to the viewBox."""
    sizes = [_pixels(root.attrib.pop(side, "")) for side in ("width", "height")]
    box = re.split(r"[\s,]+", root.get("viewBox", "").strip())
    if len(box) != 4:
        width, height = (size or 300.0 for size in sizes)
        root.set("viewBox", f"0 0 {width:g} {height:g}")
        return width
    return sizes[0] or float(box[2])


def _pixels(size: str) -> float | None:
    """Read a length such as 403.2pt; None for a share of the page or nothing."""
    match = LENGTH.match(size)
    return float(match[1]) * PIXELS[match[2] or "px"] if match else None
