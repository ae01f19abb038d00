"""From a table to the cost of its weights, and to the gradient of that."""

import numpy as np

from pellucid.lessons.answers.plane.inputs import (
    bordered_and_weights,
    features_alone,
    weights_and_table,
)
from pellucid.lessons.exercises.exercise import exercise

# -- a column of ones -----------------------------------------------------------------


@exercise(
    features_alone,
    hints=(
        "A column has as many entries as X has rows: np.ones(len(X)).",
        "np.column_stack takes a list of columns and tables.",
    ),
)
def with_ones(X):
    return np.column_stack([np.ones(len(X)), X])


@with_ones.mistake(
    "The ones are the last column. That works as well, but then the intercept is the "
    "last weight; here it is to be the first, w[0]."
)
def _(X):
    return np.column_stack([X, np.ones(len(X))])


@with_ones.mistake(
    "That is a column of zeros: its weight would be multiplied by 0 and have no say."
)
def _(X):
    return np.column_stack([np.zeros(len(X)), X])


@with_ones.mistake(
    "You added a row, another patient whose every measurement is 1. The intercept "
    "needs a column: one entry for each patient."
)
def _(X):
    return np.vstack([np.ones(X.shape[1]), X])


@with_ones.mistake(
    "1 was added to every number. The column of ones stands beside the features, which "
    "stay as they are."
)
def _(X):
    return X + 1


@with_ones.mistake(
    "There are as many columns of ones as there are features. One is enough: all of "
    "them would say the same."
)
def _(X):
    return np.hstack([np.ones_like(X), X])


@with_ones.mistake(
    "The table lies on its side: rows are patients and columns are measurements, so "
    "the result has the shape (n, 1 + d)."
)
def _(X):
    return np.vstack([np.ones(len(X)), X.T])


@with_ones.mistake("The column of ones has replaced the first feature: keep both.")
def _(X):
    X[:, 0] = 1
    return X


# -- all predictions at once ----------------------------------------------------------


@exercise(
    bordered_and_weights,
    hints=(
        "Each prediction is the sum of a row's entries, each times its weight.",
        "The product of a matrix and a vector does that for all rows: @.",
    ),
)
def predictions(X, w):
    return X @ w


@predictions.mistake(
    "Each entry is multiplied by its weight, but they are not added up: a prediction "
    "is one number a row. @ multiplies and adds."
)
def _(X, w):
    return X * w


@predictions.mistake(
    "You added up the columns, over all patients. Each patient's prediction is the sum "
    "along the row: axis=1, or @."
)
def _(X, w):
    return np.sum(X * w, axis=0)


@predictions.mistake(
    "That is the sum over all patients as well: one number. Keep one for each row."
)
def _(X, w):
    return np.sum(X * w)


@predictions.mistake(
    "The intercept is missing: the column of ones is part of X, and w[0] of w."
)
def _(X, w):
    return X[:, 1:] @ w[1:]


@predictions.mistake(
    "The intercept is counted twice: the column of ones times w[0] brings it already."
)
def _(X, w):
    return X @ w + w[0]


@predictions.mistake(
    "The values are right, as a column of shape (n, 1). Beside y of shape (n,) NumPy "
    "would make a table of n by n of them. Leave w as it is."
)
def _(X, w):
    return X @ w[:, None]


@predictions.mistake(
    "The values are right, but in a Python list. X @ w gives an array, and without a "
    "loop."
)
def _(X, w):
    return [row @ w for row in X]


# -- the cost -------------------------------------------------------------------------


@exercise(
    weights_and_table,
    hints=(
        "The errors are an array of shape (n,): X @ w - y.",
        "np.mean of their squares.",
    ),
)
def cost(w, X, y):
    return np.mean((X @ w - y) ** 2)


@cost.mistake(
    "That is the sum of the squares. Here J is their mean: divide by the number of "
    "rows."
)
def _(w, X, y):
    return np.sum((X @ w - y) ** 2)


@cost.mistake("That is half of J. Some books have a 1/2 in front; this J has none.")
def _(w, X, y):
    return np.mean((X @ w - y) ** 2) / 2


@cost.mistake(
    "You divided by the number of weights, d + 1. The mean is over the rows: there are "
    "len(y) errors."
)
def _(w, X, y):
    return np.sum((X @ w - y) ** 2) / len(w)


@cost.mistake(
    "A column of shape (n, 1) minus y of shape (n,) is a table of n by n: each "
    "prediction is compared with every patient. Both must have the shape (n,)."
)
def _(w, X, y):
    return np.mean(((X @ w)[:, None] - y) ** 2)


@cost.mistake(
    "That is the length of the vector of errors, the root of the sum. Square it and "
    "divide by n, or take the mean of the squares."
)
def _(w, X, y):
    return np.linalg.norm(X @ w - y)


@cost.mistake(
    "Positive and negative errors cancelled: the mean was taken before the square."
)
def _(w, X, y):
    return np.mean(X @ w - y) ** 2


@cost.mistake("Those are absolute errors; J squares each of them.")
def _(w, X, y):
    return np.mean(np.abs(X @ w - y))


# -- its gradient ---------------------------------------------------------------------


@exercise(
    weights_and_table,
    hints=(
        "First the errors e = X @ w - y, of shape (n,).",
        "The derivative for weight j is 2/n times the sum of e times column j of X.",
        "All columns at once: the transposed table times the errors, X.T @ e.",
    ),
)
def gradient(w, X, y):
    return 2 / len(y) * (X.T @ (X @ w - y))


@gradient.mistake("The 2 is missing: the derivative of a square is twice the inside.")
def _(w, X, y):
    return X.T @ (X @ w - y) / len(y)


@gradient.mistake(
    "The 1/n is missing: J is a mean over the rows, and so is its gradient."
)
def _(w, X, y):
    return 2 * X.T @ (X @ w - y)


@gradient.mistake(
    "The sign is wrong: that points downhill. The derivative of y - Xw with respect to "
    "w brings a minus."
)
def _(w, X, y):
    return 2 / len(y) * (X.T @ (y - X @ w))


@gradient.mistake(
    "You divided by the number of weights, where J divides by the number of rows."
)
def _(w, X, y):
    return 2 / len(w) * (X.T @ (X @ w - y))


@gradient.mistake(
    "All weights are in one mean. Each has its own derivative: add up along the rows "
    "only, and keep an array as long as w."
)
def _(w, X, y):
    return 2 * np.mean(X * (X @ w - y)[:, None])


@gradient.mistake(
    "y is missing: X'X w is the gradient of the size of the predictions. The errors "
    "are X @ w - y."
)
def _(w, X, y):
    return 2 / len(y) * (X.T @ X @ w)


@gradient.mistake(
    "Those are the errors, one a row. Each weight collects them through its column: "
    "multiply by the transposed table."
)
def _(w, X, y):
    return 2 / len(y) * (X @ w - y)


@gradient.mistake(
    "The mean of a product is not the product of the means: multiply each error by "
    "its own row of X, then take the mean."
)
def _(w, X, y):
    return 2 * X.mean(axis=0) * np.mean(X @ w - y)
