"""Overfitting: rows are set aside, and what may be known of them."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def shuffled_table(rng):
    n, d = int(rng.integers(8, 14)), int(rng.integers(1, 4))
    X, y = rng.normal(size=(n, d)), rng.normal(size=n)
    return X, y, rng.permutation(n), int(rng.integers(1, 3)), int(rng.integers(3, 5))


@exercise(
    shuffled_table,
    hints=(
        "Cut `order` in three first: the first n_valid places, the next n_test, the "
        "rest. Nothing of X or y is needed for that.",
        "`X[places]` takes rows by their places, and `y[places]` the same rows of y.",
    ),
)
def divided(X, y, order, n_valid, n_test):
    valid = order[:n_valid]
    test = order[n_valid : n_valid + n_test]
    train = order[n_valid + n_test :]
    return X[train], y[train], X[valid], y[valid], X[test], y[test]


@divided.mistake(
    "You cut the table as it stands and never used order. Tables are often sorted, by "
    "year or by class, and then validation rows are of another kind: take the rows in "
    "the order that is given."
)
def _(X, y, order, n_valid, n_test):
    k = n_valid + n_test
    return X[k:], y[k:], X[:n_valid], y[:n_valid], X[n_valid:k], y[n_valid:k]


@divided.mistake(
    "You shuffled X, but y stayed as it was: now each row has the answer of another "
    "one. Take X and y at the same places."
)
def _(X, y, order, n_valid, n_test):
    X, k = X[order], n_valid + n_test
    return X[k:], y[k:], X[:n_valid], y[:n_valid], X[n_valid:k], y[n_valid:k]


@divided.mistake(
    "The test rows are among your training rows: whatever is learned has seen them, "
    "and the test says nothing. Training begins after n_valid + n_test rows."
)
def _(X, y, order, n_valid, n_test):
    valid, test = order[:n_valid], order[n_valid : n_valid + n_test]
    train = order[n_valid:]
    return X[train], y[train], X[valid], y[valid], X[test], y[test]


@divided.mistake(
    "Your test rows end at place n_test of order: a slice a:b ends at place b, it "
    "does not hold b entries. Their end is n_valid + n_test."
)
def _(X, y, order, n_valid, n_test):
    valid, test = order[:n_valid], order[n_valid:n_test]
    train = order[n_valid + n_test :]
    return X[train], y[train], X[valid], y[valid], X[test], y[test]


@divided.mistake(
    "Validation and test rows are exchanged: the first n_valid places of order are "
    "for validation, and validation comes before test in what is returned."
)
def _(X, y, order, n_valid, n_test):
    valid, test = order[:n_valid], order[n_valid : n_valid + n_test]
    train = order[n_valid + n_test :]
    return X[train], y[train], X[test], y[test], X[valid], y[valid]


@divided.mistake(
    "You took the training rows from the front of order. The first n_valid places are"
    " for validation, the next n_test for the test, and the rest is for training."
)
def _(X, y, order, n_valid, n_test):
    m = len(order) - n_valid - n_test
    train, valid, test = order[:m], order[m : m + n_valid], order[m + n_valid :]
    return X[train], y[train], X[valid], y[valid], X[test], y[test]


@divided.mistake(
    "You took the test rows from the end of order. They follow the validation rows at"
    " once, and the training rows come last."
)
def _(X, y, order, n_valid, n_test):
    valid, test = order[:n_valid], order[-n_test:]
    train = order[n_valid:-n_test]
    return X[train], y[train], X[valid], y[valid], X[test], y[test]


def two_tables(rng):
    n, m, d = (int(rng.integers(*ends)) for ends in ((3, 9), (2, 6), (2, 5)))
    scale = rng.uniform(0.5, 20, size=d)
    return rng.normal(size=(n, d)) * scale + 3, rng.normal(size=(m, d)) * scale + 4


@exercise(
    two_tables,
    hints=(
        "Means and deviations are of the columns: axis=0, one number a column.",
        "Both tables get the same shift and the same scale, those of the training "
        "rows.",
    ),
)
def standardised(X_train, X_valid):
    mean, deviation = np.mean(X_train, axis=0), np.std(X_train, axis=0)
    return (X_train - mean) / deviation, (X_valid - mean) / deviation


@standardised.mistake(
    "You gave the validation rows a mean and a deviation of their own. Then the same "
    "patient is another row, depending on who is looked at with them: use those of "
    "the training rows for both."
)
def _(X_train, X_valid):
    return tuple((X - np.mean(X, 0)) / np.std(X, 0) for X in (X_train, X_valid))


@standardised.mistake(
    "You took mean and deviation over both tables: so the training rows know "
    "something of the validation rows. That is a leak. Take them of the training rows "
    "alone."
)
def _(X_train, X_valid):
    both = np.concatenate([X_train, X_valid])
    return tuple((X - np.mean(both, 0)) / np.std(both, 0) for X in (X_train, X_valid))


@standardised.mistake(
    "You divided by the variance, which has the units of x squared: divide by its "
    "root, the standard deviation."
)
def _(X_train, X_valid):
    mean, variance = np.mean(X_train, axis=0), np.var(X_train, axis=0)
    return (X_train - mean) / variance, (X_valid - mean) / variance


@standardised.mistake(
    "One mean and one deviation for the whole table: a column in grams and one in "
    "years are not of one kind. Take them of each column, axis=0."
)
def _(X_train, X_valid):
    mean, deviation = np.mean(X_train), np.std(X_train)
    return (X_train - mean) / deviation, (X_valid - mean) / deviation


@standardised.mistake(
    "The mean is gone, but the scales are as they were: divide by the standard "
    "deviation of each column too."
)
def _(X_train, X_valid):
    mean = np.mean(X_train, axis=0)
    return X_train - mean, X_valid - mean


@standardised.mistake(
    "You divided by n - 1 in the deviation (ddof=1). It is a good estimate as well, "
    "but here the training rows shall have mean square 1: divide by n, as np.std does."
)
def _(X_train, X_valid):
    mean, deviation = np.mean(X_train, axis=0), np.std(X_train, axis=0, ddof=1)
    return (X_train - mean) / deviation, (X_valid - mean) / deviation
