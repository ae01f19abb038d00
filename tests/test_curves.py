"""Sums of squares: recognised, minimised to certified digits, and how certain it is."""

import copy
import pickle
import re
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy.optimize import curve_fit

import pellucid as pl
from pellucid.errors import MinimiseError
from pellucid.minimisers.sums_of_squares import sum_of_squares
from pellucid.minimisers.task import Task

# NIST's nonlinear regression problems as published (public domain): StRD, Statistical
# Reference Datasets, https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml
NIST = Path(__file__).parent / "nist"


def exponentials(b, x):
    return (
        b[0] * np.exp(-b[1] * x) + b[2] * np.exp(-b[3] * x) + b[4] * np.exp(-b[5] * x)
    )


def two_peaks(b, x):
    return (
        b[0] * np.exp(-b[1] * x)
        + b[2] * np.exp(-((x - b[3]) ** 2) / b[4] ** 2)
        + b[5] * np.exp(-((x - b[6]) ** 2) / b[7] ** 2)
    )


def cubics(b, x):
    above = b[0] + b[1] * x + b[2] * x**2 + b[3] * x**3
    return above / (1 + b[4] * x + b[5] * x**2 + b[6] * x**3)


def cycles(b, x):
    annual, nino, southern = (2 * np.pi * x / c for c in (12, b[3], b[6]))
    return (
        b[0] + b[1] * np.cos(annual) + b[2] * np.sin(annual)
        + b[4] * np.cos(nino) + b[5] * np.sin(nino)
        + b[7] * np.cos(southern) + b[8] * np.sin(southern)
    )  # fmt: skip


def chwirut(b, x):
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


MODELS = {
    "Bennett5": lambda b, x: b[0] * (b[1] + x) ** (-1 / b[2]),
    "BoxBOD": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": lambda b, x: b[0] * x ** b[1],
    "ENSO": cycles,
    "Eckerle4": lambda b, x: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": two_peaks,
    "Gauss2": two_peaks,
    "Gauss3": two_peaks,
    "Hahn1": cubics,
    "Kirby2": lambda b, x: (
        (b[0] + b[1] * x + b[2] * x**2) / (1 + b[3] * x + b[4] * x**2)
    ),
    "Lanczos1": exponentials,
    "Lanczos2": exponentials,
    "Lanczos3": exponentials,
    "MGH09": lambda b, x: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda b, x: b[0] * np.exp(b[1] / (x + b[2])),
    "MGH17": lambda b, x: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "Misra1a": lambda b, x: b[0] * (1 - np.exp(-b[1] * x)),
    "Misra1b": lambda b, x: b[0] * (1 - (1 + b[1] * x / 2) ** -2),
    "Misra1c": lambda b, x: b[0] * (1 - (1 + 2 * b[1] * x) ** -0.5),
    "Misra1d": lambda b, x: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda b, x: b[0] - b[1] * x[0] * np.exp(-b[2] * x[1]),
    "Rat42": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda b, x: b[0] / (1 + np.exp(b[1] - b[2] * x)) ** (1 / b[3]),
    "Roszman1": lambda b, x: b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi,
    "Thurber": cubics,
}
# Residuals of 1e-13, whose third digit is lost when the data become float64.
DIGITS_OF_ERRORS = {"Lanczos1": 2}


def certified(name):
    """Two starts, the certified parameters, their standard deviations, x and y."""
    lines = (NIST / f"{name}.dat").read_text().splitlines()
    found = [re.split(r"\s*=\s*", line)[1].split() for line in lines[40:]
             if re.match(r"\s*b\d+\s*=", line)]  # fmt: skip
    rows = np.array([line.split() for line in lines[60:] if line.strip()], float)
    y, x = rows[:, 0], rows[:, 1:].T
    start_1, start_2, w, errors = np.array(found, float).T
    x, y = (x, np.log(y)) if name == "Nelson" else (x[0], y)
    return (start_1, start_2), w, errors, x, y


def cost_of(model):
    return lambda b, x, y: np.sum((y - model(b, x)) ** 2)


