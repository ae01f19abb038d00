"""Overfitting: what is done while a network learns."""

import numpy as np

from pellucid.lessons.exercises.exercise import exercise


def a_layer(rng, training=None):
    n, units = int(rng.integers(2, 6)), int(rng.integers(3, 8))
    h, u = rng.normal(size=(n, units)), rng.random((n, units))
    p = float(rng.choice([0.1, 0.2, 0.3, 0.4, 0.6]))
    return h, u, p, bool(rng.random() < 0.7) if training is None else training


CERTAIN = np.random.default_rng(7)  # once in training and once in prediction


@exercise(
    a_layer,
    edges=(a_layer(CERTAIN, True), a_layer(CERTAIN, False)),
    hints=(
        "In prediction nothing happens: return h as it is.",
        "`u >= p` is True with probability 1 - p; multiplied by h it keeps or drops. "
        "What is kept is divided by 1 - p.",
    ),
)
def dropped(h, u, p, training):
    if not training:
        return h
    return h * (u >= p) / (1 - p)


@dropped.mistake(
    "You dropped units, but did not scale the others: in prediction, when all are "
    "there, the next layer would get 1/(1 - p) times what it learned with."
)
def _(h, u, p, training):
    return h * (u >= p) if training else h


@dropped.mistake(
    "You dropped units in prediction too: the same picture would be read differently "
    "each time. Return h when training is False."
)
def _(h, u, p, training):
    return h * (u >= p) / (1 - p)


@dropped.mistake(
    "You multiplied by 1 - p. With a share 1 - p of the units left, the sum is "
    "already too small by that factor: divide by it."
)
def _(h, u, p, training):
    return h * (u >= p) * (1 - p) if training else h


@dropped.mistake(
    "You took p as the probability that a unit stays. Here, as in most libraries, it "
    "is the probability that it is dropped."
)
def _(h, u, p, training):
    return h * (u < p) / p if training else h


@dropped.mistake(
    "You divided by p, the share that is dropped. What is left is a share 1 - p, so "
    "divide by that."
)
def _(h, u, p, training):
    return h * (u >= p) / p if training else h


@dropped.mistake(
    "You drop and keep the wrong ones: the scale is that of a share 1 - p, but u < p "
    "keeps a share p. Keep where u is p or more."
)
def _(h, u, p, training):
    return h * (u < p) / (1 - p) if training else h


@dropped.mistake(
    "That is the older way: units are dropped in training, and in prediction h is "
    "multiplied by 1 - p. Do all in training (divide by 1 - p), so that prediction "
    "needs to know nothing of p."
)
def _(h, u, p, training):
    return h * (u >= p) if training else h * (1 - p)


def costs_that_turn(rng):
    t = int(rng.integers(12, 30))
    falling = 3 * np.exp(-np.arange(t) / 4) + 0.06 * np.arange(t)
    costs = falling + rng.normal(size=t) * 0.25
    return costs, int(rng.integers(2, 5))


LEVEL = np.array([3.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.5])
LUCKY = np.array([3.0, 2.0, 1.0, 2.5, 2.4, 2.3, 2.2, 0.5, 0.4])
STAIRS = np.array([5.0, 6.0, 4.0, 5.0, 3.0, 4.0, 2.0, 3.0, 1.0])


@exercise(
    costs_that_turn,
    edges=((np.array([3.0, 2.0, 1.0]), 1), (LEVEL, 2), (LUCKY, 3), (STAIRS, 2),
           (np.array([1.0]), 3)),
    hints=(
        "Keep the place of the best epoch so far; where a cost is less than that one, "
        "the best moves to it.",
        "The epochs without gain in a row are `epoch - best`. When they are "
        "`patience`, `break`.",
    ),
)  # fmt: skip
def stopped(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


@stopped.mistake(
    "You looked at all costs for the best epoch. When training stops, the later ones "
    "do not exist: take the best of those so far."
)
def _(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return int(np.argmin(costs)), epoch


@stopped.mistake(
    "You compared with the epoch before. A cost that jumps up and comes back a little "
    "would then count as gain: compare with the best so far."
)
def _(costs, patience):
    best = waited = 0
    for epoch in range(len(costs)):
        gained = epoch == 0 or costs[epoch] < costs[epoch - 1]
        waited = 0 if gained else waited + 1
        best = epoch if costs[epoch] < costs[best] else best
        if waited >= patience:
            break
    return best, epoch


@stopped.mistake(
    "You stopped one epoch too late: with patience 2 the second epoch without gain in "
    "a row is the last."
)
def _(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        if epoch - best > patience:
            break
    return best, epoch


@stopped.mistake(
    "You counted all epochs without gain. Only those in a row count: a new best sets "
    "the count back to 0."
)
def _(costs, patience):
    best = waited = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        elif epoch > 0:
            waited += 1
        if waited >= patience:
            break
    return best, epoch


@stopped.mistake(
    "You returned the epoch at which training stopped as the best one. By then it has "
    "waited in vain: the weights to be kept are those of the best epoch."
)
def _(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] < costs[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return epoch, epoch


@stopped.mistake(
    "A cost that only equals the best so far counted as gain. Nothing was gained: ask "
    "for less, not for less or equal."
)
def _(costs, patience):
    best = 0
    for epoch in range(len(costs)):
        if costs[epoch] <= costs[best]:
            best = epoch
        if epoch - best >= patience:
            break
    return best, epoch


@stopped.mistake(
    "You went through all epochs and never stopped: end the loop when `patience` "
    "epochs in a row have brought nothing."
)
def _(costs, patience):
    return int(np.argmin(costs)), len(costs) - 1
