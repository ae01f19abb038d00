"""Convolutions, known by what a graph computes: products of windows and weights.

    z[n, i, f] = sum of x[n, s i + d u, c] w[u, c, f] over u, c   convolution
    w[u, c, f] = sum of x[n, s i + d u, c] g[n, i, f] over n, i   convolution_weights
    x[n, p, c] = sum of g[n, i, f] w[u, c, f], s i + d u = p      convolution_input

i, u and p stand for any number of axes; s is the stride, d the dilation. The second and
third are the derivatives of the first, by w and by x; and of each of the three the
derivatives are the other two. A target has a function for each.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from itertools import count
from typing import Any

import numpy as np

from pellucid.graphs.bodies import with_bodies
from pellucid.graphs.contractions import Labels, Product, product_of
from pellucid.graphs.graph import Graph
from pellucid.graphs.node import Node, users
from pellucid.graphs.operations.shapes import WINDOWS
from pellucid.graphs.rewriting.driver import Family, Rule, Walk, always
from pellucid.running.pooling import REDUCTIONS, reduced, shared_out
from pellucid.running.replacing import (
    Names,
    Part,
    Parts,
    Steps,
    anew,
    lengths_of,
    reach_of,
    size_of,
)
from pellucid.running.shifted import FEW, Term, term_of, together
from pellucid.running.windows import Stride, View, added_up, added_within, seen


def convolved(graph: Graph) -> Graph:
    """The graph with its convolutions as such."""
    families = windowed(graph)
    if not families:
        return graph
    walk = Walk((*graph.inputs, *graph.ends))
    walk.by([always(anew), *families])
    return graph.ending(walk.now[node] for node in graph.ends)


def windowed(graph: Graph) -> list[Family]:
    """What steps on windows go through, if there are any."""
    return [convolutions] if any(map(_may_slide, with_bodies(graph.order))) else []


def _may_slide(node: Node) -> bool:
    """Whether a graph with this step may hold windows."""
    if node.operation in ("matmul", "dot", "einsum"):
        return any(map(_is_slice, node.arguments))
    if node.operation in REDUCTIONS:
        return node.arguments[0].operation in ("reshape", "transpose")
    return node.operation in (WINDOWS, "overlap_add")


def _is_slice(node: Node) -> bool:
    """Whether a step shows a part of an array."""
    whole = slice(None)
    return node.operation == "index" and any(
        isinstance(part, slice) and part != whole for part in node.options["at"]
    )


def convolutions(walk: Walk) -> Rule:
    """What is a product of windows becomes a convolution."""
    names, inner = Names(walk), added_within(walk.order)
    sums = Sums(walk)

    def look(node: Node) -> Node | None:
        if walk.node in inner:
            return None
        steps = Steps(node, names)
        found = _of_sum(steps, sums) if node.operation == "add" else _found(steps)
        if found is not None:
            found.christen(node.name)
        return found

    return look


def _found(steps: Steps) -> Node | None:
    """What a step is in terms of windows."""
    match steps.node.operation:
        case "overlap_add":
            return _of_added(steps) or shared_out(steps)
        case "scatter" | "reshape" | "transpose":
            return shared_out(steps)
        case name if name in REDUCTIONS:
            return _of_seen(steps) or reduced(steps)
    return _of_seen(steps)


def _parts(view: View, of_x: Labels, others: Labels, sizes: Sequence[int]) -> Any:
    """For each label the parts of x that it runs over; lengths of 1 are left out.

    A label that x has not runs over an axis of its own.
    """
    numbers = count()
    parts = {
        label: [Part(next(numbers), s) for s in axis if s.size > 1]
        for label, axis in zip(of_x, view.axes, strict=True)
    }
    for label, n in zip(others, sizes, strict=True):
        own = [Part(next(numbers), Stride(-1, 1, n))] if n > 1 else []
        parts.setdefault(label, own)
    return parts


def _all_of(parts: Any, labels: Labels) -> Parts:
    return [part for label in labels for part in parts.get(label, [])]


def _apart(parts: Parts) -> tuple[Parts, list[Parts]] | None:
    """The parts that are alone on their axis of x, and the pairs; None of three."""
    axes: dict[int, Parts] = {}
    for part in parts:
        axes.setdefault(part.stride.axis, []).append(part)
    if any(len(each) > 2 for each in axes.values()):
        return None
    ordered = [axes[k] for k in sorted(axes)]
    return ([p for each in ordered if len(each) == 1 for p in each],
            [each for each in ordered if len(each) == 2])  # fmt: skip


# -- products of windows --------------------------------------------------------------


def _of_seen(steps: Steps) -> Node | None:
    """A convolution, or the gradient by its weights."""
    product = product_of(steps.node)
    if product is None:
        return None
    for i in (0, 1):
        view = seen(product.arrays[i])
        made = _windowed(steps, product, i, view) if view.slides else None
        if made is not None:
            return made
    return None


def _windowed(steps: Steps, product: Product, i: int, view: View) -> Node | None:
    """The product with the windows that its array i shows."""
    y = product.arrays[1 - i]
    of_x, of_y = product.labels[i], product.labels[1 - i]
    parts = _parts(view, of_x, of_y, y.shape)
    in_x, in_y = _all_of(parts, of_x), _all_of(parts, of_y)
    result = _all_of(parts, product.result)
    found = _apart(in_x)
    if found is None or not found[1]:
        return None
    alone, pairs = found
    met = [p for p in alone if p in in_y and p not in result]
    kept = [p for p in alone if p in result and p not in in_y]
    summed = [p for pair in pairs for p in pair if p in in_y]
    stays = [p for pair in pairs for p in pair if p in result]
    own = [p for p in in_y if p not in in_x]
    clear = len(met) + len(kept) == len(alone) and set(own) <= set(result)
    if not clear or not len(summed) == len(stays) == len(pairs):
        return None
    if not all(_splits(pair, summed, stays) for pair in pairs):
        return None
    if size_of(summed) <= size_of(stays):
        places, taps, name = stays, summed, "convolution"
        groups = [kept, *([p] for p in places), met]
        others = [*([p] for p in taps), met, own]
        after = [kept, *([p] for p in places), own]
    else:
        places, taps, name = summed, stays, "convolution_weights"
        groups = [met, *([p] for p in places), kept]
        others = [met, *([p] for p in places), own]
        after = [*([p] for p in taps), kept, own]
    x = _array(steps, view, groups)
    w = steps.laid_out(y, in_y, others, "y")
    z = steps.made(name, "sums", map(size_of, after), x, w, **_ways(places, taps))
    return steps.brought_back(z, after, result)


def _splits(pair: Parts, one: Collection[Part], other: Collection[Part]) -> bool:
    """Whether of a pair one part is here and one there."""
    return len([p for p in pair if p in one]) == len([p for p in pair if p in other])


def _ways(places: Parts, taps: Parts) -> dict[str, tuple[int, ...]]:
    """The strides and dilations."""
    return {
        "step": tuple([p.stride.step for p in places]),
        "dilation": tuple([p.stride.step for p in taps]),
    }


def _slices(view: View, parts: Parts) -> tuple[slice, ...]:
    """What a view runs over of each axis of its array."""
    found = []
    for k, start in enumerate(view.start):
        along = [p for p in parts if p.stride.axis == k]
        step = along[0].stride.step if len(along) == 1 else 1
        found.append(slice(start, start + reach_of(along), step))
    return tuple(found)


def _array(steps: Steps, view: View, groups: Sequence[Parts]) -> Node:
    """What windows are seen of, with one axis for each group; of pairs the places."""
    x, strides = view.array, [Part(0, s) for s in view.strides if s.size > 1]
    x = steps.part(x, _slices(view, strides), "seen")
    shape = x.shape
    axes = [[p.stride.axis for p in group] for group in groups]
    rest = [k for k in range(x.ndim) if not any(k in group for group in axes)]
    x = steps.moved(x, [*rest, *(k for group in axes for k in group)], "x")
    sizes = [math.prod(shape[k] for k in group) for group in axes]
    return steps.shaped(x, sizes, "x")


# -- sums that are written out --------------------------------------------------------


class Sums:
    """What the sums of a walk are made of."""

    def __init__(self, walk: Walk) -> None:
        self._walk, self._users = walk, users(walk.order)

    def addends(self) -> list[Node]:
        """The addends of the step at hand, as they are now; none of a part of a sum."""
        root = self._walk.node
        if self._is_part(root):
            return []
        found, waiting = [], [root]
        while waiting:
            node = waiting.pop()
            if node is root or self._is_part(node):
                waiting += reversed(node.arguments)
            else:
                found.append(self._walk.now.get(node, node))
        return found

    def _is_part(self, node: Node) -> bool:
        """Whether a sum is only there to be added to."""
        by = self._users.get(node, [])
        alone = node.operation == "add" and len(by) == 1
        return alone and by[0].operation == "add" and by[0].shape == node.shape


def _of_sum(steps: Steps, sums: Sums) -> Node | None:
    """A sum of which some terms are a convolution that is written out."""
    addends = sums.addends()
    if len(addends) < FEW:
        return None
    kinds: dict[Any, list[tuple[Node, Term]]] = {}
    for node in addends:
        term = term_of(node) if node.shape == steps.node.shape else None
        if term is not None:
            kinds.setdefault(term.kind, []).append((node, term))
    terms = max(kinds.values(), key=len, default=[])
    made = _of_terms(steps, [term for _, term in terms]) if len(terms) >= FEW else None
    if made is None:
        return None
    nodes = [node for node, _ in terms]
    for node in addends:
        if node not in nodes and not _is_zero(node):
            made = steps.made("add", "with", steps.node.shape, made, node)
    return made


def _of_terms(steps: Steps, terms: Sequence[Term]) -> Node | None:
    found = together(steps, terms)
    if found is None:
        return None
    product, view, i = found
    if i is not None:
        return _windowed(steps, product, i, view)
    return _added(steps, view, product, 0) or _added(steps, view, product, 1)


def _is_zero(node: Node) -> bool:
    """Whether nothing is added."""
    constant = node.is_constant and not np.any(node.value)
    return constant or node.operation == "zeros"


# -- windows of products, added up ----------------------------------------------------


def _of_added(steps: Steps) -> Node | None:
    """The gradient of a convolution by what its windows slide along."""
    node = steps.node
    found = added_up(node)
    product = found and product_of(found[0])
    if not found or not product:
        return None
    view = found[1]
    for i in (0, 1):
        made = _added(steps, view, product, i)
        if made is not None:
            return made
    return None


def _added(steps: Steps, view: View, product: Product, i: int) -> Node | None:
    """The sum with the places in array i of the product, and the taps in the other."""
    g, w = product.arrays[i], product.arrays[1 - i]
    of_g, of_w = product.labels[i], product.labels[1 - i]
    sizes = (*g.shape, *w.shape)
    parts = _parts(view, product.result, (*of_g, *of_w), sizes)
    in_g, in_w = _all_of(parts, of_g), _all_of(parts, of_w)
    in_x = _all_of(parts, product.result)
    apart = _apart(in_x)
    if apart is None or not apart[1]:
        return None
    alone, pairs = apart
    places = [p for pair in pairs for p in pair if p in in_g and p not in in_w]
    taps = [p for pair in pairs for p in pair if p in in_w and p not in in_g]
    rows = [p for p in alone if p in in_g and p not in in_w]
    channels = [p for p in alone if p in in_w and p not in in_g]
    met = [p for p in in_g if p in in_w and p not in in_x]
    clear = len(rows) + len(channels) == len(alone)
    clear = clear and set(in_g) == {*places, *rows, *met}
    clear = clear and set(in_w) == {*taps, *channels, *met}
    if not clear or not all(_splits(pair, places, taps) for pair in pairs):
        return None
    if size_of(places) < size_of(taps):
        return None
    g = steps.laid_out(g, in_g, [rows, *([p] for p in places), met], "g")
    w = steps.laid_out(w, in_w, [*([p] for p in taps), channels, met], "w")
    found = rows, pairs, channels
    return _put_together(steps, view, g, w, found, _ways(places, taps))


def _put_together(
    steps: Steps, view: View, g: Node, w: Node, found: tuple[Parts, list[Parts], Parts],
    ways: dict[str, tuple[int, ...]],
) -> Node:  # fmt: skip
    """The sum, in its place of the whole array."""
    node, (rows, pairs, channels) = steps.node, found
    at = list(_slices(view, [*rows, *channels, *(p for pair in pairs for p in pair)]))
    axes = [pair[0].stride.axis for pair in pairs]
    for k in axes:  # where windows leave off, zeros follow
        if not view.start[k]:
            at[k] = slice(0, node.shape[k], 1)
    shape = lengths_of(at, node.shape)
    size = tuple([shape[k] for k in axes])
    full = (size_of(rows), *size, size_of(channels))
    x = steps.made("convolution_input", "sums", full, g, w, size=size, **ways)
    order = [*(p.stride.axis for p in rows), *axes, *(p.stride.axis for p in channels)]
    x = steps.shaped(x, [shape[k] for k in order], "parts")
    x = steps.moved(x, [order.index(k) for k in sorted(order)], "parts")
    return steps.put(steps.shaped(x, shape, "whole"), at, node.shape)
