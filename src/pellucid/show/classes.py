"""Pictures of classes: where a model draws the border, and what falls on which side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.show.canvas import MANY, blank, columns, entitle, picture
from pellucid.show.colours import FAINT, FIT, INK, MARKERS, PALETTE, QUIET, tint
from pellucid.show.labels import shortened
from pellucid.show.space import pairs

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

LETTERS = 56  # fit into a line above a picture


@picture
def boundary(
    X: ArrayLike,
    y: ArrayLike,
    predict: Callable[[NDArray[np.float64]], ArrayLike],
    *,
    probability: Callable[[NDArray[np.float64]], ArrayLike] | None = None,
    title: str = "",
    names: Sequence[str] = ("x1", "x2"),
    labels: Sequence[str] | None = None,
) -> Figure:
    """Show rows of two features by class, on the regions where a model says each class.

    Rows on the wrong side of the border have a dark ring.

    Parameters
    ----------
    X
        (n, 2) features.
    y
        (n,) classes.
    predict
        From (m, 2) features to (m,) classes.
    probability
        From (m, 2) features to (m,) probabilities of the second class: then lines are
        drawn where it is 10, 25, 75 and 90 %.
    title
        What the picture shows, as a finding.
    names
        The two features, with units.
    labels
        What to call the classes, in sorted order; by default themselves.

    Raises
    ------
    TableError
        When X has not two columns, or not as many rows as y has values.

    Examples
    --------
    >>> X, y = [[0, 0], [0, 1], [2, 0], [2, 1]], [0, 0, 1, 1]
    >>> figure = boundary(X, y, lambda X: X[:, 0] > 1, title="One line is enough")
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['0', '1']
    """
    X, y = pairs(X), np.ravel(y)
    classes, codes = np.unique(y, return_inverse=True)
    columns(rows=X[:, 0], y=codes)  # as many of one as of the other
    figure, axes = blank(4.6, 3.9)
    across, up = _grid(X)
    _regions(axes, across, up, classes, predict)
    if probability is not None:
        _equal(axes, across, up, probability)
    wrong = np.asarray(predict(X)).ravel() != y
    for i, name in enumerate(classes if labels is None else labels):
        member = y == classes[i]
        _members(axes, X[member], wrong[member], i, str(name), y.size)
    _key(axes, names[1], ring=bool(wrong.any()))
    entitle(axes, title, *names[:2])
    return figure


def _grid(X: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Places on a picture, a little beyond the rows: across and up."""
    margin = 0.06 * np.ptp(X, axis=0) + 1e-9
    low, high = X.min(axis=0) - margin, X.max(axis=0) + margin
    return list(np.meshgrid(*(np.linspace(low[j], high[j], 240) for j in (0, 1))))


def _equal(
    axes: Axes,
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    probability: Callable[[NDArray[np.float64]], ArrayLike],
) -> None:
    """Draw lines of equal probability, with their figures."""
    p = np.asarray(probability(np.column_stack([across.ravel(), up.ravel()])))
    p = p.reshape(across.shape)
    levels = [level for level in (0.1, 0.25, 0.75, 0.9) if p.min() < level < p.max()]
    if levels:
        look: dict[str, Any] = {"colors": QUIET, "linewidths": 0.8}
        lines = axes.contour(across, up, p, levels, linestyles="dashed", **look)
        axes.clabel(lines, fmt=lambda level: f"{100 * level:.0f} %", fontsize=8.5)


def _regions(
    axes: Axes,
    across: NDArray[np.float64],
    up: NDArray[np.float64],
    classes: NDArray[Any],
    predict: Callable[[NDArray[np.float64]], ArrayLike],
) -> None:
    """Tint the region of each class, and draw the borders between them."""
    said = np.asarray(predict(np.column_stack([across.ravel(), up.ravel()])))
    said = said.reshape(across.shape)
    tints = np.ones((*said.shape, 3))
    for label, colour in zip(classes, _colours(len(classes)), strict=True):
        tints[said == label] = tint(colour)
    axes.imshow(
        tints,
        extent=(across[0, 0], across[0, -1], up[0, 0], up[-1, 0]),
        origin="lower",
        aspect="auto",
        interpolation="none",
        zorder=0,
    )
    for label in classes[:-1] if len(classes) == 2 else classes:
        inside = _smoothed(said == label)
        if 0 < inside.mean() < 1:
            axes.contour(across, up, inside, levels=[0.5], colors=QUIET, linewidths=1)


