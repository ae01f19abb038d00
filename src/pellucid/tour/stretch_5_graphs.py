"""Stretch 5: computational graphs, from the hypotenuse to logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.graphs.tracing.trace import graph
from pellucid.reading.drawing.draw import draw
from pellucid.reading.formula.formula import formula
from pellucid.reading.source.source import source
from pellucid.tour.data import Data
from pellucid.tour.expression import nodes
from pellucid.tour.guide import Guide, as_typed

Array = NDArray[Any]


def hypotenuse(a: Any, b: Any) -> Any:
    """The longest side of a right-angled triangle."""
    c = np.sqrt(a**2 + b**2)
    return c  # noqa: RET504 (its name is shown)


def forward(w: Array, b: Any, X: Array, y: Array) -> Any:
    """The cost of logistic regression, as a tutorial writes it."""
    z = X @ w + b
    p = 1 / (1 + np.exp(-z))
    loss = -y * np.log(p) - (1 - y) * np.log(1 - p)
    cost = np.mean(loss)
    return cost  # noqa: RET504 (its name is shown)


def walk(guide: Guide, data: Data) -> None:
    """The first graph, then that of logistic regression with its backward pass."""
    guide.stretch("graphs", "Computational graphs")
    first_graph(guide)
    logistic_graph(guide)
    backward_pass(guide)


def first_graph(guide: Guide) -> None:
    """The hypotenuse: one line a node, and drawn with values and gradients."""
    guide.say(
        "Any plain NumPy function becomes a graph: it runs once on stand-ins for its "
        "arguments, and what NumPy is asked to do is recorded, with your names."
    )
    guide.code(as_typed(hypotenuse))
    recorded = graph(hypotenuse, 3.0, 4.0)
    guide.code(str(recorded))
    guide.say(
        "With a = 3 and b = 4 each node has a value, and a gradient: how much c "
        "changes with it. The chain rule gives them all, from the last node to the "
        "first."
    )
    da, db = gradient(hypotenuse, wrt=("a", "b"))(3.0, 4.0)
    guide.found({"c": hypotenuse(3.0, 4.0), "dc/da": da, "dc/db": db})
    guide.code(nodes(recorded, {"a": 3.0, "b": 4.0}, sloping=True), aloud=True)
    guide.picture(
        "graph-hypotenuse",
        draw(hypotenuse, 3.0, 4.0).svg,
        "The graph of `c = np.sqrt(a**2 + b**2)` at a = 3, b = 4.",
    )
    guide.formula(formula(hypotenuse, 3.0, 4.0, gradient=True))


def logistic_graph(guide: Guide) -> None:
    """The cost of logistic regression on four rows of two features."""
    guide.say(
        "Logistic regression is a longer function, no other kind of thing: a linear "
        "output z, the sigmoid p, the log loss, and its mean. Here it is on four rows."
    )
    rows = four_rows()
    guide.code(as_typed(forward))
    guide.found({"cost": forward(*rows)})
    guide.picture(
        "graph-logistic",
        draw(forward, *rows).svg,
        "The graph of logistic regression, with the values and gradients of four rows.",
    )
    guide.formula(formula(forward, *rows))


def backward_pass(guide: Guide) -> None:
    """Backpropagation as code, compared with the formula of the books."""
    w, b, X, y = rows = four_rows()
    guide.say(
        "And this is its backpropagation, written by Pellucid as plain NumPy that runs:"
    )
    guide.code(source(gradient(graph(forward, *rows), ("w", "b"))), aloud=True)
    guide.say(
        "Its numbers are those of the formula that the books derive by hand, "
        "`dw = X'(p − y)/n`. Any function of yours is seen through in the same way; "
        "on the command line, `pellucid graph` does it for an expression."
    )
    dw, _ = gradient(forward, wrt=("w", "b"))(*rows)
    p = 1 / (1 + np.exp(-(X @ w + b)))
    by_hand = X.T @ (p - y) / len(y)
    guide.found({"largest difference from the formula": np.abs(dw - by_hand).max()})


def four_rows() -> tuple[Array, float, Array, Array]:
    """Weights, intercept, and four rows of two features with their classes."""
    X = np.array([[0.5, 1.5], [-1.0, 0.2], [2.0, -0.4], [0.3, -2.0]])
    return np.array([0.4, -0.3]), 0.1, X, np.array([1.0, 0.0, 1.0, 0.0])
