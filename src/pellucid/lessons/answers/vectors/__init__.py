"""Vectors, not loops: the exercises in the order of the lesson."""

from pellucid.lessons.answers.vectors.axes import (
    looped,
    mean_squared_error,
    standardised,
)
from pellucid.lessons.answers.vectors.rows import (
    distances,
    nearest,
    one_hot,
    unit_rows,
)

__all__ = [
    "distances",
    "looped",
    "mean_squared_error",
    "nearest",
    "one_hot",
    "standardised",
    "unit_rows",
]
