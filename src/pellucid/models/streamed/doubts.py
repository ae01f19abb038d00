"""Whether a likelihood without a penalty has a maximum, of streamed rows."""

from __future__ import annotations

import numpy as np

from pellucid.models.logistic_cost import FAR, MOVED
from pellucid.regression.by_passes import Measured, StreamedObjective
from pellucid.regression.generalised import Generalised
from pellucid.regression.objective import Place
from pellucid.statistics.separation_by_passes import Rows, are_separable


def has_no_optimum(
    model: Generalised[StreamedObjective],
    at: Place,
    spread: Measured,
    rows: Rows,
    k: int,
) -> bool:
    """Whether some columns separate classes, looked for only where there is a doubt.

    Parameters
    ----------
    model : Generalised
        What was fitted.
    at : Place
        Where the fit has come to.
    spread : Measured
        Of all columns.
    rows : callable
        Takes a chunk, gives X and the number of the class of each row.
    k : int
        How many classes.
    """
    if not is_doubtful(model, at, spread):
        return False
    objective, ends = model.objective, (spread.low, spread.high)
    fit, intercept = model.columns.outside(at.u), objective.part.like.intercept
    return are_separable(objective.stream, rows, fit, k, intercept, ends)


def is_doubtful(
    model: Generalised[StreamedObjective], at: Place, spread: Measured
) -> bool:
    """Whether there may be no optimum near; see `logistic_cost.is_doubtful`.

    That the next step moves no output is told by the ends of the columns.
    """
    step = None if model.is_large else model.onward(at)  # a pass, that sees `outmost`
    outmost = model.objective.outmost
    if outmost is None or outmost.reach > FAR:
        return True
    if step is None:
        return False
    lows, highs = (
        np.abs(model.columns.scaled(model.columns.near(end[None])))[0]
        for end in (spread.low, spread.high)
    )
    farthest = np.append(np.maximum(lows, highs), 1.0) @ np.abs(step)
    return bool(np.sum(farthest) > MOVED)
