"""The methods of ufuncs: reduce, accumulate, reduceat, outer, at, for each of them.

`np.add.reduce` is `np.sum`, and so on. Where the order of the elements does not matter,
halves are combined, in few steps over whole arrays; any other ufunc goes from one
element to the next.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.graphs.functions.entries import (
    Function,
    as_traced,
    axes_of,
    cast,
    flag,
    given,
    into,
    recorded_as,
)
from pellucid.graphs.functions.reductions import (
    REDUCING,
    is_mask,
    mask_of,
    reduced,
    started,
    tried,
)
from pellucid.graphs.operations.closed_set import (
    UFUNCS,
    facts_of,
    reduced_axes,
    reduced_shape,
)
from pellucid.graphs.operations.indexing import Slot
from pellucid.graphs.operations.robust import logsumexp
from pellucid.graphs.tracing.traced import Traced, recorded, stored

# a o (b o c) = (a o b) o c and a o b = b o a: elements may be combined in any order.
# Of a comparison the second would compare a truth value.
ASSOCIATIVE = {u for u, name in UFUNCS.items() if facts_of(name).commutes}
ASSOCIATIVE -= {np.equal, np.not_equal}


# -- reduce ---------------------------------------------------------------------------


@recorded_as("reduce")
def reduce(
    ufunc: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = np._NoValue, where: Any = True,
) -> Any:  # fmt: skip
    """All elements along axes combined by the ufunc, from the first to the last."""
    name = next((n for n, known in REDUCING.items() if known is ufunc), None)
    if name:
        return into(out, reduced(name, array, axis, dtype, keepdims, initial, where))
    a = as_traced(array)
    made = tried(ufunc, a, axis, dtype, initial, is_mask(where))
    a, axis = cast(a, made), () if a.ndim == 0 and axis is not None else axes_of(axis)
    mask = mask_of(where, a) if is_mask(where) else None
    whole = all(a.shape[i] for i in reduced_axes(a.ndim, axis))
    at_once = ufunc in ONE_STEP and made.kind == "f" and whole
    combine = _at_once if at_once else _in_parts
    return into(out, combine(ufunc, a, axis, flag(keepdims), initial, mask))


# What reduces by a ufunc in one step, and what changes nothing there.
ONE_STEP: dict[np.ufunc, tuple[Function, float]] = {
    np.fmax: (functools.partial(recorded, "fmax.reduce"), math.nan),
    np.fmin: (functools.partial(recorded, "fmin.reduce"), math.nan),
    np.logaddexp: (logsumexp, -math.inf),
}


def _at_once(
    ufunc: np.ufunc, a: Any, axis: Any, keepdims: bool, initial: Any, mask: Any
) -> Any:
    """Reduce by an operation of the closed set."""
    step, nothing = ONE_STEP[ufunc]
    a = a if mask is None else np.where(mask, a, nothing)
    result = step(a, axis=axis, **given(keepdims=keepdims))
    if initial is np._NoValue or initial is None:
        return result
    return ufunc(result, started(result.dtype, initial))


def _in_parts(
    ufunc: np.ufunc, a: Any, axis: Any, keepdims: bool, initial: Any, mask: Any
) -> Any:
    """Reduce along the axes made one, in front of the others."""
    axes = reduced_axes(a.ndim, axis)
    mask = None if mask is None else _in_front(mask, axes)
    start = start_of(ufunc, initial, a.dtype)
    result = folded(ufunc, _in_front(a, axes), start, mask)
    return (
        np.reshape(result, reduced_shape(a.shape, axis, True)) if keepdims else result
    )


def _in_front(a: Any, axes: tuple[int, ...]) -> Any:
    """The axes that are reduced made one, before the others."""
    kept = [i for i in range(a.ndim) if i not in axes]
    n = math.prod(a.shape[i] for i in axes)
    return np.reshape(np.transpose(a, (*axes, *kept)), (n, *(a.shape[i] for i in kept)))


def start_of(ufunc: np.ufunc, initial: Any, dtype: np.dtype[Any]) -> Any:
    """What the elements are combined with first; None for nothing."""
    if initial is not np._NoValue:
        return None if initial is None else started(dtype, initial)
    return None if ufunc.identity is None else started(dtype, ufunc.identity)


def folded(ufunc: np.ufunc, parts: Any, start: Any, mask: Any = None) -> Any:
    """Combine along the first axis: by halves where that is the same."""
    n = parts.shape[0]
    if n == 0:
        return np.broadcast_to(cast(as_traced(start), parts.dtype), parts.shape[1:])[()]
    if ufunc in ASSOCIATIVE:
        if mask is not None:
            parts = np.where(mask, parts, _harmless(ufunc, start, parts.dtype))
        result = halved(ufunc, parts)
        return result if start is None else ufunc(result, start)
    result = start
    for i in range(n):
        result = _step(ufunc, result, parts[i], None if mask is None else mask[i])
    return result


def _harmless(ufunc: np.ufunc, start: Any, dtype: np.dtype[Any]) -> Any:
    """What may stand for an element that is left out: it takes part once anyway."""
    return start if ufunc.identity is None else started(dtype, ufunc.identity)


def halved(ufunc: np.ufunc, parts: Any) -> Any:
    """Combine the first half with the second, until one is left."""
    while parts.shape[0] > 1:
        half, odd = divmod(parts.shape[0], 2)
        both = ufunc(parts[:half], parts[half : 2 * half])
        parts = np.concatenate([both, parts[-1:]]) if odd else both
    return parts[0]


def _step(ufunc: np.ufunc, result: Any, part: Any, chosen: Any) -> Any:
    """One more element, where it is chosen."""
    if result is None:
        return part
    combined = ufunc(result, part)
    return combined if chosen is None else np.where(chosen, combined, result)[()]


# -- accumulate -----------------------------------------------------------------------

SCANS: dict[np.ufunc, str] = {
    np.add: "cumsum", np.multiply: "cumprod", np.maximum: "maximum.accumulate",
    np.minimum: "minimum.accumulate",
}  # fmt: skip


@recorded_as("accumulate")
def accumulate(
    ufunc: np.ufunc, array: Any, axis: Any = 0, dtype: Any = None, out: Any = None
) -> Any:
    """What `reduce` gives for the elements up to each."""
    a, axis = as_traced(array), int(axis)
    tiny = np.ones([min(n, 1) for n in a.shape], a.dtype)
    a = cast(a, ufunc.accumulate(tiny, axis, dtype).dtype)
    if ufunc in SCANS:
        return into(out, recorded(SCANS[ufunc], a, axis=axis))
    parts = np.moveaxis(a, axis, 0)
    scan = doubled if ufunc in ASSOCIATIVE else followed
    return into(out, np.moveaxis(scan(ufunc, parts), 0, axis))


def doubled(ufunc: np.ufunc, parts: Any) -> Any:
    """Combine each with that 1 before, then 2, 4, ...: Hillis & Steele (1986)."""
    step = 1
    while step < parts.shape[0]:
        later = ufunc(parts[:-step], parts[step:])
        parts = np.concatenate([parts[:step], later])
        step *= 2
    return parts


def followed(ufunc: np.ufunc, parts: Any) -> Any:
    """Go from each to the next."""
    if parts.shape[0] == 0:
        return parts
    results = [parts[0]]
    for i in range(1, parts.shape[0]):
        results.append(ufunc(results[-1], parts[i]))
    return np.stack(results)


# -- reduceat -------------------------------------------------------------------------


@recorded_as("reduceat")
def reduceat(
    ufunc: np.ufunc, array: Any, indices: Any, axis: Any = 0, dtype: Any = None,
    out: Any = None,
) -> Any:  # fmt: skip
    """`reduce` of each piece from one index up to the next."""
    a, axis, starts = as_traced(array), int(axis), np.asarray(indices)
    # NumPy's own errors, dtype and reading of the indices, on one row.
    row = np.ones(a.shape[axis], a.dtype)
    made = ufunc.reduceat(row, starts, dtype=dtype).dtype
    parts = cast(np.moveaxis(a, axis, 0), made)
    stops = np.append(starts[1:], len(parts))
    ends = np.maximum(stops, starts + 1)
    if ufunc is np.add:
        result = _added_pieces(parts, starts, ends)
    else:
        pieces = zip(starts.tolist(), ends.tolist(), strict=True)
        result = np.stack([reduce(ufunc, parts[i:j], dtype=made) for i, j in pieces])
    return into(out, np.moveaxis(result, 0, axis))


def _added_pieces(parts: Any, starts: Any, ends: Any) -> Any:
    """All pieces at once: each element is added to where its piece belongs."""
    lengths = ends - starts
    piece = np.repeat(np.arange(len(starts)), lengths)
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    elements = parts[np.repeat(starts, lengths) + within]
    shape = (len(starts), *parts.shape[1:])
    return recorded("scatter", elements, at=(piece,), shape=shape)


# -- outer and at ---------------------------------------------------------------------


@recorded_as("outer")
def outer(ufunc: np.ufunc, a: Any, b: Any, /, **options: Any) -> Any:
    """Every element of a with every element of b."""
    a, b = (cast(x, x.dtype) for x in (as_traced(a), as_traced(b)))  # strong numbers
    column = np.reshape(a, a.shape + (1,) * b.ndim) if b.ndim else a
    return ufunc(column, b, **options)


@recorded_as("at")
def at(ufunc: np.ufunc, a: Any, indices: Any, b: Any = None, /) -> None:
    """Change a at places, as often as each is named, in the order of the indices.

    What is added goes to all places at once. Else each turn changes places that differ;
    places that are computed could all be one, and are changed one after another.
    """
    places = places_at(np.shape(a), indices)
    operands = () if b is None else (np.broadcast_to(as_traced(b), places.shape),)
    if ufunc in (np.add, np.subtract) and operands:
        stored(a, ufunc(a, _added_up(operands[0], places, a)))
        return
    flat, parts = np.ravel(places), [np.ravel(part) for part in operands]
    content = np.copy(np.ravel(as_traced(a)))
    for turn in turns(flat):
        place = flat[turn]
        content[place] = ufunc(content[place], *(part[turn] for part in parts))
    stored(a, np.reshape(content, np.shape(a)))


def places_at(shape: tuple[int, ...], indices: Any) -> Any:
    """The numbers of the elements that an index names, counted through the array."""
    places = as_traced(np.arange(math.prod(shape)).reshape(shape))[indices]
    return np.asarray(places) if places.node.known else places


def _added_up(b: Any, places: Any, a: Any) -> Any:
    """The sum of what goes to each place of a, in the precision of the finer."""
    b, shape = cast(b, np.promote_types(a.dtype, b.dtype)), a.shape
    traced = isinstance(places, Traced)
    at, computed = ((Slot(0),), (places,)) if traced else ((places,), ())
    total = recorded("scatter", b, *computed, at=at, shape=(math.prod(shape),))
    return np.reshape(total, shape)


def turns(places: Any) -> Iterator[Any]:
    """Which of the places to change in each turn, so that none comes twice in one."""
    if isinstance(places, Traced):
        yield from np.arange(places.size)[:, None]
        return
    order = np.argsort(places, kind="stable")
    ordered = places[order]
    turn = np.empty_like(order)
    turn[order] = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    for number in range(max(turn, default=-1) + 1):
        yield np.flatnonzero(turn == number)
