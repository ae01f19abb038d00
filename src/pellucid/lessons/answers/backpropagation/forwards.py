"""Backpropagation: the forward pass, whose values the way back needs."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def networks(rng):
    """Give a network with its data; its four sizes are all different."""
    n, d, h, k = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:4])
    X, Y = rng.normal(size=(n, d)), rng.integers(0, 2, size=(n, k)).astype(float)
    Y[0] = np.arange(k) % 2  # never all alike
    W1, b1 = rng.normal(size=(d, h)), rng.normal(size=h)
    return X, Y, W1, b1, rng.normal(size=(h, k)), rng.normal(size=k)


# One row and one output, of which the network is very sure, and right.
SURE = (
    np.array([[1.0, 2.0]]),
    np.array([[1.0]]),
    np.array([[1.0, 0.5, -1.0], [0.5, 1.0, 1.0]]),
    np.zeros(3),
    np.array([[300.0], [300.0], [300.0]]),
    np.array([0.5]),
)


@exercise(
    networks,
    edges=(SURE,),
    hints=(
        "Layer by layer: Z1 = X @ W1 + b1, A1 = np.tanh(Z1), Z2 = A1 @ W2 + b2, and A2 "
        "is the sigmoid of Z2.",
        "The loss of every row and output is np.logaddexp(0, Z2) - Y * Z2, (n, k). J "
        "is the sum of them all, divided by the number of rows.",
    ),
)
def forward(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    J = np.sum(np.logaddexp(0, Z2) - Y * Z2) / len(X)
    return Z1, A1, Z2, A2, J


@forward.mistake(
    "J is the sum over all rows. It is to be a mean over rows: divide by n."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.sum(np.logaddexp(0, Z2) - Y * Z2)


@forward.mistake(
    "np.mean divides by n times k. Here J is a sum over the k outputs and a mean over "
    "the n rows only."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.mean(np.logaddexp(0, Z2) - Y * Z2)


@forward.mistake(
    "The formula with logs takes log 0 where the network is sure: 0 times log 0 is "
    "nan. Write J by Z2: np.logaddexp(0, Z2) - Y * Z2."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    J = -np.sum(Y * np.log(A2) + (1 - Y) * np.log(1 - A2)) / len(X)
    return Z1, A1, Z2, A2, J


@forward.mistake(
    "log(1 + np.exp(Z2)) is right on paper, but exp(1000) overflows to infinity. "
    "np.logaddexp(0, Z2) is the same and does not."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    J = np.sum(np.log(1 + np.exp(Z2)) - Y * Z2) / len(X)
    return Z1, A1, Z2, A2, J


@forward.mistake(
    "The hidden layer does not bend: A1 is np.tanh(Z1). Without it the two layers are "
    "one."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = Z1
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.sum(np.logaddexp(0, Z2) - Y * Z2) / len(X)


@forward.mistake(
    "The hidden layer has the sigmoid. Here it has tanh; the sigmoid is for the output."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.sum(np.logaddexp(0, Z2) - Y * Z2) / len(X)


@forward.mistake(
    "A2 has tanh, from -1 to 1. The outputs are probabilities: take the sigmoid of Z2."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    return Z1, A1, Z2, np.tanh(Z2), np.sum(np.logaddexp(0, Z2) - Y * Z2) / len(X)


@forward.mistake(
    "The loss takes Z2, not A2: log(1 + exp(z)) - y z is already the log loss of "
    "sigmoid(z). With A2 in it the sigmoid is taken twice."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.sum(np.logaddexp(0, A2) - Y * A2) / len(X)


@forward.mistake(
    "In J the y is multiplied by z, the log odds, and not by the probability A2."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.sum(np.logaddexp(0, Z2) - Y * A2) / len(X)


@forward.mistake(
    "Your J has a value for each output, (k,): the outputs are to be added as well."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return Z1, A1, Z2, A2, np.mean(np.logaddexp(0, Z2) - Y * Z2, axis=0)


@forward.mistake(
    "exp(Z2) / (1 + exp(Z2)) is the sigmoid on paper, but a large Z2 makes it infinite "
    "by infinite, nan. 1 / (1 + exp(-Z2)) gives 1 there."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = np.exp(Z2) / (1 + np.exp(Z2))
    return Z1, A1, Z2, A2, np.sum(np.logaddexp(0, Z2) - Y * Z2) / len(X)
