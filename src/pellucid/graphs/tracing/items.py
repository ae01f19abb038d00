"""Reading and writing the items of a traced array: x[i], x[i] = v, x.flat."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import numpy as np

from pellucid.graphs.foreign import is_labelled
from pellucid.graphs.operations.indexing import Slot, is_basic
from pellucid.graphs.stand_in import StandIn, array_in
from pellucid.graphs.tracing.boolean_indexing import Selection, selected
from pellucid.graphs.tracing.frames import code
from pellucid.graphs.tracing.refusals import refuse, refused_shape
from pellucid.graphs.tracing.settled import plain
from pellucid.graphs.tracing.traced import (
    FUNCTIONS,
    Traced,
    current,
    lifted,
    recorded,
    viewed,
)


def item_of(x: Traced, key: Any) -> Any:
    """What x[key] is: a view, a copy, or a selection."""
    if isinstance(key, tuple) and not key and not x.mutable:
        return lifted(x.node, current(x))  # of a number the number
    if isinstance(key, tuple) and not key:  # of an array without axes too
        return Traced(x.memory) if x.shape else recorded("index", x, at=())
    at, indices = index_of(key)
    if any(index.dtype == bool for index in indices):
        return _selected(x, at, indices)
    if _is_view(at, indices):
        return viewed("index", x, *indices, at=at)
    return recorded("index", x, *indices, at=at)


def set_item(x: Traced, key: Any, value: Any) -> None:
    """Do x[key] = value."""
    at, indices = index_of(key)
    if _is_that_view(value, x, at, indices):
        return  # b[i] += x has written into the view already
    if any(index.dtype == bool for index in indices):
        content = _masked(x, at, indices, value)
    else:
        content = recorded("assign", x, value, *indices, at=at)
    x.memory.write(content.node)


def _is_view(at: tuple[Any, ...], indices: list[Traced]) -> bool:
    """Whether an index gives a view: a computed place may be a number, no array."""
    fixed = tuple([part for part in at if not isinstance(part, Slot)])
    return is_basic(fixed) and not any(i.shape or i.mutable for i in indices)


def _is_that_view(
    value: Any, x: Traced, at: tuple[Any, ...], indices: list[Traced]
) -> bool:
    """Whether a value is x[at] itself."""
    if not isinstance(value, Traced) or value.memory.parent is not x.memory:
        return False
    memory, places = value.memory, tuple([index.node for index in indices])
    same = memory.options.get("at") == at and memory.places == places
    return same and _is_view(at, indices)


# -- an index -------------------------------------------------------------------------


def index_of(key: Any) -> tuple[tuple[Any, ...], list[Traced]]:
    """An index as fixed parts and computed ones, which become slots."""
    indices: list[Traced] = []
    parts = key if isinstance(key, tuple) else (key,)
    return tuple([_index_part(part, indices) for part in parts]), indices


def _index_part(part: Any, indices: list[Traced]) -> Any:
    if isinstance(part, slice):
        return slice(*map(_end, (part.start, part.stop, part.step)))
    if isinstance(part, (list, tuple)):
        part = FUNCTIONS["array"](part, None if part else np.intp)
    part = _plain(np.asarray(part) if is_labelled(part) else array_in(part))
    if isinstance(part, Traced):
        indices.append(part)
        return Slot(len(indices) - 1)
    return part


def _end(part: Any) -> Any:
    """An end of a slice, on which a shape depends: a number, of a traced value too."""
    end = _plain(part)
    return operator.index(end) if hasattr(end, "__index__") else end


def _plain(part: Any) -> Any:
    """A number or array for a traced value that depends on no input."""
    part = plain(part)
    if isinstance(part, Traced) and part.node.known:
        value = part.memory.recorder.value_of(part.node)
        is_number = not part.shape and part.dtype.kind in "iu"
        return int(value) if is_number else value
    return part


# -- computed masks -------------------------------------------------------------------


def _selected(x: Traced, at: tuple[Any, ...], indices: list[Traced]) -> Any:
    """Stand for x[mask], whose length is not known yet."""
    if len(at) > 1 or indices[0].shape != x.shape:
        refused_shape(code(), "np.where(mask, x, 0) keeps the shape")
    return selected(x, lifted(indices[0].node, x.memory.recorder))


def _masked(x: Traced, at: tuple[Any, ...], indices: list[Traced], value: Any) -> Any:
    """Choose for each element: x after x[mask] = value, where the mask is computed."""
    mask: Any = lifted(indices[0].node, x.memory.recorder)
    extra = x.ndim - mask.ndim
    if isinstance(value, Selection):
        value = value.under(mask)
    elif len(at) > 1 or np.ndim(value) > extra:
        refuse(
            f"{code()}: x[mask] = values takes as many values as the mask has True; "
            "that is not known yet. Give one number, or write "
            "x[...] = np.where(mask, values, x) with values in the shape of x."
        )
    mask = mask[(..., *(None,) * extra)] if extra else mask
    chosen = recorded("where", mask, value, x)
    return (
        chosen if chosen.dtype == x.dtype else recorded("cast", chosen, dtype=x.dtype)
    )


# -- x.flat ---------------------------------------------------------------------------


class Flat(StandIn):
    """The elements of an array in one row: `x.flat[i]` reads, `x.flat[i] = v` writes.

    Unlike NumPy's it is no iterator by itself; `iter(x.flat)` gives one.
    """

    def __init__(self, array: Traced) -> None:
        self.array: Any = array

    def __len__(self) -> int:
        return int(self.array.size)

    def __iter__(self) -> Iterator[Any]:
        return iter(np.ravel(self.array))

    def __getitem__(self, key: Any) -> Any:
        part = np.ravel(self.array)[key]
        return np.copy(part) if part.shape else part

    def __setitem__(self, key: Any, value: Any) -> None:
        row = FUNCTIONS[np.copy](np.ravel(self.array))
        count = np.size(np.arange(row.size)[key])
        values = np.ravel(FUNCTIONS["array"](value))
        # NumPy begins again where the values are too few.
        row[key] = np.reshape(
            values[np.arange(count) % max(values.size, 1)], np.shape(row[key])
        )
        self.array[...] = np.reshape(row, self.array.shape)

    def copy(self) -> Any:
        """All elements in an array of their own."""
        return FUNCTIONS[np.copy](np.ravel(self.array))

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.array.node.known:
            refuse(f"{code()} takes x.flat for an array; write np.ravel(x).")
        return np.ravel(np.asarray(self.array)).astype(*args, **kwargs)


def set_flat(x: Traced, value: Any) -> None:
    """Do x.flat = value."""
    Flat(x)[:] = value
