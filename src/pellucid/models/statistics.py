"""What a statistician shows of a fitted model, the same for every such model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sklearn.utils.validation import check_is_fitted

from pellucid.models import checks
from pellucid.show.estimates import LEVEL
from pellucid.statistics.fitted import CLASSICAL, COVARIANCES

if TYPE_CHECKING:
    from pellucid.show.summary import Summary
    from pellucid.statistics.fitted import Fitted

LAZY = ("_statistics", "_streamed")  # for when they are asked for; no file keeps them
LEVELS: checks.Check = (
    lambda value: checks.is_number(value) and 0 < value < 1,
    "a number between 0 and 1, such as 0.95",
)


class Statistical(ABC):
    """A model whose estimates have errors, of which the rows tell."""

    @abstractmethod
    def _fitted(self) -> Fitted:
        """The fit with its errors; each model has a kind of its own."""

    @abstractmethod
    def _subject(self) -> str:
        """What the model is of, for titles: its targets, or a class of them."""

    @abstractmethod
    def _own_notes(self) -> Iterator[str]:
        """What a careful colleague would say of models of its kind alone."""

    @cached_property
    def _statistics(self) -> Any:
        """The same, kept until the model is fitted again."""
        check_is_fitted(self)
        return self._fitted()

    def _forget(self, *more: str) -> None:
        """Drop what was kept of a fit before, and what more is named."""
        for name in (*LAZY, "notes_", *more):
            self.__dict__.pop(name, None)

    def __getstate__(self) -> dict[str, Any]:
        """What is kept of a model in files, without what can be found again."""
        kept: Any = super().__getstate__()
        return {name: value for name, value in kept.items() if name not in LAZY}

    def summary(self, *, level: float = LEVEL, covariance: str = CLASSICAL) -> Summary:
        """Sum up the fit: its figures, and each estimate with its error.

        Parameters
        ----------
        level : float
            How often an interval holds the true coefficient.
        covariance : str
            Of the estimates: "classical", or one that holds where the spread of the
            errors differs from row to row: "HC0", "HC1", "HC2" or "HC3".

        Returns
        -------
        Summary
            Text in a terminal, HTML in a notebook, `.frame` a row a coefficient with
            the columns "estimate", "standard error", "t" or "z", "p", "lower", "upper".

        Raises
        ------
        ModelError
            For another level or covariance.

        References
        ----------
        White, "A heteroskedasticity-consistent covariance matrix estimator" (1980);
        MacKinnon & White, "Some heteroskedasticity-consistent covariance matrix
        estimators with improved finite sample properties" (1985).
        """
        from pellucid.models import summary

        check_is_fitted(self)
        checks.check_value(self, "level", level, LEVELS)
        checks.check_value(self, "covariance", covariance, checks.one_of(*COVARIANCES))
        return summary.of(self, level, covariance)

    def diagnostics(self) -> Summary:
        """Show each row of X: its residual, leverage and influence.

        Returns
        -------
        Summary
            `.frame` has a row a row of X, called by its number from 1 in the table that
            was read, or by its label in a data frame that does not only count, with
            the columns "observed", "fitted", "residual", "standardised",
            "studentised", "leverage" and "Cook's distance"; of classes and counts
            "Pearson" and "deviance" in the place of "studentised".

        Raises
        ------
        ModelError
            When the model was loaded, without the rows it was fitted to.

        References
        ----------
        Cook & Weisberg, "Residuals and Influence in Regression" (1982); Pregibon,
        "Logistic regression diagnostics" (1981).
        """
        from pellucid.models import summary

        check_is_fitted(self)
        return summary.diagnostics(self)

    def anova(self) -> Summary:
        """Test each term beside all the others, a category as a whole (type II).

        A term is what the model has of one raw column of a table that `pl.rows` read;
        of other X each column is one; of a polynomial all powers of a column, and all
        products of the same columns, which are left out for tests of these. Linear
        regression has the sum of squares by which the errors grow where the term is
        left out, and its F; the others have twice the log likelihood that is lost,
        which is chi2, beside Wald's chi2.

        Returns
        -------
        Summary
            `.frame` a row a term: "sum of squares", "degrees of freedom", "F", "p", the
            residual last; or "likelihood ratio", "degrees of freedom", "p",
            "Wald chi2", "p (Wald)". A term that the others hold has 0 degrees of
            freedom, and nan.

        Raises
        ------
        ModelError
            For a fit with a penalty or bounds, and one of a file where rows are needed.

        References
        ----------
        Yates, "The analysis of multiple classifications with unequal numbers in the
        different classes" (1934); Fox & Weisberg, "An R companion to applied
        regression" (2019), section 5.3.4.

        Examples
        --------
        >>> import pandas as pd, pellucid as pl
        >>> pets = pd.DataFrame({"pet": ["cat", "dog"] * 4, "age": range(8)})
        >>> table = pl.rows(pets.assign(kg=[4, 9, 5, 9, 4, 9, 5, 8]), target="kg")
        >>> pl.LinearRegression().fit(table).anova().frame["F"].round(1).to_dict()
        {'pet': 100.9, 'age': 0.1, 'residual': nan}
        """
        from pellucid.models import terms

        return terms.anova(self)

    @cached_property
    def notes_(self) -> tuple[str, ...]:
        """What a careful colleague would say of the fit, each with a remedy."""
        from pellucid.models.notes import notes

        check_is_fitted(self)
        return notes.of(self)
