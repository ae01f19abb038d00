"""What the rows of a linear regression tell of its errors, when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.models import base, summary
from pellucid.models.base import Array
from pellucid.regression.hat import Hat, is_rough
from pellucid.statistics.linear import LinearFit


def fitted(
    model: Any, found: Callable[[], Hat] | None = None, told: Array | None = None
) -> LinearFit:
    """A linear regression with its errors, of the rows or of what a file kept."""
    intercept, found = bool(model.fit_intercept), cache(found or partial(hat, model))
    spread, explained = model._spread, model._explained
    if model._rows.arrays is None:
        constant, log_weights = model._constant, model._log_weights
    else:
        known = _is_known(model)
        constant = intercept or (known and found().has_constant)
        weights = model._rows.arrays[2:]
        log_weights = float(np.sum(np.log(weights[0]))) if weights else None
        rough = known and is_rough(spread, explained.f)
        spread = found().refined if rough else spread
    return LinearFit(
        index=summary.names_of(model, base.target_names(model), "target"),
        estimate=summary.estimates_of(model),
        rows=model._rows.kinds[0][0][0],
        rank=model.rank_ + intercept,
        spread=spread,
        explained=explained,
        intercept=intercept,
        constant=constant,
        log_weights=log_weights,
        found=found,
        told=told,
    )


def hat(model: Any) -> Hat:
    """The hat matrix of the rows that a model was fitted to."""
    X, y, *s = base.rows_of(model)
    if not _is_known(model):
        message = "expected an X whose errors can be told, got a sparse one that is too"
        raise ModelError(f"LinearRegression: {message} large; fit to fewer columns.")
    w, Y = np.atleast_2d(model.coef_).T, y.reshape(len(y), -1)
    kinds = {"intercept": bool(model.fit_intercept), "bound": bool(model.positive)}
    return Hat.of(X, Y, s[0] if s else None, model._spread, w, **kinds)


def _is_known(model: Any) -> bool:
    """Whether it is known how the rows lie, and not only the solution of iterations."""
    return bool(model._spread.inverse.shape[1] == model.rank_)
