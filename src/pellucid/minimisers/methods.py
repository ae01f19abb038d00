"""Methods that make a cost small, each written whole, as in its paper.

A method is `start(w) -> state` and `step(w, g, state) -> (w, state)` for one array of
parameters w and the gradient g = dJ/dw. The step is plain NumPy: it is traced together
with the cost and its gradient and compiled with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Adam", "GradientDescent", "Newton"]


@dataclass(frozen=True)
class GradientDescent:
    """Steps of size rate against the gradient: v = momentum v - rate g, w = w + v.

    With `nesterov`, w = w + momentum v - rate g: the step is taken from where the
    momentum alone leads (Sutskever, Martens, Dahl & Hinton 2013, as in scikit-learn).
    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).

    Parameters
    ----------
    rate : float
        The learning rate alpha: how far to go for a slope of 1.
    momentum : float
        The part of the last step that is taken again, from 0 (none) to below 1.
    nesterov : bool
        Look ahead along the momentum.

    Examples
    --------
    >>> import pellucid as pl
    >>> method = pl.methods.GradientDescent(rate=0.1)
    >>> fit = pl.minimise(lambda w: (w - 3) ** 2, 0.0, method=method, max_iter=2)
    >>> [round(cost, 4) for cost in fit.history.tolist()]
    [9.0, 5.76, 3.6864]
    """

    rate: float
    momentum: float = 0.0
    nesterov: bool = False

    def start(self, w: Any) -> Any:
        """No velocity yet; without momentum none is kept."""
        return np.zeros_like(w) if self.momentum else ()

    def step(self, w: Any, g: Any, v: Any) -> Any:
        """Take one step."""
        if not self.momentum:
            return w - self.rate * g, ()
        v = self.momentum * v - self.rate * g
        ahead = self.momentum * v - self.rate * g if self.nesterov else v
        return w + ahead, v


@dataclass(frozen=True)
class Adam:
    """Steps of about equal size in every direction: w = w - rate m / (sqrt(v) + eps).

    m = b1 m + (1 - b1) g and v = b2 v + (1 - b2) g^2, both corrected for their start.

    Kingma & Ba, "Adam: a method for stochastic optimization" (2015), Algorithm 1; eps
    is outside the root, as there.

    Parameters
    ----------
    rate : float
        About the size of a step.
    beta1, beta2 : float
        How much of the past the mean of g and of g^2 keep.
    eps : float
        Keeps the quotient finite.

    Examples
    --------
    >>> import pellucid as pl
    >>> method = pl.methods.Adam(rate=0.1)
    >>> fit = pl.minimise(lambda w: (w - 3) ** 2, 0.0, method=method, max_iter=500)
    >>> round(fit.x, 3)
    3.0
    """

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def start(self, w: Any) -> Any:
        """No moments yet."""
        return np.zeros_like(w), np.zeros_like(w), 0.0

    def step(self, w: Any, g: Any, state: Any) -> Any:
        """Take one step."""
        m, v, t = state
        t = t + 1
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        m_hat = m / (1 - self.beta1**t)
        v_hat = v / (1 - self.beta2**t)
        return w - self.rate * m_hat / (np.sqrt(v_hat) + self.eps), (m, v, t)


@dataclass(frozen=True)
class Newton:
    """Damped Newton: solve H d = -g, then w = w + t d, t halved until it pays.

    H and its products with vectors come from the graph of the cost. Up to `dense`
    parameters H is formed and factored, with a multiple of the identity added where it
    is not positive definite; beyond, H d = -g is solved by conjugate gradients. A step
    pays when it lowers the cost by a ten-thousandth of what the slope promises.

    Nocedal & Wright, "Numerical Optimization" (2006), algorithms 3.2, 3.3 and 7.1.

    Parameters
    ----------
    dense : int
        The most parameters for which H is formed.

    Examples
    --------
    >>> import pellucid as pl
    >>> fit = pl.minimise(lambda w: (w - 3) ** 2, 0.0, method=pl.methods.Newton())
    >>> fit.x, fit.nit
    (3.0, 2)
    """

    dense: int = 100
