"""What a step sees of an array through windows, slices and other shapes of it.

Element (i, u, ...) of a view is element s i + d u + ... of an axis of the array: each
axis of the view is made of strides along axes of the array. So a window that slides is
known again, whether it was made by `sliding_window_view`, and however it was sliced,
transposed and reshaped since.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.indexing import is_basic
from pellucid.graphs.operations.shapes import WINDOWS
from pellucid.graphs.places import moves

Shape = tuple[int, ...]


class Stride(NamedTuple):
    """So many steps of this length along an axis of the array."""

    axis: int
    step: int
    size: int


Axis = tuple[Stride, ...]  # the outermost stride first


class View(NamedTuple):
    """What is seen of an array that begins at `start`, as axes made of strides.

    `slides` tells whether windows were slid along some axis.
    """

    array: Node
    start: Shape
    axes: tuple[Axis, ...]
    slides: bool = False

    @property
    def strides(self) -> list[Stride]:
        """All strides, in order."""
        return [stride for axis in self.axes for stride in axis]

    def along(self, axis: int) -> list[Stride]:
        """The strides along an axis of the array."""
        return [stride for stride in self.strides if stride.axis == axis]


def seen(node: Node) -> View:
    """A step as a view of the farthest array that it is one of."""
    steps = []
    while node.operation in THROUGH and len(node.arguments) == 1:
        steps.append(node)
        node = node.arguments[0]
    view = whole(node, node.shape)
    for step in reversed(steps):
        view = _through(step, view)
    return view


def _through(step: Node, view: View) -> View:
    """What a step shows of the array of a view, or of its own argument, or is."""
    (x,) = step.arguments
    show = THROUGH[step.operation]
    found = show(view, step.options) or show(whole(x, x.shape), step.options)
    return found or whole(step, step.shape)


def added_up(node: Node) -> tuple[Node, View] | None:
    """Of windows that are added up: what they are made of, and where each part lies.

    What puts parts into their places is the transpose of what shows them there.
    """
    view = whole(node, node.shape)
    while node.operation in BACK and len(node.arguments) == 1:
        before = BACK[node.operation](view, node)
        if before is None:
            return None
        view, (node,) = before, node.arguments
    return node, view


def added_within(order: Iterable[Node]) -> set[Node]:
    """The sums of windows that are windows of a further one, which is seen as one."""
    found: set[Node] = set()
    for node in order:
        before = node.arguments[0] if node.operation == "overlap_add" else None
        while before and before.operation in BACK and len(before.arguments) == 1:
            found |= {before} if before.operation == "overlap_add" else set()
            (before,) = before.arguments
    return found


def whole(node: Node, shape: Shape) -> View:
    """All of an array."""
    axes = tuple((Stride(i, 1, n),) for i, n in enumerate(shape))
    return View(node, (0,) * len(shape), axes)


# -- how each step shows an array -----------------------------------------------------


def _windows(view: View, options: Any) -> View | None:
    axes = list(view.axes)
    given = options.get("axis")
    along = range(len(axes)) if given is None else np.atleast_1d(given).tolist()
    for i, size in zip(along, options["window_shape"], strict=True):
        if len(axes[i]) != 1:
            return None
        (stride,) = axes[i]
        axes[i] = (stride._replace(size=stride.size - size + 1),)
        axes.append((stride._replace(size=size),))
    return view._replace(axes=tuple(axes), slides=True)


def _transposed(view: View, options: Any) -> View:
    order = options.get("axes") or tuple(reversed(range(len(view.axes))))
    return view._replace(axes=tuple([view.axes[i] for i in order]))


def _reshaped(view: View, options: Any) -> View | None:
    axes = regrouped(view.strides, options["shape"])
    return None if axes is None else view._replace(axes=axes)


def regrouped(strides: Sequence[Stride], shape: Shape) -> tuple[Axis, ...] | None:
    """The same strides in a row as axes of these lengths; None where they do not go."""
    left = [stride for stride in strides if stride.size != 1][::-1]
    axes = []
    for n in shape:
        axis: list[Stride] = []
        while n > 1 and left:
            stride = left.pop()
            if stride.size > n and stride.size % n == 0:
                inner = stride.size // n
                left.append(stride._replace(size=inner))
                stride = stride._replace(step=stride.step * inner, size=n)
            if n % stride.size:
                return None
            axis.append(stride)
            n //= stride.size
        if n != 1:
            return None
        axes.append(tuple(axis))
    return tuple(axes)


def _indexed(view: View, options: Any) -> View | None:
    """Slices forward, single places and new axes; nothing that moves or is computed."""
    at = options["at"]
    if not is_basic(at) or moves(at):
        return None
    start, rest = list(view.start), list(view.axes)
    axes: list[Axis] = []
    for part in _spelled_out(at, len(rest)):
        if part is None:
            axes.append(())
            continue
        axis = rest.pop(0)
        n = math.prod(stride.size for stride in axis)
        is_slice = isinstance(part, slice)
        places = range(n)[part if is_slice else slice(int(part), None)]
        places = places if is_slice else places[:1]
        if len(axis) > 1 and places != range(n):
            return None
        if not places or places.step < 1:
            return None
        if len(axis) == 1:
            (stride,) = axis
            start[stride.axis] += stride.step * places.start
            step = stride.step * places.step
            axis = (Stride(stride.axis, step, len(places)),)
        if is_slice:
            axes.append(axis)
    return view._replace(start=tuple(start), axes=(*axes, *rest))


def _spelled_out(at: Any, ndim: int) -> list[Any]:
    """An index with a slice for each axis that `...` stands for."""
    given = sum(part is not None and part is not Ellipsis for part in at)
    parts: list[Any] = []
    for part in at:
        missing = [slice(None)] * (ndim - given) if part is Ellipsis else [part]
        parts += missing
    return parts


def _permuted(view: View, options: Any) -> View | None:
    """An einsum of one array that changes the order of its axes alone."""
    before, _, after = options["subscripts"].partition("->")
    if sorted(before) != sorted(after) or len(set(before)) != len(before):
        return None
    return view._replace(axes=tuple([view.axes[before.index(c)] for c in after]))


THROUGH: dict[str, Callable[[View, Any], View | None]] = {
    WINDOWS: _windows,
    "transpose": _transposed,
    "reshape": _reshaped,
    "index": _indexed,
    "einsum": _permuted,
    "copy": lambda view, options: view,
}


# -- and the other way ----------------------------------------------------------------


def _before_adding(view: View, node: Node) -> View | None:
    (windows,) = node.arguments
    sizes = windows.shape[node.ndim :]
    return _windows(view, {"window_shape": sizes, "axis": node.options["axis"]})


def _before_transposing(view: View, node: Node) -> View:
    order = node.options.get("axes") or tuple(reversed(range(node.ndim)))
    return _transposed(view, {"axes": [*map(int, np.argsort(order))]})


def _before_permuting(view: View, node: Node) -> View | None:
    before, _, after = node.options["subscripts"].partition("->")
    return _permuted(view, {"subscripts": f"{after}->{before}"})


BACK: dict[str, Callable[[View, Node], View | None]] = {
    "overlap_add": _before_adding,
    "transpose": _before_transposing,
    "reshape": lambda view, node: _reshaped(view, {"shape": node.arguments[0].shape}),
    "scatter": lambda view, node: _indexed(view, node.options),
    "einsum": _before_permuting,
    "copy": lambda view, node: view,
}
