"""What a model says of rows of each class: how far apart it holds them."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pellucid.show.canvas import blank, columns, entitle, entitle_all, picture
from pellucid.show.colours import FIT, INK, PALETTE, QUIET, ink
from pellucid.show.labels import End, label_ends, power, shortened
from pellucid.show.residuals import SMALL
from pellucid.show.smooth import sampled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

BINS = 30
SHOWN = 12  # classes
CURVES = 6  # of ROC


class Roc(NamedTuple):
    """A curve: the share of false alarms, that of the found, and the area below."""

    name: str
    alarms: ArrayLike
    found: ArrayLike
    area: float


@picture
def roc(
    curves: Sequence[Roc],
    *,
    point: tuple[float, float] | None = None,
    title: str = "",
    x_label: str = "share of the others called so",
    y_label: str = "share of the class called so",
) -> Figure:
    """Show what is found against what is wrongly called, at every border.

    Of more than six curves, the three of the greatest and of the least area are shown.

    Parameters
    ----------
    curves
        One a class.
    point
        Where the border is a probability of one half.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show.

    Examples
    --------
    >>> figure = roc([Roc("yes", [0, 0, 1], [0, 1, 1], 1.0)], point=(0, 1))
    >>> [text.get_text() for text in figure.axes[0].texts][:2]
    ['a guess', 'p = 0.5']
    """
    figure, axes = blank(SMALL[0], 3.6)
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate("a guess", (0.62, 0.6), color=QUIET, verticalalignment="top")
    order = sorted(curves, key=lambda curve: -curve.area)
    if len(order) > CURVES:
        order = [*order[: CURVES // 2], *order[-CURVES // 2 :]]
    for i, curve in enumerate(order):
        label = f"{shortened(curve.name, 18)}, AUC {curve.area:.3f}"
        axes.plot(curve.alarms, curve.found, color=PALETTE[i], label=label)
    if point is not None:
        axes.scatter(*point, s=34, color=FIT, zorder=4)
        axes.annotate(
            "p = 0.5", point, (7, -10), textcoords="offset points", color=ink(FIT)
        )
    if len(order) > 1:
        axes.legend(loc="lower right", frameon=False, fontsize=8.5)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    entitle(axes, title, x_label, y_label)
    return figure


@picture
def probability(
    x: ArrayLike,
    y: ArrayLike,
    along: ArrayLike,
    p: ArrayLike,
    *,
    bounds: tuple[ArrayLike, ArrayLike] | None = None,
    labels: Sequence[str] = ("0", "1"),
    title: str = "",
    x_label: str = "x",
    y_label: str = "probability",
) -> Figure:
    """Show the probability of a class along one column, and the rows of each class.

    Rows of the second class are ticks at the head, rows of the first at the foot; each
    ring is the share of the second class in a tenth of the rows.

    Parameters
    ----------
    x
        (n,) values of the column.
    y
        (n,) classes 0 and 1.
    along, p
        (m,) values of the column, and the probability of class 1 there.
    bounds
        (m,) and (m,) of the band of the probability.
    labels
        What to call the two classes.
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
    >>> figure = probability([1, 2, 3, 4], [0, 0, 1, 1], [1, 4], [0.1, 0.9])
    >>> figure.axes[0].get_xlabel()
    'x'
    """
    x, y = columns(x=x, y=y)
    at, height = columns(along=along, p=p)
    figure, axes = blank(*SMALL)
    axes.axhline(0.5, color=QUIET, linewidth=0.8, linestyle=(0, (4, 2)), zorder=0)
    if bounds is not None:
        low, high = (np.asarray(bound, dtype=float) for bound in bounds)
        axes.fill_between(at, low, high, color=FIT, alpha=0.2, linewidth=0)
    axes.plot(at, height, color=FIT)
    _crossing(axes, at, height)
    for k, level in ((0, -0.05), (1, 1.05)):
        there = x[y == k]
        pale = float(np.clip(12 / max(there.size, 1) ** 0.5, 0.04, 0.6))
        axes.vlines(
            there, level - 0.025, level + 0.025, PALETTE[k], linewidth=0.9,
            alpha=pale, rasterized=there.size > 1000,
        )  # fmt: skip
    means, shares = _tenths(x, y)
    axes.scatter(means, shares, s=24, facecolors="white", edgecolors=PALETTE[0],
                 linewidths=1.2, zorder=3)  # fmt: skip
    for k, level in ((0, -0.05), (1, 1.05)):
        axes.annotate(
            shortened(labels[k], 14), (1.02, level),
            xycoords=("axes fraction", "data"), color=ink(PALETTE[k]),
            verticalalignment="center", annotation_clip=False,
        )  # fmt: skip
    axes.set(ylim=(-0.1, 1.1), yticks=[0, 0.25, 0.5, 0.75, 1])
    entitle(axes, title, x_label, y_label)
    return figure


def _crossing(axes: Axes, at: Array, p: Array) -> None:
    """Mark where the probability is one half."""
    across = np.flatnonzero((p[:-1] - 0.5) * (p[1:] - 0.5) < 0)
    for i in across[:1]:
        share = (0.5 - p[i]) / (p[i + 1] - p[i])
        place = at[i] + share * (at[i + 1] - at[i])
        place = round(place, 3 - floor(log10(np.ptp(at)))) + 0.0
        axes.vlines(place, -0.1, 0.5, QUIET, linewidth=0.8, linestyle=(0, (4, 2)))
        axes.annotate(power(place), (place, 0.5), (5, -12),
                      textcoords="offset points", color=INK)  # fmt: skip


def _tenths(x: Array, y: Array) -> tuple[Array, Array]:
    """The mean of x and of y in each tenth of the rows; equal x stay together."""
    x, y = x[np.isfinite(x)], y[np.isfinite(x)]
    edges = np.unique(np.quantile(x, np.linspace(0, 1, 11))) if x.size else np.empty(0)
    part = np.clip(
        np.searchsorted(edges, x, side="right") - 1, 0, max(len(edges) - 2, 0)
    )
    counts = np.bincount(part)
    there = counts > 0
    sums = [np.bincount(part, weights)[there] for weights in (x, y)]
    return sums[0] / counts[there], sums[1] / counts[there]


@picture
def separation(
    p: ArrayLike,
    y: ArrayLike,
    *,
    labels: Sequence[str] = ("0", "1"),
    title: str = "",
    x_label: str = "probability",
    y_label: str = "share of the rows of each class",
) -> Figure:
    """Show how often each probability is said of rows of the one and the other class.

    The second class stands above the line, the first hangs below it; bars are
    hatched where rows are called wrong.

    Parameters
    ----------
    p
        (n,) probabilities of class 1.
    y
        (n,) classes 0 and 1.
    labels
        What to call the two classes.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show.

    Raises
    ------
    TableError
        When p and y differ in length.

    Examples
    --------
    >>> figure = separation([0.1, 0.6, 0.9, 0.8], [0, 0, 1, 1])
    >>> len(figure.axes[0].patches)
    60
    """
    p, y = columns(p=p, y=y)
    figure, axes = blank(SMALL[0], 3.4)
    edges = np.linspace(0, 1, BINS + 1)
    middle = (edges[1:] + edges[:-1]) / 2
    for k, side in ((1, 1.0), (0, -1.0)):
        counts = np.histogram(p[y == k], edges)[0]
        share = counts / max(counts.sum(), 1)
        wrong = (middle >= 0.5) != (k == 1)
        look: dict[str, Any] = {"color": PALETTE[k], "linewidth": 0}
        bars = axes.bar(middle, side * share, 0.92 / BINS, **look)
        for bar, is_wrong in zip(bars, wrong, strict=True):
            if is_wrong:
                bar.set(hatch="/////", facecolor="white", edgecolor=PALETTE[k],
                        linewidth=0.8)  # fmt: skip
    axes.axhline(0, color=QUIET, linewidth=0.8)
    axes.axvline(0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 2)))
    _sides(axes, p, y, labels)
    axes.set_yticks([tick for tick in axes.get_yticks() if abs(tick) <= 1])
    axes.yaxis.set_major_formatter(lambda value, _: f"{100 * abs(value):.0f} %")
    axes.set(xlim=(0, 1))
    entitle(axes, title, x_label, y_label)
    return figure


def _sides(axes: Axes, p: Array, y: Array, labels: Sequence[str]) -> None:
    """Name the classes, each with how many of its rows are called wrong."""
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.22 * (high - low), high + 0.22 * (high - low))
    for k, x, height in ((1, 0.02, 0.98), (0, 0.98, 0.02)):
        rows = y == k
        wrong = int(((p >= 0.5) != (k == 1))[rows].sum())
        said = f"{shortened(labels[k], 16)}: {wrong:,} of {int(rows.sum()):,} wrong"
        axes.text(
            x, height, said, transform=axes.transAxes, color=ink(PALETTE[k]),
            horizontalalignment="left" if k else "right",
            verticalalignment="top" if k else "bottom",
        )  # fmt: skip


@picture
def certainty(
    p: ArrayLike,
    y: ArrayLike,
    *,
    labels: Sequence[str] = (),
    title: str = "",
    x_label: str = "probability of the right class",
) -> Figure:
    """Show how probable the right class was said to be, for the rows of each class.

    The dot is the median of the rows of a class, the thick bar holds the middle half of
    them, the thin one nine in ten. Of more than twelve classes those of the greatest
    and of the least medians are shown.

    Parameters
    ----------
    p
        (n,) probabilities of the right class.
    y
        (n,) places 0 to k - 1 of the classes.
    labels
        What to call the classes.
    title
        What the picture shows, as a finding.
    x_label
        What the axis shows.

    Raises
    ------
    TableError
        When p and y differ in length.

    Examples
    --------
    >>> figure = certainty([0.9, 0.5, 0.4], [0, 0, 1], labels=["cat", "dog"])
    >>> [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    ['cat (2)', 'dog (1)']
    """
    p, y = columns(p=p, y=y)
    places = np.unique(y).astype(int)
    names = [str(labels[k]) if len(labels) > k else str(k) for k in places]
    cuts = np.array([np.quantile(p[y == k], [0.05, 0.25, 0.5, 0.75, 0.95])
                     for k in places]).reshape(-1, 5)  # fmt: skip
    order = np.argsort(-cuts[:, 2], kind="stable")
    if order.size > SHOWN:
        order = np.concatenate([order[: SHOWN // 2], order[-SHOWN // 2 :]])
    rows = np.arange(order.size)
    figure, axes = blank(SMALL[0], max(1.2 + 0.28 * order.size, 2.0))
    low, first, middle, third, high = cuts[order].T
    axes.hlines(rows, low, high, PALETTE[0], linewidth=1.2)
    axes.hlines(rows, first, third, PALETTE[0], linewidth=5, alpha=0.55)
    axes.scatter(middle, rows, s=26, color=PALETTE[0], zorder=3)
    counts = [int(np.sum(y == places[i])) for i in order]
    axes.set_yticks(rows, [f"{shortened(names[i], 18)} ({n:,})"
                           for i, n in zip(order, counts, strict=True)])  # fmt: skip
    axes.set(xlim=(-0.01, 1.01), ylim=(order.size - 0.4, -0.6))
    axes.tick_params(axis="y", length=0, labelcolor=INK)
    axes.spines["left"].set_visible(False)
    more = f" ({SHOWN} of {len(places):,} classes)" if len(places) > SHOWN else ""
    entitle_all(figure, title)
    entitle(axes, "", x_label + more)
    return figure


@picture
def shares(
    x: ArrayLike,
    p: ArrayLike,
    *,
    labels: Sequence[str],
    rows: ArrayLike = (),
    title: str = "",
    x_label: str = "x",
    y_label: str = "probability",
) -> Figure:
    """Show the probability of each class along one column.

    Parameters
    ----------
    x
        (m,) values of the column.
    p
        (m, k) the probability of each class there.
    labels
        What to call the classes.
    rows
        The values that rows have, marked at the foot.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Examples
    --------
    >>> figure = shares([0, 1], [[0.2, 0.8], [0.7, 0.3]], labels=["cat", "dog"])
    >>> [text.get_text() for text in figure.axes[0].texts][:2]
    ['cat', 'dog']
    """
    x, p = np.asarray(x, dtype=float), np.asarray(p, dtype=float)
    figure, axes = blank(*SMALL)
    shown = np.sort(np.argsort(-p.max(axis=0), kind="stable")[: len(PALETTE)])
    for i, k in enumerate(shown):
        axes.plot(x, p[:, k], color=PALETTE[i])
    axes.set_ylim(-0.03, 1.03)
    look: dict[str, Any] = {"markersize": 7, "alpha": 0.4, "color": QUIET}
    there = np.asarray(rows, dtype=float)
    there = there[sampled(there.size, 400)]
    axes.plot(there, np.full(there.size, 0.01), "|",
              transform=axes.get_xaxis_transform(), **look)  # fmt: skip
    label_ends(axes, [End(float(x[-1]), float(p[-1, k]), shortened(labels[k], 16),
                          PALETTE[i]) for i, k in enumerate(shown)])  # fmt: skip
    entitle(axes, title, x_label, y_label)
    return figure
