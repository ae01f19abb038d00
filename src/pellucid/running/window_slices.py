"""The slices of an array that windows are made of: one for each element of a window."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

Sizes = tuple[int, ...]


def slices_of(
    shape: Sizes, along: Sizes, size: Sizes, step: Sizes, dilation: Sizes
) -> Iterator[tuple[slice, ...]]:
    """For each element of a window, where it is of all windows."""
    for place in itertools.product(*map(range, size)):
        at = [slice(None)] * len(shape)
        for k, i, n, s, d in zip(along, place, size, step, dilation, strict=True):
            at[k] = slice(i * d, shape[k] - (n - 1 - i) * d, s)
        yield tuple(at)


def windows_meet(size: Sizes, step: Sizes, dilation: Sizes) -> bool:
    """Whether an element may be in two windows."""
    return any(
        s < (n - 1) * d + 1 for n, s, d in zip(size, step, dilation, strict=True)
    )
