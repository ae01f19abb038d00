"""Layers that multiply, look up or lay flat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers.activations import relu
from pellucid.layers.initialisers import glorot, he
from pellucid.layers.shapes import Shape, size

Activation = Callable[[Any], Any]


def weights_for(activation: Activation | None) -> Any:
    """How weights are drawn before an activation: He et al. for relu, else Glorot."""
    return he if activation is relu else glorot


@dataclass(frozen=True)
class Dense:
    """Fully connected: activation(x W + b), on the last axis.

    Parameters
    ----------
    units : int
        Outputs h.
    activation : callable, optional
        What is done to the linear output, element by element; any plain function.
    bias : bool
        Whether there is a b.

    Notes
    -----
    Parameters W (d, h), drawn as `he` for relu and as `glorot` else, and b (h,), zeros.

    References
    ----------
    Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors"
    (1986).

    Examples
    --------
    >>> layer = Dense(2)
    >>> layer({"W": np.eye(2), "b": np.ones(2)}, np.array([[3.0, 4.0]]))
    array([[4., 5.]])
    """

    units: int
    activation: Activation | None = None
    bias: bool = True

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> dict[str, Any]:
        """Draw W and b for rows of this shape."""
        W = weights_for(self.activation)(rng, (shape[-1], self.units), dtype)
        return {"W": W, "b": np.zeros(self.units, dtype)} if self.bias else {"W": W}

    def output_shape(self, shape: Shape) -> Shape:
        """The same with `units` on the last axis."""
        return (*shape[:-1], self.units)

    def __call__(self, p: Any, x: Any) -> Any:
        """X (n, ..., d) to (n, ..., h)."""
        z = x @ p["W"]  # (n, ..., h)
        z = z + p["b"] if self.bias else z
        return self.activation(z) if self.activation else z


@dataclass(frozen=True)
class Embedding:
    """A vector for each word: W[x].

    Parameters
    ----------
    count : int
        How many words there are; x holds integers from 0 to count - 1.
    units : int
        How long a vector is.

    Notes
    -----
    Parameter W (count, units), drawn from a standard normal distribution.

    References
    ----------
    Bengio, Ducharme, Vincent & Jauvin, "A neural probabilistic language model" (2003).

    Examples
    --------
    >>> Embedding(3, 2)({"W": np.arange(6.0).reshape(3, 2)}, np.array([[2, 0]]))
    array([[[4., 5.],
            [0., 1.]]])
    """

    count: int
    units: int

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> dict[str, Any]:
        """Draw W."""
        return {"W": rng.standard_normal((self.count, self.units)).astype(dtype)}

    def output_shape(self, shape: Shape) -> Shape:
        """One axis more, of `units`."""
        return (*shape, self.units)

    def __call__(self, p: Any, x: Any) -> Any:
        """X (n, t) to (n, t, units)."""
        return p["W"][x]


@dataclass(frozen=True)
class Flatten:
    """Lay all numbers of a row side by side.

    Examples
    --------
    >>> Flatten()({}, np.zeros((5, 4, 4, 3))).shape
    (5, 48)
    """

    def parameters(self, rng: Any, shape: Shape, dtype: Any = float) -> dict[str, Any]:
        """None."""
        return {}

    def output_shape(self, shape: Shape) -> Shape:
        """One axis, of all numbers of a row."""
        return (size(shape),)

    def __call__(self, p: Any, x: Any) -> Any:
        """X (n, ...) to (n, d)."""
        return np.reshape(x, (x.shape[0], size(x.shape[1:])))
