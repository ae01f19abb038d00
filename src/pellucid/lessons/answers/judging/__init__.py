"""How good a fit is."""

from pellucid.lessons.answers.judging.left_out import (
    cross_validated_r2,
    left_out_errors,
    leverages,
)
from pellucid.lessons.answers.judging.rows import (
    adjusted_r2,
    r2_on_new_rows,
    residuals,
)

__all__ = [
    "adjusted_r2",
    "cross_validated_r2",
    "left_out_errors",
    "leverages",
    "r2_on_new_rows",
    "residuals",
]
