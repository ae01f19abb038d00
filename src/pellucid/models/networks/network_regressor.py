"""A network of one's own layers that tells numbers."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d

from pellucid.minimisers import methods
from pellucid.models import costs, extremes
from pellucid.models.base import Array
from pellucid.models.networks import examples
from pellucid.models.networks.examples import Examples
from pellucid.models.networks.networks import Network
from pellucid.models.networks.training import Loss, by_place
from pellucid.models.scores import target_of
from pellucid.models.streamed import predicting
from pellucid.models.streamed.predicting import by_chunks
from pellucid.show import plots
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class NetworkRegressor(RegressorMixin, Network):
    """Numbers by a network of layers: its output z, or e^z of counts.

        J = mean(cost(z, y)) + alpha sum |W|^2 / 2n

    As in `NetworkClassifier`; the score of rows set aside is r2.

    Parameters
    ----------
    network : layer, or function
        `layers.Sequential(...)` that ends in a unit a target; or a function of the
        shape of a row and the number of targets that gives one.
    cost : callable, optional
        The cost of each row, of z (n, k) and y (n, k); `costs.squared_error`, the sum
        of (z - y)^2 over the targets, unless given. Of `costs.poisson`, e^z is
        predicted.
    method, alpha, batch_size, max_iter, shuffle, random_state, tol, early_stopping
        As in `NetworkClassifier`.
    validation_fraction, n_iter_no_change, callback, target, device, verbose
        As in `NetworkClassifier`.

    Attributes
    ----------
    network_, parameters_, history_, validation_history_, validation_scores_, n_iter_
        As in `NetworkClassifier`.
    n_outputs_, input_shape_, n_features_in_, feature_names_in_
        As in `NetworkClassifier`.

    Examples
    --------
    >>> from pellucid.layers import Dense, Sequential
    >>> X = np.linspace(-1, 1, 500)[:, None]
    >>> network = Sequential(Dense(16, np.tanh), Dense(1))
    >>> model = NetworkRegressor(network, method=methods.Adam(0.01), random_state=0)
    >>> model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    _score_name = "r2"

    def __init__(
        self, network: Any, *, cost: Loss | None = None,
        method: Any = methods.Adam(),  # noqa: B008 (a frozen value)
        alpha: float = 0.0, batch_size: int | None = 32, max_iter: int = 100,
        shuffle: bool = True, random_state: Any = None, tol: float = 1e-4,
        early_stopping: bool = False, validation_fraction: float = 0.1,
        n_iter_no_change: float = 10, callback: Any = None, target: str = "numpy",
        device: str | None = None, verbose: bool | int = False,
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
            Rows as the network takes them; see `NetworkClassifier.fit`.
        y : array (n,), (n, k), or (n, ..., k) for an output at each place
            Targets.
        sample_weight, validation_data, checkpoint, resume
            As in `NetworkClassifier.fit`.

        Raises
        ------
        ModelError
            For a parameter, rows or a network that do not go together, or a cost that
            is not finite; a model that was fitted before stays as it was.

        Examples
        --------
        >>> from pellucid.layers import GRU, Dense, Sequential
        >>> X, y = [np.ones((t, 1)) for t in (1, 2, 3)], [1.0, 2.0, 3.0]
        >>> model = NetworkRegressor(Sequential(GRU(4), Dense(1)), random_state=0)
        >>> model.fit(X, y).predict(X).shape
        (3,)
        """
        self._fitted(X, y, sample_weight, validation_data, checkpoint, resume)
        return self

    def partial_fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Go on learning, with one epoch over these rows.

        Parameters
        ----------
        X, y, sample_weight
            As in `fit`.

        Raises
        ------
        ModelError
            For rows that cannot be used, or with early_stopping.

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> model = NetworkRegressor(Dense(1)).partial_fit(np.eye(4), np.arange(4.0))
        >>> model.partial_fit(np.eye(4), np.arange(4.0)).n_iter_
        2
        """
        self._went_on(X, y, sample_weight)
        return self

    def _loss(self) -> Loss:
        return self.cost or costs.squared_error

    def _met(self, y: Array) -> None:
        """Numbers need not be known beforehand."""

    def _units(self, y: Array) -> int:
        """One output, or as many as targets."""
        return 1 if y.ndim == 1 else y.shape[-1]

    def _with_target(
        self, rows: Examples, y: Array, places: tuple[int, ...]
    ) -> Examples:
        """Targets in the shape of the output (n, ..., k), with weights of places."""
        y = column_or_1d(y, warn=True) if y.shape[1:] == (1,) else y
        k = self.n_outputs_
        expected = (len(rows), *places, k)
        if y.shape != expected and not (k == 1 and y.shape == expected[:-1]):
            message = f"expected a number for each output in y, {expected}"
            advice = f"let the last layer be Dense({self._units(y)}), or reshape y"
            advice = examples.ONE_A_ROW if places and y.ndim == 1 else advice
            self._refuse(f"{message}, got {y.shape}", advice)
        if self._loss() is costs.poisson and np.min(y) < 0:
            message = f"expected counts of at least 0 in y, found {np.min(y):g}"
            self._refuse(message, "or take another cost")
        dtype, shape = self._dtype(rows), (len(rows), *places)
        s = examples.weights_of_places(rows, shape)
        s = None if s is None else extremes.as_single(self, s, dtype, "sample_weight")
        y = extremes.as_single(self, y.reshape(expected), dtype, "y")
        return dataclasses.replace(rows, y=y, s=s)

    def _scored(self, z: Array, y: Array, s: Array | None) -> float:
        """r2, weighted."""
        return extremes.r2(by_place(y), by_place(z), s)

    def _expect_linear(self) -> None:
        """Any last function is right."""

    def _pictured(self, X: Any, y: Any) -> Figure:
        """What was observed against what is predicted."""
        r2, said = self.score(X, y), self.predict(X)
        if isinstance(said, list) or said.ndim > 1:
            said, y, _ = examples.flat(self, said, y, None)
        found = f"explains {r2:.1%} of the variation"
        found = found if r2 > 0 else "is no better than the mean"
        title = f"The network {found} (r2 = {r2:.4f})"
        return plots.predicted(np.asarray(y), said, title=title)

    def _strata(self, y: Array) -> None:
        """Rows are set aside by chance alone."""

    @property
    def _answer(self) -> list[tuple[str, str]]:
        """What is made of z, as an equation."""
        return [("y", "exp(z)")] if self._loss() is costs.poisson else []

    # -- predictions ------------------------------------------------------------------

    @by_chunks
    def predict(self, X: Any) -> Any:
        """The output for each row (n,), of several targets (n, k), or at each place.

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> model = NetworkRegressor(Dense(1)).fit(np.eye(4), np.arange(4.0))
        >>> model.predict(np.eye(4)).shape
        (4,)
        """
        return self._found(X, self._numbers)

    def _numbers(self, z: Array) -> Array:
        """The output (n, ..., k), or of one unit (n, ...)."""
        output = np.exp(z) if self._loss() is costs.poisson else z
        return output[..., 0] if z.shape[-1] == 1 else output

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Compute r2 of the predictions, its mean over the targets.

        Examples
        --------
        >>> from pellucid.layers import Dense
        >>> X, y = np.eye(4), np.arange(4.0)
        >>> model = NetworkRegressor(Dense(1), method=methods.Adam(0.1), random_state=0)
        >>> model.fit(X, y).score(X, y) > 0.9
        True
        """
        if isinstance(X, Stream):
            return predicting.r2(self, X)
        said, y = self.predict(X), target_of(X, y)
        if isinstance(said, list) or np.ndim(said) > 2:
            said, y, sample_weight = examples.flat(self, said, y, sample_weight)
        return extremes.r2(y, said, sample_weight)
