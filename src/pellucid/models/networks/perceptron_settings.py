"""What the settings of the two perceptrons may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.models import checks
from pellucid.models.networks.network import ACTIVATIONS
from pellucid.running.targets import TARGETS

STOCHASTIC = ("adam", "sgd")
SHARE = checks.number(0, np.nextafter(1, 0), "a number from 0 to below 1")

CHECKS = {
    "activation": checks.either(
        checks.one_of(*ACTIVATIONS), (callable, "a function of z")
    ),
    "solver": checks.one_of("lbfgs", *STOCHASTIC),
    "alpha": checks.number(0),
    "batch_size": checks.either(checks.one_of("auto"), checks.count(1)),
    "learning_rate": checks.one_of("constant", "invscaling", "adaptive"),
    "learning_rate_init": checks.positive(),
    "power_t": checks.number(0),
    "max_iter": checks.count(1),
    "shuffle": checks.flag,
    "tol": checks.number(0),
    "warm_start": checks.flag,
    "momentum": checks.number(0, 1),
    "nesterovs_momentum": checks.flag,
    "early_stopping": checks.flag,
    "validation_fraction": SHARE,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": checks.positive(),
    "n_iter_no_change": checks.either(
        checks.count(1), checks.number(np.inf, expected="infinity")
    ),
    "max_fun": checks.count(1),
    "dropout": SHARE,
    "batch_norm": checks.flag,
    "target": checks.one_of(*TARGETS),
}

NOT_FINITE = (
    "(scikit-learn: Solver produced non-finite parameter weights. The input data may "
    "contain large values and need to be preprocessed)"
)


def in_batches(model: Any) -> bool:
    """Whether the model can learn from one batch after another."""
    if model.solver not in STOCHASTIC:
        message = (
            "partial_fit learns in mini-batches, and solver='lbfgs' takes all rows"
        )
        raise AttributeError(f"{type(model).__name__}: {message}; set solver='adam'.")
    return True
