"""One step of a body in all turns at once, from its arguments in all turns.

The turns are a first axis, which elementwise steps keep, and before which the axes of
all others move on by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pellucid.graphs.node import Node
from pellucid.graphs.operations.closed_set import reduced_axes
from pellucid.graphs.operations.indexing import Slot, is_basic
from pellucid.graphs.places import (
    Number,
    Place,
    Turn,
    of_turn,
    places_in,
    plus,
    with_places,
)
from pellucid.graphs.tracing.traced import current, lifted, recorded


@dataclass(frozen=True)
class Run:
    """How often a loop turns, and the number of its turn."""

    turn: Turn
    count: int


class Value(NamedTuple):
    """A step outside of its loop: of all turns along a first axis, or of each alike."""

    node: Node
    varies: bool


def padded(run: Run, step: Node, value: Node, ndim: int) -> Any:
    """All turns of a step with as many axes behind the first as it is met with."""
    x: Any = lifted(value, current())
    extra = ndim - step.ndim
    return np.reshape(x, (run.count, *(1,) * extra, *step.shape)) if extra > 0 else x


# -- places ---------------------------------------------------------------------------


def in_turn(value: Any, turn: Turn, number: int) -> Any:
    """An option in one turn of one loop."""
    here = of_turn(turn, -number)
    return with_places(value, lambda place: plus(place, here, -place.times(turn)))


def turns(step: Node, turn: Turn) -> bool:
    """Whether a step moves with the turn of one loop."""
    places = places_in(tuple(step.options.values()))
    return any(place.times(turn) for place in places)


def along(
    at: tuple[Any, ...], run: Run, shape: tuple[int, ...]
) -> tuple[tuple[Any, ...], int] | None:
    """The places of an index in all turns; and along which axis of the result.

    None where more than one number moves, or another part of the index than a number.
    """
    moving = [i for i, one in enumerate(at) if in_turn(one, run.turn, 0) != one]
    if len(moving) != 1 or not is_basic(at) or Ellipsis in at[: moving[0]]:
        return None
    (i,) = moving
    place = at[i]
    if not isinstance(place, Place):
        return None
    first, times = in_turn(place, run.turn, 0), place.times(run.turn)
    length = shape[sum(one is not None for one in at[:i])]
    places = _slice(first, times, run.count, length)
    axis = sum(isinstance(one, slice) or one is None for one in at[:i])
    return None if places is None else ((*at[:i], places, *at[i + 1 :]), axis)


def _slice(first: Number, times: int, turns: int, length: int) -> slice | None:
    """The slice first, first + times, ...; None where it wraps around."""
    if isinstance(first, Place):
        return slice(first, plus(first, times * turns), times) if times > 0 else None
    last = first + times * (turns - 1)
    if min(first, last) < -length or max(first, last) >= length:
        return None
    if (first < 0) != (last < 0):
        return None
    if first < 0:
        first, last = first + length, last + length
    if (first, times, turns) == (0, 1, length):
        return slice(None)
    stop = last + times
    return slice(first, stop if stop >= 0 else None, times)


def in_blocks(
    at: tuple[Any, ...], run: Run, shape: tuple[int, ...]
) -> tuple[slice, int] | None:
    """The rows x[0:8], x[8:16], ... of all turns as one slice; how many a turn has."""
    rows: Any = at[0] if at else None
    is_slice = isinstance(rows, slice) and rows.step in (None, 1) and is_basic(at)
    if not is_slice or any(one != slice(None) for one in at[1:]):
        return None
    ends = rows.start, rows.stop
    if not all(isinstance(end, Place) for end in ends):
        return None
    first, last = (in_turn(end, run.turn, 0) for end in ends)
    if isinstance(first, Place) or isinstance(last, Place):
        return None
    size = last - first
    stop = first + size * run.count
    goes_on = all(end.times(run.turn) == size > 0 for end in ends)
    if not goes_on or first < 0 or stop > shape[0]:
        return None
    return slice(None) if (first, stop) == (0, shape[0]) else slice(first, stop), size


# -- one rule for each operation ------------------------------------------------------


def elementwise(run: Run, step: Node, values: list[Value]) -> Any:
    """Element by element, where NumPy aligns the axes behind the first."""
    if step.weak and step.dtype.kind != "f":
        return None  # Python's integers, which have no end
    given = [
        padded(run, a, v.node, step.ndim) if v.varies else v.node
        for a, v in zip(step.arguments, values, strict=True)
    ]
    return recorded(step.operation, *given, **step.options)


def reduction(run: Run, step: Node, values: list[Value]) -> Any:
    """Along axes that are one further on."""
    if len(values) != 1 or not set(step.options) <= {"axis", "keepdims"}:
        return None
    axes = reduced_axes(step.arguments[0].ndim, step.options.get("axis"))
    moved = tuple(i + 1 for i in axes)
    options = {**step.options, "axis": moved[0] if len(moved) == 1 else moved}
    return recorded(step.operation, values[0].node, **options) if moved else None


def _index(run: Run, step: Node, values: list[Value]) -> Any:
    (array, varies), *indices = values
    at = step.options["at"]
    turn = run.turn
    if indices:
        is_table = at == (Slot(0),) and not varies and indices[0].node.ndim == 1
        return recorded("index", array, indices[0].node, at=at) if is_table else None
    if varies:
        is_plain = is_basic(at) and in_turn(at, turn, 0) == at
        return recorded("index", array, at=(slice(None), *at)) if is_plain else None
    if rows := in_blocks(at, run, array.shape):
        part = recorded("index", array, at=rows[:1])
        return np.reshape(part, (run.count, *step.shape))
    found = along(at, run, array.shape)
    if found is None:
        return None
    places, axis = found
    is_whole = all(i == slice(None) for i in places)
    made = lifted(array, current()) if is_whole else recorded("index", array, at=places)
    others = [i for i in range(made.ndim) if i != axis]
    return np.transpose(made, [axis, *others]) if axis else made


def _transpose(run: Run, step: Node, values: list[Value]) -> Any:
    axes = step.options.get("axes") or tuple(range(step.ndim))[::-1]
    moved = (0, *(i % step.ndim + 1 for i in axes))
    return np.transpose(lifted(values[0].node, current()), moved)


def _reshape(run: Run, step: Node, values: list[Value]) -> Any:
    shape = (run.count, *step.shape)
    return np.reshape(lifted(values[0].node, current()), shape)


def _broadcast(run: Run, step: Node, values: list[Value]) -> Any:
    x = padded(run, step.arguments[0], values[0].node, step.ndim)
    return np.broadcast_to(x, (run.count, *step.shape))


def _joined(run: Run, step: Node, values: list[Value]) -> Any:
    given = [
        v.node
        if v.varies
        else recorded("broadcast_to", v.node, shape=(run.count, *a.shape))
        for a, v in zip(step.arguments, values, strict=True)
    ]
    axis = step.options.get("axis", 0) % step.ndim + 1
    return recorded(step.operation, *given, axis=axis)


def _along(run: Run, step: Node, values: list[Value]) -> Any:
    axes = reduced_axes(step.ndim, step.options.get("axis"))
    moved = tuple(i + 1 for i in axes)
    options = {**step.options, "axis": moved[0] if len(moved) == 1 else moved}
    return recorded(step.operation, values[0].node, **options)


def _matmul(run: Run, step: Node, values: list[Value]) -> Any:
    """W x of all turns is X W', and so on for each side that varies."""
    a, b = step.arguments
    x: Any
    y: Any
    x, y = (lifted(v.node, current()) for v in values)
    match (a.ndim, values[0].varies), (b.ndim, values[1].varies):
        case (2, False), (1, True):
            return y @ np.transpose(x)
        case (1, True), (2, True):
            return (x[:, None, :] @ y)[:, 0]
        case (2, True), (1, True):
            return (x @ y[:, :, None])[..., 0]
        case (1, True), (1, True):
            return np.sum(x * y, axis=-1)
        case (1, False), (1, True):
            return y @ x
        case (m, _), (n, _) if m <= 2 and n <= 2:
            return x @ y
    return None


