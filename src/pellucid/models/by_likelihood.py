"""What a statistician shows of models of the largest likelihood: classes and counts."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.models import base, intervals, logistic_settings
from pellucid.models.intervals import WALD
from pellucid.models.statistics import Statistical
from pellucid.models.streamed.likelihood import informed
from pellucid.regression.powers import filled
from pellucid.show.estimates import LEVEL
from pellucid.show.summary import Summary
from pellucid.statistics.families import Classes, Counts
from pellucid.statistics.fitted import CLASSICAL
from pellucid.statistics.information import Information, Seen
from pellucid.statistics.likelihood import MOST, LikelihoodFit, Likelihoods
from pellucid.statistics.limit import at_the_limit

if TYPE_CHECKING:
    import pandas as pd

KEPT = 300  # estimates, whose covariance is kept in files
FOUND = "_accuracy", "_d2"  # of the rows, when it is asked for
SWIFT = 1e8  # multiplications, for which errors are found to be kept in a file


class ByLikelihood(Statistical):
    """A model of the largest likelihood; it keeps in files what its rows have said."""

    coef_: Any
    intercept_: Any
    n_iter_: Any
    n_features_in_: int
    fit_intercept: bool
    solver_: str
    _target: str
    _linear: Any
    _rows: base.FittedRows
    _likelihoods: Likelihoods  # of a model from a file

    @abstractmethod
    def _seen(self) -> Seen:
        """The rows as the fit has seen them."""

    @abstractmethod
    def _told(self, kept: Likelihoods, found: Callable[[], Any]) -> LikelihoodFit:
        """The fit, with names and estimates, from what was found of the rows."""

    @abstractmethod
    def _more(self) -> dict[str, object]:
        """What else a summary tells."""

    def _fitted(self) -> LikelihoodFit:
        if self._rows.stream is not None:
            kept, known = informed(self)
            return self._told(kept, lambda: known)
        found = cache(self._information)
        if self._rows.arrays is None:
            return self._told(self._likelihoods, found)
        return self._told(Likelihoods.of(self._seen(), found()), found)

    def _information(self) -> Information | None:
        """The information of the rows, but of too many parameters."""
        seen = self._seen()
        seen = seen if seen.bounded else at_the_limit(seen)
        few = seen.z.shape[1] * (seen.X.shape[1] + seen.intercept) <= MOST
        return Information.at_most(seen) if few else None

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a model in files: also what its rows have said."""
        if "history_" not in self.__dict__:  # no fit has ended
            return super().__getstate__()
        likelihoods = self._kept()
        self._more()  # is found while there are rows to find it in
        return super().__getstate__() | {"_likelihoods": likelihoods}

    def _begin(self) -> None:
        """Forget a fit before: until `history_` is there again, there is none."""
        self._forget("history_", "_likelihoods", "_streamed", "passes_", *FOUND)

    def _kept(self) -> Likelihoods:
        """What the rows have said; with errors where they are few, and soon found."""
        if self._rows.arrays is None:
            streamed = self._rows.stream is not None
            return self._statistics.kept if streamed else self._likelihoods
        n, d = self._rows.kinds[0][0]
        p = (d + 1) * max(1, np.size(self.intercept_) - 1)
        if p > KEPT or (n * p**2 > SWIFT and "_statistics" not in self.__dict__):
            return Likelihoods.of(self._seen(), None)
        kept: Likelihoods = self._statistics.kept
        return kept


