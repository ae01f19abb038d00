"""What a source of rows is made of: pieces that are read each on its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar, runtime_checkable

from pellucid.tables.grid import Grid


@runtime_checkable
class Piece(Protocol):
    """Rows that lie together: some of an array, a file or a part of one, a partition.

    It is small, and can be sent to another process, which reads it there.
    """

    @property
    def source(self) -> str:
        """What errors call it: the name of a file, "array"."""
        ...

    @property
    def n(self) -> int | None:
        """How many rows it has; None where only reading it tells."""
        ...

    def grids(self, columns: Sequence[str] | None = None) -> Iterator[Grid]:
        """Read it, a few tens of thousands of rows at a time, in their order.

        Parameters
        ----------
        columns : sequence of str, optional
            Those that are wanted; others may be left out.

        Raises
        ------
        TableError
            Where it cannot be read, or has other columns than those before it.
        """
        ...


AnyPiece = TypeVar("AnyPiece", bound=Piece)
