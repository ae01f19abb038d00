"""Logistic regression: forward, backward, step, and what is said in the end."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def rows(rng):
    n, d = rng.permutation([2, 3, 4, 5, 6])[:2]
    return rng.normal(size=(n, d)), rng.normal(size=d), float(rng.normal())


@exercise(
    rows,
    hints=(
        "First z = X @ w + b, one number a picture, shape (n,).",
        "Then 1 / (1 + np.exp(-z)).",
    ),
    edges=((np.array([[1.0, 2.0, 3.0]]), np.array([0.5, -1.0, 0.5]), 0.7),),
)
def forward(X, w, b):
    return 1 / (1 + np.exp(-(X @ w + b)))


@forward.mistake("The bias is missing: z = Xw + b.")
def _(X, w, b):
    return 1 / (1 + np.exp(-(X @ w)))


@forward.mistake("That is z, which may be any number: its sigmoid is the probability.")
def _(X, w, b):
    return X @ w + b


@forward.mistake(
    "The minus is missing: with exp(z) below the line, p falls where z grows."
)
def _(X, w, b):
    return 1 / (1 + np.exp(X @ w + b))


@forward.mistake(
    "X has the shape (n, d) and w the shape (d,), so the product is X @ w: the inner "
    "lengths must be equal."
)
def _(X, w, b):
    return 1 / (1 + np.exp(-(w @ X + b)))


@forward.mistake(
    "You added b to each weight, so that it is multiplied by every pixel: add it to "
    "the sum, X @ w + b."
)
def _(X, w, b):
    return 1 / (1 + np.exp(-(X @ (w + b))))


@forward.mistake(
    "X * w keeps every pixel apart, (n, d): sum over the pixels, as X @ w does."
)
def _(X, w, b):
    return 1 / (1 + np.exp(-(X * w + b)))


@forward.mistake(
    "You divided by the sum over the pictures (a softmax), so that they share one "
    "probability: each picture has its own."
)
def _(X, w, b):
    z = X @ w + b
    return np.exp(z) / np.sum(np.exp(z))


@forward.mistake(
    "b stands outside the sigmoid: it belongs to z, before the sigmoid is taken."
)
def _(X, w, b):
    return 1 / (1 + np.exp(-(X @ w))) + b


@forward.mistake("That is exp(-z) alone: the sigmoid is 1 / (1 + exp(-z)).")
def _(X, w, b):
    return np.exp(-(X @ w + b))


def chances(rng):
    n = int(rng.integers(3, 9))
    y = rng.permutation(np.arange(n) % 2).astype(float)  # both classes
    return rng.uniform(0.05, 0.95, n), y


@exercise(
    chances,
    hints=(
        "y picks -log p where it is 1, and 1 - y picks -log(1 - p) where it is 0.",
        "np.mean over the losses of all pictures.",
    ),
    edges=((np.array([0.25]), np.array([1.0])),),
)
def cost(p, y):
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


@cost.mistake(
    "The sign is turned: the logarithm of a probability is negative, the loss is minus "
    "that."
)
def _(p, y):
    return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@cost.mistake("You summed over the pictures: take the mean, so divide by n.")
def _(p, y):
    return np.sum(-y * np.log(p) - (1 - y) * np.log(1 - p))


@cost.mistake("Those are the losses of all pictures, (n,): the cost is their mean.")
def _(p, y):
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


@cost.mistake(
    "Only pictures of a 1 cost anything: for those of a 0 add -(1 - y) log(1 - p)."
)
def _(p, y):
    return np.mean(-y * np.log(p))


@cost.mistake(
    "The second sign is turned: both terms have a minus, -y log p - (1 - y) log(1 - p)."
)
def _(p, y):
    return np.mean(-y * np.log(p) + (1 - y) * np.log(1 - p))


@cost.mistake(
    "The classes are exchanged: p is the probability of a 1, so log p goes with y."
)
def _(p, y):
    return np.mean(-(1 - y) * np.log(p) - y * np.log(1 - p))


@cost.mistake(
    "np.log is the natural logarithm; you took that to base 2, which counts in bits."
)
def _(p, y):
    return np.mean(-y * np.log2(p) - (1 - y) * np.log2(1 - p))


@cost.mistake(
    "That is the mean absolute error: here the loss is minus the logarithm of the "
    "probability of what is true."
)
def _(p, y):
    return np.mean(np.abs(p - y))


@cost.mistake(
    "That is the mean squared error: here the loss is minus the logarithm of the "
    "probability of what is true."
)
def _(p, y):
    return np.mean((p - y) ** 2)


@cost.mistake(
    "You took the logarithm of the mean probability. Each picture has its own "
    "logarithm: first the logarithms, then their mean."
)
def _(p, y):
    return -np.log(np.mean(y * p + (1 - y) * (1 - p)))


@cost.mistake(
    "You took the mean of the 1s and the mean of the 0s and added both: each picture "
    "counts the same, so divide all by n."
)
def _(p, y):
    one = y == 1
    return -np.mean(np.log(p[one])) - np.mean(np.log(1 - p[~one]))


def pictures(rng):
    n, d = rng.permutation([2, 3, 4, 5, 6, 7])[:2]
    y = rng.permutation(np.arange(n) % 2).astype(float)
    return rng.normal(size=(n, d)), rng.uniform(0.05, 0.95, n), y


@exercise(
    pictures,
    hints=(
        "The slope of one loss by its z is p - y, shape (n,).",
        "z grows by x_j with w_j, and by 1 with b: dw_j is the mean of (p - y) x_j.",
        "X.T @ (p - y) / n has the shape (d,).",
    ),
    edges=((np.array([[1.0, 2.0]]), np.array([0.5]), np.array([1.0])),),
)
def backward(X, p, y):
    return X.T @ (p - y) / len(y), np.mean(p - y)


@backward.mistake("The 1/n is missing in both: the cost is a mean, so are its slopes.")
def _(X, p, y):
    return X.T @ (p - y), np.sum(p - y)


@backward.mistake("db lacks its 1/n: it is the mean of p - y, not the sum.")
def _(X, p, y):
    return X.T @ (p - y) / len(y), np.sum(p - y)


@backward.mistake("dw lacks its 1/n: the cost is a mean over the pictures.")
def _(X, p, y):
    return X.T @ (p - y), np.mean(p - y)


@backward.mistake(
    "The sign is turned: dloss/dz is p - y, so that a step against it raises a p that "
    "is too small."
)
def _(X, p, y):
    return X.T @ (y - p) / len(y), np.mean(y - p)


@backward.mistake(
    "The factor p(1 - p) belongs to squared errors: in the log loss it cancels."
)
def _(X, p, y):
    e = (p - y) * p * (1 - p)
    return X.T @ e / len(y), np.mean(e)


@backward.mistake(
    "db is one number: take the mean over the pictures, not the errors themselves."
)
def _(X, p, y):
    return X.T @ (p - y) / len(y), p - y


@backward.mistake(
    "X @ (p - y) does not match, (n, d) with (n,): sum over the pictures, which X.T @ "
    "does."
)
def _(X, p, y):
    return X @ (p - y) / len(y), np.mean(p - y)


@backward.mistake("dw and db are exchanged: return (dw, db).")
def _(X, p, y):
    return np.mean(p - y), X.T @ (p - y) / len(y)


@backward.mistake(
    "The mean of a product is not the product of the means: multiply each error by "
    "its own row of X, then take the mean."
)
def _(X, p, y):
    return X.mean(axis=0) * np.mean(p - y), np.mean(p - y)


def lessons(rng):
    n, d = rng.permutation([3, 4, 5, 6, 7])[:2]
    y = rng.permutation(np.arange(n) % 2).astype(float)
    return rng.normal(size=(n, d)) + 0.3, y, 0.5, int(rng.integers(2, 6))


@exercise(
    lessons,
    hints=(
        "w = np.zeros(d) and b = 0.0, then for _ in range(iterations): three lines.",
        "Compute both slopes from the same p before you change w or b.",
        "w = w - rate * dw, b = b - rate * db.",
    ),
    edges=((np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]), np.array([1.0, 0, 0]),
            0.1, 1),),
)  # fmt: skip
def train(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        p = 1 / (1 + np.exp(-(X @ w + b)))  # forward
        dw, db = X.T @ (p - y) / len(y), np.mean(p - y)  # backward
        w, b = w - rate * dw, b - rate * db  # step
    return w, b


@train.mistake("You step uphill: subtract the slope, so that the cost falls.")
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        e = 1 / (1 + np.exp(-(X @ w + b))) - y
        w, b = w + rate * X.T @ e / len(y), b + rate * np.mean(e)
    return w, b


@train.mistake(
    "One step too few: range(iterations) counts from 0 and needs nothing taken off."
)
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations - 1):
        e = 1 / (1 + np.exp(-(X @ w + b))) - y
        w, b = w - rate * X.T @ e / len(y), b - rate * np.mean(e)
    return w, b


@train.mistake(
    "There is a single step: does the return stand inside the loop, or does each turn "
    "begin at 0 again?"
)
def _(X, y, rate, iterations):
    e = 0.5 - y  # the sigmoid of 0 is 1/2
    return -rate * X.T @ e / len(y), -rate * np.mean(e)


@train.mistake("The bias never moves: step it too, b = b - rate * db.")
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        e = 1 / (1 + np.exp(-(X @ w))) - y
        w = w - rate * X.T @ e / len(y)
    return w, b


@train.mistake(
    "You moved w before you took the slope of b, so b follows another p: compute both "
    "slopes first, then step."
)
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        w = w - rate * X.T @ (1 / (1 + np.exp(-(X @ w + b))) - y) / len(y)
        b = b - rate * np.mean(1 / (1 + np.exp(-(X @ w + b))) - y)
    return w, b


@train.mistake(
    "p was computed once, before the loop: each step needs the p of the new weights."
)
def _(X, y, rate, iterations):
    e = 0.5 - y
    return -iterations * rate * X.T @ e / len(y), -iterations * rate * np.mean(e)


@train.mistake(
    "The slopes lack their 1/n: the steps are n times too long, and get longer with "
    "every picture that is added."
)
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        e = 1 / (1 + np.exp(-(X @ w + b))) - y
        w, b = w - rate * X.T @ e, b - rate * np.sum(e)
    return w, b


@train.mistake(
    "The sigmoid is missing: with p = Xw + b that trains a line through the 0s and 1s."
)
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        e = X @ w + b - y
        w, b = w - rate * X.T @ e / len(y), b - rate * np.mean(e)
    return w, b


@train.mistake("The rate is missing: the step is rate times the slope.")
def _(X, y, rate, iterations):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(iterations):
        e = 1 / (1 + np.exp(-(X @ w + b))) - y
        w, b = w - X.T @ e / len(y), b - np.mean(e)
    return w, b
