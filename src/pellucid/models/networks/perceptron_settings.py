"""What the settings of the two perceptrons may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from pellucid.models import base
from pellucid.models.networks.network import ACTIVATIONS
from pellucid.running.targets import TARGETS

STOCHASTIC = ("adam", "sgd")
SHARE = base.number(0, np.nextafter(1, 0), "a number from 0 to below 1")

CHECKS = {
    "activation": base.either(base.one_of(*ACTIVATIONS), (callable, "a function of z")),
    "solver": base.one_of("lbfgs", *STOCHASTIC),
    "alpha": base.number(0),
    "batch_size": base.either(base.one_of("auto"), base.count(1)),
    "learning_rate": base.one_of("constant", "invscaling", "adaptive"),
    "learning_rate_init": base.positive(),
    "power_t": base.number(0),
    "max_iter": base.count(1),
    "shuffle": base.flag,
    "tol": base.number(0),
    "warm_start": base.flag,
    "momentum": base.number(0, 1),
    "nesterovs_momentum": base.flag,
    "early_stopping": base.flag,
    "validation_fraction": SHARE,
    "beta_1": SHARE,
    "beta_2": SHARE,
    "epsilon": base.positive(),
    "n_iter_no_change": base.either(
        base.count(1), base.number(np.inf, expected="infinity")
    ),
    "max_fun": base.count(1),
    "dropout": SHARE,
    "batch_norm": base.flag,
    "target": base.one_of(*TARGETS),
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
