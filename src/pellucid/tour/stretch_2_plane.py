"""Stretch 2: several inputs, a column of ones, and the normal equations."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph
from pellucid.reading.source.source import source
from pellucid.show import plots
from pellucid.show.plain_text import number
from pellucid.tour.data import Data, Points
from pellucid.tour.guide import Guide, as_typed
from pellucid.tour.stretch_1_line import r_squared

Array = NDArray[Any]


def with_ones(X: Array) -> Array:
    """The features after a column of ones, whose weight is the intercept."""
    return np.column_stack([np.ones(len(X)), X])  # (n, 1 + d)


def cost(w: Array, X: Array, T: Array) -> Any:
    """The sum of squared errors, J = |T - Xw|^2."""
    r = T - X @ w
    J = np.sum(r**2)
    return J  # noqa: RET504 (its name is shown)


def best_weights(X: Array, T: Array) -> Any:
    """Where the gradient of J is zero: X'X w = X'T, solved, never inverted."""
    return np.linalg.solve(X.T @ X, X.T @ T)


def walk(guide: Guide, data: Data) -> None:
    """The plane through points in space, and the parabola, which is a plane too."""
    guide.stretch("plane", "More inputs: a plane, and a parabola")
    X, T = with_ones(data.plane.X), data.plane.y
    w = best_weights(X, T)
    gradient_zero(guide, data.plane.what, w, X, T)
    fitted_plane(guide, data.plane, w)
    parabola(guide, data.curve)


def gradient_zero(guide: Guide, what: str, w: Array, X: Array, T: Array) -> None:
    """The cost, its gradient, and where that is zero."""
    guide.say(
        f"The {what} have two inputs now. A column of ones makes the intercept a "
        "weight like the others, and the cost is `J = |T − Xw|²`. Pellucid records it "
        "as it stands, and writes the code of its gradient:"
    )
    guide.code(as_typed(cost))
    guide.code(source(gradient(graph(cost, w, X, T))), aloud=True)
    guide.say(
        "Where the gradient is zero, the normal equations `X'X w = X'T` hold. They "
        "are solved, never inverted, and the recorded gradient is zero there indeed."
    )
    guide.formula(
        r"\frac{\partial J}{\partial w} = -2 X^\top (T - X w) = 0"
        r"\quad\Longleftrightarrow\quad X^\top X\, w = X^\top T"
    )
    guide.code(as_typed(best_weights))
    slope = gradient(cost)
    start, end = (np.abs(slope(v, X, T)).max() for v in (0 * w, w))
    guide.found({"largest slope at w = 0": start, "largest slope there": end})


def fitted_plane(guide: Guide, points: Points, w: Array) -> None:
    """The plane in space, and how well it fits."""
    r2 = r_squared(points.y, with_ones(points.X) @ w)
    guide.found({"intercept": w[0], "weights": w[1:], "r2": r2})
    guide.picture(
        "plane",
        plots.plane(
            points.X, points.y, w[1:], w[0],
            title=f"The plane explains {100 * r2:.1f} % of the variance",
            names=points.names, y_label=points.target,
        ),
        f"The {points.what} with the fitted plane. Filled points lie above it, hollow "
        "ones below.",
    )  # fmt: skip


def parabola(guide: Guide, points: Points) -> None:
    """A curve by linear regression: the powers of x are inputs."""
    x, T = points.X[:, 0], points.y
    straight, bent = with_ones(x), with_ones(np.column_stack([x, x**2]))
    w = best_weights(bent, T)
    r2 = r_squared(T, bent @ w)
    before = r_squared(T, straight @ best_weights(straight, T))
    guide.say(
        "Linear regression is linear in w, not in x. With x and x² as inputs it fits a "
        f"parabola to the {points.what}: r2 goes from {before:.4f} for the straight "
        f"line to {r2:.4f}."
    )
    guide.found({"b, w1, w2": w, "r2 of the line": before, "r2 of the parabola": r2})
    guide.picture(
        "parabola",
        plots.curve(
            x, T, lambda grid: w[0] + w[1] * grid + w[2] * grid**2,
            label=equation(w), title=worth(before, r2),
            x_label=points.names[0], y_label=points.target,
        ),
        "A parabola, fitted by linear regression on x and x².",
    )  # fmt: skip


def equation(w: Array) -> str:
    """Write a parabola.

    >>> equation(np.array([4.2, -1.0, 0.5]))
    'y = 0.5 x² − 1 x + 4.2'
    """
    terms = zip(w[::-1], (" x²", " x", ""), strict=True)
    parts = [f"{'−' if c < 0 else '+'} {number(abs(c), 4)}{x}" for c, x in terms]
    return "y = " + " ".join(parts).removeprefix("+ ")


def worth(before: float, r2: float) -> str:
    """Say whether the bend was worth a weight more."""
    if r2 - before < 0.02:
        return f"The bend adds little: r2 {r2:.3f} after {before:.3f}"
    return f"A parabola fits better than a line: r2 {r2:.3f} after {before:.3f}"
