"""Convolution: one small set of weights, at every place of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers.dense import Activation, weights_for
from pellucid.layers.fitting import refuse_misfits
from pellucid.layers.formula import Formula, Table
from pellucid.layers.initialisers import zeros
from pellucid.layers.shapes import Shape, pair
from pellucid.layers.windows import padded, shape_after, windows


@dataclass(frozen=True, repr=False)
class Conv2D(Formula):
    """Convolution: activation(z + b), z a weighted sum of a window at each place.

        z[i, j, f] = sum of x[s i + u, s j + v, c] W[u, v, c, f] over u, v, c

    The window is not flipped, as everywhere in the field (a cross-correlation).

    Parameters
    ----------
    filters : int
        Outputs f at each place.
    size, stride : int or pair of int
        Height and width of the window, and how far it moves.
    padding : str
        "valid": windows lie inside; "same": zeros around, so that H' = ceil(H / s).
    activation : callable, optional
        What is done to the linear output, element by element.
    bias : bool
        Whether there is a b.

    Notes
    -----
    Parameters W (height, width, channels, filters) and b (filters,).

    References
    ----------
    LeCun, Bottou, Bengio & Haffner, "Gradient-based learning applied to document
    recognition" (1998), section II; "same" as in XLA.

    Examples
    --------
    >>> layer = Conv2D(8, 3, activation=np.tanh)
    >>> p = layer.parameters(np.random.default_rng(0), (28, 28, 1))
    >>> layer(p, np.zeros((5, 28, 28, 1))).shape
    (5, 26, 26, 8)
    """

    filters: int
    size: int | tuple[int, int]
    stride: int | tuple[int, int] = 1
    padding: str = "valid"
    activation: Activation | None = None
    bias: bool = True

    def table(self, shape: Shape) -> Table:
        """W (height, width, channels, filters) and b (filters,)."""
        window = (*pair(self.size), shape[-1], self.filters)
        W: Table = {"W": (weights_for(self.activation), window)}
        return W | {"b": (zeros, (self.filters,))} if self.bias else W

    def output_shape(self, shape: Shape) -> Shape:
        """Height and width after the windows, and the filters."""
        size, stride = pair(self.size), pair(self.stride)
        H, W, _ = shape_after(self, shape, size, stride, self.padding)
        return H, W, self.filters

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, H, W, c) to (n, H', W', f)."""
        refuse_misfits(self, p, x)
        size, stride = pair(self.size), pair(self.stride)
        x = padded(x, size, stride) if self.padding == "same" else x
        view = windows(x, size, stride)  # (n, H', W', c, h, w)
        z = np.einsum("nijcuv,uvcf->nijf", view, p["W"])  # (n, H', W', f)
        z = z + p["b"] if self.bias else z
        return self.activation(z) if self.activation else z
