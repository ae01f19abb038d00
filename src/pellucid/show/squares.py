"""Pictures made of squares: grey images, and which class was taken for which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from pellucid.errors import TableError, needs
from pellucid.show.canvas import MANY, blank, blank_grid, entitle, entitle_all, picture
from pellucid.show.colours import FIT, INK, PALETTE, luminance, rgb
from pellucid.show.labels import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

LIGHT, DEEP = "#FEFEFE", "#232323"  # on squares, which are alike in the dark


@picture
def images(
    arrays: Iterable[ArrayLike],
    titles: Sequence[object] | None = None,
    columns: int = 5,
    *,
    title: str = "",
) -> Figure:
    """Show grey images in a grid, black for the least value of all, white for the most.

    Parameters
    ----------
    arrays
        Images, each of shape (height, width).
    titles
        What to write above each.
    columns
        How many stand in one row at most.
    title
        What the picture shows, as a finding.

    Raises
    ------
    TableError
        When an image has not two dimensions, or the titles are not as many.

    Examples
    --------
    >>> figure = images(np.zeros((2, 8, 8)), titles=["zero", "one"])
    >>> [axes.get_title() for axes in figure.axes]
    ['zero', 'one']
    """
    greys = [np.asarray(array, dtype=float) for array in arrays]
    words = [""] * len(greys) if titles is None else [str(word) for word in titles]
    _expect_images(greys, words)
    across = max(1, min(columns, len(greys)))
    side, gap = min(5.0 / across, 1.9), 0.15 if any(words) else 0.0
    rows = -(-len(greys) // across)
    figure, grid = blank_grid(rows, across, side, gap=gap, head=0.3 if title else 0.05)
    pixels = np.concatenate([np.empty(0), *(grey.ravel() for grey in greys)])
    pixels = pixels[np.isfinite(pixels)]
    low, high = (pixels.min(), pixels.max()) if pixels.size else (0, 1)
    for axes, grey, word in zip(grid, greys, words, strict=False):
        axes.imshow(grey, cmap="gray", vmin=low, vmax=high, interpolation="none")
        axes.set_title(shortened(word), fontsize=8.5, pad=3)
    entitle_all(figure, title)
    return figure


def _expect_images(greys: list[NDArray[np.float64]], words: list[str]) -> None:
    """Refuse what is not one title for each array of two dimensions."""
    for at, grey in enumerate(greys):
        if grey.ndim != 2 or not grey.size:
            message = (
                f"Expected grey images of shape (height, width), got {grey.shape} "
            )
            raise TableError(f"{message}for image {at}: reshape it.")
    if len(words) != len(greys):
        message = f"Expected {len(greys)} titles, got {len(words)}: "
        raise TableError(f"{message}give one for each image.")


@picture
def confusion(
    matrix: ArrayLike,
    labels: Sequence[object],
    *,
    title: str = "",
    x_label: str = "predicted",
    y_label: str = "observed",
) -> Figure:
    """Show how many rows of each class (down) were taken for which class (across).

    Right answers, on the diagonal, are blue, mistakes orange; the tint is the share of
    the row. A zero is left empty.

    Parameters
    ----------
    matrix
        (k, k) counts.
    labels
        k names of the classes.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the columns and the rows are.

    Raises
    ------
    TableError
        When the matrix is not square with a name for each row.

    Examples
    --------
    >>> figure = confusion([[30, 1], [2, 29]], ["0", "1"])
    >>> [text.get_text() for text in figure.axes[0].texts][:4]
    ['30', '1', '2', '29']
    """
    counts = _expect_counts(matrix, labels)
    side = 0.34 * max(len(labels), 6)
    figure, axes = blank(side + 1.4, side + 1.3)
    figure.set_layout_engine("compressed")  # the squares stay square
    _draw_counts(axes, counts, labels)
    entitle_all(figure, title)
    entitle(axes, "", x_label, y_label)
    return figure


@picture
def mistakes(
    matrix: ArrayLike,
    labels: Sequence[object],
    worst: Iterable[ArrayLike],
    words: Sequence[object],
    *,
    title: str = "",
) -> Figure:
    """Show which class was taken for which, and beside it the worst mistakes.

    Parameters
    ----------
    matrix, labels
        As of `confusion`.
    worst
        Images, the worst mistake first, (height, width) or (height, width, 3).
    words
        What to write above each.
    title
        What the picture shows, as a finding.

    Raises
    ------
    TableError
        When the matrix is not square with a name for each row.

    Examples
    --------
    >>> figure = mistakes([[3, 1], [0, 4]], "ab", np.zeros((1, 8, 8)), ["a as b"])
    >>> [axes.get_title() for axes in figure.axes]
    ['', 'a as b']
    """
    counts = _expect_counts(matrix, labels)
    shown = [np.asarray(image, float) for image in worst]
    side = 0.34 * max(len(labels), 6) + 0.9
    across = max(1, min(4, int(np.ceil(np.sqrt(len(shown))))))
    figure = needs("matplotlib.figure", extra="plot").Figure(
        figsize=(side + across * 1.15, side + 0.7), dpi=100, layout="constrained"
    )
    left, right = figure.subfigures(1, 2, width_ratios=[side, across * 1.15])
    axes = left.subplots()
    _draw_counts(axes, counts, labels)
    axes.tick_params(labelsize=8.5)
    axes.set_xlabel("predicted", fontsize=9, color=INK)
    axes.set_ylabel("observed", fontsize=9, color=INK)
    if shown:
        grid = right.subplots(-(-len(shown) // across), across, squeeze=False).ravel()
        for at in grid:
            at.set_axis_off()
        for at, image, word in zip(grid, shown, words, strict=False):
            at.imshow(image, cmap="gray", interpolation="none")
            at.set_title(shortened(str(word), 18), fontsize=8, pad=3)
    entitle_all(figure, title)
    return cast("Figure", figure)


def _expect_counts(matrix: ArrayLike, labels: Sequence[object]) -> NDArray[Any]:
    """Counts (k, k) for k labels; refuse others."""
    counts, k = np.asarray(matrix), len(labels)
    if counts.shape != (k, k) or not k:
        message = f"Expected (k, k) counts for k labels, got {counts.shape} for {k}: "
        raise TableError(f"{message}give a row and a column for each label.")
    return counts


def _draw_counts(axes: Axes, counts: NDArray[Any], labels: Sequence[object]) -> None:
    """Draw the squares with their counts and names."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    k = len(labels)
    edges = np.arange(k + 1) - 0.5
    shades = _shades(shares)
    axes.pcolormesh(edges, edges, shades, rasterized=k * k > MANY)
    axes.set(aspect="equal", xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5))
    for (i, j), count in np.ndenumerate(counts):
        if count:
            ink = LIGHT if luminance(shades[i, j]) < 0.18 else DEEP  # of like contrast
            axes.text(j, i, f"{count:,}", ha="center", va="center", color=ink)
    _name_squares(axes, [shortened(str(label), 16) for label in labels])


def _name_squares(axes: Axes, names: list[str]) -> None:
    """Name the rows and the columns, and draw white joints between the squares."""
    k = len(names)
    slanted: dict[str, Any] = {"rotation": 40, "ha": "right", "rotation_mode": "anchor"}
    long = k > 3 and max(map(len, names)) > 3
    axes.set_xticks(range(k), names, **(slanted if long else {}))
    axes.set_yticks(range(k), names)
    axes.set_xticks(np.arange(k + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(k + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0, labelcolor=INK)
    axes.spines[:].set_visible(False)


def _shades(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give each cell (k, k) its colour (k, k, 3): the more rows, the deeper."""
    blue, orange, empty = (rgb(colour) for colour in (PALETTE[0], FIT, "#F4F4F4"))
    full = np.where(np.eye(len(shares), dtype=bool)[:, :, None], blue, orange)
    depth = np.where(shares > 0, 0.15 + 0.84 * shares, 0)[:, :, None]
    return np.asarray(empty + depth * (full - empty))
