"""What the state of each linear model is; see `states`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.models.files import parts
from pellucid.models.files.parts import (
    FEATURES,
    FLAG,
    HELD_OUT,
    NUMBER,
    TEXT,
    Fields,
    Maybe,
    Part,
    reals,
    records,
    whole,
)
from pellucid.regression.error_free import Double
from pellucid.regression.explained import Explained
from pellucid.regression.monomials import count
from pellucid.regression.new_rows import Turned
from pellucid.regression.polynomials import Basis
from pellucid.regression.spread import Spread
from pellucid.statistics.likelihood import Likelihoods

State = Mapping[str, Any]


def spread_of(d: str) -> Fields:
    """How rows lie in d columns."""
    turned = Fields(Turned, {"F": reals(f"{d} r"), "turn": reals("t t")})
    return Fields(
        Spread,
        {
            "exponent": parts.ArrayOf((d,), kinds="i"),
            "mean": reals(d),
            "length": reals(d),
            "inverse": reals(f"{d} r"),
            "at_zero": reals("r"),
            "of_mean": NUMBER,
            "turned": Maybe(turned),
        },
    )


EXPLAINED = Fields(
    Explained,
    {
        "left": reals("k"),
        "around": reals("k"),
        "whole": reals("k"),
        "total": NUMBER,
        "e": parts.ArrayOf(("k",), kinds="i"),
        "f": whole(-2048),
    },
)
LINEAR: dict[str, Part] = {
    **FEATURES,
    "notes_": parts.Sentences(),
    "coef_": reals("d", "k d"),
    "intercept_": reals("", "k"),
    "digits_": records("d", "k d"),
    "rank_": whole(),
    "singular_": records("m"),
    "history_": records("2"),
    "_target": TEXT,
    "_r2": NUMBER,
    "_explained": EXPLAINED,
    "_constant": FLAG,
    "_log_weights": Maybe(NUMBER),
    "_spread": spread_of("d"),
    "_rows": parts.Rows(),
    **HELD_OUT,
}
BASIS = Fields(
    Basis,
    {
        "degree": whole(),
        "unit": parts.ArrayOf(("d",), kinds="i"),
        "zoom": parts.ArrayOf(("d",), kinds="i"),
        "centre": reals("d"),
        "h": reals("d g g"),
        "scale": parts.ArrayOf(("d g",), kinds="i"),
        "own": parts.ArrayOf(("d",), kinds="i"),
    },
)
POLYNOMIAL: dict[str, Part] = {
    **{name: part for name, part in LINEAR.items() if name != "singular_"},
    "coef_": reals("p", "k p"),
    "digits_": records("p", "k p"),
    "_spread": spread_of("p"),
    "_basis": BASIS,
    "_inside": Fields(Double, {"head": reals("whole k"), "tail": reals("whole k")}),
    "_factor": records("whole m"),
}
LIKELIHOODS = Fields(
    Likelihoods,
    {
        "factor": records("p m"),
        "rows": whole(),
        "total": parts.ABOVE,
        "rank": NUMBER,
        "alone": whole(),
        "gone": reals("p"),
        "left": NUMBER,
        "found": NUMBER,
        "constant": NUMBER,
        "deviance": NUMBER,
        "null_deviance": NUMBER,
    },
)
LOGISTIC: dict[str, Part] = {
    **FEATURES,
    "notes_": parts.Sentences(),
    "classes_": parts.Labels(),
    "coef_": reals("o d"),
    "intercept_": reals("o"),
    "n_iter_": parts.ArrayOf(("1",), kinds="i"),
    "history_": records("t"),
    "_target": TEXT,
    "separable_": FLAG,
    "solver_": TEXT,
    "_Cn": parts.ABOVE,
    "_scale": Maybe(reals("d")),
    "_accuracy": NUMBER,
    "_likelihoods": LIKELIHOODS,
    "_rows": parts.Rows(),
}

HUBER: dict[str, Part] = {
    **FEATURES,
    "coef_": reals("d"),
    "intercept_": NUMBER,
    "scale_": NUMBER,
    "outliers_": parts.ArrayOf(("m",), kinds="b"),
    "n_iter_": whole(),
    "history_": records("t"),
    "_target": TEXT,
    "_rows": parts.Rows(),
}

POISSON: dict[str, Part] = {
    **FEATURES,
    "notes_": parts.Sentences(),
    "coef_": reals("d"),
    "intercept_": NUMBER,
    "n_iter_": whole(),
    "history_": records("t"),
    "solver_": TEXT,
    "separable_": FLAG,
    "_target": TEXT,
    "_d2": NUMBER,
    "_likelihoods": LIKELIHOODS,
    "_rows": parts.Rows(),
}


# -- what must go together ------------------------------------------------------------


def of_linear(state: State) -> str:
    """A linear regression."""
    one, b, spread = state["coef_"].ndim == 1, state["intercept_"], state["_spread"]
    absent = isinstance(b, float) and b == 0  # as it is without an intercept
    if not (absent or one == (np.ndim(b) == 0)):
        return "as many intercepts as targets"
    if one != (len(state["_rows"][1][0]) == 1):
        return "weights for each target"
    known, turned = spread["inverse"].shape[1], spread["turned"]
    if known and state["rank_"] != known:  # nothing, where iterations have solved
        return "as many directions as its rank"
    if turned and len(turned["turn"]) not in (known, known + 1):
        return "a turn of all directions"
    return "" if np.all(spread["length"] >= 0) else "columns of a length"


def of_polynomial(state: State) -> str:
    """A polynomial regression."""
    basis, w = state["_basis"], state["coef_"]
    g, terms = basis["degree"], w.shape[-1]
    if basis["h"].shape[1] != g or terms != count(state["n_features_in_"], g) - 1:
        return "a coefficient for each term of its degree"
    told = state["_inside"]["head"], state["_factor"]
    if any(len(each) != terms + 1 for each in told):
        return "as many numbers as terms"
    return of_linear(state)


def of_one_target(state: State) -> str:
    """A regression of one target."""
    return "" if state["_rows"][1][0][1:] == [] else "one target"


def of_logistic(state: State) -> str:
    """A logistic regression."""
    c, o = len(state["classes_"]), len(state["coef_"])
    if c < 2 or o != (1 if c == 2 else c):
        return "weights for each class"
    y = state["_rows"][1][0]
    return "" if y[1:] == ([] if c == 2 else [c]) else "rows of its classes"
