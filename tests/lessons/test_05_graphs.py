"""Computational graphs: the figures of the lesson, found in other ways."""

import numpy as np
import pytest
import sklearn.datasets
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

import pellucid as pl
from pellucid.lessons import lesson_05_graphs as page
from pellucid.lessons.answers import graphs


@pytest.fixture(scope="module")
def defs():
    _, defs = page.app.run()
    return defs


def test_the_hypotenuse_grows_by_six_hundredths(defs):
    assert defs["rise"] == pytest.approx(np.hypot(3.1, 4) - 5)
    assert round(defs["rise"], 2) == 0.06


def test_the_sigmoid_is_nowhere_steeper_than_a_quarter(defs):
    z = np.linspace(-6, 6, 241)
    np.testing.assert_allclose(defs["slope"], expit(z) * expit(-z), rtol=1e-12)
    assert defs["slope"].max() == 0.25


def test_the_weights_are_those_of_scikit_learn(defs):
    X, y = sklearn.datasets.load_breast_cancer(return_X_y=True)
    x = X[:, :1] - X[:, 0].mean()
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(x, 1 - y)
    ours = defs["fit"].x
    np.testing.assert_allclose(ours, [theirs.coef_[0, 0], theirs.intercept_[0]], 1e-5)
    at_half = theirs.decision_function([[defs["half"] - X[:, 0].mean()]])
    np.testing.assert_allclose(at_half, 0, atol=1e-5)


def test_the_three_tumours_are_of_both_kinds():
    _, y = sklearn.datasets.load_breast_cancer(return_X_y=True)
    assert y[[0, 19, 21]].tolist() == [0, 1, 1]


def test_central_differences_are_best_near_the_third_root_of_rounding(defs):
    assert 1e-7 < defs["best"]["central"] < 1e-4
    assert 1e-9 < defs["best"]["forward"] < 1e-6
    assert defs["least"]["central"] < defs["least"]["forward"] / 10


def test_only_the_right_derivation_passes_the_check(defs):
    errors = defs["errors"]
    assert max(errors["B"], errors["pl.gradient"]) < 1e-9
    assert min(errors["A"], errors["C"]) > 0.1


def test_a_backward_pass_costs_a_few_costs(defs):
    assert defs["backward_time"] < 20 * defs["cost_time"]  # of 1,000 for differences


def loss(p, y):
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


def three_steps(a, b, c):
    d = a * b
    return d * (d + c)


Z, Y = np.array([-2.0, 0.3, 1.5]), np.array([0.0, 1.0, 0.0])
SLOPES = {
    "hypotenuse": (graphs.hypotenuse_slopes, page.hypotenuse, (0, 1), (3.0, -4.0)),
    "bump": (graphs.bump_slope, page.bump, 0, (0.7,)),
    "backward": (graphs.backward, three_steps, (0, 1, 2), (2.0, -3.0, 0.5)),
    "sigmoid": (graphs.sigmoid_slope, lambda z: np.sum(1 / (1 + np.exp(-z))), 0, (Z,)),
    "loss by p": (
        graphs.log_loss_slope,
        lambda p, y: np.sum(loss(p, y)),
        0,
        (expit(Z), Y),
    ),
    "loss by z": (
        graphs.loss_slope_by_z,
        lambda z, y: np.sum(loss(1 / (1 + np.exp(-z)), y)),
        0,
        (Z, Y),
    ),
}


@pytest.mark.parametrize("name", SLOPES)
def test_each_slope_by_hand_is_the_gradient_of_the_engine(name):
    by_hand, function, wrt, args = SLOPES[name]
    engine = pl.gradient(function, wrt=wrt)(*args)
    np.testing.assert_allclose(by_hand.function(*args), engine, rtol=1e-10)


def test_the_numerical_gradient_is_near_that_of_the_engine():
    w = np.array([0.5, 2.0, 1.5])
    numeric = graphs.numerical_gradient.function(np.prod, w, 1e-5)
    engine = pl.gradient(np.prod)(w)
    assert graphs.relative_error.function(engine, numeric) < 1e-9
