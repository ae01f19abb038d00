"""Pictures of rows: points, and what a model says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.show.canvas import MANY, blank, columns, entitle, picture
from pellucid.show.colours import FIT, INK, PALETTE, QUIET
from pellucid.show.labels import label_corner, shortened
from pellucid.show.plain_text import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

SHOWN = 30  # coefficients on one picture


def dots(axes: Any, *where: NDArray[np.float64], **look: Any) -> None:
    """Draw rows as dots: smaller and paler the more there are, pixels beyond many.

    Examples
    --------
    >>> figure, axes = blank()
    >>> dots(axes, np.arange(3.0), np.arange(3.0))
    >>> len(axes.collections)
    1
    """
    n = where[0].size
    ours = {
        "s": np.clip(3000 / max(n, 1), 6, 20),
        "alpha": float(np.clip(30 / max(n, 1) ** 0.5, 0.15, 0.8)),
        "color": PALETTE[0],
        "linewidths": 0,
        "rasterized": n > MANY,
    }
    axes.scatter(*where, **{**ours, **look})


SHORT = 12  # letters of a name that stands in a formula


@picture
def scatter(
    x: ArrayLike,
    y: ArrayLike,
    *,
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
) -> Figure:
    """Show the points (x, y).

    Parameters
    ----------
    x, y
        (n,) coordinates.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Raises
    ------
    TableError
        When x and y differ in length.

    Examples
    --------
    >>> figure = scatter([0, 1, 2], [1, 3, 5], title="y grows by 2 with x")
    >>> figure.axes[0].get_xlabel()
    'x'
    """
    figure, axes = blank()
    dots(axes, *columns(x=x, y=y))
    entitle(axes, title, x_label, y_label)
    return figure


@picture
def line(
    x: ArrayLike,
    y: ArrayLike,
    slope: float,
    intercept: float,
    *,
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
) -> Figure:
    """Show the points (x, y) and the line y = slope x + intercept over them.

    Parameters
    ----------
    x, y
        (n,) coordinates.
    slope, intercept
        The line.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Raises
    ------
    TableError
        When x and y differ in length.

    Examples
    --------
    >>> figure = line([0, 1, 2], [1, 3, 5], slope=2, intercept=1)
    >>> figure.axes[0].texts[0].get_text()
    'y = 2 x + 1'
    """
    sign = "+" if intercept >= 0 else "−"
    shown = number(slope, 4).replace("-", "−")
    left, right = (name if len(name) <= SHORT and name.isidentifier() else letter
                   for name, letter in ((y_label, "y"), (x_label, "x")))  # fmt: skip
    label = f"{left} = {shown} {right} {sign} {number(abs(intercept), 4)}"
    figure, axes = blank()
    _fitted(axes, x, y, lambda grid: slope * grid + intercept, label)
    entitle(axes, title, x_label, y_label)
    return figure


@picture
def curve(
    x: ArrayLike,
    y: ArrayLike,
    predict: Callable[[NDArray[np.float64]], ArrayLike],
    *,
    bounds: Callable[[NDArray[np.float64]], ArrayLike] | None = None,
    label: str = "",
    title: str = "",
    x_label: str = "x",
    y_label: str = "y",
) -> Figure:
    """Show the points (x, y) and the curve y = predict(x) over them.

    Parameters
    ----------
    x, y
        (n,) coordinates.
    predict
        From (m,) values of x to the (m,) heights of the curve.
    bounds
        From the same to (m, 2), the lower and the upper edge of a band around it.
    label
        What the curve is, such as its equation.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Raises
    ------
    TableError
        When x and y differ in length.

    Examples
    --------
    >>> figure = curve([-1, 0, 1], [1, 0, 1], np.square, label="y = x²")
    >>> figure.axes[0].texts[0].get_text()
    'y = x²'
    """
    figure, axes = blank()
    _fitted(axes, x, y, predict, label)
    if bounds is not None:
        grid = axes.lines[-1].get_xdata()
        low, high = np.asarray(bounds(np.asarray(grid)), dtype=float).T
        axes.fill_between(grid, low, high, color=FIT, alpha=0.2, linewidth=0)
    entitle(axes, title, x_label, y_label)
    return figure


def _fitted(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    predict: Callable[[NDArray[np.float64]], ArrayLike],
    label: str,
) -> None:
    """Draw points, the fit over their range, and its label where there is room."""
    x, y = columns(x=x, y=y)
    dots(axes, x, y)
    grid = np.linspace(*_range(x), 400)
    heights = np.asarray(predict(grid), dtype=float)
    axes.plot(grid, heights, color=FIT)
    everything = np.column_stack([np.append(x, grid), np.append(y, heights)])
    label_corner(axes, label, FIT, everything)


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    """Give the least and the greatest finite value, (0, 1) where there is none."""
    finite = values[np.isfinite(values)]
    return (finite.min(), finite.max()) if finite.size else (0.0, 1.0)


@picture
def predicted(
    y: ArrayLike,
    output: ArrayLike,
    *,
    title: str = "",
    x_label: str = "predicted",
    y_label: str = "observed",
) -> Figure:
    """Show what was observed against what was predicted; a perfect fit is the diagonal.

    Parameters
    ----------
    y
        (n,) observed values.
    output
        (n,) predicted values.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Raises
    ------
    TableError
        When the two differ in length.

    Examples
    --------
    >>> figure = predicted([1, 2, 3], [1.1, 1.9, 3.2])
    >>> figure.axes[0].texts[0].get_text()
    'observed = predicted'
    """
    y, output = columns(y=y, output=output)
    figure, axes = blank(4.4, 4.0)
    dots(axes, output, y)
    ends = _range(np.concatenate([y, output]))
    axes.plot(ends, ends, color=FIT)
    points = np.column_stack([np.append(output, ends), np.append(y, ends)])
    label_corner(axes, f"{y_label} = {x_label}", FIT, points)
    entitle(axes, title, x_label, y_label)
    return figure


@picture
def calibration(
    said: ArrayLike,
    true: ArrayLike,
    rows: ArrayLike,
    *,
    title: str = "",
    x_label: str = "probability",
    y_label: str = "share that came true",
) -> Figure:
    """Show how often came true what was said with a probability.

    On the diagonal it did as often as was said; the bars are +- 1.96 standard errors of
    a share of so many rows (Wilson 1927).

    Parameters
    ----------
    said
        (k,) mean probabilities.
    true
        (k,) shares.
    rows
        (k,) of how many rows.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show.

    Raises
    ------
    TableError
        When the lengths differ.

    Examples
    --------
    >>> figure = calibration([0.2, 0.8], [0.25, 0.7], [40, 40])
    >>> figure.axes[0].texts[0].get_text()
    'as often as was said'
    """
    p, share, n = columns(said=said, true=true, rows=rows)
    figure, axes = blank(4.4, 4.0)
    axes.plot([0, 1], [0, 1], color=FIT)
    z = 1.96 / np.sqrt(n)
    centre = (share + z**2 / 2) / (1 + z**2)
    half = z * np.sqrt(share * (1 - share) + z**2 / 4) / (1 + z**2)
    axes.vlines(p, centre - half, centre + half, PALETTE[0], linewidth=1.5)
    axes.scatter(p, share, s=26, color=PALETTE[0], zorder=3)
    points = np.column_stack([np.append(p, [0, 1]), np.append(share, [0, 1])])
    label_corner(axes, "as often as was said", FIT, points)
    entitle(axes, title, x_label, y_label)
    return figure


@picture
def coefficients(
    names: Sequence[str],
    estimates: ArrayLike,
    errors: ArrayLike | None = None,
    *,
    title: str = "",
    x_label: str = "",
) -> Figure:
    """Show each coefficient as a dot on its 95 % interval.

    The interval is estimate ± 1.96 standard errors: when it leaves out zero the dot
    is filled, else it is hollow. Of more than thirty coefficients the thirty
    farthest from zero are shown.

    Parameters
    ----------
    names
        d names.
    estimates
        (d,) coefficients.
    errors
        (d,) standard errors; without them there are no intervals.
    title
        What the picture shows, as a finding.
    x_label
        What the numbers are; by default it says what the bars are.

    Raises
    ------
    TableError
        When the lengths differ.

    Examples
    --------
    >>> figure = coefficients(["age", "bmi"], [-10.0, 519.8], [59.7, 66.5])
    >>> [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ['age', 'bmi']
    """
    given = np.zeros(np.size(estimates)) if errors is None else errors
    at, w, error = columns(
        names=np.arange(len(names)), estimates=estimates, errors=given
    )
    largest = np.sort(np.argsort(-np.abs(w), kind="stable")[:SHOWN])
    figure, axes = blank(5.0, 1.3 + 0.23 * largest.size)
    _intervals(axes, w[largest], 1.96 * error[largest])
    shown = [shortened(str(names[int(i)])) for i in at[largest]]
    axes.set_yticks(range(largest.size), shown)
    entitle(axes, title, x_label or _meaning(errors is not None, len(names)))
    return figure


def _intervals(axes: Axes, w: NDArray[np.float64], half: NDArray[np.float64]) -> None:
    """Draw w ± half as dots on bars, downwards, each beside the line of zero."""
    rows = np.arange(w.size)
    face = np.where(np.abs(w) > half, PALETTE[0], "white")
    look: dict[str, Any] = {"color": face, "edgecolors": PALETTE[0], "linewidths": 1.2}
    axes.axvline(0, color=QUIET, linewidth=0.8, zorder=0)
    axes.hlines(rows, w - half, w + half, PALETTE[0], linewidth=1.5)
    axes.scatter(w, rows, s=26, zorder=3, **look)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.invert_yaxis()


def _meaning(bars: bool, d: int) -> str:
    """Say what dots and bars are, and how many coefficients are not shown."""
    what = "estimate ± 1.96 standard errors" if bars else "estimate"
    return what if d <= SHOWN else f"{what} ({SHOWN} largest of {d:,})"
