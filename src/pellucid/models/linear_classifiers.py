"""What classifiers that are linear share: from linear outputs to classes, sparse w."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from scipy import sparse
from scipy.special import log_expit, log_softmax
from sklearn import get_config
from sklearn.utils.validation import check_is_fitted

from pellucid.models import base, extremes
from pellucid.models.base import Array
from pellucid.models.logistic_cost import likeliest
from pellucid.models.scores import Classifier
from pellucid.models.streamed.predicting import by_chunks
from pellucid.regression.powers import filled


class LinearClassifier(Classifier):
    """Predictions from `coef_` (1, d) or (k, d), `intercept_` and `classes_`."""

    coef_: Any  # an array, or a sparse matrix
    intercept_: Any
    classes_: Array

    @by_chunks
    def decision_function(self, X: Any) -> Array:
        """Compute z = Xw + b: log odds of the second class (n,), or scores (n, k).

        Raises
        ------
        ModelError
            For cells that are not finite.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.decision_function([[0.5]]).round(4)
        array([0.])
        """
        return self._linear(base.rows_to_predict(self, X, sparse=True))

    def _linear(self, X: Array) -> Array:
        """Linear outputs z (n,) or (n, k) of rows that were taken in.

        Of float32 they are float64: then a weight that was rounded to float32 moves z
        no more than the rounding of X did, and sums lose nothing.
        """
        w = self.coef_.T if self.coef_.ndim > 1 else self.coef_[:, None]
        z = extremes.bounded(X, w.astype(float), self.intercept_)  # (n, 1) or (n, k)
        return z if z.shape[1] > 1 else z[:, 0]

    @by_chunks
    def predict(self, X: Any) -> Array:
        """Give the likeliest class of each row (n,): of two, the second where z > 0.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.predict([[0.2], [0.9]])
        array([0, 1])
        """
        z = self.decision_function(X)
        labels: Array = self.classes_[likeliest(z)]
        return labels

    @by_chunks
    def predict_proba(self, X: Any) -> Array:
        """Compute the probability of each class (n, k), sigmoid(z) or softmax(z).

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.predict_proba([[0.5]])
        array([[0.5, 0.5]])
        """
        from pellucid.models.networks.network import OUTPUTS

        z = self.decision_function(X)
        if z.ndim > 1:
            return np.asarray(OUTPUTS["softmax"](z))
        both = np.column_stack([-z, z])  # each tail to full precision
        return np.asarray(OUTPUTS["logistic"](both))

    @by_chunks
    def predict_log_proba(self, X: Any) -> Array:
        """Compute the log of the probabilities (n, k), where these underflow too.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.LogisticRegression().fit([[0.0], [1.0]], [0, 1])
        >>> model.predict_log_proba([[3000.0]]).round()
        array([[-1334.,    -0.]])
        """
        z = self.decision_function(X)
        if z.ndim > 1:
            return np.asarray(log_softmax(z, axis=1))
        return np.asarray(log_expit(np.column_stack([-z, z])))

    def sparsify(self) -> Self:
        """Keep `coef_` as a sparse matrix (CSR): smaller where most weights are 0.

        Returns
        -------
        estimator
            Itself.

        Examples
        --------
        >>> import pellucid as pl
        >>> model = pl.LogisticRegression().fit([[0.0, 1.0], [0.0, 2.0]], [0, 1])
        >>> model.sparsify().coef_.nnz
        1
        """
        check_is_fitted(self)
        arrays = get_config()["sparse_interface"] == "sparray"
        rows = sparse.csr_array if arrays else sparse.csr_matrix
        self.coef_ = rows(self.coef_)
        return self

    def densify(self) -> Self:
        """Keep `coef_` as an array again; see `sparsify`.

        Returns
        -------
        estimator
            Itself.
        """
        check_is_fitted(self)
        self.coef_ = filled(self.coef_)
        return self