class OfCounts(ByLikelihood):
    """Counts, of which the coefficients are logarithms of ratios of rates."""

    alpha: float
    separable_: bool
    _d2: Any

    def _seen(self) -> Seen:
        X, y, *s = base.rows_of(self)
        z = self._linear(X)[:, None]
        weights = s[0] if s else np.ones(len(y))
        kinds = bool(self.fit_intercept), not self.separable_, self.alpha == 0
        return Seen(Counts(), X, z, y[:, None], weights, *kinds)

    def _told(self, kept: Likelihoods, found: Callable[[], Any]) -> LikelihoodFit:
        b = np.append([self.intercept_] * bool(self.fit_intercept), self.coef_)
        names = index_of(self, [self._target])
        return LikelihoodFit.of(names, b.astype(float), kept, found, self._more())

    def _more(self) -> dict[str, object]:
        return {"D2": self._d2, "iterations": self.n_iter_, "solver": _solver(self)}

    def _subject(self) -> str:
        return self._target

    def _own_notes(self) -> Iterator[str]:
        from pellucid.models.notes import of_counts, separated

        yield from separated.without_counts(self)
        yield from of_counts.of_rows(self)

    def summary(
        self, *, level: float = LEVEL, covariance: str = CLASSICAL,
        interval: str = WALD,
    ) -> Summary:  # fmt: skip
        """Sum up the fit: its figures, and each coefficient with its error.

        A coefficient says by how much the logarithm of the mean count rises with a
        feature.

        Parameters
        ----------
        level : float
            How often an interval holds the true coefficient.
        covariance : str
            Of the estimates: "classical"; or one that holds where counts do not vary as
            Poisson's: "HC0", "HC1", "HC2" or "HC3".
        interval : str
            "Wald": the estimate -+ a multiple of its error; or "profile": what the
            profile likelihood does not refute, as R's `confint` has it (Venzon &
            Moolgavkar 1988), which is not symmetric, and better of few rows.

        Returns
        -------
        Summary
            Text in a terminal, HTML in a notebook, `.frame` a row a coefficient with
            the columns "estimate", "standard error", "z", "p", "lower", "upper".

        Raises
        ------
        ModelError
            For another level, covariance or interval; of another interval than Wald's
            also for a penalty and for a model of a file, without its rows.

        References
        ----------
        McCullagh & Nelder, "Generalized linear models" (1989), chapter 6.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.PoissonRegression(alpha=0.0).fit([[0.0], [1.0]], [1, 2])
        >>> model.summary(interval="profile").frame.loc["x"].round(3).tolist()[4:]
        [-1.652, 3.761]
        """
        told = super().summary(level=level, covariance=covariance)
        kinds = level, interval, covariance
        return intervals.shown(self, told, self._statistics, *kinds)

    def rate_ratios(self, *, level: float = LEVEL, interval: str = WALD) -> Summary:
        """Tell by what factor a feature that is greater by 1 raises the mean count.

        Parameters
        ----------
        level : float
            How often an interval holds the true ratio.
        interval : str
            "Wald": the estimate -+ a multiple of its error; or "profile": what the
            profile likelihood does not refute, as R's `confint` has it (Venzon &
            Moolgavkar 1988), which is not symmetric, and better of few rows.

        Returns
        -------
        Summary
            exp(w) and its interval, a row a feature: the columns of `.frame` are "rate
            ratio", "lower" and "upper".

        Raises
        ------
        ModelError
            For a level that is not between 0 and 1; of another interval than Wald's
            also for a penalty and for a model of a file, without its rows.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.PoissonRegression(alpha=0.0).fit([[0.0], [1.0]], [1, 2])
        >>> model.rate_ratios().frame.round(2).values
        array([[ 2.  ,  0.18, 22.06]])
        """
        check_is_fitted(self)
        kinds = self._subject(), "rate ratio", level, interval
        return intervals.ratios(self, self._statistics, *kinds)


