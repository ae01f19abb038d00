"""What a fit found: its figures, and a row for each coefficient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pellucid.models.base import Array, rows_of
from pellucid.models.linear_settings import coefficient_names
from pellucid.models.notes import notes
from pellucid.regression.powers import filled
from pellucid.show.summary import Summary
from pellucid.statistics.fitted import CLASSICAL

if TYPE_CHECKING:
    import pandas as pd


def of(model: Any, level: float, covariance: str) -> Summary:
    """Sum up a model whose estimates have errors."""
    fitted = model._statistics
    title = f"{type(model).__name__} of {model._subject()}"
    size = {"rows": fitted.rows, "features": model.n_features_in_}
    figures = {**size, **fitted.figures(covariance)}
    if covariance != CLASSICAL:
        figures["covariance"] = covariance
    told = (*model.notes_, *fitted.remarks(covariance))
    return Summary(title, figures, fitted.estimates(covariance, level), told)


def diagnostics(model: Any) -> Summary:
    """A row a row: residuals, leverage, influence."""
    import pandas as pd

    rows_of(model)
    fitted, (groups, group) = model._statistics, model._statistics.groups
    found = fitted.diagnostics()
    index = _grouped(groups, model._rows.called, group, "row")
    figures = {
        "rows": model._rows.kinds[0][0][0],
        "mean leverage": fitted.rank / fitted.rows,
        "largest leverage": np.max(found["leverage"]),
        "largest Cook's distance": np.nanmax(found["Cook's distance"], initial=0.0),
    }
    title = f"Rows of {type(model).__name__} of {model._subject()}"
    frame = pd.DataFrame(dict(found), index=index)
    return Summary(title, figures, frame, notes.held_back(model))


def huber(model: Any) -> Summary:
    """Sum up a robust regression."""
    check_is_fitted(model)
    figures = {
        "rows": model._rows.kinds[0][0][0],
        "features": model.n_features_in_,
        "cost": model.history_[-1],
        "scale": model.scale_,
        "outliers": int(model.outliers_.sum()),
        "iterations": model.n_iter_,
    }
    title = f"{type(model).__name__} of {model._target}"
    return Summary(title, figures, coefficients(model, [model._target], "target"))


def coefficients(model: Any, groups: Sequence[str], group: str) -> pd.DataFrame:
    """A row a coefficient, the intercept first; of several groups one after another."""
    import pandas as pd

    index = names_of(model, groups, group)
    return pd.DataFrame({"estimate": estimates_of(model)}, index=index)


def names_of(model: Any, groups: Sequence[str], group: str) -> pd.Index[Any]:
    """The names of the coefficients, the intercept first; of several groups of each."""
    names = ["intercept"] * model.fit_intercept + coefficient_names(model)
    return _grouped(groups, names, group, "coefficient")


def _grouped(
    groups: Sequence[str], names: Sequence[Any] | Array, group: str, name: str
) -> pd.Index[Any]:
    """An index of names; of several groups, of those of each."""
    import pandas as pd

    if len(groups) == 1:
        return pd.Index(names, name=name)
    return pd.MultiIndex.from_product([groups, names], names=[group, name])


def estimates_of(model: Any) -> Array:
    """The coefficients, the intercept first; those of one group after another."""
    table = np.atleast_2d(filled(model.coef_))  # (k, d)
    if model.fit_intercept:
        table = np.column_stack([np.atleast_1d(model.intercept_), table])  # (k, 1 + d)
    return table.ravel()
