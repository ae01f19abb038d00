"""Pooling: one number for each window of an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers.fitting import refuse_misfits
from pellucid.layers.formula import Formula, Table
from pellucid.layers.shapes import IMAGE, Shape, expected, pair
from pellucid.layers.windows import shape_after, windows

Size = int | tuple[int, int]


@dataclass(frozen=True, repr=False)
class Pool2D(Formula):
    """What goes over windows of a size, which move by a stride; without parameters."""

    size: Size
    stride: Size | None = None

    def table(self, shape: Shape) -> Table:
        """None."""
        return {}

    def output_shape(self, shape: Shape) -> Shape:
        """Height and width after the windows, and the channels."""
        return shape_after(self, shape, pair(self.size), pair(self.stride or self.size))

    def windows(self, p: Any, x: Any) -> Any:
        """Every window of images x (n, H, W, c), as a view (n, H', W', c, h, w)."""
        refuse_misfits(self, p, x)
        return windows(x, pair(self.size), pair(self.stride or self.size))


@dataclass(frozen=True, repr=False)
class MaxPool2D(Pool2D):
    """The largest number of each window, channel by channel.

    Parameters
    ----------
    size : int or pair of int
        Height and width of the window.
    stride : int or pair of int, optional
        How far it moves; its size unless given. What is left at the edge is left out.

    References
    ----------
    Ranzato, Huang, Boureau & LeCun, "Unsupervised learning of invariant feature
    hierarchies with applications to object recognition" (2007).

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> MaxPool2D(2)({}, x)[0, :, :, 0]
    array([[ 5.,  7.],
           [13., 15.]])
    """

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, H, W, c) to (n, H', W', c)."""
        view = self.windows(p, x)  # (n, H', W', c, h, w)
        return np.max(view, axis=(-2, -1))


@dataclass(frozen=True, repr=False)
class AveragePool2D(Pool2D):
    """The mean of each window, channel by channel; parameters as of `MaxPool2D`.

    References
    ----------
    LeCun et al., "Gradient-based learning applied to document recognition" (1998).

    Examples
    --------
    >>> x = np.arange(16.0).reshape(1, 4, 4, 1)
    >>> AveragePool2D(2)({}, x)[0, :, :, 0]
    array([[ 2.5,  4.5],
           [10.5, 12.5]])
    """

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, H, W, c) to (n, H', W', c)."""
        view = self.windows(p, x)  # (n, H', W', c, h, w)
        return np.mean(view, axis=(-2, -1))


@dataclass(frozen=True, repr=False)
class GlobalAveragePool2D(Formula):
    """The mean over all places, channel by channel.

    References
    ----------
    Lin, Chen & Yan, "Network in network" (2014), section 3.2.

    Examples
    --------
    >>> GlobalAveragePool2D()({}, np.ones((5, 4, 4, 3))).shape
    (5, 3)
    """

    def table(self, shape: Shape) -> Table:
        """None."""
        return {}

    def output_shape(self, shape: Shape) -> Shape:
        """The channels."""
        return expected(self, shape, *IMAGE)[-1:]

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, H, W, c) to (n, c)."""
        refuse_misfits(self, p, x)
        return np.mean(x, axis=(1, 2))
