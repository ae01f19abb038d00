"""Pictures of functions: the costs along a descent, its path, and curves by formula."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.errors import TableError
from pellucid.show.canvas import MANY, blank, entitle, log_scale, picture
from pellucid.show.colours import DASHES, INK, MARKERS, PALETTE, ink
from pellucid.show.labels import End, as_drawn, label_ends, on_axes, power
from pellucid.show.plain_text import spans_decades

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


@picture
def costs(
    histories: Mapping[str, ArrayLike],
    *,
    title: str = "",
    x_label: str = "iteration",
    y_label: str = "cost",
) -> Figure:
    """Show how the cost falls, one line a method, each named at its end.

    The scale is logarithmic where the costs span two decades and none is negative; what
    lies twelve decades under the greatest is rounding error, and below the picture.

    Parameters
    ----------
    histories
        From the name of a method to its (t,) costs, entry i at iteration i. Costs that
        are not finite are left out.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Examples
    --------
    >>> figure = costs({"Newton": [14.0, 0.2], "gradient descent": [14.0, 2.6, 1.9]})
    >>> [text.get_text() for text in figure.axes[0].texts[:2]]
    ['Newton 0.2', 'gradient descent 1.9']
    """
    series = {name: np.asarray(h, dtype=float).ravel() for name, h in histories.items()}
    curves = {
        f"{name} {power(float(f'{h[-1]:.4g}'))}".strip(): (np.arange(float(h.size)), h)
        for name, h in series.items()
        if h.size
    }
    figure, axes = blank()
    everything = np.concatenate([np.empty(0), *series.values()])
    if not (everything < 0).any() and spans_decades(everything[everything > 0]):
        log_scale(axes)
        axes.set_ylim(_log_ends(everything))
    _curves(axes, curves)
    axes.locator_params(axis="x", integer=True)  # there is no half an iteration
    entitle(axes, title, x_label, y_label)
    return figure


def _log_ends(values: NDArray[np.float64]) -> tuple[float, float]:
    """Choose the ends of a log scale: around the values above rounding error."""
    shown = values[np.isfinite(values) & (values > 0)]
    low, high = shown.min(), min(shown.max(), 1e300)
    return max(low / 1.5, high / 1e12), 1.5 * high


@picture
def functions(
    x: ArrayLike,
    curves: Mapping[str, ArrayLike],
    *,
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
    logarithmic: bool = False,
) -> Figure:
    """Show functions of one variable, such as three losses, each named at its end.

    Parameters
    ----------
    x
        (m,) the places.
    curves
        From the name of a function to its (m,) values there.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.
    logarithmic
        Whether both axes are on a log scale; what is not positive is left out.

    Raises
    ------
    TableError
        When a function has another number of values than there are places.

    Examples
    --------
    >>> z = np.linspace(-3, 3, 50)
    >>> figure = functions(z, {"squared error": z**2 / 2, "absolute error": abs(z)})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['squared error', 'absolute error', 'y']
    """
    places = np.asarray(x, dtype=float).ravel()
    values = {name: np.asarray(y, dtype=float).ravel() for name, y in curves.items()}
    for name, y in values.items():
        if y.size != places.size:
            message = f"Expected {places.size} values of {name!r}, got {y.size}: "
            raise TableError(f"{message}give one for every x.")
    figure, axes = blank()
    if logarithmic:
        log_scale(axes)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: power(value))
        values = {name: np.where(y > 0, y, np.nan) for name, y in values.items()}
    _curves(axes, {name: (places, y) for name, y in values.items()})
    entitle(axes, title, x_label, y_label)
    return figure


def _looks() -> Iterator[dict[str, Any]]:
    """Give colours and dashes, so that lines differ in grey print too."""
    for colour, dash in zip(cycle(PALETTE), cycle(DASHES), strict=False):
        yield {"color": colour, "linestyle": dash}


def _curves(axes: Axes, curves: Mapping[str, Curve]) -> None:
    """Draw curves with a dot at the last finite point of each, and its name there."""
    ends = []
    for (name, (x, y)), look in zip(curves.items(), _looks(), strict=False):
        axes.plot(x, y, rasterized=x.size > MANY, **look)
        finite = np.flatnonzero(np.isfinite(y))
        if finite.size:
            last = finite[-1]
            ends.append(End(float(x[last]), float(y[last]), name, look["color"]))
    for end in ends:
        axes.plot(end.x, end.y, "o", color=end.colour, markersize=4)
    axes.margins(x=0.02)
    label_ends(axes, ends)


@picture
def descent(
    a: ArrayLike,
    b: ArrayLike,
    cost: ArrayLike,
    paths: Mapping[str, ArrayLike],
    *,
    title: str = "",
    x_label: str = "a",
    y_label: str = "b",
) -> Figure:
    """Show a cost of two parameters as a map, and the ways that methods take down it.

    Parameters
    ----------
    a, b
        (p,) and (q,) the values of the two parameters on the grid.
    cost
        (q, p) the cost at each pair: row i, column j at (a[j], b[i]).
    paths
        From the name of a method to its (t, 2) path of pairs (a, b).
    title
        What the picture shows, as a finding.
    x_label, y_label
        The two parameters.

    Raises
    ------
    TableError
        When the shape of the cost is not (q, p).

    Examples
    --------
    >>> a = b = np.linspace(-1, 1, 21)
    >>> bowl = a**2 + 10 * b[:, None] ** 2
    >>> figure = descent(a, b, bowl, {"steepest": [[1, 0.5], [0.5, -0.2], [0, 0]]})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['steepest', 'b']
    """
    a, b, cost = (np.asarray(array, dtype=float) for array in (a, b, cost))
    if cost.shape != (b.size, a.size):
        message = f"Expected the cost as an array of shape {(b.size, a.size)}, got "
        raise TableError(f"{message}{cost.shape}: give a row for each b.")
    ways = {name: np.asarray(path, dtype=float) for name, path in paths.items()}
    figure, axes = blank(5.0, 3.9)
    _contours(axes, a, b, cost)
    axes.set(xlim=(a.min(), a.max()), ylim=(b.min(), b.max()))
    _paths(axes, ways)
    entitle(axes, title, x_label, y_label)
    return figure


def _contours(
    axes: Axes,
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    cost: NDArray[np.float64],
) -> None:
    """Draw lines of equal cost, evenly spaced in its logarithm above the least."""
    lowest = np.unravel_index(np.nanargmin(cost), cost.shape)
    above = cost - cost[lowest]
    positive = above[above > 0]
    if positive.size:
        levels = np.geomspace(np.percentile(positive, 0.5), positive.max(), 14)
        axes.contour(a, b, above, levels=levels, colors="#B8C4CE", linewidths=0.8)
    axes.plot(a[lowest[1]], b[lowest[0]], "+", color=INK, markersize=9, zorder=5)


def _paths(axes: Axes, ways: Mapping[str, NDArray[np.float64]]) -> None:
    """Draw each path, and name it where it keeps farthest from the others."""
    seen = [_on_map(axes, way) for way in ways.values()]
    for i, ((name, way), look) in enumerate(zip(ways.items(), _looks(), strict=False)):
        marker, every = MARKERS[i % len(MARKERS)], max(1, len(way) // 40)
        axes.plot(*way.T, marker=marker, markersize=3.5, markevery=every, **look)
        if not len(seen[i]):
            continue
        axes.annotate(
            as_drawn(name),
            tuple(_loneliest(seen[i], seen[:i] + seen[i + 1 :])),
            (7, 5),
            xycoords="axes fraction",
            textcoords="offset points",
            color=ink(look["color"]),
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 0.8},
            zorder=6,
        )


def _on_map(axes: Axes, way: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give at most two hundred points of a path that lie on the map."""
    points = on_axes(axes, way)
    points = points[((points >= 0) & (points <= 1)).all(axis=1)]
    return points[:: max(1, len(points) // 200)]


def _loneliest(
    path: NDArray[np.float64], others: list[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Choose the point of a path that is farthest from other paths and from the rim."""
    rim = np.column_stack([np.ones(9), np.linspace(0, 1, 9)])  # names run to the right
    rest = np.concatenate([rim, *others])
    gaps = np.linalg.norm(path[:, None] - rest, axis=2).min(axis=1)
    return np.asarray(path[np.argmax(gaps)])
