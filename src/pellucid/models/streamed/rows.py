"""How rows of a stream are taken in by models of the largest likelihood: small works.

Each is plain data with a call, so that it can be sent to where the rows are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from pellucid.errors import ModelError
from pellucid.models import weights
from pellucid.models.base import Array
from pellucid.statistics.limit import as_classes
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk

MOST = 10_000  # classes
LARGEST = 1e36  # counts of all rows; a Hessian of float32 ends at 3e38
FIRST = 256  # rows whose classes are often all


@dataclass(frozen=True)
class Weighed:
    """Rows, targets and weights of a chunk, as a model is named."""

    name: str

    def __call__(self, chunk: Chunk) -> tuple[Array, Array, Array]:
        """X (m, d), y (m,), s (m,)."""
        y, s = np.asarray(chunk.y), chunk.s
        if s is None:
            return chunk.X, y, np.ones(len(chunk))
        if np.min(s) < 0:
            found = f"got weights from {np.min(s):g} to {np.max(s):g}; mend the column"
            message = f"expected weights of at least 0, {found}"
            raise ModelError(f"{self.name}: {message} that holds them.")
        return chunk.X, y, s


@dataclass(frozen=True)
class Coded:
    """The same with classes as 0 and 1, or one-hot, and with weights of classes.

    Parameters
    ----------
    rows : Weighed
        How rows are taken in.
    classes : array (k,)
        All classes, sorted.
    factors : array (k,) or None
        By what the weights of each class are multiplied.
    """

    rows: Weighed
    classes: Array
    factors: Array | None = None

    def __call__(self, chunk: Chunk) -> tuple[Array, Array, Array]:
        """X (m, d), y (m,) or (m, k), s (m,)."""
        return self.of(*self.rows(chunk))

    def of(self, X: Array, y: Array, s: Array) -> tuple[Array, Array, Array]:
        """Rows with their classes coded."""
        k = len(self.classes)
        if k == 2:  # takes less time than a search
            index = (y == self.classes[1]).astype(np.intp)
        else:
            index = np.searchsorted(self.classes, y)
        s = s if self.factors is None else s * self.factors[index]
        return X, index.astype(float) if k == 2 else np.eye(k)[index], s

    def index(self, chunk: Chunk) -> tuple[Array, Array]:
        """Rows that have weight, and the number of the class of each (m,)."""
        X, y, s = self(chunk)
        return X[s > 0], index_of(y)[s > 0]


def index_of(y: Array) -> Array:
    """The number of the class of each row, of classes as they are coded."""
    index: Array = (y > 0).astype(int) if y.ndim == 1 else np.argmax(y, axis=1)
    return index


@dataclass(frozen=True)
class Counts:
    """The classes of some rows: how many rows each has, and what they weigh.

    Examples
    --------
    >>> some = Counting("M")(np.array([2.0, 1.0, 2.0]), np.ones(3))
    >>> both = some + Counting("M")(np.array([5.0]), np.array([0.0]))
    >>> both.classes, both.rows, both.weights
    (array([1., 2., 5.]), array([1, 2, 1]), array([1., 2., 0.]))
    """

    name: str
    classes: Array
    rows: Array  # (k,)
    there: Array  # (k,) those of them that have weight
    weights: Array  # (k,)

    def __add__(self, other: Counts) -> Counts:
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
        return Counts(self.name, classes, *sums)

    @property
    def _counts(self) -> tuple[Array, Array, Array]:
        return self.rows, self.there, self.weights


@dataclass(frozen=True)
class Counting:
    """Counts the classes of targets (m,) with weights (m,), in the name of a model."""

    name: str

    def __call__(self, y: Array, s: Array) -> Counts:
        """What is found of some rows."""
        if y.dtype.kind == "f" and (y != np.trunc(y)).any():
            weights.check_labels(self.name, y)
        classes = np.unique(y[:FIRST])  # to sort all takes longer
        index = np.minimum(np.searchsorted(classes, y), len(classes) - 1)
        if (classes[index] != y).any():
            classes, index = np.unique(y, return_inverse=True)
        counted = (np.bincount(index, w, len(classes)) for w in (None, s > 0, s))
        rows, there, total = counted
        return Counts(self.name, classes, rows, there.astype(int), total)


# -- counts ---------------------------------------------------------------------------


def counted(name: str, y: Array) -> Array:
    """The target of a regression of counts, none below 0."""
    if np.min(y) < 0:
        raise ModelError(
            f"{name}: expected counts from 0 up in y, got {np.min(y):g} (scikit-learn: "
            "Some value(s) of y are out of the valid range of the loss "
            "'HalfPoissonLoss'); leave such rows out."
        )
    if len(y) > LARGEST / max(1.0, np.max(y)):
        raise ModelError(
            f"{name}: expected counts whose sum is below {LARGEST:.0e}, got up to "
            f"{np.max(y):.3g}; count in a larger unit."
        )
    return y


@dataclass(frozen=True)
class OfCounts:
    """Rows with counts; in a column of its own where `beside`, as families have it."""

    rows: Weighed
    beside: bool = False

    def __call__(self, chunk: Chunk) -> tuple[Array, Array, Array]:
        """X (m, d), y (m,) or (m, 1), s (m,)."""
        X, y, s = self.rows(chunk)
        y = counted(self.rows.name, y)
        return X, y[:, None] if self.beside else y, s

    def index(self, chunk: Chunk) -> tuple[Array, Array]:
        """Rows as those of two classes; see `limit.as_classes`."""
        X, y, s = self(chunk)
        of, t = as_classes(y[s > 0])
        return X[s > 0][of], t


def logarithms(y: Array, s: Array) -> Several:
    """The sums of weights, of counts y, and of y log y; and how many rows weigh."""
    return Several((np.sum(s), s @ y, s @ xlogy(y, y), np.sum(s > 0)))
