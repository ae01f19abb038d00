"""A coin: its likelihood, and what a prior adds."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def tosses(rng):
    n = int(rng.integers(1, 12))
    p = rng.uniform(0.1, 0.9)
    return p, (rng.random(n) < rng.uniform(0.2, 0.8)).astype(int)


@exercise(
    tosses,
    hints=(
        "A row with y = 1 has the probability p, one with y = 0 has 1 - p.",
        "y * log(p) + (1 - y) * log(1 - p) is the logarithm of either.",
        "Add these up over the rows; never multiply the probabilities themselves.",
    ),
    edges=((0.6, np.array([1, 1, 0, 1])), (0.6, np.tile([1, 0, 1], 800))),
)
def log_likelihood(p, y):
    return np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


@log_likelihood.mistake(
    "You multiplied the probabilities first. Of 2,400 rows that product is smaller "
    "than any float and becomes 0, whose logarithm is -inf: add the logarithms."
)
def _(p, y):
    return np.log(np.prod(np.where(y == 1, p, 1 - p)))


@log_likelihood.mistake(
    "That is the mean over the rows. The likelihood of all rows is a product of n "
    "factors, so its logarithm is a sum of n."
)
def _(p, y):
    return np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@log_likelihood.mistake(
    "That is minus the log likelihood, the cost. Asked is the log likelihood, which is "
    "negative here, and largest for the best p."
)
def _(p, y):
    return -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))


@log_likelihood.mistake(
    "The rows with y = 0 are missing: each of them has the probability 1 - p and adds "
    "log(1 - p)."
)
def _(p, y):
    return np.sum(y * np.log(p))


@log_likelihood.mistake(
    "You subtracted the rows with y = 0. Their log(1 - p) is added: a product of "
    "probabilities becomes a sum of logarithms."
)
def _(p, y):
    return np.sum(y * np.log(p) - (1 - y) * np.log(1 - p))


@log_likelihood.mistake(
    "You took the logarithm of a sum, log(y p + ...) of all rows together: the rows "
    "multiply, so each has its own logarithm, and these are added."
)
def _(p, y):
    return np.log(np.sum(np.where(y == 1, p, 1 - p)))


@log_likelihood.mistake("That is the likelihood itself. Asked is its logarithm.")
def _(p, y):
    return np.prod(np.where(y == 1, p, 1 - p))


def tosses_and_prior(rng):
    n = int(rng.integers(1, 15))
    y = (rng.random(n) < rng.uniform(0.2, 0.8)).astype(int)
    return y, float(rng.integers(2, 6)), float(rng.integers(6, 12))


@exercise(
    tosses_and_prior,
    hints=(
        "Add the exponents: p has k + a - 1 of them, 1 - p has n - k + b - 1.",
        "The derivative of A log p + B log(1 - p) is 0 at p = A / (A + B).",
    ),
    edges=((np.ones(3, int), 2.0, 3.0), (np.zeros(2, int), 4.0, 2.0)),
)
def likely_share(y, a, b):
    k, n = np.sum(y), len(y)
    return (k + a - 1) / (n + a + b - 2)


@likely_share.mistake(
    "That is the mean of the posterior, (k + a) / (n + a + b). Asked is its highest "
    "point, where the exponents a - 1 and b - 1 count."
)
def _(y, a, b):
    return (np.sum(y) + a) / (len(y) + a + b)


@likely_share.mistake(
    "That is the share of ones, without the prior: maximum likelihood, not MAP."
)
def _(y, a, b):
    return np.mean(y)


@likely_share.mistake(
    "The prior's ones are in the numerator, but its tosses are not in the denominator: "
    "a - 1 ones and b - 1 zeros make n + a + b - 2 tosses."
)
def _(y, a, b):
    return (np.sum(y) + a - 1) / len(y)


@likely_share.mistake(
    "The parts of a and b are exchanged: a - 1 goes with p and counts ones."
)
def _(y, a, b):
    return (np.sum(y) + b - 1) / (len(y) + a + b - 2)


@likely_share.mistake(
    "One is missing: the prior has a - 1 ones and b - 1 zeros, together a + b - 2."
)
def _(y, a, b):
    return (np.sum(y) + a - 1) / (len(y) + a + b - 1)


@likely_share.mistake(
    "You averaged the share of ones and the prior's: they count by their numbers of "
    "tosses, n against a + b - 2."
)
def _(y, a, b):
    return (np.mean(y) + (a - 1) / (a + b - 2)) / 2


@likely_share.mistake(
    "That is the highest point of the prior alone: the k ones among n tosses are "
    "missing."
)
def _(y, a, b):
    return (a - 1) / (a + b - 2)


@likely_share.mistake("Those are the odds, ones to zeros. A share is ones by all.")
def _(y, a, b):
    return (y.sum() + a - 1) / (len(y) - y.sum() + b - 1)
