"""The words on a picture: numbers on axes, and names at the things they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from pellucid.reading.names import one_line
from pellucid.show.colours import ink

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray

LINE, LETTER = 0.07, 0.023  # height and width of text, in fractions of the axes
THREAD = 0.06  # how far a name stands from its line when names had to move


def shortened(label: str, length: int = 24) -> str:
    """Shorten a name, such as a column's, that would not fit.

    Examples
    --------
    >>> shortened("age"), shortened("a very long name of a column", 12)
    ('age', 'a very long…')
    """
    line = as_drawn(label)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def as_drawn(label: str) -> str:
    r"""Text for a picture, on one line; matplotlib leaves _x out of a legend.

    >>> as_drawn("height\nin cm"), as_drawn("_x") == "_x"
    ('height↵in cm', False)
    """
    line = one_line(label)
    return f"\N{ZERO WIDTH SPACE}{line}" if line.startswith("_") else line


def power(value: float, *, plain: bool = True) -> str:
    """Write a number for an axis, with a true minus and true powers of ten.

    Parameters
    ----------
    value
        The number.
    plain
        Whether numbers of middling size are written without a power of ten.

    Examples
    --------
    >>> power(-0.5), power(1500.0), power(1e-8), power(2.5e7)
    ('−0.5', '1500', '10⁻⁸', '2.5×10⁷')
    >>> power(0.01), power(0.01, plain=False), power(float("-inf"))
    ('0.01', '10⁻²', '−∞')
    """
    if not np.isfinite(value):
        return str(value).replace("inf", "∞").replace("-", "−")
    mantissa, _, exponent = f"{value:.10g}".partition("e")
    if value == 0 or (plain and not exponent and 1e-4 <= abs(value) < 1e6):
        return mantissa.replace("-", "−")
    mantissa, _, exponent = f"{value:.9e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    front = {"1": "", "-1": "−"}.get(mantissa, mantissa.replace("-", "−") + "×")
    return f"{front}10{raised}"


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Move positions apart, as little as need be, until `gap` lies between them.

    Positions that would overlap form a block, evenly spaced about their mean: the
    least-squares answer (the pool-adjacent-violators algorithm).

    Examples
    --------
    >>> spread([0.5, 0.5, 0.0], gap=0.25)
    [0.375, 0.625, 0.0]
    """
    order = np.argsort(wanted, kind="stable")
    offsets = gap * np.arange(len(order))
    free = np.asarray(wanted, dtype=float)[order] - offsets  # to be made non-falling
    blocks: list[list[float]] = []
    for position in free:
        blocks.append([float(position)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    level = np.concatenate(
        [np.full(len(b), np.mean(b)) for b in blocks] or [np.empty(0)]
    )
    result = np.empty(len(order))
    result[order] = level + offsets
    return [float(position) for position in result]


def on_axes(axes: Axes, points: ArrayLike) -> NDArray[np.float64]:
    """Give (n, 2) points in fractions of the axes, whatever the scales.

    Examples
    --------
    >>> from pellucid.show.canvas import blank
    >>> figure, axes = blank()
    >>> _ = axes.set(xlim=(0, 10), ylim=(-1, 1))
    >>> on_axes(axes, [[5, 0]]).tolist()
    [[0.5, 0.5]]
    """
    axes.autoscale_view()  # matplotlib puts off what the transform needs
    to_axes = axes.transData + axes.transAxes.inverted()
    return np.asarray(to_axes.transform(np.asarray(points, dtype=float)))


class End(NamedTuple):
    """Where a line ends, its name and its colour."""

    x: float
    y: float
    name: str
    colour: str


def label_ends(axes: Axes, ends: Sequence[End]) -> None:
    """Write the name of each line at its end, none on top of another.

    Examples
    --------
    >>> from pellucid.show.canvas import blank
    >>> figure, axes = blank()
    >>> label_ends(axes, [End(0.5, 0.5, "Adam", "#0072B2")])
    >>> axes.texts[0].get_text()
    'Adam'
    """
    places = [np.clip(on_axes(axes, (end.x, end.y)), 0, 1) for end in ends]
    lengths = [THREAD + LETTER * len(end.name) for end in ends]
    for group in _neighbours([x for x, _ in places], lengths):
        wanted = [places[i][1] for i in group]
        heights = spread(wanted, LINE)
        rise = max(0.0, LINE / 2 - min(heights))
        moved = not np.allclose(heights, wanted, atol=LINE / 4, rtol=0)
        for i, height in zip(group, heights, strict=True):
            _label_end(axes, ends[i], places[i], height + rise, thread=moved)


def _neighbours(starts: Sequence[float], lengths: Sequence[float]) -> list[list[int]]:
    """Group the labels that may stand above one another, by the width they take."""
    groups: list[list[int]] = []
    reach = -np.inf
    for i in np.argsort(starts, kind="stable"):
        if starts[i] > reach:
            groups.append([])
        groups[-1].append(int(i))
        reach = max(reach, starts[i] + lengths[i])
    return groups


def _label_end(
    axes: Axes, end: End, place: NDArray[np.float64], height: float, *, thread: bool
) -> None:
    """Write one name right of its line, with a thread to it where names had to move."""
    colour = ink(end.colour)
    line = {"arrowstyle": "-", "color": colour, "linewidth": 0.6, "relpos": (0, 0.5)}
    axes.annotate(
        as_drawn(end.name),
        (place[0], place[1]),
        (place[0] + (THREAD if thread else 0.02), height),
        xycoords="axes fraction",
        textcoords="axes fraction",
        arrowprops=line if thread else None,
        bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 0.8},
        color=colour,
        verticalalignment="center",
        annotation_clip=False,
        zorder=6,
    )


def label_corner(
    axes: Axes, name: str, colour: str, points: NDArray[np.float64]
) -> None:
    """Write a name in the corner that the points leave emptiest.

    Parameters
    ----------
    points
        (n, 2) the points on the axes, in data coordinates.

    Examples
    --------
    >>> from pellucid.show.canvas import blank
    >>> figure, axes = blank()
    >>> label_corner(axes, "y = x", "#D55E00", np.array([[0.1, 0.1], [0.9, 0.9]]))
    >>> axes.texts[0].get_position()
    (0.02, 0.97)
    """
    at = on_axes(axes, points)
    corners = [(0.02, 0.97), (0.98, 0.03), (0.98, 0.97), (0.02, 0.03)]
    reach = np.array([min(LETTER * len(name) + 0.05, 0.5), 2.5 * LINE])
    inside = [
        int((np.abs(at - corner) < reach).all(axis=1).sum()) for corner in corners
    ]
    x, y = corners[int(np.argmin(inside))]
    axes.text(
        *(x, y, as_drawn(name)),
        transform=axes.transAxes,
        color=ink(colour),
        horizontalalignment="left" if x < 0.5 else "right",
        verticalalignment="bottom" if y < 0.5 else "top",
        bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
        zorder=6,
    )