def factors_of(term: Node) -> tuple[Node, Node] | None:
    """A column and a row, or two matrices, of which a term is the product."""
    match term.operation, term.arguments:
        case "multiply", (x, y) if term.ndim == 2 and x is not y:
            n, m = term.shape
            if x.shape == (n, 1) and y.shape in {(m,), (1, m)}:
                return x, y
            if y.shape == (n, 1) and x.shape in {(m,), (1, m)}:
                return y, x
        case "matmul", (x, y) if x.ndim == y.ndim == 2:
            return x, y
    return None


def contracted(run: Run, sides: Sequence[Node], found: Sequence[Node]) -> Any:
    """The sum of the products of all turns: of n by t, and t by m."""
    x, y = sides
    left: Any
    right: Any
    left, right = (lifted(one, current()) for one in found)
    n, k = x.shape
    if k > 1:
        left = np.transpose(left, (1, 0, 2))  # (n, t, k)
        left = np.reshape(left, (n, run.count * k))
    else:
        left = np.transpose(np.reshape(left, (run.count, n)))
    return left @ np.reshape(right, (run.count * k, y.shape[-1]))


# What a step becomes by its operation, where it is not elementwise.
RULES: Mapping[str, Callable[[Run, Node, list[Value]], Any]] = {
    "index": _index, "entry": _index, "transpose": _transpose, "reshape": _reshape,
    "broadcast_to": _broadcast, "stack": _joined, "concatenate": _joined,
    "softmax": _along, "log_softmax": _along,
}  # fmt: skip
HEAVY = {"matmul": _matmul}
