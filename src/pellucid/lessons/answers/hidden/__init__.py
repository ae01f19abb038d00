"""A hidden layer: the exercises in the order of the lesson."""

from pellucid.lessons.answers.hidden.by_hand import two_units, with_radius
from pellucid.lessons.answers.hidden.units import broken_line, hidden_layer, network
from pellucid.lessons.answers.hidden.without import at_zero, collapsed

__all__ = [
    "at_zero",
    "broken_line",
    "collapsed",
    "hidden_layer",
    "network",
    "two_units",
    "with_radius",
]
