"""What methods of first order have in common, and how their gradient is clipped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from pellucid.minimisers.schedules import rate_at


@runtime_checkable
class Method(Protocol):
    """What a method of first order has."""

    rate: Any

    def start(self, w: Any) -> Any:
        """The state at the start: arrays like w, or tuples of them."""

    def step(self, w: Any, g: Any, state: Any, rate: Any, t: Any) -> Any:
        """The parameters and the state after step t."""


class FirstOrder:
    """A method of first order, which can be called for a step in a loop of one's own.

    >>> from pellucid.minimisers.methods import Adam
    >>> adam, w, state = Adam(0.1), np.array([1.0]), Adam().start(np.array([1.0]))
    >>> w, state = adam(w, np.array([2.0]), state, t=1)
    >>> w.round(6)
    array([0.9])
    """

    rate: Any
    step: Callable[..., Any]

    def __call__(self, w: Any, g: Any, state: Any, t: float) -> Any:
        """The parameters and the state after step t = 1, 2, ..., at its rate."""
        return self.step(w, g, state, rate_at(self.rate, t), t)


@dataclass(frozen=True)
class Clipped(FirstOrder):
    """A method beside a limit: a gradient that is longer than `norm` is shortened.

    g = g min(1, norm / |g|), where |g| is over all parameters together, as with the
    `clip_norm` of `minimise`; in a loop of one's own, over the array that it is given.
    Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks"
    (2013), algorithm 1.

    Parameters
    ----------
    method : method
        Of first order, which takes the steps.
    norm : float
        The greatest length of a gradient, above 0.

    Examples
    --------
    >>> import pellucid as pl
    >>> method = pl.methods.Clipped(pl.methods.GradientDescent(0.1), norm=1.0)
    >>> fit = pl.minimise(lambda w: w**2, 10.0, method=method, max_iter=2)
    >>> round(fit.x, 4)
    9.8
    """

    method: Any
    norm: float

    @property
    def rate(self) -> Any:
        """That of the method."""
        return self.method.rate

    def start(self, w: Any) -> Any:
        """Begin as the method does."""
        return self.method.start(w)

    def step(self, w: Any, g: Any, state: Any, rate: Any, t: Any) -> Any:
        """Take a step of the method."""
        return self.method.step(w, *clipped([g], self.norm), state, rate, t)


def inner(method: Any) -> Any:
    """The method itself, where it stands in `Clipped`."""
    return method.method if isinstance(method, Clipped) else method


def clipped(g: Sequence[Any], norm: float) -> list[Any]:
    """The gradient, shortened where it is longer than `norm`.

    g min(1, norm / (|g| + 1e-6)), |g| over all parameters, as torch's clip_grad_norm_;
    Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks"
    (2013).
    """
    length = np.linalg.norm(np.array([np.linalg.norm(part) for part in g]))
    scale = np.minimum(1.0, norm / (length + 1e-6))
    return [part * scale for part in g]
