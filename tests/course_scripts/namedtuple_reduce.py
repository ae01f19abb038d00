import functools
import operator
from collections import namedtuple
import numpy as np
from pellucid import gradient as grad

Layer = namedtuple("Layer", "weights bias activation")
relu = lambda z: z * (z > 0)
net = [Layer(np.ones((2, 3)) * 0.3, np.zeros(3), np.tanh), Layer(np.ones((3, 1)), np.zeros(1), relu)]


def forward(x, layers):
    return functools.reduce(lambda h, l: l.activation(h @ l.weights + l.bias), layers, x)


X, t = np.array([[0.5, -1.0], [2.0, 0.3]]), np.array([[0.2], [1.5]])


def loss(W):
    layers = [net[0]._replace(weights=W)] + net[1:]
    return functools.reduce(operator.add, ((forward(X, layers) - t) ** 2).ravel())


W = net[0].weights
for _ in range(10):
    W = W - 0.1 * grad(loss)(W)
result = W
