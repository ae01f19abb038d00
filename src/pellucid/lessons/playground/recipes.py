"""The points of the playground; each function is shown, and runs, as it stands here.

All lie in the square from -3 to 3, with `noise` from 0 to 1. What a network is given
is plain NumPy: pictures of code leave the types out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import sklearn.datasets

from pellucid.tables import datasets

Pair = tuple[Any, Any]


def moons(n: int, noise: float, seed: int) -> Pair:
    """Two half circles that reach into each other."""
    X, y = sklearn.datasets.make_moons(n, noise=noise / 2, random_state=seed)
    return 1.4 * (X - [0.5, 0.25]), y


def donut(n: int, noise: float, seed: int) -> Pair:
    """A ring around a ring."""
    X, y = datasets.donut(n, noise=2 * noise, random_state=seed)
    return X / 4.5, y


def xor(n: int, noise: float, seed: int) -> Pair:
    """Four clusters, opposite ones alike."""
    X, y = datasets.xor(n, noise=0.1 + noise / 4, random_state=seed)
    return 5 * (X - 0.5), y


def spirals(n: int, noise: float, seed: int) -> Pair:
    """Two arms that wind round each other once and a half."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    t = np.sqrt(rng.uniform(0.02, 1, n))  # dense outside as inside
    angle = 3 * np.pi * t + np.pi * y
    X = 2.6 * np.column_stack([t * np.cos(angle), t * np.sin(angle)])
    return X + 0.4 * noise * rng.standard_normal((n, 2)), y


def blobs(n: int, noise: float, seed: int) -> Pair:
    """Four round clusters, a class each."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 4
    centres = np.array([[-1.5, -1.2], [1.4, -1.5], [0.2, 1.6], [-1.9, 1.5]])
    return centres[y] + (0.2 + noise) * rng.standard_normal((n, 2)), y


def saddle(n: int, noise: float, seed: int) -> Pair:
    """A number that rises along one diagonal and falls along the other."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2.5, 2.5, (n, 2))
    return X, X[:, 0] * X[:, 1] / 3 + noise * rng.standard_normal(n)


def line(n: int, noise: float, seed: int) -> Pair:
    """A straight line."""
    X, y = datasets.line(n, noise=5 * noise, random_state=seed)
    return (X - 5) / 2, (y - 13) / 5


def curve(n: int, noise: float, seed: int) -> Pair:
    """A wave that grows."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-2.8, 2.8, n)
    y = np.sin(2 * x) + 0.3 * x
    return x[:, np.newaxis], y + noise * rng.standard_normal(n)


def start(sizes: Sequence[int], seed: int, scale: Any) -> list[Any]:
    """Weights at random and biases of 0, a pair for each layer."""
    rng = np.random.default_rng(seed)
    layers = []
    for m, k in zip(sizes[:-1], sizes[1:], strict=True):  # noqa: RUF007
        layers.append((scale(m, k) * rng.standard_normal((m, k)), np.zeros(k)))
    return layers


def batch(n: int, size: int, seed: int, t: int) -> Any:
    """Which rows step t = 1, 2, ... is taken on: shuffled anew when all were seen."""
    if not size or size >= n:
        return np.arange(n)
    epoch, place = divmod(t - 1, -(-n // size))
    order = np.random.default_rng([seed, epoch]).permutation(n)
    return order[place * size : (place + 1) * size]
