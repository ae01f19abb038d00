"""What the settings of layers may be, each with the words that say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from numbers import Integral, Real
from typing import Any

import numpy as np

from pellucid.errors import ModelError
from pellucid.layers.activations import __all__ as names_of_activations
from pellucid.layers.layer import Layer, name_of


def _is_count(value: Any) -> bool:
    is_whole = isinstance(value, Integral) and not isinstance(value, bool)
    return is_whole and int(value) >= 1


def _is_window(value: Any) -> bool:
    is_pair = isinstance(value, tuple) and len(value) == 2
    return all(map(_is_count, value)) if is_pair else _is_count(value)


def _is_number(value: Any, low: float, high: float) -> bool:
    is_real = isinstance(value, Real) and not isinstance(value, bool)
    return is_real and low <= float(value) < high


def _is_function(value: Any) -> bool:
    return callable(value) and not isinstance(value, (type, Layer))


COUNT = _is_count, "a whole number from 1"
WINDOW = _is_window, "a whole number from 1, or a tuple of two for height and width"
SWITCH = (lambda value: isinstance(value, (bool, np.bool_))), "True or False"
# fmt: off
RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "units": COUNT, "filters": COUNT, "count": COUNT, "heads": COUNT,
    "size": WINDOW, "stride": WINDOW,
    "padding": (lambda v: v in ("valid", "same"), "'valid' or 'same'"),
    "activation": (_is_function, "a function of z"),
    "bias": SWITCH, "sequence": SWITCH, "causal": SWITCH,
    "rate": (lambda v: _is_number(v, 0, 1), "a number from 0 to below 1"),
    "momentum": (lambda v: _is_number(v, 0, 1), "a number from 0 to below 1"),
    "eps": (lambda v: _is_number(v, 0, np.inf), "a number from 0"),
}
# fmt: on


def refuse_wrong(layer: Any) -> None:
    """Refuse what a layer cannot be made with, in a sentence."""
    for field in fields(layer):
        rule, sentence = RULES[field.name]
        value = getattr(layer, field.name)
        if value is not field.default and not rule(value):
            message = f"{type(layer).__name__} takes {sentence} as {field.name}"
            raise ModelError(f"{message}, got {name_of(value)}{advice(value)}.")


def advice(value: Any) -> str:
    """Which function is meant by a text."""
    named = isinstance(value, str) and value.lower() in names_of_activations
    return f": write pellucid.activations.{value.lower()}" if named else ""
