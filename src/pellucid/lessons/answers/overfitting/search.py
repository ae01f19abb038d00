"""Overfitting: a setting is chosen by rows that did not help to learn."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def rows_and_parts(rng):
    return int(rng.integers(7, 24)), int(rng.integers(2, 7))


@exercise(
    rows_and_parts,
    edges=((7, 3), (8, 3), (10, 5), (4, 4)),
    hints=(
        "n // k rows for each, and the first n % k of them get one more.",
        "Walk with a start: a fold is `np.arange(start, start + size)`, and then "
        "start moves on by size. (NumPy has a function for it, too.)",
    ),
)
def folds(n, k):
    parts, start = [], 0
    for i in range(k):
        size = n // k + (i < n % k)
        parts.append(np.arange(start, start + size))
        start = start + size
    return parts


@folds.mistake(
    "Each fold has n // k rows, and the n % k rows that are left are in none: they "
    "would never be judged. Give the first n % k folds one row more."
)
def _(n, k):
    size = n // k
    return [np.arange(i * size, (i + 1) * size) for i in range(k)]


@folds.mistake(
    "All rows that are left over went into the last fold. Sizes shall differ by one "
    "at most: the first n % k folds get one row more each."
)
def _(n, k):
    size = n // k
    parts = [np.arange(i * size, (i + 1) * size) for i in range(k - 1)]
    return [*parts, np.arange((k - 1) * size, n)]


@folds.mistake(
    "You dealt the rows out like cards, every k-th to one fold. That is a fair way as "
    "well, but asked are rows that lie together: 0, 1, 2, ..., then the next fold."
)
def _(n, k):
    return [np.arange(i, n, k) for i in range(k)]


@folds.mistake(
    "You returned the rows to learn from, all but a fold. Asked are the rows of each "
    "fold itself, those that are held out."
)
def _(n, k):
    return [
        np.setdiff1d(np.arange(n), part) for part in np.array_split(np.arange(n), k)
    ]


@folds.mistake(
    "You rounded the size of a fold up: the last fold gets too few rows, or none. "
    "Only the first n % k folds have one row more."
)
def _(n, k):
    size = -(-n // k)
    return [np.arange(min(n, i * size), min(n, (i + 1) * size)) for i in range(k)]


@folds.mistake(
    "The last row of each fold is missing: np.arange(a, b) ends before b by itself, "
    "so nothing is to be taken off."
)
def _(n, k):
    return [part[:-1] for part in np.array_split(np.arange(n), k)]


@folds.mistake(
    "Your pieces have k rows each. k is the number of folds: each has about n / k rows."
)
def _(n, k):
    return [np.arange(i, min(i + k, n)) for i in range(0, n, k)]


@folds.mistake(
    "The folds with one row more come last in yours. They come first: fold i has one "
    "more where i < n % k."
)
def _(n, k):
    parts, start = [], 0
    for i in range(k):
        size = n // k + (i >= k - n % k)
        parts.append(np.arange(start, start + size))
        start = start + size
    return parts


def held_out(rng):
    n, d, k = (int(rng.integers(*ends)) for ends in ((9, 16), (1, 4), (2, 5)))
    X = rng.normal(size=(n, d)) + 1
    y = X @ rng.normal(size=d) + rng.normal(size=n) + 2
    sizes = np.array_split(rng.permutation(n), k)
    return X, y, sizes, float(rng.uniform(0.1, 2))


@exercise(
    held_out,
    hints=(
        "For a fold: `train = np.setdiff1d(np.arange(len(y)), fold)`. Then the means "
        "of the training rows, w, and the error on the fold.",
        "w = np.linalg.solve(A.T @ A / m + lam * np.eye(d), A.T @ r / m), with A and "
        "r the m training rows less their means.",
        "The prediction of a row x is (x - mean of X) w + mean of y.",
    ),
)
def cross_validated(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        A, r = X[train] - mean_X, y[train] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        z = (X[fold] - mean_X) @ w + mean_y
        errors.append(np.mean((z - y[fold]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "You took the error on the rows that were learned from. It falls with every "
    "weight that is set free; what is held out tells the truth: use the rows of the "
    "fold."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        A, r = X[train] - mean_X, y[train] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        errors.append(np.mean((A @ w - r) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "You fitted once, on all rows, and then looked at the folds: each row was learned "
    "from. Fit anew for each fold, without its rows."
)
def _(X, y, parts, lam):
    mean_X, mean_y = np.mean(X, axis=0), np.mean(y)
    A, r = X - mean_X, y - mean_y
    w = np.linalg.solve(A.T @ A / len(y) + lam * np.eye(X.shape[1]), A.T @ r / len(y))
    return np.mean([np.mean((A[fold] @ w - r[fold]) ** 2) for fold in parts])


@cross_validated.mistake(
    "You took the means over all rows, those held out too: a leak. They belong to "
    "what is learned, so take them of the training rows of each fold."
)
def _(X, y, parts, lam):
    mean_X, mean_y, errors = np.mean(X, axis=0), np.mean(y), []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        A, r = X[train] - mean_X, y[train] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        z = (X[fold] - mean_X) @ w + mean_y
        errors.append(np.mean((z - y[fold]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "Your weights have the penalty λ beside X'X, not beside X'X / m: that is a "
    "penalty m times smaller. J has the mean of the squares."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        A, r = X[train] - mean_X, y[train] - mean_y
        w = np.linalg.solve(A.T @ A + lam * np.eye(X.shape[1]), A.T @ r)
        z = (X[fold] - mean_X) @ w + mean_y
        errors.append(np.mean((z - y[fold]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "There is no intercept: you solved for the rows as they are. Take the means of "
    "the training rows off first, and put that of y back in the prediction."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        A, r = X[train], y[train]
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        errors.append(np.mean((X[fold] @ w - y[fold]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "λ is not in your weights: that is plain least squares for each fold. Add λ to "
    "the diagonal of X'X / m."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        w = np.linalg.lstsq(X[train] - mean_X, y[train] - mean_y, rcond=None)[0]
        z = (X[fold] - mean_X) @ w + mean_y
        errors.append(np.mean((z - y[fold]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "You returned the error of the last fold: collect the errors of all folds, and "
    "take their mean."
)
def _(X, y, parts, lam):
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        A, r = X[train] - mean_X, y[train] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        z = (X[fold] - mean_X) @ w + mean_y
        error = np.mean((z - y[fold]) ** 2)
    return error


@cross_validated.mistake(
    "You learned from the rows of the fold and judged by all the others. It is the "
    "other way round: learn from the rows outside of the fold."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        test = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[fold], axis=0), np.mean(y[fold])
        A, r = X[fold] - mean_X, y[fold] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(fold) + penalty, A.T @ r / len(fold))
        z = (X[test] - mean_X) @ w + mean_y
        errors.append(np.mean((z - y[test]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "The fold was shifted by means of its own. That needs the answers that are to be "
    "predicted: shift by the means of the training rows."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        A, r = X[train] - mean_X, y[train] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        z = (X[fold] - np.mean(X[fold], axis=0)) @ w + np.mean(y[fold])
        errors.append(np.mean((z - y[fold]) ** 2))
    return np.mean(errors)


@cross_validated.mistake(
    "You took the root of each fold's error. Asked is the mean squared error, without"
    " a root."
)
def _(X, y, parts, lam):
    errors = []
    for fold in parts:
        train = np.setdiff1d(np.arange(len(y)), fold)
        mean_X, mean_y = np.mean(X[train], axis=0), np.mean(y[train])
        A, r = X[train] - mean_X, y[train] - mean_y
        penalty = lam * np.eye(X.shape[1])
        w = np.linalg.solve(A.T @ A / len(train) + penalty, A.T @ r / len(train))
        z = (X[fold] - mean_X) @ w + mean_y
        errors.append(np.sqrt(np.mean((z - y[fold]) ** 2)))
    return np.mean(errors)


def uniform_and_ends(rng):
    low, high = 10 ** rng.uniform(-5, -2), 10 ** rng.uniform(-1, 1.5)
    return rng.random(int(rng.integers(2, 9))), float(low), float(high)


@exercise(
    uniform_and_ends,
    edges=((np.array([0.0, 0.5, 1.0]), 0.01, 100.0),),
    hints=(
        "The logarithm is uniform: log v = log low + u (log high - log low).",
        "Then take the exponential of it, of the same base.",
    ),
)
def drawn(u, low, high):
    return np.exp(np.log(low) + u * (np.log(high) - np.log(low)))


@drawn.mistake(
    "You drew uniformly between the ends themselves: of numbers from 0.0001 to 1 then "
    "nine in ten lie above 0.1, and the small ones are hardly tried. The logarithm "
    "shall be uniform."
)
def _(u, low, high):
    return low + u * (high - low)


@drawn.mistake(
    "You returned the logarithms. Take the exponential at the end: u = 0 gives low "
    "itself."
)
def _(u, low, high):
    return np.log(low) + u * (np.log(high) - np.log(low))


@drawn.mistake(
    "You returned the decimal logarithms. Take 10 to that power at the end: u = 0 "
    "gives low itself."
)
def _(u, low, high):
    return np.log10(low) + u * (np.log10(high) - np.log10(low))


@drawn.mistake(
    "Natural logarithms, and then a power of 10: take np.exp with np.log, or 10** "
    "with np.log10."
)
def _(u, low, high):
    return 10 ** (np.log(low) + u * (np.log(high) - np.log(low)))


@drawn.mistake("The ends are exchanged: u = 0 shall give low, and u = 1 high.")
def _(u, low, high):
    return high * (low / high) ** u


@drawn.mistake(
    "You took the exponential of the ends, not of their logarithms: u = 0 shall give "
    "low itself."
)
def _(u, low, high):
    return np.exp(low + u * (high - low))
