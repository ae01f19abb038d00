"""A prior on the weights."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def plane_and_prior(rng):
    n, d = int(rng.integers(1, 8)), int(rng.integers(2, 5))
    X, w = rng.normal(size=(n, d)), rng.normal(size=d) * 2
    return w, X, 3 * rng.normal(size=n), rng.uniform(0.5, 3), rng.uniform(0.3, 2)


@exercise(
    plane_and_prior,
    hints=(
        "The rows give sum((X w - y)²) / (2 sd²), the prior sum(w²) / (2 tau²).",
        "Both are sums: the likelihood has a factor a row, the prior one a weight.",
    ),
    edges=((np.zeros(2), np.eye(3)[:, :2], np.array([1.0, -2.0, 2.0]), 1.0, 0.5),),
)
def minus_log_posterior(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / (2 * sd**2) + np.sum(w**2) / (2 * tau**2)


@minus_log_posterior.mistake(
    "You took the mean of the squared errors. The likelihood has a factor for each "
    "row: with a sum, more rows weigh more against the prior, as they should."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.mean(r**2) / (2 * sd**2) + np.sum(w**2) / (2 * tau**2)


@minus_log_posterior.mistake(
    "You divided by 2 tau. In the exponent of the normal density stands tau², as a "
    "weight of tau is one spread away from 0."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / (2 * sd**2) + np.sum(w**2) / (2 * tau)


@minus_log_posterior.mistake(
    "You multiplied by tau² instead of dividing: a narrow prior, with a small tau, "
    "must punish large weights more."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / (2 * sd**2) + tau**2 * np.sum(w**2) / 2


@minus_log_posterior.mistake(
    "That is Laplace's prior, which gives |w| (the L1 penalty). The normal one gives "
    "w² / (2 tau²)."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / (2 * sd**2) + np.sum(np.abs(w)) / tau


@minus_log_posterior.mistake(
    "You subtracted the prior: then large weights would be rewarded. Prior times "
    "likelihood, and minus the logarithm: both are added."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / (2 * sd**2) - np.sum(w**2) / (2 * tau**2)


@minus_log_posterior.mistake(
    "sd is missing: how much the rows count against the prior depends on their noise."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / 2 + np.sum(w**2) / (2 * tau**2)


@minus_log_posterior.mistake("The prior is missing: that is minus the log likelihood.")
def _(w, X, y, sd, tau):
    return np.sum((X @ w - y) ** 2) / (2 * sd**2)


@minus_log_posterior.mistake(
    "The penalty is a root, |w|: the squares of the weights are added up, and no root "
    "is taken."
)
def _(w, X, y, sd, tau):
    r = X @ w - y
    return np.sum(r**2) / (2 * sd**2) + np.linalg.norm(w) / (2 * tau**2)


@minus_log_posterior.mistake(
    "You divided by sd and tau, not by their squares: the exponent of a normal "
    "density has the square of the spread below the line."
)
def _(w, X, y, sd, tau):
    data = np.sum((y - X @ w) ** 2) / (2 * sd)
    return data + np.sum(w**2) / (2 * tau)


@minus_log_posterior.mistake(
    "The logarithms of sd and tau do not depend on w: they are to be left out."
)
def _(w, X, y, sd, tau):
    data = np.sum((y - X @ w) ** 2) / (2 * sd**2) + len(y) * np.log(sd)
    return data + np.sum(w**2) / (2 * tau**2) + len(w) * np.log(tau)


@minus_log_posterior.mistake(
    "You summed first and squared then: errors of both signs cancel. Square each "
    "error and each weight, then sum."
)
def _(w, X, y, sd, tau):
    data = np.sum(y - X @ w) ** 2 / (2 * sd**2)
    return data + np.sum(w) ** 2 / (2 * tau**2)
