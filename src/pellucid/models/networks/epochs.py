"""The epochs of a perceptron's training: their order, their rate, and when to stop.

All as scikit-learn does it, so that the same seed gives the same steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pellucid.minimisers.methods import Adam
from pellucid.minimisers.task import Fit
from pellucid.models.base import Array
from pellucid.models.networks.network import Layers

SLOWEST = 1e-6  # the rate below which "adaptive" gives up


class Order(np.random.Generator):
    """The order of rows: each epoch shuffles that of the epoch before, or none does."""

    def __init__(self, rng: np.random.RandomState, shuffle: bool) -> None:
        super().__init__(rng._bit_generator)
        self._rng, self._shuffle = rng, shuffle
        self._rows: Array | None = None

    def permutation(self, n: Any, axis: int = 0) -> Any:
        """The rows of the next epoch."""
        rows = np.arange(n) if self._rows is None else self._rows
        self._rows = rows[self._rng.permutation(n)] if self._shuffle else rows
        return self._rows


class Unshuffled(np.random.Generator):
    """The order of rows as they stand.

    >>> Unshuffled().permutation(3)
    array([0, 1, 2])
    """

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(0))

    def permutation(self, n: Any, axis: int = 0) -> Any:
        """The rows of the next epoch."""
        return np.arange(n)


@dataclass(frozen=True)
class AdamHat:
    """Adam with the eps that the paper calls eps hat, added to sqrt(v) itself.

    In `methods.Adam`, eps stands beside the corrected root, and is sqrt(1 - b2^t) times
    as much here. Kingma & Ba (2015), end of section 2.
    """

    rate: float
    beta1: float
    beta2: float
    eps: float

    def start(self, w: Any) -> Any:
        """No moments yet."""
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, w: Any, g: Any, state: Any, rate: Any, t: Any) -> Any:
        """Take one step."""
        adam = Adam(self.rate, self.beta1, self.beta2)
        return adam.with_eps_hat(w, g, state, rate, t, self.eps)


@dataclass(eq=False)
class Rate:
    """The learning rate alpha of the step to come.

    "constant" stays at `first`; "invscaling" is first / (rows seen + 1)^power, from
    epoch to epoch; "adaptive" is a fifth of what it was each time training is stuck.

    Examples
    --------
    >>> rate = Rate("adaptive", 0.1, 0.5)
    >>> rate.lowered(), rate(1)
    (True, 0.02)
    """

    kind: str
    first: float
    power: float
    now: float = field(init=False)

    def __post_init__(self) -> None:
        self.now = float(self.first)

    def __call__(self, _: float) -> float:
        """The rate of a step; that of a whole epoch is the same."""
        return self.now

    def seen(self, rows: int) -> None:
        """Look at the end of an epoch, so many rows after the start."""
        if self.kind == "invscaling":
            self.now = float(self.first) / (rows + 1) ** self.power

    def lowered(self) -> bool:
        """Whether there is a lower rate to go on with."""
        if self.kind != "adaptive" or self.now <= SLOWEST:
            return False
        self.now /= 5
        return True


@dataclass
class Plateau:
    """Ends training when more than `patience` epochs in a row gained less than `tol`.

    The gain is that of the cost, or of the score of rows that were set aside, which
    `judge` gives, with their cost; then the best parameters are kept.
    """

    rate: Rate
    tol: float = 0.0
    patience: float = 10
    rows: int = 0  # an epoch
    judge: Callable[[Layers], tuple[float, float]] | None = None
    seen: int = 0
    waited: int = 0
    stopped: bool = False
    losses: list[float] = field(default_factory=list)
    best_loss: float = np.inf
    scores: list[float] = field(default_factory=list)
    best_score: float = -np.inf
    held_out: list[float] = field(default_factory=list)
    layers: Any = None

    def __call__(self, epoch: int, loss: float, layers: Layers) -> bool:
        """Look at an epoch; True when it is time to stop."""
        self.seen += self.rows
        self.losses.append(loss)
        gained = (
            self._rose(*self.judge(layers), layers) if self.judge else self._fell(loss)
        )
        self.waited = 0 if gained else self.waited + 1
        self.rate.seen(self.seen)
        stuck = self.waited > self.patience
        self.stopped = stuck and not self.rate.lowered()
        if stuck and not self.stopped:
            self.waited = 0
        return self.stopped

    def rescued(self, fit: Fit) -> Fit:
        """A fit that came to nan or inf, with the best parameters of before."""
        if self.layers is None:
            return fit
        kept = replace(fit, x=self.layers, fun=self.losses[-1], standing=None)
        self.losses.append(fit.fun)
        self.scores.append(math.nan)
        self.held_out.append(math.nan)
        return kept

    def _fell(self, loss: float) -> bool:
        """Whether the cost fell enough."""
        fell = loss <= self.best_loss - self.tol
        self.best_loss = min(self.best_loss, loss)
        return fell

    def _rose(self, score: float, cost: float, layers: Layers) -> bool:
        """Whether the score rose enough."""
        self.scores.append(score)
        self.held_out.append(cost)
        rose = not score < self.best_score + self.tol
        if score > self.best_score:
            self.best_score, self.layers = score, layers
        return rose
