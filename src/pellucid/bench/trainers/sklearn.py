"""scikit-learn's own perceptron."""

from __future__ import annotations

from typing import Any

from pellucid.bench.contest import library
from pellucid.bench.perceptrons import ALPHA, Perceptron


class Sklearn:
    """Trained by scikit-learn; its steps cannot be had without the rest of `fit`."""

    def __init__(self, task: Perceptron) -> None:
        self.task = task
        self.MLPClassifier = library("sklearn.neural_network").MLPClassifier

    def fit(self, X: Any, y: Any) -> float:
        """Call the estimator."""
        model = self.MLPClassifier(
            self.task.hidden, batch_size=self.task.batch, max_iter=self.task.epochs,
            alpha=ALPHA, tol=0.0, n_iter_no_change=self.task.epochs + 1,
            random_state=0,
        )  # fmt: skip
        return float(model.fit(X, y).loss_)

    def step(self, X: Any, y: Any, costed: bool, budget: float) -> float | None:
        """None: there are no steps without the rest."""
        return None
