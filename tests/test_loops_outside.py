"""Who looks at graphs from outside takes a loop for what its turns are."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.graphs.folding.folded import folded
from pellucid.minimisers.degree import character
from pellucid.running.stages import Stages

X = np.random.default_rng(4).normal(size=(12, 3))
y = X @ np.array([1.0, -2.0, 0.5]) + 0.1 * np.sin(np.arange(12.0))
w = np.array([0.3, -0.2, 0.7])


def squares(w):
    s = 0.0
    for t in range(12):
        s = s + (X[t] @ w - y[t]) ** 2
    return s


def distances(w):
    s = 0.0
    for t in range(12):
        s = s + np.abs(X[t] @ w - y[t])
    return s


def linear(w):
    h = np.zeros(3)
    for t in range(12):
        h = 0.5 * h + X[t] * w
    return np.sum(h)


def powers(w):
    h = np.ones(3)
    for _ in range(12):
        h = h * w
    return np.sum(h)


def length(w):
    s = 0.0
    for t in range(12):
        s = s + (X[t] @ w - y[t]) ** 2
    return np.sqrt(s)


def largest_first(w):
    h = w[0]
    for t in range(12):
        h = np.maximum(h, X[t] @ w)
    return h + np.sum(w**2)


COSTS = [squares, distances, linear, powers, length, largest_first]
by_cost = pytest.mark.parametrize("f", COSTS, ids=lambda f: f.__name__)


def with_loops(f, *args):
    """The graph of a function, folded, which must have a loop."""
    graph = folded(pl.graph(f, *args))
    assert "loop" in {node.operation for node in graph.order}
    return graph


@by_cost
def test_the_degree_and_the_kinks_of_a_loop_are_those_of_its_turns(f):
    assert character(with_loops(f, w), 1) == character(pl.graph(f, w), 1)


KINKS = {distances: "absolute", largest_first: "maximum"}


@by_cost
def test_no_kink_is_hidden_in_a_loop(f):
    assert character(with_loops(f, w), 1)[1] == KINKS.get(f, "")


def two_inputs(a, b):
    h = g = np.zeros(3)
    for t in range(12):
        h = np.tanh(0.5 * h + X[t] * a)
    for t in range(12):
        g = np.tanh(0.5 * g + X[t] * b + h)
    return np.sum(g * h)


def test_a_graph_with_loops_runs_in_two_stages():
    graph = with_loops(two_inputs, w, w)
    stages = Stages(graph, later=graph.inputs[1:])
    stages.begin(w)
    came = [stages.finish(v)[0] for v in (w, 2 * w)]
    np.testing.assert_allclose(
        came, [two_inputs(w, w), two_inputs(w, 2 * w)], rtol=1e-14
    )


# Long enough that what compile and gradient record is folded unasked.
Z = np.random.default_rng(5).normal(size=(400, 3))
v = Z @ np.array([1.0, -2.0, 0.5]) + 0.1


def long_squares(w, b):
    s = 0.0
    for t in range(400):
        s = s + (Z[t] @ w + b - v[t]) ** 2
    return s / 400


def best():
    return np.linalg.lstsq(np.column_stack([Z, np.ones(400)]), v)[0]


@pytest.mark.parametrize("method", [
    None, pl.methods.LBFGS(), pl.methods.Newton(),
], ids=lambda method: type(method).__name__)  # fmt: skip
def test_a_cost_by_a_long_loop_is_minimised(method):
    given = {} if method is None else {"method": method}
    fit = pl.minimise(long_squares, (np.zeros(3), 0.0), **given)
    np.testing.assert_allclose([*fit.x[0], fit.x[1]], best(), rtol=1e-5, atol=1e-6)


def test_a_long_quadratic_cost_is_known_as_one():
    fit = pl.minimise(long_squares, (np.zeros(3), 0.0))
    assert "the cost is quadratic" in fit.message
