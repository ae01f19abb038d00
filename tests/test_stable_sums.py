"""Logs of running sums and of written-out sums of exponentials, at +-800."""

import numpy as np
import pytest

import pellucid as pl

TARGETS = ["numpy", "jax", "torch"]
X = np.array([0.5, -0.25, 1.0])


def derivatives(f, x, target):
    """Value, gradient and Hessian of f at x, compiled."""
    parts = f, pl.gradient(f), pl.hessian(f)
    return [np.asarray(pl.compile(part, target=target)(x)) for part in parts]


# -- running sums ---------------------------------------------------------------------

# Each moves with x: f(x + c) = f(x) + c.
RUNNING = {
    "cumsum": lambda x: np.log(np.cumsum(np.exp(x))),
    "along rows": lambda x: np.log(np.cumsum(np.exp(x[None]), axis=1)),
    "along columns": lambda x: np.log(np.exp(x[:, None]).cumsum(axis=0)),
    "of all": lambda x: np.log(np.cumsum(np.exp(np.stack([x, x])))),
    "from the last": lambda x: np.log(np.cumsum(np.exp(x)[::-1])[::-1]),
    "of what is flipped": lambda x: np.log(np.flip(np.cumsum(np.exp(np.flip(x))))),
    "add.accumulate": lambda x: np.log(np.add.accumulate(np.exp(x))),
    "the last": lambda x: np.log(np.cumsum(np.exp(x))[-1]),
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shift", [800.0, -800.0])
@pytest.mark.parametrize("name", RUNNING)
def test_a_running_sum_of_exponentials_moves_with_them(name, shift, target):
    f = RUNNING[name]

    def total(x):
        made = f(x)
        return np.sum(made * np.linspace(1.0, 2.0, made.size).reshape(made.shape))

    values = pl.compile(f, target=target)(X + shift)
    np.testing.assert_allclose(values, f(X) + shift, rtol=1e-14)
    _, g, H = derivatives(total, X + shift, target)
    np.testing.assert_allclose(g, pl.gradient(total, stable=False)(X), rtol=1e-11)
    np.testing.assert_allclose(H, pl.hessian(total, stable=False)(X), atol=1e-11)


@pytest.mark.parametrize("target", TARGETS)
def test_a_running_sum_reaches_from_one_end_of_floats_to_the_other(target):
    x = np.array([-800.0, 800.0, 799.0])
    weights = np.array([1.0, 0.0, 2.0])
    f = RUNNING["cumsum"]
    share = 1 / (1 + np.exp(-1))
    values = pl.compile(f, target=target)(x)
    np.testing.assert_allclose(values, [-800, 800, 800 + np.log1p(np.exp(-1))])
    g = pl.compile(pl.gradient(lambda x: np.sum(weights * f(x))), target=target)(x)
    np.testing.assert_allclose(g, [1, 2 * share, 2 - 2 * share])


def test_a_running_sum_in_single_precision_stays_single():
    made = pl.compile(RUNNING["cumsum"])(np.array([200.0, 200.0], np.float32))
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, [200, 200 + np.log(2)], rtol=1e-6)
