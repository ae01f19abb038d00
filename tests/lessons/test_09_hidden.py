"""Lesson 9: its figures, and its solutions against the engine and scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

import pellucid as pl
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.lesson_09_hidden import app


@pytest.fixture(scope="module")
def lesson():
    return app.run()[1]


def solution(name):
    return found(f"hidden/{name}").function


def assert_same(ours, engines):
    for our, engine in zip(ours, engines, strict=True):
        np.testing.assert_allclose(our, engine)


def test_one_straight_border_finds_fewer_flowers_than_always_no(lesson):
    X, y = lesson["petals"], lesson["versicolor"]
    theirs = LogisticRegression().fit(X, y).score(X, y)
    assert lesson["straight_share"] == pytest.approx(theirs, abs=0.01)
    assert lesson["straight_share"] < lesson["always_no"] == pytest.approx(2 / 3)


def test_two_units_find_the_band_of_the_versicolors(lesson):
    shares = lesson["iris_shares"]
    assert shares[1] < 0.8
    assert shares[2] >= 0.95
    assert shares[8] >= 0.95


def test_the_radius_by_hand_divides_the_donut(lesson):
    assert lesson["donut_plain"] < 0.6
    assert lesson["donut_radius"] > 0.98


def test_three_units_enclose_the_donut(lesson):
    shares = lesson["donut_shares"]
    assert shares[1] < 0.7 < shares[2] < 0.9 < 0.97 < shares[3]


def test_linear_layers_are_one_line(lesson):
    X, _ = lesson["clouds"]["donut"]
    line = lesson["standardised"](X) @ lesson["linear_w"] + lesson["linear_b"]
    np.testing.assert_allclose(line, lesson["linear_z"], atol=1e-12)
    assert lesson["linear_share"] < 0.6


def test_zeros_learn_nothing_and_equal_units_stay_equal(lesson):
    starts = lesson["starts"]
    np.testing.assert_allclose(starts["zeros"].history, np.log(2))
    np.testing.assert_array_equal(np.ptp(starts["all alike"].x[0], axis=1), 0)
    assert starts["random"].fun < 0.1 < 0.5 < starts["all alike"].fun


def test_two_units_make_xor():
    X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
    H = solution("two_units")(X)
    np.testing.assert_array_equal(H[:, 0] - H[:, 1], X[:, 0] != X[:, 1])


def test_the_network_is_that_of_scikit_learn(rng):
    X, y = rng.normal(size=(40, 3)), np.arange(40) % 2
    model = MLPClassifier((5,), activation="tanh", max_iter=1, random_state=0)
    with pytest.warns(match="reached"):
        model.fit(X, y)
    (W, V), (b, c) = model.coefs_, model.intercepts_
    p = solution("network")(X, W, b, V[:, 0], float(c[0]))
    np.testing.assert_allclose(p, model.predict_proba(X)[:, 1])


def test_a_layer_and_a_broken_line_are_their_formulas(rng):
    X, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    unit = [[np.tanh(x @ w + a) for w, a in zip(W.T, b, strict=True)] for x in X]
    np.testing.assert_allclose(solution("hidden_layer")(X, W, b), unit)
    x, v = X[:, 0], W[0]
    sums = [sum(v * np.maximum(0, W[1] * at + b)) for at in x]
    np.testing.assert_allclose(solution("broken_line")(x, W[1], b, v), sums)


def test_two_layers_without_a_bend_are_the_one_that_is_asked_for(rng):
    X, W1, b1 = rng.normal(size=(6, 3)), rng.normal(size=(3, 4)), rng.normal(size=4)
    W2, b2 = rng.normal(size=(4, 2)), rng.normal(size=2)
    W, b = solution("collapsed")(W1, b1, W2, b2)
    np.testing.assert_allclose(X @ W + b, (X @ W1 + b1) @ W2 + b2)


def test_the_gradient_at_zero_is_that_of_the_engine(lesson, rng):
    X, y = rng.normal(size=(7, 3)), np.array([1.0, 1, 1, 0, 1, 0, 1])
    start = np.zeros((3, 4)), np.zeros(4), np.zeros(4), 0.0
    slopes = pl.gradient(lesson["cost"], wrt=("W", "b", "v", "c"))(*start, X, y)
    assert_same(solution("at_zero")(X, y, 4), slopes)
