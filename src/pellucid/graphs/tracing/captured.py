"""Arrays from outside of a traced function, which are constants of its graph.

Python lets anybody write into them, before and after they are used. So a small one is
copied, and a large one is looked at again at the end.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import Any

import numpy as np

from pellucid.errors import TraceError
from pellucid.graphs.node import Node, constant
from pellucid.graphs.tracing.frames import location

SMALL = 1 << 20  # bytes of an array that is copied


class Captured:
    """The constants of one record; an array that did not change has one."""

    def __init__(self) -> None:
        self._entries: dict[Any, Node] = {}
        self._constants: dict[int, tuple[Any, Node]] = {}
        self._large: list[tuple[Any, str, int]] = []

    def constant(self, array: Any) -> Node:
        """Make the node of an array, or find it."""
        _, node = self._constants.get(id(array), (None, None))
        is_small = array.nbytes <= SMALL
        if node is None or (is_small and not _same(node.value, array)):
            if not is_small:
                self._large.append((array, location(), checksum(array)))
            node = constant(array.copy(order="K") if is_small else array)
            # Holding the array keeps its id from being given to another.
            self._constants[id(array)] = array, node
        return node

    def entries(self, array: Any) -> Node:
        """Make the node of an array that was made to be read, or find that of an equal.

        Of what a table holds there is a new array each time that one is asked for.
        """
        digest = hashlib.blake2b(array.tobytes()).digest()
        key = array.shape, array.dtype, array.flags.f_contiguous, digest
        if key not in self._entries:
            self._entries[key] = self.constant(array)
        return self._entries[key]

    def check(self) -> None:
        """Raise where a large array was written into meanwhile."""
        for array, where, before in self._large:
            if checksum(array) != before:
                raise TraceError(
                    f"{where}: an array of {array.nbytes:,} bytes from outside was "
                    "changed while the function was traced; copy it before it is used, "
                    "or write into an array made inside."
                )


def checksum(array: Any) -> int:
    """A number that changes when an array does, at a gigabyte in a quarter second."""
    total = 1
    flags: Any = ["external_loop", "buffered", "zerosize_ok"]
    chunks: Any = np.nditer(array, flags, buffersize=1 << 16)
    for chunk in chunks:
        total = zlib.adler32(chunk, total)
    return total


def _same(one: Any, other: Any) -> bool:
    """Whether two arrays hold the same bytes: nan is nan, and -0 is not 0."""
    alike = (one.shape, one.dtype) == (other.shape, other.dtype)
    return alike and bool(one.tobytes() == other.tobytes())
