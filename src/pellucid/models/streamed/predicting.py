"""Rows of a stream are predicted as those of a table, and scored by sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial, wraps
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from pellucid.errors import ModelError
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.collections import is_dask, pieces_of
from pellucid.tables.streams.spread import Spread
from pellucid.tables.streams.stream import Stream

Array = NDArray[Any]
Method = TypeVar("Method", bound=Callable[..., Any])


def by_chunks(method: Method) -> Method:
    """Let a method of a model take a stream too: what it gives of all rows, joined.

    So it takes collections of Dask, of which a partition at a time is in memory.
    """

    @wraps(method)
    def taking_streams(self: Any, X: Any, *args: Any, **more: Any) -> Any:
        if isinstance(X, Stream):
            chunks = known(self, X, target=False).chunks()
            blocks: Iterator[Any] = (rows(self, chunk) for chunk in chunks)
        elif is_dask(X):
            blocks = _partitions(self, X)
        else:
            return method(self, X, *args, **more)
        parts = [method(self, block, *args, **more) for block in blocks]
        if not parts:
            raise ModelError(
                f"{type(self).__name__}: expected a row to predict, found none in the "
                "stream; look at what it was chosen from."
            )
        return np.concatenate(parts)

    return cast(Method, taking_streams)


def _partitions(model: Any, X: Any) -> Iterator[Any]:
    """The rows of collections of Dask, some at a time, as a model takes them."""
    recipe = getattr(model, "preparation_", None)
    for piece in pieces_of(X, "y"):
        for grid in piece.grids():
            if recipe is not None:
                yield as_frame(recipe.complete(grid), recipe.names)
            else:
                columns = [column.numbers for column in grid.columns]
                named = grid.names if grid.named else None
                yield as_frame(np.column_stack(columns), named)


def known(model: Any, stream: Stream, *, target: bool = True) -> Stream:
    """The rows of a stream by the recipe that a model has learned."""
    recipe = getattr(model, "preparation_", None)
    return stream if recipe is None else stream.by(recipe, target=target)


def rows(model: Any, chunk: Chunk) -> Any:
    """The rows of a chunk as a model takes them: with the names that it was told."""
    names = getattr(model, "feature_names_in_", None)
    fits = names is not None and len(names) == chunk.X.shape[1]
    return as_frame(chunk.X, names if fits else None)


def as_frame(X: Array, names: Any) -> Any:
    """Rows under names, where they have some."""
    if names is None:
        return X
    import pandas as pd

    return pd.DataFrame(X, columns=list(names), copy=False)


def r2(model: Any, X: Stream) -> float:
    """1 - SSE / SST of the predictions for the rows of a stream, in one pass."""
    error, spread = totals(model, X, _errors)
    sse, sst = float(error), float(spread.squares[0])
    return 1 - sse / sst if sst > 0 else float(sse == 0)


def accuracy(model: Any, X: Stream) -> float:
    """The share of the rows of a stream that are called right, in one pass."""
    right, total = totals(model, X, _right)
    return float(right / total)


def totals(model: Any, X: Stream, work: Callable[[Any, Chunk], Any]) -> Any:
    """What some work finds of the rows, which have to have a target."""
    stream = known(model, X)
    if stream.target is None:
        raise ModelError(
            f"{type(model).__name__}: expected rows with a target to score, found none "
            f"in {X.source}; name a column in pl.rows(..., target=...)."
        )
    return stream.summed(partial(work, model), "scoring")


def _errors(model: Any, chunk: Chunk) -> Several:
    """The squared errors, and how the target spreads."""
    y, s = np.asarray(chunk.y, float), chunk.s
    squares = (y - model.predict(rows(model, chunk))) ** 2
    error = np.sum(squares if s is None else s * squares)
    return Several((error, Spread.of(y[:, None], s)))


def _right(model: Any, chunk: Chunk) -> Several:
    """The weight of the rows that are called right, and of all."""
    s = np.ones(len(chunk)) if chunk.s is None else chunk.s
    calls, y = model.predict(rows(model, chunk)), np.asarray(chunk.y)
    if (calls.dtype.kind in "bfiu") != (y.dtype.kind in "bfiu"):
        raise ModelError(
            f"{type(model).__name__}: expected classes as {calls[0]!s}, as the model "
            f"was fitted to, got {y[0]!s} in the target; write them alike."
        )
    right = s @ (calls == y)
    return Several((right, np.sum(s)))
