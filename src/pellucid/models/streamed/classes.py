"""The classes of a stream: counted, and weighed by `class_weight`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.models import weights
from pellucid.models.base import Array
from pellucid.models.streamed.rows import Weighed
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

MOST = 10_000  # classes
FIRST = 256  # rows whose classes are often all

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
class ClassCounts:
    """The classes of some rows: how many rows each has, and what they weigh.

    Examples
    --------
    >>> some = CountingClasses("M")(np.array([2.0, 1.0, 2.0]), np.ones(3))
    >>> both = some + CountingClasses("M")(np.array([5.0]), np.array([0.0]))
    >>> both.classes, both.rows, both.weights
    (array([1., 2., 5.]), array([1, 2, 1]), array([1., 2., 0.]))
    """

    name: str
    classes: Array
    rows: Array  # (k,)
    there: Array  # (k,) those of them that have weight
    weights: Array  # (k,)

    def __add__(self, other: ClassCounts) -> ClassCounts:
        """Of both."""
        if np.array_equal(self.classes, other.classes):
            classes, places = self.classes, (slice(None), slice(None))
        else:
            classes = np.union1d(self.classes, other.classes)
            ours, theirs = self.classes, other.classes
            places = np.searchsorted(classes, ours), np.searchsorted(classes, theirs)  # type: ignore[assignment]
        if len(classes) > MOST:
            raise ModelError(
                f"{self.name}: expected at most {MOST:,} classes in a stream, got "
                "more; fit a regression to numbers, or bring classes together."
            )
        sums = []
        for a, b in zip(self._counts, other._counts, strict=True):
            total = np.zeros(len(classes), a.dtype)
            total[places[0]] += a
            total[places[1]] += b
            sums.append(total)
        return ClassCounts(self.name, classes, *sums)

    @property
    def _counts(self) -> tuple[Array, Array, Array]:
        return self.rows, self.there, self.weights


@dataclass(frozen=True)
class CountingClasses:
    """Counts the classes of targets (m,) with weights (m,), in the name of a model."""

    name: str

    def __call__(self, y: Array, s: Array) -> ClassCounts:
        """What is found of some rows."""
        if y.dtype.kind == "f" and (y != np.trunc(y)).any():
            weights.check_labels(self.name, y)
        classes = np.unique(y[:FIRST])  # to sort all takes longer
        index = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
        if (classes[index] != y).any():
            classes, index = np.unique(y, return_inverse=True)
        counted = (np.bincount(index, w, len(classes)) for w in (None, s > 0, s))
        rows, there, total = counted
        return ClassCounts(self.name, classes, rows, there.astype(int), total)


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
    work = partial(_counted, type(model).__name__)
    counts = stream.summed(work, "counting the classes")
    classes = weights.classes_of(model, counts.classes, stream.n)[0]
    if model.class_weight is None:
        return Classes(classes, None)
    rows = np.arange(len(classes))  # one stands for all of a class
    return Classes(classes, weights.factors(model, classes, rows, counts.weights))


def _counted(name: str, chunk: Chunk) -> ClassCounts:
    """Count the classes of a chunk, in the name of a model."""
    _, y, s = Weighed(name)(chunk)
    return CountingClasses(name)(y, s)