def correct_digits(found, expected):
    worst = np.max(np.abs(found - expected) / np.abs(expected))
    return -np.log10(np.maximum(worst, 1e-17))


# -- certified values -----------------------------------------------------------------


@pytest.mark.parametrize("which", [1, 2])
@pytest.mark.parametrize("name", MODELS)
def test_nist_certifies_parameters_and_their_errors(name, which):
    starts, w, errors, x, y = certified(name)
    fit = pl.minimise(cost_of(MODELS[name]), starts[which - 1], x, y)
    assert fit.success
    assert fit.message.startswith(f"LevenbergMarquardt (the cost is a sum of {len(y)} ")
    assert correct_digits(fit.x, w) >= 8
    assert correct_digits(fit.standard_errors, errors) >= DIGITS_OF_ERRORS.get(name, 8)
    assert fit.rank == len(w)


# -- what is seen as a sum of squares -------------------------------------------------

T = np.linspace(0.1, 2.0, 9)
Y = 3 * np.exp(-1.3 * T) + 0.05 * np.cos(9 * T)
W = np.array([0.0, 1.0, 2.0, 0.5, 1.0, 0.0, 3.0, 1.0, 1.0])
P = np.array([2.5, 1.1])


def curve(p, t):
    return p[0] * np.exp(-p[1] * t)


def by_element(p, t, y, w):
    cost = 0.0
    for i in range(len(t)):
        cost += (y[i] - curve(p, t[i])) ** 2
    return cost


def by_column(p, t, y, w):
    r = (y - curve(p, t)).reshape(-1, 1)
    return r.T @ r


def many_outputs(p, t, y, w):
    model = np.stack([curve(p, t), p[0] * t], axis=1)  # (n, 2)
    return np.mean(pl.costs.squared_error(model, np.stack([y, 2 * t], axis=1)))


def with_complex(p, t, y, w):
    return np.sum(np.abs(y - p[0] * np.exp(1j * p[1] * t)) ** 2)


def r_of(p, t, y):
    return y - curve(p, t)


# A cost, and how many residuals have a weight.
SEEN = {
    "sum": (lambda p, t, y, w: np.sum(r_of(p, t, y) ** 2), 9),
    "half the mean": (lambda p, t, y, w: np.mean(r_of(p, t, y) ** 2) / 2, 9),
    "method mean": (lambda p, t, y, w: ((y - curve(p, t)) ** 2).mean(), 9),
    "square": (lambda p, t, y, w: np.sum(np.square(r_of(p, t, y))) / len(t), 9),
    "r r": (lambda p, t, y, w: np.sum(r_of(p, t, y) * r_of(p, t, y)), 9),
    "dot": (lambda p, t, y, w: np.dot(r_of(p, t, y), r_of(p, t, y)), 9),
    "r @ r": (lambda p, t, y, w: 3 * (r_of(p, t, y) @ r_of(p, t, y)), 9),
    "vdot": (lambda p, t, y, w: np.vdot(r_of(p, t, y), r_of(p, t, y)), 9),
    "einsum": (
        lambda p, t, y, w: np.einsum("i,i->", r_of(p, t, y), r_of(p, t, y)),
        9,
    ),
    "norm": (lambda p, t, y, w: np.linalg.norm(r_of(p, t, y)) ** 2, 9),
    "root": (lambda p, t, y, w: np.sqrt(np.sum(r_of(p, t, y) ** 2)) ** 2, 9),
    "absolute": (lambda p, t, y, w: np.sum(np.abs(r_of(p, t, y)) ** 2), 9),
    "complex": (with_complex, 18),
    "weights": (lambda p, t, y, w: np.sum(w * r_of(p, t, y) ** 2), 7),
    "average": (lambda p, t, y, w: np.average(r_of(p, t, y) ** 2, weights=w), 7),
    "over sigma": (lambda p, t, y, w: np.sum((r_of(p, t, y) / (1 + w)) ** 2), 9),
    "variance": (lambda p, t, y, w: np.var(r_of(p, t, y)), 9),
    "chosen": (lambda p, t, y, w: np.sum(np.where(t > 1, r_of(p, t, y) ** 2, 0)), 5),
    "penalty": (
        lambda p, t, y, w: np.mean(r_of(p, t, y) ** 2) + 0.1 * np.sum(p**2),
        11,
    ),
    "prior": (
        lambda p, t, y, w: np.sum(r_of(p, t, y) ** 2) + ((p[1] - 1) / 0.2) ** 2,
        10,
    ),
    "constant": (lambda p, t, y, w: np.sum(r_of(p, t, y) ** 2) + np.sum(w), 9),
    "minus": (lambda p, t, y, w: -np.sum(-((y - curve(p, t)) ** 2)), 9),
    "two axes": (
        lambda p, t, y, w: np.sum(
            w * np.sum((np.outer(t, p) - y[:, None]) ** 2, axis=1)
        ),
        14,
    ),
    "concatenated": (
        lambda p, t, y, w: np.sum(np.concatenate([r_of(p, t, y) ** 2, p**2])),
        11,
    ),
    "squared_error": (
        lambda p, t, y, w: np.mean(pl.costs.squared_error(curve(p, t), y)),
        9,
    ),
    "outputs": (many_outputs, 18),
    "loop": (by_element, 9),
    "Python's sum": (lambda p, t, y, w: sum((y - curve(p, t)) ** 2), 9),
    "every other": (lambda p, t, y, w: np.sum(((y - curve(p, t)) ** 2)[::2]), 5),
    "column": (by_column, 9),
}


