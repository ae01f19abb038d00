"""Lesson 11: its figures, and its solutions against the engine and scikit-learn."""

import numpy as np
import pytest
import sklearn.metrics
from scipy.special import log_softmax
from scipy.special import softmax as scipys_softmax

import pellucid as pl
from pellucid.lessons.answers.deep.passes import on_the_way_back, stack
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.lesson_11_deep import app


@pytest.fixture(scope="module")
def lesson():
    return app.run()[1]


def solution(name):
    return found(f"deep/{name}").function


def assert_same(ours, engines):
    for our, engine in zip(ours, engines, strict=True):
        np.testing.assert_allclose(our, engine, atol=1e-12)


def test_new_digits_are_read_about_as_well_as_by_straight_borders(lesson):
    assert lesson["share_new"] > 0.95
    assert lesson["share_line"] > 0.95
    assert np.trace(lesson["counts"]) == round(450 * lesson["share_new"])


def test_the_confusion_matrix_is_that_of_scikit_learn(lesson):
    y, said = lesson["y"][lesson["new"]], lesson["said"]
    theirs = sklearn.metrics.confusion_matrix(y, said)
    np.testing.assert_array_equal(lesson["counts"], theirs)
    np.testing.assert_array_equal(solution("confusion")(y, said, 10), theirs)


def test_each_layer_pulls_the_digits_further_apart(lesson):
    assert list(lesson["apartness"]) == ["pixels", "layer 1", "layer 2", "scores"]
    assert np.all(np.diff(list(lesson["apartness"].values())) > 0.5)


def test_the_layers_are_those_of_the_network(lesson):
    *_, scores = lesson["layers_of"](lesson["X"])
    p = lesson["network"].predict_proba(lesson["X"])
    np.testing.assert_allclose(scipys_softmax(scores, axis=1), p)


def test_only_the_start_of_he_keeps_the_size(lesson):
    last = {name: sizes[-1] for name, sizes in lesson["all_spreads"].items()}
    assert last["spread 0.01"] < 1e-6 < last["Glorot"] < 0.2
    assert 0.5 < last["He"] < 1.5 < 1e5 < last["spread 1"]


def test_the_gradient_vanishes_through_sigmoids_alone(lesson):
    lengths = lesson["lengths"]
    assert lesson["vanished"] < 1e-3
    assert 0.3 < lengths["tanh"][0] / lengths["tanh"][-1] < 3
    assert 0.3 < lengths["ReLU"][0] / lengths["ReLU"][-1] < 3


def test_the_network_is_sure_of_pictures_that_nobody_wrote(lesson):
    assert lesson["sure"].min() > 0.99


def test_softmax_and_cross_entropy_are_those_of_scipy(rng):
    Z, y = rng.normal(size=(5, 3)) * 500, np.array([0, 1, 2, 1, 0])
    np.testing.assert_allclose(solution("softmax")(Z), scipys_softmax(Z, axis=1))
    cost = -np.mean(log_softmax(Z, axis=1)[np.arange(5), y])
    assert solution("cross_entropy")(Z, y) == pytest.approx(cost)


def test_the_error_at_the_output_is_the_gradient_of_the_cross_entropy(rng):
    Z, y = rng.normal(size=(5, 3)), np.array([0, 1, 2, 1, 0])
    slope = pl.gradient(solution("cross_entropy"), "Z")(Z, y)
    np.testing.assert_allclose(solution("softmax_error")(Z, y), slope)


def test_forward_and_back_through_all_layers_are_the_engine_s(rng):
    X, layers = stack(rng)
    W, b = [list(each) for each in zip(*layers, strict=True)]

    def total(W, b, X, weigh):
        pairs = list(zip(W, b, strict=True))
        return np.sum(solution("deep_forward")(X, pairs) * weigh)

    weigh = rng.normal(size=(len(X), W[-1].shape[1]))
    A = [X, *(solution("deep_forward")(X, [*layers[:i], (np.eye(len(w)), 0)])
              for i, w in enumerate(W[1:], 1))]  # fmt: skip
    slopes = pl.gradient(total, "W")(W, b, X, weigh)
    assert_same(solution("deep_backward")(A, W, weigh), slopes)


def test_tables_on_the_way_back_have_come_through_relu(rng):
    A, W, dZ = on_the_way_back(rng)
    assert [each.shape[1] for each in A] == [len(w) for w in W]
    assert dZ.shape == (len(A[0]), W[-1].shape[1])
    assert min(each.min() for each in A[1:]) == 0


def test_a_start_by_he_has_the_variance_2_by_d(rng):
    W = solution("he_start")(rng.normal(size=(400, 100)))
    assert np.var(W) == pytest.approx(2 / 400, rel=0.02)


def test_what_excites_an_output_is_the_engine_s_gradient(rng):
    x, W1, b1, W2 = (rng.normal(size=n) for n in (4, (4, 5), 5, (5, 3)))
    slope = pl.gradient(lambda x: (np.maximum(0, x @ W1 + b1) @ W2)[1])(x)
    np.testing.assert_allclose(solution("excited")(x, W1, b1, W2, 1), slope)
