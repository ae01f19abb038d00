"""What a statistician shows of a fitted model, the same for every such model."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sklearn.utils.validation import check_is_fitted

from pellucid.models import base

if TYPE_CHECKING:
    from pellucid.show.summary import Summary
    from pellucid.statistics.fitted import Fitted

KINDS = ("classical", "HC0", "HC1", "HC2", "HC3")
LEVELS: base.Check = (
    lambda value: base.is_number(value) and 0 < value < 1,
    "between 0 and 1, such as 0.95",
)


class Statistical:
    """A model whose estimates have errors, of which the rows tell."""

    def _fitted(self) -> Fitted:
        """The fit with its errors; each model has a kind of its own."""
        raise NotImplementedError

    @cached_property
    def _statistics(self) -> Fitted:
        """The same, kept until the model is fitted again."""
        check_is_fitted(self)
        return self._fitted()

    def _forget(self) -> None:
        """Drop what was kept of a fit before."""
        for name in ("_statistics", "notes_"):
            self.__dict__.pop(name, None)

    def summary(self, *, level: float = 0.95, covariance: str = "classical") -> Summary:
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
        base.check_value(self, "level", level, LEVELS)
        base.check_value(self, "covariance", covariance, base.one_of(*KINDS))
        return summary.of(self, level, covariance)

    def anova(self) -> Summary:
        """Test each term, a category as a whole, beside all the others (type II)."""
        from pellucid.models import terms

        return terms.anova(self)

    def diagnostics(self) -> Summary:
        """Show each row: residuals, leverage, influence."""
        from pellucid.models import summary

        return summary.diagnostics(self)

    @cached_property
    def notes_(self) -> tuple[str, ...]:
        """What a careful colleague would say of the fit, each with a remedy."""
        from pellucid.models import notes

        check_is_fitted(self)
        return notes.of(self)
