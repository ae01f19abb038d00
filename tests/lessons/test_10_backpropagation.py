"""Lesson 10: its figures, and its solutions against the engine."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.lessons.answers.backpropagation.forwards import networks
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.lesson_10_backpropagation import PARTS, app


@pytest.fixture(scope="module")
def lesson():
    return app.run()[1]


def solution(name):
    return found(f"backpropagation/{name}").function


def assert_same(ours, engines):
    for our, engine in zip(ours, engines, strict=True):
        np.testing.assert_allclose(our, engine, rtol=1e-10, atol=1e-14)


def test_the_way_back_costs_about_one_forward_pass(lesson):
    assert lesson["forward_products"] == 178 * (13 * 5 + 5 * 3)
    assert lesson["backward_products"] == 178 * (13 * 5 + 2 * 5 * 3)


def test_the_slope_of_the_slider_is_that_of_exercise_1(lesson):
    assert lesson["one_slope"] == pytest.approx(solution("one_weight")(2.0, 1.5, 1.2))
    assert lesson["one_slope"] == pytest.approx(2.7)


def test_the_chain_is_that_of_the_engine(lesson):
    numbers = lesson["chain_numbers"]
    engine = pl.gradient(lesson["one_unit"], ("w", "v"))(*numbers)
    assert_same(solution("chain")(*numbers), engine)


def test_the_fork_is_that_of_the_engine(rng):
    v, y = rng.normal(size=(2, 4))
    slope = pl.gradient(lambda a, v, y: np.sum((v * a - y) ** 2) / 2, "a")(1.5, v, y)
    assert solution("all_ways")(1.5, v, y) == pytest.approx(slope)


def test_the_forward_pass_is_the_cost_by_its_other_formula(lesson, rng):
    X, Y, *weights = networks(rng)
    *_, A2, J = solution("forward")(X, Y, *weights)
    losses = -np.where(Y == 1, np.log(A2), np.log(1 - A2))
    assert pytest.approx(np.mean(np.sum(losses, axis=1))) == J
    assert lesson["network_cost"](*weights, X, Y) == pytest.approx(J)


def test_the_backward_pass_is_that_of_the_engine(lesson, rng):
    X, Y, *weights = networks(rng)
    engine = pl.gradient(lesson["network_cost"], PARTS)(*weights, X, Y)
    assert_same(solution("backward")(X, Y, *weights), engine)


def test_the_lines_one_by_one_make_the_backward_pass(rng):
    X, Y, W1, b1, W2, b2 = networks(rng)
    _, A1, _, A2, _ = solution("forward")(X, Y, W1, b1, W2, b2)
    dZ2 = solution("output_error")(A2, Y)
    last = solution("output_weights")(A1, dZ2), solution("output_bias")(dZ2)
    dA1 = solution("hidden_error")(dZ2, W2)
    dZ1 = solution("through_tanh")(dA1, A1)
    first = solution("output_weights")(X, dZ1), solution("output_bias")(dZ1)
    assert_same((*first, *last), solution("backward")(X, Y, W1, b1, W2, b2))


def test_the_engine_writes_the_same_seven_lines(lesson):
    seven = "dW2 = A1.T @ dZ2", "dA1 = dZ2 @ W2.T", "dZ1 = dA1 * (1 - A1**2)"
    assert [line for line in seven if line not in lesson["written"]] == []


def test_a_wrong_gradient_descends_too(lesson):
    right, wrong = lesson["right_way"][1], lesson["wrong_way"][1]
    assert lesson["wrong_share"] > 0.97
    assert right[-1] < wrong[-1] < wrong[0] / 10


def test_differences_find_the_wrong_gradient(lesson):
    assert min(lesson["right_distances"]) < 1e-9
    assert min(lesson["wrong_distances"]) > 0.1


def test_differences_are_those_of_the_formula(rng):
    W = rng.normal(size=(4, 3))
    slopes = solution("differences")(np.prod, W, 1e-4)
    np.testing.assert_allclose(slopes, np.prod(W) / W)


def test_training_is_gradient_descent(lesson, rng):
    X, Y, *weights = networks(rng)
    method = pl.methods.GradientDescent(rate=0.5)
    fit = pl.minimise(
        lesson["network_cost"], tuple(weights), X, Y, method=method, max_iter=4, tol=0
    )
    assert_same(solution("trained")(X, Y, *weights, 0.5, 4), fit.x)


def test_new_wines_are_told_apart(lesson):
    assert lesson["new_share"] > 0.93
