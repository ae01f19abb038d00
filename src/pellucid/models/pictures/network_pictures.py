"""Pictures of a network of one's own: what it learned, and what goes on in it.

Each function takes a network, its parameters and data, and gives a matplotlib `Figure`
that no window knows; `figure.savefig("x.png")` writes it. What is drawn is what the
network computes: the outputs of its layers, its attention, the gradient of its cost.
A layer is meant by its place, as `layer=2`, or by its type, as `layer="LSTM"`.

>>> import numpy as np, pellucid as pl
>>> from pellucid.layers import Conv2D, Dense, Flatten, Sequential
>>> network = Sequential(Conv2D(4, 3, activation=np.tanh), Flatten(), Dense(10))
>>> p = network.parameters(np.random.default_rng(0), (8, 8, 1))
>>> figure = pl.pictures.filters(network, p)
"""

from pellucid.models.pictures.of_learning import confusion, costs, filters, mistakes
from pellucid.models.pictures.of_sequences import (
    attention,
    gates,
    gradient_through_time,
)
from pellucid.models.pictures.responses import activations, responses

__all__ = [
    "activations",
    "attention",
    "confusion",
    "costs",
    "filters",
    "gates",
    "gradient_through_time",
    "mistakes",
    "responses",
]
