"""What a statistician shows of models of the least squares: lines and polynomials."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from pellucid.errors import ModelError
from pellucid.models import base, checks, extremes, linear_settings
from pellucid.models.base import Array
from pellucid.models.constraints import constraints_of
from pellucid.models.statistics import LEVELS, Statistical
from pellucid.models.streamed.predicting import by_chunks
from pellucid.regression.explained import Explained
from pellucid.regression.spread import Spread
from pellucid.show.estimates import LEVEL
from pellucid.tables.frames import kept_labels, labels_of

if TYPE_CHECKING:
    from pellucid.regression.hat import Hat
    from pellucid.regression.sums.condensed import Condensed
    from pellucid.statistics.linear import LinearFit


class Combination(NamedTuple):
    """The predictions of some rows, as a linear combination of columns, but for b.

    Parameters
    ----------
    columns : array (n, p), or what gives one of rows
        What the fit is linear in.
    w : array (p, k)
        Their coefficients, a column a target.
    degree : int
        How high a power of a feature the columns hold.
    """

    columns: Any
    w: Array
    degree: int


class BySquares(Statistical):
    """A model of the least squares; it keeps in files what its rows have said."""

    coef_: Any
    intercept_: Any
    digits_: Any
    history_: Any
    rank_: int
    fit_intercept: bool
    _r2: float
    _target: str
    _rows: base.FittedRows
    _spread: Spread
    _explained: Explained
    _constant: bool  # of a model from a file, as the next
    _log_weights: float | None
    _sums: Condensed | None = None  # of a stream
    _factor: Array | None = None  # F of coefficients of other columns than the fit's

    @abstractmethod
    def _combination(self, X: Array) -> Combination:
        """The predictions of rows, as a linear combination of columns."""

    @abstractmethod
    def _output(self, X: Array) -> Array:
        """The predictions (n,) or (n, k)."""

    def _taken(
        self, X: Any, y: Any, sample_weight: Any, **options: Any
    ) -> tuple[Array, Array, Array | None, base.FittedRows]:
        """The rows to fit to, X, y and weights; and how they will be kept."""
        X, y = base.unpacked(self, X, y)
        self._target, labels = base.target_name(y), labels_of(X)
        options |= {"multi_output": True, "y_numeric": True}
        X, y, s = base.all_rows(self, X, y, sample_weight, **options)
        labels = labels if s is None else kept_labels(labels, s > 0)
        X, y, s = base.weighted_rows(X, y, s)
        y = y if y.dtype == float else extremes.as_single(self, y, float, "y")
        return X, y, s, base.kept(X, y, s, labels=labels)

    def _store(
        self, found: Any, w: Array, b: Array, digits: Array, rows: base.FittedRows
    ) -> None:
        """Take over what was found: w (p, k), b (k,), and the digits of w (p, k)."""
        n, *several = rows.kinds[1][0]
        one = not several
        self.coef_ = w[:, 0] if one else w.T  # (p,) or (k, p)
        self.intercept_ = linear_settings.intercept(b, one, self.fit_intercept)
        self.digits_ = digits[:, 0] if one else digits.T
        self.rank_, self.history_ = found.rank, found.explained.history
        self._r2 = found.explained.r2 if n > 1 else np.nan
        self._spread, self._explained = found.spread, found.explained
        self._rows = rows
        self._forget("_constant", "_log_weights", "_sums")

    def _subject(self) -> str:
        return ", ".join(base.target_names(self))

    def _own_notes(self) -> Iterator[str]:
        from pellucid.models.notes import of_numbers

        yield from of_numbers.of_rows(self)

    def _fitted(self) -> LinearFit:
        """With its errors, of the rows or of what a file kept."""
        from pellucid.models import summary
        from pellucid.regression.hat import is_far, is_rough
        from pellucid.statistics.linear import LinearFit

        intercept, found = bool(self.fit_intercept), cache(self._hat)
        spread, factor, f = self._spread, self._factor, self._explained.f
        if self._rows.arrays is None and self._sums is None:
            constant, log_weights = self._constant, self._log_weights
        else:
            known = self._is_known
            constant = intercept or (known and found().has_constant)
            log_weights = self._log_of_weights()
            lossy = known and (is_rough(spread, f) or is_far(spread, f))
            spread = found().refined if lossy else spread
        return LinearFit(
            index=summary.names_of(self, base.target_names(self), "target"),
            estimate=summary.estimates_of(self),
            rows=self._rows.kinds[0][0][0],
            rank=self.rank_ + intercept,
            spread=spread,
            explained=self._explained,
            intercept=intercept,
            constant=constant,
            log_weights=log_weights,
            found=found,
            meats=partial(self._meat, found),
            told=None if factor is None else factor[not intercept :],
        )

    def _meat(self, found: Callable[[], Hat], kind: str) -> Array:
        """The root of the meat of a covariance of a kind, of the hat matrix."""
        from pellucid.models.streamed import squares
        from pellucid.statistics import robust

        if self._sums is not None and self._rows.stream is not None:
            return squares.meat(self, found(), kind)
        return robust.roots(found(), kind)

    def _log_of_weights(self) -> float | None:
        """The sum of the logarithms of the weights, None where there are none."""
        if self._sums is not None:
            return self._sums.log_weights
        weights = base.rows_of(self)[2:]
        return float(np.sum(np.log(weights[0]))) if weights else None

    def _hat(self) -> Hat:
        """The hat matrix of the rows that the model was fitted to."""
        from pellucid.models.streamed import squares
        from pellucid.regression.hat import Hat

        if self._sums is not None:
            return squares.hat(self)
        X, y, *s = base.rows_of(self)
        if not self._is_known:
            message = "expected an X whose errors can be told, got a sparse one that is"
            raise ModelError(
                f"{type(self).__name__}: {message} too large; fit to fewer columns."
            )
        columns, w, _ = self._combination(X)
        Y, weights = y.reshape(len(y), -1), s[0] if s else None
        kinds = {"intercept": bool(self.fit_intercept)}
        kinds["bound"] = bool(constraints_of(self))
        return Hat.of(columns, Y, weights, self._spread, w, **kinds)

    @property
    def _is_known(self) -> bool:
        """Whether it is known how the rows lie, and not only the solution."""
        return bool(self._spread.inverse.shape[1] == self.rank_)

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a model in files: also what its rows have said."""
        kept = super().__getstate__()
        if "_spread" not in kept:  # no fit has ended
            return kept
        kept.pop("_sums", None)
        fitted = self._statistics
        said = {"_constant": fitted.constant, "_log_weights": fitted.log_weights}
        return kept | {"_spread": fitted.spread} | said

    @by_chunks
    def predict_interval(
        self, X: Any, level: float = LEVEL, *, of: str = "target"
    ) -> Array:
        """Say between which bounds the target of a new row lies, or its mean.

            z +- t s sqrt(1 + h)     the target
            z +- t s sqrt(h)         the mean of targets of such rows

        s^2 is the sum of squared residuals by the degrees of freedom, t the quantile of
        Student's distribution for them, and h the leverage of the row. It holds where
        errors are independent and normal, with one variance; a new row has the
        weight 1.

        Parameters
        ----------
        X : array (n, d), data frame or sparse matrix
            Rows of the features that the model was fitted to.
        level : float
            How often the target, or the mean, lies between the bounds.
        of : str
            "target" for a prediction interval, "mean" for a confidence interval.

        Returns
        -------
        array (n, 2) or (n, k, 2)
            The lower and the upper bound; nan where no degrees of freedom are left,
            for a row in a direction that the fit has not seen, and with `positive`.

        Raises
        ------
        ModelError
            For a level that is not between 0 and 1, another `of`, or cells that are not
            finite.

        References
        ----------
        Draper & Smith, "Applied Regression Analysis" (1998), section 3.3.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 4.0])
        >>> model.predict_interval([[1.0]]).round(2)
        array([[-3.32,  8.66]])
        >>> model.predict_interval([[1.0]], of="mean").round(2)
        array([[-0.33,  5.66]])
        """
        checks.check_value(self, "level", level, LEVELS)
        checks.check_value(self, "of", of, checks.one_of("target", "mean"))
        X = base.rows_to_predict(self, X)
        z, columns = self._output(X), self._combination(X).columns
        h = self._statistics.spread.leverage(columns) + (of == "target")
        half = self._statistics.half(h, level).reshape(z.shape)
        half = np.full(z.shape, np.nan) if constraints_of(self) else half
        return np.stack([z - half, z + half], axis=-1)
