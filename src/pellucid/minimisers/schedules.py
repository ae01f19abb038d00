"""Learning rates that change: functions of the number t = 1, 2, ... of the step.

`rate=` of a method takes one of these, or any other function of t. With mini-batches a
step is a batch, not an epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from pellucid.errors import MinimiseError

__all__ = ["constant", "cosine", "exponential", "step", "warmup"]


@dataclass(frozen=True)
class constant:  # noqa: N801 (it is called like a function)
    """The same rate at each step: rate(t) = rate.

    Parameters
    ----------
    rate : float
        The learning rate.

    Examples
    --------
    >>> constant(0.1)(7)
    0.1
    """

    rate: float

    def __call__(self, t: float) -> float:
        """The rate of step t."""
        return self.rate


@dataclass(frozen=True)
class step:  # noqa: N801
    """A rate that falls in stairs: rate(t) = rate factor^floor((t - 1) / every).

    As torch's StepLR, whose t counts from 0.

    Parameters
    ----------
    rate : float
        The first rate.
    every : int
        After how many steps it falls.
    factor : float
        To what part of itself.

    Examples
    --------
    >>> [step(0.8, every=2, factor=0.5)(t) for t in (1, 2, 3, 4, 5)]
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """

    rate: float
    every: int
    factor: float = 0.1

    def __call__(self, t: float) -> float:
        """The rate of step t."""
        return self.rate * math.pow(self.factor, (t - 1) // self.every)


@dataclass(frozen=True)
class exponential:  # noqa: N801
    """A rate that loses the same part at each step: rate(t) = rate factor^(t - 1).

    As torch's ExponentialLR, whose t counts from 0.

    Parameters
    ----------
    rate : float
        The first rate.
    factor : float
        To what part of itself it falls at each step.

    Examples
    --------
    >>> [exponential(0.8, factor=0.5)(t) for t in (1, 2, 3)]
    [0.8, 0.4, 0.2]
    """

    rate: float
    factor: float

    def __call__(self, t: float) -> float:
        """The rate of step t."""
        return self.rate * math.pow(self.factor, t - 1)


@dataclass(frozen=True)
class cosine:  # noqa: N801
    """A rate that falls along half a wave, and stays at `last` after `steps` steps.

    rate(t) = last + (rate - last) (1 + cos(pi min((t - 1) / steps, 1))) / 2.
    As torch's CosineAnnealingLR within its T_max = steps, whose t counts from 0.
    Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts" (2017),
    equation 5 without restarts.

    Parameters
    ----------
    rate : float
        The first rate.
    steps : int
        How many steps the fall takes.
    last : float
        Where it ends.

    Examples
    --------
    >>> [round(cosine(1.0, steps=4)(t), 3) for t in (1, 2, 3, 4, 5, 6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    rate: float
    steps: int
    last: float = 0.0

    def __call__(self, t: float) -> float:
        """The rate of step t."""
        done = min((t - 1) / self.steps, 1.0)
        return self.last + (self.rate - self.last) * (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class warmup:  # noqa: N801
    """A rate that rises evenly in its first steps, and then follows another.

    rate(t) = rate(1) t / steps up to t = steps, and after them the other's at
    t - steps. Goyal et al., "Accurate, large minibatch SGD" (2017), 2.2.

    Parameters
    ----------
    rate : float or schedule
        What follows.
    steps : int
        How many steps the rise takes.

    Examples
    --------
    >>> [warmup(1.0, steps=4)(t) for t in (1, 2, 3, 4, 5)]
    [0.25, 0.5, 0.75, 1.0, 1.0]
    >>> warmup(cosine(1.0, steps=10, last=0.1), steps=4)(15)
    0.1
    """

    rate: Any
    steps: int

    def __call__(self, t: float) -> float:
        """The rate of step t."""
        if t > self.steps:
            return rate_at(self.rate, t - self.steps)
        return rate_at(self.rate, 1.0) * t / self.steps


def rate_at(rate: Any, t: float) -> float:
    """The rate of step t: a schedule's, or the number that it is.

    Examples
    --------
    >>> rate_at(0.1, 3), rate_at(constant(0.2), 3)
    (0.1, 0.2)
    """
    try:
        return float(rate(t) if callable(rate) else rate)
    except (TypeError, ValueError) as error:
        message = f"The rate is {rate!r}; it is a number, or a schedule"
        raise MinimiseError(f"{message}: a function that gives it for step t.") from (
            error
        )
