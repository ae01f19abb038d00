"""Stretch 1: the line of best fit, from sums and means."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.minimisers.minimise import minimise
from pellucid.show import plots
from pellucid.tables.wording import counted
from pellucid.tour.data import Data, Points
from pellucid.tour.guide import Guide, as_typed

Array = NDArray[Any]


def best_line(x: Array, y: Array) -> Any:
    """Slope a and intercept b of the line with the least sum of (a x + b - y)^2."""
    dx, dy = x - x.mean(), y - y.mean()
    a = np.sum(dx * dy) / np.sum(dx**2)
    b = y.mean() - a * x.mean()
    return a, b


def r_squared(y: Array, output: Array) -> Any:
    """1 - SSE/SST: 1 for a perfect fit, 0 for the mean, negative for worse."""
    sse = np.sum((y - output) ** 2)
    sst = np.sum((y - y.mean()) ** 2)
    return 1 - sse / sst


def cost(a: Any, b: Any, x: Array, y: Array) -> Any:
    """The mean squared error of the line y = a x + b."""
    error = a * x + b - y
    return np.mean(error**2)


def walk(guide: Guide, data: Data) -> None:
    """The points, the line from sums and means, and the same line as a minimum."""
    guide.stretch("line", "The line of best fit")
    x, y = data.line.X[:, 0], data.line.y
    a, b = best_line(x, y)
    scattered(guide, data.line, a)
    closed_form(guide, data.line, a, b)
    judged(guide, x, y, a, b)
    minimised(guide, x, y, a, b)


def scattered(guide: Guide, points: Points, a: float) -> None:
    """The scatter plot."""
    name, target = points.names[0], points.target
    guide.say(
        f"First the {points.what}: {name} and {target}. Which line `y = a x + b` "
        "comes closest to all of them?"
    )
    start = target if len(target) == 1 else target.capitalize()  # a symbol stays
    guide.picture(
        "line-points",
        plots.scatter(
            points.X[:, 0], points.y,
            title=f"{start} {'rises' if a > 0 else 'falls'} with {name}",
            x_label=name, y_label=target,
        ),
        f"The {points.what}.",
    )  # fmt: skip


def closed_form(guide: Guide, points: Points, a: float, b: float) -> None:
    """Slope and intercept, and the line over the points."""
    x, y = points.X[:, 0], points.y
    r2 = r_squared(y, a * x + b)
    guide.say(
        "The sum of the squared distances is least where its slopes with respect to a "
        "and b are zero. That leaves two equations, which sums and means solve."
    )
    guide.formula(
        r"a = \frac{\sum_i (x_i - \bar x)(y_i - \bar y)}{\sum_i (x_i - \bar x)^2},"
        r"\qquad b = \bar y - a \bar x"
    )
    guide.code(as_typed(best_line))
    guide.found({"slope": a, "intercept": b, "r2": r2})
    guide.picture(
        "line-fit",
        plots.line(
            x, y, a, b,
            title=f"The line explains {100 * r2:.1f} % of the variance",
            x_label=points.names[0], y_label=points.target,
        ),
        "The line of best fit over the points.",
    )  # fmt: skip


def judged(guide: Guide, x: Array, y: Array, a: float, b: float) -> None:
    """How r2 tells a perfect fit, the mean, and worse."""
    guide.say(
        "`r2 = 1 − SSE/SST` compares the squared errors of the line with those of the "
        "mean: 1 is perfect, 0 is no better than the mean, and it has no lower end."
    )
    guide.formula(
        r"r^2 = 1 - \frac{\sum_i (y_i - \hat y_i)^2}{\sum_i (y_i - \bar y)^2}"
    )
    outputs = {
        "the points themselves": y,
        "the line of best fit": a * x + b,
        "the mean of y": np.full_like(y, y.mean()),
        "the line with the slope reversed": -a * x + b,
    }
    scores = [(name, float(r_squared(y, z))) for name, z in outputs.items()]
    guide.table(scores, ("prediction", "r2"))
    guide.keep({f"r2 of {name}": r2 for name, r2 in scores})


def minimised(guide: Guide, x: Array, y: Array, a: float, b: float) -> None:
    """The same line found by minimising a cost."""
    fit = minimise(cost, (0.0, 0.0), x, y)
    difference = max(abs(fit.x[0] / a - 1), abs(fit.x[1] / b - 1))
    guide.say(
        "One idea carries the rest of the road: learning is minimising a cost. Written "
        "as a plain NumPy function and handed to `minimise`, the cost leads to the "
        f"same line without algebra of ours, in {counted(fit.nit, 'step')} of Newton's "
        "method."
    )
    use = "fit = pl.minimise(cost, (0.0, 0.0), x, y)"
    guide.code(f"{as_typed(cost)}\n\n\n{use}")
    guide.found({"relative difference of the two lines": difference})
