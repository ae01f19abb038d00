"""Deep networks: softmax, its cost and its slope."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise

# Two rows that are far from 0, on either side.
FAR = np.array([[1000.0, 999, 998], [-1000, -1001, -1003]])
# A row whose second class has a probability that rounds to 0.
SURE = np.array([[1000.0, 0.0, 3.0]])


def scores(rng):
    n, k = (int(size) for size in rng.permutation([2, 3, 4, 5, 6])[:2])
    return (rng.normal(size=(n, k)) * 2,)


def labelled(rng):
    (Z,) = scores(rng)
    n, k = Z.shape
    return Z, rng.permutation(np.arange(n) % k)


# -- softmax ---------------------------------------------------------------------------


@exercise(
    scores,
    edges=((FAR,),),
    hints=(
        "exp(z) / sum of exp(z) within each row: sum along axis 1, with keepdims=True, "
        "so that (n, 1) divides (n, k).",
        "exp(1000) overflows. Softmax does not change when the same number is taken "
        "from a whole row: take away the largest of that row first.",
    ),
)
def softmax(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


@softmax.mistake(
    "Right on paper, but exp(1000) overflows and gives nan (and exp(-1000) is 0, which "
    "leaves 0/0). Take the largest score of each row from the row first."
)
def _(Z):
    E = np.exp(Z)
    return E / np.sum(E, axis=1, keepdims=True)


@softmax.mistake(
    "You took the largest score of the whole table away: a row far below it still "
    "comes to 0/0. Each row needs its own largest: axis=1."
)
def _(Z):
    E = np.exp(Z - np.max(Z))
    return E / np.sum(E, axis=1, keepdims=True)


@softmax.mistake(
    "The columns add up to 1. A row is a picture, and its probabilities are to add up "
    "to 1: sum along axis 1."
)
def _(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=0)


@softmax.mistake(
    "The largest score and the sum both run down the columns, so each class adds up to "
    "1 over the pictures. Each picture is a row: axis=1, for both."
)
def _(Z):
    E = np.exp(Z - np.max(Z, axis=0))
    return E / np.sum(E, axis=0)


@softmax.mistake(
    "The whole table adds up to 1. Each row is to add up to 1: sum along axis 1."
)
def _(Z):
    E = np.exp(Z - np.max(Z))
    return E / np.sum(E)


@softmax.mistake(
    "That is the sigmoid of each score by itself: the rows do not add up to 1. Divide "
    "by the sum over the classes."
)
def _(Z):
    return 0.5 * (1 + np.tanh(Z / 2))


@softmax.mistake(
    "You gave all of it to the largest score. Softmax is soft: the others get a share, "
    "by exp."
)
def _(Z):
    return np.eye(Z.shape[1])[np.argmax(Z, axis=1)]


@softmax.mistake(
    "The sums are (n,) and do not fit (n, k): keepdims=True leaves them (n, 1), a "
    "column beside the rows."
)
def _(Z):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1)


@softmax.mistake(
    "The exponential is missing: scores may be negative, shares may not. Take exp "
    "first."
)
def _(Z):
    return Z / np.sum(Z, axis=1, keepdims=True)


# -- cross-entropy ---------------------------------------------------------------------


@exercise(
    labelled,
    edges=((FAR, np.array([2, 0])), (SURE, np.array([1]))),
    hints=(
        "log p of the right class is z_y - log(sum of exp(z)), so the loss of a row is "
        "log(sum of exp(z)) - z_y. Z[np.arange(n), y] takes z_y from each row.",
        "For the log of the sum take away the largest score m of the row, and put it "
        "back: m + log(sum of exp(z - m)).",
    ),
)
def cross_entropy(Z, y):
    m = np.max(Z, axis=1)
    log_sum = m + np.log(np.sum(np.exp(Z - m[:, None]), axis=1))  # (n,)
    return np.mean(log_sum - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "exp(1000) overflows. Take the largest score of the row away inside exp, and add "
    "it again outside the log."
)
def _(Z, y):
    log_sum = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(log_sum - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "You take the log of a softmax: where a probability rounds to 0, log 0 is minus "
    "infinity. Write the log by the scores: log(sum of exp(z)) - z_y."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return -np.mean(np.log(P[np.arange(len(y)), y]))


@cross_entropy.mistake("You added the rows up. The cost is their mean: divide by n.")
def _(Z, y):
    m = np.max(Z, axis=1)
    log_sum = m + np.log(np.sum(np.exp(Z - m[:, None]), axis=1))
    return np.sum(log_sum - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "The sign is turned: log p is negative, and a cost is minus log p, so positive."
)
def _(Z, y):
    m = np.max(Z, axis=1)
    log_sum = m + np.log(np.sum(np.exp(Z - m[:, None]), axis=1))
    return np.mean(Z[np.arange(len(y)), y] - log_sum)


@cross_entropy.mistake(
    "You divided by n times k. There is one loss a row, that of its right class: "
    "divide by n."
)
def _(Z, y):
    m = np.max(Z, axis=1)
    log_sum = m + np.log(np.sum(np.exp(Z - m[:, None]), axis=1))
    return np.sum(log_sum - Z[np.arange(len(y)), y]) / Z.size


@cross_entropy.mistake(
    "Z[:, y] takes, from every row, the columns of all rows: (n, n). Z[np.arange(n), "
    "y] takes one entry a row."
)
def _(Z, y):
    m = np.max(Z, axis=1)
    log_sum = m + np.log(np.sum(np.exp(Z - m[:, None]), axis=1))
    return np.mean(log_sum[:, None] - Z[:, y])


@cross_entropy.mistake(
    "The largest score was taken away inside exp and never put back: add it after the "
    "log."
)
def _(Z, y):
    m = np.max(Z, axis=1)
    log_sum = np.log(np.sum(np.exp(Z - m[:, None]), axis=1))
    return np.mean(log_sum - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "That is the mean of 1 - p. The cost is the mean of -log p, which grows without "
    "end as p goes to 0."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return np.mean(1 - P[np.arange(len(y)), y])


@cross_entropy.mistake(
    "You took the log of the mean probability. Take -log of each row's, then the mean."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return -np.log(np.mean(P[np.arange(len(y)), y]))


@cross_entropy.mistake(
    "The scores went into the log as they are: the softmax, which makes probabilities"
    " of them, is missing."
)
def _(Z, y):
    return -np.mean(np.log(Z[np.arange(len(y)), y]))


# -- its slope -------------------------------------------------------------------------


@exercise(
    labelled,
    edges=((FAR, np.array([2, 0])),),
    hints=(
        "The derivative of log(sum of exp(z)) with respect to z_j is the softmax p_j; "
        "that of z_y is 1 for j = y and 0 for the others.",
        "So take the softmax P, subtract 1 at the right class of each row "
        "(P[np.arange(n), y] -= 1), and divide by n.",
    ),
)
def softmax_error(Z, y):
    n = len(y)
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    P[np.arange(n), y] -= 1
    return P / n


@softmax_error.mistake("The 1/n is missing: the cost is a mean over the rows.")
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    return P


@softmax_error.mistake(
    "The sign is turned: P minus the one-hot table, what was said minus what was right."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return (np.eye(Z.shape[1])[y] - P) / len(y)


@softmax_error.mistake(
    "1 was subtracted from every class. Only the right class of each row has it."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return (P - 1) / len(y)


@softmax_error.mistake(
    "P[:, y] -= 1 changes whole columns, in every row. P[np.arange(n), y] is one "
    "entry a row."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    P[:, y] -= 1
    return P / len(y)


@softmax_error.mistake(
    "Only the right class has a slope in yours. The others share the sum in softmax: "
    "raise one of them, and p of the right class falls. Their slope is p."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return (P - 1) * np.eye(Z.shape[1])[y] / len(y)


@softmax_error.mistake(
    "p (1 - p) is there once too often: with the cross-entropy it cancels, as it did "
    "with the sigmoid and the log loss."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return (P - np.eye(Z.shape[1])[y]) * P * (1 - P) / len(y)


@softmax_error.mistake(
    "You subtracted the number of the class, 0 to k - 1, which is a name and no "
    "amount. Subtract the one-hot table: 1 at the right class, 0 elsewhere."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return (P - y[:, None]) / len(y)


@softmax_error.mistake(
    "You divided the probabilities by n and took a whole 1 off then. Take the 1 off "
    "first, and divide all by n."
)
def _(Z, y):
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True) / len(y)
    P[np.arange(len(y)), y] -= 1
    return P


@softmax_error.mistake(
    "You took 1 off the scores. The slope is made of probabilities: softmax first."
)
def _(Z, y):
    return (Z - np.eye(Z.shape[1])[y]) / len(y)
