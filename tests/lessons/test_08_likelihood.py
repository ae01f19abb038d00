"""Lesson 8: likelihood and priors."""

import numpy as np
import pytest
from scipy import optimize, stats
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.linear_model import LogisticRegression, Ridge

import pellucid as pl
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.lesson_08_likelihood import app

X, y = load_diabetes(return_X_y=True, scaled=False)
tumours, benign = load_breast_cancer(return_X_y=True)


@pytest.fixture(scope="module")
def defs():
    return app.run()[1]


def test_a_log_likelihood_is_that_of_scipy():
    log_likelihood = found("likelihood/log_likelihood").function
    theirs = stats.bernoulli.logpmf(benign, 0.6).sum()
    assert log_likelihood(0.6, benign) == pytest.approx(theirs)


def test_a_share_with_a_prior_is_the_highest_point_of_the_beta_posterior():
    toss = np.array([1, 1, 0, 1, 1])
    highest = optimize.minimize_scalar(
        lambda p: -stats.beta.logpdf(p, 4 + 3.0, 1 + 6.0), bounds=(0.01, 0.99)
    ).x
    share = found("likelihood/likely_share").function(toss, 3.0, 6.0)
    assert share == pytest.approx(highest, abs=1e-5)


def test_the_normal_cost_is_that_of_scipy():
    ours = found("likelihood/normal_cost").function(150.0, 70.0, y)
    assert ours == pytest.approx(-stats.norm.logpdf(y, 150, 70).mean())


def test_costs_of_classes_and_counts_are_those_of_the_library(rng):
    Z, classes = rng.normal(size=(20, 3)), rng.integers(0, 3, 20)
    z, counts = rng.normal(size=20), rng.poisson(2, 20)
    assert found("likelihood/cross_entropy").function(Z, classes) == pytest.approx(
        pl.costs.cross_entropy(Z, classes).mean()
    )
    assert found("likelihood/poisson_cost").function(z, counts) == pytest.approx(
        pl.costs.poisson(z, counts).mean()
    )


def test_the_highest_posterior_is_ridge_regression():
    Z, t, sd, tau = (X - X.mean(axis=0)) / X.std(axis=0), y - y.mean(), 54.0, 5.0
    minus_log_posterior = found("likelihood/minus_log_posterior").function
    fit = pl.minimise(minus_log_posterior, np.zeros(10), Z, t, sd, tau)
    ridge = Ridge(alpha=sd**2 / tau**2, fit_intercept=False).fit(Z, t)
    np.testing.assert_allclose(fit.x, ridge.coef_, rtol=1e-6)


def test_the_likelihood_of_all_tumours_is_as_small_as_the_lesson_says(defs):
    log = stats.bernoulli.logpmf(benign, benign.mean()).sum()
    assert defs["at_best"] == pytest.approx(log / np.log(10))
    assert round(defs["at_best"]) == -163


def test_the_most_likely_share_is_the_share(defs):
    assert defs["most_likely"] == pytest.approx(357 / 569)


def test_the_most_likely_line_is_that_of_least_squares(defs):
    line = np.polyfit(X[:, 2], y, 1)
    assert defs["line"].x[:2] == pytest.approx(tuple(line))
    assert defs["spread"] == pytest.approx(np.std(y - np.polyval(line, X[:, 2])))


def test_costs_differ_from_log_probabilities_by_rounding(defs):
    assert len(defs["apart"]) == 4
    assert max(defs["apart"].values()) < 1e-14


def test_horse_kicks_are_as_many_as_poisson_expects(defs):
    assert np.exp(defs["kicks"].x) == pytest.approx(0.61)
    assert defs["expected"].round(1).tolist() == [108.7, 66.3, 20.2, 4.1, 0.6]


def test_laplaces_prior_makes_weights_exactly_zero(defs):
    assert defs["zeros"] == {"normal": 0, "Laplace": 20}


def test_a_network_of_one_unit_under_a_prior_is_scikit_learns(defs):
    Z = (tumours - tumours.mean(axis=0)) / tumours.std(axis=0)
    theirs = LogisticRegression(C=0.09, tol=1e-10, max_iter=1000).fit(Z, benign)
    np.testing.assert_allclose(defs["posterior_fit"].x[0], theirs.coef_[0], atol=1e-6)
    assert defs["weights_apart"] < 1e-8
    assert round(theirs.score(Z, benign), 3) == 0.981
