"""A multilayer perceptron: classes from features that are learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import special
from sklearn.utils import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call,
)
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.models import base, checks, weights
from pellucid.models.base import Array
from pellucid.models.networks.multilayer import Multilayer
from pellucid.models.networks.network import OUTPUTS
from pellucid.models.networks.perceptron_settings import CHECKS, in_batches
from pellucid.models.networks.rows import stream_of, streamed
from pellucid.models.scores import Classifier
from pellucid.models.streamed.classes import classes_of
from pellucid.models.streamed.predicting import by_chunks
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class MLPClassifier(Classifier, Multilayer):
    """Classes by a network: p = sigmoid(z), or softmax(z) of three classes or more.

        J = mean(log_loss(z, y)) + alpha sum |W|^2 / 2n     two classes, or many labels
        J = mean(cross_entropy(z, y)) + ...                 three classes or more

    z is the linear output of `forward`, n the rows of a batch, or the sum of their
    weights. Every parameter has the meaning that it has in scikit-learn's class of the
    same name, and the same `random_state` gives the same steps.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int
        Units of each hidden layer.
    activation : str or callable
        Of the hidden layers: "identity", "logistic", "tanh", "relu", or any plain
        function of z, such as `activations.gelu`.
    solver : str
        "adam", "sgd" for gradient descent with momentum, or "lbfgs" on all rows, by
        SciPy's routine, as in scikit-learn, and in float64.
    alpha : float
        The weight of the penalty.
    batch_size : int or "auto"
        Rows a batch; "auto" is 200, or all if there are fewer.
    learning_rate : str
        Of "sgd": "constant"; "invscaling", the first rate / (rows seen + 1)^power_t;
        or "adaptive", a fifth each time that epochs gain no more, down to 1e-6.
    learning_rate_init : float
        The learning rate, or the first.
    power_t : float
        Of "invscaling".
    max_iter : int
        Epochs at most; of "lbfgs" iterations.
    shuffle : bool
        Whether each epoch takes the rows in another order.
    random_state : int, RandomState or None
        Seeds the weights, the order of the rows and the rows set aside.
    tol : float
        What an epoch must gain; of "lbfgs" the slope at which to stop, if no step gains
        less than 2.2e-9 max(1, J) before.
    verbose : bool or int
        True shows a progress bar, k tells the cost each k epochs; in mini-batches the
        last is told in scikit-learn's words.
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
    n_iter_no_change : int or infinity
        Epochs in a row that may gain less than `tol`.
    max_fun : int
        Of "lbfgs": how often the cost may be computed.
    class_weight : dict, list of dict or "balanced", optional
        How often the rows of each class count; "balanced" for all classes alike.
    dropout : float
        The probability that a hidden unit is dropped in a step; see `layers.Dropout`.
    batch_norm : bool
        Whether hidden layers are normalised before their activation; see
        `layers.BatchNorm`. Both need a solver in mini-batches.
    target : str
        What it runs on: "numpy", "jax" or "torch".
    device : str, optional
        Where: "cpu", or "cuda" on a GPU.

    Attributes
    ----------
    classes_ : array (k,)
        The classes, sorted; of many labels a row, their numbers.
    coefs_, intercepts_ : lists of arrays (d, h) and (h,)
        Weights and biases of each layer.
    norms_ : list of dicts of arrays (h,)
        With batch_norm, scale, shift, and running mean and variance of hidden layers.
    history_, loss_curve_ : array and list of float
        Entry i is the mean cost of the batches of epoch i; of "lbfgs", which has no
        `loss_curve_`, the cost at iteration i. A warm start goes on with them.
    validation_history_ : array
        With early_stopping, the cost of the rows set aside after epoch i.
    validation_scores_, best_validation_score_ : list of float, float
        With early_stopping, their score; else None.
    n_iter_, loss_, best_loss_ : int, float, float
        Epochs, the cost of the last, and the least (None with early_stopping).
    t_ : int
        How many rows were seen, counting again in each epoch.
    n_layers_, n_outputs_, out_activation_ : int, int, str
        Layers with the features', outputs, and what makes them probabilities.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        How many features there are, and their names where X had some.
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

    _result_name = "p"

    def __init__(
        self, hidden_layer_sizes: Any = (100,), activation: Any = "relu", *,
        solver: str = "adam", alpha: float = 0.0001, batch_size: int | str = "auto",
        learning_rate: str = "constant", learning_rate_init: float = 0.001,
        power_t: float = 0.5, max_iter: int = 200, shuffle: bool = True,
        random_state: Any = None, tol: float = 1e-4, verbose: bool | int = False,
        warm_start: bool = False, momentum: float = 0.9,
        nesterovs_momentum: bool = True, early_stopping: bool = False,
        validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-8, n_iter_no_change: float = 10, max_fun: int = 15000,
        class_weight: Any = None, dropout: float = 0.0, batch_norm: bool = False,
        target: str = "numpy", device: str | None = None,
    ) -> None:  # fmt: skip
        self._set(locals())

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn weights and biases.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix, `Table` or `Stream` with its target
            Features; scale them first. A stream is learned from by "adam" and "sgd", in
            batches of a buffer in which its rows are shuffled; see `streamed.buffer`.
        y : array (n,), or (n, k) of 0 and 1
            Classes, numbers or text; or for each of k labels whether a row has it.
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
        checks.check_parameters(self, CHECKS)
        if (stream := stream_of(self, X, y, sample_weight)) is not None:
            return self._of_stream(stream, onward=False)
        X, y = base.unpacked(self, X, y)
        X, y, s = base.all_rows(self, X, y, sample_weight, multi_output=True)
        y = weights.one_or_many(y)
        self.classes_ = self._classes(y)
        rows = base.weighted_rows(X, self._coded(y, X), self._weighted(y, s))
        self._trained(*rows, onward=False)
        return self

    @available_if(in_batches)  # type: ignore[untyped-decorator]
    def partial_fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, classes: Any = None
    ) -> Self:
        """Go on learning, with one epoch over these rows.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.
        classes : array (k,)
            All classes that there will be; needed in the first call.

        Raises
        ------
        ModelError
            For a class that is not among them, or with early_stopping.

        Examples
        --------
        >>> model = MLPClassifier((3,), random_state=0)
        >>> for rows in (0, 1), (2, 3):
        ...     model = model.partial_fit(np.eye(4)[[*rows]], [0, 1], classes=[0, 1, 2])
        >>> model.t_, model.predict_proba(np.eye(4)).shape
        (4, (4, 3))
        """
        checks.check_parameters(self, CHECKS)
        self._refuse_onward()
        if (stream := stream_of(self, X, y, sample_weight)) is not None:
            if classes is not None:
                _check_partial_fit_first_call(self, classes)
            return self._of_stream(stream, onward=True)
        if y is None:
            X, y = base.unpacked(self, X, y)
        is_first = _check_partial_fit_first_call(self, classes)
        options = {"multi_output": True, "reset": is_first}
        X, y, s = base.all_rows(self, X, y, sample_weight, **options)
        y = weights.one_or_many(y)
        rows = base.weighted_rows(X, self._coded(y, X), self._weighted(y, s))
        self._trained(*rows, onward=True)
        return self

    def _of_stream(self, stream: Stream, onward: bool) -> Self:
        """Learn from the rows of a stream."""
        before = len(stream.passes)
        known = vars(self).get("classes_") if onward else None
        classes = classes_of(self, stream, known)
        self.classes_ = classes.known if onward else self._classes(classes.known)
        self._coded(self.classes_, np.zeros(0))  # which sets the cost
        self._learned(streamed(self, stream, classes.weighted), onward)
        self.passes_ = len(stream.passes) - before
        return self

    def _classes(self, y: Array) -> Array:
        """The classes, or the numbers of the labels; those of before, to go on."""
        many = y.ndim > 1
        classes = np.arange(y.shape[1]) if many else weights.classes_of(self, y)[0]
        before = getattr(self, "classes_", classes)
        if self.warm_start and not np.array_equal(classes, before):
            message = f"expected the classes of the last fit, {before}, got {classes}"
            theirs = (
                "(scikit-learn: warm_start can only be used where `y` has the same "
                "classes as in the previous call to fit. Previously got "
                f"{before}, `y` has {classes})"
            )
            raise ModelError(
                f"MLPClassifier: {message} {theirs}; set warm_start=False."
            )
        return classes

    def _coded(self, y: Array, X: Array) -> Array:
        """1 where a row is of a class, else 0 (n, k); of two classes one column."""
        self._loss = "log_loss"
        if y.ndim > 1:
            return np.asarray(y != 0, X.dtype)
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            message = (
                f"expected classes among {self.classes_}, found {unknown.tolist()[0]!r}"
            )
            raise ModelError(f"MLPClassifier: {message}; name all in the first call.")
        one_hot: Array = (y[:, None] == self.classes_).astype(X.dtype)
        if len(self.classes_) == 2:
            return one_hot[:, 1:]
        self._loss = "cross_entropy"
        return one_hot

    def _weighted(self, y: Array, s: Array | None) -> Array | None:
        """The weights of the rows times those of their classes."""
        if y.ndim == 1:
            classes, index = np.unique(y, return_inverse=True)
            return weights.class_weighted(self, classes, index, s)
        if self.class_weight is None:
            return s
        s = np.ones(len(y)) if s is None else s
        counts = s > 0
        s[counts] = s[counts] * compute_sample_weight(self.class_weight, y[counts])
        return s

    def _linear_of_both(self, X: Any) -> Array:
        """Linear outputs (n, k); of two classes -z and z, for both tails."""
        z = self._linear(X)
        return np.hstack([-z, z]) if z.shape[1] == 1 else z

    @by_chunks
    def predict_proba(self, X: Any) -> Array:
        """The probability of each class or label (n, k).

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.predict_proba(X).shape
        (10, 2)
        """
        z = self._linear_of_both(X)
        return np.asarray(OUTPUTS[self.out_activation_](z))

    @by_chunks
    def predict_log_proba(self, X: Any) -> Array:
        """The logarithm of the probability of each class or label (n, k).

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> bool((model.predict_log_proba(X) <= 0).all())
        True
        """
        z = self._linear_of_both(X)
        if self.out_activation_ == "softmax":
            return np.asarray(special.log_softmax(z, axis=1))
        return np.asarray(special.log_expit(z))

    @by_chunks
    def predict(self, X: Any) -> Array:
        """The most probable class of each row (n,), or whether it has a label (n, k).

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.predict(X).shape
        (10,)
        """
        z = self._linear(X)
        decided = self._decided(z)
        one_label = self.out_activation_ == "softmax" or z.shape[1] == 1
        labels: Array = self.classes_[decided.ravel()] if one_label else decided
        return labels

    def _decided(self, z: Array) -> Array:
        """The position of the likeliest class (n,), or whether p > 1/2 (n, k)."""
        is_one = self.out_activation_ == "softmax"
        return np.argmax(z, axis=1) if is_one else (z > 0).astype(int)

    def _scored(self, z: Array, y: Array, s: Array | None) -> float:
        """Accuracy, the part of the rows that are right; y codes 0 and 1 as z does."""
        from sklearn.metrics import accuracy_score

        right, said = self._decided(y - 0.5), self._decided(z)
        return float(accuracy_score(right, said, sample_weight=s))

    def _strata(self, y: Array) -> Array | None:
        """Of two classes, rows are set aside in like parts."""
        return y > 0 if y.shape[1] == 1 else None

    def plot(self) -> Figure:
        """Draw the regions of the classes for two features, else the cost by epoch.

        Examples
        --------
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.plot().axes[0].get_xlabel()
        'epoch'
        """
        from pellucid.show import plots

        check_is_fitted(self)
        if self._rows.stream:
            return self._cost_curve()
        X, Y, *_ = base.rows_of(self)
        codes = self._decided(Y - 0.5)
        if self.n_features_in_ != 2 or codes.size > len(X):
            return self._cost_curve()
        y = self.classes_[codes.ravel()]

        def predict(X: Array) -> Array:
            return self.predict(base.named(self, X))

        right = np.mean(predict(X) == y)
        title = f"The network is right about {right:.1%} of the rows"
        names = base.feature_names(self)
        return plots.boundary(X, y, predict, names=names, title=title)
