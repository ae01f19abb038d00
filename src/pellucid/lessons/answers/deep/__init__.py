"""Deep networks: the exercises in the order of the lesson."""

from pellucid.lessons.answers.deep.outputs import (
    cross_entropy,
    softmax,
    softmax_error,
)
from pellucid.lessons.answers.deep.passes import (
    deep_backward,
    deep_forward,
    he_start,
)
from pellucid.lessons.answers.deep.readings import confusion, excited

__all__ = [
    "confusion",
    "cross_entropy",
    "deep_backward",
    "deep_forward",
    "excited",
    "he_start",
    "softmax",
    "softmax_error",
]
