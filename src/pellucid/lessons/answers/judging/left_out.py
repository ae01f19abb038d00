"""How much a row has to say, and what is predicted for it by the others."""

import numpy as np

from pellucid.lessons.answers.judging.inputs import (
    table,
    table_alone,
    table_and_folds,
)
from pellucid.lessons.exercises.exercise import exercise

# -- leverage -------------------------------------------------------------------------


@exercise(
    table_alone,
    hints=(
        "H = X (X'X)^-1 X' turns y into the predictions; you need its diagonal.",
        "Without an inverse: np.linalg.solve(X.T @ X, X.T) is (X'X)^-1 X', of shape "
        "(d, n).",
        "Entry i of the diagonal is row i of X times column i of that: multiply X and "
        "the transposed of it, and add up along the rows.",
    ),
)
def leverages(X):
    A = np.linalg.solve(X.T @ X, X.T)
    return np.sum(X * A.T, axis=1)


@leverages.mistake(
    "That is the whole matrix H, n by n. The leverages are its diagonal, one a row."
)
def _(X):
    return X @ np.linalg.solve(X.T @ X, X.T)


@leverages.mistake(
    "That is the sum of the leverages, which is always the number of weights. Give "
    "each row its own."
)
def _(X):
    return np.trace(X @ np.linalg.solve(X.T @ X, X.T))


@leverages.mistake(
    "Those are the sums over the rows of H. With a column of ones each of them is 1: "
    "take the diagonal."
)
def _(X):
    return np.sum(X @ np.linalg.solve(X.T @ X, X.T), axis=1)


@leverages.mistake(
    "Those are the lengths of the rows, squared. The distance must be measured in the "
    "spread of the features: X'X stands between."
)
def _(X):
    return np.sum(X**2, axis=1)


@leverages.mistake(
    "You multiplied by X'X where the equations must be solved with it: the formula has "
    "its inverse."
)
def _(X):
    return np.sum(X * (X @ (X.T @ X)), axis=1)


@leverages.mistake(
    "The column of ones was left out. The distance is then from zero instead of from "
    "the means: take X as it is."
)
def _(X):
    X = X[:, 1:]
    return np.sum(X * np.linalg.solve(X.T @ X, X.T).T, axis=1)


@leverages.mistake(
    "The sum runs down the columns, one number a weight. Add up along each row: axis=1."
)
def _(X):
    return np.sum(X * np.linalg.solve(X.T @ X, X.T).T, axis=0)


@leverages.mistake(
    "Those are squared lengths as shares of their sum. A length in the spread of the "
    "features is asked, with the inverse of X'X between."
)
def _(X):
    return np.sum(X**2, axis=1) / np.sum(X**2)


# -- leaving one out ------------------------------------------------------------------


