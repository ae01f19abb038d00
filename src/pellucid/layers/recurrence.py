"""Recurrence: one set of weights, at every step of a sequence.

Sequences of several lengths stand in one array (n, t, d), filled up at the end, with
`lengths` (n,): a state does not move beyond the end of its sequence, and with
`sequence=True` what stands there is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers.activations import sigmoid
from pellucid.layers.dense import Activation
from pellucid.layers.fitting import fitting, refuse_misfits, within
from pellucid.layers.formula import Formula, Table
from pellucid.layers.initialisers import glorot, orthogonal, zeros
from pellucid.layers.shapes import SEQUENCE, Shape, expected


def by_gate(initialiser: Any, units: int) -> Any:
    """An initialiser that draws the weights of each gate by themselves."""

    def draw(rng: Any, shape: Shape, dtype: Any = float) -> Any:
        gates = range(shape[-1] // units)
        each = [initialiser(rng, (shape[0], units), dtype) for _ in gates]
        return np.concatenate(each, axis=1)

    return draw


def recurrent(layer: Any, shape: Shape, gates: int) -> Table:
    """W (d, gates h) as Glorot & Bengio, U (h, gates h) orthogonal, b (gates h,)."""
    d, h = shape[-1], layer.units
    return {
        "W": (by_gate(glorot, h), (d, gates * h)),
        "U": (by_gate(orthogonal, h), (h, gates * h)),
        "b": (zeros, (gates * h,)),
    }


def start(p: Any, x: Any, units: int) -> Any:
    """States of 0, (n, h), of the kind that x W is."""
    return np.zeros((x.shape[0], units), np.result_type(x.dtype, p["W"].dtype))


def until(lengths: Any, step: int, new: Any, old: Any) -> Any:
    """The new state, or the old one of sequences that have ended."""
    if lengths is None:
        return new
    return np.where((step < lengths)[:, np.newaxis], new, old)


def output_of(states: list[Any], lengths: Any, sequence: bool) -> Any:
    """The last state (n, h), or all of them (n, t, h)."""
    if not sequence:
        return states[-1]
    h = np.stack(states, axis=1)  # (n, t, h)
    if lengths is None:
        return h
    return np.where(within(lengths, h)[:, :, np.newaxis], h, 0)


def shape_over_time(layer: Any, shape: Shape) -> Shape:
    """(h,), or (t, h) with `sequence=True`."""
    time, _ = expected(layer, shape, *SEQUENCE)
    return (time, layer.units) if layer.sequence else (layer.units,)


@dataclass(frozen=True, repr=False)
class RNN(Formula):
    """Plain recurrence: h' = tanh(x W + h U + b), from h = 0.

    Parameters
    ----------
    units : int
        How long the state h is.
    activation : callable
        What is done to the linear output.
    sequence : bool
        Give h after each step (n, t, h), not the last alone (n, h).

    Notes
    -----
    Parameters W (d, h), U (h, h), b (h,).

    References
    ----------
    Elman, "Finding structure in time" (1990).

    Examples
    --------
    >>> layer = RNN(4)
    >>> p = layer.parameters(np.random.default_rng(0), (10, 3))
    >>> layer(p, np.zeros((2, 10, 3))).shape
    (2, 4)
    """

    units: int
    activation: Activation = np.tanh
    sequence: bool = False

    def table(self, shape: Shape) -> Table:
        """W (d, h), U (h, h) and b (h,)."""
        return recurrent(self, shape, 1)

    def output_shape(self, shape: Shape) -> Shape:
        """(h,), or (t, h) with `sequence=True`."""
        return shape_over_time(self, shape)

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """Take x (n, t, d) to (n, h) or (n, t, h)."""
        refuse_misfits(self, p, x)
        lengths = fitting(self, lengths, x)
        h = start(p, x, self.units)  # (n, h)
        states = []
        for step in range(x.shape[1]):
            z = x[:, step] @ p["W"] + h @ p["U"] + p["b"]  # (n, h)
            h = until(lengths, step, self.activation(z), h)
            states.append(h)
        return output_of(states, lengths, self.sequence)


def remembering(rng: Any, shape: Shape, dtype: Any = float) -> Any:
    """1 for the forget gate, which remembers until told otherwise, and 0 else."""
    return np.repeat(np.array([0, 1, 0, 0], dtype), shape[0] // 4)


@dataclass(frozen=True, repr=False)
class LSTM(Formula):
    """Long short-term memory: gates i, f, o, a cell c and a state h, from 0.

        i, f, o = sigmoid(...), g = tanh(...) of the four parts of x W + h U + b
        c' = f c + i g
        h' = o tanh(c')

    Parameters
    ----------
    units : int
        How long c and h are.
    sequence : bool
        Give h after each step (n, t, h), not the last alone (n, h).

    Notes
    -----
    Parameters W (d, 4h), U (h, 4h), b (4h,), the gates in the order i, f, g, o; b is
    drawn as 1 for f and 0 else.

    References
    ----------
    Hochreiter & Schmidhuber, "Long short-term memory" (1997); forget gate: Gers,
    Schmidhuber & Cummins, "Learning to forget" (2000); its bias: Jozefowicz, Zaremba &
    Sutskever, "An empirical exploration of recurrent network architectures" (2015).

    Examples
    --------
    >>> layer = LSTM(4, sequence=True)
    >>> p = layer.parameters(np.random.default_rng(0), (10, 3))
    >>> layer(p, np.zeros((2, 10, 3))).shape
    (2, 10, 4)
    """

    units: int
    sequence: bool = False

    def table(self, shape: Shape) -> Table:
        """W (d, 4h), U (h, 4h) and b (4h,)."""
        return recurrent(self, shape, 4) | {"b": (remembering, (4 * self.units,))}

    def output_shape(self, shape: Shape) -> Shape:
        """(h,), or (t, h) with `sequence=True`."""
        return shape_over_time(self, shape)

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """Take x (n, t, d) to (n, h) or (n, t, h)."""
        refuse_misfits(self, p, x)
        lengths = fitting(self, lengths, x)
        h = c = start(p, x, self.units)  # (n, h)
        states = []
        for step in range(x.shape[1]):
            z = x[:, step] @ p["W"] + h @ p["U"] + p["b"]  # (n, 4h)
            i, f, g, o = np.split(z, 4, axis=1)  # (n, h) each
            cell = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            c = until(lengths, step, cell, c)
            h = until(lengths, step, sigmoid(o) * np.tanh(c), h)
            states.append(h)
        return output_of(states, lengths, self.sequence)


@dataclass(frozen=True, repr=False)
class GRU(Formula):
    """Gated recurrent unit: a reset gate r, an update gate z, and a state h, from 0.

        r, z = sigmoid(...) of the parts of x W + b + h U + c
        n = tanh(x W_n + b_n + r (h U_n + c_n))
        h' = (1 - z) n + z h

    Parameters
    ----------
    units : int
        How long h is.
    sequence : bool
        Give h after each step (n, t, h), not the last alone (n, h).

    Notes
    -----
    Parameters W (d, 3h), U (h, 3h), b and c (3h,), in the order r, z, n.

    References
    ----------
    Cho et al., "Learning phrase representations using RNN encoder-decoder" (2014); the
    reset gate after the product, as in cuDNN and PyTorch.

    Examples
    --------
    >>> layer = GRU(4)
    >>> p = layer.parameters(np.random.default_rng(0), (10, 3))
    >>> layer(p, np.zeros((2, 10, 3))).shape
    (2, 4)
    """

    units: int
    sequence: bool = False

    def table(self, shape: Shape) -> Table:
        """W (d, 3h), U (h, 3h), b and c (3h,)."""
        return recurrent(self, shape, 3) | {"c": (zeros, (3 * self.units,))}

    def output_shape(self, shape: Shape) -> Shape:
        """(h,), or (t, h) with `sequence=True`."""
        return shape_over_time(self, shape)

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """Take x (n, t, d) to (n, h) or (n, t, h)."""
        refuse_misfits(self, p, x)
        lengths = fitting(self, lengths, x)
        h = start(p, x, self.units)  # (n, h)
        states = []
        for step in range(x.shape[1]):
            x_r, x_z, x_n = np.split(x[:, step] @ p["W"] + p["b"], 3, axis=1)
            h_r, h_z, h_n = np.split(h @ p["U"] + p["c"], 3, axis=1)  # (n, h) each
            r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
            n = np.tanh(x_n + r * h_n)
            h = until(lengths, step, (1 - z) * n + z * h, h)
            states.append(h)
        return output_of(states, lengths, self.sequence)
