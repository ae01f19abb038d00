"""Multilayer perceptrons: classes and numbers from features that are learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from pellucid.errors import ModelError
from pellucid.models import activations, base, costs
from pellucid.models.base import Array
from pellucid.models.network import CHECKS, Network
from pellucid.show import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class MLPClassifier(ClassifierMixin, Network):
    """Classes by a network: p = sigmoid(z), or softmax(z) of three classes or more.

        J = mean(log_loss(z, y)) + alpha sum |W|^2 / 2n     two classes
        J = mean(cross_entropy(z, y)) + ...                 more

    z is the linear output of `forward`, n the rows of a batch. Every parameter has the
    meaning that it has in scikit-learn's class of the same name.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of each hidden layer.
    activation : str
        Of the hidden layers: "identity", "logistic", "tanh" or "relu".
    solver : str
        "adam", or "sgd" for gradient descent with momentum.
    alpha : float
        The weight of the penalty.
    batch_size : int or "auto"
        Rows a batch; "auto" is 200, or all if there are fewer.
    learning_rate_init : float
        The learning rate.
    max_iter : int
        Epochs at most.
    random_state : int, RandomState or None
        Seeds the weights, the order of the rows and the rows set aside.
    tol : float
        What an epoch must gain.
    verbose : bool or int
        True shows a progress bar, k tells the cost each k epochs.
    warm_start : bool
        Begin with the weights of the last fit.
    momentum, nesterovs_momentum : float, bool
        Of "sgd".
    early_stopping : bool
        Set rows aside, stop when their score gains no more, and keep the best weights.
    validation_fraction : float
        The part of the rows that is set aside.
    beta_1, beta_2, epsilon : float
        Of "adam".
    n_iter_no_change : int
        Epochs in a row that may gain less than `tol`.

    Attributes
    ----------
    classes_ : array (k,)
        The classes, sorted.
    coefs_, intercepts_ : lists of arrays (d, h) and (h,)
        Weights and biases of each layer.
    history_ : array (n_iter_,)
        Entry i is the mean cost of the batches of epoch i.
    validation_history_ : array (n_iter_,)
        With early_stopping, the cost of the rows set aside after epoch i.
    n_iter_, loss_ : int, float
        Epochs, and the cost of the last.
    graph_ : Graph
        J as a graph.

    References
    ----------
    Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors"
    (1986).

    Examples
    --------
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array([0, 1, 1, 0])
    >>> model = MLPClassifier(
    ...     (8,), activation="tanh", learning_rate_init=0.1, tol=0.01, random_state=0
    ... )
    >>> model.fit(X, y).predict(X)
    array([0, 1, 1, 0])
    """

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        if z.shape[1] == 1:
            return costs.log_loss(z[:, 0], y)
        return costs.cross_entropy(z, y)

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn weights and biases.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix or `Table` with its target
            Features; scale them first.
        y : array (n,)
            Classes: numbers or text.
        sample_weight : array (n,), optional
            How much each row counts.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used.

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array(["no", "yes"] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1, random_state=0)
        >>> model.fit(X, y).classes_.tolist()
        ['no', 'yes']
        """
        base.check_parameters(self, CHECKS)
        X, y = base.unpacked(X, y)
        X, y, s = base.training_rows(self, X, y, sample_weight)
        check_classification_targets(y)
        self.classes_, codes = np.unique(
            column_or_1d(y, warn=True), return_inverse=True
        )
        k = len(self.classes_)
        if k < 2:
            message = f"expected two classes or more in y, found one class, {y[0]!r}"
            raise ModelError(f"{type(self).__name__}: {message}; add rows of another.")
        Y = (codes if k == 2 else np.eye(k)[codes]).astype(X.dtype)  # (n,) or (n, k)
        self._output_name = "sigmoid" if k == 2 else "softmax"
        self._trained(X, Y, s, strata=codes)
        return self

    def predict_proba(self, X: Any) -> Array:
        """The probability of each class (n, k).

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.predict_proba(X).shape
        (10, 2)
        """
        z = self._linear(X)
        if z.shape[1] > 1:
            p: Array = activations.softmax(z)
            return p
        p = activations.sigmoid(z)  # (n, 1)
        return np.hstack([1 - p, p])

    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of the probability of each class (n, k).

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> bool((model.predict_log_proba(X) <= 0).all())
        True
        """
        z = self._linear(X)
        if z.shape[1] == 1:
            z = np.hstack([np.zeros_like(z), z])
        return -np.stack([costs.cross_entropy(z, np.full(len(z), c))
                          for c in range(z.shape[1])], axis=1)  # fmt: skip

    def predict(self, X: Any) -> Array:
        """The most probable class of each row (n,).

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.predict(X).shape
        (10,)
        """
        chosen = _chosen(self._linear(X))
        classes: Array = self.classes_[chosen]
        return classes

    def _scored(self, z: Array, y: Array, s: Array) -> float:
        """Accuracy, the part of the rows that are right."""
        right = _chosen(z) == (y if y.ndim == 1 else np.argmax(y, axis=1))
        return float(np.average(right, weights=s))

    _result_name = "p"

    def plot(self) -> Figure:
        """Draw the regions of the classes for two features, else the cost by epoch.

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.plot().axes[0].get_xlabel()
        'epoch'
        """
        check_is_fitted(self)
        if self.n_features_in_ != 2:
            return self._cost_curve()
        X, Y, _ = base.rows_of(self)
        y = self.classes_[Y.astype(int) if Y.ndim == 1 else np.argmax(Y, axis=1)]
        right = np.mean(self.predict(X) == y)
        title = f"The network is right about {right:.1%} of the rows"
        names = base.feature_names(self)
        return plots.boundary(X, y, self.predict, names=names, title=title)


def _chosen(z: Array) -> Array:
    """The position of the most probable class; of two, by the 0.5 threshold."""
    if z.shape[1] == 1:
        return np.array(z[:, 0] > 0, int)
    chosen: Array = np.argmax(z, axis=1)
    return chosen


class MLPRegressor(MultiOutputMixin, RegressorMixin, Network):
    """Numbers by a network: the linear output z of `forward`.

        J = mean(squared_error(z, y)) / 2 + alpha sum |W|^2 / 2n

    n is the rows of a batch, and the error of a row is summed over its targets. Every
    parameter has the meaning that it has in scikit-learn's class of the same name.

    Parameters
    ----------
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate_init
        As in `MLPClassifier`.
    max_iter, random_state, tol, verbose, warm_start, momentum, nesterovs_momentum
        As in `MLPClassifier`.
    early_stopping, validation_fraction, beta_1, beta_2, epsilon, n_iter_no_change
        As in `MLPClassifier`; the score of rows set aside is r2.

    Attributes
    ----------
    coefs_, intercepts_, history_, validation_history_, n_iter_, loss_, graph_
        As in `MLPClassifier`.

    Examples
    --------
    >>> X = np.linspace(-1, 1, 2000)[:, None]
    >>> model = MLPRegressor((20,), learning_rate_init=0.02, random_state=0)
    >>> model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    _output_name = "identity"
    _result_name = "z"

    @staticmethod
    def _loss(z: Any, y: Any) -> Any:
        z = z[:, 0] if z.shape[1] == 1 else z
        return costs.squared_error(z, y) / 2

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn weights and biases.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix or `Table` with its target
            Features; scale them first.
        y : array (n,) or (n, k)
            Targets.
        sample_weight : array (n,), optional
            How much each row counts.

        Raises
        ------
        ModelError
            For a parameter or rows that cannot be used.

        Examples
        --------
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor((5,), tol=0.01, random_state=0).fit(X, X[:, 0])
        >>> model.coefs_[0].shape
        (1, 5)
        """
        base.check_parameters(self, CHECKS)
        X, y = base.unpacked(X, y)
        options = {"multi_output": True, "y_numeric": True}
        X, y, s = base.training_rows(self, X, y, sample_weight, **options)
        self._one_target = y.ndim == 1
        y = y[:, 0] if y.ndim > 1 and y.shape[1] == 1 else y
        self._trained(X, y.astype(X.dtype), s, strata=None)
        return self

    def predict(self, X: Any) -> Array:
        """The output for each row, (n,) or (n, k) as y was.

        Examples
        --------
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor((5,), tol=0.01, random_state=0).fit(X, X[:, 0])
        >>> model.predict(X).shape
        (50,)
        """
        z = self._linear(X)
        output: Array = z[:, 0] if self._one_target else z
        return output

    def _scored(self, z: Array, y: Array, s: Array) -> float:
        """r2, weighted."""
        z = z[:, 0] if y.ndim == 1 else z
        sse = np.average((y - z) ** 2, axis=0, weights=s)
        sst = np.average((y - np.average(y, axis=0, weights=s)) ** 2, axis=0, weights=s)
        return float(np.mean(1 - sse / np.where(sst > 0, sst, 1)))

    def plot(self) -> Figure:
        """Draw the curve for one feature, else the cost by epoch.

        Examples
        --------
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor((5,), tol=0.01, random_state=0).fit(X, X[:, 0])
        >>> model.plot().axes[0].get_xlabel()
        'x'
        """
        check_is_fitted(self)
        X, y, _ = base.rows_of(self)
        if self.n_features_in_ != 1 or y.ndim > 1:
            return self._cost_curve()
        names = base.feature_names(self)

        def curve(x: Array) -> Array:
            return self.predict(x[:, None])

        layers = len(self.coefs_) - 1
        plural = "" if layers == 1 else "s"
        title = f"A network of {layers} hidden layer{plural} follows the points"
        return plots.curve(X[:, 0], y, curve, title=title, x_label=names[0])
