"""What columns do to a prediction: effects with intervals, and a column at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from pellucid.show.canvas import (
    blank,
    columns,
    entitle,
    entitle_all,
    log_across,
    picture,
)
from pellucid.show.colours import FAINT, FIT, INK, MARKERS, PALETTE, QUIET
from pellucid.show.labels import as_drawn, shortened
from pellucid.show.residuals import SMALL, drawn_of, points
from pellucid.show.smooth import sampled, smooth

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

LETTERS = 24  # of a name
SHOWN = 20  # effects on one picture, and levels of one category


@picture
def effects(
    names: Sequence[str],
    estimates: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    ratios: bool = False,
    title: str = "",
    x_label: str = "effect",
) -> Figure:
    """Show effects with their intervals, the largest above.

    A dot is filled where its interval leaves out 0 (of ratios: 1), else hollow. Of more
    than twenty, the twenty farthest from there are shown.

    Parameters
    ----------
    names
        d names.
    estimates, lower, upper
        (d,) effects and the bounds of their intervals; nan where there is none.
    ratios
        Whether they are ratios, such as odds ratios: drawn on a log axis.
    title
        What the picture shows, as a finding.
    x_label
        What the numbers are, with units.

    Raises
    ------
    TableError
        When the lengths differ.

    Examples
    --------
    >>> figure = effects(["age", "bmi"], [-1.0, 25.0], [-7.0, 19.0], [5.0, 31.0])
    >>> [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ['bmi', 'age']
    """
    at, w, low, high = columns(
        names=np.arange(len(names)), estimates=estimates, lower=lower, upper=upper
    )
    with np.errstate(divide="ignore"):
        size = np.abs(np.log(w)) if ratios else np.abs(w)
    shown = np.argsort(-np.nan_to_num(size), kind="stable")[:SHOWN]
    places, none = np.arange(shown.size), 1.0 if ratios else 0.0
    figure, axes = blank(SMALL[0], 1.2 + 0.24 * shown.size)
    if ratios:
        log_across(axes)
    axes.axvline(none, color=QUIET, linewidth=0.8, zorder=0)
    axes.hlines(places, low[shown], high[shown], PALETTE[0], linewidth=1.6)
    told = (low > none) | (high < none)
    face = np.where(told[shown], PALETTE[0], "white")
    look: dict[str, Any] = {"color": face, "edgecolors": PALETTE[0], "linewidths": 1.2}
    axes.scatter(w[shown], places, s=26, zorder=3, **look)
    axes.set_yticks(places, [_called(str(names[int(i)])) for i in at[shown]])
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    axes.invert_yaxis()
    more = f" ({SHOWN} largest of {len(names):,})" if len(names) > SHOWN else ""
    entitle_all(figure, title)
    entitle(axes, "", x_label + more)
    return figure


def _called(name: str) -> str:
    """A name of a column, of a level of a category above all the level.

    >>> _called("occupation of the father[professional]")
    'occupatio…[professional]'
    """
    head, bracket, level = name.rpartition("[")
    if len(name) <= LETTERS or not (head and level.endswith("]")):
        return shortened(name, LETTERS)
    level = shortened(level.removesuffix("]"), LETTERS - 8)
    return f"{shortened(head, LETTERS - 2 - len(level))}{bracket}{level}]"


@picture
def component(
    x: ArrayLike,
    partial: ArrayLike,
    slope: float,
    error: float,
    *,
    title: str = "",
    x_label: str = "x",
    y_label: str = "part of y",
) -> Figure:
    """Show a column's part of the prediction plus the residuals of the rows.

    The line is slope (x - mean), its band +- 1.96 errors of the slope; the dashed line
    is smooth through the rows: where it leaves the band, the column acts by a curve.

    Parameters
    ----------
    x
        (n,) values of the column.
    partial
        (n,) slope (x - mean) + residual.
    slope, error
        The coefficient and its standard error.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Raises
    ------
    TableError
        When the lengths differ.

    Examples
    --------
    >>> figure = component([0, 1, 2], [-2.1, 0.2, 1.9], slope=2, error=0.1)
    >>> len(figure.axes[0].lines)
    2

    References
    ----------
    Larsen & McCleary, "The use of partial residual plots in regression analysis"
    (1972).
    """
    x, r = columns(x=x, partial=partial)
    figure, axes = blank(*SMALL)
    kept = sampled(x.size)
    points(axes, x[kept], r[kept])
    there = x[np.isfinite(x)] if np.isfinite(x).any() else np.zeros(1)
    ends = np.linspace(there.min(), there.max(), 60)
    away = ends - there.mean()
    axes.plot(ends, slope * away, color=FIT)
    if np.isfinite(error):
        low, high = ((slope + s * 1.96 * error) * away for s in (-1, 1))
        axes.fill_between(ends, low, high, color=FIT, alpha=0.2, linewidth=0)
    look: dict[str, Any] = {"color": INK, "linewidth": 1.3, "linestyle": (0, (3, 2))}
    axes.plot(*smooth(x[kept], r[kept]), **look)
    entitle(axes, title, drawn_of(x.size, x_label), y_label)
    return figure


@picture
def band(
    x: ArrayLike,
    middle: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    rows: ArrayLike = (),
    title: str = "",
    x_label: str = "x",
    y_label: str = "prediction",
) -> Figure:
    """Show a prediction along one column, with its band; ticks are the rows.

    Parameters
    ----------
    x
        (m,) values of the column.
    middle, lower, upper
        (m,) the prediction there, and the bounds of its interval.
    rows
        The values that rows have, marked at the foot.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Raises
    ------
    TableError
        When the lengths differ.

    Examples
    --------
    >>> figure = band([0, 1], [0.2, 0.6], [0.1, 0.5], [0.3, 0.7], rows=[0.1, 0.4])
    >>> figure.axes[0].get_ylabel(), len(figure.axes[0].lines)
    ('', 2)
    """
    x, y, low, high = columns(x=x, middle=middle, lower=lower, upper=upper)
    figure, axes = blank(*SMALL)
    axes.fill_between(x, low, high, color=FIT, alpha=0.2, linewidth=0)
    axes.plot(x, y, color=FIT)
    there = np.asarray(rows, dtype=float)
    ticks = there[sampled(there.size, 400)]
    axes.plot(
        ticks, np.full(ticks.size, 0.015), "|", color=PALETTE[0], alpha=0.4,
        markersize=7, transform=axes.get_xaxis_transform(),
    )  # fmt: skip
    entitle(axes, title, x_label, y_label)
    return figure


@picture
def levels(
    names: Sequence[str],
    middle: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    *,
    title: str = "",
    x_label: str = "prediction",
) -> Figure:
    """Show the prediction for each level of a category, with its interval.

    Parameters
    ----------
    names
        k levels.
    middle, lower, upper
        (k,) the predictions, and the bounds of their intervals.
    title
        What the picture shows, as a finding.
    x_label
        What is predicted, with units.

    Raises
    ------
    TableError
        When the lengths differ.

    Examples
    --------
    >>> figure = levels(["cat", "dog"], [3.0, 5.0], [2.0, 4.0], [4.0, 6.0])
    >>> [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ['dog', 'cat']
    """
    at, y, low, high = columns(
        names=np.arange(len(names)), middle=middle, lower=lower, upper=upper
    )
    order = _ends(y)
    places = np.arange(order.size)
    figure, axes = blank(SMALL[0], max(1.2 + 0.24 * order.size, 2.0))
    axes.hlines(places, low[order], high[order], FIT, linewidth=1.6)
    axes.scatter(y[order], places, s=26, color=FIT, zorder=3)
    _rows_of_names(axes, [names[int(i)] for i in at[order]])
    entitle_all(figure, title)
    entitle(axes, "", x_label + _of_levels(names))
    return figure


@picture
def shares_at(
    names: Sequence[str],
    p: ArrayLike,
    *,
    labels: Sequence[str],
    title: str = "",
    x_label: str = "probability",
) -> Figure:
    """Show the probability of each class at each level of a category.

    The levels stand in the order of the class that differs most between them; of more
    than twenty the highest and the lowest are shown, of more than ten classes the
    likeliest.

    Parameters
    ----------
    names
        m levels.
    p
        (m, k) probabilities.
    labels
        What to call the k classes.
    title
        What the picture shows, as a finding.
    x_label
        What the level axis shows.

    Examples
    --------
    >>> p = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]
    >>> figure = shares_at(["cat", "dog"], p, labels=["a", "b", "c"])
    >>> [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ['dog', 'cat']
    """
    p = np.asarray(p, dtype=float)
    classes = np.sort(np.argsort(-p.max(axis=0), kind="stable")[: len(PALETTE)])
    order = _ends(p[:, np.ptp(p, axis=0).argmax()])
    figure, axes = blank(SMALL[0], max(1.6 + 0.24 * order.size, 2.2))
    places = np.arange(order.size)
    axes.hlines(places, 0, 1, FAINT, linewidth=0.8, zorder=0)
    for i, k in enumerate(classes):
        axes.scatter(p[order, k], places, s=30, color=PALETTE[i], marker=MARKERS[i],
                     zorder=3, label=shortened(labels[k], 14))  # fmt: skip
    _rows_of_names(axes, [names[int(i)] for i in order])
    axes.set_xlim(-0.02, 1.02)
    longest = max(len(shortened(labels[k], 14)) for k in classes)
    across = max(min(len(classes), 40 // (longest + 4)), 1)
    figure.legend(loc="outside lower center", ncols=across, frameon=False,
                  handletextpad=0.1, columnspacing=1.2)  # fmt: skip
    entitle_all(figure, title)
    more = ""
    if len(labels) > len(classes):
        more = f" ({len(classes)} of {len(labels)} classes)"
    entitle(axes, "", f"{x_label}{more}{_of_levels(names)}")
    return figure


def _ends(y: Array) -> NDArray[np.intp]:
    """The places of levels from the highest down; of many, the highest and lowest."""
    order = np.argsort(-y, kind="stable")
    if order.size > SHOWN:
        order = np.concatenate([order[: SHOWN // 2], order[-SHOWN // 2 :]])
    return order


def _of_levels(names: Sequence[str]) -> str:
    """How many levels are shown, where not all are."""
    return f" ({SHOWN} of {len(names):,} levels)" if len(names) > SHOWN else ""


def _rows_of_names(axes: Axes, names: Sequence[str]) -> None:
    """Name the rows of a picture, the first above."""
    called = [shortened(as_drawn(str(name)), 22) for name in names]
    axes.set_yticks(np.arange(len(names)), called)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
