"""What columns of a linear model do: effects that can be compared, one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pellucid.models.base import Array, feature_names
from pellucid.models.constraints import constraints_of
from pellucid.models.logistic_cost import deviations
from pellucid.regression.powers import filled
from pellucid.show.estimates import LEVEL, quantile
from pellucid.statistics import tests
from pellucid.statistics.fitted import lengths

if TYPE_CHECKING:
    import pandas as pd


def units(X: Any) -> Array:
    """How much more of each column is compared: two standard deviations.

    Of a column of 0 and 1 it is 1, the level of a category, or not: where both are as
    frequent, these are two standard deviations too.

    References
    ----------
    Gelman, "Scaling regression inputs by dividing by two standard deviations" (2008).
    """
    X = filled(X)
    return np.where(of_two(X), 1.0, 2 * deviations(X))


def of_two(X: Array) -> NDArray[np.bool_]:
    """Which columns are of 0 and 1 alone."""
    return np.asarray(np.all((X == 0) | (X == 1), axis=0))


def standardised(model: Any, X: Any) -> pd.DataFrame:
    """The estimates and their bounds (without the intercept) for a unit of each column.

    The unit is that of `units`: effects of columns of any measure can be compared.
    """
    frame: pd.DataFrame = model._statistics.estimates()[["estimate", "lower", "upper"]]
    names = feature_names(model)
    if model.fit_intercept:
        groups = max(len(frame) // (len(names) + 1), 1)
        frame = frame[np.tile([False] + [True] * len(names), groups)]
    scale = np.tile(units(X), len(frame) // max(len(names), 1))
    return frame.mul(scale, axis=0)


def sizes(model: Any, X: Any) -> Array:
    """How large the effect of each column is (d,), of several outputs the largest."""
    w = np.atleast_2d(filled(model.coef_))
    return np.asarray(np.max(np.abs(w), axis=0) * units(X))


def along(model: Any, rows: Array) -> tuple[Array, Array, Array]:
    """The linear output (m,) of rows and the bounds of its interval, at 95 %.

    The output of a row g is g'w, its standard error the length of g'A, where A A' is
    the covariance of w. Bounds are nan where there are no errors, or a
    penalty moved the coefficients.
    """
    if constraints_of(model):
        z = rows @ np.ravel(model.coef_) + float(np.ravel(model.intercept_)[0])
        return z, np.full(len(z), np.nan), np.full(len(z), np.nan)
    fit = model._statistics
    G = np.column_stack([np.ones(len(rows)), rows]) if model.fit_intercept else rows
    z, A = G @ fit.estimate, fit.root()
    used = np.any(G != 0, axis=0)
    known = np.isfinite(A).all(axis=1)
    half = np.full(len(rows), np.nan)
    if known[used].all():
        half = quantile(fit.freedom, LEVEL) * lengths(G[:, known] @ A[known])
    return z, z - half, z + half


@dataclass(frozen=True)
class Column:
    """A raw column: one number, or the levels of a category."""

    name: str
    places: tuple[int, ...]  # of the columns of X
    levels: tuple[str, ...] = ()  # of a category, the first first


def raw_columns(model: Any) -> list[Column]:
    """The raw columns that columns of X belong to."""
    names = feature_names(model)
    recipe = getattr(model, "preparation_", None)
    if recipe is None or recipe.names != tuple(names):
        return [Column(name, (j,)) for j, name in enumerate(names)]
    columns, j = [], 0
    for step in recipe.steps:
        places = tuple(range(j, j + len(step.names)))
        j += len(places)
        levels = step.levels if step.role.kind == "category" else ()
        own = max(len(levels) - 1, 0)  # others tell where a cell was filled in
        if own:
            columns.append(Column(step.column, places[:own], tuple(map(str, levels))))
        columns += [Column(names[k], (k,)) for k in places[own:]]
    return columns


def chance(model: Any, column: Column) -> float:
    """P that the estimates w of a column are so far from 0 by chance (Wald's test).

    It is nan where there are no errors, or a penalty moved the coefficients.
    """
    if constraints_of(model):
        return np.nan
    fit = model._statistics
    every = model.n_features_in_ + model.fit_intercept  # estimates of one class
    first = np.arange(0, len(fit.estimate), every)[:, None] + model.fit_intercept
    places = np.ravel(first + np.array(column.places))
    w, A = fit.estimate[places], fit.root()[places]
    if not (np.isfinite(A).all() and np.any(A)):
        return np.nan
    return tests.wald(w, A, fit.freedom).p


def rows_of_levels(column: Column, centre: Array) -> Array:
    """A row (k, d) for each level of a category, the other columns at their means."""
    rows = np.tile(centre, (len(column.levels), 1))
    rows[:, list(column.places)] = np.eye(len(column.levels))[:, 1:]
    return rows


def rows_along(j: int, at: Array, centre: Array) -> Array:
    """A row (m, d) for each value of a column, the others at their means."""
    rows = np.tile(centre, (len(at), 1))
    rows[:, j] = at
    return rows
