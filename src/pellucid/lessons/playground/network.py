"""The network, as plain NumPy that a person could have written, and its start."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.layers.activations import sigmoid, softmax
from pellucid.lessons.playground import recipes
from pellucid.lessons.playground.choices import ACTIVATIONS, STARTS
from pellucid.lessons.playground.settings import Settings
from pellucid.models import penalties

Layers = list[Any]  # of pairs: weights (m, k) and biases (k,)


@dataclass(frozen=True)
class Network:
    """Functions of the layers: what the units say, what comes out, and what it costs.

    Attributes
    ----------
    units : (layers, X) -> list of arrays (n, k)
        What the units of each layer say; the last are the outputs.
    output : (layers, X) -> array (n, k)
        Probabilities of classes, or the number.
    loss : (layers, X, y) -> float
        How wrong the outputs are, on average over the rows.
    cost : (layers, X, y) -> float
        That, with the penalty: what is made small.
    linear, wrong, penalty : (layers, X) -> z, (z, y) -> float, (layers) -> float
        What they are made of.
    """

    units: Callable[..., list[Any]]
    output: Callable[..., Any]
    loss: Callable[..., Any]
    cost: Callable[..., Any]
    linear: Callable[..., Any]
    wrong: Callable[..., Any]
    penalty: Callable[..., Any]


def network_of(settings: Settings) -> Network:
    """Write the network that the settings ask for."""
    activation, finish = ACTIVATIONS[settings.activation], _finish(settings)
    wrong, penalty = _wrong(settings), _penalty(settings)

    def linear(layers: Layers, X: Any) -> Any:
        a = X
        for W, b in layers[:-1]:
            a = activation(a @ W + b)  # (n, h)
        W, b = layers[-1]
        z = a @ W + b  # (n, k)
        return z  # noqa: RET504 (its name stands in the formula)

    def units(layers: Layers, X: Any) -> list[Any]:
        a, said = X, []
        for W, b in layers[:-1]:
            a = activation(a @ W + b)  # (n, h)
            said.append(a)
        W, b = layers[-1]
        return [*said, finish(a @ W + b)]

    def output(layers: Layers, X: Any) -> Any:
        return finish(linear(layers, X))

    def loss(layers: Layers, X: Any, y: Any) -> Any:
        return wrong(linear(layers, X), y)

    def cost(layers: Layers, X: Any, y: Any) -> Any:
        J = loss(layers, X, y)
        return J + penalty(layers) if penalised else J

    penalised = settings.penalty != "none" and settings.strength > 0
    return Network(units, output, loss, cost, linear, wrong, penalty)


def _finish(settings: Settings) -> Callable[[Any], Any]:
    """What is made of the linear outputs z (n, k)."""
    if settings.kind != "classes":
        return ACTIVATIONS["identity"]
    return sigmoid if settings.classes == 2 else softmax


def _wrong(settings: Settings) -> Callable[[Any, Any], Any]:
    """The mean cost of linear outputs z (n, k) against targets y (n, k)."""
    if settings.kind != "classes":
        return lambda z, y: np.mean((z - y) ** 2)
    if settings.classes == 2:  # -y log p - (1 - y) log(1 - p), of p = sigmoid(z)
        return lambda z, y: np.mean(np.logaddexp(0, z) - y * z)
    return lambda z, y: np.mean(  # -log p of the class, of p = softmax(z)
        np.log(np.sum(np.exp(z), axis=1, keepdims=True))
        - np.sum(y * z, axis=1, keepdims=True)
    )


def _penalty(settings: Settings) -> Callable[[Layers], Any]:
    """What large weights cost; biases cost nothing."""
    if settings.penalty == "none":
        return lambda layers: 0.0
    size = penalties.l2 if settings.penalty == "l2" else penalties.l1

    def penalty(layers: Layers) -> Any:
        sizes = [settings.strength * size(W) for W, _ in layers]
        return functools.reduce(operator.add, sizes)

    return penalty


def sizes_of(settings: Settings) -> list[int]:
    """How many inputs, units and outputs there are, layer by layer."""
    outputs = settings.classes if settings.classes > 2 else 1
    return [len(settings.features), *settings.hidden, outputs]


def start_of(settings: Settings) -> Layers:
    """The weights before the first step."""
    _, scale = STARTS[settings.start]
    return recipes.start(sizes_of(settings), settings.seed, scale)


def named(layers: Layers) -> dict[str, tuple[int, int, tuple[int, ...]]]:
    """Each number of the network by its name: W1.0.2 is from input 0 to unit 2.

    >>> list(named([(np.ones((2, 1)), np.zeros(1))]))
    ['W1.0.0', 'W1.1.0', 'b1.0']
    """
    found = {}
    for i, layer in enumerate(layers):
        for j, letter in enumerate("Wb"):
            for place in np.ndindex(layer[j].shape):
                found[".".join([f"{letter}{i + 1}", *map(str, place)])] = i, j, place
    return found
