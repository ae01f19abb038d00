"""Pellucid on each of its targets: `minimise` on the formulas of the layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.bench.contest import library
from pellucid.bench.layered.tasks import Look, Start, Task
from pellucid.graphs.differentiating.gradient import gradient
from pellucid.layers.containers import Sequential
from pellucid.minimisers.methods import Adam
from pellucid.minimisers.minimise import minimise
from pellucid.models.costs import cross_entropy
from pellucid.reading.source.source import source


@dataclass(frozen=True)
class Cost:
    """J = mean(cross_entropy(z, y)) with z what the network makes of X."""

    network: Sequential

    def __call__(self, p: Any, X: Any, y: Any) -> Any:
        """Propagate forward, and compare with the classes of y."""
        return np.mean(cross_entropy(self.network(p, X), y))


def train(task: Task, start: Start, look: Look, device: str, target: str) -> None:
    """Train in mini-batches on a target."""
    library(target)
    minimise(
        Cost(task.network), start.p, start.X, start.y, method=Adam(),
        batch_size=task.batch, tol=0.0, random_state=task.order(),
        callback=lambda epoch, cost, p: look(cost), target=target, device=device,
    )  # fmt: skip


def lines(task: Task) -> int:
    """How many lines the gradient of the cost has, written as source."""
    return source(gradient(Cost(task.network)), *task.start()).count("\n")
