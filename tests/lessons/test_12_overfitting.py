"""Lesson 12: its figures by other roads, its solutions by scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.model_selection import KFold, cross_val_score
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.lessons.answers import overfitting
from pellucid.lessons.lesson_12_overfitting import app


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


def test_errors_of_a_polynomial_are_those_of_numpy(page):
    x, y, rows = page["months"][:, 0], page["season"], page["train"]
    theirs = np.polynomial.Legendre.fit(x[rows], y[rows], 5)
    errors = [
        np.sqrt(np.mean((theirs(x[r]) - y[r]) ** 2)) for r in (rows, page["valid"])
    ]
    ours = [page["train_errors"][5], page["valid_errors"][5]]
    np.testing.assert_allclose(ours, errors, rtol=1e-9)


def test_training_error_falls_with_the_degree_and_that_of_other_months_rises(page):
    assert np.all(np.diff(page["train_errors"]) <= 1e-12)
    assert page["best_degree"] == 5
    assert page["valid_errors"][-1] > 1.5 * page["valid_errors"][5]


def test_no_month_is_in_two_heaps(page):
    heaps = np.concatenate([page[name] for name in ("train", "valid", "test")])
    assert np.array_equal(np.sort(heaps), np.arange(144))


def test_with_more_months_the_two_errors_come_together(page):
    ours, others = page["learning"].T
    assert ours[-1] > 1.2 * ours[0]
    assert others[-1] - ours[-1] < 0.1 * (others[0] - ours[0])


def test_ridge_and_lasso_are_those_of_scikit_learn(page):
    A, y = page["patients"][page["learn"]], page["progression"][page["learn"]]
    ridge = Ridge(alpha=2.0 * len(A)).fit(A, y)
    np.testing.assert_allclose(page["ridge"](2.0), ridge.coef_, rtol=1e-6)
    lasso = Lasso(alpha=10.0, tol=1e-10).fit(A, y)
    np.testing.assert_allclose(page["lasso_weights"], lasso.coef_, atol=1e-6)
    assert np.count_nonzero(page["lasso_weights"]) == 9
    assert np.count_nonzero(page["ridge_weights"]) > 60


def test_a_penalty_halves_the_error_of_others(page):
    learned, aside = page["ridge_errors"].T
    assert np.all(np.diff(learned) > 0)
    assert page["ridge_strengths"][np.argmin(aside)] == 1
    assert aside.min() < aside[0] / 2


def test_false_labels_are_learned_by_heart_unless_something_forbids_it(page):
    nothing, *remedies = page["repeats"].values()
    assert nothing > 0.95
    assert max(remedies) < 0.3
    nothing, *remedies = page["shares"].values()
    assert nothing < 0.8
    assert min(remedies) > 0.85


def test_random_trials_choose_a_penalty_that_does_well_in_the_test(page):
    assert 0.1 < page["chosen"] < 3
    assert page["test_error"] < 65
    assert page["graph_slopes"] == (2.5, 1.0)


def penalised_cost(w, b, X, y, lam):
    return np.mean((X @ w + b - y) ** 2) / 2 + lam * pl.penalties.l2(w)


def test_gradient_of_the_penalised_cost_is_that_of_the_engine(rng):
    at = rng.normal(size=3), 0.7, rng.normal(size=(5, 3)), rng.normal(size=5), 0.8
    engine = pl.gradient(penalised_cost, wrt=("w", "b"))(*at)
    ours = overfitting.penalised.function(*at)
    np.testing.assert_allclose(ours[0], engine[0])
    assert ours[1] == pytest.approx(engine[1])


def test_soft_threshold_is_the_lasso_of_one_weight_each(rng):
    w = rng.normal(size=6)
    lasso = Lasso(alpha=0.4 / 6, fit_intercept=False, tol=1e-12).fit(np.eye(6), w)
    np.testing.assert_allclose(overfitting.shrunk.function(w, 0.4), lasso.coef_)


def test_rows_are_scaled_as_scikit_learn_scales_them(rng):
    train, valid = rng.normal(size=(7, 3)) * 5 + 2, rng.normal(size=(4, 3))
    scaler = StandardScaler().fit(train)
    ours = overfitting.standardised.function(train, valid)
    np.testing.assert_allclose(ours[0], scaler.transform(train), atol=1e-12)
    np.testing.assert_allclose(ours[1], scaler.transform(valid))


def test_dropout_is_that_of_the_layer(rng):
    h, u = rng.normal(size=(4, 5)), rng.random((4, 5))
    layer = pl.layers.Dropout(0.3)
    ours = [overfitting.dropped.function(h, u, 0.3, on) for on in (True, False)]
    np.testing.assert_allclose(ours[0], layer({}, h, u >= 0.3))
    np.testing.assert_allclose(ours[1], layer({}, h))


def test_training_stops_when_nothing_was_gained_for_a_while():
    costs = np.array([3.0, 2.0, 2.5, 1.0, 1.5, 1.0, 0.1])
    assert overfitting.stopped.function(costs, 2) == (3, 5)
    assert overfitting.stopped.function(costs, 3) == (6, 6)


def test_folds_and_their_errors_are_those_of_scikit_learn(rng):
    X, y = rng.normal(size=(12, 2)), rng.normal(size=12)
    parts = overfitting.folds.function(12, 3)
    theirs = [held_out for _, held_out in KFold(3).split(X)]
    np.testing.assert_array_equal(parts, theirs)
    model = Ridge(alpha=0.5 * 8)  # of 8 training rows
    scores = cross_val_score(model, X, y, cv=KFold(3), scoring="neg_mean_squared_error")
    ours = overfitting.cross_validated.function(X, y, parts, 0.5)
    assert ours == pytest.approx(-scores.mean())
    assert len(overfitting.folds.function(11, 3)[2]) == 3


def test_numbers_drawn_are_uniform_in_their_logarithm(rng):
    u = rng.random(5)
    ours = overfitting.drawn.function(u, 1e-4, 10.0)
    np.testing.assert_allclose(ours, loguniform(1e-4, 10.0).ppf(u))


def test_a_table_is_divided_without_loss(rng):
    X, y = np.arange(20.0).reshape(10, 2), np.arange(10.0)
    parts = overfitting.divided.function(X, y, rng.permutation(10), 2, 3)
    assert [len(part) for part in parts] == [5, 5, 2, 2, 3, 3]
    fit = LinearRegression().fit(parts[0], parts[1])
    assert fit.score(parts[4], parts[5]) == pytest.approx(1)
