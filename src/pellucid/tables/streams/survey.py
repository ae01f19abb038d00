"""The first pass over a source: a role for each column, and which rows are meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pellucid.tables.joined import joined
from pellucid.tables.streams.pieces import Piece
from pellucid.tables.streams.reading import Reading
from pellucid.tables.streams.runners import Cores, Runner
from pellucid.tables.streams.stream import Stream
from pellucid.tables.to_table import Wishes, to_table


def surveyed(
    pieces: Sequence[Piece], target: str | int | None, missing: str = "drop",
    runner: Runner | None = None, **wished: Any,
) -> Stream:  # fmt: skip
    """Look at all rows once, and give each column a role, as of a table in memory."""
    grids = [[*piece.grids()] for piece in pieces]
    counts = tuple(sum(grid.n for grid in some) for some in grids)
    whole = joined([grid for some in grids for grid in some])
    table = to_table(whole, target, Wishes.of(whole, missing, **wished))
    labels = ()
    if table.y is not None and table.y.dtype.kind == "U":
        labels = tuple(np.unique(table.y).tolist())
    reading = Reading(table.preparation, labels)
    runner = runner or Cores()
    stream = Stream(tuple(pieces), counts, table.n, reading, whole.source, runner)
    stream.passes.append("looking at the columns")
    return stream
