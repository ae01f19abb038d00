"""The palette of every picture, and what can be done with a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Okabe & Ito (2008), with Tol's wine, indigo and olive for their yellow and black:
# told apart by colour-blind readers, and neighbours by their lightness in grey print.
PALETTE = (
    "#0072B2",  # blue
    "#E69F00",  # orange
    "#882255",  # wine
    "#009E73",  # green
    "#D55E00",  # vermillion
    "#56B4E9",  # sky
    "#CC79A7",  # rose
    "#555555",  # grey
    "#332288",  # indigo
    "#999933",  # olive
)
MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">", "p")
DASHES = ("-", (0, (6, 1.5)), (0, (2, 1)), (0, (6, 1.5, 1.5, 1.5)))
FIT = "#D55E00"  # what a model says; what the data say is PALETTE[0]
INK, QUIET, FAINT = "#222222", "#6B6B6B", "#D9D9D9"
PAPER, DARK = "#FFFFFF", "#1D2126"  # what pictures stand on, and do on a dark page


def rgb(colour: str) -> NDArray[np.float64]:
    """Take a colour such as ``"#FF8000"`` apart: (3,) red, green and blue in [0, 1].

    Examples
    --------
    >>> rgb("#00FF33").tolist()
    [0.0, 1.0, 0.2]
    """
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def tint(colour: str) -> NDArray[np.float64]:
    """Mix a colour with four parts of white.

    Examples
    --------
    >>> tint("#00FF33").round(2).tolist()
    [0.8, 1.0, 0.84]
    """
    return 0.8 + 0.2 * rgb(colour)


def ink(colour: str) -> str:
    """Darken a colour until text in it is easily read on white (contrast 4.5 to 1).

    Examples
    --------
    >>> ink("#0072B2"), ink("#E69F00")
    ('#0072b2', '#9d6d00')
    """
    parts = rgb(colour)
    while 1.05 / (luminance(parts) + 0.05) < 4.5:
        parts = parts * 0.99
    return _written(parts)


def chalk(colour: str) -> str:
    """Lighten a colour until text in it is easily read on a dark page (4.5 to 1).

    Examples
    --------
    >>> chalk("#0072B2"), chalk("#E69F00")
    ('#358fc2', '#e69f00')
    """
    parts, paper = rgb(colour), luminance(rgb(DARK)) + 0.05
    while (luminance(parts) + 0.05) / paper < 4.5:
        parts = 1 - (1 - parts) * 0.99
    return _written(parts)


def on_dark() -> dict[str, str]:
    """From each colour of a picture to the one that takes its place on a dark page.

    Examples
    --------
    >>> on_dark()["#ffffff"], on_dark()["#222222"]
    ('#1d2126', '#e4e2dc')
    """
    named = {PAPER: DARK, INK: "#E4E2DC", QUIET: "#A0A6AD", FAINT: "#3B414A"}
    lit = {drawn: chalk(colour) for colour in PALETTE
           for drawn in (ink(colour), colour)}  # fmt: skip
    return {old.lower(): new.lower() for old, new in (named | lit).items()}


def _written(parts: NDArray[np.float64]) -> str:
    """Red, green and blue as #rrggbb."""
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts)


def luminance(parts: NDArray[np.float64]) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2).

    Examples
    --------
    >>> round(luminance(rgb("#0072B2")), 3)
    0.152
    """
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
