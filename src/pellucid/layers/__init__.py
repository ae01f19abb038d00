"""Layers: each is its formula, a frozen dataclass that is called on its parameters.

`layer.parameters(rng, shape)` draws a dict of arrays for one row of that shape,
`layer.output_shape(shape)` says what becomes of it, and `layer(p, x)` is the formula, x
with the axis of its n rows first: plain NumPy, which `pellucid.graph`, `gradient`,
`source` and `draw` take. No layer has a derivative of its own.

What differs in training is an input: the mask of `Dropout`, the statistics of
`BatchNorm`. `training(p, x, key)` makes them, and gives the output beside what moves by
itself. Sequences of several lengths stand in one array (n, t, ...), filled up at the
end, with `lengths` (n,). What does not fit is refused by a `ModelError`, as a rule
before anything is computed.

A layer of one's own is a plain function of x, or a class with those three methods, and
with `training` where it differs there; what takes `lengths` has an argument of this
name. Nothing is registered, and nothing inherited:

>>> import numpy as np
>>> class Scale:
...     def parameters(self, rng, shape, dtype=float):
...         return {"a": np.ones(shape[-1], dtype)}
...
...     def output_shape(self, shape):
...         return shape
...
...     def __call__(self, p, x):
...         return p["a"] * x
>>> network = Sequential(Dense(8), np.tanh, Scale(), lambda x: x[:, :5])
>>> network.output_shape((3,))
(5,)

To be read in this order: `dense`, `windows`, `convolution`, `pooling`, `recurrence`,
`attention`, `normalisation`, `noise` and `containers`; then how weights are drawn, in
`initialisers`, and what a layer is, in `layer` and `formula`.
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
