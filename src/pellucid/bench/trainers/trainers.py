"""The table of trainers: ours first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from pellucid.bench.perceptrons import Perceptron
from pellucid.bench.trainers.jax import Scan
from pellucid.bench.trainers.ours import Ours
from pellucid.bench.trainers.pytorch import Eager, Fused, Whole
from pellucid.bench.trainers.sklearn import Sklearn


class Trainer(Protocol):
    """What trains a perceptron; see the docstring of this folder."""

    def fit(self, X: Any, y: Any) -> float:
        """Train from nothing; give the mean cost of the last epoch."""
        ...

    def step(self, X: Any, y: Any, costed: bool, budget: float) -> float | None:
        """The seconds of a bare step, where it can be had."""
        ...


NUMPY, JAX, TORCH = "Pellucid, NumPy", "Pellucid, JAX", "Pellucid, PyTorch"
EAGER, FUSED, WHOLE = "PyTorch, eager Adam", "PyTorch, fused Adam", "torch.compile"
SCAN, SKLEARN = "JAX by hand", "scikit-learn"

TRAINERS: dict[str, Callable[[Perceptron], Trainer]] = {
    NUMPY: partial(Ours, target="numpy"),
    JAX: partial(Ours, target="jax"),
    TORCH: partial(Ours, target="torch"),
    EAGER: Eager,
    FUSED: Fused,
    WHOLE: Whole,
    SCAN: Scan,
    SKLEARN: Sklearn,
}
OURS = (NUMPY, JAX, TORCH)
