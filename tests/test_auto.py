"""`method="auto"` reads the graph: quadratic costs are solved, smooth ones go fast."""

import math

import numpy as np
import pytest

import pellucid as pl
from pellucid.minimisers import quadratic
from pellucid.minimisers.degree import character

A = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]])
u = np.array([1.0, -2.0, 0.5])
MASK = np.array([True, False, True])


def filled(w):
    b = np.zeros(4)
    b[:3] = w
    b[3] = w[0] - 1
    return b @ b


def loop(w):
    total = 0.0
    for i in range(3):
        total += (w[i] - i) ** 2
    return total


DEGREES = {
    "a number": (lambda w: 3.0 + 0.0 * u[0], 0),
    "a sum": (lambda w: np.sum(w), 1),
    "a product with data": (lambda w: u @ w + w.mean() / 2, 1),
    "a square": (lambda w: np.sum((w - u) ** 2), 2),
    "two linear factors": (lambda w: w[0] * w[1], 2),
    "np.square": (lambda w: np.square(w).mean(), 2),
    "a quadratic form": (lambda w: w @ A @ w / 2 - u @ w, 2),
    "einsum": (lambda w: np.einsum("i,ij,j", w, A, w), 2),
    "outer": (lambda w: np.sum(np.outer(w, u) ** 2), 2),
    "variance": (lambda w: np.var(w * u), 2),
    "a norm squared": (lambda w: np.linalg.norm(A @ w - u) ** 2, 2),
    "reshaped, stacked, indexed": (
        lambda w: np.sum(np.stack([w, u]).reshape(-1)[::2] ** 2), 2),
    "assigned": (filled, 2),
    "a loop": (loop, 2),
    "a choice of data": (lambda w: np.sum(np.where(MASK, w, 0.0) ** 2), 2),
    "differences": (lambda w: np.sum(np.diff(w) ** 2), 2),
    "a spectrum's power": (lambda w: np.sum(np.abs(np.fft.rfft(w)) ** 2), 2),
    "a cube": (lambda w: np.sum(w**3), 3),
    "a square of a square": (lambda w: np.sum((w**2 - 1) ** 2), 4),
    "a root": (lambda w: np.sum(w**2) ** 0.5, math.inf),
    "a negative power": (lambda w: np.sum((w + 3) ** -2), math.inf),
    "a power of data": (lambda w: np.sum(2.0**w), math.inf),
    "a quotient": (lambda w: 1 / (1 + w @ w), math.inf),
    "exp": (lambda w: np.sum(np.exp(w)), math.inf),
    "a choice by parameters": (lambda w: np.sum(np.where(w > 0, w, 0.0)), math.inf),
}  # fmt: skip


@pytest.mark.parametrize("case", DEGREES.values(), ids=DEGREES.keys())
def test_the_degree_is_read_from_the_graph(case):
    cost, degree = case
    assert character(pl.graph(cost, np.ones(3)), 1)[0] == degree


