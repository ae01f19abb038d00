"""How rows of a stream are taken in by models of the largest likelihood: small works.

Each is plain data with a call, so that it can be sent to where the rows are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from pellucid.errors import ModelError
from pellucid.models.base import Array
from pellucid.statistics.limit import as_classes
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk

LARGEST = 1e36  # counts of all rows; a Hessian of float32 ends at 3e38


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


# -- counts ---------------------------------------------------------------------------


def as_counts(name: str, y: Array) -> Array:
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
        y = as_counts(self.rows.name, y)
        return X, y[:, None] if self.beside else y, s

    def index(self, chunk: Chunk) -> tuple[Array, Array]:
        """Rows as those of two classes; see `limit.as_classes`."""
        X, y, s = self(chunk)
        of, t = as_classes(y[s > 0])
        return X[s > 0][of], t


def logarithms(y: Array, s: Array) -> Several:
    """The sums of weights, of counts y, and of y log y; and how many rows weigh."""
    return Several((np.sum(s), s @ y, s @ xlogy(y, y), np.sum(s > 0)))
