"""What a careful colleague would say of a fit, each a sentence or two with a remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pellucid.models.dependent import dependent, fits_anything
from pellucid.models.separated import separable

UNBOUND = (
    "the errors, tests and intervals are those of a fit without {what}, and do not "
    "hold for this one; fit with {remedy} for such that do."
)


def of(model: Any) -> tuple[str, ...]:
    """The notes of a fitted model, what spoils the others first."""
    return tuple(note for make in NOTES for note in make(model))


def bound(model: Any) -> list[str]:
    """Coefficients that a bound or a penalty has moved have no such errors."""
    parameters = model.get_params(deep=False)
    return [
        UNBOUND.format(what=what, remedy=remedy)
        for name, (bounds, what, remedy) in BOUNDS.items()
        if name in parameters and bounds(parameters[name])
    ]


BOUNDS: dict[str, tuple[Callable[[Any], bool], str, str]] = {
    "positive": (bool, "the bound at 0", "positive=False"),
    "alpha": (lambda alpha: alpha > 0, "the penalty", "alpha=0"),
    "C": (lambda C: float("inf") > C, "the penalty", "C=np.inf"),
}
NOTES = (bound, fits_anything, dependent, separable)
