"""LaTeX as MathML, which browsers draw by themselves."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from pellucid.errors import PellucidError, needs


def mathml(latex: str, display: str = "block") -> str:
    r"""Turn LaTeX into MathML.

    Raises
    ------
    PellucidError
        When the LaTeX cannot be read.

    Examples
    --------
    >>> "<mo>&lt;</mo>" in mathml("a < b")
    True
    """
    converter = needs("latex2mathml.converter", extra="plot")
    known = re.sub(r"\{aligned\}", "{align*}", latex)
    try:
        math: ET.Element = converter.convert_to_element(known, display=display)
    except Exception as error:
        message = f"Expected a formula in LaTeX, got {latex!r}: mend its commands."
        raise PellucidError(message) from error
    for element in math.iter():
        element.text = html.unescape(element.text or "")  # it writes &#x0002B; for +
        element.attrib.pop("href", None)
    for over in (each for each in math.iter("mover") if each[-1].text == "^"):
        over.set("accent", "true")  # a wide hat is one too
    for row in list(math.iter()):
        if row.tag in ROWS:
            _set_apart(row)
    del math.attrib["xmlns"]  # HTML knows what MathML is
    math.set("alttext", latex)
    return ET.tostring(math, encoding="unicode")


ROWS = {"math", "mrow", "mtd"}  # elsewhere in MathML a child has its place


def _set_apart(row: ET.Element) -> None:
    """Space a row as TeX does: y log p, a = -b, |z|."""
    children = list(row)
    for left, right in reversed(list(pairwise(children))):
        named = [
            side.tag == "mi" and len(side.text or "") > 1 for side in (left, right)
        ]
        operator = left.tag == "mo" and (left.text or "=") not in ")]|"
        if right.tag == "mo" and operator and right.text == "−":
            right.set("form", "prefix")
        elif any(named) and right.tag != "mo" and not operator:
            space = ET.Element("mspace", width="0.167em")
            row.insert(children.index(right), space)
    for bar in (child for child in children if child.text == "|"):
        bar.attrib |= {"lspace": "0", "rspace": "0"}
