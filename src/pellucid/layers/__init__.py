"""Layers: each is its formula, a frozen dataclass that is called on its parameters.

`layer.parameters(rng, shape)` draws a dict of arrays for one row of that shape,
`layer.output_shape(shape)` says what becomes of it, and `layer(p, x)` is the formula, x
with the batch axis first: plain NumPy, which `pellucid.graph`, `gradient`, `source` and
`draw` take. No layer has a derivative of its own.

A layer of one's own is a plain function of x, or a class with these three methods.
What differs in training is told by `layers.training`.
"""

from pellucid.layers.attention import Attention
from pellucid.layers.containers import Residual, Sequential
from pellucid.layers.convolution import Conv2D
from pellucid.layers.dense import Dense, Embedding, Flatten
from pellucid.layers.noise import Dropout
from pellucid.layers.normalisation import BatchNorm, LayerNorm
from pellucid.layers.pooling import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from pellucid.layers.recurrence import GRU, LSTM, RNN

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Attention",
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAveragePool2D",
    "LayerNorm",
    "MaxPool2D",
    "Residual",
    "Sequential",
]
