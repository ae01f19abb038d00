"""Logistic regression of rows that are read anew at each step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from pellucid.errors import ModelError
from pellucid.minimisers.task import Fit, Options, Watch
from pellucid.models import base, extremes, logistic_settings, weights
from pellucid.models.following import is_followed
from pellucid.models.logistic_cost import finite, loss_of
from pellucid.models.streamed import taking
from pellucid.models.streamed.classes import ClassCounts, CountingClasses
from pellucid.models.streamed.doubts import has_no_optimum
from pellucid.models.streamed.likelihood import AgainstFirst, Streamed
from pellucid.models.streamed.rows import Coded, Weighed
from pellucid.regression import powers
from pellucid.regression.by_passes import (
    Measured,
    StreamedRows,
    measured,
    spread_of,
)
from pellucid.regression.generalised import Generalised
from pellucid.regression.row_costs import RowCost
from pellucid.statistics.families import LEAST, Classes
from pellucid.tables.streams.stream import Stream

Model = TypeVar("Model", bound=Any)


def fitted(model: Model, stream: Stream) -> Model:
    """Fit a `LogisticRegression` to the rows of a stream."""
    _check(model)
    name, before = type(model).__name__, len(stream.passes)
    rows = Weighed(name)
    measuring = stream, rows, CountingClasses(name), bool(model.fit_intercept)
    spread, counts, sample = measured(*measuring)
    weights.expect_several(model, counts.classes, int(counts.rows.sum()))
    model.classes_ = counts.classes
    coded, total = _weighted(model, rows, counts)
    n = int(counts.there[total > 0].sum())
    stream = replace(stream, n=n)
    model._Cn = logistic_settings.strength(model)[0] * float(np.sum(total))
    if coded.factors is not None and model.standardise:
        spread = spread_of(stream, coded, bool(model.fit_intercept))
    model._scale = spread.moments.deviation if model.standardise else None
    weighted = coded.factors is not None or stream.reading.weights is not None
    model._rows = taking.kept(stream, n, len(total), weighted)
    drawn = coded.of(*sample)
    streamed = StreamedRows(stream, coded, float(total.sum()), _middle(total), drawn)
    fit, model.separable_ = _minimised(model, streamed, spread, coded.index)
    model._streamed = Streamed(
        Classes(), AgainstFirst(coded), spread.moments, _log_odds(total),
        float(total.sum()), not model.separable_, bool(np.isinf(model._Cn)),
    )  # fmt: skip
    model.passes_ = len(stream.passes) - before
    model._store(fit, np.dtype(float), weights.absent(model.classes_, total > 0))
    return model


def _check(model: Any) -> None:
    """Refuse what a stream is not fitted by."""
    name = type(model).__name__
    if model.solver == logistic_settings.DESCENT:
        raise ModelError(
            f"{name}: expected a solver that looks at a stream few times, got "
            f'"{model.solver}", which reads all rows at each step; take solver="auto".'
        )
    if is_followed(model):
        raise ModelError(
            f"{name}: expected rows in memory to be followed by callbacks, got a "
            "stream; take the callbacks away, or fit to stream.table()."
        )


def _weighted(model: Any, rows: Weighed, counts: ClassCounts) -> tuple[Coded, Any]:
    """How rows are coded, and what each class weighs with `class_weight` (k,)."""
    every = np.arange(len(counts.classes))
    total = weights.class_weighted(model, counts.classes, every, counts.weights)
    total = np.asarray(total, float)
    factors = None
    if model.class_weight is not None:
        there = counts.weights > 0
        factors = np.zeros(len(every))
        np.divide(total, counts.weights, out=factors, where=there)
    if not total.any():
        raise ModelError(f"{type(model).__name__}: {base.NO_WEIGHT}.")
    return Coded(rows, counts.classes, factors), total


def _middle(total: Any) -> tuple[Any, Any]:
    """A row of each class, as often as all rows of it together."""
    k = len(total)
    return (np.arange(2.0) if k == 2 else np.eye(k)), total / np.sum(total)


def _log_odds(total: Any) -> Any:
    """Those (k - 1,) of the classes that weigh so much, against the first."""
    largest = np.maximum(total, LEAST)
    return np.log(largest[1:] / largest[0])


def _minimised(
    model: Any, rows: StreamedRows, spread: Measured, classes: Any
) -> tuple[Fit, bool]:
    """The solution, and whether the classes are separable."""
    cost, options = model._cost, Options(model.max_iter, model.tol)
    columns, free = cost.columns(spread.moments), np.isinf(cost.Cn)
    generalised = Generalised.streamed(
        RowCost(loss_of(cost.k), model.target, model.device), columns, rows,
        intercept=bool(model.fit_intercept), l1=(cost.l1_ratio, cost.Cn**-0.5),
        watched=free,
    )  # fmt: skip
    objective = generalised.objective

    def apart(*_: Any) -> bool:
        outmost = objective.outmost
        return bool(free and outmost is not None and outmost.margin > 0)

    watch = Watch(apart if free else None, model.verbose, "J")
    try:
        goes = model._start(), options, watch, model.solver
        fit, at = generalised.minimised(*goes)
    except powers.OutOfRangeError as error:
        raise extremes.refused(model, error) from None
    separable = apart()
    if free and not separable:
        separable = has_no_optimum(generalised, at, spread, classes, cost.k)
    return finite(fit), separable
