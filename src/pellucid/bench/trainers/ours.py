"""Pellucid on each of its targets: `MLPClassifier.fit`, and the steps inside it."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace
from typing import Any

import numpy as np

from pellucid.bench.contest import library
from pellucid.bench.perceptrons import ALPHA, BETA1, BETA2, EPS, RATE, Perceptron
from pellucid.bench.trainers.loop import Loop
from pellucid.graphs.graph import Graph


@dataclasses.dataclass(frozen=True)
class Cost:
    """J = mean(cross_entropy(z, Y)) + alpha sum |W|^2 / 2n of a relu network."""

    alpha: float

    def __call__(self, layers: Any, X: Any, Y: Any) -> Any:
        """Propagate forward, and compare with the one-hot rows of Y."""
        from pellucid.layers.activations import relu
        from pellucid.models.costs import cross_entropy
        from pellucid.models.networks.network import forward
        from pellucid.models.penalties import l2

        loss = cross_entropy(forward(layers, X, relu), Y)  # (n,)
        penalty = sum(l2(W) for W, _ in layers)
        return np.mean(loss) + self.alpha * penalty / len(X)


def costless(step: Graph) -> Graph:
    """A step without the cost's value: what only the cost needs is not computed."""
    _, slope, w, state = step.result
    return dataclasses.replace(step, result=(slope, slope, w, state))


class Ours(Loop):
    """Trained by Pellucid on a target; its bare steps are those of `minimise`."""

    def __init__(self, task: Perceptron, target: str) -> None:
        super().__init__(task)
        self.target, self.module = target, library(f"pellucid.running.{target}")
        self.MLPClassifier = library(
            "pellucid.models.networks.perceptrons"
        ).MLPClassifier

    def fit(self, X: Any, y: Any) -> float:
        """Call the estimator, as a person would."""
        model = self.MLPClassifier(
            self.task.hidden, batch_size=self.task.batch, max_iter=self.task.epochs,
            alpha=ALPHA, tol=0.0, n_iter_no_change=self.task.epochs + 1,
            random_state=0, target=self.target,
        )  # fmt: skip
        return float(model.fit(X, y).loss_)

    def start(self, X: Any, y: Any) -> Any:
        """Draw parameters, and bring them and the data into the target."""
        from pellucid.minimisers import steps
        from pellucid.minimisers.methods import Adam
        from pellucid.minimisers.task import Task
        from pellucid.models.networks.network import glorot

        Y = np.eye(self.task.sizes[-1], dtype=X.dtype)[y]  # (n, k)
        rng = np.random.RandomState(0)
        layers = glorot(list(self.task.sizes), 6, rng, X.dtype)
        method, training = Adam(RATE, BETA1, BETA2, EPS), self.module.Training
        problem = Task(Cost(ALPHA), layers, (X, Y))
        step = steps.Step(problem, method, steps.Settings(), training.flat, True)
        kept = step.started(), step.data
        return SimpleNamespace(
            costed=training(step, *kept), rng=rng, t=0,
            costless=training(lambda rows: costless(step(rows)), *kept),
        )  # fmt: skip

    def epoch(self, state: Any, costed: bool) -> float:
        """Shuffle on the host, and take the steps inside the target."""
        n, size = self.task.rows, self.task.batch
        order = state.rng.permutation(n)
        batches = [order[begin : begin + size] for begin in range(0, n, size)]
        training = state.costed if costed else state.costless
        costs = training.epoch(batches, [RATE] * len(batches), state.t)[:, 0]
        state.t += len(batches)
        return float(costs @ [len(b) for b in batches]) / n if costed else math.nan
