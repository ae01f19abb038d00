"""L-BFGS ends where the cost falls no more, at the lowest place, and not before."""

import numpy as np
import pytest
from scipy.optimize import linprog

import pellucid as pl

LBFGS = pl.methods.LBFGS
Q = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 40)))[0]


def valley(condition):
    """1 at its bottom, 0; so narrow that quasi-Newton steps creep along it."""
    H = Q.T * np.geomspace(1, condition, 40) @ Q
    return lambda w: 1 + w @ H @ w / 2 + 1e-9 * np.sum(w**4)


@pytest.mark.parametrize("tol", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("memory", [1, 10])
@pytest.mark.parametrize("condition", [1e4, 1e6])
def test_steps_that_gain_little_are_no_minimum(condition, memory, tol):
    """Taken for one, as by the rule of L-BFGS-B, they would end up to 1.5 above it."""
    fit = pl.minimise(valley(condition), np.ones(40), method=LBFGS(memory), tol=tol,
                      max_iter=20_000)  # fmt: skip
    assert fit.success
    assert fit.fun - 1 < tol**2


def absolute_errors(w, X, y):
    return np.mean(np.abs(X @ w - y))


def least_absolute_errors(X, y):
    """The least mean of absolute errors, by linear programming."""
    n, d = X.shape
    found = linprog(
        np.r_[np.zeros(d), np.full(n, 1 / n)],
        np.block([[X, -np.eye(n)], [-X, -np.eye(n)]]), np.r_[y, -y],
        bounds=[(None, None)] * d + [(0, None)] * n,
    )  # fmt: skip
    return found.fun


@pytest.mark.parametrize("tol", [1e-3, 1e-4])
def test_a_cost_with_kinks_ends_soon_and_low(tol, rng):
    X = rng.normal(size=(200, 10))
    y = X @ rng.normal(size=10) + rng.normal(size=200)
    fit = pl.minimise(absolute_errors, np.zeros(10), X, y, method=LBFGS(), tol=tol)
    assert fit.success
    assert fit.nit < 500
    assert fit.fun <= least_absolute_errors(X, y) * (1 + 1e-3)


def test_without_a_tolerance_all_steps_are_taken():
    fit = pl.minimise(valley(1e6), np.ones(40), method=LBFGS(1), tol=0, max_iter=2000)
    assert fit.nit == 2000
    assert not fit.success


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("tol", [1e-4, 1e-12])
def test_no_place_on_the_way_was_lower(dtype, tol, rng):
    X = rng.normal(size=(50, 5)).astype(dtype)
    y = (X @ np.arange(5.0) + 100).astype(dtype)

    def cost(w, X, y):
        return np.sum(np.logaddexp(0, X @ w - y)) + np.sum((X @ w - y) ** 2)

    start = np.zeros(5, dtype)
    fit = pl.minimise(cost, start, X, y, method=LBFGS(), tol=tol)
    rounding = 50 * float(np.finfo(dtype).eps)
    assert fit.fun <= fit.history.min() * (1 + rounding)
    assert fit.fun == pytest.approx(float(cost(fit.x, X, y)), rel=rounding)
