"""Memory for programs that take turns: one block, cut anew for each."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from pellucid.running.plan import Buffer

LINE = 64  # bytes of a line of the cache, at which each array begins


class Arena:
    """A block from which arrays are cut, from its beginning for each who asks.

    One large block has large pages, so that the processor looks up fewer of them.

    >>> arena = Arena()
    >>> first, second = arena.cut(128), arena.cut(64)
    >>> np.shares_memory(first((4,), np.float64), second((4,), np.float64))
    True
    """

    def __init__(self) -> None:
        self._block = _block(0)

    def cut(self, size: int) -> Callable[..., Any]:
        """A function like np.empty for arrays that take `size` bytes together."""
        if size > self._block.nbytes:
            self._block = _block(size)
        block, begin = self._block, 0

        def empty(shape: tuple[int, ...], dtype: Any) -> Any:
            nonlocal begin
            end = begin + math.prod(shape) * np.dtype(dtype).itemsize
            made = block[begin:end].view(dtype).reshape(shape)
            begin = end + -end % LINE
            return made

        return empty


def size_of(buffers: Iterable[Buffer | np.ndarray[Any, Any]]) -> int:
    """How many bytes arrays like these take together, each on lines of its own."""
    sizes = (math.prod(b.shape) * b.dtype.itemsize for b in buffers)
    return sum(size + -size % LINE for size in sizes)


def _block(size: int) -> np.ndarray[Any, Any]:
    """So many bytes that begin with a line of the cache."""
    block = np.empty(size + LINE, np.uint8)
    skipped = -block.ctypes.data % LINE
    return block[skipped : skipped + size]
