"""One training: steps of a method on the compiled gradient, and its costs."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.graphs.differentiating.gradient import value_and_gradient
from pellucid.lessons.playground import recipes
from pellucid.lessons.playground.choices import METHODS
from pellucid.lessons.playground.network import Layers, network_of, start_of
from pellucid.lessons.playground.points import Points, points_of
from pellucid.lessons.playground.settings import MOST_STEPS, Settings
from pellucid.running.compile import compile as compiled

GROWN = 1e4  # a cost that many times what it was grows without bound
TOO_LARGE = "The cost grows without bound: the rate is too large."
FEWEST = 2  # points that can be learned from


@dataclass
class Curve:
    """The cost at steps: every one at first, then fewer."""

    steps: list[int] = field(default_factory=list)
    train: list[float] = field(default_factory=list)
    test: list[float] = field(default_factory=list)

    @staticmethod
    def wants(step: int) -> bool:
        """Whether the cost at a step is kept; it does not hang on how one got there.

        >>> [step for step in range(199, 212) if Curve.wants(step)]
        [199, 200, 205, 210]
        """
        every = 1 if step <= 200 else 5 if step <= 1000 else 25 if step <= 5000 else 250
        return step % every == 0


class Training:
    """A network on its way from the start that its settings give.

    Attributes
    ----------
    layers, states : what the network and the method hold now
    done : int
        How many steps were taken.
    trouble : str
        Why no more steps are taken; "" while they can be.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.points: Points = points_of(settings)
        self.network = network_of(settings)
        self.method = METHODS[settings.method].made(settings.rate)
        self.layers: Layers = start_of(settings)
        self.states = [tuple(map(self.method.start, layer)) for layer in self.layers]
        self.done = 0
        self.curve = Curve()
        self.trouble = ""
        if self.ready:
            self._look()
        self._first = self.train_cost

    @property
    def ready(self) -> bool:
        """Whether there are points enough."""
        return self.points.n >= FEWEST

    @property
    def train_cost(self) -> float:
        """The mean cost of the points that are learned from, without penalty."""
        return self._loss(*self.points.train)

    @property
    def test_cost(self) -> float:
        """That of the test; nan where no point is kept for it."""
        return self._loss(*self.points.held_out)

    def _loss(self, X: Any, y: Any) -> float:
        """The mean cost of rows, without penalty."""
        with np.errstate(all="ignore"):
            return float(self.network.loss(self.layers, X, y)) if len(X) else math.nan

    @cached_property
    def stepped(self) -> Callable[..., Any]:
        """A step, compiled: cost, gradient and method together."""
        cost, method = self.network.cost, self.method

        def step(layers: Any, states: Any, X: Any, y: Any, rate: Any, t: Any) -> Any:
            J, slopes = value_and_gradient(cost)(layers, X, y)
            moved = [
                [method.step(w, g, s, rate, t) for w, g, s in zip(*layer, strict=True)]
                for layer in zip(layers, slopes, states, strict=True)
            ]
            return (J, [tuple(w for w, _ in layer) for layer in moved],
                    [tuple(s for _, s in layer) for layer in moved])  # fmt: skip

        return compiled(step)

    @cached_property
    def sloped(self) -> Callable[..., Any]:
        """The cost and its gradient, compiled."""
        return compiled(value_and_gradient(self.network.cost))

    def take(self, steps: int, seconds: float = 0.25) -> int:
        """Take steps, until they are taken, time is over, or the cost is beyond bounds.

        Gives how many were taken. A step whose cost is no number is not taken.
        """
        begun, before = time.monotonic(), self.done
        with np.errstate(all="ignore"):
            while self._may(steps - (self.done - before)):
                self._step()
                if time.monotonic() - begun > seconds:
                    break
        return self.done - before

    def _may(self, left: int) -> bool:
        """Whether another step is taken; at the last one it says why not."""
        if self.done >= MOST_STEPS and left > 0:
            self.trouble = f"{MOST_STEPS:,} steps are as many as the playground takes."
        return left > 0 and self.ready and not self.trouble

    def _step(self) -> None:
        """Take a step, unless its cost is beyond bounds."""
        X, y = self.points.train
        t = self.done + 1
        chosen = self.settings.batch
        if chosen and chosen < len(X):
            rows = recipes.batch(len(X), chosen, self.settings.seed, t)
            X, y = X[rows], y[rows]
        J, layers, states = self.stepped(
            self.layers, self.states, X, y, self.settings.rate, float(t)
        )
        if not math.isfinite(J) or GROWN * max(1.0, self._first) < J:
            self.trouble = TOO_LARGE
            return
        self.layers, self.states, self.done = layers, states, t
        if Curve.wants(t):
            self._look()

    def _look(self) -> None:
        """Note the costs of now."""
        self.curve.steps.append(self.done)
        self.curve.train.append(self.train_cost)
        self.curve.test.append(self.test_cost)

    def slopes(self) -> Layers:
        """The gradient of the cost of all training points at the weights of now."""
        with np.errstate(all="ignore"):
            _, slopes = self.sloped(self.layers, *self.points.train)
        return list(slopes)
