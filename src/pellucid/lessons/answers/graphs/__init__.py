"""Computational graphs: the exercises in the order of the lesson."""

from pellucid.lessons.answers.graphs.by_hand import (
    bump_slope,
    hypotenuse_slopes,
    log_loss_slope,
    loss_slope_by_z,
    sigmoid_slope,
)
from pellucid.lessons.answers.graphs.checked import (
    backward,
    central_difference,
    numerical_gradient,
    relative_error,
)

__all__ = [
    "backward",
    "bump_slope",
    "central_difference",
    "hypotenuse_slopes",
    "log_loss_slope",
    "loss_slope_by_z",
    "numerical_gradient",
    "relative_error",
    "sigmoid_slope",
]
