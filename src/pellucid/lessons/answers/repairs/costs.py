"""Two costs that were written wrongly."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def pixels_and_classes(rng):
    n, d, k = int(rng.integers(1, 7)), int(rng.integers(2, 5)), int(rng.integers(2, 6))
    W, b = rng.normal(size=(d, k)), rng.normal(size=k)
    return W, b, rng.normal(size=(n, d)), rng.integers(0, k, size=n)


@exercise(
    pixels_and_classes,
    hints=(
        "One softmax makes probabilities of outputs; a softmax of these flattens them.",
        "Take log(sum(exp(Z))) - Z[true class] from Z itself.",
        "Subtract each row's largest output from Z first: then exp does not overflow.",
    ),
    edges=(
        (100 * np.eye(3), np.zeros(3), np.array([[9.0, 8.0, 7.0]]), np.array([1])),
        (100 * np.eye(3), np.zeros(3), np.array([[9.0, 1.0, 0.0]]), np.array([2])),
    ),
    start="""
    import numpy as np


    def softmax(Z):
        E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
        return E / np.sum(E, axis=1, keepdims=True)


    def class_cost(W, b, X, y):
        P = softmax(X @ W + b)
        Q = softmax(P)
        return -np.mean(np.log(Q[np.arange(len(y)), y]))
    """,
)
def class_cost(W, b, X, y):
    Z = X @ W + b
    Z = Z - np.max(Z, axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(log_sums - Z[np.arange(len(y)), y])


@class_cost.mistake(
    "There are still two softmaxes: the second takes the probabilities, numbers from 0 "
    "to 1, for outputs, and can never be sure of anything."
)
def _(W, b, X, y):
    Z = X @ W + b
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    Q = np.exp(P) / np.sum(np.exp(P), axis=1, keepdims=True)
    return -np.mean(np.log(Q[np.arange(len(y)), y]))


@class_cost.mistake(
    "One softmax, well. But a probability that rounds to 0 has the logarithm -inf: an "
    "output far from the largest costs infinitely much. Take log(sum(exp(Z))) - Z[y]."
)
def _(W, b, X, y):
    Z = X @ W + b
    E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    P = E / np.sum(E, axis=1, keepdims=True)
    return -np.mean(np.log(P[np.arange(len(y)), y]))


@class_cost.mistake(
    "One softmax, but exp overflows for outputs of 900: subtract each row's largest "
    "output first."
)
def _(W, b, X, y):
    Z = X @ W + b
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(log_sums - Z[np.arange(len(y)), y])


@class_cost.mistake(
    "One softmax, but exp overflows for outputs of 900, and inf / inf is nan. Subtract "
    "each row's largest output first, and do not form the probabilities."
)
def _(W, b, X, y):
    E = np.exp(X @ W + b)
    P = E / np.sum(E, axis=1, keepdims=True)
    return -np.mean(np.log(P[np.arange(len(y)), y]))


@class_cost.mistake(
    "You took both softmaxes away: then there are no probabilities, and the cost has "
    "no lowest point. One belongs there."
)
def _(W, b, X, y):
    return -np.mean((X @ W + b)[np.arange(len(y)), y])


@class_cost.mistake(
    "The softmax runs down the columns: it must share out each row's probability "
    "among the classes, along axis 1."
)
def _(W, b, X, y):
    Z = X @ W + b
    Z = Z - np.max(Z, axis=0)
    log_sums = np.log(np.sum(np.exp(Z), axis=0))
    return np.mean((log_sums - Z)[np.arange(len(y)), y])


@class_cost.mistake(
    "That is a sigmoid for each class, as for events that may happen together. Here "
    "exactly one class is true: softmax."
)
def _(W, b, X, y):
    p = 1 / (1 + np.exp(-(X @ W + b)))
    return -np.mean(np.log(p[np.arange(len(y)), y]))


@class_cost.mistake("That is the sum over the rows; the cost is their mean.")
def _(W, b, X, y):
    Z = X @ W + b
    Z = Z - np.max(Z, axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.sum(log_sums - Z[np.arange(len(y)), y])


@class_cost.mistake(
    "Z[:, y] takes, from every row, the columns of all rows: (n, n). Z[np.arange(n), "
    "y] takes one output a row."
)
def _(W, b, X, y):
    Z = X @ W + b
    Z = Z - np.max(Z, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(Z), axis=1, keepdims=True)) - Z[:, y])


def rows_and_column(rng):
    n, d = int(rng.integers(2, 9)), int(rng.integers(1, 5))
    return rng.normal(size=d), rng.normal(), rng.normal(size=(n, d)), (
        3 * rng.normal(size=(n, 1)) + 1
    )  # fmt: skip


@exercise(
    rows_and_column,
    hints=(
        "X @ w + b has the shape (n,), y the shape (n, 1). What is their difference?",
        "Give both one shape: y[:, 0] is (n,).",
    ),
    edges=((np.array([2.0]), 1.0, np.array([[3.0]]), np.array([[5.0]])),),
    start="""
    import numpy as np


    def squared_cost(w, b, X, y):
        return np.mean((X @ w + b - y) ** 2)
    """,
)
def squared_cost(w, b, X, y):
    return np.mean((X @ w + b - y[:, 0]) ** 2)


@squared_cost.mistake(
    "It still compares all pairs: (n,) minus (n, 1) is (n, n), every prediction "
    "with every target. Give both one shape first."
)
def _(w, b, X, y):
    return np.mean(np.square(X @ w + b - y))


@squared_cost.mistake(
    "y[0] is the first row alone: each prediction is held against the same target. "
    "Take the column, y[:, 0]."
)
def _(w, b, X, y):
    return np.mean((X @ w + b - y[0]) ** 2)


@squared_cost.mistake(
    "You held each prediction against the mean target. Each row has its own."
)
def _(w, b, X, y):
    return np.mean((X @ w + b - np.mean(y)) ** 2)


@squared_cost.mistake(
    "The shapes fit, but you took the mean before the square: the differences cancel."
)
def _(w, b, X, y):
    return np.mean(X @ w + b - y[:, 0]) ** 2


@squared_cost.mistake(
    "The shapes fit, but that is the sum over the rows, not the mean."
)
def _(w, b, X, y):
    return np.sum((X @ w + b - y[:, 0]) ** 2)


@squared_cost.mistake(
    "The shapes fit, but the root was not asked for: the cost is the mean squared "
    "error."
)
def _(w, b, X, y):
    return np.sqrt(np.mean((X @ w + b - y[:, 0]) ** 2))


@squared_cost.mistake(
    "Sorting pairs small predictions with small targets, whoever they belong to: keep "
    "the rows as they are."
)
def _(w, b, X, y):
    return np.mean((np.sort(X @ w + b) - np.sort(y[:, 0])) ** 2)


@squared_cost.mistake("The shapes fit, but the intercept b is gone.")
def _(w, b, X, y):
    return np.mean((X @ w - y[:, 0]) ** 2)
