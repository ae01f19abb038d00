"""Backpropagation: the way back through the last layer, one line at a time."""

import numpy as np

from pellucid.lessons.answers.backpropagation.forwards import networks
from pellucid.lessons.exercises.exercise import exercise


def passed(rng):
    """Give what a forward pass leaves: X, Y, W2, A1, A2 and n."""
    X, Y, W1, b1, W2, b2 = networks(rng)
    A1 = np.tanh(X @ W1 + b1)
    return X, Y, W2, A1, 1 / (1 + np.exp(-(A1 @ W2 + b2))), len(X)


def outputs(rng):
    _, Y, _, _, A2, _ = passed(rng)
    return A2, Y


def before_output(rng):
    _, Y, _, A1, A2, n = passed(rng)
    return A1, (A2 - Y) / n


def errors(rng):
    return (before_output(rng)[1],)


# -- dZ2 -------------------------------------------------------------------------------


@exercise(
    outputs,
    hints=(
        "One entry first: the derivative of log(1 + e^z) - y z with respect to z. What "
        "is e^z / (1 + e^z)?",
        "It is a - y, with a = sigmoid(z). And J divides by the number of rows.",
    ),
)
def output_error(A2, Y):
    return (A2 - Y) / len(Y)


@output_error.mistake(
    "The 1/n is missing: J is a mean over the n rows, so each row counts 1/n."
)
def _(A2, Y):
    return A2 - Y


@output_error.mistake(
    "The sign is turned: where the network says too much, A2 > Y, more z raises J, so "
    "the slope is positive."
)
def _(A2, Y):
    return (Y - A2) / len(Y)


@output_error.mistake(
    "A2 is the sigmoid of Z2 already, and you took the sigmoid of it once more."
)
def _(A2, Y):
    return (1 / (1 + np.exp(-A2)) - Y) / len(Y)


@output_error.mistake(
    "You divided by all n k entries. J is a sum over outputs and a mean over rows: "
    "divide by n only."
)
def _(A2, Y):
    return (A2 - Y) / Y.size


@output_error.mistake(
    "You divided by the number of outputs, k, which is the second axis. Rows are the "
    "first."
)
def _(A2, Y):
    return (A2 - Y) / Y.shape[1]


@output_error.mistake(
    "A2 (1 - A2) is there once too often: for the log loss it cancels. What you have "
    "belongs to the squared error."
)
def _(A2, Y):
    return (A2 - Y) * A2 * (1 - A2) / len(Y)


@output_error.mistake(
    "That is the slope with respect to A2. One link is missing: dA2/dZ2 = A2 (1 - A2), "
    "and most of it cancels."
)
def _(A2, Y):
    return (-Y / A2 + (1 - Y) / (1 - A2)) / len(Y)


@output_error.mistake(
    "You averaged over the rows: (k,). Every entry of Z2 has a slope of its own, so "
    "dZ2 is (n, k), with 1/n in each."
)
def _(A2, Y):
    return np.mean(A2 - Y, axis=0)


# -- dW2 -------------------------------------------------------------------------------


@exercise(
    before_output,
    hints=(
        "W2[j, m] touches J through every row i: Z2[i, m] has A1[i, j] W2[j, m] in it. "
        "So its slope is the sum over i of A1[i, j] dZ2[i, m].",
        "A sum over the rows of two tables is a product with the first one transposed: "
        "(h, n) @ (n, k).",
    ),
)
def output_weights(A1, dZ2):
    return A1.T @ dZ2


@output_weights.mistake(
    "That is the transpose, (k, h). dW2 has the shape of W2, (h, k): A1 stands first."
)
def _(A1, dZ2):
    return dZ2.T @ A1


@output_weights.mistake(
    "(n, h) @ (n, k) do not fit: the rows have to be summed, so the axis n must meet "
    "the axis n. Transpose A1."
)
def _(A1, dZ2):
    return A1 @ dZ2


@output_weights.mistake(
    "You divided by n again: the 1/n of the mean is in dZ2 already, and the rest is a "
    "sum."
)
def _(A1, dZ2):
    return A1.T @ dZ2 / len(A1)


@output_weights.mistake(
    "Only the first row is in it. Every row used W2, so sum over all rows."
)
def _(A1, dZ2):
    return np.outer(A1[0], dZ2[0])


@output_weights.mistake(
    "Only the last row is in it: the loop over rows overwrites instead of adding."
)
def _(A1, dZ2):
    return np.outer(A1[-1], dZ2[-1])


@output_weights.mistake(
    "You summed the rows of each table first and multiplied then. Multiply row by row, "
    "then sum."
)
def _(A1, dZ2):
    return np.outer(np.sum(A1, axis=0), np.sum(dZ2, axis=0))


@output_weights.mistake(
    "1 - A1^2 belongs to the way through tanh, further back. Z2 = A1 W2 + b2 has A1 "
    "itself beside W2."
)
def _(A1, dZ2):
    return (1 - A1**2).T @ dZ2


# -- db2 -------------------------------------------------------------------------------


@exercise(
    errors,
    hints=(
        "b2[m] was added to Z2[i, m] in every row i, with factor 1.",
        "So its slope is the sum of column m of dZ2: one number for each output.",
    ),
)
def output_bias(dZ2):
    return np.sum(dZ2, axis=0)


@output_bias.mistake(
    "The mean divides by n once more: the 1/n is in dZ2 already. Take the sum."
)
def _(dZ2):
    return np.mean(dZ2, axis=0)


@output_bias.mistake(
    "You summed along axis 1, over the outputs: (n,). One bias serves all rows: sum "
    "over the rows, axis 0."
)
def _(dZ2):
    return np.sum(dZ2, axis=1)


@output_bias.mistake(
    "You summed everything to one number. Each output has its own bias: (k,)."
)
def _(dZ2):
    return np.sum(dZ2)


@output_bias.mistake(
    "Your result is (1, k). b2 is (k,), and a gradient has the shape of what it "
    "belongs to: without keepdims."
)
def _(dZ2):
    return np.sum(dZ2, axis=0, keepdims=True)


@output_bias.mistake(
    "That is dZ2 itself, (n, k): the rows, which share one bias, are not summed yet."
)
def _(dZ2):
    return dZ2


@output_bias.mistake("Only the first row is in it: b2 was added to every row.")
def _(dZ2):
    return dZ2[0]
