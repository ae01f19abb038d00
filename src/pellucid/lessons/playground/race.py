"""The cost over two weights, and two methods that race down it from one place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pellucid.lessons.playground.choices import METHODS
from pellucid.lessons.playground.network import Layers, named
from pellucid.lessons.playground.pictures import finite, numbers
from pellucid.lessons.playground.points import Array
from pellucid.lessons.playground.settings import Refused, Settings
from pellucid.lessons.playground.training import GROWN, Training

SIDE = 33  # places of the map along each side
REACH = 3.0  # how far it goes from the weights as they are now
STEPS = 100


@dataclass(frozen=True)
class Surface:
    """The cost as a function of two weights, all others as they are now."""

    training: Training
    names: tuple[str, str]

    @cached_property
    def places(self) -> list[Any]:
        """Where the two stand: the layer, W or b, and the place in it."""
        there = named(self.training.layers)
        return [there[name] for name in self.names]

    @property
    def centre(self) -> tuple[float, float]:
        """The two weights as they are now."""
        now = self.training.layers
        across, along = (float(now[i][j][at]) for i, j, at in self.places)
        return across, along

    def layers(self, u: float, v: float) -> Layers:
        """The network with other values of the two."""
        layers = [(W.copy(), b.copy()) for W, b in self.training.layers]
        for (i, j, at), value in zip(self.places, (u, v), strict=True):
            layers[i][j][at] = value
        return layers

    def look(self, w: Array) -> tuple[float, Array]:
        """The cost and its slope along the two at w (2,)."""
        data = self.training.points.train
        cost, slopes = self.training.sloped(self.layers(*w), *data)
        return float(cost), np.array([slopes[i][j][at] for i, j, at in self.places])

    def costs(self) -> Array:
        """The cost all over the map (side, side), from the top row down."""
        u, v = self.centre
        steps = np.linspace(-REACH, REACH, SIDE)
        return np.array([self._row(u + steps, v + b) for b in steps[::-1]])

    def _row(self, across: Array, v: float) -> list[float]:
        """The cost along a row of the map, all its networks at once."""
        network, (X, y) = self.training.network, self.training.points.train
        each = [self.layers(u, v) for u in across]
        stacked = [(np.stack([layers[i][0] for layers in each]),
                    np.stack([layers[i][1] for layers in each])[:, np.newaxis])
                   for i in range(len(each[0]))]  # fmt: skip
        z = network.linear(stacked, X)  # (side, n, k)
        return [float(network.wrong(a, y) + network.penalty(b))
                for a, b in zip(z, each, strict=True)]  # fmt: skip


def surface_of(training: Training) -> Surface:
    """The map of the two weights that are chosen.

    Raises
    ------
    Refused
        When there is no such weight, or both are one.
    """
    settings = training.settings
    names = settings.across, settings.along
    there = named(training.layers)
    for name in names:
        if name not in there:
            raise Refused(f"This network has no weight {name}: choose another.")
    if names[0] == names[1]:
        raise Refused("The map needs two different weights: choose another.")
    return Surface(training, names)


def suited(settings: Settings, layers: Layers) -> Settings:
    """Take the first two weights where the chosen ones are not there."""
    there = list(named(layers))
    across = settings.across if settings.across in there else there[0]
    others = [name for name in there if name != across]
    along = settings.along if settings.along in others else others[0]
    changes = {"across": across, "along": along}
    if changes == {"across": settings.across, "along": settings.along}:
        return settings
    return settings.changed(changes)


def path(surface: Surface, method: Any, rate: float, w: Array) -> tuple[Array, Array]:
    """Where a method goes from w, place by place (steps, 2), and the costs there."""
    state, places, costs = method.start(w), [], []
    for t in range(1, STEPS + 2):
        cost, g = surface.look(w)
        if not (math.isfinite(cost) and np.isfinite(g).all()):
            break
        places.append(w)
        costs.append(cost)
        w, state = method.step(w, g, state, rate, float(t))
    return np.array(places), np.array(costs)


def race(training: Training) -> dict[str, Any]:
    """The map and both paths, ready for JSON."""
    surface, settings = surface_of(training), training.settings
    with np.errstate(all="ignore"):
        costs = surface.costs()
        runs = [_run(surface, settings.method, settings.rate),
                _run(surface, settings.rival, settings.rival_rate)]  # fmt: skip
    return {
        "names": surface.names,
        "centre": surface.centre,
        "reach": REACH,
        "side": SIDE,
        "costs": numbers(costs),
        "runs": runs,
        "title": _title(runs),
    }


def _run(surface: Surface, name: str, rate: float) -> dict[str, Any]:
    """A method from where the race begins, ready for JSON."""
    begin = np.array(surface.centre) + REACH * np.array(surface.training.settings.begin)
    places, costs = path(surface, METHODS[name].made(rate), rate, begin)
    return {
        "method": name,
        "rate": rate,
        "places": numbers(places),
        "costs": numbers(costs),
        "last": finite(costs[-1]) if len(costs) else None,
        "lost": bool(len(costs) <= STEPS or costs[-1] > GROWN * max(1.0, costs[0])),
    }


def _title(runs: list[dict[str, Any]]) -> str:
    """What the race shows."""
    first, second = runs
    if first["lost"] or second["lost"]:
        lost = " and ".join(run["method"] for run in runs if run["lost"])
        return f"{lost}: the cost grows without bound"
    if abs(first["last"] - second["last"]) <= 1e-3 * abs(first["last"]):
        return f"Both come to a cost of {first['last']:.3g} within {STEPS} steps"
    better, worse = sorted(runs, key=lambda run: float(run["last"]))
    costs = f"{better['last']:.3g} against {worse['last']:.3g}"
    return f"After {STEPS} steps {_called(better)} is lower: {costs}"


def _called(run: dict[str, Any]) -> str:
    """A method with its rate."""
    return f"{run['method']} (rate {run['rate']:g})"