def _smoothed(inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Average over each point's neighbours: the border runs smooth between them."""
    mean = inside.astype(float)
    for _ in range(2):
        mean = np.lib.stride_tricks.sliding_window_view(
            np.pad(mean, 2, mode="edge"), (5, 5)
        ).mean(axis=(2, 3))
    return np.asarray(mean)


def _colours(k: int) -> list[str]:
    """Give one colour a class."""
    return [PALETTE[i % len(PALETTE)] for i in range(k)]


def _members(
    axes: Axes,
    X: NDArray[np.float64],
    wrong: NDArray[np.bool_],
    i: int,
    name: str,
    n: int,
) -> None:
    """Draw the rows (of n in all) of class i with its mark, the wrong ones ringed."""
    size = float(np.clip(5000 / max(n, 1), 9, 26))
    colour, marker = PALETTE[i % len(PALETTE)], MARKERS[i % len(MARKERS)]
    mark: dict[str, Any] = {"c": colour, "marker": marker, "rasterized": n > MANY}
    plain = {"s": size, "edgecolors": "white", "linewidths": 0.3, "zorder": 2}
    ringed = {"s": 1.5 * size, "edgecolors": INK, "linewidths": 1.1, "zorder": 3}
    axes.scatter(*X[~wrong].T, label=shortened(name, 16), **(mark | plain))
    axes.scatter(*X[wrong].T, **(mark | ringed))


def _key(axes: Axes, y_label: str, *, ring: bool) -> None:
    """Name the classes, in a row beside the label above or, when long, at the side."""
    handles, _ = axes.get_legend_handles_labels()
    if ring:
        look: dict[str, Any] = {"c": "white", "edgecolors": INK, "linewidths": 1.1}
        handles.append(axes.scatter([], [], s=30, label="wrong side", **look))
    row: dict[str, Any] = {"loc": "lower right", "bbox_to_anchor": (1.02, 0.99)}
    column: dict[str, Any] = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5)}
    length = len(y_label) + sum(4 + len(str(handle.get_label())) for handle in handles)
    axes.legend(
        handles=handles,
        **(row | {"ncols": len(handles)} if length <= LETTERS else column),
        frameon=False,
        handletextpad=0.1,
        columnspacing=1.2,
        borderpad=0.2,
        markerscale=1.2,
    )


@picture
def sigmoid(
    z: ArrayLike,
    y: ArrayLike,
    *,
    title: str = "",
    labels: Sequence[str] = ("0", "1"),
    x_label: str = "linear output z",
    y_label: str = "p = 1 / (1 + exp(−z))",
) -> Figure:
    """Show the sigmoid p = 1 / (1 + exp(-z)), with each row on it at its linear output.

    A row is on the right side when z >= 0 and its class is 1, or z < 0 and its class
    is 0; the others have a dark ring.

    Parameters
    ----------
    z
        (n,) linear outputs Xw + b.
    y
        (n,) classes 0 and 1.
    title
        What the picture shows, as a finding.
    labels
        What to call the two classes.
    x_label, y_label
        What the axes show.

    Raises
    ------
    TableError
        When z and y differ in length.

    Examples
    --------
    >>> figure = sigmoid([-3.0, -0.5, 1.0, 4.0], [0, 1, 1, 1])
    >>> figure.axes[0].get_xlabel()
    'linear output z'
    """
    z, y = columns(z=z, y=y)
    figure, axes = blank()
    reach = max(6.0, float(np.abs(z[np.isfinite(z)]).max(initial=0)) * 1.04)
    grid = np.linspace(-reach, reach, 600)
    axes.axhline(0.5, color=FAINT, linewidth=0.8, zorder=0)
    axes.axvline(0, color=FAINT, linewidth=0.8, zorder=0)
    axes.plot(grid, _sigmoid(grid), color=FIT, zorder=1)
    points, wrong = np.column_stack([z, _sigmoid(z)]), (z >= 0) != (y == 1)
    for i, name in enumerate(labels):
        _members(axes, points[y == i], wrong[y == i], i, name, z.size)
    axes.set(ylim=(-0.04, 1.04))
    _key(axes, y_label, ring=bool(wrong.any()))
    entitle(axes, title, x_label, y_label)
    return figure


def _sigmoid(z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute 1 / (1 + exp(-z)) as (1 + tanh(z/2)) / 2, which cannot overflow."""
    return np.asarray((1 + np.tanh(z / 2)) / 2)
