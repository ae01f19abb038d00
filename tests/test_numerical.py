"""Differences, integrals, interpolation and polynomials: the judge is NumPy itself."""

import mpmath
import numpy as np
import pytest
from comparison import assert_as_numpy, assert_derivatives

import pellucid as pl

V = np.array([0.5, -1.25, 2.0, 0.75, -0.5, 3.0])
W = np.array([1.5, 0.25, -2.0])
A = np.array([[1.0, 2.5, -0.5], [0.25, -3.0, 1.5]])
X = np.array([-1.0, -0.3, 0.4, 1.1, 2.6, 3.0])
C = np.cos(np.arange(24.0)).reshape(2, 3, 4)
N = np.float64(2.5)
PHASES = np.array([0.1, 2.9, -2.8, 3.5, 9.9, 3.3])


def whole(a):
    """Integers that are computed from what is traced."""
    return np.floor(a * 2).astype(int)


# name: (function, arguments); each in float64 and in float32
CASES = {
    "diff none": (lambda a: np.diff(a, n=0) * 1, A),
    "diff axis": (lambda a: np.diff(a, axis=0), A),
    "diff ends": (lambda a: np.diff(a, prepend=0, append=a[0]), V),
    "diff ends of axis": (lambda a: np.diff(a, 2, 0, a[:1], 7.0), A),
    "diff of conditions": (lambda a: np.diff(a > 0), V),
    "diff integers": (lambda a: np.diff(whole(a), prepend=1), V),
    "diff too short": (lambda a: np.diff(a, n=3), A),
    "ediff1d": (lambda a: np.ediff1d(a), A),
    "ediff1d ends": (lambda a: np.ediff1d(a, to_end=[1, 2], to_begin=a[0]), V),
    "gradient": (lambda a: np.gradient(a), V),
    "gradient step": (lambda a: np.gradient(a, 0.5), V),
    "gradient points": (lambda a: np.gradient(a, X), V),
    "gradient traced points": (lambda a, x: np.gradient(a, x, edge_order=2), V, X),
    "gradient axes": (lambda a: np.gradient(a), C),
    "gradient axis": (lambda a: np.gradient(a, 2, axis=-1, edge_order=2), C),
    "gradient steps": (lambda a: np.gradient(a, 2, [0, 1, 4], axis=(0, 1)), C),
    "gradient integers": (lambda a: np.gradient(whole(a)), V),
    "gradient of two": (lambda a: np.gradient(a), V[:2]),
    "trapezoid": (lambda a: np.trapezoid(a), V),
    "trapezoid dx": (lambda a: np.trapezoid(a, dx=0.5, axis=0), A),
    "trapezoid x": (lambda a, x: np.trapezoid(a, x), V, X),
    "trapezoid x of axis": (lambda a: np.trapezoid(a, [0, 1, 4], axis=1), C),
    "trapezoid x of shape": (lambda a: np.trapezoid(a, a**2, axis=0), C),
    "convolve": (lambda a, b: np.convolve(a, b), V, W),
    "convolve same": (lambda a, b: np.convolve(a, b, "same"), V, W),
    "convolve same even": (lambda a, b: np.convolve(a, b[:2], mode="same"), V, W),
    "convolve valid": (lambda a, b: np.convolve(b, a, "valid"), V, W),
    "convolve numbers": (lambda a: np.convolve(a, 2), V),
    "convolve integers": (lambda a: np.convolve(whole(a), [1, 2]), V),
    "convolve list": (lambda a: np.convolve([a[0], a[1]], [1, 2]), V),
    "correlate": (lambda a, b: np.correlate(a, b), V, W),
    "correlate full": (lambda a, b: np.correlate(a, b, "full"), V, W),
    "correlate same": (lambda a, b: np.correlate(a, b[:2], "same"), V, W),
    "correlate short": (lambda a, b: np.correlate(b, a, mode="full"), V, W),
    "correlate short same": (lambda a, b: np.correlate(b[:2], a, "same"), V, W),
    "correlate short valid": (lambda a, b: np.correlate(b[:2], a), V, W),
    "interp": (lambda a: np.interp(a, [-1, 0.2, 2], [1.0, 3, -2]), V),
    "interp traced": (lambda a, x: np.interp(0.7, x, a), V, X),
    "interp all traced": (lambda a, x: np.interp(a * 2, x, a), V, X),
    "interp matrix": (lambda a: np.interp(a, X, V), A),
    "interp ends": (lambda a: np.interp(a, [0, 1], [2, 3], left=-9, right=a[0]), V),
    "interp at points": (lambda x: np.interp(x, x, V), X),
    "interp period": (lambda a: np.interp(a, [0, 90, 200], [1, 2, 3], period=1.5), V),
    "interp one point": (lambda a: np.interp(a, [0.5], [3.0]), V),
    "interp number": (lambda a: np.interp(a, X, V), N),
    "interp empty": (lambda a: np.interp(a[:0], X, V), V),
    "unwrap": (lambda a: np.unwrap(a), PHASES),
    "unwrap axis": (lambda a: np.unwrap(a * 9, axis=0), A),
    "unwrap period": (lambda a: np.unwrap(a, period=2.0), PHASES),
    "unwrap discont": (lambda a: np.unwrap(a, discont=6.0), PHASES),
    "unwrap integers": (lambda a: np.unwrap(whole(a), period=4), PHASES),
    "unwrap odd integers": (lambda a: np.unwrap(whole(a), period=5), PHASES),
    "unwrap empty": (lambda a: np.unwrap(a[:0]), PHASES),
    "sinc": (lambda a: np.sinc(a), A),
    "sinc at 0": (lambda a: np.sinc(a * 0), A),
    "sinc number": (lambda a: np.sinc(a), N),
    "i0": (lambda a: np.i0(a), A),
    "polyval": (lambda a, x: np.polyval(a, x), W, X),
    "polyval number": (lambda a: np.polyval(a, 2), W),
    "polyval constant": (lambda x: np.polyval([1, 2, 3], x), A),
    "polyval integers": (lambda x: np.polyval([1, 2, 3], whole(x)), A),
    "polyval list": (lambda a: np.polyval([a[0], 1.0, a[1]], 0.5), V),
    "polyadd": (lambda a, b: np.polyadd(a, b), V, W),
    "polyadd number": (lambda a: np.polyadd(2, a), V),
    "polysub": (lambda a, b: np.polysub(b, a), V, W),
    "polymul": (lambda a, b: np.polymul(a, b), V, W),
    "polyder": (lambda a: np.polyder(a), V),
    "polyder twice": (lambda a: np.polyder(a, 2), V),
    "polyder none": (lambda a: np.polyder(a, 0) * 1, V),
    "polyder all": (lambda a: np.polyder(a, 9), V),
    "polyint": (lambda a: np.polyint(a), V),
    "polyint twice": (lambda a: np.polyint(a, 2, [1, a[0]]), V),
    "polyint constant": (lambda a: np.polyint(a, 2, 3), V),
    "poly": (lambda a: np.poly(a), W),
    "polynomial.polyval": (
        lambda x: np.polynomial.polynomial.polyval(x, [1.0, 2.0, 3.0]),
        A,
    ),
    "chebval": (lambda x: np.polynomial.chebyshev.chebval(x, [1.0, 2.0, 3.0]), A),
    "mgrid": (lambda a: np.mgrid[0:2, 0:3] * a, A),
    "mgrid between": (lambda a: np.mgrid[a[0]:a[1]:4j, 0:1:0.25], V),
    "mgrid alone": (lambda a: np.mgrid[0 : a[0] : 3j], V),
    "ogrid": (lambda a: np.ogrid[0:2, a[0] : a[1] : 3j], V),
}  # fmt: skip


