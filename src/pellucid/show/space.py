"""The picture of three dimensions: rows of two features, and the plane through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import TableError, needs
from pellucid.show.canvas import MANY, blank, columns, entitle_all, picture
from pellucid.show.colours import FIT, INK, PALETTE, QUIET
from pellucid.show.labels import shortened

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray


@picture
def plane(
    X: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike,
    intercept: float,
    *,
    title: str = "",
    names: Sequence[str] = ("x1", "x2"),
    y_label: str = "y",
) -> Figure:
    """Show rows of two features in space, and the plane y = Xw + b through them.

    Points above the plane are filled, points below are hollow, and the thread from
    each to the plane is its residual.

    Parameters
    ----------
    X
        (n, 2) features.
    y
        (n,) targets.
    weights, intercept
        (2,) w and b of the plane.
    title
        What the picture shows, as a finding.
    names, y_label
        What the three axes show, with units.

    Raises
    ------
    TableError
        When X has not two columns, or not as many rows as y has values.

    Examples
    --------
    >>> X = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> figure = plane(X, [1, 3, 4, 7], weights=[3, 2], intercept=1)
    >>> figure.axes[0].get_zlabel()
    'y'
    """
    X, w = pairs(X), np.asarray(weights, dtype=float).ravel()
    y, output = columns(y=y, rows=X @ w + intercept)  # (n,) each
    pairs(np.column_stack([y, output]))
    figure, axes = blank(5.0, 4.0, projection="3d")
    _furnish(axes, (names[0], names[1], y_label), _corner(X, y, w))
    axes.set(xlim=_ends(X[:, 0]), ylim=_ends(X[:, 1]), zlim=_ends([*y, *output]))
    above = y >= output
    _residuals(axes, X[~above], y[~above], output[~above], face="white", zorder=1)
    _sheet(axes, X, w, intercept, zorder=2)
    _residuals(axes, X[above], y[above], output[above], face=PALETTE[0], zorder=3)
    entitle_all(figure, title)
    return figure


def pairs(X: ArrayLike) -> NDArray[np.float64]:
    """Take an array of rows of two features.

    Raises
    ------
    TableError
        When it has another shape than (n, 2), no row, or numbers that are not finite.

    Examples
    --------
    >>> pairs([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    X = np.asarray(X, dtype=float)
    if X.ndim != 2 or X.shape[1] != 2:
        raise TableError(
            f"Expected X with two columns for this picture, got the shape {X.shape}: "
            "choose two features."
        )
    if not len(X) or not np.isfinite(X).all():
        raise TableError(
            f"Expected rows of finite numbers for this picture, got {len(X)} rows of "
            f"which {int(np.isfinite(X).all(axis=1).sum())} are finite: leave out the "
            "others."
        )
    return X


def _corner(
    X: NDArray[np.float64], y: NDArray[np.float64], w: NDArray[np.float64]
) -> float:
    """Choose the corner (in degrees) that faces the upper side of the plane best."""
    downhill = -w * np.ptp(X, axis=0) / (np.ptp(y) or 1.0)  # in the box's own units
    corners = np.array([-60.0, 30.0, 120.0, 210.0])
    angles = np.radians(corners)
    facing = downhill[0] * np.cos(angles) + downhill[1] * np.sin(angles)
    return float(corners[np.argmax(facing)])


def _ends(values: ArrayLike) -> tuple[float, float]:
    """Give the ends of an axis that holds the values, with a little air."""
    low, high = float(np.min(values)), float(np.max(values))
    air = 0.04 * (high - low) or 1.0
    return low - air, high + air


def _furnish(axes: Any, names: tuple[str, str, str], azimuth: float) -> None:
    """Set up the box: seen from the corner, drawn in our order, its sides named."""
    axes.view_init(elev=20, azim=azimuth)
    axes.computed_zorder = False
    for axis, name in zip((axes.xaxis, axes.yaxis, axes.zaxis), names, strict=True):
        axis.line.set_color(QUIET)
        axis.set_label_text(shortened(name), color=INK)
    axes.zaxis.set_major_formatter(axes.xaxis.get_major_formatter())


def _residuals(
    axes: Any,
    X: NDArray[np.float64],
    y: NDArray[np.float64],
    output: NDArray[np.float64],
    *,
    face: str,
    zorder: int,
) -> None:
    """Draw rows as balls, each with the thread to the plane that is its residual."""
    many = len(y) > MANY
    threads = np.stack([np.column_stack([X, y]), np.column_stack([X, output])], axis=1)
    collection = needs("mpl_toolkits.mplot3d.art3d", extra="plot").Line3DCollection
    look = {"colors": QUIET, "linewidths": 0.6, "alpha": 0.6}
    axes.add_collection3d(
        collection(threads, zorder=zorder, rasterized=many, **look), autolim=False
    )
    ball = {"c": face, "edgecolors": PALETTE[0], "linewidths": 0.8, "depthshade": False}
    size = np.clip(4000 / max(len(y), 1), 6, 16)
    axes.scatter(*X.T, y, s=size, zorder=zorder, rasterized=many, **ball)


def _sheet(
    axes: Any, X: NDArray[np.float64], w: NDArray[np.float64], b: float, *, zorder: int
) -> None:
    """Draw the plane over the range of the features."""
    sides = np.linspace(X.min(axis=0), X.max(axis=0), 9)  # (9, 2)
    first, second = np.meshgrid(*sides.T)  # (9, 9) each
    heights = w[0] * first + w[1] * second + b
    look = {"color": FIT, "alpha": 0.25, "edgecolor": FIT, "linewidth": 0.3}
    axes.plot_surface(first, second, heights, shade=False, zorder=zorder, **look)
