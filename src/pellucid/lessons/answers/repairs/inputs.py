"""Two ways in which inputs were prepared wrongly."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def two_tables(rng):
    d = int(rng.integers(1, 5))
    n, m = int(rng.integers(5, 12)), int(rng.integers(2, 5))
    scale, centre = 10.0 ** rng.integers(-2, 4, size=d), rng.normal(size=d) * 3
    return tuple((rng.normal(size=(rows, d)) + centre) * scale for rows in (n, m))


@exercise(
    two_tables,
    hints=(
        "Means and spreads are taken down the columns: axis=0.",
        "The test rows are moved and scaled by what the training rows say.",
        "(test - train.mean(axis=0)) / train.std(axis=0)",
    ),
    start="""
    import numpy as np


    def standardised(train, test):
        return train, test
    """,
)
def standardised(train, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread


@standardised.mistake(
    "You standardised the test rows by their own mean and spread: then the same "
    "patient gets other numbers, depending on who else is in the test. Use those of "
    "train."
)
def _(train, test):
    return tuple((X - X.mean(axis=0)) / X.std(axis=0) for X in (train, test))


@standardised.mistake(
    "You took mean and spread from all rows together: that lets the test rows into the "
    "training. Take them from train alone."
)
def _(train, test):
    X = np.concatenate([train, test])
    mean, spread = X.mean(axis=0), X.std(axis=0)
    return (train - mean) / spread, (test - mean) / spread


@standardised.mistake(
    "The test rows stayed as they were: weights that were learned on standardised "
    "inputs need inputs in the same units."
)
def _(train, test):
    return (train - train.mean(axis=0)) / train.std(axis=0), test


@standardised.mistake(
    "You took one mean and one spread of the whole table. The columns have units of "
    "their own: axis=0."
)
def _(train, test):
    mean, spread = train.mean(), train.std()
    return (train - mean) / spread, (test - mean) / spread


@standardised.mistake(
    "You divided by the variance. The spread that has the units of the column is its "
    "root, the standard deviation."
)
def _(train, test):
    mean, spread = train.mean(axis=0), train.var(axis=0)
    return (train - mean) / spread, (test - mean) / spread


@standardised.mistake(
    "You subtracted the means but left the spreads: a column in the thousands still "
    "makes the valley long. Divide by the standard deviations."
)
def _(train, test):
    mean = train.mean(axis=0)
    return train - mean, test - mean


@standardised.mistake(
    "You divided by the spreads but left the means: a column with a large mean goes "
    "together with the intercept, and the valley stays long. Subtract them first."
)
def _(train, test):
    spread = train.std(axis=0)
    return train / spread, test / spread


@standardised.mistake(
    "That puts the columns between 0 and 1. Asked are mean 0 and spread 1."
)
def _(train, test):
    low, high = train.min(axis=0), train.max(axis=0)
    return (train - low) / (high - low), (test - low) / (high - low)


def rows_to_choose_by(rng):
    n, d = int(rng.integers(12, 18)), int(rng.integers(8, 14))
    X = rng.normal(size=(n, d)) * 10.0 ** rng.uniform(-1, 1, size=d) + rng.normal(
        size=d
    )
    train = np.sort(rng.permutation(n)[: n - 5])
    return X, rng.normal(size=n) + 2, train, int(rng.integers(2, 5))


@exercise(
    rows_to_choose_by,
    hints=(
        "Cut first: X = X[train] and y = y[train]; the rest sees these rows alone.",
        "All that follows can stay as it is.",
    ),
    start="""
    import numpy as np


    def correlations(X, y):
        Z = (X - X.mean(axis=0)) / X.std(axis=0)
        t = (y - y.mean()) / y.std()
        return Z.T @ t / len(y)


    def chosen(X, y, train, k):
        best = np.argsort(-np.abs(correlations(X, y)))[:k]
        return np.sort(best)
    """,
)
def chosen(X, y, train, k):
    X, y = X[train], y[train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    t = (y - y.mean()) / y.std()
    best = np.argsort(-np.abs(Z.T @ t))[:k]
    return np.sort(best)


@chosen.mistake(
    "It still looks at all rows: the columns are chosen with the help of the targets "
    "by which they will be judged. Use the rows in `train` alone."
)
def _(X, y, train, k):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    best = np.argsort(-np.abs(Z.T @ (y - y.mean())))[:k]
    return np.sort(best)


@chosen.mistake(
    "You chose by the rows that are not in `train`: those are the ones to judge by."
)
def _(X, y, train, k):
    rest = np.setdiff1d(np.arange(len(y)), train)
    X, y = X[rest], y[rest]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    best = np.argsort(-np.abs(Z.T @ (y - y.mean())))[:k]
    return np.sort(best)


@chosen.mistake(
    "The sizes are gone: a correlation of -0.8 says as much as one of 0.8. Choose by "
    "np.abs."
)
def _(X, y, train, k):
    X, y = X[train], y[train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    best = np.argsort(-(Z.T @ (y - y.mean())))[:k]
    return np.sort(best)


@chosen.mistake(
    "You chose the columns with the smallest correlations: argsort goes up, so take it "
    "of the negative sizes, or its last k."
)
def _(X, y, train, k):
    X, y = X[train], y[train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    best = np.argsort(np.abs(Z.T @ (y - y.mean())))[:k]
    return np.sort(best)


@chosen.mistake(
    "You chose by covariance: a column in large units wins whatever it says. Divide by "
    "the spreads."
)
def _(X, y, train, k):
    X, y = X[train], y[train]
    best = np.argsort(-np.abs((X - X.mean(axis=0)).T @ (y - y.mean())))[:k]
    return np.sort(best)


@chosen.mistake(
    "You cut the rows but took the means and spreads from all of them: those of the "
    "test rows are in there too. Cut first, then standardise."
)
def _(X, y, train, k):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    t = (y - y.mean()) / y.std()
    best = np.argsort(-np.abs(Z[train].T @ t[train]))[:k]
    return np.sort(best)


@chosen.mistake("The numbers should come from small to large: sort them.")
def _(X, y, train, k):
    X, y = X[train], y[train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return np.argsort(-np.abs(Z.T @ (y - y.mean())))[:k]


@chosen.mistake(
    "You took the first targets, not those of the rows in `train`: each row then has "
    "the answer of another. y[train] belongs to X[train]."
)
def _(X, y, train, k):
    Z, t = X[train], y[: len(train)]
    Z, t = (Z - np.mean(Z, axis=0)) / np.std(Z, axis=0), t - np.mean(t)
    return np.sort(np.argsort(-np.abs(Z.T @ t))[:k])


@chosen.mistake(
    "You returned the correlations. Asked are the numbers of the columns that have "
    "them: argsort."
)
def _(X, y, train, k):
    Z, t = X[train], y[train]
    Z, t = (Z - np.mean(Z, axis=0)) / np.std(Z, axis=0), (t - np.mean(t)) / np.std(t)
    return np.sort(np.abs(Z.T @ t) / len(t))[-k:]
