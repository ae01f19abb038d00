"""Lesson 7: gradient descent."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

import pellucid as pl
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.lesson_07_descent import app

X, y = load_diabetes(return_X_y=True, scaled=False)
Z, t = (X - X.mean(axis=0)) / X.std(axis=0), (y - y.mean()) / y.std()
w, g = np.array([1.0, -2.0, 0.5]), np.array([0.3, -4.0, 1e-7])


@pytest.fixture(scope="module")
def defs():
    return app.run()[1]


def test_a_step_goes_against_the_gradient_of_the_engine(rng):
    points = rng.normal(size=(2, 7))
    da, db = pl.gradient(
        lambda a, b, x, y: np.mean((a * x + b - y) ** 2), wrt=("a", "b")
    )(0.5, -1.0, *points)
    came = found("descent/step").function(0.5, -1.0, *points, 0.1)
    assert came == pytest.approx((0.5 - 0.1 * da, -1.0 - 0.1 * db))


def test_a_descent_is_that_of_the_library():
    H, b = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, -1.0])
    path = found("descent/descend").function(H, b, np.zeros(2), 0.3, 25)
    fit = pl.minimise(
        lambda w: w @ H @ w / 2 - b @ w, np.zeros(2), tol=0, max_iter=25,
        method=pl.methods.GradientDescent(0.3),
    )  # fmt: skip
    assert path.shape == (26, 2)
    assert path[-1] == pytest.approx(fit.x)


def test_below_the_bound_a_descent_comes_nearer_and_above_it_does_not():
    H = np.array([[2.0, 0.5], [0.5, 1.0]])
    bound = found("descent/largest_rate").function(H)
    descend, b = found("descent/descend").function, np.zeros(2)
    start = np.array([1.0, 1.0])
    assert np.linalg.norm(descend(H, b, start, 0.99 * bound, 400)[-1]) < 0.01
    assert np.linalg.norm(descend(H, b, start, 1.01 * bound, 400)[-1]) > 100


def test_momentum_is_the_step_of_the_library():
    v = np.array([0.1, 0.2, -0.3])
    method = pl.methods.GradientDescent(0.1, momentum=0.8)
    ours = found("descent/momentum").function(w, v, g, 0.1, 0.8)
    np.testing.assert_allclose(ours, method.step(w, g, v, 0.1, 1))


def test_adam_is_the_step_of_the_library():
    m, v = np.array([0.1, 0.2, -0.3]), np.array([0.1, 0.2, 1e-12])
    ours = found("descent/adam").function(w, g, m, v, 3, 0.1)
    theirs, state = pl.methods.Adam(0.1).step(w, g, (m, v), 0.1, 3)
    np.testing.assert_allclose(ours, (theirs, *state), rtol=1e-12)


def test_batches_take_each_row_once(rng):
    order = rng.permutation(103)
    cut = found("descent/batches").function(order, 32)
    assert [len(rows) for rows in cut] == [32, 32, 32, 7]
    np.testing.assert_array_equal(np.concatenate(cut), order)


def test_it_stops_when_the_best_cost_is_old():
    stop = found("descent/stop").function
    assert stop(np.array([3.0, 1.0, 2.0, 1.5, 0.5, 0.7, 0.6, 0.9]), 3) == 7


def test_the_curve_of_the_slope_alone_is_the_one_that_is_asked_about():
    slope = np.mean(Z[:, 2] * t)
    assert round(2 * slope, 2) == 1.17
    assert round(slope, 3) == 0.586


def test_rates_below_the_bound_fall_and_one_above_rises(defs):
    last = [excess[-1] / excess[0] for excess in defs["excess"].values()]
    assert [ratio < 1 for ratio in last] == [True, True, True, False]


def test_the_valley_has_the_curvatures_of_its_points(defs):
    x = (X[:, 2] - X[:, 2].min()) / np.ptp(X[:, 2])
    A = np.column_stack([x, np.ones(len(x))])
    assert [defs["flat"], defs["steep"]] == pytest.approx(
        np.linalg.eigvalsh(2 * A.T @ A / len(x))
    )
    assert defs["best"].x == pytest.approx(np.linalg.lstsq(A, t, rcond=None)[0])


def test_momentum_needs_a_quarter_of_the_steps(defs):
    needed = defs["needed"]
    assert (needed["gradient descent"], needed["momentum"]) == (176, 40)
    assert defs["race_title"] == "Momentum is down first, after 40 steps"


def test_standardising_makes_the_bowl_round(defs):
    raw, scaled, standard = defs["conditions"].values()
    assert (round(raw), round(scaled)) == (26_333, 38)
    assert standard == pytest.approx(1)
    assert defs["ten_scaled"] == pytest.approx(np.linalg.cond(Z) ** 2)
    far, near, there = (excess[-1] / excess[0] for excess in defs["bowls"].values())
    assert far > 0.99
    assert 1e-4 < near < 0.1
    assert there < 1e-12


def test_a_falling_rate_ends_lowest(defs):
    large, small, falling = (heights[-1] for heights in defs["noisy"].values())
    assert falling < min(large, small)


def test_training_comes_near_the_least_squares(defs):
    A = np.column_stack([Z, np.ones(len(Z))])
    least = np.linalg.lstsq(A, t, rcond=None)[1][0] / len(t)
    assert defs["trained"]["exact"].fun == pytest.approx(least)
    assert defs["trained"]["L-BFGS"].fun == pytest.approx(least)
    assert 0 < defs["trained"]["Adam, rate 0.05"].fun - least < 0.001
