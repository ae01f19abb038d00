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
OUTPUTS: dict[str, Callable[[Any], Any]] = {
    "logistic": activations.sigmoid,
    "softmax": activations.softmax,
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
    activation : str
        Of the hidden layers, one of ACTIVATIONS.
    loss : str
        One of LOSSES.
    alpha : float
        The weight of the penalty.

    Examples
    --------
    >>> J, layers = Cost("relu", "log_loss", 0.0), [(np.zeros((2, 1)), np.zeros(1))]
    >>> round(float(J(layers, np.eye(2), np.array([[0.0], [1.0]]))), 6)
    0.693147
    """

    activation: str
    loss: str
    alpha: float

    def __call__(self, layers: Any, X: Any, y: Any, s: Any = None) -> Any:
        """J of the layers, of X (n, d), y (n, k) and weights s (n,)."""
        z = forward(layers, X, ACTIVATIONS[self.activation])
        loss = LOSSES[self.loss](z, y)  # (n,)
        n = len(X) if s is None else np.sum(s)
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
