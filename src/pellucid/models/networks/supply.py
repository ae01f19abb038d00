"""What a network learns from: examples in memory, or those of a stream."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import is_classifier

from pellucid.models.base import Array
from pellucid.models.networks.examples import Examples
from pellucid.models.streamed import apart, buffer
from pellucid.models.streamed.buffer import Buffer
from pellucid.models.streamed.classes import (
    Weighing,
    as_they_are,
    classes_of,
    numbered,
)
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream
from pellucid.tables.wording import counted


@dataclass(frozen=True, eq=False)
class Supply:
    """Examples.

    Parameters
    ----------
    rows : Examples
        All of them; or of a stream the first, which the others are like.
    feed : Buffer, optional
        What the examples of a stream pass through.
    before : int
        How many passes over the stream there were before.
    """

    rows: Examples
    feed: Buffer | None = None
    before: int = 0

    def __len__(self) -> int:
        return self.feed.n if self.feed else len(self.rows)

    @property
    def data(self) -> list[Any]:
        """What steps take their batches from."""
        return [self.feed] if self.feed else self.rows.arrays

    @property
    def marks(self) -> list[Array]:
        """By which they are known again: all, or the first and how many there are."""
        counts = [np.array(self.feed.stream.counts)] if self.feed else []
        return self.rows.arrays + counts


@dataclass(frozen=True, eq=False)
class Made:
    """The rows of chunks as a network takes them: those that have weight.

    Parameters
    ----------
    model : estimator
        A copy, which gives no weights to classes and can be sent elsewhere.
    weighted : callable
        The weights of rows with targets y, from those of the stream.
    """

    model: Any
    weighted: Weighing

    def examples(self, chunk: Chunk) -> Examples:
        """X (m, d), y (m, k), and weights (m,) where there are some."""
        X, y, s = numbered(self.model, chunk)
        made: Examples = self.model._made(Examples(X, s=self.weighted(y, s)), y)
        return made

    def __call__(self, chunk: Chunk) -> list[Array]:
        """The arrays of the examples."""
        return self.examples(chunk).arrays


def of_stream(
    model: Any, stream: Stream, first: bool, aside: bool
) -> tuple[Supply, Examples | None]:
    """The examples of a stream to learn from, and with early stopping some to judge by.

    The network is made for them, where they are the first that the model meets.

    Raises
    ------
    ModelError
        Where the rows do not fit the network, or all would make one batch.
    """
    before = len(stream.passes)
    if model.batch_size is None and stream.n > buffer.ROWS:
        message = f"expected a batch_size, got None: {counted(stream.n, 'row')} at once"
        model._refuse(message, "give a number, such as batch_size=256")
    weighted, chunk = _met(model, stream), apart.first(stream)
    if first:
        model.input_shape_ = (stream.d,)
        model.network_ = model._built((stream.d,), model._units(chunk.y))
    model._expect_shape(chunk.X, None)
    alike = copy.copy(model)
    alike.class_weight = alike.callback = None
    alike.network = model.network_
    made = Made(alike, weighted)
    rows, held_out = made.examples(chunk), None
    model.n_outputs_ = alike.n_outputs_
    if aside and model.early_stopping:
        stream, held_out = _set_aside(model, stream, made, rows.names)
    size = model._rows_a_batch(stream.n)
    feed = Buffer(stream, made, rows.arrays, size, model.shuffle)
    return Supply(rows, feed, before), held_out


def _met(model: Any, stream: Stream) -> Weighing:
    """Learn which classes there are in a stream, and how much each counts."""
    if not is_classifier(model):
        return as_they_are
    classes = classes_of(model, stream, getattr(model, "classes_", None))
    model.classes_ = classes.known
    return classes.weighted


def _set_aside(
    model: Any, stream: Stream, made: Made, names: list[str]
) -> tuple[Stream, Examples]:
    """The rows to learn from, and those to judge by, which are chosen by a hash."""
    rest, held = apart.set_aside(stream, made, model.validation_fraction, model._seed)
    count = len(held[0]) if held else 0
    if count < 2:
        message = f"validation_fraction sets {counted(count, 'row')} aside"
        model._refuse(message, "let it be more")
    return rest, Examples(**dict(zip(names, held, strict=True)))
