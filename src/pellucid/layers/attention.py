"""Attention: every step of a sequence looks at the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.activations import softmax
from pellucid.layers.fitting import fitting, refuse_misfits, within
from pellucid.layers.formula import Formula, Table
from pellucid.layers.initialisers import glorot
from pellucid.layers.shapes import SEQUENCE, Shape, expected


@dataclass(frozen=True, repr=False)
class Attention(Formula):
    """Self-attention: softmax(Q K' / sqrt(units / heads)) V O with Q = x W_Q and so on.

    Parameters
    ----------
    units : int
        Columns of Q, K and V, shared out among the heads.
    heads : int
        How many look for themselves, each with units / heads columns.
    causal : bool
        Whether a step sees itself and those before it alone.

    Notes
    -----
    Parameters Q, K, V (d, units) and O (units, d), without biases.

    References
    ----------
    Vaswani et al., "Attention is all you need" (2017), section 3.2.

    Examples
    --------
    >>> layer = Attention(8, heads=2, causal=True)
    >>> p = layer.parameters(np.random.default_rng(0), (10, 6))
    >>> layer(p, np.zeros((2, 10, 6))).shape
    (2, 10, 6)
    """

    units: int
    heads: int = 1
    causal: bool = False

    def table(self, shape: Shape) -> Table:
        """Q, K, V (d, units) and O (units, d)."""
        _, d = shape
        each = glorot, (d, self.units)
        return {"Q": each, "K": each, "V": each, "O": (glorot, (self.units, d))}

    def output_shape(self, shape: Shape) -> Shape:
        """The same."""
        if self.units % self.heads:
            message = f"{self} cannot share {self.units} units out among {self.heads}"
            raise ModelError(f"{message} heads: take a multiple of {self.heads}.")
        return expected(self, shape, *SEQUENCE)

    def __call__(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """Take x (n, t, d) to (n, t, d)."""
        weights = self.weights(p, x, lengths)  # (n, heads, t, t)
        V = self._by_head(x @ p["V"])  # (n, heads, t, units / heads)
        z = weights @ V
        n, t = x.shape[:2]
        return np.reshape(np.transpose(z, (0, 2, 1, 3)), (n, t, self.units)) @ p["O"]

    def weights(self, p: Any, x: Any, lengths: Any = None) -> Any:
        """How much each step looks at each other, (n, heads, t, t); rows sum to 1."""
        refuse_misfits(self, p, x)
        lengths = fitting(self, lengths, x)
        Q, K = (self._by_head(x @ p[name]) for name in "QK")
        scale = math.sqrt(self.units // self.heads)
        scores = Q @ np.swapaxes(K, -1, -2) / scale  # (n, heads, t, t)
        if self.causal:
            past = np.tri(x.shape[1], dtype=bool)  # (t, t)
            scores = np.where(past, scores, -np.inf)
        if lengths is not None:
            keys = within(lengths, x)[:, np.newaxis, np.newaxis]  # (n, 1, 1, t)
            scores = np.where(keys, scores, -np.inf)
        return softmax(scores)

    def _by_head(self, z: Any) -> Any:
        """(n, t, units) to (n, heads, t, units / heads)."""
        n, t = z.shape[:2]
        parts = np.reshape(z, (n, t, self.heads, self.units // self.heads))
        return np.transpose(parts, (0, 2, 1, 3))
