"""What can be chosen: data, features, activations, starts, methods, penalties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers import activations
from pellucid.lessons.playground import recipes
from pellucid.minimisers import methods


@dataclass(frozen=True)
class Data:
    """A set of points: what it is called, what it teaches, and how it is drawn."""

    title: str
    kind: str  # "classes", "number" or "curve"
    classes: int = 1
    draw: Callable[[int, float, int], tuple[Any, Any]] | None = None


DATA = {
    "moons": Data("two moons", "classes", 2, recipes.moons),
    "donut": Data("donut", "classes", 2, recipes.donut),
    "xor": Data("exclusive or", "classes", 2, recipes.xor),
    "spirals": Data("two spirals", "classes", 2, recipes.spirals),
    "blobs": Data("four blobs", "classes", 4, recipes.blobs),
    "saddle": Data("a saddle, a number", "number", 1, recipes.saddle),
    "line": Data("a line with noise", "curve", 1, recipes.line),
    "curve": Data("a curve with noise", "curve", 1, recipes.curve),
    "drawn": Data("points of your own, in classes", "classes"),
    "drawn curve": Data("points of your own, a curve", "curve"),
    "file": Data("a file of your own", "classes"),
}


@dataclass(frozen=True)
class Feature:
    """What a network may be given of a point: its formula, and that as code."""

    shown: str
    code: str
    of: Callable[[Any, Any], Any]

    @property
    def inputs(self) -> str:
        """The names that the code uses."""
        return "x1 x2" if "x2" in self.code else "x1"


FEATURES = {
    "x1": Feature("x₁", "x1", lambda x1, x2: x1),
    "x2": Feature("x₂", "x2", lambda x1, x2: x2),
    "x1^2": Feature("x₁²", "x1**2", lambda x1, x2: x1**2),
    "x2^2": Feature("x₂²", "x2**2", lambda x1, x2: x2**2),
    "x1x2": Feature("x₁ x₂", "x1 * x2", lambda x1, x2: x1 * x2),
    "sin x1": Feature("sin x₁", "np.sin(x1)", lambda x1, x2: np.sin(x1)),
    "sin x2": Feature("sin x₂", "np.sin(x2)", lambda x1, x2: np.sin(x2)),
    "radius": Feature(
        "r", "np.sqrt(x1**2 + x2**2)", lambda x1, x2: np.sqrt(x1**2 + x2**2)
    ),
}

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "tanh": np.tanh,
    "relu": activations.relu,
    "sigmoid": activations.sigmoid,
    "identity": activations.identity,
}

# How large the weights of a layer with m inputs and k units are at the start.
STARTS: dict[str, tuple[str, Callable[[int, int], Any]]] = {
    "glorot": ("np.sqrt(2 / (m + k))", lambda m, k: np.sqrt(2 / (m + k))),
    "he": ("np.sqrt(2 / m)", lambda m, k: np.sqrt(2 / m)),
    "large": ("3.0", lambda m, k: 3.0),
    "zeros": ("0.0", lambda m, k: 0.0),
}
STARTED = {
    "glorot": "Glorot, √(2 / (m + k))",
    "he": "He, √(2 / m)",
    "large": "too large, 3",
    "zeros": "all alike, 0",
}


@dataclass(frozen=True)
class Way:
    """A method, as it is called, and the rate that suits these small networks."""

    rate: float
    made: Callable[[float], Any]


METHODS = {
    "gradient descent": Way(0.3, methods.GradientDescent),
    "momentum": Way(0.1, lambda rate: methods.GradientDescent(rate, momentum=0.9)),
    "Nesterov": Way(
        0.1, lambda rate: methods.GradientDescent(rate, momentum=0.9, nesterov=True)
    ),
    "AdaGrad": Way(0.1, methods.AdaGrad),
    "RMSprop": Way(0.01, methods.RMSprop),
    "Adam": Way(0.03, methods.Adam),
    "AdamW": Way(0.03, methods.AdamW),
}
PENALTIES = {"none": "none", "l2": "L2, |w|²/2", "l1": "L1, |w|"}
