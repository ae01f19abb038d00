"""Backpropagation: the way back through the hidden layer, one line at a time."""

import numpy as np

from pellucid.lessons.answers.backpropagation.last_layer import passed
from pellucid.lessons.exercises.exercise import exercise


def behind_output(rng):
    _, Y, W2, _, A2, n = passed(rng)
    return (A2 - Y) / n, W2


def around_tanh(rng):
    _, Y, W2, A1, A2, n = passed(rng)
    return (A2 - Y) / n @ W2.T, A1


# -- dA1 -------------------------------------------------------------------------------


@exercise(
    behind_output,
    hints=(
        "A1[i, j] goes into all k outputs of its row: into Z2[i, m] with weight "
        "W2[j, m]. Remember the fork.",
        "Its slope is the sum over m of dZ2[i, m] W2[j, m]: (n, k) @ (k, h).",
    ),
)
def hidden_error(dZ2, W2):
    return dZ2 @ W2.T


@hidden_error.mistake(
    "(n, k) @ (h, k) do not fit: the outputs are to be summed, so k must meet k. "
    "Transpose W2."
)
def _(dZ2, W2):
    return dZ2 @ W2


@hidden_error.mistake(
    "Your result is (h, n). dA1 has the shape of A1, (n, h): dZ2 stands first."
)
def _(dZ2, W2):
    return W2 @ dZ2.T


@hidden_error.mistake(
    "You averaged over the outputs. A unit goes all ways at once: the ways are added."
)
def _(dZ2, W2):
    return dZ2 @ W2.T / W2.shape[1]


@hidden_error.mistake(
    "Only the first output is in it: every output used the hidden unit."
)
def _(dZ2, W2):
    return np.outer(dZ2[:, 0], W2[:, 0])


@hidden_error.mistake(
    "You added the errors of a row and the weights of a unit apart. Multiply along "
    "each way, then add."
)
def _(dZ2, W2):
    return np.outer(np.sum(dZ2, axis=1), np.sum(W2, axis=1))


@hidden_error.mistake(
    "The rows are summed away: (h,). Each row has hidden values of its own, so dA1 is "
    "(n, h)."
)
def _(dZ2, W2):
    return np.sum(dZ2 @ W2.T, axis=0)


@hidden_error.mistake("You divided by n again: the 1/n of the mean is in dZ2 already.")
def _(dZ2, W2):
    return dZ2 @ W2.T / len(dZ2)


# -- dZ1 -------------------------------------------------------------------------------


@exercise(
    around_tanh,
    hints=(
        "tanh works entry by entry, so nothing is summed: each entry of dA1 is "
        "multiplied by the slope of tanh there.",
        "The slope of tanh, by its own result a, is 1 - a^2: a product entry by entry, "
        "*, not @.",
    ),
)
def through_tanh(dA1, A1):
    return dA1 * (1 - A1**2)


@through_tanh.mistake(
    "A1 is tanh(Z1) already, and you took tanh of it again: the slope is 1 - A1^2."
)
def _(dA1, A1):
    return dA1 * (1 - np.tanh(A1) ** 2)


@through_tanh.mistake("You squared the difference: 1 - A1^2 is not (1 - A1)^2.")
def _(dA1, A1):
    return dA1 * (1 - A1) ** 2


@through_tanh.mistake(
    "A (1 - A) is the slope of the sigmoid. The hidden layer has tanh: 1 - A1^2."
)
def _(dA1, A1):
    return dA1 * A1 * (1 - A1)


@through_tanh.mistake(
    "The square is missing: the slope of tanh is 1 - A1^2, not 1 - A1."
)
def _(dA1, A1):
    return dA1 * (1 - A1)


@through_tanh.mistake(
    "That is the slope of tanh alone. Multiply it by dA1, which came from behind."
)
def _(dA1, A1):
    return 1 - A1**2


@through_tanh.mistake(
    "You multiplied by tanh itself; the chain rule asks for its slope, 1 - A1^2."
)
def _(dA1, A1):
    return dA1 * A1


@through_tanh.mistake(
    "That is the slope of ReLU: 1 where the unit is above 0. tanh has 1 - A1^2."
)
def _(dA1, A1):
    return dA1 * (A1 > 0)


@through_tanh.mistake(
    "The blame goes back unchanged, as if the layer did not bend: multiply by 1 - A1^2."
)
def _(dA1, A1):
    return dA1 * 1.0


@through_tanh.mistake("1 - 2 A1 is no slope here: it is 1 minus the square of A1.")
def _(dA1, A1):
    return dA1 * (1 - 2 * A1)
