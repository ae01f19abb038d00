"""The line of best fit."""

from pellucid.lessons.answers.line.cost import (
    cost_slopes,
    mean_squared_error,
    predicted,
)
from pellucid.lessons.answers.line.fit import intercept, r2, slope

__all__ = [
    "cost_slopes",
    "intercept",
    "mean_squared_error",
    "predicted",
    "r2",
    "slope",
]
