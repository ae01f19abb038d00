"""Stretch 8: the likelihoods behind the costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.layers.activations import sigmoid, softmax
from pellucid.minimisers.minimise import minimise
from pellucid.models import costs
from pellucid.show import plots
from pellucid.tour.data import Data
from pellucid.tour.guide import Guide, as_typed

Array = NDArray[Any]


def gaussian(mean: Any, log_sd: Any, y: Array) -> Any:
    """Minus the mean log density of the normal distribution."""
    u = (y - mean) / np.exp(log_sd)
    return np.mean(u**2 / 2 + log_sd) + np.log(2 * np.pi) / 2


def bernoulli(z: Any, y: Array) -> Any:
    """Minus the mean log probability of y, which is 1 with probability sigmoid(z)."""
    return np.mean(costs.log_loss(z + np.zeros(len(y)), y))


def categorical(z: Any, y: Array) -> Any:
    """Minus the mean log probability of the classes y under softmax(z)."""
    return np.mean(costs.cross_entropy(z + np.zeros((len(y), 10)), y))


def walk(guide: Guide, data: Data) -> None:
    """Three costs, the likelihoods that they are, and the estimates that follow."""
    guide.stretch("likelihood", "The likelihoods behind the costs")
    meaning(guide)
    pictured(guide)
    same_numbers(guide)
    estimated(guide, data)


def meaning(guide: Guide) -> None:
    """Which cost stands for which distribution."""
    guide.say(
        "Where do costs come from? Say how the data arise, and the most likely "
        "parameters are those with the least −log likelihood. For a normal "
        "distribution that is the squared error, for yes and no the log loss, for "
        "several classes the cross-entropy. A prior on the weights is a penalty: a "
        "normal one gives L2, Laplace's gives L1."
    )
    guide.formula(
        r"\begin{aligned}"
        r"-\log \mathcal{N}(t; z, \sigma^2) &= \frac{(z - t)^2}{2 \sigma^2}"
        r" + \log(\sigma \sqrt{2 \pi}) \\"
        r"-\log \mathrm{Bernoulli}(t; p) &= -t \log p - (1 - t) \log(1 - p),"
        r" \quad p = \frac{1}{1 + e^{-z}} \\"
        r"-\log \mathrm{Categorical}(t; p) &= -\log p_t,"
        r" \quad p_j = \frac{e^{z_j}}{\sum_i e^{z_i}}"
        r"\end{aligned}"
    )


def pictured(guide: Guide) -> None:
    """The three costs as the output changes."""
    z = np.linspace(-3, 4, 200)
    ones = np.ones_like(z)
    others = np.column_stack([np.zeros_like(z), z, np.zeros_like(z)])  # (m, 3)
    guide.picture(
        "likelihood-costs",
        plots.functions(
            z,
            {
                "squared error / 2": costs.squared_error(z, ones) / 2,
                "log loss": costs.log_loss(z, ones),
                "cross-entropy": costs.cross_entropy(others, ones.astype(int)),
            },
            title="The squared error also blames outputs that are too right",
            x_label="output z, where 1 is true",
            y_label="cost",
        ),
        "Minus the log likelihood of a normal distribution, of yes and no, and of one "
        "class of three whose others have the output 0, as the output changes.",
    )


def same_numbers(guide: Guide) -> None:
    """Each cost against the log density of the distribution."""
    from scipy import stats

    rng = np.random.default_rng(0)
    z, t = rng.normal(size=(2, 1000))
    yes, j = rng.integers(0, 2, 1000), rng.integers(0, 10, 1000)
    Z = rng.normal(size=(1000, 10))
    constant = np.log(2 * np.pi) / 2
    differences = {
        "squared error": costs.squared_error(z, t) / 2
        + constant
        + stats.norm.logpdf(t, z),
        "log loss": costs.log_loss(z, yes) + stats.bernoulli.logpmf(yes, sigmoid(z)),
        "cross-entropy": costs.cross_entropy(Z, j)
        + np.log(softmax(Z)[np.arange(1000), j]),
    }
    guide.say(
        "On a thousand random rows each, cost and −log likelihood differ by rounding:"
    )
    guide.found({name: np.abs(d).max() for name, d in differences.items()})


def estimated(guide: Guide, data: Data) -> None:
    """Start from the likelihood: minimising it gives means, spreads and shares."""
    y, yes, classes = data.line.y, data.two.y, data.ten.y
    start = (float(np.median(y)), float(np.log(np.ptp(y))))
    mean, log_sd = minimise(gaussian, start, y).x
    chance = sigmoid(minimise(bernoulli, 0.0, yes).x)
    shares = softmax(minimise(categorical, np.zeros(10), classes).x)
    guide.say(
        "So a person can start from the likelihood, and `minimise` finds the "
        "parameters. Those of the plainest models are known without it, which makes a "
        "good test:"
    )
    use = "fit = pl.minimise(gaussian, (mean, log_sd), y)"
    guide.code(f"{as_typed(gaussian)}\n\n\n{use}")
    target = data.line.target
    rows = [
        (f"normal: mean of {target}", mean, y.mean()),
        (f"normal: standard deviation of {target}", np.exp(log_sd), y.std()),
        ("yes or no: share of 1", chance, yes.mean()),
        ("ten classes: share of 9", shares[9], np.mean(classes == 9)),
    ]
    guide.table(rows, ("parameter", "most likely", "known"))
    guide.keep({name: (found, known) for name, found, known in rows})
