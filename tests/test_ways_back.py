"""The ways that a mask goes back through steps of which a part alone is taken."""

import numpy as np
import pytest

import pellucid as pl

POLES = {"log": np.log, "sqrt": np.sqrt, "reciprocal": np.reciprocal}
SLOPES = {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / np.sqrt(x),
          "reciprocal": lambda x: -1 / x**2}  # fmt: skip
FIRST, LAST = np.array([1.5, 2.5, 0.0, 0.0]), np.array([0.0, 0.0, 1.5, 2.5])
TARGETS = ("numpy", "torch", "jax")


# -- along an axis: what comes later has no part in what is taken ----------------------


def first_sums(u):
    return np.sum(np.where(FIRST > 0, np.cumsum(u), 0))


def sums_read(u):
    return np.sum(np.cumsum(u)[:2])


def last_sums(u):
    return np.sum(np.where(LAST > 0, np.cumsum(u[::-1])[::-1], 0))


def sums_of_columns(u):
    return np.sum(np.cumsum(u[:, None] * np.ones(1), axis=0)[:2])


# The weights of the elements where they are not 0.
RUNNING = {
    "sums": (first_sums, FIRST, [2, 1, 0, 0]),
    "sums that are read": (sums_read, FIRST, [2, 1, 0, 0]),
    "sums from the end": (last_sums, LAST, [0, 0, 1, 2]),
    "sums of columns": (sums_of_columns, FIRST, [2, 1, 0, 0]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("pole", POLES)
@pytest.mark.parametrize("name", RUNNING)
def test_a_running_sum_needs_none_of_what_comes_later(name, pole, target):
    if target != "numpy":
        pytest.importorskip(target)
    cost, x, weights = RUNNING[name]
    slopes = pl.gradient(lambda x: cost(POLES[pole](x)))
    with np.errstate(all="ignore"):
        ours = pl.compile(slopes, target)(x)
        right = np.where(x > 0, weights * SLOPES[pole](x), 0)
    np.testing.assert_allclose(ours, right, rtol=1e-13)


EXTREMES = {"largest": np.maximum, "smallest": np.minimum}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("ufunc", EXTREMES.values(), ids=EXTREMES)
def test_a_running_extreme_needs_none_of_what_comes_later(ufunc):
    def cost(x):
        return np.sum(np.where(FIRST > 0, ufunc.accumulate(np.sqrt(x)), 0))

    taken = [1, 1] if ufunc is np.maximum else [2, 0]
    right = [*(taken * SLOPES["sqrt"](FIRST[:2])), 0, 0]
    np.testing.assert_allclose(pl.gradient(cost)(FIRST), right, rtol=1e-13)


@pytest.mark.filterwarnings("ignore")
def test_a_running_product_needs_none_of_what_comes_later():
    slopes = pl.gradient(lambda x: np.sum(np.cumprod(np.sqrt(x))[:2]))(FIRST)
    a, b = np.sqrt(FIRST[:2])
    np.testing.assert_allclose(slopes, [(1 + b) / (2 * a), a / (2 * b), 0, 0])


@pytest.mark.filterwarnings("ignore")
def test_a_second_derivative_of_a_running_sum():
    slopes = pl.gradient(lambda x: np.sum(np.cumsum(np.log(x))[:2]))
    second = pl.gradient(lambda x: np.sum(slopes(x)))(FIRST)
    np.testing.assert_allclose(second, [-2 / 1.5**2, -1 / 2.5**2, 0, 0])


# -- what is not on a diagonal ---------------------------------------------------------

MATRIX = np.diag([1.5, 2.5])
DIAGONALS = {
    "trace": np.trace,
    "sum of the diagonal": lambda u: np.sum(np.diagonal(u)),
    "of a stack": lambda u: np.sum(np.diagonal(np.stack([u, u]), axis1=1, axis2=2)) / 2,
    "diag": lambda u: np.sum(np.diag(u)),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("pole", POLES)
@pytest.mark.parametrize("name", DIAGONALS)
def test_what_is_not_on_the_diagonal_has_no_slope(name, pole, target):
    if target != "numpy":
        pytest.importorskip(target)
    slopes = pl.gradient(lambda x: DIAGONALS[name](POLES[pole](x)))
    with np.errstate(all="ignore"):
        ours = pl.compile(slopes, target)(MATRIX)
    right = np.diag(SLOPES[pole](np.diag(MATRIX)))
    np.testing.assert_allclose(ours, right, rtol=1e-13)


# -- a logarithm of a slope ------------------------------------------------------------


def log_slope(x):
    return np.log(pl.gradient(np.tanh)(x))


def log_size(x):
    return np.log(np.abs(pl.gradient(np.tanh)(x)))


def log_determinant(x):
    return np.sum(np.log(pl.gradient(lambda x: np.sum(np.tanh(x)))(x * np.ones(2)))) / 2


LOGS = {"of a slope": log_slope, "of its size": log_size, "summed": log_determinant}


@pytest.mark.parametrize("x", [-30.0, -0.5, 1e-3, 5.0, 40.0])
@pytest.mark.parametrize("name", LOGS)
def test_a_logarithm_of_a_slope_has_all_its_digits(name, x):
    """log(d tanh(x)/dx) = -2 log cosh x, which is 2 (log 2 - |x|) far from 0."""
    right = -2 * np.logaddexp(x, -x) + 2 * np.log(2)
    value, slope = pl.compile(pl.value_and_gradient(LOGS[name]))(x)
    np.testing.assert_allclose(value, right, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(slope, -2 * np.tanh(x), rtol=1e-12)
    np.testing.assert_allclose(pl.gradient(LOGS[name])(x), -2 * np.tanh(x), rtol=1e-12)


def test_a_step_down_a_slope_costs_no_more_than_the_slope():
    def step(w):
        return w - 0.1 * pl.gradient(lambda w: np.sum(np.tanh(w)))(w)

    compiled = pl.compile(step)
    w = np.array([0.5, 30.0])
    np.testing.assert_allclose(compiled(w), w - 0.1 * (1 - np.tanh(w) ** 2))
    assert "exp" not in compiled.source
