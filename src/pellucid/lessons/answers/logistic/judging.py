"""Logistic regression: what is said of a picture, and how often that is right."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def unseen(rng):
    n, d = int(rng.integers(12, 20)), int(rng.integers(2, 5))
    X = rng.normal(size=(n, d)) * rng.choice([0.5, 2])
    return X, rng.normal(size=d), float(rng.choice([-0.7, 0.7]))


@exercise(
    unseen,
    hints=(
        "p > 0.5 gives True and False; (p > 0.5).astype(int) makes 1 and 0 of them.",
        "p is above 0.5 exactly where z is above 0.",
    ),
    edges=((np.array([[2.0], [-1.0], [0.3]]), np.array([1.0]), 0.0),),
)
def predict(X, w, b):
    p = 1 / (1 + np.exp(-(X @ w + b)))
    return (p > 0.5).astype(int)


@predict.mistake("You compared z with 0.5: p is above 0.5 where z is above 0.")
def _(X, w, b):
    return (X @ w + b > 0.5).astype(int)


@predict.mistake(
    "You compared p with 0, and a sigmoid is always above 0: compare with 0.5."
)
def _(X, w, b):
    return np.ones(len(X), int)


@predict.mistake("Those are the probabilities: say 1 where p is above 0.5, else 0.")
def _(X, w, b):
    return 1 / (1 + np.exp(-(X @ w + b)))


@predict.mistake("The classes are exchanged: p is the probability of a 1.")
def _(X, w, b):
    return (X @ w + b < 0).astype(int)


@predict.mistake("The classes are called 0 and 1 here, not -1 and 1.")
def _(X, w, b):
    return np.where(X @ w + b > 0, 1, -1)


@predict.mistake("The bias is missing: it decides where z crosses 0.")
def _(X, w, b):
    return (X @ w > 0).astype(int)


@predict.mistake(
    "You rounded z: round the probability, the sigmoid of z, or compare it with 0.5."
)
def _(X, w, b):
    return np.round(X @ w + b)


def said_and_true(rng):
    n = int(rng.integers(7, 13))
    y = rng.permutation(np.arange(n) % 3 == 0).astype(int)
    said = np.where(rng.random(n) < 0.6, y, 1 - y)
    said[:2], y[:2] = [1, 0], [1, 1]
    return said, y


@exercise(
    said_and_true,
    hints=(
        "said == y is an array of True and False.",
        "The mean of True and False counts True as 1.",
    ),
    edges=((np.array([1, 0, 1]), np.array([1, 0, 1])),
           (np.array([0]), np.array([1]))),
)  # fmt: skip
def accuracy(said, y):
    return np.mean(said == y)


@accuracy.mistake("That counts them: divide by n, so that it is a share.")
def _(said, y):
    return np.sum(said == y)


@accuracy.mistake("That is in per cent: a share lies between 0 and 1.")
def _(said, y):
    return 100 * np.mean(said == y)


@accuracy.mistake("That is the share of wrong ones: the right ones are asked for.")
def _(said, y):
    return np.mean(said != y)


@accuracy.mistake(
    "You counted only the 1s that were found: a 0 that is called 0 is right as well."
)
def _(said, y):
    return np.mean(said * y)


@accuracy.mistake(
    "You divided by the number of true 1s, the recall: here all pictures count."
)
def _(said, y):
    return np.sum(said * y) / np.sum(y)


@accuracy.mistake(
    "You divided by how often 1 was said, the precision: here all pictures count."
)
def _(said, y):
    return np.sum(said * y) / np.sum(said)


@accuracy.mistake(
    "That is the difference of the two shares of 1s: errors of both kinds cancel in "
    "it. Compare picture by picture."
)
def _(said, y):
    return 1 - abs(np.mean(said) - np.mean(y))


@accuracy.mistake("That is how often 1 was said, right or wrong: compare with y.")
def _(said, y):
    return np.mean(said)
