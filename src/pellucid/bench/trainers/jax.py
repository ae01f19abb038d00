"""JAX by hand: an epoch is one jitted `lax.scan`, parameters are leaves."""

from __future__ import annotations

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from pellucid.bench.contest import library
from pellucid.bench.perceptrons import ALPHA, BETA1, BETA2, EPS, RATE, Perceptron
from pellucid.bench.trainers.loop import Loop

_compiled: dict[Any, Any] = {}  # a fit finds the code of the fits before it


class Scan(Loop):
    """One scan over the full batches, one step on the rows that are left."""

    def __init__(self, task: Perceptron) -> None:
        super().__init__(task)
        self.jax = library("jax")
        self.np = library("jax.numpy")

    def start(self, X: Any, y: Any) -> Any:
        """Draw parameters evenly from +-sqrt(6 / (inputs + outputs))."""
        rng, layers = np.random.default_rng(0), []
        for d, h in itertools.pairwise(self.task.sizes):
            bound = math.sqrt(6 / (d + h))
            W, b = rng.uniform(-bound, bound, (d, h)), rng.uniform(-bound, bound, h)
            layers.append((self._single(W), self._single(b)))
        zeros = self.jax.tree.map(self.np.zeros_like, layers)
        data = self.np.asarray(X), self.np.asarray(y)
        kept = layers, zeros, zeros, self.np.float32(0)
        return SimpleNamespace(kept=kept, data=data, rng=rng)

    def _single(self, array: Any) -> Any:
        return self.np.asarray(array, self.np.float32)

    def epoch(self, state: Any, costed: bool) -> float:
        """Shuffle on the host, which is faster than in JAX, and run the scan."""
        order = state.rng.permutation(self.task.rows).astype(np.int32)
        state.kept, total = self._run(costed)(state.kept, *state.data, order)
        self.jax.block_until_ready(state.kept)
        return float(total) / self.task.rows if costed else math.nan

    def _run(self, costed: bool) -> Any:
        key = self.task, costed
        if key not in _compiled:
            _compiled[key] = self.jax.jit(self._scanned(costed))
        return _compiled[key]

    def _scanned(self, costed: bool) -> Any:
        """The epoch as a function of state, data and order."""
        size = self.task.batch
        full = self.task.rows // size * size

        def run(kept: Any, X: Any, y: Any, order: Any) -> Any:
            def step(kept: Any, rows: Any) -> Any:
                return self._step(kept, X[rows], y[rows], costed)

            batches = order[:full].reshape(-1, size)
            kept, costs = self.jax.lax.scan(step, kept, batches)
            total = self.np.sum(costs) * size
            if full < self.task.rows:
                kept, cost = step(kept, order[full:])
                total = total + cost * (self.task.rows - full)
            return kept, total

        return run

    def _cost(self, layers: Any, X: Any, y: Any) -> Any:
        h = X
        for W, b in layers[:-1]:
            h = self.jax.nn.relu(h @ W + b)  # (n, h)
        W, b = layers[-1]
        logarithms = self.jax.nn.log_softmax(h @ W + b)  # (n, k)
        penalty = sum(self.np.sum(W * W) for W, _ in layers) / 2
        return (
            ALPHA * penalty - self.np.sum(logarithms[self.np.arange(len(y)), y])
        ) / len(y)

    def _step(self, kept: Any, X: Any, y: Any, costed: bool) -> Any:
        layers, m, v, t = kept
        cost, g = 0.0, None
        if costed:
            cost, g = self.jax.value_and_grad(self._cost)(layers, X, y)
        else:
            g = self.jax.grad(self._cost)(layers, X, y)
        t, tree = t + 1, self.jax.tree.map
        m = tree(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
        v = tree(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)
        a, b = RATE / (1 - BETA1**t), 1 - BETA2**t
        layers = tree(
            lambda w, m, v: w - a * m / (self.np.sqrt(v / b) + EPS), layers, m, v
        )
        return (layers, m, v, t), cost
