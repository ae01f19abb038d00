"""NumPy's indexing in PyTorch, where the brackets of a tensor mean something else.

Torch refuses negative steps, and takes an integer beside index arrays as a plain
selection, where for NumPy it is one more index array, which decides where the new axes
go. Here an index is cut into three: a view, axes to turn round, and index tensors.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pellucid.graphs.operations.indexing import Slot, with_arrays
from pellucid.graphs.places import Turn, placed, places_in

Tensor = torch.Tensor
KEPT = 1 << 14  # cuts of an index that moves


@dataclass(frozen=True)
class Cut:
    """Where `x[at]` is: `x[view]`, turned round along `flips`, taken at `picks`.

    `picks` holds for each axis of the view None, an index tensor, or a `Slot`.
    """

    view: tuple[Any, ...]
    flips: tuple[int, ...] = ()
    picks: tuple[Any, ...] = ()


def cut(
    at: tuple[Any, ...], shape: tuple[int, ...], masks: dict[int, int], device: Any
) -> Cut:
    """Cut an index in three; `masks` tells the axes that each `Slot` stands for."""
    view: list[Any] = []
    flips: list[int] = []
    picks: list[Any] = []
    axis = 0
    at = with_arrays(at)
    arrays = any(isinstance(i, (Slot, np.ndarray)) for i in at)
    for i in _whole(at, len(shape), masks):
        taken = _axes(i, masks)
        if i is None:
            view.append(None)
            picks.append(None)
        elif isinstance(i, slice):
            forward, turned = _forward(i, shape[axis])
            view.append(forward)
            flips += [len(picks)] if turned else []
            picks.append(None)
        elif arrays and not taken:  # a mask without axes makes one, of one or none
            view.append(None)
            picks.append(as_index(np.flatnonzero(i), device))
        elif arrays:
            view += [slice(None)] * taken
            picks.append(i if isinstance(i, Slot) else as_index(i, device))
        else:
            view.append(int(i))
        axis += taken
    found = any(pick is not None for pick in picks)
    return Cut(tuple(view), tuple(flips), tuple(picks) if found else ())


def moving(
    at: tuple[Any, ...], shape: tuple[int, ...], masks: dict[int, int], device: Any
) -> tuple[tuple[Turn, ...], Callable[..., Cut]]:
    """The loops that an index moves with, and how it is cut for numbers of their turns.

    It is cut once for the same numbers.
    """
    turns = tuple({turn: None for place in places_in(at) for turn, _ in place.terms})

    @functools.lru_cache(maxsize=KEPT)
    def place(*numbers: int) -> Cut:
        now = dict(zip(turns, numbers, strict=True))
        return cut(placed(at, now), shape, masks, device)

    return turns, place


def _axes(i: Any, masks: dict[int, int]) -> int:
    """How many axes of the array a part of an index stands for."""
    if isinstance(i, Slot):
        return masks.get(i.position, 1)
    if isinstance(i, np.ndarray) and i.dtype == bool:
        return i.ndim
    return 0 if i is None else 1


def _whole(at: tuple[Any, ...], ndim: int, masks: dict[int, int]) -> list[Any]:
    """The index with as many slices as `...`, or its end, leaves out."""
    parts = list(at) if any(i is Ellipsis for i in at) else [*at, Ellipsis]
    where = next(k for k, i in enumerate(parts) if i is Ellipsis)
    rest = [i for i in parts if i is not Ellipsis]
    missing = ndim - sum(_axes(i, masks) for i in rest)
    return [*rest[:where], *[slice(None)] * missing, *rest[where:]]


def _forward(part: slice, size: int) -> tuple[slice, bool]:
    """The same elements from the first to the last, and whether to turn them round."""
    if part.step is None or part.step > 0:
        return part, False
    steps = range(*part.indices(size))
    return slice(steps[-1], steps[0] + 1, -part.step) if steps else slice(0, 0), True


def as_index(i: Any, device: Any) -> Tensor:
    """An index array, or an integer, as torch takes it: of int64, or a mask."""
    array = np.asarray(i)
    kind = array.dtype if array.dtype == bool else np.int64
    return torch.tensor(array.astype(kind), device=device)


def picked(x: Tensor, *indices: Tensor, at: Cut) -> Tensor:
    """Select: x[at]."""
    x = x[at.view]
    x = x.flip(at.flips) if at.flips else x
    if not at.picks:
        return x
    picks = [indices[i.position] if isinstance(i, Slot) else i for i in at.picks]
    taken: Tensor = torch.ops.aten.index.Tensor(x, picks)
    return taken


def numbered(
    shape: tuple[int, ...], indices: tuple[Tensor, ...], at: Cut, device: Any
) -> Tensor:
    """The places that x[at] reads, counted through x."""
    numbers = torch.arange(math.prod(shape), device=device).reshape(shape)
    return picked(numbers, *indices, at=at)


def assigned(x: Tensor, value: Tensor, *indices: Tensor, at: Cut) -> Tensor:
    """Give x after x[at] = value; x itself stays."""
    result = x.clone(memory_format=torch.contiguous_format)
    places = numbered(tuple(x.shape), indices, at, x.device)
    value = value.reshape(value.shape[max(value.ndim - places.ndim, 0) :])
    result.view(-1)[places] = value
    return result


def added(x: Tensor, value: Tensor, *indices: Tensor, at: Cut) -> Tensor:
    """Give x after x[at] += value, where each place counts as often as it is named."""
    if x.dtype == torch.bool:
        places = added(x.to(torch.int64), value.to(torch.int64), *indices, at=at)
        return places != 0
    shape = tuple(numbered(tuple(x.shape), indices, at, x.device).shape)
    value = value.reshape(value.shape[max(value.ndim - len(shape), 0) :])
    value = value.to(x.dtype).expand(shape)
    return x + scattered(value, *indices, at=at, shape=tuple(x.shape))


def scattered(g: Tensor, *indices: Tensor, at: Cut, shape: tuple[int, ...]) -> Tensor:
    """Add g into zeros at the places that x[at] reads, in the same order each time."""
    result = g.new_zeros(math.prod(shape))
    places = numbered(shape, indices, at, g.device)
    places, g = places.reshape(-1), g.expand(places.shape).reshape(-1)
    if g.device.type == "cpu":  # each call is the one that adds in a fixed order there
        result.index_add_(0, places, g)
    else:
        result.index_put_((places,), g, accumulate=True)
    return result.reshape(shape)