@exercise(
    table,
    hints=(
        "You have the residuals e and the leverages h already: two arrays of shape "
        "(n,).",
        "e / (1 - h).",
    ),
)
def left_out_errors(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    residual = y - X @ (A @ y)
    leverage = np.sum(X * A.T, axis=1)
    return residual / (1 - leverage)


@left_out_errors.mistake(
    "Those are the plain residuals: each row helped to fit its own prediction. Divide "
    "by 1 - h."
)
def _(X, y):
    return y - X @ np.linalg.solve(X.T @ X, X.T @ y)


@left_out_errors.mistake(
    "You multiplied by 1 - h, so the rows that pull hardest seem to fit best. Divide."
)
def _(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    return (y - X @ (A @ y)) * (1 - np.sum(X * A.T, axis=1))


@left_out_errors.mistake(
    "The root of 1 - h belongs to standardised residuals. Left-out errors divide by "
    "1 - h itself."
)
def _(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    return (y - X @ (A @ y)) / np.sqrt(1 - np.sum(X * A.T, axis=1))


@left_out_errors.mistake("You divided by h. The larger h is, the smaller is 1 - h.")
def _(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    return (y - X @ (A @ y)) / np.sum(X * A.T, axis=1)


@left_out_errors.mistake(
    "The sign is turned: an error here is observed less predicted."
)
def _(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    return (X @ (A @ y) - y) / (1 - np.sum(X * A.T, axis=1))


@left_out_errors.mistake(
    "Those are the predictions for the rows left out. Take them from y."
)
def _(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    return y - (y - X @ (A @ y)) / (1 - np.sum(X * A.T, axis=1))


@left_out_errors.mistake("You squared them; keep the signs.")
def _(X, y):
    A = np.linalg.solve(X.T @ X, X.T)
    return ((y - X @ (A @ y)) / (1 - np.sum(X * A.T, axis=1))) ** 2


# -- cross-validation -----------------------------------------------------------------


@exercise(
    table_and_folds,
    hints=(
        "held = np.arange(len(y)) % k == fold picks the rows of one fold; ~held are "
        "the others.",
        "For each fold: the weights from X[~held], y[~held], then output[held] = "
        "X[held] @ w.",
        "At the end one r2 over all rows, of y and output.",
    ),
)
def cross_validated_r2(X, y, k):
    output = np.empty(len(y))
    for fold in range(k):
        held = np.arange(len(y)) % k == fold
        A, b = X[~held], y[~held]
        output[held] = X[held] @ np.linalg.solve(A.T @ A, A.T @ b)
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@cross_validated_r2.mistake(
    "Nothing was held out: that is r2 on the rows that were learned from. Fit without "
    "the rows of the fold."
)
def _(X, y, k):
    output = X @ np.linalg.solve(X.T @ X, X.T @ y)
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@cross_validated_r2.mistake(
    "Each model has learned from the fold that it predicts. Learn from the other rows: "
    "~held."
)
def _(X, y, k):
    output = np.empty(len(y))
    for fold in range(k):
        held = np.arange(len(y)) % k == fold
        A, b = X[held], y[held]
        output[held] = A @ np.linalg.solve(A.T @ A, A.T @ b)
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@cross_validated_r2.mistake(
    "That is the mean of an r2 for each fold. Another fair figure, but a small fold "
    "makes it jump; asked is one r2 over all rows."
)
def _(X, y, k):
    found = []
    for fold in range(k):
        held = np.arange(len(y)) % k == fold
        A, b = X[~held], y[~held]
        error = y[held] - X[held] @ np.linalg.solve(A.T @ A, A.T @ b)
        found.append(1 - np.sum(error**2) / np.sum((y[held] - np.mean(y[held])) ** 2))
    return np.mean(found)


@cross_validated_r2.mistake(
    "The folds are k blocks of neighbours. Here row i belongs to fold i % k, so that "
    "rows which are sorted are spread over all folds."
)
def _(X, y, k):
    output = np.empty(len(y))
    for held in np.array_split(np.arange(len(y)), k):
        A, b = np.delete(X, held, axis=0), np.delete(y, held)
        output[held] = X[held] @ np.linalg.solve(A.T @ A, A.T @ b)
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@cross_validated_r2.mistake(
    "The last fold was never predicted: range(k) has k folds, from 0 to k - 1."
)
def _(X, y, k):
    output = np.zeros(len(y))
    for fold in range(k - 1):
        held = np.arange(len(y)) % k == fold
        A, b = X[~held], y[~held]
        output[held] = X[held] @ np.linalg.solve(A.T @ A, A.T @ b)
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@cross_validated_r2.mistake(
    "You learned from one fold and predicted all others. It is the other way round: "
    "learn from k - 1 folds, predict the one left out."
)
def _(X, y, k):
    output = np.empty(len(y))
    for fold in range(k):
        held = np.arange(len(y)) % k == fold
        A, b = X[held], y[held]
        output[~held] = X[~held] @ np.linalg.solve(A.T @ A, A.T @ b)
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@cross_validated_r2.mistake(
    "That is the mean squared error of the rows held out; r2 compares it with the mean."
)
def _(X, y, k):
    output = np.empty(len(y))
    for fold in range(k):
        held = np.arange(len(y)) % k == fold
        A, b = X[~held], y[~held]
        output[held] = X[held] @ np.linalg.solve(A.T @ A, A.T @ b)
    return np.mean((y - output) ** 2)


@cross_validated_r2.mistake(
    "You predicted the rows that were learned from, and not the fold that was held "
    "out: those are the rows to judge by."
)
def _(X, y, k):
    fold = np.arange(len(y)) % k
    out = np.zeros(len(y))
    for f in range(k):
        a = fold != f
        w = np.linalg.lstsq(X[a], y[a], rcond=None)[0]
        out[a] = X[a] @ w
    return 1 - np.sum((y - out) ** 2) / np.sum((y - y.mean()) ** 2)


@cross_validated_r2.mistake(
    "Row i went to fold i // k: k says then how many rows a fold has. Fold i % k "
    "makes k folds."
)
def _(X, y, k):
    fold = np.arange(len(y)) // k
    out = np.zeros(len(y))
    for f in range(fold[-1] + 1):
        a = fold != f
        w = np.linalg.lstsq(X[a], y[a], rcond=None)[0]
        out[~a] = X[~a] @ w
    return 1 - np.sum((y - out) ** 2) / np.sum((y - y.mean()) ** 2)
