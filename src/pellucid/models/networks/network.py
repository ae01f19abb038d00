"""What a multilayer perceptron computes, and what it costs."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from pellucid.graphs.operations import robust
from pellucid.layers import activations
from pellucid.layers.noise import Dropout, branched, key_of
from pellucid.layers.normalisation import BatchNorm
from pellucid.models import costs
from pellucid.models.base import Array
from pellucid.models.penalties import l2

Layers = list[tuple[Array, Array]]

ACTIVATIONS = {
    "identity": activations.identity,
    "logistic": activations.sigmoid,
    "tanh": activations.tanh,
    "relu": activations.relu,
}


def function_of(activation: Any) -> Callable[[Any], Any]:
    """An activation by its name, or the function itself."""
    return ACTIVATIONS[activation] if isinstance(activation, str) else activation


def forward(layers: Any, X: Any, activation: Any, norms: Any = ()) -> Any:
    """Propagate forward: h = activation(h W + b) in each layer, at last z = h W + b.

    With batch normalisation, h = activation(norm(h W + b)), by the running statistics.
    Backpropagation needs no code of its own: it is the gradient of this function.

    Parameters
    ----------
    layers : list of (W, b)
        Weights (d, h) and biases (h,) of each layer.
    X : array (n, d)
        Features.
    activation : callable
        What a hidden layer does to its linear output, element by element.
    norms : list of dicts, optional
        Of a batch normalisation in each hidden layer; see `layers.BatchNorm`.

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
    for i, (W, b) in enumerate(layers[:-1]):
        z = h @ W + b  # (n, h)
        h = activation(BatchNorm()(norms[i], z) if norms else z)
    W, b = layers[-1]
    z = h @ W + b  # (n, k)
    return z  # noqa: RET504 (its name is shown in the graph)


def in_training(w: Any, X: Any, activation: Any, dropout: float) -> tuple[Any, Any]:
    """The same in training: z, and what moves by itself.

    w holds the `layers`, the `norms`, normalised by the batch, and the number of the
    `step`, of which the masks of dropout come: they are laid on each hidden layer.
    """
    h, moved, drop, key = X, [], Dropout(dropout), key_of(0, w["step"])
    for i, (W, b) in enumerate(w["layers"][:-1]):
        z = h @ W + b  # (n, h)
        if w["norms"]:
            z, after = BatchNorm().training(w["norms"][i], z, key)
            moved.append(after)
        h = activation(z)
        h, _ = drop.training({}, h, branched(key, i)) if dropout else (h, {})
    W, b = w["layers"][-1]
    z = h @ W + b  # (n, k)
    return z, {"norms": moved, "step": w["step"] + 1}


def log_loss(z: Any, y: Any) -> Any:
    """-log of the chance of y = 0 or 1, summed over a row's labels.

    Its gradient is p - y; `costs.log_loss` keeps more digits where that is tiny.
    """
    return np.sum(robust.log_loss(z, y), axis=1)  # (n,)


def half_squared_error(z: Any, y: Any) -> Any:
    """|z - y|^2 / 2, summed over a row's targets; its gradient is z - y."""
    return costs.squared_error(z, y) / 2  # (n,)


def half_poisson_deviance(z: Any, y: Any) -> Any:
    """e^z - y z, so shifted that it is 0 where e^z = y; its gradient is e^z - y."""
    least = np.sum(y - special.xlogy(y, y), axis=1)
    return costs.poisson(z, y) - least  # (n,)


LOSSES = {
    "log_loss": log_loss,
    "cross_entropy": costs.cross_entropy,
    "squared_error": half_squared_error,
    "poisson": half_poisson_deviance,
}

# What makes of the linear output z what the model predicts, in scikit-learn's words.
OUTPUT_OF = {
    "log_loss": "logistic",
    "cross_entropy": "softmax",
    "squared_error": "identity",
    "poisson": "exp",
}


def possible(p: Any) -> Any:
    """Probabilities of which none is 0, so that their logarithms are finite.

    >>> possible(np.array([0.0, 1.0])) > 0
    array([ True,  True])
    """
    return np.maximum(p, np.finfo(p.dtype).tiny)


OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "logistic": lambda z: possible(activations.sigmoid(z)),
    "softmax": lambda z: possible(activations.softmax(z)),
    "identity": activations.identity,
    "exp": np.exp,
}


@dataclass(frozen=True)
class Cost:
    """J = mean(loss(z, y)) + alpha sum |W|^2 / 2n, the biases left out.

    Where rows have weights s, the mean is weighted and n is their sum. Costs of equal
    fields are equal, so that they are traced and compiled once for all fits.

    Parameters
    ----------
    activation : str or callable
        Of the hidden layers, one of ACTIVATIONS, or a function.
    loss : str
        One of LOSSES.
    alpha : float
        The weight of the penalty.
    dropout : float
        The probability that a hidden unit is dropped.
    moves : bool
        Whether parameters come with what moves by itself, as `in_training` takes them;
        then the cost gives `(J, after)`.

    Examples
    --------
    >>> J, layers = Cost("relu", "log_loss", 0.0), [(np.zeros((2, 1)), np.zeros(1))]
    >>> round(float(J(layers, np.eye(2), np.array([[0.0], [1.0]]))), 6)
    0.693147
    """

    activation: Any
    loss: str
    alpha: float
    dropout: float = 0.0
    moves: bool = False

    def __call__(self, w: Any, X: Any, y: Any, s: Any = None) -> Any:
        """J of the layers, of X (n, d), y (n, k) and weights s (n,)."""
        f = function_of(self.activation)
        if self.moves:
            z, after = in_training(w, X, f, self.dropout)
            return self._of_output(z, w["layers"], y, s), after
        return self._of_output(forward(w, X, f), w, y, s)

    def _of_output(self, z: Any, layers: Any, y: Any, s: Any) -> Any:
        loss = LOSSES[self.loss](z, y)  # (n,)
        n = len(z) if s is None else np.sum(s)
        penalty = sum(l2(W) for W, _ in layers)
        J = np.average(loss, weights=s) + self.alpha / n * penalty
        return J  # noqa: RET504 (its name is shown in the graph)


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
