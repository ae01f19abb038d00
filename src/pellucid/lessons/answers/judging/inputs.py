"""Tables with a column of ones, their targets, and new rows of the same kind."""

import numpy as np


def bordered(rng, n, d):
    return np.column_stack([np.ones(n), rng.normal(size=(n, d)) * 2 + 1])


def table(rng):
    d = int(rng.integers(1, 4))
    n = d + int(rng.integers(4, 9))
    return bordered(rng, n, d), rng.normal(size=n) * 3 + 2


def table_alone(rng):
    return table(rng)[:1]


def targets_outputs_and_features(rng):
    d = int(rng.integers(1, 4))
    y = rng.normal(size=d + int(rng.integers(4, 9))) * 3 + 2
    return y, y + rng.normal(size=len(y)) + 0.5, d


def table_and_new(rng):
    X, y = table(rng)
    m = len(y) + int(rng.integers(1, 4))
    return X, y, bordered(rng, m, X.shape[1] - 1), rng.normal(size=m) * 2 - 1


def table_and_folds(rng):
    n, d = int(rng.integers(13, 20)), int(rng.integers(1, 3))
    X = bordered(rng, n, d)
    y = X @ rng.normal(size=d + 1) * 2 + rng.normal(size=n)
    return X, y, int(rng.integers(2, 4))