class OfClasses(ByLikelihood):
    """Classes, of which the coefficients are log odds against one of them."""

    classes_: Any
    separable_: bool
    _accuracy: Any

    def _seen(self) -> Seen:
        X, t, *s = base.rows_of(self)
        z, y = self._linear(X), t
        if t.ndim > 1:  # the first class is the one that others are set against
            z, y = z[:, 1:] - z[:, :1], t[:, 1:]
        else:
            z, y = z[:, None], t[:, None]
        weights = s[0] if s else np.ones(len(t))
        free = bool(np.isinf(logistic_settings.strength(self)[0]))
        kinds = bool(self.fit_intercept), not self.separable_, free
        return Seen(Classes(), X, z, y, weights, *kinds)

    def _told(self, kept: Likelihoods, found: Callable[[], Any]) -> LikelihoodFit:
        w = filled(self.coef_).astype(float)  # (1, d) or (k, d)
        if self.fit_intercept:
            w = np.column_stack([self.intercept_, w])
        w = w if len(w) == 1 else w[1:] - w[0]
        names = index_of(self, [str(label) for label in self.classes_[1:]])
        return LikelihoodFit.of(names, w.ravel(), kept, found, self._more())

    def _more(self) -> dict[str, object]:
        return {
            "accuracy": self._accuracy,
            "iterations": int(self.n_iter_[0]),
            "solver": _solver(self),
        }

    def _subject(self) -> str:
        return self._beside(0)

    def _own_notes(self) -> Iterator[str]:
        from pellucid.models.notes import of_classes, separated

        yield from separated.separable(self)
        yield from of_classes.of_rows(self)

    def _beside(self, i: int) -> str:
        """What the log odds are of, where class i is the one they are against."""
        labels = [str(label) for label in self.classes_]
        if len(labels) == 2:
            return f"{self._target} = {labels[1 - i]}"
        return f"{self._target} against {labels[i]}"

    def summary(
        self, *, level: float = LEVEL, covariance: str = CLASSICAL,
        reference: Any = None, interval: str = WALD,
    ) -> Summary:  # fmt: skip
        """Sum up the fit: its figures, and each log odds with its error.

        Of two classes a coefficient says by how much the log odds of the second rise
        with a feature; of more, those of each class against the first or another. They
        are differences of `coef_`, which is the same for all classes alike.

        Parameters
        ----------
        level : float
            How often an interval holds the true coefficient.
        covariance : str
            Of the estimates: "classical"; or one that holds where the probabilities are
            not those of the model: "HC0", "HC1", "HC2" or "HC3".
        reference : optional
            The class that others are set against; the first unless told.
        interval : str
            "Wald": the estimate -+ a multiple of its error; or "profile": what the
            profile likelihood does not refute, as R's `confint` has it (Venzon &
            Moolgavkar 1988), which is not symmetric, and better of few rows.

        Returns
        -------
        Summary
            Text in a terminal, HTML in a notebook, `.frame` a row a coefficient with
            the columns "estimate", "standard error", "z", "p", "lower", "upper".

        Raises
        ------
        ModelError
            For another level, covariance, class or interval; of another interval than
            Wald's also for a penalty and for a model of a file, without its rows.

        References
        ----------
        Hosmer, Lemeshow & Sturdivant, "Applied logistic regression" (2013), chapters 1,
        2 and 8.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "yes", "no", "yes"]
        >>> frame = pl.LogisticRegression(C=np.inf).fit(X, y).summary().frame
        >>> frame.loc["x"].round(3).tolist()
        [0.908, 1.085, 0.837, 0.403, -1.219, 3.035]
        """
        told = super().summary(level=level, covariance=covariance)
        i = 0 if reference is None else self._place(reference)
        told = replace(told, title=f"{type(self).__name__} of {self._beside(i)}")
        kinds = level, interval, covariance
        return intervals.shown(self, told, self._against(i), *kinds)

    def odds_ratios(
        self, *, level: float = LEVEL, reference: Any = None, interval: str = WALD
    ) -> Summary:
        """Tell by what factor a feature that is greater by 1 raises the odds.

        Parameters
        ----------
        level : float
            How often an interval holds the true ratio.
        reference : optional
            The class that others are set against; the first unless told.
        interval : str
            As of `summary`.

        Returns
        -------
        Summary
            exp(w) and its interval, a row a feature: the columns of `.frame` are "odds
            ratio", "lower" and "upper".

        Raises
        ------
        ModelError
            For a level that is not between 0 and 1, or no class.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = [[0.0], [1.0], [2.0], [3.0]], ["no", "yes", "no", "yes"]
        >>> model = pl.LogisticRegression(C=np.inf).fit(X, y)
        >>> model.odds_ratios().frame.round(2).values
        array([[ 2.48,  0.3 , 20.8 ]])
        """
        check_is_fitted(self)
        i = 0 if reference is None else self._place(reference)
        kinds = self._beside(i), "odds ratio", level, interval
        return intervals.ratios(self, self._against(i), *kinds)

    def _place(self, reference: Any) -> int:
        """The place of a class."""
        for i, label in enumerate(self.classes_.tolist()):
            if label == reference:
                return i
        known = ", ".join(map(repr, self.classes_.tolist()))
        raise ModelError(
            f"{type(self).__name__}: expected reference to be one of the classes, "
            f"{known}, got {reference!r}; set it to one."
        )

    def _against(self, i: int) -> LikelihoodFit:
        """The fit with the log odds of the others against class i."""
        fit: LikelihoodFit = self._statistics
        if i == 0:
            return fit
        k = len(self.classes_) - 1
        turn = np.insert(np.eye(k), 0, 0.0, axis=0)  # of all classes against the first
        turn = np.delete(turn - turn[i], i, axis=0)
        estimate = (turn @ fit.estimate.reshape(k, -1)).ravel()
        labels = [str(label) for label in np.delete(self.classes_, i)]
        index = index_of(self, labels)
        return replace(fit, index=index, estimate=estimate, turn=turn)


def index_of(model: Any, groups: Sequence[str]) -> pd.Index[Any]:
    """The names of the coefficients, the intercept first; of several classes all."""
    from pellucid.models import summary

    return summary.names_of(model, groups, "class")


def _solver(model: Any) -> str:
    return str(model.solver_.partition(":")[0])
