"""Logs of hyperbolic functions and of sums of powers, where the naive forms fail."""

import numpy as np
import pytest

import pellucid as pl

# A function of x, points, its values there, its slopes and its second derivatives.
CASES = {
    "log cosh": (
        lambda x: np.log(np.cosh(x)), [800.0, -800.0, 0.0],
        [800 - np.log(2), 800 - np.log(2), 0], [1, -1, 0], [0, 0, 1],
    ),
    "log sinh": (
        lambda x: np.log(np.sinh(x)), [800.0, 1.0],
        [800 - np.log(2), np.log(np.sinh(1))],
        [1, 1 / np.tanh(1)], [0, -1 / np.sinh(1) ** 2],
    ),
    "logistic density": (
        lambda x: np.exp(x) / (1 + np.exp(x)) ** 2, [800.0, -800.0, 0.0],
        [0, 0, 0.25], [0, 0, 0], [0, 0, -0.125],
    ),
    "logistic density of -x": (
        lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2, [800.0, -800.0, 0.0],
        [0, 0, 0.25], [0, 0, 0], [0, 0, -0.125],
    ),
}  # fmt: skip
TEN, TWO = np.log(10), np.log(2)
SUMS = {
    "log10": (lambda z: np.log10(np.sum(10**z)), TEN),
    "log10 of floats": (lambda z: np.log10(np.sum(10.0**z)), TEN),
    "log2": (lambda z: np.log2(np.sum(2**z)), TWO),
    "log2 of exp2": (lambda z: np.log2(np.sum(np.exp2(z))), TWO),
}
TARGETS = ["numpy", "jax", "torch"]


def computed(f, x, target):
    """Value, slope and second derivative of f at one point, compiled."""
    slope = pl.gradient(f)
    parts = f, slope, pl.gradient(slope)
    return [float(pl.compile(part, target=target)(x)) for part in parts]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize(
    ("name", "i"), [(name, i) for name in CASES for i in range(len(CASES[name][1]))]
)
def test_value_slope_and_curvature_without_a_warning(name, i, single, target):
    f, points, *right = CASES[name]
    x = np.float32(points[i]) if single else points[i]
    want = [row[i] for row in right]
    close = {"rtol": 1e-6, "atol": 1e-6} if single else {"rtol": 1e-13, "atol": 1e-15}
    np.testing.assert_allclose(computed(f, x, target), want, **close)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("shift", [0.0, 1200.0, -1200.0])
@pytest.mark.parametrize("name", SUMS)
def test_a_sum_of_powers_moves_with_its_exponents(name, shift, target):
    f, log_base = SUMS[name]
    z = np.array([0.5, -0.25, 1.0])
    share = np.exp(z * log_base) / np.sum(np.exp(z * log_base))
    hessian = log_base * (np.diag(share) - np.outer(share, share))
    assert pl.compile(f, target=target)(z + shift) == pytest.approx(f(z) + shift)
    g = pl.compile(pl.gradient(f), target=target)(z + shift)
    np.testing.assert_allclose(g, share, rtol=1e-10)
    H = pl.compile(pl.hessian(f), target=target)(z + shift)
    np.testing.assert_allclose(H, hessian, atol=1e-10)


@pytest.mark.parametrize("name", SUMS)
def test_a_sum_of_powers_in_single_precision_stays_single(name):
    f, _ = SUMS[name]
    z = np.array([200.0, 199.0], np.float32)
    value = pl.compile(f)(z)
    assert value.dtype == np.float32
    assert value == pytest.approx(f(np.array([0.0, -1.0])) + 200, rel=1e-6)
