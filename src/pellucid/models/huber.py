"""Huber's robust regression: squares of small residuals, absolute values of large."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from pellucid.graphs.graph import Graph
from pellucid.minimisers.task import Fit, Options, Watch
from pellucid.models import base, checks, costs, extremes, linear_settings
from pellucid.models.base import Array
from pellucid.models.scores import Regressor
from pellucid.models.streamed import huber as by_passes
from pellucid.models.streamed.predicting import by_chunks
from pellucid.models.streamed.taking import taken
from pellucid.regression import powers, scales
from pellucid.regression.columns import Columns, Moments
from pellucid.regression.objective import Objective
from pellucid.regression.row_costs import RowCost

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pellucid.show.summary import Summary

CHECKS = {
    "epsilon": checks.number(1),
    "max_iter": checks.count(0),
    "alpha": checks.number(0),
    "warm_start": checks.flag,
    "fit_intercept": checks.flag,
    "tol": checks.number(0),
}

FINE = 1e-3  # of tol: the cost tells little of w where alpha is little


@dataclass(frozen=True)
class Cost:
    """J(w, b, sigma) = sum_i s_i (sigma + H(r_i / sigma) sigma) + alpha |w|^2."""

    epsilon: float
    alpha: float

    def __call__(self, w: Any, b: Any, sigma: Any, X: Any, y: Any, s: Any = 1.0) -> Any:
        """J of w (d,), b (), sigma (), X (n, d), y (n,), and weights s (n,)."""
        t, r = self.epsilon * sigma, X @ w + b - y  # r: (n,)
        loss = sigma + 2 * self.epsilon * t * costs.huber(r / t, 0 * r)  # (n,)
        return np.sum(s * loss) + self.alpha * np.sum(w**2)


class HuberRegression(Regressor, BaseEstimator):
    """Linear regression that outliers move little.

        J(w, b, sigma) = sum_i (sigma + H(r_i / sigma) sigma) + alpha |w|^2

    with r = Xw + b - y, H(a) = a^2 up to |a| = epsilon and 2 epsilon |a| - epsilon^2
    beyond; rows count as often as their weights say. sigma, the scale of the residuals,
    is found with w and b, so that the units of y do not matter. What scikit-learn's
    `HuberRegressor` takes, this one takes; it has the same cost, and the same optimum.

    Parameters
    ----------
    epsilon : float
        At how many sigma a residual is one of an outlier, from 1 up; 1.35 is 95 % as
        efficient as least squares where the residuals are normal.
    max_iter : int
        Iterations at most.
    alpha : float
        The strength of the penalty; 0 for none.
    warm_start : bool
        Whether to begin at the last solution.
    fit_intercept : bool
        Whether there is a b.
    tol : float
        It stops when the cost can fall by a tenth of the square of this part of itself.

    Attributes
    ----------
    coef_ : array (d,)
        w.
    intercept_ : float
        b.
    scale_ : float
        sigma. Where so many rows lie on a plane, more than 1 - 1 / epsilon^2 of them,
        that the cost falls for as long as sigma does, or where epsilon is 1, it is the
        least that is tried, about 1e-9 of the spread of y.
    outliers_ : array (n,) of bool
        Whether a row's residual is beyond epsilon sigma.
    n_iter_ : int
        Iterations taken.
    history_ : array
        Entry i is J at iteration i, from 0, the start: of a stream, the minimum of a
        sample.
    graph_ : Graph
        J as a graph of w, b, sigma, X and y (and of the weights s).
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.
    passes_ : int
        How many times the rows were read, where they were streamed.

    References
    ----------
    Huber & Ronchetti, "Robust Statistics" (2009), section 7.7, concomitant scale
    estimates; Owen, "A robust hybrid of lasso and ridge regression" (2007).

    Examples
    --------
    >>> X, y = np.arange(8.0)[:, None], [1.0, 3.1, 4.9, 7.2, 8.8, 11.1, 12.9, 90.0]
    >>> model = HuberRegression(alpha=0.0).fit(X, y)
    >>> model.coef_.round(2), np.flatnonzero(model.outliers_)
    (array([2.01]), array([4, 7]))
    """

    def __init__(
        self, *, epsilon: float = 1.35, max_iter: int = 100, alpha: float = 0.0001,
        warm_start: bool = False, fit_intercept: bool = True, tol: float = 1e-05,
    ) -> None:  # fmt: skip
        self.epsilon = epsilon
        self.max_iter = max_iter
        self.alpha = alpha
        self.warm_start = warm_start
        self.fit_intercept = fit_intercept
        self.tol = tol

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find w, b and sigma.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix, `Table` or `Stream` with its target
            Features; a sparse matrix is not filled out. The rows of a stream are read
            anew at each step.
        y : array (n,)
            Target.
        sample_weight : array (n,), optional
            How often each row counts.

        Returns
        -------
        HuberRegression
            Itself.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used.

        Warns
        -----
        ConvergenceWarning
            When `max_iter` comes before the optimum.

        Examples
        --------
        >>> X, y = np.arange(8.0)[:, None], [1.0, 3.1, 4.9, 7.2, 8.8, 11.1, 12.9, 90.0]
        >>> HuberRegression(alpha=0.0).fit(X, y).coef_.round(2)
        array([2.01])
        """
        checks.check_parameters(self, CHECKS)
        if (stream := taken(self, X, y, sample_weight)) is not None:
            return by_passes.fitted(self, stream)
        X, y = base.unpacked(self, X, y)
        self._target = base.target_name(y)
        options: dict[str, Any] = {"sparse": True, "y_numeric": True}
        X, y, s = base.all_rows(self, X, y, sample_weight, **options)
        given = X, y = X, extremes.as_single(self, y, float, "y")
        X, y, s = base.weighted_rows(X, y, s)
        if s is not None:
            base.total(self, s)
        self._rows = base.kept(X.astype(float, copy=False), y, s)
        try:
            fit = self._minimised()
        except powers.OutOfRangeError as error:
            raise extremes.refused(self, error) from None
        w, b, sigma = fit.x
        far = np.abs(given[1] - extremes.output(given[0], w, b))
        self.outliers_ = far > self.epsilon * sigma
        self._store(fit, X.dtype)
        return self

    def _minimised(self) -> Fit:
        """By Newton's method, on columns that are centred and of like length."""
        X, y, *weights = base.rows_of(self)
        s = weights[0] if weights else np.ones(len(y))
        n = float(np.sum(s))
        centre, spread = scales.spread_of(y, s, self.fit_intercept)
        unit = float(2.0 ** np.frexp(spread)[1])  # J is of the first degree in y
        moments = Moments.of(X, s, self.fit_intercept)
        columns = Columns.of(moments, (2 * self.alpha * unit / n) ** 0.5, 2.0)
        y, s = y / unit - centre / unit, powers.near_one(s)
        objective = Objective(
            columns.design(X), y, s / np.sum(s), RowCost(costs.huber),
            np.append(columns.softness**2, 0.0), self.fit_intercept,
        )  # fmt: skip
        w, b, last = self._start(centre)
        start = columns.inside(w / unit, (b - centre) / unit)
        options = Options(self.max_iter, FINE * self.tol)
        fit, sigma = scales.minimised(
            objective, float(self.epsilon), start, options, Watch(None, False, "J"),
            last and last / unit,
        )  # fmt: skip
        w, b = columns.outside(fit.x)
        x, size = (w * unit, b * unit + centre, sigma * unit), n * unit
        return replace(fit, x=x, fun=fit.fun * size, history=fit.history * size)

    def _start(self, centre: float) -> tuple[Array, float, float | None]:
        """The middle of y for all rows, or the last solution with its scale."""
        d = self.n_features_in_
        if self.warm_start and getattr(self, "coef_", np.zeros(0)).shape == (d,):
            return self.coef_.astype(float), float(self.intercept_), self.scale_
        return np.zeros(d), centre, None

    def _store(self, fit: Fit, dtype: Any) -> None:
        """Keep the solution, and say when it is none."""
        w, b, sigma = fit.x
        self.coef_, b = extremes.rounded(self, w, b, dtype)
        self.intercept_, self.scale_ = float(b), float(sigma)
        self.history_, self.n_iter_ = fit.history, fit.nit
        if self.tol and not fit.success:
            linear_settings.tell_stopped(self, fit)

    @by_chunks
    def predict(self, X: Any) -> Array:
        """Compute Xw + b.

        Raises
        ------
        ModelError
            For cells that are not finite, and a prediction beyond float64.

        Examples
        --------
        >>> X, y = np.arange(8.0)[:, None], [1.0, 3.1, 4.9, 7.2, 8.8, 11.1, 12.9, 90.0]
        >>> HuberRegression(alpha=0.0).fit(X, y).predict([[10.0]]).round(1)
        array([21.1])
        """
        z = self._linear(base.rows_to_predict(self, X, sparse=True))
        return extremes.finite(self, z)

    def _linear(self, X: Array) -> Array:
        return extremes.output(X, self.coef_.astype(float), self.intercept_)

    @property
    def graph_(self) -> Graph:
        """J as a graph of w, b, sigma, X and y (and of the weights s)."""
        check_is_fitted(self)
        cost = Cost(float(self.epsilon), float(self.alpha))
        found = self.coef_, self.intercept_, self.scale_
        return base.recorded_cost(self, cost, *found)

    def formula(self, format: str = "text") -> str:  # noqa: A002
        """Write the fitted model as "text" or as "latex".

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
        >>> HuberRegression(alpha=0.0).fit(X, y).formula()
        'y = 2 x + 1'
        """
        from pellucid.models import as_formulas

        return as_formulas.linear(self, format)

    def summary(self) -> Summary:
        """Sum up the fit: cost, scale, outliers, and the estimates, intercept first.

        Examples
        --------
        >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
        >>> model = HuberRegression(alpha=0.0).fit(X, y)
        >>> model.summary().frame["estimate"].round(4).to_dict()
        {'intercept': 1.0, 'x': 2.0}
        """
        from pellucid.models import summary

        return summary.huber(self)

    def plot(self) -> Figure:
        """Draw the line, the plane, or what was observed against what is predicted.

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.
        MissingExtraError
            When matplotlib is not installed.

        Examples
        --------
        >>> model = HuberRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
        >>> model.plot().axes[0].get_xlabel()
        'x'
        """
        from pellucid.models.pictures import pictures

        return pictures.huber(self)
