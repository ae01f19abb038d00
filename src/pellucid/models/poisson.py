"""Poisson regression: counts whose logarithm of the mean is linear in the features."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import xlogy
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from pellucid.graphs.graph import Graph
from pellucid.minimisers.task import Fit, Options, Watch
from pellucid.models import base, checks, extremes, linear_settings, penalties, scores
from pellucid.models.base import Array
from pellucid.models.by_likelihood import OfCounts
from pellucid.models.chosen import told
from pellucid.models.logistic_cost import is_doubtful
from pellucid.models.streamed import poisson as by_passes
from pellucid.models.streamed.predicting import by_chunks
from pellucid.models.streamed.rows import as_counts
from pellucid.models.streamed.taking import taken
from pellucid.regression import powers
from pellucid.regression.columns import Columns, Moments
from pellucid.regression.generalised import Generalised
from pellucid.regression.row_costs import RowCost
from pellucid.statistics.families import half_deviance
from pellucid.statistics.limit import as_classes
from pellucid.statistics.separation import are_separable
from pellucid.tables.frames import kept_labels, labels_of
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEPARABLE = (
    "PoissonRegression: larger weights bring the means of some rows without a count "
    "ever nearer to 0, so that without a penalty the cost has no minimum; give an "
    "alpha above 0, as alpha=0.01."
)

CHECKS = {
    "alpha": checks.number(0),
    "fit_intercept": checks.flag,
    "solver": checks.one_of("auto", "newton", "lbfgs", "newton-cholesky"),
    "max_iter": checks.count(0),
    "tol": checks.number(np.nextafter(0, 1), expected="a positive number"),
    "warm_start": checks.flag,
}


@dataclass(frozen=True)
class HalfDeviance:
    """J(w, b) = mean(half_deviance(Xw + b, y)) + alpha |w|^2 / 2."""

    alpha: float

    def __call__(self, w: Any, b: Any, X: Any, y: Any, s: Any = None) -> Any:
        """J of w (d,), b (), X (n, d), y (n,), and weights s (n,)."""
        z = X @ w + b  # (n,)
        loss = half_deviance(z, y)  # (n,)
        return np.average(loss, weights=s) + self.alpha * penalties.l2(w)


class PoissonRegression(OfCounts, RegressorMixin, BaseEstimator):
    """Counts with the mean exp(Xw + b).

        J(w, b) = mean(exp(z) - y z + y log y - y) + alpha |w|^2 / 2,    z = Xw + b

    That is half the mean deviance of the Poisson distribution; where rows have weights,
    the mean is weighted. b is not penalised. The target may be any number from 0 up,
    such as a rate, with the time it was counted for as the weight of its row. What
    scikit-learn's `PoissonRegressor` takes, this one takes.

    Parameters
    ----------
    alpha : float
        The strength of the penalty; 0 for none.
    fit_intercept : bool
        Whether there is a b.
    solver : str
        "auto" or "newton", which are the same; "newton-cholesky", which forms the
        Hessian at each step; or "lbfgs".
    max_iter : int
        Iterations at most.
    tol : float
        It stops when the cost can fall by a tenth of the square of this part of itself.
    warm_start : bool
        Whether to begin at the last solution.
    verbose : bool or int
        True shows a bar; k tells the cost each k iterations.

    Attributes
    ----------
    coef_ : array (d,)
        w.
    intercept_ : float
        b.
    n_iter_ : int
        Iterations taken.
    history_ : array
        Entry i is J at iteration i, from 0, the start.
    solver_ : str
        How w and b were found, and why so.
    graph_ : Graph
        J as a graph of w, b, X and y (and of the weights s).
    separable_ : bool
        Whether a direction of the weights lowers the cost for ever, so that without a
        penalty there is no optimum: it moves means of rows without a count towards 0,
        and no others, as where all counts of a level are 0. False with a penalty.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.
    passes_ : int
        How many times the rows were read, where they were streamed.

    References
    ----------
    Nelder & Wedderburn, "Generalized linear models" (1972), section 3.2; McCullagh &
    Nelder, "Generalized linear models" (1989), chapter 6.

    Examples
    --------
    >>> X, y = [[0.0], [1.0], [2.0], [3.0]], [1, 3, 7, 20]
    >>> model = PoissonRegression(alpha=0.0).fit(X, y)
    >>> model.predict([[4.0]]).round(1)
    array([53.1])
    >>> model.formula()
    'y = exp(0.9859 x + 0.02894)'
    """

    def __init__(
        self, *, alpha: float = 1.0, fit_intercept: bool = True, solver: str = "auto",
        max_iter: int = 100, tol: float = 1e-4, warm_start: bool = False,
        verbose: bool | int = 0,
    ) -> None:  # fmt: skip
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.solver = solver
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.verbose = verbose

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.target_tags.positive_only = True
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find w and b.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix, `Table` or `Stream` with its target
            Features; a sparse matrix is not filled out. The rows of a stream are read
            anew at each step.
        y : array (n,)
            Counts, or rates, from 0 up.
        sample_weight : array (n,), optional
            How often each row counts.

        Returns
        -------
        PoissonRegression
            Itself.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used.

        Warns
        -----
        ConvergenceWarning
            When `max_iter` comes before the optimum, or there is none.

        Examples
        --------
        >>> PoissonRegression(alpha=0.0).fit([[0.0], [1.0]], [1, 2]).coef_.round(4)
        array([0.6931])
        """
        checks.check_parameters(self, CHECKS)
        self._begin()
        if (stream := taken(self, X, y, sample_weight)) is not None:
            return by_passes.fitted(self, stream)
        X, y = base.unpacked(self, X, y)
        self._target, labels = base.target_name(y), labels_of(X)
        options: dict[str, Any] = {"sparse": True, "y_numeric": True}
        X, y, s = base.all_rows(self, X, y, sample_weight, **options)
        labels = labels if s is None else kept_labels(labels, s > 0)
        X, y, s = base.weighted_rows(X, y, s)
        y = as_counts(type(self).__name__, extremes.as_single(self, y, float, "y"))
        if s is not None:
            base.total(self, s)
        self._rows = base.kept(X.astype(float, copy=False), y, s, labels=labels)
        try:
            fit, self.separable_ = self._minimised()
        except powers.OutOfRangeError as error:
            raise extremes.refused(self, error) from None
        self._store(fit, X.dtype)
        return self

    def _minimised(self) -> tuple[Fit, bool]:
        """Cost, penalty and method; also whether some means are 0 in the limit."""
        X, y, *s = base.rows_of(self)
        weights = s[0] if s else None
        mean = float(np.average(y, weights=weights))
        moments = Moments.of(X, weights, self.fit_intercept)
        columns = Columns.of(moments, self.alpha**0.5, mean or 1.0)
        model = Generalised.of(
            RowCost(half_deviance), columns, X, y, weights,
            intercept=self.fit_intercept,
        )  # fmt: skip
        options = Options(self.max_iter, self.tol)
        watch = Watch(None, self.verbose, "J")
        start = self._start(mean)
        fit, at = model.minimised(start, options, watch, method=self.solver)
        separable = self.alpha == 0 and is_doubtful(model, at)
        if separable:
            of, t = as_classes(y)
            separable = are_separable(X[of], t, intercept=self.fit_intercept)
        return fit, separable

    def _start(self, mean: float) -> tuple[Array, float]:
        """The mean of the counts for all rows, or the last solution."""
        d = self.n_features_in_
        if self.warm_start and getattr(self, "coef_", np.zeros(0)).shape == (d,):
            return self.coef_.astype(float), float(self.intercept_)
        return np.zeros(d), np.log(mean) if self.fit_intercept and mean else 0.0

    def _store(self, fit: Fit, dtype: Any) -> None:
        """Keep the solution, and say when it is none."""
        w, b = fit.x
        self.coef_, b = extremes.rounded(self, w, b, dtype)
        self.intercept_ = float(b)
        self.history_, self.n_iter_, self.solver_ = fit.history, fit.nit, told(fit)
        if self.separable_:
            warnings.warn(SEPARABLE, ConvergenceWarning, stacklevel=3)
        elif not fit.success:
            linear_settings.tell_stopped(self, fit)

    @cached_property
    def _d2(self) -> float:
        """The part of the deviance of the rows that is explained."""
        X, y, *s = base.rows_of(self)
        return d2(y, self._linear(X), *s)

    @by_chunks
    def predict(self, X: Any) -> Array:
        """Compute the mean of the count of each row, exp(Xw + b).

        Raises
        ------
        ModelError
            For cells that are not finite, and a mean beyond float64.

        Examples
        --------
        >>> model = PoissonRegression(alpha=0.0).fit([[0.0], [1.0]], [1, 2])
        >>> model.predict([[2.0]]).round(4)
        array([4.])
        """
        z = self._linear(base.rows_to_predict(self, X, sparse=True))
        with np.errstate(over="ignore"):
            return extremes.finite(self, np.exp(z))

    def _linear(self, X: Array) -> Array:
        """The logarithms of the means (n,)."""
        return extremes.output(X, self.coef_.astype(float), self.intercept_)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Compute D^2, the part of the deviance that is explained.

        It is 1 - D(y, predicted) / D(y, mean(y)), as r2 is with squares.

        References
        ----------
        Hastie, Tibshirani & Wainwright, "Statistical Learning with Sparsity" (2015),
        equation 3.11.

        Examples
        --------
        >>> X, y = [[0.0], [1.0], [2.0]], [1, 2, 4]
        >>> round(PoissonRegression(alpha=0.0).fit(X, y).score(X, y), 6)
        1.0
        """
        if isinstance(X, Stream):
            return by_passes.d2(self, X)
        y = np.asarray(scores.target_of(X, y), float)
        y = as_counts(type(self).__name__, extremes.as_single(self, y, float, "y"))
        s = None if sample_weight is None else np.asarray(sample_weight, float)
        return d2(y, self._linear(base.rows_to_predict(self, X, sparse=True)), s)

    @property
    def graph_(self) -> Graph:
        """J as a graph of w, b, X and y (and of the weights s)."""
        check_is_fitted(self)
        cost = HalfDeviance(float(self.alpha))
        return base.recorded_cost(self, cost, self.coef_, self.intercept_)

    def formula(self, format: str = "text") -> str:  # noqa: A002
        """Write the fitted model as "text" or as "latex".

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> PoissonRegression(alpha=0.0).fit([[0.0], [1.0]], [2, 4]).formula()
        'y = exp(0.6931 x + 0.6931)'
        """
        from pellucid.models import as_formulas

        return as_formulas.poisson(self, format)

    def plot(self) -> Figure:
        """Draw the mean over one feature with its confidence band, or observed counts.

        Returns
        -------
        matplotlib.figure.Figure
            The curve over one feature; of several what was observed against what is
            predicted.

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.
        MissingExtraError
            When matplotlib is not installed.

        Examples
        --------
        >>> model = PoissonRegression().fit([[0.0], [1.0]], [1, 2])
        >>> model.plot().axes[0].get_xlabel()
        'x'
        """
        from pellucid.models.pictures import pictures

        return pictures.poisson(self)


def d2(y: Array, z: Array, s: Array | None = None) -> float:
    """1 - D(y, exp(z)) / D(y, mean(y)); of counts that are all alike 1 or 0.

    Examples
    --------
    >>> d2(np.array([1.0, 2.0]), np.log([1.0, 2.0]))
    1.0
    """
    s = None if s is None else powers.near_one(s)
    mean = np.average(y, weights=s)
    with np.errstate(over="ignore"):
        left = np.average(half_deviance(z, y), weights=s)
    all_ = np.average(xlogy(y, y) - xlogy(y, mean) + mean - y, weights=s)
    if all_ <= 0:
        return float(left <= 1e-15 * max(mean, 1))
    return float(1 - left / all_)
