"""Layers that multiply, look up or lay flat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.graphs.stand_in import is_stand_in
from pellucid.layers.activations import relu
from pellucid.layers.fitting import refuse_misfits
from pellucid.layers.formula import Formula, Table
from pellucid.layers.initialisers import glorot, he, normal, zeros
from pellucid.layers.shapes import Shape, expected, size

Activation = Callable[[Any], Any]


def weights_for(activation: Activation | None) -> Any:
    """How weights are drawn before an activation: He et al. for relu, else Glorot."""
    return he if activation is relu else glorot


@dataclass(frozen=True, repr=False)
class Dense(Formula):
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

    def table(self, shape: Shape) -> Table:
        """W (d, h) and b (h,)."""
        W: Table = {"W": (weights_for(self.activation), (shape[-1], self.units))}
        return W | {"b": (zeros, (self.units,))} if self.bias else W

    def output_shape(self, shape: Shape) -> Shape:
        """The same with `units` on the last axis."""
        return (*expected(self, shape, "...", "features")[:-1], self.units)

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, ..., d) to (n, ..., h)."""
        refuse_misfits(self, p, x)
        z = x @ p["W"] + p["b"] if self.bias else x @ p["W"]  # (n, ..., h)
        return self.activation(z) if self.activation else z


@dataclass(frozen=True, repr=False)
class Embedding(Formula):
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

    def table(self, shape: Shape) -> Table:
        """W (count, units)."""
        return {"W": (normal, (self.count, self.units))}

    def output_shape(self, shape: Shape) -> Shape:
        """One axis more, of `units`."""
        return (*expected(self, shape, "..."), self.units)

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, t) to (n, t, units)."""
        refuse_misfits(self, p, x)
        refuse_unknown(self, x)
        x = x.astype(np.intp)
        words = np.where(x < 0, self.count, x)  # below 0 lies beyond the end, too
        return p["W"][words]  # (n, t, units)


def refuse_unknown(layer: Embedding, x: Any) -> None:
    """Refuse what is no number of a word; numbers only where they are known."""
    message = f"{layer} expects whole numbers from 0 to {layer.count - 1}"
    if x.dtype.kind not in "iu":
        raise ModelError(f"{message}, got {x.dtype}: give x.astype(int).")
    if not is_stand_in(x) and x.size and (x.min() < 0 or x.max() >= layer.count):
        raise ModelError(f"{message}, got {x.min()} to {x.max()}: count the words.")


@dataclass(frozen=True, repr=False)
class Flatten(Formula):
    """Lay all numbers of a row side by side.

    Examples
    --------
    >>> Flatten()({}, np.zeros((5, 4, 4, 3))).shape
    (5, 48)
    """

    def table(self, shape: Shape) -> Table:
        """None."""
        return {}

    def output_shape(self, shape: Shape) -> Shape:
        """One axis, of all numbers of a row."""
        return (size(expected(self, shape, "...")),)

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, ...) to (n, d)."""
        refuse_misfits(self, p, x)
        return np.reshape(x, (x.shape[0], size(x.shape[1:])))
