"""The weights of least cost, curves, and predictions for new rows."""

import numpy as np

from pellucid.lessons.answers.plane.inputs import (
    numbers_and_degree,
    table,
    table_and_new_rows,
)
from pellucid.lessons.answers.seeing import inverts
from pellucid.lessons.exercises.exercise import exercise

# -- the normal equations -------------------------------------------------------------


@exercise(
    table,
    hints=(
        "Write down the matrix X'X, of shape (d, d), and the vector X'y, of shape "
        "(d,).",
        "np.linalg.solve(A, b) gives the w with A @ w = b.",
    ),
)
def best_weights(X, y):
    return np.linalg.solve(X.T @ X, X.T @ y)


@best_weights.mistake(
    "You invert a matrix. Nobody needs the inverse: it takes three times the work of "
    "solving the equations, and what it gives satisfies them less exactly. Let "
    "np.linalg.solve(A, b) solve A w = b.",
    seen=inverts,
)
def _(X, y):
    return np.linalg.inv(X.T @ X) @ X.T @ y


@best_weights.mistake(
    "You took each column alone, as if no other were there. That is right only when "
    "the columns are orthogonal; X'X has the products between columns as well."
)
def _(X, y):
    return X.T @ y / np.sum(X**2, axis=0)


@best_weights.mistake(
    "np.linalg.lstsq gives four things: the weights, the squared errors, the rank, and "
    "the singular values. Return the first."
)
def _(X, y):
    return np.linalg.lstsq(X, y)


@best_weights.mistake(
    "Without its mean, y is another target, and the intercept is lost. The column of "
    "ones takes care of the mean: use y as it is."
)
def _(X, y):
    return np.linalg.solve(X.T @ X, X.T @ (y - np.mean(y)))


@best_weights.mistake(
    "X has more rows than columns, so X w = y has no solution, and solve refuses. "
    "Multiply both sides by the transposed X first."
)
def _(X, y):
    return np.linalg.solve(X, y)


@best_weights.mistake(
    "The right-hand side is y itself, with one entry a row. It is X'y, with one a "
    "weight."
)
def _(X, y):
    return np.linalg.solve(X.T @ X, y)


@best_weights.mistake(
    "X X' is n by n: the products between rows. The normal equations have the products "
    "between columns, X'X."
)
def _(X, y):
    return np.linalg.solve(X @ X.T, X @ y)


@best_weights.mistake(
    "That is X'y: how each column goes along with y. Now solve X'X w = X'y for w."
)
def _(X, y):
    return X.T @ y


@best_weights.mistake(
    "The inverse of X'X is missing: you multiplied by X'X, where it is to be undone."
)
def _(X, y):
    return X.T @ X @ (X.T @ y)


@best_weights.mistake(
    "`** -1` turns each number of the matrix over. The inverse of a matrix is another "
    "thing: np.linalg.inv, or better np.linalg.solve."
)
def _(X, y):
    return (X.T @ X) ** -1.0 @ (X.T @ y)


# -- a curve is a plane ---------------------------------------------------------------


@exercise(
    numbers_and_degree,
    hints=(
        "One column for each power from 0 up to and including the degree.",
        "x**0 is the column of ones; np.column_stack puts columns side by side.",
    ),
)
def powers(x, degree):
    return np.column_stack([x**k for k in range(degree + 1)])


@powers.mistake(
    "The highest power is missing: range(degree) stops before the degree. One more."
)
def _(x, degree):
    return np.column_stack([x**k for k in range(degree)])


@powers.mistake(
    "The column of ones is missing, and with it the intercept: start at the power 0."
)
def _(x, degree):
    return np.column_stack([x**k for k in range(1, degree + 1)])


@powers.mistake(
    "The powers fall from left to right, as np.vander has them by itself. Here they "
    "rise: ones first."
)
def _(x, degree):
    return np.vander(x, degree + 1)


@powers.mistake(
    "Those are multiples of x. They lie on a line with x and add nothing to it: take "
    "powers, x**k."
)
def _(x, degree):
    return np.column_stack([np.ones(len(x)), *(x * k for k in range(1, degree + 1))])


@powers.mistake(
    "The table lies on its side: each power is to be a column, so the shape is "
    "(n, degree + 1)."
)
def _(x, degree):
    return np.array([x**k for k in range(degree + 1)])


@powers.mistake(
    "Those are powers of the degree, k**x: the base and the exponent have changed "
    "places."
)
def _(x, degree):
    return np.column_stack([float(k) ** x for k in range(degree + 1)])


@powers.mistake(
    "Only the highest power is there, beside the ones. A polynomial has all powers up "
    "to the degree."
)
def _(x, degree):
    return np.column_stack([np.ones(len(x)), x**degree])


# -- the whole ------------------------------------------------------------------------


@exercise(
    table_and_new_rows,
    hints=(
        "Three steps: a column of ones beside X, the weights, the predictions.",
        "The new rows need a column of ones too, and no other preparation.",
    ),
)
def fit_and_predict(X, y, X_new):
    A = np.column_stack([np.ones(len(X)), X])
    w = np.linalg.solve(A.T @ A, A.T @ y)
    return np.column_stack([np.ones(len(X_new)), X_new]) @ w


@fit_and_predict.mistake(
    "There is no intercept: the plane was forced through the origin. Put a column of "
    "ones beside both tables."
)
def _(X, y, X_new):
    return X_new @ np.linalg.solve(X.T @ X, X.T @ y)


@fit_and_predict.mistake(
    "Those are the predictions for the rows that were learned from. Asked are those of "
    "X_new."
)
def _(X, y, X_new):
    A = np.column_stack([np.ones(len(X)), X])
    return A @ np.linalg.solve(A.T @ A, A.T @ y)


@fit_and_predict.mistake(
    "The fit has an intercept, but it was not added to the predictions: the new rows "
    "need the column of ones as well."
)
def _(X, y, X_new):
    A = np.column_stack([np.ones(len(X)), X])
    return X_new @ np.linalg.solve(A.T @ A, A.T @ y)[1:]


@fit_and_predict.mistake(
    "The ones stand first in one table and last in the other, so the weights meet the "
    "wrong columns. Prepare both tables in the same way."
)
def _(X, y, X_new):
    A = np.column_stack([np.ones(len(X)), X])
    w = np.linalg.solve(A.T @ A, A.T @ y)
    return np.column_stack([X_new, np.ones(len(X_new))]) @ w


@fit_and_predict.mistake(
    "You took the means of the new rows from the new rows. What was subtracted before "
    "learning must be subtracted again, with the same means: those of X."
)
def _(X, y, X_new):
    A = X - X.mean(axis=0)
    w = np.linalg.solve(A.T @ A, A.T @ (y - y.mean()))
    return (X_new - X_new.mean(axis=0)) @ w + y.mean()


@fit_and_predict.mistake(
    "Those are the weights. One step is left: the predictions for X_new."
)
def _(X, y, X_new):
    A = np.column_stack([np.ones(len(X)), X])
    return np.linalg.solve(A.T @ A, A.T @ y)