@pytest.mark.parametrize("precision", [np.float64, np.float32])
@pytest.mark.parametrize("name", CASES)
def test_the_value_is_numpys(name, precision):
    f, *arrays = CASES[name]
    assert_as_numpy(f, *(a.astype(precision) for a in arrays))


# Least squares are the same to the condition of the problem.

FITS = {
    "line": lambda x, y: np.polyfit(x, y, 1),
    "cubic": lambda x, y: np.polyfit(x, y, 3),
    "weights": lambda x, y: np.polyfit(x, y, 2, w=np.exp(-x)),
    "covariance": lambda x, y: np.polyfit(x, y, 1, cov=True)[1],
    "covariance of weights": lambda x, y: np.polyfit(
        x, y, 1, w=np.exp(-x), cov="unscaled"
    )[1],
    "covariance of columns": lambda x, y: np.polyfit(
        x, np.stack([y, x**2], 1), 1, cov=True
    )[1],
    "residuals": lambda x, y: np.polyfit(x, y, 1, full=True)[1],
    "columns": lambda x, y: np.polyfit(x, np.stack([y, x**2], 1), 2),
}


@pytest.mark.parametrize("name", FITS)
def test_fits_are_numpys(name):
    f = FITS[name]
    np.testing.assert_allclose(pl.graph(f, X, V)(X, V), f(X, V), rtol=1e-12)
    assert_derivatives(f, X, V)


