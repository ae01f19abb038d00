"""Windows of which the largest, the sum or the mean is taken, as slices of an array.

    z[i] = max of x[s i + d u] over u                                    window_extreme
    k[i] = how many of x[s i + d u] are z[i]                             window_count
    d[p] = sum of g[i] where s i + d u = p and x[p] is z[i]              window_share
    d[p] = sum of g[i] where s i + d u = p                               window_spread

i, u and p stand for any number of axes. The last three are what the derivatives of a
maximum and of a mean are made of. Every u is one slice of x, so that nothing is looked
up, and no window is stored.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import reduced_axes
from pellucid.running.replacing import Part, Parts, Steps, lengths_of, reach_of, size_of
from pellucid.running.windows import View, added_up, seen

MOST = 64  # taps up to which windows are taken slice by slice
REDUCTIONS = {"max": "maximum", "min": "minimum", "sum": "add", "mean": "add"}


class Windows(NamedTuple):
    """The windows that a view shows: of which slice of its array, and how they slide.

    `kept` are the places, in the order of the view; `groups` the same by the axes of
    the array.
    """

    view: View
    at: tuple[slice, ...]
    kept: Parts
    groups: list[Parts]
    ways: dict[str, tuple[int, ...]]

    def array(self, steps: Steps) -> Node:
        """The slice."""
        return steps.part(self.view.array, self.at, "seen")

    def by_axis(self, steps: Steps, z: Node, suffix: str) -> Node:
        """A number for each window, along the axes of the array."""
        return steps.laid_out(z, self.kept, self.groups, suffix)

    def whole(self, steps: Steps, x: Node) -> Node:
        """What belongs to the slice, in its place of the whole."""
        return steps.put(x, self.at, self.view.array.shape)


def windows_of(view: View, taken: set[int]) -> Windows | None:
    """The windows along these axes of a view; None where they are not such."""
    parts = [
        (Part(number, stride), i in taken)
        for number, (i, stride) in enumerate(
            (i, s) for i, axis in enumerate(view.axes) for s in axis if s.size > 1
        )
    ]
    kept = [part for part, is_taken in parts if not is_taken]
    taps = [part for part, is_taken in parts if is_taken]
    if not taps or size_of(taps) > MOST:
        return None
    at, groups, slid = [], [], []
    for k, start in enumerate(view.start):
        here = [p for p in kept if p.stride.axis == k]
        over = [p for p in taps if p.stride.axis == k]
        if len(here) > 1 or len(over) > 1 or len(here) < len(over):
            return None
        step = here[0].stride.step if here and not over else 1
        at.append(slice(start, start + reach_of([*here, *over]), step))
        groups.append(here)
        for tap in over:
            slid.append((k, tap.size, here[0].stride.step, tap.stride.step))
    if len(slid) == 1 and not view.slides:
        return None  # as of a matrix in other shapes
    names = ("along", "size", "step", "dilation")
    ways = dict(zip(names, map(tuple, zip(*slid, strict=True)), strict=True))
    return Windows(view, tuple(at), kept, groups, ways)


# -- the largest, the sum, the mean ---------------------------------------------------


def reduced(steps: Steps) -> Node | None:
    """The largest or smallest of each window, or their sum or mean."""
    node = steps.node
    (x,) = node.arguments
    if x.operation == "cast":
        return _counted(steps, x)
    if not set(node.options) <= {"axis", "keepdims"} or x.dtype != node.dtype:
        return None
    found = windows_of(seen(x), set(reduced_axes(x.ndim, node.options.get("axis"))))
    if found is None or node.dtype.kind != "f":
        return None
    ways = {"function": REDUCTIONS[node.operation], **found.ways}
    sizes = map(size_of, found.groups)
    z = steps.made("window_reduction", "reduced", sizes, found.array(steps), **ways)
    if node.operation == "mean":
        n = math.prod(found.ways["size"])
        z = steps.made("divide", "mean", z.shape, z, steps.number(n))
    return steps.brought_back(z, found.groups, found.kept)


# -- what attains the extreme ---------------------------------------------------------


class Attaining(NamedTuple):
    """The windows of which elements are compared with a number for each."""

    windows: Windows
    z: Node


def _attaining(mask: Node) -> Attaining | None:
    """What `view == z` compares, where z has one number for each window."""
    if mask.operation != "equal":
        return None
    for x, z in (mask.arguments, mask.arguments[::-1]):
        if x.shape == mask.shape and x.ndim == z.ndim and x.dtype == z.dtype:
            one = {i for i, (n, m) in enumerate(zip(x.shape, z.shape, strict=True))
                   if m == 1 < n}  # fmt: skip
            found = windows_of(seen(x), one) if one else None
            if found is not None and x.dtype.kind == "f":
                return Attaining(found, z)
    return None


def _counted(steps: Steps, cast: Node) -> Node | None:
    """How many elements of each window attain the extreme."""
    found = _attaining(cast.arguments[0])
    node, x = steps.node, cast
    if found is None or node.operation != "sum" or x.dtype != node.dtype:
        return None
    axes = set(reduced_axes(x.ndim, node.options.get("axis")))
    windows = windows_of(found.windows.view, axes)
    if windows is None or windows.kept != found.windows.kept:
        return None
    z = windows.by_axis(steps, found.z, "z")
    k = steps.made("window_count", "count", z.shape, windows.array(steps), z,
                   **windows.ways)  # fmt: skip
    return steps.brought_back(k, windows.groups, windows.kept)


def shared_out(steps: Steps) -> Node | None:
    """What elements get from all windows that they are seen through."""
    node = steps.node
    found = added_up(node)
    if found is None or found[0].dtype.kind != "f":
        return None
    given, view = found
    match given.operation, given.arguments:
        case "where", (mask, g, zero) if zero.is_literal and zero.value == 0:
            return _shared(steps, view, mask, g)
        case "broadcast_to", (g,) if node.operation == "overlap_add":
            return _spread(steps, view, given, g)
    return None


def _shared(steps: Steps, view: View, mask: Node, g: Node) -> Node | None:
    """A share of each window for what attains its extreme."""
    found = _attaining(mask)
    if found is None or found.z.shape != g.shape or g.dtype != steps.node.dtype:
        return None
    windows, seen_there = found.windows, found.windows.view
    if (view.start, view.axes) != (seen_there.start, seen_there.axes):
        return None
    if steps.node.shape != seen_there.array.shape:
        return None
    z, share = (windows.by_axis(steps, a, s) for a, s in ((found.z, "z"), (g, "g")))
    x = windows.array(steps)
    d = steps.made("window_share", "share", x.shape, x, z, share, **windows.ways)
    return windows.whole(steps, d)


def _spread(steps: Steps, view: View, given: Node, g: Node) -> Node | None:
    """The same for all elements of a window."""
    extra = given.ndim - g.ndim
    shape = (1,) * extra + g.shape
    one = {i for i, (n, m) in enumerate(zip(given.shape, shape, strict=True)) if m < n}
    windows = windows_of(view, one)
    if windows is None or g.dtype != steps.node.dtype:
        return None
    share = windows.by_axis(steps, g, "g")
    sizes = lengths_of(windows.at, view.array.shape)
    d = steps.made("window_spread", "share", sizes, share, shape=sizes, **windows.ways)
    return windows.whole(steps, d)
