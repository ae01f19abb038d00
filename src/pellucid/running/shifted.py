"""Sums of products of shifted slices, written out, as products of windows.

    z = x[0:n] w[0] + x[1:n+1] w[1] + x[2:n+2] w[2] + ...

is the product of the windows of x with w; and its derivatives, which put such products
into their places and add them up, are known in the same way. Of two things that move
from term to term, one is looked at through windows and one by numbers alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.contractions import Labels, Product, product_of
from pellucid.graphs.node import Node
from pellucid.running.replacing import Steps
from pellucid.running.windows import Axis, Stride, View, added_up, seen

FEW = 4  # terms below which a sum stays as it is written


class Term(NamedTuple):
    """A product of views, and where it is put in the whole; None: it is the whole."""

    product: Product
    views: tuple[View, View]
    place: View | None

    @property
    def kind(self) -> Any:
        """What is the same in all terms of a sum: all but where views begin."""
        _, labels, result = self.product
        views = [(v.array, v.axes) for v in self.views]
        where = self.place and (self.place.array.shape, self.place.axes)
        return *views, labels, result, where


class Sum(NamedTuple):
    """Terms of one kind as one product, of a view of windows or put into windows."""

    product: Product
    view: View
    windowed: int | None  # which of the arrays has windows; None: what it is put into


def term_of(node: Node) -> Term | None:
    """An addend as a product of parts of arrays."""
    place = None
    if node.operation == "scatter":
        found = added_up(node)
        if found is None:
            return None
        node, place = found
    product = product_of(node)
    if product is None:
        return None
    first, second = map(seen, product.arrays)
    if first.slides or second.slides or (place and place.slides):
        return None
    return Term(product, (first, second), place)


def together(steps: Steps, terms: Sequence[Term]) -> Sum | None:
    """Terms of one kind as one product; None where they are no convolution."""
    moving = [Moving.of([t.views[i] for t in terms]) for i in (0, 1)]
    place = Moving.of([t.place for t in terms if t.place])
    move = [i for i in (0, 1) if moving[i].axes]
    if len(move) == 2 and not place.axes:
        return _of_two(steps, terms[0], moving)
    if len(move) == 1 and place.axes:
        return _of_place(steps, terms[0], moving[move[0]], place, move[0])
    return None


class Moving(NamedTuple):
    """How a view moves from term to term: along which axes, and where it begins."""

    view: Any  # None where there is none
    axes: list[int]
    numbers: NDArray[Any]  # (terms, axes): which place along each
    starts: list[list[int]]  # the places along each, in order

    @classmethod
    def of(cls, views: Sequence[View]) -> Moving:
        """The way of views of one array."""
        if not views:
            return cls(None, [], np.empty((0, 0), int), [])
        starts = np.array([v.start for v in views]).reshape(len(views), -1)
        axes = [k for k in range(starts.shape[1]) if len({*starts[:, k].tolist()}) > 1]
        found = [np.unique(starts[:, k], return_inverse=True) for k in axes]
        numbers = np.array([number for _, number in found]).T
        return cls(views[0], axes, numbers, [one.tolist() for one, _ in found])

    @property
    def first(self) -> View:
        """The view, where it begins first."""
        view: View = self.view
        start = list(view.start)
        for k, places in zip(self.axes, self.starts, strict=True):
            start[k] = places[0]
        return view._replace(start=tuple(start))

    @property
    def is_grid(self) -> bool:
        """Whether each place of a grid of equal steps is taken once."""
        sizes = [len(places) for places in self.starts]
        even = all(len({*np.diff(places).tolist()}) == 1 for places in self.starts)
        once = len({*map(tuple, self.numbers.tolist())}) == len(self.numbers)
        return even and once and len(self.numbers) == int(np.prod(sizes))

    def slides(self, k: int) -> bool:
        """Whether along an axis something is seen at each place."""
        return any(stride.size > 1 for stride in self.first.along(k))

    def windows(self) -> View:
        """The view with a further axis for each along which it moves."""
        taps: list[Axis] = [
            (Stride(k, places[1] - places[0], len(places)),)
            for k, places in zip(self.axes, self.starts, strict=True)
        ]
        return self.first._replace(axes=(*self.first.axes, *taps), slides=True)

    def matched(self, other: Moving) -> list[tuple[int, bool]] | None:
        """For each axis the one of another that moves with it, and if backwards."""
        found = []
        for m, places in enumerate(self.starts):
            for k in range(len(other.axes)):
                number, theirs = self.numbers[:, m], other.numbers[:, k]
                for back in (False, True):
                    same = len(places) - 1 - theirs if back else theirs
                    if np.array_equal(number, same):
                        found.append((k, back))
        return found if len(found) == len(self.axes) == len(other.axes) else None


def _of_two(steps: Steps, term: Term, moving: Sequence[Moving]) -> Sum | None:
    """Two arrays that move: one by windows, the other by numbers."""
    for i in (0, 1):
        x, w = moving[i], moving[1 - i]
        found = _array_by_numbers(steps, x, w, term.product.labels[1 - i])
        if found is not None:
            y, of_y = found
            taps = _taps(len(x.axes))
            arrays, labels = [y, y], [of_y, of_y]
            labels[i] = (*term.product.labels[i], *taps)
            product = Product((arrays[0], arrays[1]), (labels[0], labels[1]),
                              term.product.result)  # fmt: skip
            return Sum(product, x.windows(), i)
    return None


def _of_place(
    steps: Steps, term: Term, moved: Moving, place: Moving, i: int
) -> Sum | None:
    """An array that moves, and the place to which its product with the other goes."""
    labels, taps = list(term.product.labels), _taps(len(place.axes))
    other = term.product.arrays[1 - i]
    found = _array_by_numbers(steps, place, moved, labels[i])
    if found is not None:  # put into windows
        y, labels[i] = found
        arrays = (y, other) if i == 0 else (other, y)
        product = Product(arrays, (labels[0], labels[1]), (*term.product.result, *taps))
        return Sum(product, place.windows(), None)
    order = _places_by_numbers(moved, place)
    if order is None:
        return None
    labels[i] = (*labels[i], *taps)
    view, result = place.first, []
    of = dict(zip(place.axes, order, strict=True))
    for k in range(len(view.start)):
        own = [label for label, axis in zip(term.product.result, view.axes, strict=True)
               if any(s.axis == k and s.size > 1 for s in axis)]  # fmt: skip
        result += [taps[of[k]]] if k in of else own
    product = Product(term.product.arrays, (labels[0], labels[1]), tuple(result))
    return Sum(product, moved.windows(), i)


def _taps(count: int) -> Labels:
    return tuple(range(-1, -1 - count, -1))


def _array_by_numbers(
    steps: Steps, x: Moving, w: Moving, labels: Labels
) -> tuple[Node, Labels] | None:
    """All of an array that moves by numbers along with windows of x, and its labels."""
    matched = x.matched(w)
    slide = x.is_grid and w.is_grid and all(map(x.slides, x.axes))
    if matched is None or not slide or any(map(w.slides, w.axes)):
        return None
    view, taps = w.first, _taps(len(x.axes))
    tap_of = {w.axes[k]: (taps[m], w.starts[k], back)
              for m, (k, back) in enumerate(matched)}  # fmt: skip
    at, found = [], []
    for k, start in enumerate(view.start):
        along = [(label, s) for label, axis in zip(labels, view.axes, strict=True)
                 for s in axis if s.axis == k and s.size > 1]  # fmt: skip
        if k in tap_of:
            label, places, back = tap_of[k]
            at.append(_slice(places[::-1] if back else places))
            found.append(label)
        elif len(along) == 1 and all(len(axis) < 2 for axis in view.axes):
            label, stride = along[0]
            at.append(slice(start, start + (stride.size - 1) * stride.step + 1,
                            stride.step))  # fmt: skip
            found.append(label)
        elif not along:
            at.append(slice(start, start + 1, 1))
            found.append(-100 - k)
        else:
            return None
    return steps.part(view.array, at, "taps"), tuple(found)


def _slice(places: Sequence[int]) -> slice:
    """A slice over places of equal steps, forward or back."""
    step = places[1] - places[0]
    stop = places[-1] + (1 if step > 0 else -1)
    return slice(places[0], None if stop < 0 else stop, step)


def _places_by_numbers(x: Moving, place: Moving) -> list[int] | None:
    """For each axis of a place that moves by numbers the tap of x; all is filled."""
    matched = x.matched(place)
    view = place.first
    if matched is None or any(back for _, back in matched) or not x.is_grid:
        return None
    if not all(map(x.slides, x.axes)) or any(map(place.slides, place.axes)):
        return None
    for k, n in enumerate(view.array.shape):
        along = [s for s in view.along(k) if s.size > 1]
        if k in place.axes:
            if place.starts[place.axes.index(k)] != [*range(n)]:
                return None
        elif view.start[k] or (n > 1 and [(s.step, s.size) for s in along] != [(1, n)]):
            return None
    if any(len([s for s in axis if s.size > 1]) > 1 for axis in view.axes):
        return None
    order = [k for k, _ in matched]
    return [order.index(k) for k in range(len(place.axes))]
