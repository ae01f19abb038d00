"""What the page draws after some steps: maps, curve, weights, and what they show."""

from __future__ import annotations

import base64
import math
from typing import Any

import numpy as np

from pellucid.lessons.playground.choices import FEATURES
from pellucid.lessons.playground.points import Array, Points
from pellucid.lessons.playground.training import Curve, Training

SIDE = 64  # places of the map along each side
ALONG = 192  # places of a curve
EVERY = 2  # the map of a unit takes every other place
DEAD = 1e-4  # a unit that varies less says nothing
LEVEL = 0.02  # a cost that changes less, of itself, is level


def grid(points: Points) -> Array:
    """The places of the picture: from left to right, and from top to bottom."""
    left, right, bottom, top = points.extent
    if points.settings.kind == "curve":
        return np.linspace(left, right, ALONG)[:, np.newaxis]
    x1, x2 = np.meshgrid(np.linspace(left, right, SIDE), np.linspace(top, bottom, SIDE))
    return np.column_stack([x1.ravel(), x2.ravel()])


def frame(training: Training) -> dict[str, Any]:
    """Everything that changes with a step, ready for JSON."""
    points, layers = training.points, training.layers
    with np.errstate(all="ignore"):
        features = points.inputs(grid(points))
        said = training.network.units(layers, features)
    slopes = training.slopes() if training.ready else layers
    return {
        "done": training.done,
        "train": finite(training.train_cost),
        "test": finite(training.test_cost),
        "trouble": training.trouble,
        "regions": regions(training, said[-1]),
        "units": [
            unit_maps(points, layer) for layer in (features, *said[:-1], said[-1])
        ],
        "weights": [numbers(W) for W, _ in layers],
        "biases": [numbers(b) for _, b in layers],
        "slopes": [numbers(W) for W, _ in slopes],
        "curve": written(training),
        "titles": titles(training, said[:-1]),
    }


def regions(training: Training, output: Array) -> dict[str, Any]:
    """What comes out all over the picture."""
    settings = training.settings
    if settings.kind == "curve":
        return {"curve": numbers(output[:, 0])}
    if settings.kind == "number":
        low, high = limits(training.points)
        return {"level": packed((output[:, 0] - low) / (high - low)),
                "low": low, "high": high}  # fmt: skip
    both = output if settings.classes > 2 else np.hstack([1 - output, output])
    share = np.nan_to_num(both.max(axis=1))
    return {"class": packed(both.argmax(axis=1) / 255), "share": packed(share)}


def limits(points: Points) -> tuple[float, float]:
    """The least and the greatest target, which the colours stand for."""
    if not points.n:
        return -1.0, 1.0
    low, high = float(points.targets.min()), float(points.targets.max())
    return (low, high) if high > low else (low - 1, high + 1)


def packed(parts: Array) -> str:
    """Parts of 1 as bytes, in Base64."""
    whole = np.clip(np.nan_to_num(parts), 0, 1) * 255
    return base64.b64encode(np.rint(whole).astype(np.uint8).tobytes()).decode()


def unit_maps(points: Points, said: Array) -> list[dict[str, Any]]:
    """What each unit of a layer says over the picture, 0 in the middle of the bytes."""
    curve = points.settings.kind == "curve"
    small = said if curve else _thinned(said)
    reach = np.nan_to_num(np.abs(small), posinf=1e300).max(axis=0)
    reach = np.where(reach > 0, reach, 1.0)
    low, high = small.min(axis=0), small.max(axis=0)
    return [
        {"map": packed((small[:, j] / reach[j] + 1) / 2),
         "low": finite(low[j]), "high": finite(high[j])}
        for j in range(said.shape[1])
    ]  # fmt: skip


def _thinned(said: Array) -> Array:
    """What units say on every few places of the map."""
    return said.reshape(SIDE, SIDE, -1)[::EVERY, ::EVERY].reshape(-1, said.shape[1])


def written(training: Training) -> dict[str, Any]:
    """The costs so far; the present one ends them."""
    curve, done = training.curve, training.done
    steps, train, test = list(curve.steps), list(curve.train), list(curve.test)
    if steps and not Curve.wants(done):
        steps, train = [*steps, done], [*train, training.train_cost]
        test = [*test, training.test_cost]
    return {
        "steps": steps,
        "train": numbers(np.array(train)),
        "test": numbers(np.array(test)),
    }


