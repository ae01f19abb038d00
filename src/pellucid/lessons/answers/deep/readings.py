"""Deep networks: what they take for what, and what excites them."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise

# -- confusion -------------------------------------------------------------------------


def answers(rng):
    n, k = int(rng.integers(12, 25)), int(rng.integers(3, 6))
    y = rng.permutation(np.arange(n) % k)
    slips = rng.random(n) < 0.4
    return y, np.where(slips, (y + rng.integers(1, k, size=n)) % k, y), k


ONE_IS_MISSING = np.array([0, 1, 1]), np.array([1, 1, 0]), 3  # no picture of class 2


@exercise(
    answers,
    edges=(ONE_IS_MISSING,),
    hints=(
        "Start with np.zeros((k, k)), go through the pairs of y and said, and add 1 in "
        "row y, column said.",
        "Without a loop: np.add.at(C, (y, said), 1) adds for every pair. C[y, said] "
        "+= 1 does not: it adds once for pairs that come twice.",
    ),
)
def confusion(y, said, k):
    C = np.zeros((k, k), dtype=int)
    np.add.at(C, (y, said), 1)
    return C


@confusion.mistake(
    "Rows and columns have changed places: a row is what the picture shows, a column "
    "what was said."
)
def _(y, said, k):
    C = np.zeros((k, k), dtype=int)
    np.add.at(C, (said, y), 1)
    return C


@confusion.mistake(
    "C[y, said] += 1 adds 1 once to each place, however often the pair comes. "
    "np.add.at adds every time, as does a loop."
)
def _(y, said, k):
    C = np.zeros((k, k), dtype=int)
    C[y, said] += 1
    return C


@confusion.mistake("Those are shares of all pictures. Asked for are counts.")
def _(y, said, k):
    C = np.zeros((k, k))
    np.add.at(C, (y, said), 1)
    return C / len(y)


@confusion.mistake("Those are shares of each row. Asked for are counts.")
def _(y, said, k):
    C = np.zeros((k, k))
    np.add.at(C, (y, said), 1)
    return C / np.sum(C, axis=1, keepdims=True)


@confusion.mistake(
    "Only the mistakes are counted: the diagonal, where the answer was right, is part "
    "of the table."
)
def _(y, said, k):
    C = np.zeros((k, k), dtype=int)
    np.add.at(C, (y, said), y != said)
    return C


@confusion.mistake(
    "Only the right answers are counted, (k,). The table has a row and a column for "
    "each class."
)
def _(y, said, k):
    return np.bincount(y[y == said], minlength=k)


@confusion.mistake(
    "You counted the classes from 1. They are numbered from 0, so y and said are "
    "places already, without - 1."
)
def _(y, said, k):
    table = np.zeros((k, k), dtype=int)
    for a, b in zip(y, said, strict=True):
        table[a - 1, b - 1] += 1
    return table


# -- what excites an output ------------------------------------------------------------


def one_network(rng):
    d, h, k = (int(size) for size in rng.permutation([3, 4, 5, 6, 7])[:3])
    x, W1, b1 = rng.normal(size=d), rng.normal(size=(d, h)), rng.normal(size=h)
    return x, W1, b1, rng.normal(size=(h, k)), int(rng.integers(k))


@exercise(
    one_network,
    hints=(
        "The score is sum over u of relu(z_u) W2[u, j]. Its slope with respect to relu "
        "of unit u is W2[u, j]: column j of W2, (h,).",
        "Through ReLU: only the units with z_u > 0 let it pass. Through the weights: "
        "W1 @ (...) gives (d,).",
    ),
)
def excited(x, W1, b1, W2, j):
    z = x @ W1 + b1
    return W1 @ (W2[:, j] * (z > 0))


@excited.mistake(
    "Every unit lets the slope pass in yours. A unit that ReLU cut to 0 does not: "
    "multiply by (z > 0)."
)
def _(x, W1, b1, W2, j):
    return W1 @ W2[:, j]


@excited.mistake(
    "You multiplied by what the units said, relu(z). Its slope is 1 or 0: (z > 0)."
)
def _(x, W1, b1, W2, j):
    z = x @ W1 + b1
    return W1 @ (W2[:, j] * np.maximum(0, z))


@excited.mistake(
    "W2[j] is row j, the weights of one hidden unit. Output j has column j: W2[:, j]."
)
def _(x, W1, b1, W2, j):
    z = x @ W1 + b1
    return W1 @ (W2[j] * (z > 0))


@excited.mistake(
    "Those are the slopes of all outputs added up. Asked for is output j alone."
)
def _(x, W1, b1, W2, j):
    z = x @ W1 + b1
    return W1 @ (np.sum(W2, axis=1) * (z > 0))


@excited.mistake("You give a slope for every output, (d, k): take column j of W2 only.")
def _(x, W1, b1, W2, j):
    z = x @ W1 + b1
    return W1 @ (W2 * (z > 0)[:, None])


@excited.mistake(
    "The units that pass are told by x W1 alone in yours: the bias belongs to z as "
    "well."
)
def _(x, W1, b1, W2, j):
    z = x @ W1
    return W1 @ (W2[:, j] * (z > 0))


@excited.mistake(
    "That is the score of output j itself. Asked for is its slope with respect to each "
    "entry of x, (d,)."
)
def _(x, W1, b1, W2, j):
    return np.maximum(0, x @ W1 + b1) @ W2[:, j]


@excited.mistake("The sign is turned: this picture would make the score of j fall.")
def _(x, W1, b1, W2, j):
    z = x @ W1 + b1
    return -W1 @ (W2[:, j] * (z > 0))
