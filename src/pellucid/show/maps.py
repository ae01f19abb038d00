"""Pictures of numbers by their colour: rows of images, a matrix, and panels over time.

What is signed runs from vermillion over white to blue, 0 in the middle; an amount from
white to blue; an image from black to white.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import TableError, needs
from pellucid.show.canvas import blank, blank_grid, entitle, entitle_all, picture
from pellucid.show.colours import FIT, INK, PALETTE, QUIET
from pellucid.show.labels import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

SCALES = {
    "grey": ("#000000", "#FFFFFF"),
    "amount": ("#FFFFFF", "#80B9D9", PALETTE[0], "#00263B"),
    "signed": ("#7A3000", FIT, "#FFFFFF", PALETTE[0], "#00263B"),
}


def _colours(scale: str) -> Any:
    """The colours of a scale, as matplotlib takes them."""
    colours = needs("matplotlib.colors", extra="plot")
    return colours.LinearSegmentedColormap.from_list(scale, SCALES[scale])


def _limits(arrays: Sequence[NDArray[Any]], scale: str) -> tuple[float, float]:
    """The ends of a scale for arrays; 0 is the middle of what is signed."""
    numbers = np.concatenate([np.empty(0), *(array.ravel() for array in arrays)])
    numbers = numbers[np.isfinite(numbers)]
    low, high = (numbers.min(), numbers.max()) if numbers.size else (0.0, 1.0)
    far = max(abs(low), abs(high)) or 1.0
    if scale == "signed":
        return -far, far
    low = 0.0 if scale == "amount" else low
    return float(low), float(high if high > low else low + 1.0)


@picture
def image_rows(
    rows: Mapping[str, Sequence[ArrayLike]],
    *,
    title: str = "",
    captions: Mapping[str, Sequence[object]] | None = None,
    scale: str = "grey",
    alike: str = "row",
) -> Figure:
    """Show rows of images, each row with its name at the left.

    Parameters
    ----------
    rows
        From the name of a row to its images, (height, width), or (height, width, 3) in
        colours from 0 to 1.
    title
        What the picture shows, as a finding.
    captions
        From the name of a row to what stands above each of its images.
    scale
        "grey", "signed" or "amount".
    alike
        Whether the images of a "row" have one scale, or each "image" its own.

    Raises
    ------
    TableError
        When an image has another shape.

    Examples
    --------
    >>> figure = image_rows({"unit 3": np.zeros((2, 5, 5))}, title="Two inputs")
    >>> figure.axes[0].texts[0].get_text()
    'unit 3'
    """
    greys = {name: [np.asarray(x, float) for x in row] for name, row in rows.items()}
    across = max((len(row) for row in greys.values()), default=1) or 1
    said = captions or {}
    side = min(7.0 / across, 1.1 if across > 2 else 1.6)
    gap = 0.2 if any(map(any, said.values())) else 0.04
    figure, grid = blank_grid(len(greys), across, side, gap=gap, head=0.45)
    room = 0.075 * max((len(shortened(name)) for name in greys), default=0)
    width, height = figure.get_size_inches()
    figure.set_size_inches(width + room, height)
    for k, (name, row) in enumerate(greys.items()):
        axes = grid[k * across : (k + 1) * across]
        ends = _limits(row, scale)
        words = [str(word) for word in said.get(name, [""] * len(row))]
        for at, image, word in zip(axes, row, words, strict=False):
            _image(at, image, scale, ends if alike == "row" else None)
            at.set_title(shortened(word, 18), fontsize=7.5, pad=2, color=QUIET)
        _name_row(axes[0], name)
    entitle_all(figure, title)
    return figure


def _image(
    axes: Axes, image: NDArray[Any], scale: str, ends: tuple[float, float] | None
) -> None:
    """Draw one image, in its own colours or by a scale."""
    colours = image.ndim == 3 and image.shape[2] == 3
    if image.size == 0 or not (image.ndim == 2 or colours):
        message = "Expected images (height, width), or (height, width, 3), got "
        raise TableError(f"{message}{image.shape}: take one channel, or reshape it.")
    if colours:
        axes.imshow(np.clip(image, 0, 1), interpolation="none")
        return
    (low, high), (height, width) = ends or _limits([image], scale), image.shape
    strip = max(height, width) > 3 * min(height, width) and min(height, width) > 1
    axes.imshow(
        image, cmap=_colours(scale), vmin=low, vmax=high, interpolation="none",
        aspect="auto" if strip else "equal",
    )  # fmt: skip
    # A thin frame, as what is white would end nowhere.
    x, y = [-0.5, width - 0.5, width - 0.5, -0.5, -0.5], [-0.5, -0.5, height - 0.5]
    y = [*y, height - 0.5, -0.5]
    axes.plot(x, y, color="#B5B5B5", linewidth=0.6, clip_on=False)


def _name_row(axes: Axes, name: str) -> None:
    look: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points"}
    look |= {"ha": "right", "va": "center", "color": INK, "fontsize": 8.5}
    axes.annotate(shortened(name), (0, 0.5), (-7, 0), **look)


@picture
def heat(
    matrix: ArrayLike,
    *,
    title: str = "",
    x_label: str = "",
    y_label: str = "",
    x_names: Sequence[object] | None = None,
    y_names: Sequence[object] | None = None,
    scale: str = "amount",
) -> Figure:
    """Show a matrix by the colours of its entries, with a key at the right.

    Parameters
    ----------
    matrix
        (rows, columns), row 0 above.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the columns and the rows are.
    x_names, y_names
        What each column and each row is called, where they have names.
    scale
        "amount" or "signed".

    Raises
    ------
    TableError
        When the array has not two axes, or the names are not as many.

    Examples
    --------
    >>> figure = heat(np.eye(3), x_label="step", y_label="step", x_names="abc")
    >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
    ['a', 'b', 'c']
    """
    values = np.asarray(matrix, float)
    if values.ndim != 2 or not values.size:
        message = f"Expected a matrix (rows, columns), got {values.shape}: "
        raise TableError(f"{message}choose one of its axes.")
    side = float(np.clip(0.26 * max(values.shape), 2.6, 5.0))
    figure, axes = blank(side + 1.7, side * min(1.0, values.shape[0] / values.shape[1])
                         + 1.2)  # fmt: skip
    _squares(figure, axes, values, scale, _limits([values], scale))
    axes.spines[:].set_visible(False)
    _ticks(axes.xaxis, x_names, values.shape[1])
    _ticks(axes.yaxis, y_names, values.shape[0])
    entitle(axes, title, x_label, y_label)
    return figure


def _squares(
    figure: Figure,
    axes: Axes,
    values: NDArray[np.float64],
    scale: str,
    ends: tuple[float, float],
) -> None:
    """Draw a matrix and its key."""
    low, high = ends
    drawn = axes.imshow(
        values, cmap=_colours(scale), vmin=low, vmax=high, aspect="auto",
        interpolation="none",
    )  # fmt: skip
    bar = figure.colorbar(drawn, ax=axes, fraction=0.05, pad=0.03)
    bar.ax.tick_params(labelsize=8, length=2, color=QUIET)
    bar.outline.set_visible(False)


def _ticks(axis: Any, names: Sequence[object] | None, count: int) -> None:
    """Name the rows or the columns, where they have names."""
    if names is None:
        return
    words = [shortened(str(name), 10) for name in names]
    if len(words) != count:
        message = f"Expected {count} names, got {len(words)}: give one for each."
        raise TableError(message)
    axis.set_ticks(range(count), words)
    if axis.axis_name == "x" and max(map(len, words), default=0) > 2:
        axis.set_tick_params(rotation=90)


@picture
def panels(
    series: Mapping[str, ArrayLike],
    *,
    title: str = "",
    x_label: str = "step",
    x_names: Sequence[object] | None = None,
    y_label: str = "unit",
    signed: Sequence[str] = (),
) -> Figure:
    """Show what many units do over time, a panel for each kind, below one another.

    Parameters
    ----------
    series
        From the name of a panel to its (units, t) numbers.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the columns and the rows are.
    x_names
        What each step is called, where the steps have names, as letters.
    signed
        The panels whose numbers may be negative; the others run from 0 to 1.

    Raises
    ------
    TableError
        When a panel has not two axes, or the names are not as many as the steps.

    Examples
    --------
    >>> figure = panels({"forget gate": np.ones((2, 5))}, title="It forgets nothing")
    >>> figure.axes[0].get_title(loc="left")
    'forget gate'
    """
    arrays = {name: np.asarray(x, float) for name, x in series.items()}
    for name, values in arrays.items():
        if values.ndim != 2 or not values.size:
            message = f"Expected numbers (units, steps) of {name!r}, got {values.shape}"
            raise TableError(f"{message}: choose one sequence.")
    empty = needs("matplotlib.figure", extra="plot").Figure
    height = 0.75 + 0.12 * max((len(x) for x in arrays.values()), default=1)
    size = (6.4, len(arrays) * min(height, 1.8) + 0.9)
    figure: Figure = empty(figsize=size, dpi=100, layout="constrained")
    grid = figure.subplots(len(arrays), 1, squeeze=False, sharex=True).ravel()
    for axes, (name, values) in zip(grid, arrays.items(), strict=True):
        is_signed = name in signed
        ends = _limits([values], "signed") if is_signed else (0.0, 1.0)
        _squares(figure, axes, values, "signed" if is_signed else "amount", ends)
        axes.set_title(name, loc="left", fontsize=8.5, color=INK, pad=3)
        axes.set_ylabel(y_label, fontsize=8, color=QUIET)
        axes.tick_params(length=2, labelsize=7.5, colors=QUIET)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.spines[:].set_visible(False)
    _ticks(grid[-1].xaxis, x_names, next(iter(arrays.values())).shape[1])
    grid[-1].set_xlabel(x_label, fontsize=9, color=INK)
    entitle_all(figure, title)
    return figure
