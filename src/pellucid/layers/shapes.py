"""Shapes of one row, without the batch axis; those that do not fit are refused."""

from __future__ import annotations

import math
from operator import index
from typing import Any

from pellucid.errors import ModelError

Shape = tuple[int, ...]
Pair = tuple[int, int]
IMAGE = "height", "width", "channels"
SEQUENCE = "time", "features"


def expected(layer: Any, shape: Any, *names: str) -> Shape:
    """A shape with as many axes as it has names; refuse another.

    The first name may be "...", for any axes before the others.

    >>> expected("Conv2D(8, 3)", (28, 28, 1), *IMAGE)
    (28, 28, 1)
    >>> expected("Dense(2)", (50, 3), "...", "features")
    (50, 3)
    """
    wanted = f"rows of shape ({', '.join(names)}{',' * (len(names) == 1)})"
    try:
        found = tuple(map(index, shape))
    except TypeError:
        message = f"{layer} expects {wanted}, got {shape!r}"
        raise ModelError(f"{message}: give a tuple of whole numbers.") from None
    least = len(names) - (names[0] == "...")
    fits = len(found) >= least if names[0] == "..." else len(found) == least
    if not fits:
        message = f"{layer} expects {wanted}, got {found}"
        raise ModelError(f"{message}: {_advice(names, found)}.")
    if min(found, default=1) < 1:
        message = f"{layer} expects {wanted}, got {found}"
        raise ModelError(f"{message}: an axis has at least length 1.")
    return found


def _advice(names: tuple[str, ...], found: Shape) -> str:
    """What to do about a shape with another number of axes."""
    missing = len(names) - len(found)
    if names == IMAGE and missing == 1:
        return (
            "give one channel (x[..., np.newaxis]) or one row (x[np.newaxis]) an axis"
        )
    if names == SEQUENCE and missing == 1:
        return "give each step a vector (by Embedding, or x[..., np.newaxis])"
    if missing == -1:
        return "a shape is that of one row, without the axis of the n rows"
    return "reshape x, the axis of the n rows first"


def pair(size: int | Pair) -> Pair:
    """A size for height and width.

    >>> pair(3), pair((1, 2))
    ((3, 3), (1, 2))
    """
    return size if isinstance(size, tuple) else (size, size)


def size(shape: Shape) -> int:
    """How many numbers a row has."""
    return math.prod(shape)
