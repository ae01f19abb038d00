"""The house style of every picture: palette, axes, direct labels, and the file."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from math import floor, log10
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np

from pellucid.errors import PellucidError, TableError, needs
from pellucid.files import write_whole
from pellucid.reading.names import one_line
from pellucid.show.colours import FAINT, INK, QUIET
from pellucid.show.labels import power, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

Parameters = ParamSpec("Parameters")

MANY = 1_000  # marks beyond this number are drawn as pixels inside the SVG
SIZE = (4.6, 3.3)  # inches: as wide as a telephone

# Text is laid out in DejaVu Sans, which matplotlib carries and which is wide, and is
# written into the SVG as text for the reader's own fonts, all narrower: it stays
# sharp, small and searchable, and never outgrows the room that was made for it.
LAID_OUT_IN = "font-family: 'DejaVu Sans', sans-serif"
WRITTEN_IN = "font-family: 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"

STYLE: dict[str, object] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": INK,
    "text.parse_math": False,  # a dollar in the name of a column is a dollar
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "svg.fonttype": "none",
    "svg.hashsalt": "pellucid",
}


@contextmanager
def house_style() -> Iterator[None]:
    """Lend matplotlib our settings, whatever the person's own are, and take them back.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with house_style():
    ...     matplotlib.rcParams["font.size"]
    9.0
    >>> matplotlib.rcParams["font.size"] == before
    True
    """
    with needs("matplotlib.style", extra="plot").context(["default", STYLE]):
        yield


def picture(draw: Callable[Parameters, Figure]) -> Callable[Parameters, Figure]:
    """Run a function that draws in the house style."""

    @wraps(draw)
    def drawn(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Figure:
        with house_style():
            return draw(*args, **kwargs)

    return drawn


def blank(
    width: float = SIZE[0], height: float = SIZE[1], *, projection: str | None = None
) -> tuple[Figure, Axes]:
    """Give an empty figure, which no window or global state knows, and its axes.

    Parameters
    ----------
    width, height
        The size in inches.
    projection
        ``"3d"`` for three dimensions.

    Examples
    --------
    >>> figure, axes = blank(4, 3)
    >>> figure.get_size_inches().tolist(), axes.spines["top"].get_visible()
    ([4.0, 3.0], False)
    """
    empty = needs("matplotlib.figure", extra="plot").Figure
    figure = empty(figsize=(width, height), dpi=100, layout="constrained")
    axes = figure.add_subplot(projection=projection)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(length=3, width=0.8, colors=QUIET, labelsize=8.5)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _, axis=axis: _tick(value, axis))
    return figure, axes


def blank_grid(
    rows: int, across: int, side: float, *, gap: float = 0.15, head: float = 0.3
) -> tuple[Figure, list[Axes]]:
    """Give a figure with a grid of squares for images, each `side` inches wide.

    Parameters
    ----------
    rows, across
        How many squares stand down and across.
    side, gap, head
        The side of a square, the room above each and above all, in inches.

    Examples
    --------
    >>> figure, grid = blank_grid(2, 3, side=1.0)
    >>> len(grid)
    6
    """
    empty = needs("matplotlib.figure", extra="plot").Figure
    size = (across * side, max(rows, 1) * (side + gap) + head)
    figure = empty(figsize=size, dpi=100, layout="constrained")
    grid = figure.subplots(max(rows, 1), across, squeeze=False).ravel().tolist()
    for axes in grid:
        axes.set_axis_off()
    return figure, grid


def entitle(axes: Axes, title: str, x_label: str = "", y_label: str = "") -> None:
    """Write the finding above the picture, and what each axis shows beside it.

    The label of the upright axis stands level at its head, where it is easiest read.

    Examples
    --------
    >>> figure, axes = blank()
    >>> entitle(axes, "Cost falls by half every 20 steps", "iteration", "cost")
    >>> axes.get_title(loc="left"), axes.get_xlabel()
    ('Cost falls by half every 20 steps', 'iteration')
    """
    figure = axes.get_figure(root=True)
    head, room = _wrapped(title, figure), _letters(figure)
    axes.set_title(
        head, loc="left", fontsize=10, weight="bold", pad=24 if y_label else 10
    )
    if x_label:
        loc: Any = "right" if 4 * len(x_label) > 3 * room else "center"
        axes.set_xlabel(shortened(x_label, room), fontsize=9, color=INK, loc=loc)
    _thin_out(axes, room)
    if y_label:
        name = shortened(y_label, room)
        axes.annotate(
            name,
            (0, 1),
            (0, 8),
            xycoords="axes fraction",
            textcoords="offset points",
            color=INK,
        )


def _letters(figure: Figure | None) -> int:
    """How many letters of a label stand beside one another below a picture."""
    width = SIZE[0] if figure is None else figure.get_size_inches()[0]
    return int(13 * (width - 0.6))


def _thin_out(axes: Axes, room: int) -> None:
    """Take as many ticks across as have room for their numbers."""
    locator = axes.xaxis.get_major_locator()
    if type(locator) is not needs("matplotlib.ticker", extra="plot").AutoLocator:
        return
    low, high = sorted(axes.get_xlim())
    for most in range(8, 1, -1):
        axes.locator_params(axis="x", nbins=most, steps=[1, 2, 2.5, 5, 10])
        at = [v for v in locator.tick_values(low, high) if low <= v <= high]
        if sum(len(_tick(v, axes.xaxis)) + 2 for v in at) <= room:
            return


def entitle_all(figure: Figure, title: str) -> None:
    """Write the finding above a grid of images.

    Examples
    --------
    >>> figure, grid = blank_grid(1, 2, side=2.5)
    >>> entitle_all(figure, "A hand that signs 0, and one that signs 1")
    >>> figure.get_suptitle()
    'A hand that signs 0, and one that signs 1'
    """
    if title:
        look = {"fontsize": 10, "weight": "bold", "horizontalalignment": "left"}
        figure.suptitle(_wrapped(title, figure), x=0.01, **look)


def finding(figure: Figure | str) -> str:
    """The finding that stands above a picture, on one line; "" where none does.

    Examples
    --------
    >>> figure, axes = blank()
    >>> entitle(axes, "A finding that takes many words, of which each is needed")
    >>> finding(figure)
    'A finding that takes many words, of which each is needed'
    """
    if isinstance(figure, str):
        return ""
    heads = [figure.get_suptitle(), *(a.get_title(loc="left") for a in figure.axes)]
    return " ".join(next(filter(None, heads), "").split())


def _wrapped(title: str, figure: Figure | None) -> str:
    """Break a title into lines as long as the figure is wide."""
    width = SIZE[0] if figure is None else figure.get_size_inches()[0]
    title = one_line(title)
    most = max(int(min(13 * (width - 0.45), _dense(title) * (width - 0.5))), 12)
    lines = textwrap.wrap(title, most)
    if len(lines) > 1:  # lines of like length read best
        even = min(-(-len(title) // len(lines)), most)
        lines = next(
            tried
            for length in range(even, most + 1)
            if len(tried := textwrap.wrap(title, length)) == len(lines)
        )
    return "\n".join(lines)


def _dense(title: str) -> float:
    """How many of its letters stand on an inch: digits and capitals are wide."""
    if not title.strip():
        return 13.0
    path = needs("matplotlib.textpath", extra="plot").TextPath
    look = {"family": "DejaVu Sans", "weight": "bold"}
    inches = float(path((0, 0), title, size=10, prop=look).get_extents().width) / 72
    return 0.97 * len(title) / inches  # pixels make it a little wider


def _tick(value: float, axis: Axis) -> str:
    """Write the value at a tick; noise far below the axis's span is rounded away."""
    low, high = axis.get_view_interval()
    span = abs(high - low)
    if axis.get_scale() == "linear" and 0 < span < np.inf:
        value = round(value, 6 - floor(log10(span)))
    return power(value)