def finite(number: float) -> float | None:
    """A number for JSON, which has no nan."""
    return float(number) if math.isfinite(number) else None


def numbers(values: Array) -> Any:
    """Numbers for JSON, to seven digits."""
    if values.ndim > 1:
        return [numbers(row) for row in values]
    return [float(f"{v:.7g}") if math.isfinite(v) else None for v in values.tolist()]


# -- what they show -------------------------------------------------------------------


def titles(training: Training, hidden: list[Array]) -> dict[str, str]:
    """A sentence for each picture: what it shows."""
    if not training.ready:
        wanted = "Two points are enough to begin: draw them in the picture"
        return {"regions": wanted, "cost": "No cost yet", "network": "No weights yet"}
    return {
        "regions": _of_regions(training),
        "cost": _of_cost(training),
        "network": _of_network(training, hidden),
    }


def _of_regions(training: Training) -> str:
    """How many points of the test lie on their side, or how far they are off."""
    X, y = training.points.held_out
    which = "test" if len(X) else "training"
    X, y = (X, y) if len(X) else training.points.train
    with np.errstate(all="ignore"):
        output = training.network.output(training.layers, X)
    settings = training.settings
    if settings.kind != "classes":
        off = float(np.sqrt(np.mean((output - y) ** 2))) * training.points.scale[-1]
        return f"The {which} points lie {off:.3g} from the output (root mean square)"
    if settings.classes == 2:
        right = (output > 0.5) == (y > 0.5)
    else:
        right = output.argmax(axis=1) == y.argmax(axis=1)
    return f"{right.sum()} of {len(X)} {which} points lie on the side of their class"


def _of_cost(training: Training) -> str:
    """The cost of the test, and where it goes."""
    test = training.test_cost
    name, cost = (
        ("Test", test) if math.isfinite(test) else ("Training", training.train_cost)
    )
    if training.trouble and training.done < 50_000:
        return f"{name} cost {cost:.3g}: it grows without bound"
    told = f"{name} cost {cost:.3g}"
    curve = training.curve
    if training.done < 2:
        return f"{told} before training" if not training.done else told
    back = next(i for i, s in enumerate(curve.steps) if s >= 0.8 * training.done - 1)
    was = curve.test[back] if name == "Test" else curve.train[back]
    trend = _trend(was, cost)
    learned = _trend(curve.train[back], training.train_cost)
    if trend == "rising" and learned == "falling":
        return f"{told}, rising while the training cost falls: it overfits"
    return f"{told}, {trend}"


def _trend(was: float, now: float) -> str:
    """Which way a cost goes."""
    if abs(now - was) <= LEVEL * abs(was):
        return "level"
    return "falling" if now < was else "rising"


def _of_network(training: Training, hidden: list[Array]) -> str:
    """Units that say nothing, else the weight that weighs most."""
    dead = sum(int((np.ptp(np.nan_to_num(a), axis=0) < DEAD).sum()) for a in hidden)
    units = sum(a.shape[1] for a in hidden)
    if dead:
        return f"{dead} of {units} hidden units say the same everywhere: they are dead"
    sizes = [np.nan_to_num(np.abs(W)) for W, _ in training.layers]
    layer = int(np.argmax([size.max() for size in sizes]))
    source, unit = np.unravel_index(sizes[layer].argmax(), sizes[layer].shape)
    value = f"{training.layers[layer][0][source, unit]:.3g}".replace("-", "−")
    begins = _called(training, layer, int(source))
    ends = _called(training, layer + 1, int(unit))
    return f"The largest weight, {value}, leads from {begins} to {ends}"


def _called(training: Training, layer: int, unit: int) -> str:
    """What a unit is called; layer 0 is that of the features."""
    settings = training.settings
    if layer == 0:
        return FEATURES[settings.features[unit]].shown
    if layer < len(training.layers):
        return f"unit {unit + 1} of layer {layer}"
    return f"output {unit + 1}" if settings.classes > 2 else "the output"
