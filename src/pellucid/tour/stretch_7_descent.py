"""Stretch 7: gradient descent and its relatives, on one picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.minimisers.methods import Adam, GradientDescent
from pellucid.minimisers.minimise import minimise
from pellucid.show import plots
from pellucid.tour.data import Data
from pellucid.tour.guide import Guide, as_typed

Array = NDArray[Any]
Cost = Callable[[Any], Any]

START = np.array([0.0, 2.5])  # slope and intercept at first
RATE = 0.1
STEPS = 100
METHODS = {
    "gradient descent": GradientDescent(RATE),
    "momentum": GradientDescent(RATE, momentum=0.9),
    "Nesterov": GradientDescent(RATE, momentum=0.9, nesterov=True),
    "Adam": Adam(rate=0.3),
}


def descend(w: Array, slope: Cost, alpha: float, steps: int) -> list[Array]:
    """Start, slope, a step of size alpha against it, repeat."""
    path = [w]
    for _ in range(steps):
        w = w - alpha * slope(w)
        path.append(w)
    return path


def walk(guide: Guide, data: Data) -> None:
    """The cost of a line as a landscape, and four ways down."""
    guide.stretch("descent", "Gradient descent and its relatives")
    cost = landscape(data.line.X[:, 0], data.line.y)
    step_by_step(guide, cost)
    paths = {name: path_of(cost, method) for name, method in METHODS.items()}
    floor = minimise(cost, START).fun
    excess = {name: heights(cost, path) - floor for name, path in paths.items()}
    compared(guide, excess)
    pictured(guide, cost, paths, excess)


def landscape(x: Array, y: Array) -> Cost:
    """The mean squared error of a line; x lies in [0, 1], y has mean 0 and spread 1."""
    x, y = (x - x.min()) / np.ptp(x), (y - y.mean()) / y.std()

    def cost(w: Any) -> Any:
        return np.mean((w[0] * x + w[1] - y) ** 2)

    return cost


def step_by_step(guide: Guide, cost: Cost) -> None:
    """Gradient descent in four lines, and its first steps as numbers."""
    slope = gradient(cost)
    guide.say(
        "A cost is a landscape, here that of the line's slope a and intercept b. "
        "Gradient descent stands somewhere, feels the slope, takes a step of size "
        f"alpha against it, and repeats. Its first steps, with alpha = {RATE}:"
    )
    guide.code(as_typed(descend))
    path = descend(START, slope, RATE, 5)
    rows = [(i, *w, float(cost(w)), *slope(w)) for i, w in enumerate(path)]
    guide.table(rows, ("step", "a", "b", "cost", "slope for a", "slope for b"))


def path_of(cost: Cost, method: Any) -> Array:
    """The places (t, 2) that a method comes to from the start."""
    path = [START]
    minimise(
        cost,
        START,
        method=method,
        max_iter=STEPS,
        tol=0,
        callback=lambda iteration, height, w: path.append(w),
    )
    return np.array(path)


def heights(cost: Cost, path: Array) -> Array:
    """The cost at each place of a path."""
    return np.array([cost(w) for w in path])


def compared(guide: Guide, excess: dict[str, Array]) -> None:
    """How many steps each takes for 99 % of the way."""
    guide.say(
        "The landscape is a long valley: gradient descent is soon at its bottom, and "
        "then creeps along it. Momentum keeps some of the last step, Nesterov looks "
        "ahead along it, and Adam gives each parameter a step size of its own. Steps "
        "until 99 % of the way down is done:"
    )
    steps = {name: steps_needed(above) for name, above in excess.items()}
    shown = {name: n if n <= STEPS else f"over {STEPS}" for name, n in steps.items()}
    guide.found(shown)
    guide.keep({f"costs of {name}": above for name, above in excess.items()})


def steps_needed(excess: Array) -> int:
    """The first step from which on the excess stays below a hundredth of the first.

    >>> steps_needed(np.array([100.0, 0.5, 2.0, 0.5]))
    3
    """
    return int(np.flatnonzero(excess > 0.01 * excess[0])[-1]) + 1


def pictured(
    guide: Guide, cost: Cost, paths: dict[str, Array], excess: dict[str, Array]
) -> None:
    """The paths over the landscape, and the costs along them."""
    a, b = around(np.concatenate([*paths.values()])).T  # (80,) each
    grid = np.array([[cost((i, j)) for i in a] for j in b])  # (80, 80)
    guide.picture(
        "descent-paths",
        plots.descent(
            a, b, grid, paths,
            title="Gradient descent creeps along the valley; momentum runs",
            x_label="slope a", y_label="intercept b",
        ),
        "Lines of equal cost, the minimum (+), and the steps of four methods.",
    )  # fmt: skip
    first = min(excess, key=lambda name: steps_needed(excess[name]))
    steps = steps_needed(excess[first])
    guide.picture(
        "descent-costs",
        plots.costs(
            excess,
            title=f"{first[0].upper()}{first[1:]} is down first, after {steps} steps",
            y_label="cost above the minimum",
        ),
        "How far above the minimum each method is, on a logarithmic scale.",
    )  # fmt: skip


def around(points: Array) -> Array:
    """Eighty places on each axis that reach a little beyond all points."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * (high - low)
    return np.linspace(low - margin, high + margin, 80)
