"""How a target is distributed, given the linear output of its row.

Of k outputs z (m, k) and targets y (m, k), row by row:

    r = y - E[y]          the slope of the log likelihood in z
    Q = Var[y] = S S'     its curvature, turned round

Neither depends on more than z and y, as the outputs are the natural parameters.
McCullagh & Nelder, "Generalized linear models" (1989), chapters 2, 4, 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[Any]

LARGE = 32.0  # counts from which Stirling's series has all digits
LEAST = 1e-150  # of a share or a mean, so that it has a logarithm
STIRLING = 1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188


class Family(Protocol):
    """A distribution whose natural parameters are outputs z (m, k)."""

    def residuals(self, z: Array, y: Array) -> Array:
        """What y is beyond its mean (m, k)."""
        ...

    def root(self, z: Array) -> Array:
        """S (m, k, k), of the variance S S' of y."""
        ...

    def log_likelihoods(self, z: Array, y: Array) -> Array:
        """The log likelihood of each row (m,)."""
        ...

    def half_deviances(self, z: Array, y: Array) -> Array:
        """By how much that is below the most that it can be (m,)."""
        ...

    def constant(self, y: Array, s: Array) -> Array:
        """The outputs (k,) that are likeliest for all rows together."""
        ...


@dataclass(frozen=True)
class Classes:
    """Classes, of which z are the log odds against a reference: y is 1 in its class.

    Of p = softmax(0, z) the variance is diag(p) - p p', whose root is

        S = diag(u) (I - u u' / (1 + u_0)),    u = sqrt(p), u_0 that of the reference

    What is near 1 is had from the others, so that small chances keep their digits.

    Examples
    --------
    >>> Classes().residuals(np.array([[50.0]]), np.array([[1.0]]))
    array([[1.92874985e-22]])
    """

    def residuals(self, z: Array, y: Array) -> Array:
        """The chance of the other classes in the row's own, less the chance in others.

        A row may be of no class but the reference: then y is 0.
        """
        p, other = _chances(z)
        return np.where(y > 0, other[:, 1:], -p[:, 1:])

    def root(self, z: Array) -> Array:
        """S (m, k, k)."""
        p, other = _chances(z)
        u = np.sqrt(p)
        if z.shape[1] == 1:
            return np.asarray(u[:, 1:, None] * u[:, :1, None])
        first, rest = u[:, :1], u[:, 1:]
        S = -(rest[:, :, None] * rest[:, None] / (1 + first[:, :, None]))
        k = np.arange(z.shape[1])
        S[:, k, k] = (other[:, 1:] + first) / (1 + first)
        return np.asarray(rest[:, :, None] * S)

    def log_likelihoods(self, z: Array, y: Array) -> Array:
        """The logarithm of the chance of the row's class (m,)."""
        z, y = _whole(z, y)
        own = np.sum(np.where(y > 0, z, 0.0), axis=1, keepdims=True)
        beside = np.where(y > 0, -np.inf, z) - own
        most = np.maximum(np.max(beside, axis=1), 0.0)
        with np.errstate(under="ignore"):
            others = np.sum(np.exp(beside - most[:, None]), axis=1)
            return np.asarray(-most - np.log1p(np.expm1(-most) + others))

    def half_deviances(self, z: Array, y: Array) -> Array:
        """The same: at most a class is sure."""
        return -self.log_likelihoods(z, y)

    def constant(self, y: Array, s: Array) -> Array:
        """The log odds of the shares of the classes."""
        others, reference = s @ y, s @ (1 - np.sum(y, axis=1))
        return np.asarray(np.log(np.maximum(others, LEAST) / max(reference, LEAST)))


@dataclass(frozen=True)
class Counts:
    """Counts of Poisson's distribution, of which z (m, 1) is the log of the mean.

    Examples
    --------
    >>> Counts().root(np.log([[4.0]]))
    array([[[2.]]])
    """

    def residuals(self, z: Array, y: Array) -> Array:
        """The count less its mean (m, 1), to its own digits."""
        with np.errstate(over="ignore"):  # far from the optimum
            mean = np.exp(z)
        t = z - np.log(np.where(y > 0, y, 1.0))
        near = (y > 0) & (np.abs(t) < 1)
        return np.where(near, -y * np.expm1(np.where(near, t, 0.0)), y - mean)

    def root(self, z: Array) -> Array:
        """The root of the mean (m, 1, 1)."""
        return np.asarray(np.exp(z / 2)[:, :, None])

    def log_likelihoods(self, z: Array, y: Array) -> Array:
        """-mean + y z - log y! (m,)."""
        return _at_best(y[:, 0]) - self.half_deviances(z, y)

    def half_deviances(self, z: Array, y: Array) -> Array:
        """Compute mean - y - y (z - log y) (m,)."""
        with np.errstate(over="ignore"):
            return np.asarray(half_deviance(z[:, 0], y[:, 0]))

    def constant(self, y: Array, s: Array) -> Array:
        """The log of the mean count."""
        return np.asarray(np.log(np.maximum(s @ y / np.sum(s), LEAST)))


def half_deviance(z: Any, y: Any) -> Any:
    """Half the deviance of a row: exp(z) - y z, less its least value, y - y log y.

    Near that, with t = z - log y, it is y (exp(t) - 1 - t), which loses no digits.

    Examples
    --------
    >>> half_deviance(np.array([0.0, 2.0**-30]), np.array([0.0, 1.0]))
    array([1.00000000e+00, 4.33680869e-19])
    """
    t = z - np.log(np.where(y > 0, y, 1.0))
    near = (y > 0) & (t < 1)
    of_near = np.where(near, t, 0.0)
    return np.where(near, y * (np.expm1(of_near) - of_near), np.exp(z) - y * t - y)


def _at_best(y: Array) -> Array:
    """The log likelihood where the mean is y: y log y - y - log y!.

    Of large counts it is -log(2 pi y) / 2 and the rest of Stirling's series, as nearly
    all of the three terms is lost in their sum. Loader, "Fast and accurate computation
    of binomial probabilities" (2000).
    """
    few = np.minimum(y, LARGE)
    exact = special.xlogy(few, few) - few - special.gammaln(few + 1)
    many = np.maximum(y, LARGE)
    rest = sum(c / many ** (2 * i + 1) for i, c in enumerate(STIRLING))
    series = -np.log(2 * np.pi * many) / 2 - rest
    return np.where(y < LARGE, exact, series)


def _chances(z: Array) -> tuple[Array, Array]:
    """The chance of each class (m, 1 + k), the reference first; and of the others."""
    whole = np.concatenate([np.zeros((len(z), 1)), z], axis=1)
    whole -= np.max(whole, axis=1, keepdims=True)
    with np.errstate(under="ignore"):
        e = np.exp(whole)
        others = e @ (1.0 - np.eye(e.shape[1]))
        total = np.sum(e, axis=1, keepdims=True)
        return e / total, others / total


def _whole(z: Array, y: Array) -> tuple[Array, Array]:
    """Outputs and targets with those of the reference first (m, 1 + k)."""
    one = np.ones((len(z), 1))
    rest = one - np.sum(y, axis=1, keepdims=True)
    return np.hstack([0 * one, z]), np.hstack([rest, y])
