"""Methods that make a cost small, each written whole, as in its paper.

A method of first order is `start(w) -> state` and `step(w, g, state, rate, t) -> (w,
state)` for one array of parameters w and the gradient g = dJ/dw. The rate alpha and the
number t = 1, 2, ... of the step are Python floats, so that float32 stays float32; the
state is arrays like w. The step is plain NumPy: it is traced together with the cost and
its gradient and compiled with them. `rate` may be one of `pellucid.schedules`, or any
function of t.

LBFGS, Newton and LevenbergMarquardt take all rows at once and choose the size of each
step themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.minimisers.first_order import Clipped, FirstOrder

__all__ = [
    "LBFGS",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Clipped",
    "GradientDescent",
    "LevenbergMarquardt",
    "Newton",
    "RMSprop",
]

Rate = float | Callable[[float], float]  # of the step t = 1, 2, ...


@dataclass(frozen=True)
class GradientDescent(FirstOrder):
    """Steps of size rate against the gradient: v = momentum v - rate g, w = w + v.

    With `nesterov`, w = w + momentum v - rate g: the step is taken from where the
    momentum alone leads (Sutskever, Martens, Dahl & Hinton 2013, as in scikit-learn).
    torch's SGD has the rate outside, u = momentum u + g, w = w - rate u; while the rate
    is constant v is -rate u, and the steps are the same.
    Polyak, "Some methods of speeding up the convergence of iteration methods" (1964).

    Parameters
    ----------
    rate : float or schedule
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

    rate: Rate
    momentum: float = 0.0
    nesterov: bool = False

    def start(self, w: Any) -> Any:
        """No velocity yet; without momentum none is kept."""
        return np.zeros_like(w) if self.momentum else ()

    def step(self, w: Any, g: Any, v: Any, rate: Any, t: Any) -> Any:
        """Take one step."""
        if not self.momentum:
            return w - rate * g, ()
        v = self.momentum * v - rate * g
        ahead = self.momentum * v - rate * g if self.nesterov else v
        return w + ahead, v


@dataclass(frozen=True)
class AdaGrad(FirstOrder):
    """Steps that are shorter where slopes have been steep: w = w - rate g / sqrt(G).

    G = G + g^2, for each parameter its own; eps is added to the root, as in torch (and
    as delta in the paper).
    Duchi, Hazan & Singer, "Adaptive subgradient methods for online learning and
    stochastic optimization" (2011), figure 1 with diagonal matrices.

    Parameters
    ----------
    rate : float or schedule
        About the size of the first step.
    eps : float
        Keeps the quotient finite.

    Examples
    --------
    >>> import pellucid as pl
    >>> method = pl.methods.AdaGrad(rate=1.0)
    >>> fit = pl.minimise(lambda w: (w - 3) ** 2, 0.0, method=method, max_iter=500)
    >>> round(fit.x, 3)
    3.0
    """

    rate: Rate = 0.01
    eps: float = 1e-10

    def start(self, w: Any) -> Any:
        """No slopes yet."""
        return np.zeros_like(w)

    def step(self, w: Any, g: Any, G: Any, rate: Any, t: Any) -> Any:
        """Take one step."""
        G = G + g**2
        return w - rate * g / (np.sqrt(G) + self.eps), G


@dataclass(frozen=True)
class RMSprop(FirstOrder):
    """Steps measured by the slopes of late: w = w - rate g / (sqrt(v) + eps).

    v = decay v + (1 - decay) g^2, a mean that forgets. eps is outside the root, as in
    torch, where decay is called alpha and is 0.99; the lecture takes 0.9.
    Tieleman & Hinton, "Neural networks for machine learning", lecture 6.5 (2012).

    Parameters
    ----------
    rate : float or schedule
        About the size of a step.
    decay : float
        How much of the past the mean of g^2 keeps.
    eps : float
        Keeps the quotient finite.

    Examples
    --------
    >>> import pellucid as pl
    >>> method = pl.methods.RMSprop(pl.schedules.cosine(0.1, steps=500))
    >>> fit = pl.minimise(lambda w: (w - 3) ** 2, 0.0, method=method, max_iter=500)
    >>> round(fit.x, 3)
    3.0
    """

    rate: Rate = 0.001
    decay: float = 0.9
    eps: float = 1e-8

    def start(self, w: Any) -> Any:
        """No slopes yet."""
        return np.zeros_like(w)

    def step(self, w: Any, g: Any, v: Any, rate: Any, t: Any) -> Any:
        """Take one step."""
        v = self.decay * v + (1 - self.decay) * g**2
        return w - rate * g / (np.sqrt(v) + self.eps), v


