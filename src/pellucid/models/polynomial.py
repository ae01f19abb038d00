"""Polynomial regression: linear regression on products of powers of features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import BaseEstimator, MultiOutputMixin
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.graphs.graph import Graph
from pellucid.models import as_formulas, base, checks, costs, extremes, linear_settings
from pellucid.models.base import Array
from pellucid.models.by_squares import BySquares, Combination
from pellucid.models.scores import Regressor
from pellucid.models.streamed import polynomials as by_passes
from pellucid.models.streamed import taking
from pellucid.models.streamed.predicting import by_chunks
from pellucid.regression import powers
from pellucid.regression.hat import is_rough
from pellucid.regression.monomials import Monomials, count
from pellucid.regression.new_rows import Product
from pellucid.regression.polynomial_fit import PolynomialFit, polynomial_fit
from pellucid.regression.polynomials import Columns
from pellucid.regression.rows import parts_of
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHECKS = {"degree": checks.count(0), "fit_intercept": checks.flag}
MOST = 10_000  # terms of a polynomial
FINEST = 11  # digits of a number in a formula, besides the usual four
ROWS = 4096  # of a block that is predicted


class PolynomialRegression(BySquares, MultiOutputMixin, Regressor, BaseEstimator):
    """The polynomial of smallest mean squared error, in all features together.

        z = b + sum_j w_j x_1^p_j1 x_2^p_j2 ...,   p_j1 + p_j2 + ... <= degree
        J(w, b) = mean(squared_error(z, y))

    the mean weighted by `sample_weight`. Powers of x are nearly parallel where x lies
    far from 0, as years do, and float64 does not even hold them: so the fit is made by
    polynomials that are orthogonal over the rows, formed to 106 bits, and told in the
    powers of x with the digits that float64 has. Where rows do not tell a power of a
    feature from lower ones, as of a feature with two values, its coefficients are 0.

    Parameters
    ----------
    degree : int
        The most that the powers in a term add up to.
    fit_intercept : bool
        Whether there is a b.

    Attributes
    ----------
    coef_ : array (p,) or (k, p)
        w, a row a target; the terms are those of `powers_`.
    intercept_ : float or array (k,)
        b.
    powers_ : array (p, d) of int
        The power of each feature in each term, in the order of scikit-learn's
        `PolynomialFeatures` without its constant.
    terms_ : array (p,) of str
        What the terms are called, such as "x1^2" and "x1 x2".
    digits_ : array (p,) or (k, p)
        How many decimal digits of each coefficient are certain, of the least squares of
        the numbers as they are, in exact arithmetic: 15.95 where float64 has no better.
        It is a bound: 0 for a coefficient that may be 0, nan where other numbers are as
        good.
    rank_ : int
        In how many directions the terms vary.
    history_ : array (2,)
        J at w = 0, b = 0 and at the solution.
    graph_ : Graph
        J as a graph of w, b, X and y (and of the weights s).
    passes_ : int
        Of a stream, how often the fit has read its rows.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.

    References
    ----------
    Gergonne, "Application de la méthode des moindres quarrés à l'interpolation des
    suites" (1815); Forsythe, "Generation and use of orthogonal polynomials for
    data-fitting with a digital computer" (1957).

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([1.0, 0.0, 3.0, 10.0])
    >>> model = PolynomialRegression(degree=2).fit(X, y)
    >>> model.formula(), model.digits_.round(1)
    ('y = 2 x^2 - 3 x + 1', array([16., 16.]))
    >>> model.predict([[4.0]])
    array([21.])
    """

    def __init__(self, degree: int = 2, *, fit_intercept: bool = True) -> None:
        self.degree = degree
        self.fit_intercept = fit_intercept

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Find w and b.

        Parameters
        ----------
        X : array (n, d), data frame, `Table` or `Stream` with its target
            Features. The rows of a stream are read twice: for a look at where the
            features lie, and for the products of polynomials; once more each in need.
        y : array (n,) or (n, k)
            One target, or k of them.
        sample_weight : array (n,), optional
            How often each row counts.

        Returns
        -------
        PolynomialRegression
            Itself.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used, more than 10,000 terms, or a
            coefficient that float64 cannot hold.

        Warns
        -----
        RuntimeWarning
            When a feature varies no more than rounding may move numbers of its size.

        Examples
        --------
        >>> PolynomialRegression().fit([[0.0], [1.0], [2.0]], [1.0, 2.0, 5.0]).coef_
        array([0., 1.])
        """
        checks.check_parameters(self, CHECKS)
        if (stream := taking.taken(self, X, y, sample_weight)) is not None:
            return self._fit_stream(stream)
        X, y, s, rows = self._taken(X, y, sample_weight, accept_sparse=False)
        self._expect_few(X.shape[1])
        Y = y.reshape(len(y), -1)  # (n, k)
        intercept = bool(self.fit_intercept)
        try:
            found = polynomial_fit(X, Y, s, degree=self.degree, intercept=intercept)
        except powers.OutOfRangeError as error:
            raise self._refused(error, X.shape[1]) from None
        if found.still.any():
            linear_settings.tell_still(self, X, np.flatnonzero(found.still))
        self._take(found, rows)
        self._forget("passes_")
        return self

    def _fit_stream(self, stream: Stream) -> Self:
        """Find w and b from sums over rows that no memory holds."""
        self._expect_few(stream.d)
        before = len(stream.passes)
        try:
            fit = by_passes.fitted(self, stream)
        except powers.OutOfRangeError as error:
            raise self._refused(error, stream.d) from None
        linear_settings.tell_drowned(self, fit.drowned)
        sums = fit.sums
        self._take(fit.found, taking.kept(stream, sums.n, weighted=sums.plan.weighted))
        self._sums, self.passes_ = sums, len(stream.passes) - before
        return self

    def _take(self, found: PolynomialFit, rows: base.FittedRows) -> None:
        self._basis, self._inside = found.basis, found.inside
        self._factor = found.factor
        self._store(found, found.w[1:], found.w[0], found.digits[1:], rows)

    def _expect_few(self, d: int) -> None:
        p = count(d, self.degree) - 1
        if p > MOST:
            raise ModelError(
                f"{type(self).__name__}: expected at most {MOST:,} terms, got {p:,} of "
                f"degree {self.degree} in {d:,} features; lower the degree or leave "
                "features out."
            )

    def _refused(self, error: powers.OutOfRangeError, d: int) -> ModelError:
        """The sentence for a coefficient that float64 cannot hold."""
        names = self._names(Monomials(d, self.degree).powers[1:])
        place = (error.place[0] - 1) % (len(names) + 1)  # that of b is the last
        moved = powers.OutOfRangeError((place,), error.size)
        return extremes.refused(self, moved, names)

    def _names(self, powers: Array) -> list[str]:
        names, style = base.feature_names(self), as_formulas.STYLES["text"]
        return [as_formulas.term(names, row, style) for row in powers]

    @property
    def powers_(self) -> Array:
        """The power of each feature in each term (p, d)."""
        check_is_fitted(self)
        powers: Array = self._basis.monomials.powers[1:]
        return powers

    @property
    def terms_(self) -> Array:
        """What the terms are called (p,)."""
        return np.array(self._names(self.powers_), object)

    def _combination(self, X: Array) -> Combination:
        """By the orthogonal polynomials of rows."""
        columns = Columns.of(self._basis, X, bool(self.fit_intercept))
        return Combination(
            columns, self._inside.value[columns.kept], self._basis.degree
        )

    @by_chunks
    def predict(self, X: Any) -> Array:
        """Compute z, by the orthogonal polynomials: no digit is lost far from 0.

        Nor is any where features are nearly parallel: the terms that cancel are then
        summed as in exact arithmetic.

        Parameters
        ----------
        X : array (n, d) or data frame
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
        >>> model = PolynomialRegression().fit([[0.0], [1.0], [2.0]], [1.0, 2.0, 5.0])
        >>> model.predict([[3.0]])
        array([10.])
        """
        X = base.rows_to_predict(self, X)
        return extremes.finite(self, self._output(X))

    def _output(self, X: Array) -> Array:
        """Compute z (n,) or (n, k) a block of rows at a time."""
        w = self._inside
        is_exact = is_rough(self._spread, self._explained.f)
        times = Product.of(w, self._basis.most) if is_exact else None
        blocks = [block for part in parts_of(len(X), ROWS) for block in part]
        with np.errstate(over="ignore", invalid="ignore"):
            P = (self._basis.values(X[rows]) for rows in blocks)
            z = np.concatenate([times(p) if times else p.head @ w.value for p in P])
        return z[:, 0] if self.coef_.ndim == 1 else z

    @property
    def _cancelled(self) -> Array:
        """How many digits (k,) are lost where terms cancel, as those of years do."""
        basis, sums = self._basis, self._explained
        reach = np.ldexp(np.abs(basis.centre) + np.ldexp(1.0, -basis.zoom), basis.unit)
        with np.errstate(all="ignore"):
            sizes = np.prod(reach**self.powers_, axis=1)
            terms = np.abs(np.atleast_2d(self.coef_)) @ sizes + np.abs(self.intercept_)
            spread = np.ldexp(np.sqrt(sums.around / sums.total), sums.e)
            lost = np.ceil(np.log10(terms / spread)) - 1
        return np.where(np.isfinite(lost), np.clip(lost, 0, FINEST), 0).astype(int)

    @property
    def graph_(self) -> Graph:
        """J as a graph of w, b, X and y (and of the weights s)."""
        powers = self.powers_

        def cost(w: Any, b: Any, X: Any, y: Any, s: Any = None) -> Any:
            P = np.prod(X[:, None] ** powers, axis=2)  # (n, p)
            z = P @ w + b  # (n,) or (n, k)
            loss = costs.squared_error(z, y)  # (n,)
            J = np.average(loss, weights=s)
            return J  # noqa: RET504 (its name is shown in the graph)

        return base.recorded_cost(self, cost, self.coef_.T, self.intercept_)

    def formula(self, format: str = "text") -> str:  # noqa: A002
        r"""Write the fitted polynomial from the highest power; no terms that are 0.

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
        >>> model = PolynomialRegression().fit([[0.0], [1.0], [2.0]], [1.0, 0.0, 3.0])
        >>> model.formula("latex")
        '\\hat{y} = 2\\,x^{2} - 3\\,x + 1'
        """
        return as_formulas.polynomial(self, format)

    def plot(self) -> Figure:
        """Draw the curve of one feature with its confidence band, or observed values.

        Returns
        -------
        matplotlib.figure.Figure
            The curve over one feature; of several features or targets what was observed
            against what is predicted.

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.
        MissingExtraError
            When matplotlib is not installed.

        Examples
        --------
        >>> model = PolynomialRegression().fit([[0.0], [1.0], [3.0]], [1.0, 0.0, 4.0])
        >>> model.plot().axes[0].get_title(loc="left")
        'A parabola is least at x = 1: 0 (r2 = 1.0000)'
        """
        from pellucid.models.pictures import pictures

        return pictures.polynomial(self)
