"""Initialisers: how weights are drawn, so that signals neither die nor explode.

Each is called as `initialiser(rng, shape, dtype)`. The last axis of the shape counts
the outputs, the one before it the inputs, and those before that the places of a window,
which multiply both: (d, h) has fan-in d, (height, width, c, f) has height width c.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.shapes import Shape

__all__ = ["glorot", "he", "lecun", "orthogonal", "zeros"]


def drawing(rng: Any) -> Any:
    """A generator of random numbers, of NumPy's new or old kind; refuse another."""
    if not isinstance(rng, (np.random.Generator, np.random.RandomState)):
        message = f"Parameters are drawn from a generator, got {rng!r}"
        raise ModelError(f"{message}: give np.random.default_rng(seed).")
    return rng


def fans(shape: Shape) -> tuple[int, int]:
    """Inputs and outputs of a unit.

    >>> fans((3, 3, 16, 32))
    (144, 288)
    """
    if len(shape) < 2:
        message = f"Weights have axes of inputs and of outputs, got shape {shape}"
        raise ModelError(f"{message}: give at least two, or take zeros.")
    window = math.prod(shape[:-2])
    return window * shape[-2], window * shape[-1]


def glorot(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Draw evenly from +-sqrt(6 / (fan-in + fan-out)): variance 2 / (in + out).

    For layers that are linear or tanh: signals and gradients keep their variance.

    References
    ----------
    Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
    networks" (2010), equation 16.

    Examples
    --------
    >>> W = glorot(np.random.default_rng(0), (2, 4))
    >>> W.shape, bool(np.all(np.abs(W) <= 1))
    ((2, 4), True)
    """
    bound = math.sqrt(6 / sum(fans(shape)))
    return drawing(rng).uniform(-bound, bound, shape).astype(dtype)


def normal(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Draw from the standard normal distribution."""
    return drawing(rng).standard_normal(shape).astype(dtype)


def he(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Draw from a normal distribution of variance 2 / fan-in.

    For layers with relu, which halves the variance.

    References
    ----------
    He, Zhang, Ren & Sun, "Delving deep into rectifiers" (2015), equation 10.

    Examples
    --------
    >>> he(np.random.default_rng(0), (2, 3, 4, 5), np.float32).dtype
    dtype('float32')
    """
    deviation = math.sqrt(2 / fans(shape)[0])
    return (drawing(rng).standard_normal(shape) * deviation).astype(dtype)


def lecun(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Draw from a normal distribution of variance 1 / fan-in.

    References
    ----------
    LeCun, Bottou, Orr & Müller, "Efficient backprop" (1998), equation 16.

    Examples
    --------
    >>> lecun(np.random.default_rng(0), (100, 3)).shape
    (100, 3)
    """
    deviation = math.sqrt(1 / fans(shape)[0])
    return (drawing(rng).standard_normal(shape) * deviation).astype(dtype)


def orthogonal(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Draw a matrix with orthonormal rows or columns, evenly among all of them.

    The Q of a random normal matrix, with the signs of R's diagonal: repeated products,
    as through time, keep lengths. Axes before the last are one.

    References
    ----------
    Saxe, McClelland & Ganguli, "Exact solutions to the nonlinear dynamics of learning
    in deep linear neural networks" (2014); Mezzadri, "How to generate random matrices
    from the classical compact groups" (2007).

    Examples
    --------
    >>> U = orthogonal(np.random.default_rng(0), (3, 3))
    >>> np.allclose(U @ U.T, np.eye(3))
    True
    """
    rows, columns = math.prod(shape[:-1]), shape[-1]
    A = drawing(rng).standard_normal((max(rows, columns), min(rows, columns)))
    Q, R = np.linalg.qr(A)
    Q = Q * np.where(np.diag(R) < 0, -1.0, 1.0)
    Q = Q if rows >= columns else Q.T
    return Q.reshape(shape).astype(dtype)


def zeros(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Give zeros, as for biases.

    Examples
    --------
    >>> zeros(None, (2,))
    array([0., 0.])
    """
    return np.zeros(shape, dtype)


def ones(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """Give ones, as for what multiplies."""
    return np.ones(shape, dtype)
