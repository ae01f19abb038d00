"""Some consecutive rows of a stream, in memory for as long as they are summed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Chunk:
    """Rows X (m, d) in float64, all finite, and their targets.

    Parameters
    ----------
    X : array (m, d)
        Features; its columns lie one after another in memory.
    y : array (m,) or None
        Targets: float64 where they are numbers, else text.
    s : array (m,) or None
        Weights.
    number : array (m,) of int
        Which row of the source each is, counted from 0; rows may be left out between.
    """

    X: Array
    y: Array | None
    s: Array | None
    number: Array

    def __len__(self) -> int:
        """How many rows."""
        return len(self.X)

    def __add__(self, other: Chunk) -> Chunk:
        """The rows of both, one after another."""
        both = [
            None if a is None else np.concatenate([a, b])
            for a, b in zip(self._arrays, other._arrays, strict=True)
        ]
        return Chunk(*both)  # type: ignore[arg-type]  # None where there was none

    @property
    def _arrays(self) -> tuple[Array | None, ...]:
        return self.X, self.y, self.s, self.number

    def some(self, kept: Array) -> Chunk:
        """Some of the rows, in their order: all of them where that is what is kept."""
        if kept.dtype == bool and kept.all():
            return self
        rows = np.flatnonzero(kept) if kept.dtype == bool else kept
        y, s = (None if a is None else a[rows] for a in (self.y, self.s))
        X = self.X.T.take(rows, axis=1).T  # column by column, as it lies in memory
        return Chunk(X, y, s, self.number[rows])