def log_scale(axes: Axes) -> None:
    """Turn the upright axis to a log scale with plain labels.

    Examples
    --------
    >>> figure, axes = blank()
    >>> log_scale(axes)
    >>> axes.get_yscale()
    'log'
    """
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: _log_tick(value, axes.get_ylim()))
    axes.yaxis.set_minor_formatter(lambda value, _: "")


def log_across(axes: Axes) -> None:
    """Turn the level axis to a log scale with plain labels, a few to the decade.

    Examples
    --------
    >>> figure, axes = blank()
    >>> log_across(axes)
    >>> axes.get_xscale()
    'log'
    """
    ticker = needs("matplotlib.ticker", extra="plot")
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1.0, 2.0, 5.0), numticks=7))
    axes.xaxis.set_minor_locator(ticker.NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: _log_tick(value, axes.get_xlim()))


def _log_tick(value: float, between: tuple[float, float]) -> str:
    """Write the value at a tick of a log scale: 0.01, or 10⁻² on a very long scale."""
    low, high = between
    return power(value, plain=low >= 1e-4 and high < 1e6)


def columns(**named: ArrayLike) -> list[NDArray[np.float64]]:
    """Take arrays of one length as flat arrays of floats.

    Raises
    ------
    TableError
        When their lengths differ.

    Examples
    --------
    >>> x, y = columns(x=[1, 2], y=[[3], [4]])
    >>> y
    array([3., 4.])
    """
    arrays = {name: np.asarray(a, dtype=float).ravel() for name, a in named.items()}
    sizes = {name: array.size for name, array in arrays.items()}
    if len(set(sizes.values())) > 1:
        got = " and ".join(f"{size} of {name}" for name, size in sizes.items())
        expected = " and ".join(named)
        raise TableError(
            f"Expected as many values of {expected}, got {got}: "
            "give one of each for every row."
        )
    return list(arrays.values())


