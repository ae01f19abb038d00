"""The perceptrons that are trained, and the rows that they are trained on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE, BETA1, BETA2, EPS = 1e-3, 0.9, 0.999, 1e-8  # of Adam, for every rival
ALPHA = 1e-4  # the penalty alpha |W|^2 / 2n, n the rows of a batch


@dataclass(frozen=True)
class Perceptron:
    """A perceptron with relu and softmax, and how it is trained.

    Parameters
    ----------
    sizes : tuple of int
        Features, units of the hidden layers, classes.
    batch, rows, epochs : int
        Rows a batch, rows in all, and how often they are gone through.
    """

    sizes: tuple[int, ...]
    batch: int
    rows: int
    epochs: int

    @property
    def hidden(self) -> tuple[int, ...]:
        """Units of the hidden layers."""
        return self.sizes[1:-1]

    @property
    def steps(self) -> int:
        """Steps an epoch; the last takes the rows that are left."""
        return -(-self.rows // self.batch)

    def tiny(self) -> Perceptron:
        """The same for a second or two: three batches, of which the last is small.

        >>> Perceptron((2, 3), 32, 1000, 20).tiny()
        Perceptron(sizes=(2, 3), batch=32, rows=80, epochs=2)
        """
        return replace(self, rows=2 * self.batch + self.batch // 2, epochs=2)


PERCEPTRONS = {
    "20-32-32-3": Perceptron((20, 32, 32, 3), 32, 3_000, 20),
    "50-128-64-5": Perceptron((50, 128, 64, 5), 128, 20_000, 5),
    "784-512-256-10": Perceptron((784, 512, 256, 10), 128, 20_000, 2),
}


def data(task: Perceptron) -> tuple[NDArray[Any], NDArray[Any]]:
    """Rows of noisy clusters, one a class: X (n, d) in float32, y (n,) integers.

    >>> X, y = data(PERCEPTRONS["20-32-32-3"].tiny())
    >>> X.shape, X.dtype, sorted(set(y.tolist()))
    ((80, 20), dtype('float32'), [0, 1, 2])
    """
    d, k, n = task.sizes[0], task.sizes[-1], task.rows
    rng = np.random.default_rng(0)
    y = rng.permutation(np.arange(n) % k)
    X = rng.normal(size=(k, d))[y] + rng.normal(size=(n, d))  # (n, d)
    return X.astype(np.float32), y
