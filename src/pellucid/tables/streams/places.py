"""Where rows lie that are to be streamed: the pieces of any source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.running.memory import available
from pellucid.tables.folders import files_of, is_several
from pellucid.tables.frames import is_frame
from pellucid.tables.from_arrays import two_dimensional
from pellucid.tables.streams import arrays, batches, collections, files, several
from pellucid.tables.streams.pieces import Piece

LARGE = 2.0**31  # bytes of memory to read a table, from which it is streamed
SHARE = 0.25  # of the free memory that it may take, else it is streamed


def pieces_of(
    source: Any, target: str = "y", header: bool | None = None
) -> Sequence[Piece]:
    """The pieces of a source, whatever it is.

    Raises
    ------
    TableError
        For what cannot be streamed.
    """
    if collections.is_dask(source):
        return collections.pieces_of(source, target)
    if is_several(source):
        return several.pieces_of(source, partial(files.pieces_of, header=header))
    if isinstance(source, str | os.PathLike):
        return files.pieces_of(Path(source), header)
    pair = isinstance(source, tuple) and len(source) == 2
    if is_frame(source[0] if pair else source) or batches.is_batched(source):
        return batches.pieces_of(source, target)
    if pair:
        X, y = source
        return arrays.side_by_side(X, y, target)
    return arrays.pieces_of(two_dimensional(source))


def is_large(source: Any) -> bool:
    """Whether to read a table would take much of the memory, so that it is streamed.

    Workbooks, and what is in memory already, are never streamed unless asked for.
    """
    if is_several(source):
        size = sum(files.size_of(file.path) for file in files_of(source))
    elif isinstance(source, str | os.PathLike):
        size = files.size_of(Path(source))
    else:
        maps = [*source] if isinstance(source, tuple) else [source]
        size = sum(8 * part.size for part in maps if isinstance(part, np.memmap))
    return size > min(LARGE, SHARE * available())
