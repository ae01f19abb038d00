"""Huber's regression of rows that are read anew at each step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import numpy as np

from pellucid.errors import ModelError
from pellucid.minimisers.task import Fit, Options, Watch
from pellucid.models import costs, extremes
from pellucid.models.base import Array
from pellucid.models.streamed import taking
from pellucid.models.streamed.rows import Weighed
from pellucid.regression import powers, quasi_newton, scales
from pellucid.regression.by_passes import Measured, Part, Sample, measured
from pellucid.regression.columns import Columns
from pellucid.regression.objective import Objective
from pellucid.regression.row_costs import RowCost
from pellucid.regression.scales_by_passes import StreamedHuber, without_rows
from pellucid.tables.streams.chunk import Chunk
from pellucid.tables.streams.stream import Stream

Model = TypeVar("Model", bound=Any)

FINE = 1e-3  # of tol, as in memory
PLAIN = "newton-cholesky"  # a Hessian at each step
SAMPLED = 1e-6  # the tol of a sample
LEAST = 1e-6  # a sigma beside the spread of y from which rows are on a plane


@dataclass(frozen=True)
class Scaled:
    """Rows whose target is (y - centre) / unit."""

    rows: Weighed
    centre: float
    unit: float

    def __call__(self, chunk: Chunk) -> tuple[Array, Array, Array]:
        """X (m, d), y (m,), s (m,)."""
        X, y, s = self.rows(chunk)
        return X, y / self.unit - self.centre / self.unit, s


def fitted(model: Model, stream: Stream) -> Model:
    """Fit a `HuberRegression` to the rows of a stream."""
    name, before = type(model).__name__, len(stream.passes)
    if model.epsilon == 1:
        raise _refused(name)
    rows = Weighed(name)
    measuring = rows, _weighing, bool(model.fit_intercept)
    spread, n, drawn = measured(stream, *measuring, always=True)
    stream = replace(stream, n=int(n))
    weighted = stream.reading.weights is not None
    model._rows = taking.kept(stream, int(n), weighted=weighted)
    try:
        fit = _minimised(model, stream, rows, spread, drawn)
    except powers.OutOfRangeError as error:
        raise extremes.refused(model, error) from None
    found = partial(_outliers, rows, model.epsilon, fit.x)
    model.outliers_ = np.concatenate(stream.summed(found, "outliers"))
    model.passes_ = len(stream.passes) - before
    model._store(fit, np.dtype(float))
    return model


def _minimised(
    model: Any, stream: Stream, rows: Weighed, spread: Measured, drawn: Sample
) -> Fit:
    """By Newton's method, from the minimum of a sample."""
    X, y, s = drawn
    n = spread.total
    centre, width = scales.spread_of(y, s, bool(model.fit_intercept))
    unit = float(2.0 ** np.frexp(width)[1])
    soft = (2 * model.alpha * unit / n) ** 0.5
    columns = Columns.of(spread.moments, soft, 2.0)
    sample = Objective(
        columns.design(X), y / unit - centre / unit, s / np.sum(s),
        RowCost(costs.huber), np.append(columns.softness**2, 0.0),
        bool(model.fit_intercept),
    )  # fmt: skip
    w, b, last = model._start(centre)
    start = columns.inside(w / unit, (b - centre) / unit)
    quiet, epsilon = Watch(None, False, "J"), float(model.epsilon)
    known = last and last / unit
    options = Options(100, SAMPLED)
    near, sigma = scales.minimised(sample, epsilon, start, options, quiet, known)
    if sigma < LEAST:
        raise _refused(type(model).__name__)
    part = Part(without_rows(sample), columns, Scaled(rows, centre, unit), n)
    objective = StreamedHuber(stream, part, epsilon)
    options = Options(model.max_iter, model.tol * FINE)
    begin = np.append(near.x, sigma)
    fit, at = quasi_newton.minimised(objective, begin, options, quiet, PLAIN)
    w, b = columns.outside(at.u[:-1])
    x, size = (w * unit, b * unit + centre, at.u[-1] * unit), n * unit
    return replace(fit, x=x, fun=fit.fun * size, history=fit.history * size)


def _weighing(y: Array, s: Array) -> int:
    """How many rows have weight."""
    return int(np.sum(s > 0))


def _outliers(rows: Weighed, epsilon: float, x: Any, chunk: Chunk) -> tuple[Array, ...]:
    """Which rows of a chunk are beyond epsilon sigma."""
    (w, b, sigma), (X, y, _) = x, rows(chunk)
    far = np.abs(y - extremes.output(X, w, b))
    return (far > epsilon * sigma,)


def _refused(name: str) -> ModelError:
    return ModelError(
        f"{name}: expected residuals of a stream that spread, found so many on a "
        "plane, or epsilon=1, that sigma is 0; fit to rows in memory, stream.table()."
    )
