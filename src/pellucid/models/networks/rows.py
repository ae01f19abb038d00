"""What a perceptron learns from: rows in memory, or those of a stream."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import numpy as np

from pellucid.errors import ModelError
from pellucid.models import base
from pellucid.models.base import Array, FittedRows
from pellucid.models.networks.epochs import Order
from pellucid.models.streamed import apart, taking
from pellucid.models.streamed.buffer import Buffer
from pellucid.models.streamed.classes import Weighing, numbered
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream


class Rows(Protocol):
    """Features, outputs as numbers, and weights where there are some."""

    @property
    def arrays(self) -> list[Array]:
        """All of them, or some that are like them."""
        ...

    def __len__(self) -> int: ...

    def kept(self) -> FittedRows:
        """What a model keeps of them."""
        ...

    def set_aside(self, model: Any, rng: Any) -> tuple[Self, list[Array]]:
        """Those to learn from, and those to judge by."""
        ...

    def data(self, size: int, rng: Any, shuffle: bool) -> tuple[list[Any], Any]:
        """What `minimise` takes batches of so many rows from, and their order."""
        ...


def set_aside(model: Any, rows: Rows, rng: Any) -> tuple[Rows, list[Array]]:
    """The rows to learn from, and with early stopping those to judge by."""
    if not model.early_stopping:
        return rows, []
    rest, held_out = rows.set_aside(model, rng)
    count = len(held_out[0]) if held_out else 0
    if count < 2:
        message = "The validation set is too small: validation_fraction sets"
        found = f"{count} rows aside; let it be more"
        raise ModelError(f"{type(model).__name__}: {message} {found}.")
    return rest, held_out


def stream_of(model: Any, X: Any, y: Any, s: Any) -> Stream | None:
    """The stream that a perceptron is to be fitted to; None for rows in memory."""
    stream = taking.taken(model, X, y, s)
    if stream is not None and model.solver == "lbfgs":
        message = "solver='lbfgs' takes all rows at once, and of a stream few are there"
        raise ModelError(f"{type(model).__name__}: {message}; set solver='adam'.")
    return stream


@dataclass(frozen=True, eq=False)
class Given:
    """Rows in memory."""

    arrays: list[Array]

    def __len__(self) -> int:
        return len(self.arrays[0])

    def kept(self) -> FittedRows:
        """Keep all."""
        return base.kept(*self.arrays)

    def set_aside(self, model: Any, rng: Any) -> tuple[Given, list[Array]]:
        """Draw a part of the rows, of two classes in like parts."""
        from sklearn.model_selection import train_test_split

        split = train_test_split(
            *self.arrays,
            test_size=model.validation_fraction,
            random_state=rng,
            stratify=model._strata(self.arrays[1]),
        )
        return Given(split[::2]), split[1::2]

    def data(self, size: int, rng: Any, shuffle: bool) -> tuple[list[Any], Any]:
        """Take them as they are."""
        return self.arrays, Order(rng, shuffle)


@dataclass(frozen=True, eq=False)
class Streamed:
    """Rows of a stream.

    Parameters
    ----------
    stream : Stream
        Where they come from.
    made : callable
        The arrays that a chunk becomes.
    arrays : list of arrays
        Those of the first rows, which the others are like.
    """

    stream: Stream
    made: Callable[[Chunk], list[Array]]
    arrays: list[Array]

    def __len__(self) -> int:
        return self.stream.n

    def kept(self) -> FittedRows:
        """Keep what they are like, and where they are."""
        kinds = tuple(((len(self), *a.shape[1:]), a.dtype) for a in self.arrays)
        return FittedRows(None, kinds, stream=self.stream)

    def set_aside(self, model: Any, rng: Any) -> tuple[Streamed, list[Array]]:
        """Choose by a hash of the rows' numbers; see `apart`."""
        seed = int(rng.randint(2**31 - 1))
        rest, held = apart.set_aside(
            self.stream, self.made, model.validation_fraction, seed
        )
        return replace(self, stream=rest), held

    def data(self, size: int, rng: Any, shuffle: bool) -> tuple[list[Any], Any]:
        """A buffer that they pass through; one that holds all is shuffled as rows are.

        The generator is that of the seed, as `Order` draws from it.
        """
        feed = Buffer(self.stream, self.made, self.arrays, size, shuffle)
        order = Order(rng, shuffle) if feed.is_whole else _generator(rng)
        return [feed], order


def _generator(rng: np.random.RandomState) -> np.random.Generator:
    return np.random.Generator(rng._bit_generator)


@dataclass(frozen=True, eq=False)
class Coded:
    """The rows of chunks as a perceptron takes them: those that have weight.

    Parameters
    ----------
    model : estimator
        A copy, which tells what outputs (m, k) targets y (m,) stand for.
    weighted : callable
        The weights of rows with targets y, from those of the stream.
    """

    model: Any
    weighted: Weighing

    def __call__(self, chunk: Chunk) -> list[Array]:
        """X (m, d), y (m, k), and weights (m,) where there are some."""
        X, y, s = numbered(self.model, chunk)
        rows = base.weighted_rows(X, self.model._coded(y, X), self.weighted(y, s))
        return [array for array in rows if array is not None]


def streamed(model: Any, stream: Stream, weighted: Weighing) -> Streamed:
    """Rows of a stream, after a look at the first."""
    made = Coded(copy.copy(model), weighted)
    return Streamed(stream, made, made(apart.first(stream)))
