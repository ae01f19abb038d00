"""What the loops share: whole fits, and bare steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from pellucid.bench.clock import mark
from pellucid.bench.perceptrons import Perceptron


class Loop(ABC):
    """A training loop: `start` makes its state of the data, `epoch` goes once through.

    `epoch(state, costed)` gives the mean cost of a row, or nan where it is left out.
    """

    def __init__(self, task: Perceptron) -> None:
        self.task = task

    @abstractmethod
    def start(self, X: Any, y: Any) -> Any:
        """Parameters to begin with, the state of Adam, and the data."""

    @abstractmethod
    def epoch(self, state: Any, costed: bool) -> float:
        """Take a step on each batch."""

    def fit(self, X: Any, y: Any) -> float:
        """Train from nothing."""
        state = self.start(X, y)
        return [self.epoch(state, True) for _ in range(self.task.epochs)][-1]

    def step(self, X: Any, y: Any, costed: bool, budget: float) -> float | None:
        """The seconds of a bare step: an epoch by the number of its steps."""
        state = self.start(X, y)
        epochs = mark(lambda: self.epoch(state, costed), least=3, budget=budget)
        return epochs.best / self.task.steps
