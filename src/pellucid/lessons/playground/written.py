"""The functions of a network as text: their NumPy code and their formulas."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.graphs.differentiating.gradient import gradient
from pellucid.lessons.playground.choices import METHODS
from pellucid.lessons.playground.training import Training
from pellucid.reading.formula.formula import formula
from pellucid.reading.source.source import source

STAND_IN = 1009  # rows that functions are recorded on: a number that nothing else is
MEAN = re.compile(rf"np\.float64\({1 / STAND_IN!r}\)")
UNPACKED = re.compile(r"W(\d) = layers\[(\d)\]\[0\]\n    b\1 = layers\[\2\]\[1\]")
OF_DATA = re.compile(r"\\frac\{\\partial [^&]*?\}\{\\partial \\mathbf\{[Xy]\}\} ")
CALLED = re.compile(r"^(\\mathrm\{\w+\}(?:_\{\w+\})?)\((?:\\mathbf|[a-zA-Z]).* (&?=)")


def examples(training: Training) -> tuple[Any, Any]:
    """Rows to record functions on: as many as no other number in them."""
    X, y = training.points.train
    return np.resize(X, (STAND_IN, X.shape[1])), np.resize(y, (STAND_IN, y.shape[1]))


def code_of(training: Training, names: list[str]) -> list[str]:
    """The functions of these names as NumPy code, and what they call, each once."""
    X, y = examples(training)
    network, layers = training.network, training.layers
    made: dict[str, Callable[[], str]] = {
        "output": lambda: source(network.output, layers, X),
        "units": lambda: source(network.units, layers, X),
        "loss": lambda: source(network.loss, layers, X, y),
        "cost": lambda: source(network.cost, layers, X, y),
        "cost_gradient": lambda: source(gradient(network.cost), layers, X, y),
    }
    texts = [_for_any_rows(made[name]()) for name in names]
    blocks = [block.strip() for text in texts for block in text.split("\n\n\n")]
    return [block for block in dict.fromkeys(blocks) if block.startswith("def")]


def _for_any_rows(text: str) -> str:
    """Name the weights as the page does, and count the rows where the code does."""
    text = re.sub(r"\blayers_(\d)_([01])\b", _weight, text)
    text = UNPACKED.sub(r"W\1, b\1 = layers[\2]", text)
    return re.sub(rf"\b{STAND_IN}\b", "len(X)", MEAN.sub("1 / len(X)", text))


def _weight(match: re.Match[str]) -> str:
    """The name of a weight or a bias on the page, from its place in the layers."""
    return f"{'Wb'[int(match[2])]}{int(match[1]) + 1}"


def step_code(method: str, rate: float, name: str = "step") -> str:
    """A step of a method as NumPy code."""
    made, w = METHODS[method].made(rate), np.ones(3)
    text = source(made.step, w, w, made.start(w), rate, 1.0)
    return text[text.index("def step") :].replace("def step", f"def {name}").strip()


def begin_code(method: str, rate: float) -> str:
    """What the method holds before its first step, for an array w."""
    state = METHODS[method].made(rate).start(np.ones(3))
    if not isinstance(state, tuple):
        return "np.zeros_like(w)"
    return f"({', '.join('np.zeros_like(w)' for _ in state)})"


# -- formulas -------------------------------------------------------------------------


def cost_formula(training: Training) -> str:
    """What is made small."""
    return _shortly(
        formula(training.network.cost, training.layers, *examples(training))
    )


def output_formula(training: Training) -> str:
    """What comes out."""
    X, _ = examples(training)
    return _shortly(formula(training.network.output, training.layers, X))


def slope_formula(training: Training) -> str:
    """The cost, and the chain rule from it back to each weight."""
    network, layers = training.network, training.layers
    text = formula(network.cost, layers, *examples(training), gradient=True)
    begin, *lines, end = text.split("\n")
    lines = [line for line in lines if not OF_DATA.match(line)]
    lines[-1] = lines[-1].removesuffix("\\\\").rstrip()
    return _shortly("\n".join([begin, *lines, end]))


def step_formula(method: str, rate: float) -> str:
    """How a method moves the weights."""
    made, w = METHODS[method].made(rate), np.ones(3)
    return _shortly(formula(made.step, w, w, made.start(w), rate, 1.0))


def _shortly(latex: str) -> str:
    """Without the arguments of functions, and with n for the number of rows."""
    lines = (CALLED.sub(r"\1 \2", line) for line in latex.split("\n"))
    return re.sub(rf"\b{STAND_IN}\b", "n", "\n".join(lines))
