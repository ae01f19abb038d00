"""The classes of a stream, and their weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.models import weights
from pellucid.models.base import Array
from pellucid.models.streamed.rows import Counting, Counts, Weighed
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

# The weights of rows, of their targets and of their weights in the stream.
Weighing = Callable[[Array, "Array | None"], "Array | None"]


def as_they_are(y: Array, s: Array | None) -> Array | None:
    """Weights, whatever the target."""
    return s


def numbered(model: Any, chunk: Chunk) -> tuple[Array, Array, Array | None]:
    """X (m, d) in one piece, row after row, y (m,), and weights (m,) if there are."""
    X, y, s = Weighed(type(model).__name__)(chunk)
    return np.ascontiguousarray(X), y, None if chunk.s is None else s


@dataclass(frozen=True)
class Counted:
    """The classes of a chunk, in the name of a model."""

    name: str

    def __call__(self, chunk: Chunk) -> Counts:
        """How many rows each has, and what they weigh."""
        _, y, s = Weighed(self.name)(chunk)
        return Counting(self.name)(y, s)


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a stream, and what the rows of each count.

    Parameters
    ----------
    known : array (k,)
        The classes, sorted.
    factors : array (k,) or None
        The weight of each by `class_weight`; None where all count alike.
    """

    known: Array
    factors: Array | None

    def weighted(self, y: Array, s: Array | None) -> Array | None:
        """The weights of rows times those of their classes."""
        if self.factors is None:
            return s
        index = np.minimum(np.searchsorted(self.known, y), len(self.known) - 1)
        found = self.factors[index]
        return found if s is None else s * found


def classes_of(model: Any, stream: Stream, known: Any = None) -> Classes:
    """The classes that a model learns; in one pass, where the recipe has them not.

    Raises
    ------
    ModelError
        For a target that names no classes, or one class alone.
    """
    labels = stream.reading.labels
    if model.class_weight is None and (known is not None or labels):
        given = np.array(labels) if known is None else np.unique(known)
        return Classes(weights.classes_of(model, given, stream.n)[0], None)
    counts = stream.summed(Counted(type(model).__name__), "counting the classes")
    classes = weights.classes_of(model, counts.classes, stream.n)[0]
    if model.class_weight is None:
        return Classes(classes, None)
    rows = np.arange(len(classes))  # one stands for all of a class
    return Classes(classes, weights.factors(model, classes, rows, counts.weights))