def svg(figure: Figure) -> str:
    """Write a figure as SVG: the same text each time, for the same figure.

    Text stays text; marks beyond a few thousand become pixels inside the file.

    Examples
    --------
    >>> figure, axes = blank()
    >>> svg(figure).startswith("<svg") and svg(figure) == svg(figure)
    True
    """
    anonymous = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with warnings.catch_warnings():  # the reader's fonts have what ours lacks
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        text = _written(figure, "svg", anonymous).decode()
    text = text[text.index("<svg") :]
    return text.replace(LAID_OUT_IN, WRITTEN_IN)


def save(figure: Figure, path: str | Path) -> Path:
    """Save a figure as .svg, .png or .pdf, whole or not at all.

    Parameters
    ----------
    figure
        A figure of `pellucid.show.plots`, or any of matplotlib's.
    path
        The file; its ending chooses the format.

    Returns
    -------
    The path of the file.

    Raises
    ------
    PellucidError
        When the ending is another one, or the place cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(blank()[0], f"{folder}/empty.png").stat().st_size > 1000
    True
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind == ".svg":
        return write_whole(
            path, '<?xml version="1.0" encoding="utf-8"?>\n' + svg(figure)
        )
    if kind in (".png", ".pdf"):
        undated = {"CreationDate": None} if kind == ".pdf" else {}
        return write_whole(path, _written(figure, kind[1:], undated))
    raise PellucidError(
        f"Expected a picture file that ends in .svg, .png or .pdf, got {path.name!r}: "
        "choose one of these."
    )


def _written(figure: Figure, kind: str, metadata: dict[str, None]) -> bytes:
    """Write a figure to bytes; what is pixels in an SVG is as fine as a screen."""
    dots_an_inch = 144 if kind == "svg" else 200
    with house_style(), io.BytesIO() as file:
        figure.savefig(file, format=kind, dpi=dots_an_inch, metadata=metadata)
        return file.getvalue()
