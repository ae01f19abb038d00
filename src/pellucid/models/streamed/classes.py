"""The classes of a stream, and their weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.models import weights
from pellucid.models.base import Array
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

# The weights of rows, of their targets and of their weights in the stream.
Weighing = Callable[[Array, "Array | None"], "Array | None"]


def as_they_are(y: Array, s: Array | None) -> Array | None:
    """Weights, whatever the target."""
    return s


@dataclass(frozen=True, eq=False)
class Counts:
    """The classes of some rows (k,), and how much there is of each (k,).

    Examples
    --------
    >>> some = Counts(np.array([0, 2]), np.array([1.0, 3.0]))
    >>> (some + Counts(np.array([1, 2]), np.array([5.0, 1.0]))).weights
    array([1., 5., 4.])
    """

    classes: Array
    weights: Array

    def __add__(self, other: Counts) -> Counts:
        """Those of both."""
        both = np.concatenate([self.classes, other.classes])
        classes, index = np.unique(both, return_inverse=True)
        each = np.concatenate([self.weights, other.weights])
        return Counts(classes, np.bincount(index, each))


def counted(chunk: Chunk) -> Counts:
    """The classes of a chunk, with the sum of their weights.

    Numbers with decimals are no classes: one is enough to be refused.
    """
    y, s = np.asarray(chunk.y), chunk.s
    if y.dtype.kind == "f" and (y % 1).any():
        y, s = y[y % 1 != 0][:1], None
    classes, index = np.unique(y, return_inverse=True)
    return Counts(classes, np.bincount(index, s).astype(float))


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
    counts = stream.summed(counted, "counting the classes")
    classes = weights.classes_of(model, counts.classes, stream.n)[0]
    if model.class_weight is None:
        return Classes(classes, None)
    rows = np.arange(len(classes))  # one stands for all of a class
    return Classes(classes, weights.factors(model, classes, rows, counts.weights))
