"""Normalisation: numbers of mean 0 and variance 1, moved and scaled as is learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from pellucid.layers.fitting import fitting, refuse_misfits, within
from pellucid.layers.formula import Formula, Table
from pellucid.layers.initialisers import ones, zeros
from pellucid.layers.shapes import Shape, expected


@dataclass(frozen=True, repr=False)
class BatchNorm(Formula):
    """Batch normalisation: scale (x - mean) / sqrt(variance + eps) + shift.

    Mean and variance are taken over all axes but the last: in training of the batch, in
    prediction the running ones, which each step moves:

        mean' = momentum mean + (1 - momentum) batch mean

    Parameters
    ----------
    momentum : float
        How much of the running values stays at each step.
    eps : float
        What is added to the variance.

    Notes
    -----
    Parameters scale, shift, and the running mean and variance, (features,) each. The
    running variance is that of the batch times m / (m - 1), m the numbers it is of, as
    in the paper's Algorithm 2. A batch of one number has no variance: it is normalised
    as in prediction, and moves nothing. Of sequences x (n, t, features) with `lengths`,
    numbers beyond the end are not counted.

    `pellucid.minimise` learns every parameter of a cost that calls the network as in
    prediction, the running ones too. Where it calls `network.training(p, x, key)` and
    gives what has moved beside J, `moving=network.moving` leaves those alone.

    References
    ----------
    Ioffe & Szegedy, "Batch normalization: accelerating deep network training by
    reducing internal covariate shift" (2015).

    Examples
    --------
    >>> layer = BatchNorm(eps=0.0)
    >>> p = layer.parameters(None, (1,))
    >>> x = np.array([[1.0], [3.0]])
    >>> layer(p, x).ravel(), layer(p, x, layer.statistics(x)).ravel()
    (array([1., 3.]), array([-1.,  1.]))
    """

    momentum: float = 0.9
    eps: float = 1e-5
    moving: ClassVar[tuple[str, ...]] = ("mean", "variance")

    def table(self, shape: Shape) -> Table:
        """Scale and shift, running mean and variance, (features,) each."""
        size = shape[-1:]
        one, zero = (ones, size), (zeros, size)
        return {"scale": one, "shift": zero, "mean": zero, "variance": one}

    def output_shape(self, shape: Shape) -> Shape:
        """The same."""
        return expected(self, shape, "...", "features")

    def statistics(self, x: Any, lengths: Any = None) -> tuple[Any, Any]:
        """Mean and variance of a batch, over all axes but the last."""
        axes = tuple(range(x.ndim - 1))
        if lengths is None or x.ndim != 3:
            return np.mean(x, axis=axes), np.var(x, axis=axes)
        inside = within(lengths, x)[:, :, np.newaxis]  # (n, t, 1)
        mean = np.mean(x, axis=axes, where=inside)
        return mean, np.var(x, axis=axes, where=inside)

    def __call__(self, p: Any, x: Any, statistics: Any = None) -> Any:
        """Take x (n, ..., d) to its shape; by the running statistics, unless given."""
        refuse_misfits(self, p, x)
        mean, variance = statistics or (p["mean"], p["variance"])
        scale = p["scale"] / np.sqrt(variance + self.eps)  # (features,)
        return scale * (x - mean) + p["shift"]

    def training(
        self, p: Any, x: Any, key: Any, lengths: Any = None
    ) -> tuple[Any, dict[str, Any]]:
        """Normalise by the batch, and move the running statistics towards it."""
        refuse_misfits(self, p, x)
        m = x.size // x.shape[-1]
        if m < 2:
            return self(p, x), {name: p[name] for name in self.moving}
        lengths = fitting(self, lengths, x) if x.ndim == 3 else None
        mean, variance = self.statistics(x, lengths)
        correction = m / (m - 1)
        if lengths is not None:
            m = np.sum(lengths)  # of one row it may be 1
            mean = np.where(m < 2, p["mean"], mean)
            variance = np.where(m < 2, p["variance"], variance)
            correction = m / np.maximum(m - 1, 1)
        moved = {
            "mean": self._moved(p["mean"], mean),
            "variance": self._moved(p["variance"], variance * correction),
        }
        return self(p, x, (mean, variance)), moved

    def _moved(self, running: Any, batch: Any) -> Any:
        """A running value after a batch, in its own dtype."""
        after = self.momentum * running + (1 - self.momentum) * batch
        return after.astype(running.dtype)


@dataclass(frozen=True, repr=False)
class LayerNorm(Formula):
    """Layer normalisation: scale (x - mean) / sqrt(variance + eps) + shift.

    Mean and variance are those of each row, over the last axis.

    Parameters
    ----------
    eps : float
        What is added to the variance.

    Notes
    -----
    Parameters scale and shift, (features,) each.

    References
    ----------
    Ba, Kiros & Hinton, "Layer normalization" (2016).

    Examples
    --------
    >>> layer = LayerNorm(eps=0.0)
    >>> layer(layer.parameters(None, (2,)), np.array([[1.0, 3.0]]))
    array([[-1.,  1.]])
    """

    eps: float = 1e-5

    def table(self, shape: Shape) -> Table:
        """Scale and shift, (features,) each."""
        size = shape[-1:]
        return {"scale": (ones, size), "shift": (zeros, size)}

    def output_shape(self, shape: Shape) -> Shape:
        """The same."""
        return expected(self, shape, "...", "features")

    def __call__(self, p: Any, x: Any) -> Any:
        """Take x (n, ..., d) to its shape."""
        refuse_misfits(self, p, x)
        mean = np.mean(x, axis=-1, keepdims=True)
        variance = np.var(x, axis=-1, keepdims=True)
        return p["scale"] * (x - mean) / np.sqrt(variance + self.eps) + p["shift"]
