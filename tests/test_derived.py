"""A step knows that it belongs to a derivative, wherever the graph goes."""

import pickle

import numpy as np
import pytest

import pellucid as pl

X = np.array([0.5, -1.25, 2.0])


def layer(x):
    return np.sum(np.tanh(2 * x) ** 2)


def own(x):
    return np.sum(1 - np.tanh(x) ** 2)


def graph():
    return pl.gradient(pl.graph(layer, X))


GRADIENTS = {
    "recorded": lambda: graph(),
    "recorded from a function": lambda: pl.graph(pl.gradient(layer), X),
    "made stable again": lambda: pl.stable(graph()),
    "called while another is recorded": lambda: pl.graph(lambda x: graph()(x), X),
    "pickled": lambda: pl.stable(pickle.loads(pickle.dumps(graph()))),
    "twice": lambda: pl.graph(pl.gradient(lambda x: pl.gradient(layer)(x)[0]), X),
    "product with the Hessian": lambda: pl.graph(pl.hvp(layer), X, X),
}
TARGETS = ("numpy", "torch", "jax")


@pytest.mark.parametrize("name", GRADIENTS)
def test_a_gradient_stays_as_the_book_has_it(name):
    operations = [node.operation for node in pl.stable(GRADIENTS[name]()).nodes]
    assert "tanh" in operations
    assert not {"sigmoid", "exp"} & {*operations}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["gradient", "value_and_gradient"])
def test_a_compiled_gradient_stays_as_the_book_has_it(name, target):
    if target != "numpy":
        pytest.importorskip(target)
    slopes = getattr(pl, name)(layer)
    compiled = pl.compile(slopes, target)
    ours, theirs = compiled(X), slopes(X)
    np.testing.assert_allclose(np.hstack(ours), np.hstack(theirs), atol=1e-14)
    assert "exp" not in compiled.source


@pytest.mark.parametrize("target", TARGETS)
def test_a_formula_of_ones_own_is_still_replaced(target):
    if target != "numpy":
        pytest.importorskip(target)
    x = np.array([30.0, 0.5])
    value, slope = pl.compile(pl.value_and_gradient(own), target)(x)
    assert value == pytest.approx(np.sum(1 / np.cosh(x) ** 2), rel=1e-13)
    right = -2 * np.tanh(x) / np.cosh(x) ** 2
    np.testing.assert_allclose(slope, right, rtol=1e-13)


def test_a_formula_of_ones_own_beside_an_equal_step_of_a_gradient_is_replaced():
    def both(x):
        return pl.gradient(lambda x: np.sum(np.tanh(x)))(x), 1 - np.tanh(x) ** 2

    stable = pl.stable(pl.graph(both, X))
    assert [rewrite.before for rewrite in stable.rewrites] == ["1 - np.tanh(x)**2"]
    _, ours = stable(np.full(3, 30.0))
    np.testing.assert_allclose(ours, 1 / np.cosh(30.0) ** 2, rtol=1e-13)
