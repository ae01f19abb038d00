"""Many inputs."""

from pellucid.lessons.answers.plane.squares import (
    cost,
    gradient,
    predictions,
    with_ones,
)
from pellucid.lessons.answers.plane.weights import (
    best_weights,
    fit_and_predict,
    powers,
)

__all__ = [
    "best_weights",
    "cost",
    "fit_and_predict",
    "gradient",
    "powers",
    "predictions",
    "with_ones",
]
