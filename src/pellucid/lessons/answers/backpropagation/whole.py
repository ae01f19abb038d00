"""Backpropagation: the whole backward pass."""

import numpy as np

from pellucid.lessons.answers.backpropagation.forwards import networks
from pellucid.lessons.exercises.exercise import exercise


@exercise(
    networks,
    lines=("dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"),
    start="""
    import numpy as np


    def backward(X, Y, W1, b1, W2, b2):
        n = len(X)
        Z1 = X @ W1 + b1               # (n, h)
        A1 = np.tanh(Z1)               # (n, h)
        Z2 = A1 @ W2 + b2              # (n, k)
        A2 = 1 / (1 + np.exp(-Z2))     # (n, k)

        dZ2 = ...                      # (n, k)
        dW2 = ...                      # (h, k)
        db2 = ...                      # (k,)
        dA1 = ...                      # (n, h)
        dZ1 = ...                      # (n, h)
        dW1 = ...                      # (d, h)
        db1 = ...                      # (h,)
        return dW1, db1, dW2, db2
    """,
    hints=(
        "You have written the first five lines in exercises 5 to 9: put them below "
        "each other. The last two are lines 2 and 3 again, with X and dZ1.",
        "Backwards: dZ2 from A2 and Y (with the 1/n); dW2 and db2 from dZ2; dA1 "
        "through W2; dZ1 through tanh; dW1 and db1 from dZ1.",
        "The products are A1.T @ dZ2, dZ2 @ W2.T and X.T @ dZ1; each bias is a sum "
        "over axis 0.",
    ),
)
def backward(X, Y, W1, b1, W2, b2):
    n = len(X)
    Z1 = X @ W1 + b1  # (n, h)
    A1 = np.tanh(Z1)  # (n, h)
    Z2 = A1 @ W2 + b2  # (n, k)
    A2 = 1 / (1 + np.exp(-Z2))  # (n, k)

    dZ2 = (A2 - Y) / n  # (n, k)
    dW2 = A1.T @ dZ2  # (h, k)
    db2 = np.sum(dZ2, axis=0)  # (k,)
    dA1 = dZ2 @ W2.T  # (n, h)
    dZ1 = dA1 * (1 - A1**2)  # (n, h)
    dW1 = X.T @ dZ1  # (d, h)
    db1 = np.sum(dZ1, axis=0)  # (h,)
    return dW1, db1, dW2, db2


@backward.mistake(
    "The 1/n is missing in dZ2, so all four gradients are n times too large: J is a "
    "mean over the rows."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = A2 - Y
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "1/n came in more than once: in dZ2 and again in the weights and biases. It "
    "belongs in dZ2 alone."
)
def _(X, Y, W1, b1, W2, b2):
    n = len(X)
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / n
    dW2 = A1.T @ dZ2 / n
    db2 = np.sum(dZ2, axis=0) / n
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1 / n
    db1 = np.sum(dZ1, axis=0) / n
    return dW1, db1, dW2, db2


@backward.mistake(
    "The slope of tanh is missing on the way to W1 and b1: dA1, which comes back, is "
    "multiplied by 1 - A1^2, and dW1 and db1 take the result, dZ1."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dZ1 = dZ2 @ W2.T
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "In dZ1 you took 1 - Z1^2. The slope of tanh is 1 minus the square of its result, "
    "A1, not of its argument."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - Z1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "In dZ1 you took the slope of the sigmoid, A1 (1 - A1). The hidden layer has tanh: "
    "1 - A1^2."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "In dZ2 the slope of the sigmoid, A2 (1 - A2), is there once too often: with the "
    "log loss it cancels."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) * A2 * (1 - A2) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "The sign of dZ2 is turned, and with it all four gradients: A2 - Y, what was said "
    "minus what was right."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (Y - A2) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "Both biases are means over the rows. The 1/n is in dZ2 already: take sums."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.mean(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.mean(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "The four are right, and in another order: return dW1, db1, dW2, db2."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW2, db2, dW1, db1


@backward.mistake(
    "The square is missing in dZ1: the slope of tanh is 1 - A1^2, not 1 - A1."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "In dZ1 tanh is taken twice: A1 is tanh(Z1) already, so its slope is 1 - A1^2."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - np.tanh(A1) ** 2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake("In dZ1 you squared the difference: 1 - A1^2 is not (1 - A1)^2.")
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1) ** 2
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "Both biases are summed along axis 1, over the units. One bias serves all rows: "
    "sum over the rows, axis 0."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=1)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=1)
    return dW1, db1, dW2, db2


@backward.mistake(
    "dW1 takes A1, which W2 was multiplied by. W1 was multiplied by X: take X in its "
    "place."
)
def _(X, Y, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = A1.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "dW1 takes dA1, which has not been through tanh yet. The weights W1 made Z1, so "
    "they take dZ1."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dA1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "db1 takes dA1, which has not been through tanh yet. The biases b1 are in Z1, so "
    "they take dZ1."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dA1, axis=0)
    return dW1, db1, dW2, db2


@backward.mistake(
    "dW2 takes Z1, what went into tanh. W2 was multiplied by what came out of it, A1."
)
def _(X, Y, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = Z1.T @ dZ2
    db2 = np.sum(dZ2, axis=0)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = np.sum(dZ1, axis=0)
    return dW1, db1, dW2, db2
