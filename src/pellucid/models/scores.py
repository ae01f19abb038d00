"""How good predictions are, by scikit-learn's measures, of arrays and of tables."""

from __future__ import annotations

from typing import Any

from sklearn.base import ClassifierMixin, RegressorMixin

from pellucid.models.extremes import r2
from pellucid.models.streamed import predicting
from pellucid.tables.streams.stream import Stream
from pellucid.tables.table import Table


class Regressor(RegressorMixin):
    """A regressor whose score has no scale."""

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Compute r2 of the predictions for X, a `Table` or a `Stream`.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
        >>> pl.LinearRegression().fit(X, y).score(X, y)
        1.0
        """
        if isinstance(X, Stream):
            return predicting.r2(self, X)
        return r2(target_of(X, y), self.predict(X), sample_weight)


class Classifier(ClassifierMixin):
    """A classifier whose score takes tables too."""

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Compute the accuracy for X, a `Table` or a `Stream`.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = [[0.0], [1.0]], ["no", "yes"]
        >>> pl.LogisticRegression().fit(X, y).score(X, y)
        1.0
        """
        if isinstance(X, Stream):
            return predicting.accuracy(self, X)
        return float(super().score(X, target_of(X, y), sample_weight))


def target_of(X: Any, y: Any) -> Any:
    """The target that was given, or that of a table."""
    return X.y if isinstance(X, Table) and y is None else y
