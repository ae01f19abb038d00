"""A network of one's own layers that tells classes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy import special
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import column_or_1d

from pellucid.layers import activations
from pellucid.layers.layer import name_of
from pellucid.minimisers import methods
from pellucid.models import costs, extremes, weights
from pellucid.models.base import Array
from pellucid.models.networks import examples, memory
from pellucid.models.networks.examples import Examples
from pellucid.models.networks.network import OUTPUTS
from pellucid.models.networks.networks import Network
from pellucid.models.networks.training import Loss, last_function
from pellucid.models.pictures import of_learning
from pellucid.models.scores import target_of
from pellucid.models.streamed import predicting
from pellucid.models.streamed.predicting import by_chunks
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class NetworkClassifier(ClassifierMixin, Network):
    """Classes by a network of layers: p = softmax(z), or sigmoid(z) of one unit.

        J = mean(cost(z, y)) + alpha sum |W|^2 / 2n

    z is what the network makes of a row in training, its linear output: no softmax in
    it. The mean is over the rows of a batch, n of them, or it is weighted, and n is the
    sum of the weights. What has one axis, such as biases, is not penalised.

    Parameters
    ----------
    network : layer, or function
        `layers.Sequential(...)` that ends in a unit a class, or in one unit for two
        classes; or a function of the shape of a row and the number of classes that
        gives one, so that it fits any rows.
    cost : callable, optional
        The cost of each row, of z (n, k) and y (n, k), 1 where a row is of a class and
        0 else; `costs.cross_entropy`, or for one unit `costs.log_loss`, unless given.
    method : method
        One of `pellucid.methods` that takes mini-batches. Its rate may be one of
        `pellucid.schedules`, a function of the step.
    alpha : float
        The weight of the penalty.
    batch_size : int, optional
        Rows a batch; None for all.
    max_iter : int
        Epochs at most.
    shuffle : bool
        Whether each epoch takes the rows in another order.
    random_state : int, RandomState or None
        Seeds the parameters, the order of the rows, dropout and the rows set aside.
    tol : float
        What an epoch must gain.
    early_stopping : bool
        Stop when the cost of validation rows gains no more, and keep the weights that
        did best on them: rows set aside, or those given to `fit`.
    validation_fraction : float
        The part of the rows that is set aside.
    n_iter_no_change : int or infinity
        Epochs in a row that may gain less than `tol`.
    class_weight : dict or "balanced", optional
        How often the rows of each class count; "balanced" for all classes alike.
    callback : callable, optional
        `callback(epoch, cost, parameters)` after each epoch; a true result stops.
    target : str
        What it runs on: "numpy", "jax" or "torch".
    device : str, optional
        Where: "cpu", or "cuda" on a GPU.
    verbose : bool or int
        True shows a progress bar, k tells the cost each k epochs.

    Attributes
    ----------
    classes_ : array (k,)
        The classes, sorted.
    network_, parameters_ : layer, list of dicts of arrays
        The network and its parameters, `network_(parameters_, X)` is z.
    history_ : array
        Entry i is the mean cost of the batches of epoch i.
    validation_history_, validation_scores_ : array
        Where there are validation rows, their cost without the penalty and their score
        after epoch i.
    n_iter_ : int
        Epochs that were taken.
    n_outputs_ : int
        Units of the output.
    input_shape_ : tuple
        The shape of a row; its first entry is None for sequences of any length.
    n_features_in_, feature_names_in_ : int, array (d,) of str
        For tables, how many features there are, and their names where X had some.

    Notes
    -----
    float32 and float64 stay what they are; whole numbers of images and sequences become
    float32, and those of tables float64. Where the network begins with an `Embedding`
    they are words, and the parameters are float32.

    Examples
    --------
    >>> from pellucid.layers import Dense, Sequential
    >>> X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    >>> y = np.array(["no", "yes", "yes", "no"])
    >>> network = Sequential(Dense(8, np.tanh), Dense(2))
    >>> model = NetworkClassifier(
    ...     network, method=methods.Adam(0.1), tol=0.01, random_state=0
    ... )
    >>> model.fit(X, y).predict(X).tolist()
    ['no', 'yes', 'yes', 'no']
    """

    _score_name = "accuracy"

    def __init__(
        self, network: Any, *, cost: Loss | None = None,
        method: Any = methods.Adam(),  # noqa: B008 (a frozen value)
        alpha: float = 0.0, batch_size: int | None = 32, max_iter: int = 100,
        shuffle: bool = True, random_state: Any = None, tol: float = 1e-4,
        early_stopping: bool = False, validation_fraction: float = 0.1,
        n_iter_no_change: float = 10, class_weight: Any = None,
        callback: Any = None, target: str = "numpy", device: str | None = None,
        verbose: bool | int = False,
    ) -> None:  # fmt: skip
        self._set(locals())

    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None,
        validation_data: Any = None, checkpoint: Any = None, resume: bool = False,
    ) -> Self:  # fmt: skip
        """Learn the parameters.

        Parameters
        ----------
        X : array (n, ...), list of sequences, data frame, matrix, `Table`, `Stream`
            Rows as the network takes them: images (n, height, width, channels),
            sequences (n, t, d), words (n, t), tables (n, d); or a list of sequences of
            several lengths, arrays (t, d) or lists of words. A `Stream` gives rows (d,)
            in float64, shuffled within a buffer; see `streamed.buffer`.
        y : array (n,), or (n, ...) for a network with an output at each place
            Classes, numbers or text.
        sample_weight : array (n,), optional
            How much each row counts.
        validation_data : tuple (X, y) or (X, y, sample_weight), optional
            Rows that are judged after each epoch; with `early_stopping`, in place of
            rows set aside.
        checkpoint : str or path, optional
            Where everything that is needed to go on is written after each epoch.
        resume : bool
            Go on from the checkpoint, to the same bits as without a stop, where the
            file is there; `max_iter` may be more than it was. Settings and rows have to
            be those that it was written with.

        Raises
        ------
        ModelError
            For a parameter, rows or a network that do not go together, or a cost that
            is not finite; a model that was fitted before stays as it was.

        Examples
        --------
        >>> from pellucid.layers import LSTM, Dense, Embedding, Sequential
        >>> X, y = [[0, 1], [2, 1, 0], [1], [0, 0, 2]], [0, 1, 0, 1]
        >>> model = NetworkClassifier(
        ...     Sequential(Embedding(3, 4), LSTM(8), Dense(1)), random_state=0
        ... )
        >>> model.fit(X, y).predict_proba([[2, 1], [0]]).shape
        (2, 2)
        """
        self._fitted(X, y, sample_weight, validation_data, checkpoint, resume)
        return self

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
        >>> from pellucid.layers import Dense
        >>> model = NetworkClassifier(Dense(3), random_state=0)
        >>> for rows in (0, 1), (2, 3):
        ...     model = model.partial_fit(np.eye(4)[[*rows]], [0, 1], classes=[0, 1, 2])
        >>> model.n_iter_
        2
        """
        with self._whole():
            if classes is not None or not isinstance(X, Stream):
                _check_partial_fit_first_call(self, classes)
            self._went_on(X, y, sample_weight)
        return self

    # -- targets ----------------------------------------------------------------------

    def _loss(self) -> Loss:
        """What an output costs."""
        one = self.n_outputs_ == 1
        return self.cost or (costs.log_loss if one else costs.cross_entropy)

    def _met(self, y: Array) -> None:
        """Learn which classes there are."""
        self.classes_ = weights.classes_of(self, np.ravel(y))[0]

    def _units(self, y: Array) -> int:
        return len(self.classes_)

    def _with_target(
        self, rows: Examples, y: Array, places: tuple[int, ...]
    ) -> Examples:
        """1 where a place is of a class, else 0 (n, ..., k); of one unit one column."""
        examples.expect_labels(self, y, (len(rows), *places))
        self._expect_units()
        y = y if places else column_or_1d(y, warn=True)
        unknown = np.setdiff1d(y, self.classes_)
        if len(unknown):
            found = f"found {unknown.tolist()[0]!r}"
            message = f"expected classes among {self.classes_} in y, {found}"
            advice = "leave such rows out, or name all classes in the first partial_fit"
            self._refuse(message, advice)
        index = np.searchsorted(self.classes_, y)
        k, dtype = self.n_outputs_, self._dtype(rows)
        needed = {f"y, a column for each of {k} classes": float(y.size * k * 9)}
        memory.expect_room(self, needed, "give fewer rows at once, to partial_fit")
        Y = np.expand_dims(index, -1) == (np.arange(k) if k > 1 else 1)
        s = self._weighted(rows, index)
        s = None if s is None else extremes.as_single(self, s, dtype, "sample_weight")
        return dataclasses.replace(rows, y=Y.astype(dtype), s=s)

    def _expect_units(self) -> None:
        """Refuse a network that has not a unit for each class."""
        k, c = self.n_outputs_, len(self.classes_)
        if k == c or (k == 1 and c == 2):
            return
        one = ", or one unit for two classes" if c == 2 else ""
        message = f"expected an output for each of the {c} classes{one}, got a network"
        self._refuse(f"{message} with {k}", f"let the last layer be Dense({c})")

    def _expect_linear(self) -> None:
        """Refuse a network that ends in what the cost and predictions put behind it."""
        cost, last, k = self._loss(), last_function(self.network_), self.n_outputs_
        if cost is costs.log_loss and k > 1:
            advice = "take costs.cross_entropy, or one unit for two classes"
            self._refuse(f"expected one output for log_loss, got {k}", advice)
        ends = (activations.softmax, activations.sigmoid)
        if last in ends and cost in (costs.cross_entropy, costs.log_loss):
            found = f"{name_of(last)} behind it, which {name_of(cost)} has in it"
            advice = "leave that out: predict_proba puts it there"
            self._refuse(f"expected a linear output, got {found}", advice)

    def _weighted(self, rows: Examples, index: Array) -> Array | None:
        """The weights of places times those of their classes."""
        s = examples.weights_of_places(rows, index.shape)
        flat = None if s is None else s.ravel()
        made = weights.class_weighted(self, self.classes_, index.ravel(), flat)
        return None if made is None else made.reshape(index.shape)

    @property
    def _answer(self) -> list[tuple[str, str]]:
        """What is made of z, as an equation."""
        return [("p", "sigmoid(z)" if self.n_outputs_ == 1 else "softmax(z)")]

    # -- predictions ------------------------------------------------------------------

    @by_chunks
    def predict_proba(self, X: Any) -> Any:
        """The probability of each class (n, k), or at each place (n, ..., k).

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> model = NetworkClassifier(Dense(2), max_iter=1).fit(np.eye(2), [0, 1])
        >>> model.predict_proba(np.eye(2)).shape
        (2, 2)
        """
        return self._found(X, self._probable)

    def _probable(self, z: Array) -> Array:
        """The probabilities of linear outputs (n, ..., k)."""
        if z.shape[-1] == 1:
            return np.asarray(OUTPUTS["logistic"](_both(z)))
        return np.asarray(OUTPUTS["softmax"](z))

    @by_chunks
    def predict_log_proba(self, X: Any) -> Any:
        """The logarithm of the probability of each class (n, k).

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> model = NetworkClassifier(Dense(2), max_iter=1).fit(np.eye(2), [0, 1])
        >>> bool((model.predict_log_proba(np.eye(2)) <= 0).all())
        True
        """
        return self._found(X, self._log_probable)

    def _log_probable(self, z: Array) -> Array:
        """Their logarithms, in both tails."""
        if z.shape[-1] == 1:
            return np.asarray(special.log_expit(_both(z)))
        return np.asarray(special.log_softmax(z, axis=-1))

    @by_chunks
    def predict(self, X: Any) -> Any:
        """The most probable class of each row (n,), or of each place.

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> model = NetworkClassifier(Dense(2), max_iter=1).fit(np.eye(2), [0, 1])
        >>> model.predict(np.eye(2)).shape
        (2,)
        """
        return self._found(X, lambda z: self.classes_[self._decided(z)])

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Compute the accuracy: the part of the rows, or of all places, that is right.

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> model = NetworkClassifier(Dense(2), method=methods.Adam(1.0))
        >>> model.set_params(random_state=0).fit(np.eye(2), [0, 1]).score(
        ...     np.eye(2), [0, 1]
        ... )
        1.0
        """
        if isinstance(X, Stream):
            return predicting.accuracy(self, X)
        said, y = self.predict(X), target_of(X, y)
        if isinstance(said, list) or said.ndim > 1:
            said, y, sample_weight = examples.flat(self, said, y, sample_weight)
        return float(accuracy_score(y, said, sample_weight=sample_weight))

    def _decided(self, z: Array) -> Array:
        """The position of the likeliest class (n, ...)."""
        if z.shape[-1] == 1:
            return np.asarray(z[..., 0] > 0, int)
        return np.asarray(np.argmax(z, axis=-1))

    def _scored(self, z: Array, y: Array, s: Array | None) -> float:
        """Accuracy, the part of the places that are right."""
        right = self._decided(z) == self._decided(y - 0.5)
        return float(np.average(right.ravel(), weights=s))

    def _pictured(self, X: Any, y: Any) -> Figure:
        """Which class is taken for which, and the worst mistakes among images."""
        said, known = self.predict(X), self.classes_
        if isinstance(said, list) or said.ndim > 1:
            said, y, _ = examples.flat(self, said, y, None)
        y = np.ravel(y)
        unknown = np.setdiff1d(y, known).tolist()
        if unknown:
            message = f"expected classes among {known} in y, found {unknown[0]!r}"
            self._refuse(message, "leave such rows out")
        if np.shape(y) != np.shape(said):
            message = f"expected a class for each of {len(said)} rows, got {y.shape}"
            self._refuse(message, "give as many")
        if getattr(X, "ndim", 2) != 4 or len(y) != len(X):
            return of_learning.confusion(y, said)
        return of_learning.worst(
            self.predict_proba(X), X, np.searchsorted(known, y), labels=known.tolist()
        )

    def _strata(self, y: Array) -> Array | None:
        """Rows are set aside in like parts of each class, where there are enough."""
        index = self._decided(y - 0.5)
        if index.ndim > 1:
            return None
        counts = np.bincount(index)
        least = len(counts) / max(self.validation_fraction, 1e-9)
        return index if counts[counts > 0].min() > 1 and len(index) > least else None


def _both(z: Array) -> Array:
    """-z and z, the linear outputs of two classes, of one unit (n, ..., 1)."""
    return np.concatenate([-z, z], axis=-1)
