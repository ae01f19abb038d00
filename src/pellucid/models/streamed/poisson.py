"""Poisson regression of rows that are read anew at each step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from scipy.special import xlogy

from pellucid.minimisers.task import Fit, Options, Watch
from pellucid.models import extremes
from pellucid.models.streamed import predicting, taking
from pellucid.models.streamed.doubts import has_no_optimum
from pellucid.models.streamed.likelihood import Streamed
from pellucid.models.streamed.rows import OfCounts, Weighed, logarithms
from pellucid.regression import powers
from pellucid.regression.by_passes import Measured, StreamedRows, measured
from pellucid.regression.columns import Columns
from pellucid.regression.generalised import Generalised
from pellucid.regression.row_costs import RowCost
from pellucid.statistics.families import LEAST, Counts, half_deviance
from pellucid.tables.streams.adding import Several
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Model = TypeVar("Model", bound=Any)


def fitted(model: Model, stream: Stream) -> Model:
    """Fit a `PoissonRegression` to the rows of a stream."""
    before, rows = len(stream.passes), OfCounts(Weighed(type(model).__name__))
    spread, sums, drawn = measured(stream, rows, logarithms, bool(model.fit_intercept))
    total, counts, logs, n = map(float, sums)
    mean = counts / total
    stream = replace(stream, n=int(n))
    weighted = stream.reading.weights is not None
    model._rows = taking.kept(stream, int(n), weighted=weighted)
    middle = np.array([mean]), np.ones(1)
    streamed = StreamedRows(stream, rows, total, middle, drawn)
    beside = logs / total - float(xlogy(mean, mean))
    try:
        fit, model.separable_ = _minimised(model, streamed, spread, rows, beside)
    except powers.OutOfRangeError as error:
        raise extremes.refused(model, error) from None
    model._streamed = Streamed(
        Counts(), replace(rows, beside=True), spread.moments,
        np.log(np.maximum(middle[0], LEAST)), total, not model.separable_,
        model.alpha == 0,
    )  # fmt: skip
    model.passes_ = len(stream.passes) - before
    model._store(fit, np.dtype(float))
    return model


def _minimised(
    model: Any, rows: StreamedRows, spread: Measured, counts: OfCounts, beside: float
) -> tuple[Fit, bool]:
    """The solution, and whether some means are 0 in the limit."""
    mean, free = float(rows.middle[0][0]), model.alpha == 0
    columns = Columns.of(spread.moments, model.alpha**0.5, mean or 1.0)
    generalised = Generalised.streamed(
        RowCost(half_deviance), columns, rows, intercept=bool(model.fit_intercept),
        beside=beside, watched=free,
    )  # fmt: skip
    options, watch = Options(model.max_iter, model.tol), Watch(None, model.verbose, "J")
    start = model._start(mean)
    fit, at = generalised.minimised(start, options, watch, model.solver)
    found = generalised, at, spread, counts.index, 2
    return fit, free and has_no_optimum(*found)


def d2(model: Any, X: Stream) -> float:
    """The part of the deviance of the rows of a stream that is explained."""
    left, (total, counts, logs, _) = predicting.totals(model, X, _deviance)
    all_ = logs - xlogy(counts, counts / total)
    if all_ <= 0:
        return float(left <= 1e-15 * max(counts, total))
    return float(1 - left / all_)


def _deviance(model: Any, chunk: Chunk) -> Several:
    """Half the deviance of a chunk, and what that of a constant needs."""
    X, y, s = OfCounts(Weighed(type(model).__name__))(chunk)
    with np.errstate(over="ignore"):
        left = s @ half_deviance(model._linear(X), y)
    return Several((left, logarithms(y, s)))