@pytest.mark.parametrize("name", SEEN)
def test_a_sum_of_squares_is_recognised_however_it_is_written(name):
    cost, count = SEEN[name]
    squares = sum_of_squares(Task(cost, P, (T, Y, W)))
    assert squares.count == count
    for p in (P, np.array([-1.0, 0.3])):
        q = squares.root * squares.residuals(p, T, Y, W)
        value = squares.rest + squares.unit * (q @ q)
        np.testing.assert_allclose(value, np.squeeze(cost(p, T, Y, W)), rtol=1e-13)


UNSEEN = {
    "cubes": lambda p, t, y, w: np.sum(np.abs(y - curve(p, t)) ** 3),
    "a difference": lambda p, t, y, w: (
        np.sum((y - curve(p, t)) ** 2) - 0.1 * np.sum(p**2)
    ),
    "negative weights": lambda p, t, y, w: np.sum((w - 1) * (y - curve(p, t)) ** 2),
    "robust": lambda p, t, y, w: np.sum(np.log1p((y - curve(p, t)) ** 2)),
    "relative to the model": lambda p, t, y, w: np.sum(
        (y - curve(p, t)) ** 2 / (1 + curve(p, t) ** 2)
    ),
    "weights that are learnt": lambda p, t, y, w: np.sum(
        np.exp(-p[1]) * (y - curve(p, t)) ** 2 + p[1]
    ),
    "fourth powers": lambda p, t, y, w: np.sum((y - curve(p, t)) ** 4),
    "another product": lambda p, t, y, w: (y - curve(p, t)) @ (y + curve(p, t)),
    "no number": lambda p, t, y, w: np.exp(p[0]) + np.cosh(p[1]),
}


@pytest.mark.parametrize("name", UNSEEN)
def test_what_is_no_sum_of_squares_is_not_taken_for_one(name):
    assert sum_of_squares(Task(UNSEEN[name], P, (T, Y, W))) is None
    with pytest.raises(MinimiseError, match="sum of squares"):
        pl.minimise(UNSEEN[name], P, T, Y, W, method=pl.methods.LevenbergMarquardt())


def test_a_cost_that_is_no_sum_of_squares_goes_to_newton_and_knows_no_errors():
    fit = pl.minimise(UNSEEN["robust"], P, T, Y, W)
    assert fit.success
    assert fit.message.startswith("Newton (the cost is smooth")
    assert fit.covariance is fit.standard_errors is fit.rank is None
    with pytest.raises(MinimiseError, match="not seen as one"):
        fit.summary()


# -- functions of the literature ------------------------------------------------------


def rosenbrock(w):
    return np.sum(100 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2)


