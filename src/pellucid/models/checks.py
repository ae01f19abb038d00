"""Checks of parameters: what a value must be, in words that an error can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.errors import ModelError

Check = tuple[Callable[[Any], bool], str]


def check_parameters(model: Any, checks: Mapping[str, Check]) -> None:
    """Refuse the first parameter whose value fails its check.

    Parameters
    ----------
    model : estimator
        Whose parameters are meant.
    checks : mapping
        From the name of a parameter to a test of its value and what is expected of it.

    Raises
    ------
    ModelError
        With the parameter, what was expected of it, and what it is.
    """
    for name, check in checks.items():
        check_value(model, name, getattr(model, name), check)


def check_value(model: Any, name: str, value: Any, check: Check) -> None:
    """Refuse a value that fails its check."""
    passes, expected = check
    if not passes(value):
        message = f"{type(model).__name__}: expected {name} to be {expected}, got "
        raise ModelError(f"{message}{value!r}; set it to one.")


def is_number(value: Any) -> bool:
    """Whether a value is a real number; a truth value is not."""
    kinds = (int, float, np.integer, np.floating)
    return isinstance(value, kinds) and not isinstance(value, bool)


def number(low: float, high: float = np.inf, expected: str = "") -> Check:
    """Check for a number in [low, high]; infinity is none, unless it is asked for."""
    said = expected or f"a number from {low:g} to {high:g}".replace(" to inf", " up")
    most = high if low == np.inf else min(high, np.finfo(float).max)
    return lambda value: is_number(value) and low <= value <= most, said


def positive(expected: str = "a positive number") -> Check:
    """Check for a number above 0."""
    return lambda value: is_number(value) and value > 0, expected


def count(low: int) -> Check:
    """Check for a whole number from `low` up."""
    whole = (int, np.integer)
    return (
        lambda value: (
            is_number(value) and isinstance(value, whole) and bool(value >= low)
        ),
        f"a whole number from {low} up",
    )


def one_of(*choices: Any) -> Check:
    """Check for one of a few values."""
    said = "one of " + ", ".join(repr(choice) for choice in choices)
    return lambda value: any(value is c or _equal(value, c) for c in choices), said


def either(*checks: Check) -> Check:
    """Check for what passes one of several checks."""
    said = " or ".join(expected for _, expected in checks)
    return lambda value: any(passes(value) for passes, _ in checks), said


def _equal(value: Any, choice: Any) -> bool:
    return isinstance(value, str) and value == choice


flag: Check = (lambda value: isinstance(value, (bool, np.bool_)), "True or False")
