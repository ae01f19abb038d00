"""A dozen functions as one writes them in NumPy, for any library that has its names.

Each takes the library as `np`, then what it is differentiated by, then fixed arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy import asarray, eye
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

Array = NDArray[Any]


def rosenbrock(np: Any, x: Any) -> Any:
    """The sum of 100 (x[i + 1] - x[i]^2)^2 + (1 - x[i])^2."""
    return np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def logistic(np: Any, w: Any, X: Any, y: Any) -> Any:
    """The mean of log(1 + e^z) - y z with z = X w."""
    z = X @ w  # (n,)
    return np.mean(np.log(1 + np.exp(z)) - y * z)


def cross_entropy(np: Any, W: Any, X: Any, Y: Any) -> Any:
    """The mean of log sum e^z - z[y] with z = X W."""
    z = X @ W  # (n, k)
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - np.sum(Y * z, axis=1))


def mixture(np: Any, m: Any, x: Any) -> Any:
    """-log likelihood of Gaussians of variance 1 with means m, in equal parts."""
    square = np.sum((x[:, None, :] - m[None, :, :]) ** 2, axis=2)  # (n, k)
    return -np.sum(np.log(np.mean(np.exp(-square / 2), axis=1)))


def lstm(np: Any, U: Any, x: Any) -> Any:
    """Ten steps of an LSTM without biases; x (t, n, 4h) is the inputs' part."""
    h = c = x[0, :, : len(U)] * 0.0  # (n, h)
    units = len(U)
    for z in x:
        z = z + h @ U  # (n, 4h)
        i, f, g, o = (z[:, k * units : (k + 1) * units] for k in range(4))
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
    return np.mean(h * h)


def convolution(np: Any, K: Any, x: Any) -> Any:
    """A 5 x 5 convolution as a sum of shifted images, then relu and a mean."""
    n, m = x.shape[0] - 4, x.shape[1] - 4
    z = sum(K[i, j] * x[i : i + n, j : j + m] for i in range(5) for j in range(5))
    return np.mean(np.where(z > 0, z, 0.0 * z))


def gaussian(np: Any, A: Any, y: Any) -> Any:
    """-2 log density of y ~ N(0, S) with S = A A' + I."""
    S = A @ A.T + np.eye(len(y))
    return y @ np.linalg.solve(S, y) + np.linalg.slogdet(S)[1]


def chain(np: Any, x: Any) -> Any:
    """1,000 operations on one number."""
    for _ in range(500):
        x = 1.2 * np.sin(x)
    return x


def black_scholes(np: Any, s: Any, k: Any) -> Any:
    """Prices of calls: spot s, strike k, a year, rate 2 %, volatility 30 %.

    The normal distribution by Abramowitz & Stegun, "Handbook of Mathematical Functions"
    (1964), 26.2.17, for positive and mirrored for negative arguments.
    """
    rate, volatility = 0.02, 0.3
    d = (np.log(s / k) + rate + volatility**2 / 2) / volatility
    strike = k * math.exp(-rate)
    return np.sum(s * _normal(np, d) - strike * _normal(np, d - volatility))


def _normal(np: Any, x: Any) -> Any:
    """The distribution function of the normal distribution, to 1e-7."""
    t = 1 / (1 + 0.2316419 * np.abs(x))
    powers = (0.319381530, -0.356563782, 1.781477937, -1.821255978, 1.330274429)
    tail = 0.0 * t
    for c in reversed(powers):
        tail = (tail + c) * t
    tail = tail * np.exp(-x * x / 2) * 0.3989422804014327
    return np.where(x > 0, 1 - tail, tail)


def kalman(np: Any, q: Any, y: Any) -> Any:
    """-log likelihood of a local level: variances e^q of its steps and of y."""
    step, noise = np.exp(q[0]), np.exp(q[1])
    level, variance, total = 0.0 * q[0], 1 + 0.0 * q[0], 0.0 * q[0]
    for value in y:
        variance = variance + step
        error, spread = value - level, variance + noise
        total = total + np.log(spread) + error * error / spread
        gain = variance / spread
        level, variance = level + gain * error, (1 - gain) * variance
    return total / 2


