"""What the settings of `minimise` may be, each with the sentence that says so."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

from pellucid.errors import MinimiseError

Rule = tuple[Callable[[Any], bool], str]


def _counts(value: Any, least: float) -> bool:
    """Whether a value is a whole number from `least` on; True and False are none."""
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    return is_whole and int(value) >= least


def _is_real(value: Any) -> bool:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and not math.isnan(value)


def _or_none(rule: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or rule(value)


# fmt: off
RULES: dict[str, Rule] = {
    "batch_size": (_or_none(lambda v: _counts(v, 1)),
        "a batch has at least one row: give a whole number, or None for all rows"),
    "max_iter": (_or_none(lambda v: _counts(v, 0)),
        "it counts iterations: give a whole number from 0 on"),
    "tol": (_is_real, "give a number; 0 runs all iterations"),
    "clip_norm": (_or_none(lambda v: _is_real(v) and v > 0),
        "a gradient is longer than 0: give such a length, or None to leave it alone"),
    "patience": (lambda v: v == math.inf or _counts(v, 1),
        "it counts epochs: give a whole number from 1 on"),
    "validation": (_or_none(lambda v: isinstance(v, (tuple, list))),
        "give a tuple of what stands in the place of the data, such as (X, y)"),
    "callback": (_or_none(callable),
        "give a function of the iteration, the cost and x, or None"),
    "each": (_or_none(callable), "give a function of a Fit, or None"),
    "verbose": (lambda v: isinstance(v, bool) or _counts(v, 0),
        "give True, False or after how many iterations each the cost is printed"),
    "cost": (callable, "give a function of the parameters and the data"),
}
# fmt: on


def refuse_wrong(settings: Mapping[str, Any]) -> None:
    """Refuse a setting that cannot be, in a sentence.

    >>> refuse_wrong({"tol": None})
    Traceback (most recent call last):
    pellucid.errors.MinimiseError: tol is None; give a number; 0 runs all iterations.
    """
    for name, value in settings.items():
        rule, sentence = RULES[name]
        if not rule(value):
            raise MinimiseError(f"{name} is {_shown(value)}; {sentence}.")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"
