"""Linear regression: the line, plane or hyperplane of best fit, exactly."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted

from pellucid.graphs.graph import Graph
from pellucid.models import base, checks, costs, extremes, linear_settings
from pellucid.models.base import Array
from pellucid.models.by_squares import BySquares, Combination
from pellucid.models.scores import Regressor
from pellucid.models.streamed import squares, taking
from pellucid.models.streamed.predicting import by_chunks
from pellucid.regression import powers
from pellucid.regression.least_squares import least_squares, solution_of
from pellucid.regression.powers import filled
from pellucid.regression.rows import parts_of, rows_a_block
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class LinearRegression(BySquares, MultiOutputMixin, Regressor, BaseEstimator):
    """The smallest mean squared error of z = Xw + b, solved and not searched for.

        J(w, b) = mean(squared_error(Xw + b, y))

    the mean weighted by `sample_weight`. The columns are centred and scaled, factored,
    and the solution is refined by slopes of exact arithmetic until no digit changes;
    where columns are collinear it is the shortest w. Columns and targets may be of any
    size that float64 holds, and X, which is read in blocks on all cores, is not copied.
    A sparse X whose d min(n, d) numbers would take more than 256 MiB is solved by
    iterations: `digits_` and `singular_` are nan, `rank_` is the most it can be, and
    of fewer rows than columns w is the shortest. What scikit-learn's class takes, this
    one takes.

    Parameters
    ----------
    fit_intercept : bool
        Whether there is a b.
    copy_X : bool
        Of no effect: X is never written to.
    tol : float
        Of no effect: the solution is exact, so within any tolerance.
    n_jobs : int, optional
        Of no effect.
    positive : bool
        Whether every weight must be at least 0; X is no sparse matrix then.

    Attributes
    ----------
    coef_ : array (d,) or (k, d)
        w, a row a target.
    intercept_ : float or array (k,)
        b.
    digits_ : array (d,) or (k, d)
        How many decimal digits of each coefficient are certain, of the least squares of
        the numbers as they are, in exact arithmetic: 15.95 where float64 has no better.
        It is a bound, from the last step of refinement: 0 for a coefficient that may be
        0, nan where other numbers are as good, as for a constant column, and for all
        where columns depend on each other.
    rank_ : int
        In how many directions the features vary.
    singular_ : array (min(n, d),)
        Singular values of the centred features, computed when they are asked for.
    history_ : array (2,)
        J at w = 0, b = 0 and at the solution; where y is beyond 1e154 it may be inf,
        as no float64 holds its square, and below 1e-162 it is 0.
    graph_ : Graph
        J as a graph of w, b, X and y (and of the weights s).
    passes_ : int
        Of a stream, how often the fit has read its rows.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.

    References
    ----------
    Legendre, "Nouvelles méthodes pour la détermination des orbites des comètes" (1805);
    Gauss, "Theoria motus corporum coelestium" (1809). Björck, "Iterative refinement of
    linear least squares solutions I" (1967); Ozaki, Ogita, Oishi & Rump, "Error-free
    transformations of matrix multiplication" (2012).

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0])
    >>> model = LinearRegression().fit(X, y)
    >>> model.coef_, model.intercept_, model.score(X, y)
    (array([2.]), np.float64(1.0), 1.0)
    >>> model.formula(), model.digits_.round(1)
    ('y = 2 x + 1', array([16.]))
    """

    def __init__(
        self,
        *,
        fit_intercept: bool = True,
        copy_X: bool = True,
        tol: float = 1e-6,
        n_jobs: int | None = None,
        positive: bool = False,
    ) -> None:
        self.fit_intercept = fit_intercept
        self.copy_X = copy_X
        self.tol = tol
        self.n_jobs = n_jobs
        self.positive = positive
        linear_settings.counted_among_theirs(LinearRegression)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = not self.positive
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find w and b.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix, `Table` or `Stream` with a target
            Features; of a sparse matrix a block of rows is filled out at a time. The
            rows of a stream are read once, or once more where columns nearly depend
            on each other or lie far from 0.
        y : array (n,) or (n, k)
            One target, or k of them.
        sample_weight : array (n,), optional
            How much each row counts; for errors, inverse variances up to a factor.

        Returns
        -------
        LinearRegression
            Itself.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used, or a coefficient that float64
            cannot hold.

        Warns
        -----
        RuntimeWarning
            When a column varies no more than rounding may move numbers of its size.
        ConvergenceWarning
            When a large sparse X, solved by iterations, has not been solved by them.

        Examples
        --------
        >>> LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0]).coef_
        array([2.])
        """
        checks.check_parameters(self, linear_settings.CHECKS)
        if (stream := taking.taken(self, X, y, sample_weight)) is not None:
            return self._fit_stream(stream)
        accepts: Any = False if self.positive else "csr"
        options = {"sparse": True, "accept_sparse": accepts}
        X, y, s, rows = self._taken(X, y, sample_weight, **options)
        Y = y.reshape(len(y), -1)  # (n, k)
        intercept, positive = self.fit_intercept, self.positive
        try:
            found = least_squares(X, Y, s, intercept=intercept, positive=positive)
        except powers.OutOfRangeError as error:
            raise extremes.refused(self, error) from None
        if not found.converged:
            message = f"{linear_settings.UNFINISHED}; centre and scale the columns."
            warnings.warn(message, ConvergenceWarning, stacklevel=2)
        if found.still.any():
            linear_settings.tell_still(self, X, np.flatnonzero(found.still))
        self._store(found, found.w, found.b, found.digits, rows)
        self._singular = found.singular
        self._forget("singular_", "passes_")
        return self

    def _fit_stream(self, stream: Stream) -> Self:
        """Find w and b from sums over rows that no memory holds."""
        before = len(stream.passes)
        sums = squares.condensed(self, stream)
        few = sums.rows(intercept=bool(self.fit_intercept))
        try:
            found = solution_of(few, sums.plan.f, positive=self.positive)
        except powers.OutOfRangeError as error:
            raise extremes.refused(self, error) from None
        linear_settings.tell_drowned(self, squares.drowned(self, sums, found.still))
        rows = taking.kept(stream, sums.n, weighted=sums.plan.weighted)
        self._store(found, found.w, found.b, found.digits, rows)
        self._singular, self._sums = found.singular, sums
        self._forget("singular_")
        self.passes_ = len(stream.passes) - before
        return self

    @cached_property
    def singular_(self) -> Array:
        """Singular values of the centred features."""
        check_is_fitted(self)
        return self._singular.values

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a model in files: singular values and not their triangle."""
        kept = super().__getstate__()
        if kept.pop("_singular", None) is not None:
            kept["singular_"] = self.singular_
        return kept

    def _combination(self, X: Array) -> Combination:
        return Combination(X, np.atleast_2d(self.coef_).T, degree=1)

    def _own_notes(self) -> Iterator[str]:
        from pellucid.models.notes import of_numbers

        yield from super()._own_notes()
        yield from of_numbers.alike(self)

    @by_chunks
    def predict(self, X: Any) -> Array:
        """Compute z = Xw + b.

        Parameters
        ----------
        X : array (n, d), data frame or sparse matrix
            Rows of the features that the model was fitted to.

        Returns
        -------
        array (n,) or (n, k)
            The prediction for each row.

        Raises
        ------
        ModelError
            For cells that are not finite, and a prediction beyond float64.

        Examples
        --------
        >>> model = LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])
        >>> model.predict([[2.0]])
        array([5.])
        """
        X = base.rows_to_predict(self, X, sparse=True)
        return extremes.finite(self, self._output(X))

    def _output(self, X: Array) -> Array:
        """Xw + b in float64, a block of rows at a time where they are none yet."""
        w, b = self.coef_.T, self.intercept_
        if isinstance(X, np.ndarray) and X.dtype == float:
            return extremes.output(X, w, b)
        parts = parts_of(X.shape[0], rows_a_block(X.shape[1]))
        blocks = (filled(X[rows]) for part in parts for rows in part)
        return np.concatenate([extremes.output(block, w, b) for block in blocks])

    @property
    def graph_(self) -> Graph:
        """J as a graph of w, b, X and y (and of the weights s)."""
        check_is_fitted(self)
        return base.recorded_cost(self, cost, self.coef_.T, self.intercept_)

    def formula(self, format: str = "text") -> str:  # noqa: A002
        r"""Write the fitted model.

        Parameters
        ----------
        format : str
            "text" or "latex".

        Returns
        -------
        str
            An equation; for k targets, k of them.

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> model = LinearRegression().fit([[0.0], [1.0]], [1.0, 3.0])
        >>> model.formula("latex")
        '\\hat{y} = 2\\,x + 1'
        """
        from pellucid.models import as_formulas

        return as_formulas.linear(self, format)

    def plot(self) -> Figure:
        """Draw the line, the plane, or what was observed against what is predicted.

        Returns
        -------
        matplotlib.figure.Figure
            A line for one feature, a plane for two.

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.
        MissingExtraError
            When matplotlib is not installed.

        Examples
        --------
        >>> model = LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 4.0])
        >>> model.plot().axes[0].get_xlabel()
        'x'
        """
        from pellucid.models.pictures import pictures

        return pictures.linear(self)


def cost(w: Any, b: Any, X: Any, y: Any, s: Any = None) -> Any:
    """J(w, b) = mean(squared_error(Xw + b, y)), the mean weighted by s if given."""
    z = X @ w + b  # (n,) or (n, k)
    loss = costs.squared_error(z, y)  # (n,)
    J = np.average(loss, weights=s)
    return J  # noqa: RET504 (its name is shown in the graph)