SLOPES = {
    "diff": (lambda a: np.diff(a, 2, prepend=a[0] ** 2) ** 2, V),
    "ediff1d": (lambda a: np.ediff1d(a, to_begin=a[1] * a[2]) ** 2, V),
    "gradient": (lambda a: np.gradient(a, 0.5, edge_order=2) ** 2, V),
    "gradient points": (lambda a, x: np.gradient(a, x, edge_order=2), V, X),
    "gradient step": (lambda a, h: np.gradient(a, h), V, 0.7),
    "trapezoid": (lambda a, x: np.trapezoid(a**2, x), V, X),
    "convolve": (lambda a, b: np.convolve(a, b) ** 2, V, W),
    "convolve same": (lambda a, b: np.convolve(a, b[:2], "same") ** 2, V, W),
    "convolve valid": (lambda a, b: np.convolve(a, b, "valid") ** 2, V, W),
    "convolve short": (lambda a, b: np.convolve(b, a, "valid") ** 2, V, W),
    "convolve itself": (lambda a: np.convolve(a, a, "same"), V),
    "correlate": (lambda a, b: np.correlate(a, b, "same") ** 2, V, W),
    "correlate short": (lambda a, b: np.correlate(b, a, "full") ** 2, V, W),
    "interp": (lambda a, x, y: np.interp(a, x, y) ** 2, 0.93 * V - 0.07, X, np.cos(X)),
    "interp ends": (lambda a, b: np.interp(a, X, V, left=b, right=b**2), A, 0.3),
    "interp period": (
        lambda a, x: np.interp(a, x, V, period=7.3) ** 2,
        0.93 * V - 0.07,
        X,
    ),
    "unwrap": (lambda a: np.unwrap(a) ** 2, PHASES),
    "sinc": (lambda a: np.sinc(a), A / 3 + 0.05),
    "sinc near 0": (lambda a: np.sinc(a) * 1e3, A / 100),
    "sinc far": (lambda a: np.sinc(a), A * 3 + 0.3),
    "i0": (lambda a: np.i0(a), A),
    "polyval": (lambda a, x: np.polyval(a, x), W, X),
    "polymul": (lambda a, b: np.polymul(a, b), V, W),
    "polyder": (lambda a: np.polyder(a, 2) ** 2, V),
    "polyint": (lambda a, k: np.polyint(a, 2, k) ** 2, V, 0.3),
    "poly": (lambda a: np.poly(a), W),
    "polynomial.polyval": (
        lambda x: np.polynomial.polynomial.polyval(x, [1.0, 2.0, 3.0]),
        A,
    ),
}