KINKS = {
    "absolute": (lambda w: np.sum(np.abs(w)), "absolute"),
    "relu": (lambda w: np.sum(np.maximum(w, 0) ** 2 + w**4), "maximum"),
    "where": (lambda w: np.sum(np.where(w > 0, w, w**2)), "greater"),
    "the largest": (lambda w: np.max(w**2), "max"),
    "sorted": (lambda w: np.sort(w)[0] ** 2, "argsort"),
    "none": (lambda w: np.sum(np.cosh(w)), ""),
    "of data alone": (lambda w: np.sum(np.exp(w) * np.abs(u)), ""),
    "a stable softmax by hand": (
        lambda w: np.log(np.sum(np.exp(w - np.max(w)))) + np.max(w), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", KINKS.values(), ids=KINKS.keys())
def test_kinks_are_named(case):
    cost, kink = case
    assert character(pl.graph(cost, np.array([0.5, -1.0, 2.0])), 1)[1] == kink


CHOICES = {
    "quadratic": (lambda w: np.sum((w - u) ** 2), np.zeros(3), {}, "Exact Newton step"),
    "smooth and small": (lambda w: np.sum(np.cosh(w - u)), np.zeros(3), {}, "Newton"),
    "smooth and large": (lambda w: np.sum(np.cosh(w - 1)), np.zeros(200), {}, "LBFGS"),
    "kinked": (lambda w: np.sum(np.abs(w - u)), np.zeros(3), {"max_iter": 5}, "Adam"),
    "clipped": (lambda w: np.sum((w - u) ** 2), np.zeros(3),
                {"max_iter": 5, "clip_norm": 1.0}, "Adam"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHOICES.values(), ids=CHOICES.keys())
def test_the_message_says_which_and_why(case):
    cost, start, options, name = case
    message = pl.minimise(cost, start, **options).message
    assert message.startswith(f"{name} (")


def test_mini_batches_go_to_adam():
    fit = pl.minimise(lambda w, x: np.mean((w - x) ** 2), 0.0, np.ones(4),
                      batch_size=2, max_iter=2)  # fmt: skip
    assert fit.message.startswith("Adam (for mini-batches): ")


# -- quadratic costs ------------------------------------------------------------------


def least_squares(w, X, y):
    return np.mean((X @ w - y) ** 2)


def problem(rng, n, d, scale=1.0):
    X = rng.normal(size=(n, d)) * scale
    return X, X @ rng.normal(size=d) + rng.normal(size=n)


@pytest.mark.parametrize("formed", [True, False], ids=["formed", "products"])
@pytest.mark.parametrize("d", [1, 3, 40])
def test_least_squares_are_solved_in_one_step(rng, monkeypatch, formed, d):
    monkeypatch.setattr(quadratic, "FORMED", 500 if formed else 0)
    X, y = problem(rng, 60, d)
    fit = pl.minimise(least_squares, rng.normal(size=d), X, y)
    assert (fit.nit, fit.success) == (1, True)
    np.testing.assert_allclose(fit.x, np.linalg.lstsq(X, y)[0], rtol=1e-10)
    assert abs(pl.gradient(least_squares)(fit.x, X, y)).max() < 1e-13


@pytest.mark.parametrize("formed", [True, False], ids=["formed", "products"])
def test_of_many_minima_the_nearest_to_the_start_is_given(rng, monkeypatch, formed):
    monkeypatch.setattr(quadratic, "FORMED", 500 if formed else 0)
    X, y = problem(rng, 5, 8)
    zero = pl.minimise(least_squares, np.zeros(8), X, y)
    np.testing.assert_allclose(zero.x, np.linalg.lstsq(X, y)[0], rtol=1e-9)
    start = rng.normal(size=8)
    fit = pl.minimise(least_squares, start, X, y)
    nearest = start + np.linalg.lstsq(X, y - X @ start)[0]
    np.testing.assert_allclose(fit.x, nearest, rtol=1e-9)


def test_columns_of_very_different_length_are_no_hindrance(rng):
    scale = np.array([1e-6, 1.0, 1e5, 1e8])
    X, y = problem(rng, 60, 4, scale=scale)
    fit = pl.minimise(least_squares, np.zeros(4), X, y)
    expected = np.linalg.lstsq(X / scale, y)[0]
    np.testing.assert_allclose(fit.x * scale, expected, rtol=1e-9, atol=1e-6)


def test_a_column_that_comes_twice_shares_its_weight(rng):
    X, y = problem(rng, 30, 3)
    twice = np.column_stack([X, X[:, 0]])
    fit = pl.minimise(least_squares, np.zeros(4), twice, y)
    np.testing.assert_allclose(fit.x, np.linalg.lstsq(twice, y)[0], rtol=1e-9)
    assert fit.success


def test_more_parameters_than_are_formed(rng):
    X, y = problem(rng, 900, 600)
    fit = pl.minimise(least_squares, np.zeros(600), X, y)
    np.testing.assert_allclose(fit.x, np.linalg.lstsq(X, y)[0], rtol=1e-8, atol=1e-10)
    assert fit.nit == 1


def test_float32_stays_float32(rng):
    X, y = (part.astype(np.float32) for part in problem(rng, 50, 4))
    fit = pl.minimise(least_squares, np.zeros(4, np.float32), X, y)
    assert fit.x.dtype == np.float32
    np.testing.assert_allclose(fit.x, np.linalg.lstsq(X, y)[0], rtol=1e-5, atol=1e-6)
    assert fit.success, fit.message


UNBOUNDED = {
    "a saddle": (
        lambda w: w[0] ** 2 - w[1] ** 2,
        np.array([1.0, 2.0]),
        "curves downwards",
    ),
    "a hill": (lambda w: -np.sum((w - 1) ** 2), np.zeros(3), "curves downwards"),
    "a crossed saddle": (lambda w: w[0] * w[1], u[:2], "curves downwards"),
    "a slope": (lambda w: 3 * w + 1, 2.0, "falls without end"),
    "a gutter": (lambda w: w[0] ** 2 + w[1], np.ones(2), "falls without end"),
}


@pytest.mark.parametrize("formed", [True, False], ids=["formed", "products"])
@pytest.mark.parametrize("case", UNBOUNDED.values(), ids=UNBOUNDED.keys())
def test_a_cost_without_minimum_says_so(case, formed, monkeypatch):
    monkeypatch.setattr(quadratic, "FORMED", 500 if formed else 0)
    cost, start, why = case
    fit = pl.minimise(cost, start)
    assert not fit.success
    assert why in fit.message
    assert np.array_equal(fit.x, start)
    assert fit.nit == 0


def test_the_top_of_a_hill_is_no_minimum():
    fit = pl.minimise(lambda w: -np.sum(w**2), np.zeros(2))
    assert not fit.success
    assert "curves downwards" in fit.message


def test_a_start_at_the_minimum_stays():
    fit = pl.minimise(lambda w: np.sum((w - 1) ** 2), np.ones(3))
    assert fit.success
    assert fit.x.tolist() == [1.0, 1.0, 1.0]


def test_parameters_that_do_not_matter_stay_where_they_are():
    fit = pl.minimise(lambda p: (p["a"] - 1) ** 2 + 0 * p["b"], {"a": 0.0, "b": 7.0})
    assert fit.x == {"a": 1.0, "b": 7.0}


def test_no_iteration_gives_the_start():
    fit = pl.minimise(lambda w: (w - 1) ** 2, 0.0, max_iter=0)
    assert (fit.x, fit.nit, fit.history.tolist()) == (0.0, 0, [1.0])
    assert not fit.success


def test_a_curvature_that_is_not_finite_is_a_sentence():
    with (
        np.errstate(over="ignore"),
        pytest.raises(pl.PellucidError, match="bring the data to smaller numbers"),
    ):
        pl.minimise(lambda w, x: np.sum((w * x) ** 2), np.zeros(2), np.full(2, 1e200))


@pytest.mark.parametrize("digits", [4, 6, 8], ids="condition 1e{}".format)
def test_a_large_quadratic_cost_of_any_condition_is_solved(digits):
    h = np.logspace(0, digits, 600)  # curvatures
    fit = pl.minimise(lambda w: h @ w**2 / 2 - np.sum(w), np.zeros(600))
    assert fit.success
    np.testing.assert_allclose(fit.x * h, 1.0, rtol=1e-6)


WHYS = {
    "linear": (lambda w: np.sum(w), np.ones(2), "(the cost is linear)"),
    "one parameter": (lambda w: np.exp(w) - w, 1.0, "has 1 parameter)"),
    "two parameters": (lambda w: np.sum(np.exp(w) - w), np.ones(2), "2 parameters)"),
}


@pytest.mark.parametrize("case", WHYS.values(), ids=WHYS.keys())
def test_the_message_says_why(case):
    cost, start, why = case
    assert why in pl.minimise(cost, start).message
