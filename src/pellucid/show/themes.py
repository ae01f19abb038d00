"""A picture follows its page into the dark."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pellucid.show.colours import on_dark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE, COLOUR = re.compile(r'style="[^"]*"'), re.compile(r"#[0-9a-f]{6}\b")


def on_dark_paper(figure: Figure) -> str:
    """Name the classes of a figure that goes into the dark with its page.

    Pixels stay as they are, and so do the marks that are drawn over them.

    Examples
    --------
    >>> from pellucid.show import plots
    >>> on_dark_paper(plots.scatter([1, 2], [3, 4]))
    'follows'
    >>> on_dark_paper(plots.images([[[0, 1]]]))
    'follows pixels'
    """
    return "follows pixels" if any(axes.images for axes in figure.axes) else "follows"


def themed(text: str) -> str:
    """Give the colours of an SVG names, by which a style sheet can change them.

    Examples
    --------
    >>> themed('<path style="fill: #ffffff"/><text>#ffffff</text>')
    '<path style="fill: var(--on-ffffff, #ffffff)"/><text>#ffffff</text>'
    """

    def named(colour: re.Match[str]) -> str:
        known = colour[0] in _on_dark()
        return f"var(--on-{colour[0][1:]}, {colour[0]})" if known else colour[0]

    return STYLE.sub(lambda style: COLOUR.sub(named, style[0]), text)


def dark_rules() -> str:
    """Give the named colours of a dark page, as rules of a style sheet.

    Examples
    --------
    >>> dark_rules()[:32]
    '.follows { --on-ffffff: #1d2126;'
    """
    names = {f"--on-{old[1:]}": new for old, new in _on_dark().items()}
    dark = " ".join(f"{name}: {new};" for name, new in names.items())
    kept = " ".join(f"{name}: initial;" for name in names)
    return f".follows {{ {dark} }}\n.pixels [clip-path] {{ {kept} }}\n"


@cache
def _on_dark() -> dict[str, str]:
    return on_dark()
