"""Histograms: how many numbers, or how much weight, fall between edges.

A count does not change with the numbers, so that its gradient is 0; weights pass their
gradient on, and so do edges that lie at the least and the largest number.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import as_traced, cast, recorded_as
from pellucid.graphs.functions.shapes import fixed
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.tracing.refusals import refused_shape
from pellucid.graphs.tracing.traced import Traced, recorded


def added_at(weights: Any, place: Any, n: int) -> Any:
    """The weights added up at their places among n."""
    return recorded("scatter", weights, place, at=(Slot(0),), shape=(n,))


@recorded_as(np.digitize)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """Between which edges each number lies."""
    bins = fixed(bins, "np.digitize with an array of bins that is traced")
    np.digitize(np.zeros(1), bins)  # whether they rise or fall throughout
    side: Any = "left" if right else "right"
    if len(bins) and bins[0] > bins[-1]:
        return len(bins) - np.searchsorted(as_traced(bins[::-1]), x, side=side)
    return np.searchsorted(as_traced(np.asarray(bins)), x, side=side)


@recorded_as(np.bincount)
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each whole number from 0 occurs, or with what weight."""
    x = as_traced(x)
    if not x.node.known:
        refused_shape(
            "np.bincount(x)", "np.histogram(x, np.arange(n + 1) - 0.5) has n counts"
        )
    x = np.asarray(x)
    n = len(np.bincount(x, minlength=minlength))
    if weights is None:
        return as_traced(np.bincount(x, minlength=minlength))
    weights = as_traced(weights)
    if weights.shape != x.shape:
        raise ValueError("The weights and list don't have the same length.")
    return added_at(cast(weights, np.float64), x, n)


def edges_of(a: Any, bins: Any, range: Any) -> Any:
    """The edges: given, or evenly spaced over a range or over the numbers."""
    if isinstance(bins, str):
        refused_shape(f"a histogram with bins={bins!r}", "give their number or edges")
    if isinstance(bins, Traced) and bins.ndim == 1 and not bins.node.known:
        return bins
    bins = fixed(bins, "a number of bins that is traced")
    range = fixed(range, "a range of bins that is traced")
    # NumPy's own errors, and its edges where they do not depend on the numbers.
    few = np.zeros(min(a.size, 1), a.dtype)
    edges = np.histogram_bin_edges(few, bins, range)
    if np.ndim(bins) or range is not None or a.size == 0:
        return as_traced(edges)
    low, high = np.min(a), np.max(a)
    level = low == high
    low, high = np.where(level, low - 0.5, low), np.where(level, high + 0.5, high)
    return cast(np.linspace(low, high, int(bins) + 1), edges.dtype)


def bin_of(a: Any, edges: Any) -> tuple[Any, Any]:
    """Each number's bin, and whether it has one; the last edge belongs to its bin."""
    last = len(edges) - 2
    place = np.searchsorted(edges, a, side="right") - 1
    inside = np.logical_and(a >= edges[0], a <= edges[-1])
    return np.clip(place, 0, max(last, 0)), inside


def weighed(weights: Any, inside: Any) -> Any:
    """1 for each number that has a bin, or its weight; 0 for the rest."""
    if weights is None:
        return cast(inside, np.intp)
    return np.where(inside, np.ravel(weights), np.zeros((), weights.dtype))


@recorded_as(np.histogram_bin_edges)
def histogram_bin_edges(
    a: Any, bins: Any = 10, range: Any = None, weights: Any = None
) -> Any:
    """The edges that np.histogram takes."""
    return edges_of(np.ravel(as_traced(a)), bins, range)


@recorded_as(np.histogram)
def histogram(
    a: Any, bins: Any = 10, range: Any = None, density: Any = None, weights: Any = None
) -> Any:
    """Counts, or weights, by bin; and the edges."""
    a = as_traced(a)
    weights = None if weights is None else as_traced(weights)
    if weights is not None and weights.shape != a.shape:
        raise ValueError("weights should have the same shape as a.")
    a = np.ravel(a)
    edges = edges_of(a, bins, range)
    place, inside = bin_of(a, edges)
    w = weighed(weights, inside)
    # NumPy adds weights up in double precision.
    total = w if weights is None else cast(w, np.result_type(w, np.float64))
    n = cast(added_at(total, place, len(edges) - 1), w.dtype)
    return (n / np.diff(edges) / np.sum(n) if density else n), edges


@recorded_as(np.histogramdd)
def histogramdd(
    sample: Any, bins: Any = 10, range: Any = None, density: Any = None,
    weights: Any = None,
) -> Any:  # fmt: skip
    """Counts by bins along each of several axes; and the edges of each."""
    whole = isinstance(sample, Traced) or hasattr(sample, "shape")
    columns = list(np.atleast_2d(sample.T)) if whole else [*map(as_traced, sample)]
    d = len(columns)
    bins = [bins] * d if np.ndim(bins) == 0 else bins
    if len(bins) != d:
        raise ValueError("The dimension of bins must be equal to the dimension of x.")
    ranges = [None] * d if range is None else range
    # Of a range that is given, these edges are double whatever the samples are.
    kinds = [None if r is None else np.float64 for r in ranges]
    spread = [cast(c, kind) for c, kind in zip(columns, kinds, strict=True)]
    edges = [edges_of(*given) for given in zip(spread, bins, ranges, strict=True)]
    shape = tuple(len(e) - 1 for e in edges)
    place, inside = _cell(columns, edges, shape)
    weights = None if weights is None else as_traced(weights)
    # NumPy adds weights up in double precision.
    w = cast(weighed(weights, inside), np.float64)
    H = np.reshape(added_at(w, place, math.prod(shape)), shape)
    return (_as_density(H, edges) if density else H), edges


def _cell(columns: list[Any], edges: list[Any], shape: tuple[int, ...]) -> Any:
    """The number of each sample's cell, and whether it has one."""
    place, inside = 0, np.ones(columns[0].shape, bool)
    for column, edge, n in zip(columns, edges, shape, strict=True):
        here, within = bin_of(column, edge)
        place, inside = place * n + here, np.logical_and(inside, within)
    return place, inside


def _as_density(H: Any, edges: list[Any]) -> Any:
    """Parts of the whole, over the volume of each cell."""
    total = np.sum(H)
    for i, edge in enumerate(edges):
        along = [1] * H.ndim
        along[i] = -1
        H = H / np.reshape(np.diff(edge), along)
    return H / total


@recorded_as(np.histogram2d)
def histogram2d(
    x: Any, y: Any, bins: Any = 10, range: Any = None, density: Any = None,
    weights: Any = None,
) -> Any:  # fmt: skip
    """Counts by bins along two axes; and the edges of both."""
    x, y = as_traced(x), as_traced(y)
    if len(x) != len(y):
        raise ValueError("x and y must have the same length.")
    single = np.ndim(bins) == 1 and len(bins) not in (1, 2)
    bins = [bins, bins] if single else bins
    H, edges = histogramdd([x, y], bins, range, density, weights)
    return H, *edges
