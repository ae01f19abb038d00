"""What multilayer perceptrons share: layers, training, and what is told of them."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from pellucid.errors import ModelError
from pellucid.graphs.graph import Graph
from pellucid.minimisers.methods import Adam, GradientDescent
from pellucid.minimisers.minimise import minimise
from pellucid.models import activations, base, formulas
from pellucid.models.base import Array
from pellucid.models.penalties import l2
from pellucid.models.summary import Summary
from pellucid.show import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Layers = list[tuple[Array, Array]]

ACTIVATIONS = {
    "identity": activations.identity,
    "logistic": activations.sigmoid,
    "tanh": activations.tanh,
    "relu": activations.relu,
}

CHECKS = {
    "activation": base.one_of(*ACTIVATIONS),
    "solver": base.one_of("adam", "sgd"),
    "alpha": base.number(0),
    "learning_rate_init": base.positive(),
    "max_iter": base.count(1),
    "tol": base.number(0),
    "momentum": base.number(0, 1),
    "early_stopping": base.flag,
    "validation_fraction": base.number(0, 1),
    "n_iter_no_change": base.count(1),
}


def forward(layers: Any, X: Any, activation: Any) -> Any:
    """Propagate forward: h = activation(h W + b) in each layer, at last z = h W + b.

    Backpropagation needs no code of its own: it is the gradient of this function.

    Parameters
    ----------
    layers : list of (W, b)
        Weights (d, h) and biases (h,) of each layer.
    X : array (n, d)
        Features.
    activation : callable
        What a hidden layer does to its linear output, element by element.

    Returns
    -------
    array (n, k)
        Linear outputs.

    Examples
    --------
    >>> layers = [(np.eye(2), np.zeros(2)), (np.ones((2, 1)), np.zeros(1))]
    >>> forward(layers, np.array([[3.0, -1.0]]), activations.relu)
    array([[3.]])
    """
    h = X
    for W, b in layers[:-1]:
        h = activation(h @ W + b)  # (n, h)
    W, b = layers[-1]
    z = h @ W + b  # (n, k)
    return z  # noqa: RET504 (its name is shown in the graph)


def glorot(
    sizes: list[int], factor: float, rng: np.random.RandomState, dtype: Any
) -> Layers:
    """Draw weights and biases evenly from +-sqrt(factor / (inputs + outputs)).

    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010), equation 16; as in scikit-learn, biases are drawn too.
    """
    layers = []
    for d, h in itertools.pairwise(sizes):
        bound = np.sqrt(factor / (d + h))
        W, b = rng.uniform(-bound, bound, (d, h)), rng.uniform(-bound, bound, h)
        layers.append((W.astype(dtype), b.astype(dtype)))
    return layers


@dataclass
class Watch:
    """Stops when `patience` epochs in a row gained less than `tol`; keeps the best.

    `judge` gives, for parameters, the score and the cost of rows that were set aside.
    """

    tol: float
    patience: int
    judge: Callable[[Layers], tuple[float, float]] | None
    best: float = -np.inf
    layers: Any = None
    waited: int = 0
    scores: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def __call__(self, epoch: int, cost: float, layers: Layers) -> bool:
        """Look at an epoch; True when it is time to stop."""
        score = -cost
        if self.judge:
            score, held_out = self.judge(layers)
            self.scores.append(score)
            self.costs.append(held_out)
        self.waited = self.waited + 1 if score < self.best + self.tol else 0
        if score > self.best:
            self.best, self.layers = score, layers
        return self.waited >= self.patience


class Network(BaseEstimator):
    """What the two perceptrons share; they say what the output means and costs."""

    _loss: Callable[[Any, Any], Any]
    _scored: Callable[[Array, Array, Array], float]
    _output_name: str
    _result_name: str

    def __init__(
        self, hidden_layer_sizes: Any = (100,), activation: str = "relu", *,
        solver: str = "adam", alpha: float = 0.0001, batch_size: Any = "auto",
        learning_rate_init: float = 0.001, max_iter: int = 200,
        random_state: Any = None, tol: float = 1e-4, verbose: bool | int = False,
        warm_start: bool = False, momentum: float = 0.9,
        nesterovs_momentum: bool = True, early_stopping: bool = False,
        validation_fraction: float = 0.1, beta_1: float = 0.9, beta_2: float = 0.999,
        epsilon: float = 1e-8, n_iter_no_change: int = 10,
    ) -> None:  # fmt: skip
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # -- fit: cost + penalty + method -------------------------------------------------

    def cost(self, layers: Any, X: Any, y: Any, s: Any) -> Any:
        """J = (sum s loss(z, y) + alpha sum |W|^2 / 2) / sum s, the biases left out."""
        z = forward(layers, X, ACTIVATIONS[self.activation])
        loss = self._loss(z, y)  # (n,)
        penalty = sum(l2(W) for W, _ in layers)
        J = (np.sum(s * loss) + self.alpha * penalty) / np.sum(s)
        return J  # noqa: RET504 (its name is shown in the graph)

    def _method(self) -> Adam | GradientDescent:
        if self.solver == "adam":
            rate = self.learning_rate_init
            return Adam(rate, self.beta_1, self.beta_2, self.epsilon)
        return GradientDescent(
            self.learning_rate_init, self.momentum, self.nesterovs_momentum
        )

    def _trained(self, X: Array, y: Array, s: Array | None, strata: Any) -> None:
        """Minimise the cost in mini-batches, and keep what was found."""
        rng = check_random_state(self.random_state)
        weights = np.ones(len(X)) if s is None else s
        present = weights > 0  # a row of weight 0 is no row
        rows = [a[present] for a in (X, y, weights.astype(X.dtype))]
        strata = None if strata is None else strata[present]
        held_out: list[Array] = []
        if self.early_stopping:
            split = train_test_split(
                *rows,
                test_size=self.validation_fraction,
                random_state=rng.randint(2**31 - 1),
                stratify=strata,
            )
            rows, held_out = split[::2], split[1::2]
        start = self._start(X, y, rng)
        judge = (lambda layers: self._judged(layers, *held_out)) if held_out else None
        watch = Watch(self.tol, self.n_iter_no_change, judge)
        fit = minimise(
            self.cost,
            start,
            *rows,
            method=self._method(),
            batch_size=self._rows_a_batch(len(rows[0])),
            max_iter=self.max_iter,
            tol=0,
            random_state=rng.randint(2**31 - 1),
            callback=watch,
            verbose=self.verbose,
        )
        self._keep(fit, watch, rows)

    def _keep(self, fit: Any, watch: Watch, rows: list[Array]) -> None:
        if not np.isfinite(fit.fun):
            message = f"{type(self).__name__}: {fit.message}"
            raise ModelError(f"{message}; or scale the features first.")
        layers = watch.layers if self.early_stopping else fit.x
        self.coefs_ = [W for W, _ in layers]
        self.intercepts_ = [b for _, b in layers]
        self.n_layers_, self.n_outputs_ = len(layers) + 1, self.coefs_[-1].shape[1]
        self.n_iter_, self.history_, self.loss_ = fit.nit, fit.history, fit.fun
        if self.early_stopping:
            self.validation_history_ = np.array(watch.costs)
            self.validation_scores_ = watch.scores
        self._rows = base.kept(*rows)
        if fit.nit == self.max_iter and watch.waited < watch.patience:
            message = (
                f"{type(self).__name__}: the cost still fell after max_iter = "
                f"{self.max_iter} epochs; raise max_iter."
            )
            warnings.warn(message, ConvergenceWarning, stacklevel=4)

    def _start(self, X: Array, y: Array, rng: Any) -> Layers:
        """Weights to begin with: new ones, or with warm_start those of the last fit."""
        hidden = [int(h) for h in np.atleast_1d(self.hidden_layer_sizes)]
        if any(h < 1 for h in hidden):
            message = f"expected hidden_layer_sizes above 0, got {hidden}"
            raise ModelError(f"{type(self).__name__}: {message}.")
        sizes = [X.shape[1], *hidden, y.shape[1] if y.ndim > 1 else 1]
        before = [len(W) for W in getattr(self, "coefs_", [])]
        if self.warm_start and before == sizes[:-1]:
            return self._layers
        return glorot(sizes, 2 if self.activation == "logistic" else 6, rng, X.dtype)

    def _rows_a_batch(self, n: int) -> int:
        return min(200, n) if self.batch_size == "auto" else min(self.batch_size, n)

    def _judged(self, layers: Layers, X: Array, y: Array, s: Array) -> Any:
        """The score and the cost of rows that were set aside."""
        z = forward(layers, X, ACTIVATIONS[self.activation])
        cost = float(np.average(self._loss(z, y), weights=s))
        return self._scored(z, y, s), cost

    # -- what was fitted --------------------------------------------------------------

    @property
    def _layers(self) -> Layers:
        check_is_fitted(self)
        return list(zip(self.coefs_, self.intercepts_, strict=True))

    @property
    def loss_curve_(self) -> list[float]:
        """The mean cost of each epoch's batches, as scikit-learn calls it."""
        check_is_fitted(self)
        return [float(cost) for cost in self.history_]

    @property
    def out_activation_(self) -> str:
        """What is done to the linear output, as scikit-learn calls it."""
        check_is_fitted(self)
        return {"sigmoid": "logistic"}.get(self._output_name, self._output_name)

    @property
    def graph_(self) -> Graph:
        """J as a graph of the layers, of X, y and the weights s."""
        return base.recorded_cost(self, self.cost, self._layers)

    def _linear(self, X: Any) -> Array:
        """The linear outputs z (n, k)."""
        X = base.rows_to_predict(self, X)
        z: Array = forward(self._layers, X, ACTIVATIONS[self.activation])
        return z

    def formula(self, format: str = "text") -> str:  # noqa: A002
        r"""Write the network, one line a layer, as "text" or as "latex".

        Raises
        ------
        ModelError
            For another format.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = pl.MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> print(model.formula())
        h1 = relu(X W1 + b1)
        p = sigmoid(h1 W2 + b2)
        """
        return formulas.network(self, format)

    def summary(self) -> Summary:
        """Sum up the network: its layers, and how many parameters each has.

        Examples
        --------
        >>> import pellucid as pl
        >>> X, y = np.array([[0.0], [1.0]] * 5), np.array([0, 1] * 5)
        >>> model = pl.MLPClassifier((3,), max_iter=300, tol=0.1).fit(X, y)
        >>> model.summary().frame["parameters"].tolist()
        [6, 4]
        """
        import pandas as pd

        shapes = [W.shape for W in self.coefs_]
        functions = [self.activation] * (len(shapes) - 1) + [self._output_name]
        frame = pd.DataFrame(
            {
                "inputs": [d for d, _ in shapes],
                "outputs": [h for _, h in shapes],
                "activation": functions,
                "parameters": [d * h + h for d, h in shapes],
            },
            index=pd.RangeIndex(1, len(shapes) + 1, name="layer"),
        )
        figures = {
            "parameters": int(frame["parameters"].sum()),
            "epochs": self.n_iter_,
            "cost": self.loss_,
        }
        return Summary(type(self).__name__, figures, frame)

    def _cost_curve(self) -> Figure:
        curves = {"training rows": self.history_}
        if hasattr(self, "validation_history_"):
            curves["rows set aside"] = self.validation_history_
        first, last = self.history_[0], self.history_[-1]
        title = (
            f"The cost falls from {first:.3g} to {last:.3g} in {self.n_iter_} epochs"
        )
        return plots.costs(curves, title=title, x_label="epoch")
