"""Tables of features, with and without a column of ones."""

import numpy as np


def features(rng):
    d = int(rng.integers(1, 5))
    n = d + int(rng.integers(2, 8))
    return rng.normal(size=(n, d)) * 2 + 1


def features_alone(rng):
    return (features(rng),)


def bordered(rng):
    X = features(rng)
    return np.column_stack([np.ones(len(X)), X])


def bordered_and_weights(rng):
    X = bordered(rng)
    return X, rng.normal(size=X.shape[1]) * 2


def weights_and_table(rng):
    X, w = bordered_and_weights(rng)
    return w, X, rng.normal(size=len(X)) * 3 - 1


def table(rng):
    X = bordered(rng)
    return X, rng.normal(size=len(X)) * 3 - 1


def numbers_and_degree(rng):
    return rng.normal(size=int(rng.integers(5, 9))) * 2, int(rng.integers(2, 5))


def table_and_new_rows(rng):
    X = features(rng)
    new = rng.normal(size=(len(X) + 1, X.shape[1])) - 1
    return X, rng.normal(size=len(X)) * 3 + 4, new
