"""Backpropagation: the exercises in the order of the lesson."""

from pellucid.lessons.answers.backpropagation.chains import (
    all_ways,
    chain,
    one_weight,
)
from pellucid.lessons.answers.backpropagation.forwards import forward
from pellucid.lessons.answers.backpropagation.last_layer import (
    output_bias,
    output_error,
    output_weights,
)
from pellucid.lessons.answers.backpropagation.through_hidden import (
    hidden_error,
    through_tanh,
)
from pellucid.lessons.answers.backpropagation.whole import backward
from pellucid.lessons.answers.backpropagation.with_it import differences, trained

__all__ = [
    "all_ways",
    "backward",
    "chain",
    "differences",
    "forward",
    "hidden_error",
    "one_weight",
    "output_bias",
    "output_error",
    "output_weights",
    "through_tanh",
    "trained",
]
