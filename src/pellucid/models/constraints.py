"""What holds the coefficients of a model back: a penalty, or bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Constraint:
    """A parameter of models that may move coefficients from the likeliest.

    Parameters
    ----------
    parameter : str
        What it is called.
    holds : callable
        Whether a value of it does.
    what : str
        What it is, in words.
    remedy : str
        The value with which it does not.
    """

    parameter: str
    holds: Callable[[Any], bool]
    what: str
    remedy: str

    def setting(self, model: Any) -> str:
        """How a model has it."""
        return f"{self.parameter}={getattr(model, self.parameter)}"


PENALTY = "the penalty"
CONSTRAINTS = (
    Constraint("positive", bool, "the bound at 0", "positive=False"),
    Constraint("alpha", lambda alpha: alpha > 0, PENALTY, "alpha=0"),
    Constraint("C", lambda C: float("inf") > C, PENALTY, "C=np.inf"),
)


def constraints_of(model: Any) -> list[Constraint]:
    """Which of them hold the coefficients of a model back."""
    given = model.get_params(deep=False)
    if given.get("penalty", "") is None:  # as scikit-learn once said C=np.inf
        return []
    return [
        each
        for each in CONSTRAINTS
        if each.parameter in given and each.holds(given[each.parameter])
    ]


def is_penalised(model: Any) -> bool:
    """Whether a penalty says which of many coefficients are meant."""
    return any(each.what == PENALTY for each in constraints_of(model))