@pytest.mark.parametrize("name", SLOPES)
def test_gradients_agree_with_differences(name):
    f, *args = SLOPES[name]
    assert_derivatives(f, *args)


@pytest.mark.parametrize("x", [0.0, 1e-300, 1e-9, 1e-3, 0.3, 0.32, 1.0, 2.5, 1e8])
def test_the_slope_of_sinc_is_right_to_the_last_digits(x):
    ours = pl.gradient(np.sinc)(np.array(x))
    with mpmath.workdps(1000):
        y = mpmath.mpf(x) * mpmath.pi
        exact = mpmath.pi * (mpmath.cos(y) / y - mpmath.sin(y) / y**2) if x else 0
    # pi x is rounded: at 1e8 that costs as much as its own last digits.
    np.testing.assert_allclose(ours, float(exact), rtol=2e-15, atol=4e-16)


def test_the_slope_of_interp_at_a_point_is_that_of_the_line_after_it():
    slopes = pl.gradient(lambda x: np.sum(np.interp(x, X, V)))(X[:-1])
    np.testing.assert_allclose(slopes, np.diff(V) / np.diff(X))


def test_outside_the_points_the_slope_of_interp_is_zero():
    slopes = pl.gradient(lambda x: np.sum(np.interp(x, X, V)))(np.array([-1e300, 9.0]))
    np.testing.assert_array_equal(slopes, [0, 0])


WRONG = {
    "diff negative": (lambda a: np.diff(a, -1), ValueError),
    "diff number": (lambda a: np.diff(a[0]), ValueError),
    "diff ends": (lambda a: np.diff(a, prepend=np.zeros((1, 1))), ValueError),
    "ediff1d": (lambda a: np.ediff1d(whole(a), to_end=0.5), TypeError),
    "gradient short": (lambda a: np.gradient(a[:1]), ValueError),
    "gradient order": (lambda a: np.gradient(a, edge_order=3), ValueError),
    "gradient arguments": (lambda a: np.gradient(a, 1, 2), TypeError),
    "gradient points": (lambda a: np.gradient(a, [1, 2]), ValueError),
    "trapezoid": (lambda a: np.trapezoid(a, axis=1), IndexError),
    "convolve empty": (lambda a: np.convolve(a, []), ValueError),
    "convolve deep": (lambda a: np.convolve(a, np.ones((2, 2))), ValueError),
    "convolve mode": (lambda a: np.convolve(a, a, "spam"), ValueError),
    "interp lengths": (lambda a: np.interp(a, X, V[:2]), ValueError),
    "interp nothing": (lambda a: np.interp(a, [], []), ValueError),
    "interp period": (lambda a: np.interp(a, X, V, period=0), ValueError),
    "polyder": (lambda a: np.polyder(a, -1), ValueError),
    "polyint": (lambda a: np.polyint(a, -1), ValueError),
    "polyint constants": (lambda a: np.polyint(a, 3, [1, 2]), ValueError),
    "polyfit degree": (lambda a: np.polyfit(a, a, -1), ValueError),
    "polyfit lengths": (lambda a: np.polyfit(a, a[:2], 1), TypeError),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_arguments_raise_as_in_numpy(name):
    f, error = WRONG[name]
    with pytest.raises(error):
        f(V)
    with pytest.raises(error):
        pl.graph(f, V)


REFUSED = {
    "roots": (lambda a: np.roots(a), "depends on values"),
    "polydiv": (lambda a: np.polydiv(a, a[:2]), "depends on values"),
    "polyfit degrees": (lambda a: np.polyfit(a, a, [0, 2]), "several degrees"),
    "poly1d": (lambda a: np.poly1d(a), "line "),
    "mgrid": (lambda a: np.mgrid[0 : a[0]], "line "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_recorded_is_refused(name):
    f, part = REFUSED[name]
    with pytest.raises(pl.TraceError) as caught:
        pl.graph(f, V)
    assert part in str(caught.value)
    assert "test_numerical.py, line " in str(caught.value)
