"""What a statistician shows of models of the largest likelihood, of streamed rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.models.base import Array
from pellucid.regression.by_passes import Rows
from pellucid.regression.columns import Columns, Moments
from pellucid.statistics.by_passes import Seen, StreamedInformation
from pellucid.statistics.by_passes import informed as looked
from pellucid.statistics.families import Classes, Family
from pellucid.statistics.likelihood import Likelihoods
from pellucid.tables.streams.chunk import Chunk


@dataclass(frozen=True, eq=False)
class Streamed:
    """What a fit leaves for its statistics.

    Parameters
    ----------
    family : Family
        How the target is distributed.
    rows : callable
        Takes a chunk, gives X, the target as the family takes it, and weights.
    moments : Moments
        Of the columns.
    constant : array (k,)
        The outputs that are likeliest for all rows together.
    total : float
        The sum of the weights.
    bounded, free : bool
        Whether the likelihood has a maximum, and alone holds the coefficients.
    """

    family: Family
    rows: Rows
    moments: Moments
    constant: Array
    total: float
    bounded: bool
    free: bool


@dataclass(frozen=True)
class AgainstFirst:
    """Rows whose classes (m, k - 1) are set against the first."""

    rows: Rows

    def __call__(self, chunk: Chunk) -> tuple[Array, Array, Array]:
        """X (m, d), y (m, k - 1) and weights (m,)."""
        X, y, s = self.rows(chunk)
        return X, y[:, None] if y.ndim == 1 else y[:, 1:], s


def informed(model: Any) -> tuple[Likelihoods, StreamedInformation]:
    """What the rows say of a fit, in a pass; the model keeps how good it is."""
    about: Streamed = model._streamed
    columns = Columns.of(about.moments, 0.0, 1.0)
    w, b = np.atleast_2d(model.coef_), np.atleast_1d(model.intercept_)
    if len(w) > 1:
        w, b = w[1:] - w[0], b[1:] - b[0]
    seen = Seen(
        about.family, about.rows, columns, columns.inside(w.T, b), about.constant,
        bool(model.fit_intercept),
    )  # fmt: skip
    how = about.bounded, about.free, about.total
    likelihoods, information, sums = looked(model._rows.stream, seen, *how)
    if isinstance(about.family, Classes):
        alike = model.class_weight is None  # else weights are no counts of rows
        right = sums.right / about.total if alike else sums.rightly / sums.rows
        model.__dict__["_accuracy"] = right
    else:
        null = float(sums.null_deviance[0])
        model.__dict__["_d2"] = 1 - sums.deviance / null if null > 0 else 1.0
    return likelihoods, information