def distances(np: Any, x: Any) -> Any:
    """The sum of 1 / (1 + |x[i] - x[j]|^2) over all pairs."""
    s = np.sum(x * x, axis=1)  # (n,)
    square = s[:, None] + s[None, :] - 2 * (x @ x.T)  # (n, n)
    return np.sum(1 / (1 + square))


def spectrum(np: Any, x: Any) -> Any:
    """The entropy of a power spectrum."""
    power = np.abs(np.fft.rfft(x)) ** 2  # (n / 2 + 1,)
    p = power / np.sum(power)
    return -np.sum(p * np.log(p))


def network(np: Any, w: Any, X: Any, Y: Any) -> Any:
    """Softmax cross-entropy of 20 features, 32 units with tanh and 3 classes."""
    W, V = w[:640].reshape(20, 32), w[672:768].reshape(32, 3)
    z = np.tanh(X @ W + w[640:672]) @ V + w[768:]  # (n, 3)
    return np.mean(np.log(np.sum(np.exp(z), axis=1)) - np.sum(Y * z, axis=1))


@dataclass(frozen=True)
class Problem:
    """A function, and what draws its arguments, in float64."""

    f: Callable[..., Any]
    draw: Callable[[Generator], tuple[Array, ...]]

    def arguments(self) -> tuple[Array, ...]:
        """The same ones each time."""
        drawn = self.draw(default_rng(0))
        return tuple(asarray(a, float) for a in drawn)


def _classes(rng: Generator) -> tuple[Array, ...]:
    one_hot = eye(10)[rng.integers(0, 10, 256)]
    return 0.1 * rng.normal(size=(64, 10)), rng.normal(size=(256, 64)), one_hot


# fmt: off
PROBLEMS = {
    "Rosenbrock, 1,000": Problem(rosenbrock, lambda r: (r.normal(size=1000),)),
    "logistic cost, 1,000 x 20": Problem(logistic, lambda r: (
        r.normal(size=20), r.normal(size=(1000, 20)), r.integers(0, 2, 1000))),
    "softmax cross-entropy, 256 x 64 x 10": Problem(cross_entropy, _classes),
    "Gaussian mixture, 500 x 8": Problem(mixture, lambda r: (
        r.normal(size=(8, 2)), r.normal(size=(500, 2)))),
    "LSTM, 10 steps of 16 x 32": Problem(lstm, lambda r: (
        0.1 * r.normal(size=(32, 128)), r.normal(size=(10, 16, 128)))),
    "convolution by slices, 64 x 64": Problem(convolution, lambda r: (
        r.normal(size=(5, 5)), r.normal(size=(64, 64)))),
    "solve and determinant, 50": Problem(gaussian, lambda r: (
        r.normal(size=(50, 50)), r.normal(size=50))),
    "1,000 scalar operations": Problem(chain, lambda r: (asarray(0.3),)),
    "Black-Scholes, 1,000": Problem(black_scholes, lambda r: (
        r.uniform(80, 120, 1000), r.uniform(80, 120, 1000))),
    "Kalman filter, 20 steps": Problem(kalman, lambda r: (
        r.normal(size=2), r.normal(size=20))),
    "pairwise distances, 200": Problem(distances, lambda r: (r.normal(size=(200, 3)),)),
    "spectral entropy, 1,024": Problem(spectrum, lambda r: (r.normal(size=1024),)),
}
# As in a first script: their gradients are taken in a loop, and nothing is compiled.
IN_A_LOOP = {
    **{name: PROBLEMS[name] for name in (
        "Rosenbrock, 1,000", "logistic cost, 1,000 x 20")},
    "a network, 100 rows, 20-32-3": Problem(network, lambda r: (
        0.1 * r.normal(size=771), r.normal(size=(100, 20)),
        eye(3)[r.integers(0, 3, 100)])),
}
# fmt: on
