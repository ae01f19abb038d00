"""Lesson 14: its figures by other roads, its solutions by the engine and the layers."""

import numpy as np
import pytest

import pellucid as pl
from pellucid.lessons.answers import recurrence
from pellucid.lessons.lesson_14_recurrence import app, three_steps


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


def test_who_reads_a_year_foretells_the_next_month_best(page):
    assert page["misses"][12] < page["misses"][6] < page["misses"][3]
    assert page["misses"][3] > 0.85 * page["as_last_month"]
    assert page["misses"][12] < 25


def test_guess_of_last_month_is_as_far_off_as_said(page):
    passengers = pl.datasets.airline()[1]
    theirs = np.linalg.norm(np.diff(passengers)[-24:]) / np.sqrt(24)
    assert page["as_last_month"] == pytest.approx(theirs)
    assert round(page["as_last_month"]) == 52


def test_what_is_left_vanishes_with_a_small_gain_and_explodes_with_a_large_one(page):
    assert page["left"](0.9)[50] < 0.9**50
    assert page["left"](1.0)[50] < 0.5
    assert page["left"](1.5)[50] > 10
    assert page["left"](1.5)[0] == 1


def test_lstm_remembers_and_plain_recurrence_does_not(page):
    assert page["memory_errors"]["LSTM"] < 0.01
    assert page["memory_errors"]["plain recurrence"] > 0.15
    influence = page["influence"]
    assert influence["LSTM"][0] > 50 * influence["plain recurrence"][0]
    assert influence["LSTM"][0] > 0.5 * influence["LSTM"][-1]


def test_forecast_of_two_years_is_nearer_than_the_last_year_again(page):
    assert page["future_miss"] < page["repeat_miss"] / 2
    assert page["future_miss"] < page["future_misses"][2]  # of five


def test_windows_are_those_of_numpy(rng):
    z = rng.normal(size=9)
    X, y = recurrence.windows.function(z, 4)
    rows = np.lib.stride_tricks.sliding_window_view(z, 5)
    np.testing.assert_array_equal(np.column_stack([X, y]), rows)


@pytest.fixture
def sequences(rng):
    return [rng.normal(size=each) for each in ((2, 5, 3), (3, 4), (4, 4), 4)]


def test_states_are_those_of_the_layer(sequences):
    x, W, U, b = sequences
    layer = pl.layers.RNN(4, sequence=True)
    h = recurrence.states.function(x, W, U, b)
    np.testing.assert_allclose(h, layer({"W": W, "U": U, "b": b}, x))
    step = recurrence.stepped.function(x[:, 4], h[:, 3], W, U, b)
    np.testing.assert_allclose(step, h[:, 4])


def cost(w, x, y):
    h = 0.0
    for s in range(4):
        h = np.tanh(w * h + x[s])
    return (h - y) ** 2 / 2


def test_slopes_through_time_are_those_of_the_engine(rng):
    x = rng.normal(size=4)
    dw, dx = pl.gradient(cost, wrt=("w", "x"))(0.8, x, 0.3)
    ours = recurrence.through_time.function(0.8, x, 0.3)
    assert ours[0] == pytest.approx(dw)
    np.testing.assert_allclose(ours[1], dx)


def test_slope_in_the_drawing_is_that_of_the_solution():
    x = np.array([1.0, -0.5, 0.25])
    ours = recurrence.through_time.function(0.5, x, 1.0)[0]
    assert pl.gradient(three_steps, wrt="w")(0.5, x) == pytest.approx(ours)


def test_what_is_carried_is_the_jacobian_of_the_engine(sequences):
    x, W, U, b = sequences
    h = recurrence.states.function(x[:1], W, U, b)[0]

    def last(state):
        state = np.tanh(x[0, 3] @ W + state @ U + b)
        return np.tanh(x[0, 4] @ W + state @ U + b)

    J = pl.jacobian(last)(h[2])
    norms = recurrence.carried.function(U, h)
    assert norms[2] == pytest.approx(np.linalg.norm(J, 2))


def test_step_of_the_lstm_is_that_of_the_layer(rng):
    x, W, U, b = (rng.normal(size=each) for each in ((3, 2, 2), (2, 16), (4, 16), 16))
    h = c = np.zeros((3, 4))
    h, c = recurrence.lstm_step.function(x[:, 0], h, c, W, U, b)
    h, c = recurrence.lstm_step.function(x[:, 1], h, c, W, U, b)
    theirs = pl.layers.LSTM(4)({"W": W, "U": U, "b": b}, x)
    np.testing.assert_allclose(h, theirs)


def test_clipping_is_that_of_the_library():
    ours = recurrence.clipped.function([np.array([6.0]), np.array([8.0])], 1.0)
    np.testing.assert_allclose(np.ravel(ours), [0.6, 0.8])
    fit = pl.minimise(
        lambda v, w: 6 * v + 8 * w, (0.0, 0.0), clip_norm=1.0, max_iter=1,
        method=pl.methods.GradientDescent(1.0),
    )  # fmt: skip
    np.testing.assert_allclose(fit.x, -np.ravel(ours))