@dataclass(frozen=True)
class Adam(FirstOrder):
    """Steps of about equal size in every direction: w = w - rate m / (sqrt(v) + eps).

    m = b1 m + (1 - b1) g and v = b2 v + (1 - b2) g^2, which start at 0 and are divided
    by 1 - b1^t and 1 - b2^t for that. Here the divisions are drawn out of the quotient:

        m / (1 - b1^t)                           r m
        -------------------------------- = ----------------- / (1 - b1^t),
        sqrt(v / (1 - b2^t)) + eps         sqrt(v) + eps r

    r = sqrt(1 - b2^t), which passes over the parameters three times less.
    Kingma & Ba, "Adam: a method for stochastic optimization" (2015), Algorithm 1 in the
    order of the end of section 2, with the eps of Algorithm 1 (outside the root), as in
    torch.

    Parameters
    ----------
    rate : float or schedule
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

    rate: Rate = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def start(self, w: Any) -> Any:
        """No moments yet."""
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, w: Any, g: Any, state: Any, rate: Any, t: Any) -> Any:
        """Take one step: the eps hat of the paper is eps r."""
        eps_hat = self.eps * (1 - self.beta2**t) ** 0.5
        return self.with_eps_hat(w, g, state, rate, t, eps_hat)

    def with_eps_hat(
        self, w: Any, g: Any, state: Any, rate: Any, t: Any, eps_hat: Any
    ) -> Any:
        """Take one step with an eps that is added to sqrt(v) itself."""
        m, v = state
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * g**2
        alpha = rate * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t)
        return w - alpha * m / (np.sqrt(v) + eps_hat), (m, v)


@dataclass(frozen=True)
class AdamW(FirstOrder):
    """Adam beside weights that decay: w = (1 - rate decay) w, and then Adam's step.

    The decay is not part of the gradient, so that it is not divided by sqrt(v).
    Loshchilov & Hutter, "Decoupled weight decay regularization" (2019), Algorithm 2,
    with the decay times the rate, as in torch.

    Parameters
    ----------
    rate : float or schedule
        About the size of a step.
    beta1, beta2, eps : float
        As in `Adam`.
    decay : float
        The part of the weights, times the rate, that each step takes away.

    Examples
    --------
    >>> import pellucid as pl
    >>> method = pl.methods.AdamW(rate=0.1, decay=0.0)
    >>> fit = pl.minimise(lambda w: (w - 3) ** 2, 0.0, method=method, max_iter=500)
    >>> round(fit.x, 3)
    3.0
    """

    rate: Rate = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8
    decay: float = 0.01

    def start(self, w: Any) -> Any:
        """No moments yet."""
        return np.zeros_like(w), np.zeros_like(w)

    def step(self, w: Any, g: Any, state: Any, rate: Any, t: Any) -> Any:
        """Let the weights decay, and take a step of Adam's."""
        adam = Adam(self.rate, self.beta1, self.beta2, self.eps)
        return adam.step((1 - rate * self.decay) * w, g, state, rate, t)


@dataclass(frozen=True)
class LBFGS:
    """Quasi-Newton with a short memory: w = w + t d, where d = -H g.

    H, which stands for the inverse of the Hessian, is made of the last `memory` pairs
    of what w and g changed by (two-loop recursion, algorithm 7.4). The step t meets the
    strong Wolfe conditions: the cost falls by a ten-thousandth of what the slope
    promises, and the slope along d to nine tenths (algorithms 3.5 and 3.6, with cubic
    interpolation).
    Nocedal & Wright, "Numerical Optimization" (2006), algorithm 7.5.
    At a kink, the way down is found from the slopes on its sides (Wolfe 1975).

    Beside where the slope is small, it ends where the cost falls no more: when ten
    steps in a row gained less than tol^2 of it each, a Newton step, or one away from a
    kink, has to gain more. (Near a minimum a slope of tol is a cost of about tol^2.)

    Parameters
    ----------
    memory : int
        How many pairs are kept.

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> def rosenbrock(w):
    ...     return np.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2)
    >>> fit = pl.minimise(rosenbrock, np.zeros(5), method=pl.methods.LBFGS())
    >>> fit.x.round(5)
    array([1., 1., 1., 1., 1.])
    """

    memory: int = 10


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


@dataclass(frozen=True)
class LevenbergMarquardt:
    """Damped Gauss-Newton for J = |q|^2, a sum of squares of residuals q(w).

    With the Jacobian A = dq/dw, each step d makes |q + A d|^2 least among those with
    |D d| <= r, which is to solve (A'A + m D^2) d = -A'q for a damping m >= 0. D holds
    the greatest length that each column of A has had, so that the steps are the same
    whatever the units of the parameters. r grows where a step gains most of what it
    promises, and shrinks where it gains little. A'A is not formed: the steps come from
    the QR factors of A / D.

    Such a cost is recognised in its graph (docs/curves.md). It ends where at most `tol`
    of |q| lies along the columns of A, and goes on from there while that falls; where
    it falls slowly, as for large residuals, by Newton's steps. Where A says nothing, as
    on a saddle or far out along an exponential, it looks around for a lower place, and
    begins again with a smaller r; a place that is flat, and no minimum, is no success.

    Moré, "The Levenberg-Marquardt algorithm: implementation and theory" (1978), and
    MINPACK; the stop is that of Bates & Watts, "A relative offset orthogonality
    convergence criterion for nonlinear least squares" (1981).

    Parameters
    ----------
    radius : float
        The first r, as a multiple of |D w| at the start (MINPACK's factor).

    Examples
    --------
    >>> import numpy as np, pellucid as pl
    >>> t = np.array([0.0, 1.0, 2.0, 3.0])
    >>> y = 5 * np.exp(-0.7 * t)
    >>> def cost(a, b, t, y):
    ...     return np.sum((a * np.exp(-b * t) - y) ** 2)
    >>> fit = pl.minimise(
    ...     cost, (1.0, 1.0), t, y, method=pl.methods.LevenbergMarquardt()
    ... )
    >>> [round(float(p), 6) for p in fit.x]
    [5.0, 0.7]
    """

    radius: float = 3.0
