"""What the state of each model is: one table a class, read by `save` and `load`.

The tables list every attribute that `fit` sets, and nothing else is saved. What must
agree beyond sizes, such as classes and outputs, is a function beside them.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.minimisers.methods import GradientDescent
from pellucid.minimisers.task import Fit, Standing
from pellucid.models import (
    checks,
    huber,
    linear,
    linear_settings,
    logistic,
    logistic_settings,
    poisson,
    polynomial,
)
from pellucid.models.files import linear_states, network_states, parts
from pellucid.models.files.parts import (
    FEATURES,
    FLAG,
    HELD_OUT,
    NUMBER,
    NUMBERS,
    TEXT,
    Fields,
    Many,
    Maybe,
    Part,
    one_of,
    reals,
    records,
    whole,
)
from pellucid.models.networks import (
    network_classifier,
    network_regressor,
    networks,
    perceptron_regressor,
    perceptron_settings,
    perceptrons,
)
from pellucid.models.networks.epochs import AdamHat, Plateau, Rate
from pellucid.models.networks.network import OUTPUT_OF, OUTPUTS
from pellucid.models.networks.plain import unfit

State = Mapping[str, Any]


# Attributes that only some fits set.
OPTIONAL = frozenset(
    {
        "feature_names_in_",
        "loss_curve_",
        "best_loss_",
        "validation_history_",
        "validation_scores_",
        "best_validation_score_",
        "_held_out_error",
        "notes_",
    }
)


@dataclass(frozen=True)
class ModelKind:
    """What is known of one class of models.

    Parameters
    ----------
    model : type
        The class.
    checks : mapping
        Of the constructor's parameters, as `fit` checks them.
    parts : mapping
        From each attribute that a fit sets to what it has to be.
    wrong : callable
        What of a state does not go together, "" where all does.
    optional : set of str
        Attributes that only some fits set.
    """

    model: Any
    checks: Mapping[str, checks.Check]
    parts: Mapping[str, Part]
    wrong: Callable[[State], str]
    optional: frozenset[str] = OPTIONAL


# -- parameters that no fit checks ----------------------------------------------------


def _is_count(value: Any) -> bool:
    return checks.is_number(value) and float(value).is_integer()


def _are_counts(value: Any) -> bool:
    units = value.tolist() if isinstance(value, np.ndarray) else value
    several = isinstance(units, list | tuple)
    return all(map(_is_count, units)) if several else _is_count(units)


def _are_weights(value: Any) -> bool:
    several = isinstance(value, list)
    return all(isinstance(each, dict) and all(map(checks.is_number, each.values()))
               for each in (value if several else [value]))  # fmt: skip


NONE: checks.Check = (lambda value: value is None, "None")
UNCHECKED: dict[str, checks.Check] = {
    "n_jobs": checks.either(NONE, (_is_count, "a whole number")),
    "verbose": checks.either(checks.flag, checks.number(-np.inf, expected="a number")),
    "device": checks.either(NONE, (lambda value: isinstance(value, str), "text")),
    "random_state": checks.either(
        NONE,
        (_is_count, "a whole number"),
        (lambda value: isinstance(value, np.random.RandomState), "a RandomState"),
    ),
    "class_weight": checks.either(
        NONE, checks.one_of("balanced"), (_are_weights, "a dict of weights")
    ),
    "hidden_layer_sizes": (_are_counts, "whole numbers"),
}


# -- tables ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Layers(parts.Plain):
    """Layers, a list of pairs (W, b), each of which takes what the one before gives.

    With dropout or batch normalisation, what moves by itself comes beside them.
    """

    def check(self, where: str, value: Any, sizes: parts.Sizes) -> None:
        """Check each layer, and that they fit together."""
        if isinstance(value, dict) and value.keys() == {"layers", "norms", "step"}:
            network_states.NORMS.check(f"{where}.norms", value["norms"], sizes)
            reals("").check(f"{where}.step", value["step"], sizes)
            value = value["layers"]
        pairs = isinstance(value, list) and value
        if not pairs or not all(isinstance(v, tuple) and len(v) == 2 for v in value):
            raise unfit(where, "a list of pairs of weights and biases", value)
        units = sizes["d"]
        for i, (W, b) in enumerate(value):
            layer = {"inputs": units}
            reals("inputs outputs").check(f"{where}.{i}.0", W, layer)
            reals("outputs").check(f"{where}.{i}.1", b, layer)
            units = layer["outputs"]
        if units != sizes.setdefault("k", units):
            raise unfit(where, f"layers with {sizes['k']} outputs", f"{units}")


@dataclass(frozen=True)
class MethodName:
    """A method that takes the steps of a perceptron, by its name."""

    def check(self, where: str, value: Any, sizes: parts.Sizes) -> None:
        """Look it up."""
        parts.one_of(*METHODS).check(where, value, sizes)

    def to_plain(self, value: Any) -> Any:
        """Its name."""
        return value.__name__

    def from_plain(self, value: Any) -> Any:
        """The method of that name."""
        return METHODS[value]


METHODS = {method.__name__: method for method in (AdamHat, GradientDescent)}
RATE = Fields(
    Rate,
    {"kind": TEXT, "first": NUMBER, "power": NUMBER, "now": NUMBER},
    later=("now",),
)
WATCH = Fields(
    Plateau,
    {
        "rate": RATE,
        "tol": NUMBER,
        "patience": NUMBER,
        "rows": whole(),
        "seen": whole(),
        "waited": whole(),
        "stopped": FLAG,
        "losses": NUMBERS,
        "best_loss": NUMBER,
        "scores": NUMBERS,
        "best_score": NUMBER,
        "held_out": NUMBERS,
        "layers": Maybe(Layers()),
    },
    preset={"judge": None},
)
STANDING = Fields(
    Standing, {"method": MethodName(), "kept": parts.ARRAYS, "t": whole()}
)
FIT = Fields(
    Fit,
    {
        "x": Layers(),
        "fun": NUMBER,
        "history": records("steps"),
        "nit": whole(),
        "success": FLAG,
        "message": TEXT,
        "standing": STANDING,
    },
)
NETWORK: dict[str, Part] = {
    **FEATURES,
    "n_outputs_": parts.Size("k"),
    "n_layers_": parts.Size("layers"),
    "coefs_": Many(reals("inputs outputs")),
    "intercepts_": Many(reals("outputs")),
    "norms_": network_states.NORMS,
    "_step": NUMBER,
    "out_activation_": one_of(*OUTPUTS),
    "t_": whole(),
    "n_iter_": whole(),
    "loss_": NUMBER,
    "history_": records("t"),
    "loss_curve_": NUMBERS,
    "best_loss_": Maybe(NUMBER),
    "validation_history_": records("v"),
    "validation_scores_": Maybe(NUMBERS),
    "best_validation_score_": Maybe(NUMBER),
    "_watch": Maybe(WATCH),
    "_last": Maybe(FIT),
    "_rows": parts.Rows(),
}
CLASSIFIER: dict[str, Part] = {
    **NETWORK,
    "classes_": parts.Labels(),
    "_loss": one_of("log_loss", "cross_entropy"),
}
REGRESSOR: dict[str, Part] = {
    **NETWORK,
    "_loss": one_of("squared_error", "poisson"),
    **HELD_OUT,
}

# -- what must go together ------------------------------------------------------------


def _of_network(state: State) -> str:
    Ws, bs = state["coefs_"], state["intercepts_"]
    sizes = [state["n_features_in_"], *(len(b) for b in bs)]
    if [W.shape for W in Ws] != [*itertools.pairwise(sizes)]:
        return "layers that take what the layer before gives"
    norms = [own["scale"].shape for own in state["norms_"]]
    if norms and norms != [(h,) for h in sizes[1:-1]]:
        return "a normalisation in each hidden layer"
    if sizes[-1] != state["n_outputs_"] or len(sizes) != state["n_layers_"]:
        return "as many layers and outputs as it tells"
    if len(sizes) < 2 or len(state["_rows"][1][0]) != 2:
        return "a layer, and its rows"
    if state["out_activation_"] != OUTPUT_OF[state["_loss"]]:
        return "an output that goes with its cost"
    return ""


def _of_classifier(state: State) -> str:
    classes, k = state["classes_"], state["n_outputs_"]
    binary = state["_loss"] == "log_loss" and k == 1 and len(classes) == 2
    labelled = state["_loss"] == "log_loss" and classes.tolist() == [*range(k)]
    several = state["_loss"] == "cross_entropy" and len(classes) == k
    if not (binary or labelled or several):
        return "as many outputs as classes"
    return _of_network(state)


KINDS = {
    kind.model.__name__: kind
    for kind in (
        ModelKind(linear.LinearRegression, linear_settings.CHECKS,
                  linear_states.LINEAR, linear_states.of_linear),
        ModelKind(polynomial.PolynomialRegression, polynomial.CHECKS,
                  linear_states.POLYNOMIAL, linear_states.of_polynomial),
        ModelKind(logistic.LogisticRegression, logistic_settings.CHECKS,
                  linear_states.LOGISTIC, linear_states.of_logistic),
        ModelKind(huber.HuberRegression, huber.CHECKS, linear_states.HUBER,
                  linear_states.of_one_target),
        ModelKind(poisson.PoissonRegression, poisson.CHECKS, linear_states.POISSON,
                  linear_states.of_one_target),
        ModelKind(perceptrons.MLPClassifier, perceptron_settings.CHECKS, CLASSIFIER,
                  _of_classifier),
        ModelKind(perceptron_regressor.MLPRegressor, perceptron_regressor.CHECKS,
                  REGRESSOR, _of_network),
        ModelKind(network_classifier.NetworkClassifier, networks.CHECKS,
                  network_states.CLASSIFIER, network_states.of_classifier,
                  network_states.OPTIONAL),
        ModelKind(network_regressor.NetworkRegressor, networks.CHECKS,
                  network_states.REGRESSOR, network_states.of_network,
                  network_states.OPTIONAL),
    )
}  # fmt: skip
