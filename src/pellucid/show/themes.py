"""A picture follows its page into the dark."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pellucid.show.colours import on_dark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE, COLOUR = re.compile(r'style="[^"]*"'), re.compile(r"#[0-9a-f]{6}\b")


def follows(figure: Figure) -> bool:
    """Whether a figure can be drawn on dark paper: one of pixels cannot.

    Examples
    --------
    >>> from pellucid.show import plots
    >>> follows(plots.scatter([1, 2], [3, 4])), follows(plots.images([[[0, 1]]]))
    (True, False)
    """
    return not any(axes.images for axes in figure.axes)


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


def dark_colours() -> str:
    """The named colours on a dark page, as declarations of a style sheet.

    Examples
    --------
    >>> dark_colours()[:21]
    '--on-ffffff: #1d2126;'
    """
    return " ".join(f"--on-{old[1:]}: {new};" for old, new in _on_dark().items())


@cache
def _on_dark() -> dict[str, str]:
    return on_dark()
