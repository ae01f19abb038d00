"""A multilayer perceptron: numbers from features that are learned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, column_or_1d

from pellucid.errors import ModelError
from pellucid.models import base, checks, extremes
from pellucid.models.base import Array
from pellucid.models.networks import perceptron_settings
from pellucid.models.networks.multilayer import Multilayer
from pellucid.models.networks.network import OUTPUTS
from pellucid.models.networks.perceptron_settings import in_batches
from pellucid.models.networks.rows import stream_of, streamed
from pellucid.models.scores import Regressor
from pellucid.models.streamed.classes import as_they_are
from pellucid.models.streamed.predicting import by_chunks
from pellucid.tables.streams.stream import Stream

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHECKS = perceptron_settings.CHECKS | {
    "loss": checks.one_of("squared_error", "poisson")
}


class MLPRegressor(Regressor, Multilayer):
    """Numbers by a network: the linear output z of `forward`, or e^z.

        J = mean(squared_error(z, y)) / 2 + alpha sum |W|^2 / 2n
        J = mean(e^z - y z + constant) + ...               loss="poisson"

    n is the rows of a batch, or the sum of their weights. The error of a row is summed
    over its targets, and so its gradient is scikit-learn's; the cost that scikit-learn
    tells is that of a target. The constant makes J half the Poisson deviance. Every
    parameter has the meaning that it has in scikit-learn's class of the same name, and
    the same `random_state` gives the same steps; but not by "lbfgs" of several targets,
    where scikit-learn's cost is not that of its gradient.

    Parameters
    ----------
    loss : str
        "squared_error"; or "poisson" for counts, of which e^z are expected.
    hidden_layer_sizes, activation, solver, alpha, batch_size, learning_rate
        As in `MLPClassifier`.
    learning_rate_init, power_t, max_iter, shuffle, random_state, tol, verbose
        As in `MLPClassifier`.
    warm_start, momentum, nesterovs_momentum, validation_fraction, beta_1, beta_2
        As in `MLPClassifier`.
    early_stopping, epsilon, n_iter_no_change, max_fun, dropout, batch_norm, target
        As in `MLPClassifier`; the score of rows set aside is r2.
    device : str, optional
        As in `MLPClassifier`.

    Attributes
    ----------
    coefs_, intercepts_, history_, loss_curve_, n_iter_, loss_, best_loss_, t_, graph_
        As in `MLPClassifier`.
    validation_history_, validation_scores_, best_validation_score_
        As in `MLPClassifier`.
    n_layers_, n_outputs_, out_activation_, n_features_in_, feature_names_in_
        As in `MLPClassifier`; the output is "identity" or "exp".

    Examples
    --------
    >>> X = np.linspace(-1, 1, 2000)[:, None]
    >>> model = MLPRegressor(learning_rate_init=0.02, random_state=0)
    >>> model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2) > 0.9
    True
    """

    def __init__(
        self, loss: str = "squared_error", hidden_layer_sizes: Any = (100,),
        activation: Any = "relu", *,
        solver: str = "adam", alpha: float = 0.0001, batch_size: int | str = "auto",
        learning_rate: str = "constant", learning_rate_init: float = 0.001,
        power_t: float = 0.5, max_iter: int = 200, shuffle: bool = True,
        random_state: Any = None, tol: float = 1e-4, verbose: bool | int = False,
        warm_start: bool = False, momentum: float = 0.9,
        nesterovs_momentum: bool = True, early_stopping: bool = False,
        validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-8, n_iter_no_change: float = 10, max_fun: int = 15000,
        dropout: float = 0.0, batch_norm: bool = False, target: str = "numpy",
        device: str | None = None,
    ) -> None:  # fmt: skip
        self._set(locals())

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Learn weights and biases.

        Parameters
        ----------
        X : array (n, d), data frame, sparse matrix, `Table` or `Stream` with its target
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
        >>> model = MLPRegressor("squared_error", (5,), tol=0.01, random_state=0)
        >>> model.fit(X, X[:, 0]).coefs_[0].shape
        (1, 5)
        """
        checks.check_parameters(self, CHECKS)
        stream = stream_of(self, X, y, sample_weight)
        if stream is not None:
            return self._of_stream(stream, onward=False)
        X, y = base.unpacked(self, X, y)
        self._trained(*self._taken(X, y, sample_weight), onward=False)
        return self

    @available_if(in_batches)  # type: ignore[untyped-decorator]
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
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor(random_state=0).partial_fit(X, X[:, 0])
        >>> model.partial_fit(X, X[:, 0]).t_
        100
        """
        checks.check_parameters(self, CHECKS)
        self._refuse_onward()
        stream = stream_of(self, X, y, sample_weight)
        if stream is not None:
            return self._of_stream(stream, onward=True)
        if y is None:
            X, y = base.unpacked(self, X, y)
        is_first = not hasattr(self, "coefs_")
        rows = self._taken(X, y, sample_weight, reset=is_first)
        self._trained(*rows, onward=True)
        return self

    def _taken(
        self, X: Any, y: Any, s: Any, **options: Any
    ) -> tuple[Array, Array, Array | None]:
        """Features (n, d), targets (n, k) and weights."""
        options |= {"multi_output": True, "y_numeric": True}
        X, y, s = base.training_rows(self, X, y, s, **options)
        y = column_or_1d(y, warn=True) if y.ndim > 1 and y.shape[1] == 1 else y
        self._loss = self.loss
        return X, self._coded(y, X), s

    def _of_stream(self, stream: Stream, onward: bool) -> Self:
        """Learn from the rows of a stream."""
        before = len(stream.passes)
        self._loss = self.loss
        self._learned(streamed(self, stream, as_they_are), onward)
        self.passes_ = len(stream.passes) - before
        return self

    def _coded(self, y: Array, X: Array) -> Array:
        """Targets (n, k), counts where the loss asks for them."""
        if self.loss == "poisson" and np.min(y) < 0:
            message = f"expected counts of at least 0 in y, found {np.min(y):g}"
            raise ModelError(f'MLPRegressor: {message}; or set loss="squared_error".')
        return extremes.as_single(self, y.reshape(len(y), -1), X.dtype, "y")  # (n, k)

    @property
    def _result_name(self) -> str:
        return "z" if self.out_activation_ == "identity" else "y"

    @by_chunks
    def predict(self, X: Any) -> Array:
        """The output for each row, (n,), or (n, k) for several targets.

        Examples
        --------
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor(tol=0.01, random_state=0).fit(X, X[:, 0])
        >>> model.predict(X).shape
        (50,)
        """
        output = self._output(self._linear(X))
        return output[:, 0] if output.shape[1] == 1 else output

    def _output(self, z: Array) -> Array:
        return np.asarray(OUTPUTS[self.out_activation_](z))

    def _scored(self, z: Array, y: Array, s: Array | None) -> float:
        """r2, weighted."""
        return extremes.r2(y, self._output(z), s)

    def _strata(self, y: Array) -> None:
        """Rows are set aside by chance alone."""

    def plot(self) -> Figure:
        """Draw the curve for one feature, else the cost by epoch.

        Examples
        --------
        >>> X = np.linspace(-1, 1, 50)[:, None]
        >>> model = MLPRegressor(tol=0.01, random_state=0).fit(X, X[:, 0])
        >>> model.plot().axes[0].get_xlabel()
        'x'
        """
        from pellucid.show import plots

        check_is_fitted(self)
        if self._rows.stream:
            return self._cost_curve()
        X, y, *_ = base.rows_of(self)
        if self.n_features_in_ != 1 or self.n_outputs_ > 1:
            return self._cost_curve()
        names = base.feature_names(self)

        def curve(x: Array) -> Array:
            return self.predict(base.named(self, x[:, None]))

        layers = len(self.coefs_) - 1
        plural = "" if layers == 1 else "s"
        title = f"A network of {layers} hidden layer{plural} follows the points"
        return plots.curve(X[:, 0], y[:, 0], curve, title=title, x_label=names[0])