def freudenstein_roth(w):
    r = -13 + w[0] + ((5 - w[1]) * w[1] - 2) * w[1]
    s = -29 + w[0] + ((w[1] + 1) * w[1] - 14) * w[1]
    return r**2 + s**2


def powell(w):  # singular at its minimum
    near = (w[0] + 10 * w[1]) ** 2 + 5 * (w[2] - w[3]) ** 2
    return near + ((w[1] - 2 * w[2]) ** 2) ** 2 + 10 * ((w[0] - w[3]) ** 2) ** 2


def beale(w):
    return sum((c - w[0] * (1 - w[1] ** k)) ** 2
               for k, c in ((1, 1.5), (2, 2.25), (3, 2.625)))  # fmt: skip


def badly_scaled(w):  # Brown
    return (w[0] - 1e6) ** 2 + (w[1] - 2e-6) ** 2 + (w[0] * w[1] - 2) ** 2


# Moré, Garbow & Hillstrom, "Testing unconstrained optimization software" (1981).
FUNCTIONS = {
    "rosenbrock": (rosenbrock, [-1.2, 1.0], 0.0),
    "rosenbrock from zeros": (rosenbrock, [0.0] * 5, 0.0),
    "freudenstein and roth": (freudenstein_roth, [0.5, -2.0], 48.98425367924),
    "powell": (powell, [3.0, -1.0, 0.0, 1.0], 0.0),
    "beale": (beale, [1.0, 1.0], 0.0),
    "brown": (badly_scaled, [1.0, 1.0], 0.0),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_of_the_literature_reach_their_minima(name):
    cost, start, least = FUNCTIONS[name]
    fit = pl.minimise(cost, np.array(start))
    assert fit.success
    assert fit.message.startswith("LevenbergMarquardt")
    np.testing.assert_allclose(fit.fun, least, rtol=1e-11, atol=1e-20)


# -- flat places ----------------------------------------------------------------------


def peak(p, t):
    return p[0] * np.exp(-0.5 * ((t - p[1]) / p[2]) ** 2)


def logistic(p, t):
    return p[0] / (1 + np.exp(-p[1] * (t - p[2])))


def saturation(p, t):
    return p[0] * (1 - np.exp(-p[1] * t))


def decay(p, t):
    return p[0] * np.exp(-p[1] * t) + p[2]


def two_decays(p, t):
    return p[0] * np.exp(-t / p[1]) + p[2] * np.exp(-t / p[3])


LONG = np.linspace(0.5, 10, 40)
NOISE = 0.02 * np.sin(37 * LONG**2)
# Where people begin, and cannot know better: the slope is 0, or leads astray.
FAR_STARTS = {
    "peak far right": (peak, [3.0, 4.0, 0.5], [1.0, 100.0, 1.0]),
    "peak far left": (peak, [3.0, 4.0, 0.5], [1.0, -50.0, 2.0]),
    "peak narrow": (peak, [3.0, 4.0, 0.5], [3.0, 4.0, 1e-3]),
    "peak wide": (peak, [3.0, 4.0, 0.5], [3.0, 4.0, 50.0]),
    "rate 1000": (saturation, [5.0, 0.7], [1.0, 1000.0]),
    "rate 1e-5": (saturation, [5.0, 0.7], [100.0, 1e-5]),
    "logistic at 100": (logistic, [10.0, 2.0, 5.0], [1.0, 1.0, 100.0]),
    "logistic of zeros": (logistic, [10.0, 2.0, 5.0], [0.0, 0.0, 0.0]),
    "decay of ones": (lambda p, t: decay(p, 600 * t), [160.0, 1e-3, 2.0], [1, 1, 1]),
    "two decays alike": (two_decays, [3.0, 1.0, 1.0, 8.0], [1.0, 1.0, 1.0, 1.0]),
}


@pytest.mark.parametrize("name", FAR_STARTS)
def test_the_way_leads_on_from_a_plateau_and_a_saddle(name):
    model, truth, start = FAR_STARTS[name]
    y = model(np.array(truth), LONG) + NOISE
    fit = pl.minimise(cost_of(model), np.array(start, float), LONG, y)
    near = pl.minimise(cost_of(model), np.array(truth), LONG, y)
    assert fit.success
    np.testing.assert_allclose(fit.fun, near.fun, rtol=1e-9)


# Where nothing says which way to go.
LOST = {
    "both parameters 0": (saturation, [5.0, 0.7], [0.0, 0.0]),
    "two parameters wrong": (
        lambda p, t: logistic(p, 1790 + 25 * t),
        [300.0, 0.03, 1920.0],
        [1.0, 1.0, 1.0],
    ),
}


@pytest.mark.parametrize("name", LOST)
def test_a_fit_that_ended_on_a_plateau_is_no_success(name):
    model, truth, start = LOST[name]
    y = model(np.array(truth, float), LONG) + NOISE
    fit = pl.minimise(cost_of(model), np.array(start, float), LONG, y)
    assert not fit.success
    assert "plateau" in fit.message
    assert fit.covariance is fit.standard_errors is fit.rank is None
    with pytest.raises(MinimiseError, match="plateau"):
        fit.summary()


def test_parameters_that_run_away_are_no_success():
    _, _, _, x, y = certified("MGH17")
    start = [6.53617173, 0.509311744, -1.99065949, 2.41556785e-3, 1.41842740e-2]
    fit = pl.minimise(cost_of(MODELS["MGH17"]), np.array(start), x, y)
    assert not fit.success  # differences of exponentials whose rates go to 0


@pytest.mark.parametrize("name", ["BoxBOD", "Eckerle4", "MGH17", "Rat43", "Gauss1"])
def test_what_is_told_a_success_is_a_minimum_wherever_it_began(name, rng):
    _, w, _, x, y = certified(name)
    for _ in range(3):
        start = w * np.exp(1.5 * rng.normal(size=len(w)))
        cost = cost_of(MODELS[name])
        with np.errstate(all="ignore"):
            fit = pl.minimise(cost, start, x, y)
        if fit.success:
            g, H = pl.gradient(cost)(fit.x, x, y), pl.hessian(cost)(fit.x, x, y)
            s = 1 / np.sqrt(np.maximum(np.diag(H), 1e-300))
            assert np.max(np.abs(s * g)) <= 1e-6 * np.sqrt(fit.fun)
            assert np.linalg.eigvalsh(s[:, None] * H * s)[0] > -1e-9


# -- how certain ----------------------------------------------------------------------


def test_errors_agree_with_curve_fit_for_weights_and_several_parameters():
    sigma = 0.1 + T
    fit = pl.minimise(
        lambda a, b, t, y, s: np.mean(((a * np.exp(-b * t) - y) / s) ** 2),
        (2.0, 1.0), T, Y, sigma,
    )  # fmt: skip
    w, C = curve_fit(
        lambda t, a, b: a * np.exp(-b * t), T, Y, (2.0, 1.0), sigma, xtol=1e-15
    )
    np.testing.assert_allclose(fit.x, w, rtol=1e-6)
    np.testing.assert_allclose(fit.covariance, C, rtol=1e-5)
    np.testing.assert_allclose(fit.standard_errors, np.sqrt(np.diag(C)), rtol=1e-5)
    assert isinstance(fit.standard_errors, tuple)


def test_a_linear_model_keeps_its_exact_step_and_has_the_errors_of_the_book():
    fit = pl.minimise(
        lambda p, t, y: np.mean((p["a"] + t * p["b"] - y) ** 2),
        {"a": 0.0, "b": np.zeros(1)}, T, Y,
    )  # fmt: skip
    assert fit.message.startswith("Exact Newton step")
    X = np.column_stack([np.ones_like(T), T])
    r = Y - X @ np.linalg.lstsq(X, Y)[0]
    C = r @ r / (len(T) - 2) * np.linalg.inv(X.T @ X)
    np.testing.assert_allclose(fit.covariance, C, rtol=1e-12)
    assert fit.standard_errors["b"].shape == (1,)
    assert list(fit.summary().frame.index) == ["a", "b[0]"]


def test_weights_are_relative_and_rows_of_weight_0_are_no_observations():
    def cost(p, t, y, w):
        return np.sum(w * (curve(p, t) - y) ** 2)

    fit = pl.minimise(cost, P, T, Y, W)
    more = pl.minimise(cost, P, T, Y, 1e6 * W)
    less = pl.minimise(cost, P, T[W > 0], Y[W > 0], W[W > 0])
    np.testing.assert_allclose(more.covariance, fit.covariance, rtol=1e-9)
    np.testing.assert_allclose(less.covariance, fit.covariance, rtol=1e-9)


def test_the_unit_of_a_parameter_changes_no_step_and_no_t():
    def cost(p, t, y, unit):
        return np.mean((curve(p / unit, t) - y) ** 2)

    units = np.array([1e9, 1e-12])
    fit = pl.minimise(cost, P, T, Y, np.ones(2))
    other = pl.minimise(cost, P * units, T, Y, units)
    assert other.nit == fit.nit
    np.testing.assert_allclose(other.x, fit.x * units, rtol=1e-9)
    np.testing.assert_allclose(
        other.summary().frame["t"], fit.summary().frame["t"], rtol=1e-9
    )


def test_what_the_data_do_not_determine_has_no_finite_error():
    def cost(a, b, c, unused, t, y):
        return np.sum((a * b * np.exp(-c * t) - y + 0 * unused) ** 2)

    fit = pl.minimise(cost, (1.0, 1.0, 1.0, 7.0), T, Y)
    alone = pl.minimise(cost_of(curve), P, T, Y)
    assert fit.success
    assert fit.rank == 2
    assert fit.standard_errors[:2] == (np.inf, np.inf)
    assert fit.standard_errors[3] == np.inf
    np.testing.assert_allclose(
        fit.standard_errors[2], alone.standard_errors[1], rtol=1e-6
    )
    assert fit.summary().figures["rank"] == 2


@pytest.mark.parametrize(("rows", "errors"), [(1, np.inf), (2, np.nan)])
def test_as_few_rows_as_parameters_are_met_exactly_and_leave_no_error(rows, errors):
    fit = pl.minimise(cost_of(curve), P, T[:rows], Y[:rows])
    assert fit.success
    assert fit.fun < 1e-28
    np.testing.assert_array_equal(fit.standard_errors, [errors, errors])


def test_a_summary_says_what_was_found():
    def cost(amplitude, rate, t, y):
        return np.mean((amplitude * np.exp(-rate * t) - y) ** 2)

    summary = pl.minimise(cost, (2.0, 1.0), T, Y).summary()
    assert list(summary.frame.index) == ["amplitude", "rate"]
    assert list(summary.frame.columns) == [
        "estimate", "standard error", "t", "p", "lower", "upper"
    ]  # fmt: skip
    assert summary.figures["degrees of freedom"] == 7
    s = np.sqrt(summary.figures["sum of squares"] / 7)
    assert summary.figures["residual standard error"] == pytest.approx(s)
    assert "amplitude" in str(summary)


def test_a_fit_is_copied_and_pickled_with_its_errors():
    fit = pl.minimise(cost_of(curve), P, T, Y)
    for other in (copy.deepcopy(fit), pickle.loads(pickle.dumps(fit))):
        np.testing.assert_array_equal(other.covariance, fit.covariance)


# -- as all methods do ----------------------------------------------------------------


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_every_target_takes_the_same_steps(target):
    pytest.importorskip(target)
    fit = pl.minimise(cost_of(curve), P, T, Y, target=target)
    other = pl.minimise(cost_of(curve), P, T, Y)
    assert fit.message.startswith("LevenbergMarquardt")
    np.testing.assert_allclose(fit.x, other.x, rtol=1e-9)
    np.testing.assert_allclose(fit.standard_errors, other.standard_errors, rtol=1e-9)


def test_float32_converges_as_far_as_it_goes():
    fit = pl.minimise(
        cost_of(curve), P.astype(np.float32), T.astype(np.float32),
        Y.astype(np.float32),
    )  # fmt: skip
    exact = pl.minimise(cost_of(curve), P, T, Y)
    assert fit.success
    assert fit.x.dtype == fit.standard_errors.dtype == np.float32
    np.testing.assert_allclose(fit.x, exact.x, rtol=1e-5)


def test_going_on_is_the_same_as_going_far_to_the_bit():
    def cost(p, t, y):
        return np.sum((two_peaks(p, t) - y) ** 2)

    starts, _, _, x, y = certified("Gauss3")
    method = pl.methods.LevenbergMarquardt()
    whole = pl.minimise(cost, starts[0], x, y, method=method, max_iter=6)
    part = pl.minimise(cost, starts[0], x, y, method=method, max_iter=2)
    assert not part.success
    after = pl.minimise(cost, part, x, y, method=method, max_iter=4)
    np.testing.assert_array_equal(after.x, whole.x)
    np.testing.assert_array_equal(after.history, whole.history)


def test_somebody_may_watch_and_stop_and_judge_by_other_rows():
    seen = []

    def callback(iteration, cost, x):
        seen.append(cost)
        return iteration == 2

    fit = pl.minimise(cost_of(curve), np.array([1.0, 9.0]), T, Y, callback=callback)
    assert seen == fit.history[1:].tolist()
    assert "stopped by the callback" in fit.message
    watched = pl.minimise(
        cost_of(curve), np.array([1.0, 9.0]), T, Y, validation=(T + 0.1, Y)
    )
    assert len(watched.validation_history) == len(watched.history)


def test_steps_into_where_the_residuals_are_not_numbers_are_shortened():
    def model(p, t):
        return p[0] * np.log(p[1] + t)

    y = model(np.array([2.0, 0.05]), T)
    fit = pl.minimise(cost_of(model), np.array([1.0, 30.0]), T, y)
    assert fit.success
    np.testing.assert_allclose(fit.x, [2.0, 0.05], rtol=1e-7)


def test_a_start_where_the_cost_is_not_a_number_is_named():
    fit = pl.minimise(cost_of(lambda p, t: np.log(p[0] + t)), np.array([-9.0]), T, Y)
    assert not fit.success
    assert "nan at step 1" in fit.message


def test_large_residuals_end_with_newton_steps():
    t = np.linspace(0, 10, 100)
    y = 2 * np.sin(1.7 * t + 0.4) + 0.5

    def cost(p, t, y):
        return np.sum((p[0] * np.sin(p[1] * t + p[2]) + p[3] - y) ** 2)

    fit = pl.minimise(cost, np.array([1.0, 5.0, 0.0, 0.0]), t, y)
    assert fit.success
    assert fit.nit < 30
    np.testing.assert_allclose(pl.gradient(cost)(fit.x, t, y), 0, atol=1e-8)


# -- residuals that are linear, on columns that nearly depend on each other ------------

LINES = {  # the numbers x, the degree, and how many digits are sure
    "days since 1970, in seconds": (1.7e9 + 86400 * np.arange(30.0), 1, 9),
    "far off": (1e8 + np.arange(10.0), 1, 7),
    "degree 7": (np.linspace(0, 20, 21), 7, 9),
    "degree 9, off": (np.linspace(-9, -3, 82), 9, 6),
}


@pytest.mark.parametrize(("x", "degree", "digits"), LINES.values(), ids=LINES)
def test_a_sum_of_linear_squares_always_has_a_minimum(x, degree, digits, rng):
    X = np.vander(x, degree + 1, increasing=True)
    y = np.polynomial.Polynomial(1 / np.abs(x).max() ** np.arange(degree + 1))(x)
    y = y + 0.01 * rng.normal(size=len(x))
    fit = pl.minimise(lambda w: np.sum((X @ w - y) ** 2), np.zeros(degree + 1))
    assert fit.success, fit.message
    with mpmath.workdps(80):
        A, b = mpmath.matrix(X.tolist()), mpmath.matrix(y.tolist())
        exact = [float(w) for w in mpmath.lu_solve(A.T * A, A.T * b)]
    np.testing.assert_allclose(fit.x, exact, rtol=10.0**-digits)
    assert np.isfinite(fit.standard_errors).all()
