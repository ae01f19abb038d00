"""Shapes of one row, without the batch axis; those that do not fit are refused."""

from __future__ import annotations

import math
from typing import Any

from pellucid.errors import ModelError

Shape = tuple[int, ...]


def expected(layer: Any, shape: Shape, *names: str) -> Shape:
    """A shape with as many axes as it has names; refuse another.

    >>> expected("Conv2D(8, 3)", (28, 28, 1), "height", "width", "channels")
    (28, 28, 1)
    """
    if len(shape) != len(names) or not all(n > 0 for n in shape):
        wanted = f"({', '.join(names)}{',' * (len(names) == 1)})"
        raise ModelError(f"{layer} expects rows of shape {wanted}, got {shape}.")
    return shape


def pair(size: int | tuple[int, int]) -> tuple[int, int]:
    """A size for height and width.

    >>> pair(3), pair((1, 2))
    ((3, 3), (1, 2))
    """
    return (size, size) if isinstance(size, int) else (size[0], size[1])


def size(shape: Shape) -> int:
    """How many numbers a row has."""
    return math.prod(shape)
