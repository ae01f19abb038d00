"""The networks that are trained, with their parameters and rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pellucid.layers import LSTM, Attention, Conv2D, Dense, Flatten, MaxPool2D
from pellucid.layers.activations import relu
from pellucid.layers.containers import Sequential

CLASSES = 10
UNITS, HEADS = 128, 4  # of a recurrence, and of attention

Look = Callable[[float], bool]  # takes the cost of an epoch, says whether to end


def over_time(x: Any) -> Any:
    """The mean of all steps of a sequence, (n, t, d) to (n, d)."""
    return np.mean(x, axis=1)


LENET = Sequential(
    Conv2D(6, 5, activation=relu), MaxPool2D(2),
    Conv2D(16, 5, activation=relu), MaxPool2D(2),
    Flatten(), Dense(120, relu), Dense(84, relu), Dense(CLASSES),
)  # fmt: skip
RECURRENT = Sequential(LSTM(UNITS), Dense(CLASSES))
ATTENTIVE = Sequential(Attention(UNITS, HEADS), over_time, Dense(CLASSES))


class Start(NamedTuple):
    """Parameters in float32, and rows: X (n, ...) in float32, y (n,) integers."""

    p: list[Any]
    X: NDArray[Any]
    y: NDArray[Any]


@dataclass(frozen=True)
class Task:
    """A network, and how it is trained.

    Parameters
    ----------
    network : Sequential
        The layers, the last of them a unit a class.
    shape : tuple of int
        The shape of a row.
    batch, batches : int
        Rows a batch, and how many batches an epoch has.
    """

    network: Sequential
    shape: tuple[int, ...]
    batch: int
    batches: int

    @property
    def rows(self) -> int:
        """Rows in all."""
        return self.batch * self.batches

    def short(self) -> Task:
        """The same with a single batch: an epoch of one step."""
        return replace(self, batches=1)

    def tiny(self) -> Task:
        """The same for a second or two: 2 batches of 8 rows."""
        return replace(self, batch=8, batches=2)

    def start(self) -> Start:
        """Draw what all begin with: rows are noise around a pattern a class.

        >>> start = TASKS["LeNet, 28 x 28"].tiny().start()
        >>> start.X.shape, start.X.dtype, start.y.shape
        ((16, 28, 28, 1), dtype('float32'), (16,))
        """
        rng = np.random.default_rng(0)
        p = self.network.parameters(rng, self.shape, dtype=np.float32)
        y = rng.integers(0, CLASSES, self.rows)
        X = rng.standard_normal((self.rows, *self.shape), np.float32)
        X += rng.standard_normal((CLASSES, *self.shape), np.float32)[y]
        return Start(p, X, y)

    def order(self) -> np.random.Generator:
        """What shuffles the rows before each epoch, by its `permutation`."""
        return np.random.default_rng(1)


TASKS = {
    "LeNet, 28 x 28": Task(LENET, (28, 28, 1), 64, 10),
    "LSTM, 50 steps": Task(RECURRENT, (50, 64), 64, 10),
    "attention, 64 steps": Task(ATTENTIVE, (64, UNITS), 32, 10),
    "LSTM, 1,000 steps": Task(RECURRENT, (1000, 64), 64, 1),
}
