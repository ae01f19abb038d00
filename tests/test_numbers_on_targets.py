"""Numbers, tuples as indices and arrays of constants, as every target takes them."""

import numpy as np
import pytest

import pellucid as pl


def condition(x):
    return np.sqrt((x - 1) * (x > 1))


def swapped(x):
    halves = 0.5 * x
    halves[(0, 1), (1, 0)] *= -0.75
    return np.sum(0.75 * halves * np.array([[1.0, 2.0], [3.0, 4.0]]))


def overwritten(x):
    x.flat = 3.0
    logs = np.log(np.cumsum(np.exp(x), axis=1))
    mean = np.mean(x[x < 9] ** 2)
    return np.sum(np.hypot(np.logaddexp(mean, logs), mean))


CASES = {
    "product with a condition": (condition, 1.75),
    "not taken": (condition, 0.5),
    "tuples as indices": (swapped, np.eye(2, dtype=np.float32)),
    "filled and masked": (overwritten, np.array([[0.5, -1.0, 0.25]])),
}


def given(x):
    """The argument, in an array of its own."""
    return x if isinstance(x, float) else x.copy()


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", CASES)
def test_value_and_gradient_are_those_of_numpy(name, target):
    f, x = CASES[name]
    slopes = pl.value_and_gradient(f)
    value, gradient = pl.compile(slopes, target)(given(x))
    expected, slope = slopes(given(x))
    np.testing.assert_allclose(value, expected, rtol=1e-6)
    np.testing.assert_allclose(gradient, slope, rtol=1e-6)


NUMBERS = {
    "transpose": lambda v: v.T,
    "reshape": lambda v: np.reshape(v, ()),
    "itself": lambda v: v,
}


@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_put_into_a_number_of_numpy_is_lost(name):
    def f(y):
        number = NUMBERS[name](np.maximum(y, 0.5))
        np.put(number, [0], -1.25)
        return number * 2

    assert f(2.0) == pl.graph(f, 2.0)(2.0) == pl.compile(f)(2.0) == 4
    assert pl.gradient(f)(2.0) == 2


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("zeros", [np.array([0.0, -0.0]), [0.0, -0.0]], ids=type)
@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_constant_keeps_the_sign_of_its_zeros(target, zeros):
    pytest.importorskip(target)
    with np.errstate(divide="ignore"):
        found = pl.compile(lambda x: x / np.array(zeros), target)(np.ones(2))
    np.testing.assert_equal(found, [np.inf, -np.inf])


ALL, NOTHING = np.array(True), np.array(False)
OF_BOOLEANS = {
    "an index": lambda x: np.sum(x[ALL] ** 2),
    "an index that takes nothing": lambda x: np.sum(x[NOTHING]) + np.sum(x**2),
    "a choice": lambda x: np.sum(np.where(ALL, x**2, 0)),
    "the other choice": lambda x: np.sum(np.where(NOTHING, x, x**2)),
    "a factor": lambda x: np.sum(x**2 * ALL),
    "a scalar factor": lambda x: np.sum(x**2 * np.True_),
    "a connective": lambda x: np.sum(np.logical_and(x**2 > 0, ALL) * x**2),
    "a list of choices": lambda x: np.sum(np.select([ALL, x > 0], [x**2, x])),
}


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", OF_BOOLEANS)
def test_a_boolean_without_axes_is_taken(name, target):
    pytest.importorskip(target)
    f, x = OF_BOOLEANS[name], np.array([0.5, -1.0, 2.0])
    run = pl.compile(pl.value_and_gradient(f), target)
    value, slope = run(x)
    np.testing.assert_allclose(value, f(x))
    np.testing.assert_allclose(slope, 2 * x)
    assert pl.formula(pl.graph(f, x)).startswith(r"f(\mathbf{x}) =")
