"""What a fit found: text in a terminal, HTML in a notebook, and a data frame."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pellucid.models.base import feature_names, target_names
from pellucid.reading.names import one_line
from pellucid.show.plain_text import number, table

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 40  # rows that are printed; the data frame has them all


@dataclass(frozen=True, repr=False)
class Summary:
    """A table of a fitted model, and a few figures about the fit.

    Parameters
    ----------
    title : str
        What was fitted to what.
    figures : mapping
        From the name of a figure to its value.
    frame : pandas.DataFrame
        A row a coefficient, the intercept first; of a network, a row a layer.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"estimate": [2.8, 1.9]}, index=["intercept", "x"])
    >>> print(Summary("LinearRegression of y", {"r2": 0.99}, frame.rename_axis("")))
    LinearRegression of y
    r2 0.99
    <BLANKLINE>
               estimate
    ─────────  ────────
    intercept       2.8
    x               1.9
    """

    title: str
    figures: Mapping[str, object]
    frame: pd.DataFrame

    def __repr__(self) -> str:
        figures = "   ".join(f"{k} {number(v, 4)}" for k, v in self.figures.items())
        lines = [one_line(self.title), figures, "", table(self._shown())]
        return "\n".join([*lines, *self._more()])

    def _repr_html_(self) -> str:
        figures = ", ".join(f"{k} {number(v, 4)}" for k, v in self.figures.items())
        digits = "{:.6g}".format
        body = self._shown().to_html(index=False, border=0, float_format=digits)
        more = "".join(f"<p>{html.escape(line)}</p>" for line in self._more())
        head = f"<p><b>{html.escape(self.title)}</b><br>{html.escape(figures)}</p>"
        return head + str(body) + more

    def _shown(self) -> pd.DataFrame:
        """The rows that are printed, their names as columns."""
        return self.frame.head(SHOWN).reset_index()

    def _more(self) -> list[str]:
        """How many rows are not printed."""
        more = len(self.frame) - SHOWN
        return [f"... and {more:,} more rows in .frame"] if more > 0 else []


def linear(model: Any) -> Summary:
    """Sum up a linear regression."""
    check_is_fitted(model)
    targets = target_names(model)
    figures = {
        "rows": model._rows.kinds[0][0][0],
        "features": model.n_features_in_,
        "r2": model._r2,
    }
    title = f"{type(model).__name__} of {', '.join(targets)}"
    return Summary(title, figures, coefficients(model, targets, "target"))


def logistic(model: Any) -> Summary:
    """Sum up a logistic regression."""
    check_is_fitted(model)
    figures = {
        "rows": model._rows.kinds[0][0][0],
        "features": model.n_features_in_,
        "cost": model.history_[-1],
        "accuracy": model._accuracy,
        "iterations": int(model.n_iter_[0]),
    }
    labels = [str(label) for label in model.classes_]
    groups = labels if len(labels) > 2 else labels[1:]
    of = model._target if len(labels) > 2 else f"{model._target} = {labels[1]}"
    title = f"{type(model).__name__} of {of}"
    return Summary(title, figures, coefficients(model, groups, "class"))


def coefficients(model: Any, groups: Sequence[str], group: str) -> pd.DataFrame:
    """A row a coefficient, the intercept first; of several groups one after another."""
    import pandas as pd

    names, table = feature_names(model), np.atleast_2d(model.coef_)  # (k, d)
    if model.fit_intercept:
        names = ["intercept", *names]
        table = np.column_stack([np.atleast_1d(model.intercept_), table])  # (k, 1 + d)
    index = pd.MultiIndex.from_product([groups, names], names=[group, "coefficient"])
    frame = pd.DataFrame({"estimate": table.ravel()}, index=index)
    return frame.droplevel(group) if len(groups) == 1 else frame
