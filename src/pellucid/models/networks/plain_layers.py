"""Layers and functions that a file can name: they compute, and do nothing else.

These are pellucid's layers, activations and costs, and NumPy's universal functions of
one argument. Nothing else is looked up by a name in a file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

from pellucid import layers
from pellucid.layers import activations
from pellucid.layers.containers import Residual, Sequential, layers_in
from pellucid.models import costs

LAYERS: dict[str, Any] = {name: getattr(layers, name) for name in layers.__all__}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    f"{home.__name__.rpartition('.')[2]}.{name}": getattr(home, name)
    for home in (activations, costs)
    for name in home.__all__
} | {
    f"numpy.{name}": function
    for name, function in vars(np).items()
    if isinstance(function, np.ufunc) and (function.nin, function.nout) == (1, 1)
}


def is_named(value: Any) -> bool:
    """Whether this is one of the layers, whatever its settings."""
    return type(value) is LAYERS.get(type(value).__name__)


def function_name(value: Any) -> str | None:
    """What a file calls a function; None for one of one's own.

    >>> function_name(np.tanh), function_name(activations.relu), function_name(len)
    ('numpy.tanh', 'activations.relu', None)
    """
    return next((name for name, found in FUNCTIONS.items() if found is value), None)


def parts_of(layer: Any) -> dict[str, Any]:
    """The settings of a layer, and the layers in it."""
    if inner := layers_in(layer):
        return {"layers": list(inner)}
    return {f.name: getattr(layer, f.name) for f in fields(layer) if f.init}


def made(name: str, parts: dict[str, Any]) -> Any:
    """A layer of these parts; KeyError or TypeError for others."""
    layer = LAYERS[name]
    if layer in (Sequential, Residual):
        return layer(*parts["layers"])
    return layer(**parts)
