"""Where rows lie that are to be streamed: the pieces of any source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import TableError
from pellucid.tables.decoding import readable
from pellucid.tables.frames import is_frame
from pellucid.tables.from_arrays import two_dimensional
from pellucid.tables.grid import default_names
from pellucid.tables.streams import arrays, collections, parquet, text
from pellucid.tables.streams.pieces import Piece


def pieces_of(
    source: Any, target: str = "y", header: bool | None = None
) -> Sequence[Piece]:
    """The pieces of a source, whatever it is.

    Raises
    ------
    TableError
        For what cannot be streamed.
    """
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if readable(path, 4) == b"PAR1":
            return parquet.pieces_of(path)
        return text.pieces_of(path, header)
    if collections.is_dask(source):
        return collections.pieces_of(source, target)
    if isinstance(source, tuple) and len(source) == 2:
        X, y = (two_dimensional(part) for part in source)
        names = (*default_names(X.shape[1]), target)
        return arrays.pieces_of(np.column_stack([X, y]), names, "pair (X, y)")
    if not is_frame(source):
        return arrays.pieces_of(two_dimensional(source))
    raise TableError("expected a path or arrays to stream, found a data frame.")
