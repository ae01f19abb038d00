"""Costs that are minus the logarithms of probabilities."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def measurements(rng):
    n = int(rng.integers(1, 9))
    sd = rng.uniform(0.3, 4)
    return rng.normal() * 2, sd, rng.normal(size=n) * 3


@exercise(
    measurements,
    hints=(
        "Minus the logarithm of exp(-u) is u, that of 1/c is log(c).",
        "Per row: (y - mean)**2 / (2 * sd**2) + log(sd) + log(2 * pi) / 2.",
        "Then the mean over the rows.",
    ),
    edges=((0.0, 1.0, np.zeros(3)), (1e3, 2.0, np.array([0.0]))),
)
def normal_cost(mean, sd, y):
    squares = (y - mean) ** 2 / (2 * sd**2)
    return np.mean(squares) + np.log(sd) + np.log(2 * np.pi) / 2


@normal_cost.mistake(
    "log(sd) is missing: without it the cost falls for ever as sd grows. A wide "
    "density is also a low one."
)
def _(mean, sd, y):
    return np.mean((y - mean) ** 2 / (2 * sd**2)) + np.log(2 * np.pi) / 2


@normal_cost.mistake(
    "The constant log(2 pi) / 2 is missing. It does not move the minimum, but asked is "
    "the whole logarithm."
)
def _(mean, sd, y):
    return np.mean((y - mean) ** 2 / (2 * sd**2)) + np.log(sd)


@normal_cost.mistake(
    "The 2 below the square is missing: the exponent is -(y - mean)² / (2 sd²)."
)
def _(mean, sd, y):
    return np.mean((y - mean) ** 2 / sd**2) + np.log(sd) + np.log(2 * np.pi) / 2


@normal_cost.mistake(
    "You divided by sd, not by its square: both (y - mean)² and sd² have the units of "
    "y squared, so that the exponent has none."
)
def _(mean, sd, y):
    squares = (y - mean) ** 2 / (2 * sd)
    return np.mean(squares) + np.log(sd) + np.log(2 * np.pi) / 2


@normal_cost.mistake(
    "You took log(2 pi sd²) whole: the root in the density halves it, as log(√c) is "
    "log(c) / 2."
)
def _(mean, sd, y):
    squares = (y - mean) ** 2 / (2 * sd**2)
    return np.mean(squares) + np.log(2 * np.pi * sd**2)


@normal_cost.mistake(
    "You squared the mean of the differences: they cancel. Square each first, then "
    "take the mean."
)
def _(mean, sd, y):
    squares = np.mean(y - mean) ** 2 / (2 * sd**2)
    return squares + np.log(sd) + np.log(2 * np.pi) / 2


@normal_cost.mistake(
    "That is the log density. A cost is minus it: likely rows cost little."
)
def _(mean, sd, y):
    squares = (y - mean) ** 2 / (2 * sd**2)
    return -(np.mean(squares) + np.log(sd) + np.log(2 * np.pi) / 2)


@normal_cost.mistake(
    "Only the square is there. Asked is the density with all its terms: the "
    "logarithms of sd and of the root of 2 pi belong to it."
)
def _(mean, sd, y):
    return np.mean((y - mean) ** 2) / (2 * sd**2)


@normal_cost.mistake(
    "That is the mean of the density itself: take minus its logarithm in each row, "
    "then the mean."
)
def _(mean, sd, y):
    root = np.sqrt(2 * np.pi)
    return np.mean(np.exp(-((y - mean) ** 2) / (2 * sd**2)) / (sd * root))


@normal_cost.mistake(
    "You took the logarithm of the mean density. Each row has its own logarithm: "
    "first the logarithms, then their mean."
)
def _(mean, sd, y):
    density = np.exp(-((y - mean) ** 2) / (2 * sd**2)) / (sd * np.sqrt(2 * np.pi))
    return -np.log(np.mean(density))


def outputs_and_classes(rng):
    n, k = int(rng.integers(1, 7)), int(rng.integers(2, 6))
    return rng.normal(size=(n, k)) * 2, rng.integers(0, k, size=n)


@exercise(
    outputs_and_classes,
    hints=(
        "-log softmax(z)[j] = log(sum(exp(z))) - z[j], along each row.",
        "Z[np.arange(n), y] takes the output of the true class from each row.",
        "exp(1000) overflows: subtract each row's largest output from it first.",
    ),
    edges=(
        (np.array([[1000.0, 0.0, -1000.0], [0.0, 999.0, 1000.0]]), np.array([1, 2])),
        (np.array([[1000.0, 999.0]]), np.array([1])),
        (np.zeros((3, 4)), np.array([0, 3, 1])),
    ),
)
def cross_entropy(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(log_sums - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "exp(1000) is infinite, so large outputs give inf or nan. Subtract each row's "
    "largest output first: the quotient of softmax stays the same."
)
def _(Z, y):
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(log_sums - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "The softmax overflows for outputs like 1000, or gives a probability of 0 whose "
    "logarithm is infinite. Take log(sum(exp(z))) - z[j] directly, from outputs less "
    "their row's largest."
)
def _(Z, y):
    p = np.exp(Z) / np.sum(np.exp(Z), axis=1, keepdims=True)
    return np.mean(-np.log(p[np.arange(len(y)), y]))


@cross_entropy.mistake(
    "You subtracted the largest output, but a probability that rounds to 0 still has "
    "an infinite logarithm. Do not form p: the cost is log(sum(exp(z))) - z[j]."
)
def _(Z, y):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    p = E / np.sum(E, axis=1, keepdims=True)
    return np.mean(-np.log(p[np.arange(len(y)), y]))


@cross_entropy.mistake(
    "You summed over the rows (axis 0). Each row is an example whose k outputs belong "
    "together: sum along axis 1."
)
def _(Z, y):
    Z = Z - Z.max(axis=0)
    log_sums = np.log(np.sum(np.exp(Z), axis=0))
    return np.mean((log_sums - Z)[np.arange(len(y)), y])


@cross_entropy.mistake(
    "You took the largest output of each row, whatever the class: the cost looks at "
    "the output of the true class y."
)
def _(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(Z), axis=1)))


@cross_entropy.mistake("That is the mean log probability; a cost is minus it.")
def _(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(Z[np.arange(len(y)), y] - log_sums)


@cross_entropy.mistake("That is the sum over the rows; asked is their mean.")
def _(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.sum(log_sums - Z[np.arange(len(y)), y])


@cross_entropy.mistake(
    "Z[:, y] takes for every row the classes of all rows, (n, n) numbers. Pair the "
    "rows with their classes: Z[np.arange(n), y]."
)
def _(Z, y):
    Z = Z - Z.max(axis=1, keepdims=True)
    log_sums = np.log(np.sum(np.exp(Z), axis=1))
    return np.mean(log_sums - Z[:, y])


@cross_entropy.mistake(
    "The largest output was taken from the outputs within the sum, and not from that "
    "of the true class: add it again after the logarithm."
)
def _(Z, y):
    m = Z.max(axis=1)
    lse = np.log(np.exp(Z - m[:, None]).sum(axis=1))
    return np.mean(lse - Z[np.arange(len(y)), y])


def counted(rng):
    n = int(rng.integers(1, 9))
    return rng.normal(size=n), rng.poisson(3, size=n)


@exercise(
    counted,
    hints=(
        "The expected count is lambda = exp(z), so log(lambda) is z itself.",
        "Minus the logarithm of lambda**t * exp(-lambda) is lambda - t * log(lambda).",
    ),
    edges=((np.array([0.0, -800.0]), np.array([3, 0])),),
)
def poisson_cost(z, t):
    return np.mean(np.exp(z) - t * z)


@poisson_cost.mistake(
    "You took z for the expected count. It is the logarithm of it, so that any output "
    "gives a positive count: lambda = exp(z)."
)
def _(z, t):
    return np.mean(z - t * np.log(z))


@poisson_cost.mistake(
    "The sign is turned: a cost is minus the log probability, exp(z) - t z."
)
def _(z, t):
    return np.mean(t * z - np.exp(z))


@poisson_cost.mistake("That is the sum over the rows; asked is their mean.")
def _(z, t):
    return np.sum(np.exp(z) - t * z)


@poisson_cost.mistake(
    "That is the squared error of the count: it takes the spread of all counts for the "
    "same. A Poisson count spreads by the root of its mean."
)
def _(z, t):
    return np.mean((np.exp(z) - t) ** 2)


@poisson_cost.mistake(
    "You multiplied t by exp(z). The logarithm of lambda**t is t log(lambda), and "
    "log(lambda) is z."
)
def _(z, t):
    return np.mean(np.exp(z) - t * np.exp(z))


@poisson_cost.mistake(
    "exp(z) is missing: without it a larger output would never cost more."
)
def _(z, t):
    return np.mean(-t * z)


@poisson_cost.mistake(
    "log(exp(z)) is z on paper, but exp(-800) is 0 in a float, and log(0) is -inf. "
    "Write z."
)
def _(z, t):
    rate = np.exp(z)
    return np.mean(rate - t * np.log(rate))
