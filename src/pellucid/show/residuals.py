"""What a fit leaves: residuals along the predictions, their shape, the rows that pull.

The four pictures of R's `plot.lm`; Cook & Weisberg, "Residuals and influence in
regression" (1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from pellucid.show.canvas import MANY, blank, columns, entitle, picture
from pellucid.show.colours import FIT, INK, PALETTE, QUIET
from pellucid.show.labels import (
    LINE,
    End,
    label_corner,
    label_ends,
    on_axes,
    shortened,
    spread,
)
from pellucid.show.smooth import apart, sampled, smooth

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

SMALL = (3.6, 2.85)  # inches: two stand beside one another, one fills a telephone
NAMED = 3  # rows that are called by their number
CONTOURS = (0.5, 1.0)  # of Cook's distance
LEVEL = 0.95  # of bands
CORNERS = 300  # of a band


def points(axes: Axes, x: Array, y: Array) -> None:
    """Draw rows as small dots, paler the more there are, none on top of all others."""
    n = x.size
    axes.scatter(
        apart(x),
        y,
        s=float(np.clip(2400 / max(n, 1), 5, 16)),
        alpha=float(np.clip(25 / max(n, 1) ** 0.5, 0.18, 0.75)),
        color=PALETTE[0],
        linewidths=0,
        rasterized=n > MANY,
    )


def drawn_of(n: int, x_label: str) -> str:
    """The label of an axis, with how many of the rows are drawn where not all are."""
    kept = len(sampled(n))
    return x_label if kept == n else f"{x_label} ({kept:,} of {n:,} rows drawn)"


@picture
def residuals(
    fitted: ArrayLike,
    residual: ArrayLike,
    *,
    rows: Sequence[str] | None = None,
    title: str = "",
    x_label: str = "predicted",
    y_label: str = "residual: observed − predicted",
) -> Figure:
    """Show the residuals along the predictions, with a smooth line through them.

    Parameters
    ----------
    fitted, residual
        (n,) predictions and residuals.
    rows
        (n,) what to call the rows; the three farthest are called. Without, none is.
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
    >>> figure = residuals([1, 2, 3], [0.1, -0.2, 0.1], title="No curve is left")
    >>> figure.axes[0].get_title(loc="left")
    'No curve is left'
    """
    x, y = columns(fitted=fitted, residual=residual)
    figure, axes = blank(*SMALL)
    axes.axhline(0, color=QUIET, linewidth=0.8, zorder=0)
    _with_smooth(axes, x, y)
    _call(axes, x, y, np.abs(y), rows)
    entitle(axes, title, drawn_of(x.size, x_label), y_label)
    return figure


@picture
def spreading(
    fitted: ArrayLike,
    standardised: ArrayLike,
    *,
    title: str = "",
    x_label: str = "predicted",
    y_label: str = "√ of |standardised residual|",
) -> Figure:
    """Show how far residuals lie from 0 along the predictions (scale and location).

    Parameters
    ----------
    fitted, standardised
        (n,) predictions, and residuals in units of their standard deviation.
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
    >>> figure = spreading([1, 2, 3], [0.1, -4.0, 1.0])
    >>> figure.axes[0].collections[0].get_offsets().max(axis=0).tolist()
    [3.0, 2.0]
    """
    x, r = columns(fitted=fitted, standardised=standardised)
    figure, axes = blank(*SMALL)
    _with_smooth(axes, x, np.sqrt(np.abs(r)))
    axes.set_ylim(bottom=0)
    entitle(axes, title, drawn_of(x.size, x_label), y_label)
    return figure


@picture
def quantiles(
    standardised: ArrayLike,
    *,
    rows: Sequence[str] | None = None,
    title: str = "",
    x_label: str = "where normal residuals would lie",
    y_label: str = "standardised residual",
) -> Figure:
    """Show residuals in order of size beside those of a normal distribution.

    The band holds each of them, one at a time, in 95 of 100 samples from a normal
    distribution: the k-th of n in order lies as a beta variable (k, n + 1 - k) does.

    Parameters
    ----------
    standardised
        (n,) residuals in units of their standard deviation.
    rows
        (n,) what to call the rows; the three farthest are called. Without, none is.
    title
        What the picture shows, as a finding.
    x_label, y_label
        What the axes show, with units.

    Examples
    --------
    >>> figure = quantiles([-1.0, 0.1, 1.2, -0.3])
    >>> figure.axes[0].texts[0].get_text()
    'normal'
    """
    from scipy import special

    (r,) = columns(standardised=standardised)
    finite = np.flatnonzero(np.isfinite(r))
    order = finite[np.argsort(r[finite], kind="stable")]
    n, r_k = len(order), r[order]
    k = np.arange(1, n + 1)
    normal = special.ndtri((k - 0.375) / (n + 0.25))  # Blom (1958)
    figure, axes = blank(*SMALL)
    few = _along(normal)
    low, high = (special.ndtri(special.betaincinv(k[few], n + 1 - k[few], q))
                 for q in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))  # fmt: skip
    axes.fill_between(normal[few], low, high, color=FIT, alpha=0.16, linewidth=0)
    axes.plot(normal[[0, -1]] if n else [], normal[[0, -1]] if n else [], color=FIT)
    kept = sampled(n)
    points(axes, normal[kept], r_k[kept])
    label_corner(axes, "normal", FIT, np.column_stack([normal, r_k]))
    called = None if rows is None else [rows[i] for i in order]
    _call(axes, normal, r_k, np.abs(r_k), called)
    entitle(axes, title, drawn_of(n, x_label), y_label)
    return figure


def _along(x: Array) -> NDArray[np.intp]:
    """Places of so many of the values in order that a band between them runs smooth."""
    if x.size <= CORNERS:
        return np.arange(x.size)
    at = np.searchsorted(x, np.linspace(x[0], x[-1], CORNERS))
    return np.unique(np.minimum(at, x.size - 1))


@picture
def leverage(
    leverages: ArrayLike,
    standardised: ArrayLike,
    cook: ArrayLike,
    estimates: int,
    *,
    rows: Sequence[str] | None = None,
    title: str = "",
    x_label: str = "leverage",
    y_label: str = "standardised residual",
) -> Figure:
    """Show which rows pull the fit: far from the others, and far from the prediction.

    The curves are where Cook's distance D is 0.5 and 1; with p estimates,

        D = r^2 h / (p (1 - h)).

    Parameters
    ----------
    leverages, standardised, cook
        (n,) leverages h, standardised residuals r, Cook's distances.
    estimates
        p.
    rows
        (n,) what to call the rows; the three of greatest distance are called.
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
    >>> figure = leverage([0.1, 0.7], [1.0, 2.5], [0.06, 7.3], 2, rows=["1", "2"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['D = 0.5', 'D = 1', '1', '2', 'standardised residual']
    """
    h, r, d = columns(leverages=leverages, standardised=standardised, cook=cook)
    figure, axes = blank(*SMALL)
    axes.axhline(0, color=QUIET, linewidth=0.8, zorder=0)
    kept = np.union1d(sampled(h.size), _farthest(d))
    points(axes, h[kept], r[kept])
    far, right = 1.15 * _greatest(np.abs(r), 1), min(1.08 * _greatest(h, 0.1), 1.0)
    axes.set(xlim=(0, right), ylim=(-far, far))
    _contours(axes, estimates, right, far)
    _call(axes, h, r, d, rows)
    entitle(axes, title, drawn_of(h.size, x_label), y_label)
    return figure


def _greatest(values: Array, least: float) -> float:
    """The greatest finite value, or more."""
    return float(max(values[np.isfinite(values)].max(initial=0), least))


def _contours(axes: Axes, estimates: int, right: float, far: float) -> None:
    """Draw where Cook's distance is 0.5 and 1, above and below, with their names."""
    along = np.linspace(right / 400, min(right, 1 - 1e-9), 400)
    ends = []
    for distance in CONTOURS:
        height = np.sqrt(distance * estimates * (1 - along) / along)
        for side in (height, -height):
            axes.plot(along, side, color=FIT, linewidth=1.0, linestyle=(0, (4, 2)))
        if height[-1] < far:
            ends.append(End(right, -float(height[-1]), f"D = {distance:g}", FIT))
    label_ends(axes, ends)


def _with_smooth(axes: Axes, x: Array, y: Array) -> None:
    """Draw rows, and the smooth line through them."""
    kept = sampled(x.size)
    points(axes, x[kept], y[kept])
    axes.plot(*smooth(x[kept], y[kept]), color=FIT)


def _farthest(far: Array) -> NDArray[np.intp]:
    """The places of the few greatest values."""
    return np.argsort(-np.nan_to_num(far, nan=-1.0), kind="stable")[:NAMED]


def _call(
    axes: Axes, x: Array, y: Array, far: Array, rows: Sequence[str] | None
) -> None:
    """Write the numbers of the farthest rows beside them."""
    if rows is None or not x.size:
        return
    at = on_axes(axes, np.column_stack([x, y]))
    few = [i for i in _farthest(far) if np.isfinite(at[i]).all()]
    for left in (True, False):  # the names of each half stand on its inner side
        side = [i for i in few if (at[i, 0] < 0.5) == left]
        heights = spread([float(at[i, 1]) for i in side], LINE)
        for i, height in zip(side, heights, strict=True):
            axes.text(
                at[i, 0] + (0.02 if left else -0.02), height, shortened(rows[i], 12),
                transform=axes.transAxes, fontsize=8.5, color=INK, zorder=5,
                horizontalalignment="left" if left else "right",
                verticalalignment="center",
            )  # fmt: skip
