"""What a fit leaves, and what it is worth on its rows and on others."""

import numpy as np

from pellucid.lessons.answers.judging.inputs import (
    table,
    table_and_new,
    targets_outputs_and_features,
)
from pellucid.lessons.exercises.exercise import exercise

# -- what is left ---------------------------------------------------------------------


@exercise(
    table,
    hints=(
        "The best weights solve X'X w = X'y, as in the last lesson.",
        "A residual is what was observed less what was predicted.",
    ),
)
def residuals(X, y):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    return y - X @ w


@residuals.mistake(
    "The sign is turned: a patient who fares worse than predicted has a positive "
    "residual, observed less predicted."
)
def _(X, y):
    return X @ np.linalg.solve(X.T @ X, X.T @ y) - y


@residuals.mistake(
    "Those are the predictions. The residuals are what y has beyond them."
)
def _(X, y):
    return X @ np.linalg.solve(X.T @ X, X.T @ y)


@residuals.mistake(
    "Those are what the mean leaves, without any feature: fit the weights first."
)
def _(X, y):
    return y - np.mean(y)


@residuals.mistake(
    "You squared them. A picture of residuals needs their signs: leave them as they "
    "are."
)
def _(X, y):
    return (y - X @ np.linalg.solve(X.T @ X, X.T @ y)) ** 2


@residuals.mistake("Absolute values have lost the signs, in which a curve would show.")
def _(X, y):
    return np.abs(y - X @ np.linalg.solve(X.T @ X, X.T @ y))


@residuals.mistake(
    "The fit has no intercept: X has its column of ones already, keep it."
)
def _(X, y):
    X = X[:, 1:]
    return y - X @ np.linalg.solve(X.T @ X, X.T @ y)


@residuals.mistake(
    "Those are the weights. Two steps are left: the predictions X w, and y less these."
)
def _(X, y):
    return np.linalg.solve(X.T @ X, X.T @ y)


# -- a fine for columns ---------------------------------------------------------------


@exercise(
    targets_outputs_and_features,
    hints=(
        "Start with r2 and replace both sums by variances: SSE / (n - d - 1) above, "
        "SST / (n - 1) below.",
        "n is len(y); the 1 after d stands for the intercept.",
    ),
)
def adjusted_r2(y, output, d):
    n = len(y)
    error = np.sum((y - output) ** 2) / (n - d - 1)
    total = np.sum((y - np.mean(y)) ** 2) / (n - 1)
    return 1 - error / total


@adjusted_r2.mistake(
    "That is r2 itself: it has no fine for columns. Divide each sum by its degrees of "
    "freedom."
)
def _(y, output, d):
    return 1 - np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)


@adjusted_r2.mistake(
    "You counted d weights. The intercept is estimated too, so n - d - 1 degrees of "
    "freedom are left for the errors."
)
def _(y, output, d):
    n = len(y)
    error = np.sum((y - output) ** 2) / (n - d)
    return 1 - error / (np.sum((y - np.mean(y)) ** 2) / (n - 1))


@adjusted_r2.mistake(
    "The total is divided by n. One degree of freedom went into the mean of y: n - 1."
)
def _(y, output, d):
    n = len(y)
    error = np.sum((y - output) ** 2) / (n - d - 1)
    return 1 - error / np.var(y)


@adjusted_r2.mistake(
    "Only the errors were divided, the total is still a sum: divide it by n - 1."
)
def _(y, output, d):
    error = np.sum((y - output) ** 2) / (len(y) - d - 1)
    return 1 - error / np.sum((y - np.mean(y)) ** 2)


@adjusted_r2.mistake(
    "The fine works the wrong way: with (n - d - 1) / (n - 1) more columns make the "
    "figure larger."
)
def _(y, output, d):
    n = len(y)
    share = np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)
    return 1 - share * (n - d - 1) / (n - 1)


@adjusted_r2.mistake(
    "You scaled r2. It is the share that is *not* explained which is divided by its "
    "degrees of freedom."
)
def _(y, output, d):
    n = len(y)
    share = np.sum((y - output) ** 2) / np.sum((y - np.mean(y)) ** 2)
    return (1 - share) * (n - 1) / (n - d - 1)


@adjusted_r2.mistake("That is the share which is left unexplained: take it from 1.")
def _(y, output, d):
    n = len(y)
    error = np.sum((y - output) ** 2) / (n - d - 1)
    return error / (np.sum((y - np.mean(y)) ** 2) / (n - 1))


# -- rows that the fit has not seen ---------------------------------------------------


@exercise(
    table_and_new,
    hints=(
        "The weights come from X and y alone.",
        "Predict X_new @ w, then r2 with y_new: both sums run over the new rows.",
    ),
)
def r2_on_new_rows(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    sse = np.sum((y_new - X_new @ w) ** 2)
    sst = np.sum((y_new - np.mean(y_new)) ** 2)
    return 1 - sse / sst


@r2_on_new_rows.mistake(
    "That is r2 on the rows that were learned from: the figure that flatters. Predict "
    "X_new and compare with y_new."
)
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    return 1 - np.sum((y - X @ w) ** 2) / np.sum((y - np.mean(y)) ** 2)


@r2_on_new_rows.mistake(
    "The weights were learned from the new rows, so these are not new to them. Learn "
    "from X and y."
)
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X_new.T @ X_new, X_new.T @ y_new)
    sse = np.sum((y_new - X_new @ w) ** 2)
    return 1 - sse / np.sum((y_new - np.mean(y_new)) ** 2)


@r2_on_new_rows.mistake(
    "The rival predicts the mean of the old rows. Here, as in scikit-learn, it is the "
    "mean of y_new."
)
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    return 1 - np.sum((y_new - X_new @ w) ** 2) / np.sum((y_new - np.mean(y)) ** 2)


@r2_on_new_rows.mistake(
    "That is the square of the correlation. It cannot be negative, and does not notice "
    "that all predictions are too high."
)
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    return np.corrcoef(y_new, X_new @ w)[0, 1] ** 2


@r2_on_new_rows.mistake(
    "You cut it off at 0. A negative r2 is no error: the fit is worse than the mean, "
    "and that is what we want to know."
)
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    sse = np.sum((y_new - X_new @ w) ** 2)
    return max(0.0, 1 - sse / np.sum((y_new - np.mean(y_new)) ** 2))


@r2_on_new_rows.mistake(
    "The squared errors of the new rows are compared with the spread of the old ones: "
    "both sums must run over the same rows."
)
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    return 1 - np.sum((y_new - X_new @ w) ** 2) / np.sum((y - np.mean(y)) ** 2)


@r2_on_new_rows.mistake("That is the mean squared error; r2 compares it with the mean.")
def _(X, y, X_new, y_new):
    w = np.linalg.solve(X.T @ X, X.T @ y)
    return np.mean((y_new - X_new @ w) ** 2)
