"""Rows that are streamed: what a model takes in of them before the first pass."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.models.base import FittedRows, target_name
from pellucid.tables.streams.cluster import runner_in_use
from pellucid.tables.streams.collections import is_dask, pieces_of
from pellucid.tables.streams.given import as_given
from pellucid.tables.streams.stream import Stream


def taken(
    model: Any, X: Any, y: Any = None, sample_weight: Any = None
) -> Stream | None:
    """The stream that a model is to be fitted to; None for rows in memory.

    Collections of Dask, X and y, become one whose columns stand for themselves.
    The model learns what the features and the target are called, and keeps the recipe
    for rows to predict.

    Raises
    ------
    ModelError
        For a target or weights beside a stream, which holds them as columns.
    TableError
        For a stream that nothing can be learned from.
    """
    if is_dask((X, y)) and y is not None:
        return _taken_side_by_side(model, X, y, sample_weight)
    if not isinstance(X, Stream):
        return None
    if y is not None or sample_weight is not None:
        beside = "y" if y is not None else "sample_weight"
        raise ModelError(
            f"{type(model).__name__}: expected a stream alone, which holds its target, "
            f"got {beside} beside it; name the column in pl.rows."
        )
    stream = X.for_fitting()
    model.preparation_ = stream.preparation
    model.n_features_in_ = stream.d
    model.feature_names_in_ = np.array(stream.names, dtype=object)
    model._target = stream.target
    return stream


def _taken_side_by_side(model: Any, X: Any, y: Any, s: Any) -> Stream:
    """Features and a target of Dask as a stream."""
    target = target_name(y) if hasattr(y, "divisions") else "y"
    pieces = pieces_of((X, y), target, s)
    stream = as_given(pieces, runner_in_use()).for_fitting()
    model.preparation_ = None
    model.n_features_in_ = stream.d
    model._target = target
    if hasattr(X, "columns"):
        model.feature_names_in_ = np.array(stream.names, dtype=object)
    elif hasattr(model, "feature_names_in_"):
        del model.feature_names_in_
    return stream


def kept(
    stream: Stream, n: int | None = None, k: int = 1, weighted: bool = False
) -> FittedRows:
    """What a model keeps of a stream: where it is, and the kinds of its arrays.

    These are X (n, d), y (n,) or, of more than two classes, (n, k), and weights (n,).
    """
    n, number = stream.n if n is None else n, np.dtype(float)
    shapes = [(n, stream.d), (n, k) if k > 2 else (n,), *[(n,)] * weighted]
    return FittedRows(None, tuple((s, number) for s in shapes), stream=stream)
