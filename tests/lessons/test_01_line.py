"""The line of best fit: its figures by other roads, its solutions by the engine."""

import numpy as np
import pytest
from scipy.stats import linregress

import pellucid as pl
from pellucid.lessons.answers import line
from pellucid.lessons.lesson_01_line import app


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


@pytest.fixture
def points(rng):
    return rng.normal(size=9) + 2, rng.normal(size=9)


def test_line_drawn_and_line_trained_are_the_line_of_scipy(page):
    theirs = linregress(page["x"], page["y"])
    known = theirs.slope, theirs.intercept
    np.testing.assert_allclose([page["a"], page["b"]], known, rtol=1e-9)
    np.testing.assert_allclose(page["fit"].x, known, rtol=1e-6)
    np.testing.assert_allclose(page["score"], theirs.rvalue**2, rtol=1e-9)


def test_about_ten_is_the_right_guess_of_the_slope(page):
    assert page["a"] == pytest.approx(10.233, abs=1e-3)


def test_product_of_the_two_slopes_is_r2(page):
    assert page["a"] * page["other"] == pytest.approx(page["score"])
    assert 1 / page["other"] > page["a"]  # the other line is steeper


def test_no_line_by_hand_has_a_lower_cost_than_the_best_of_the_twelve(page):
    assert len(page["few_x"]) == 12
    assert page["few_fit"].fun < page["by_hand"]


def test_solutions_compose_to_the_line_of_scipy(points):
    x, y = points
    a = line.slope.function(x, y)
    b = line.intercept.function(x, y, a)
    theirs = linregress(x, y)
    np.testing.assert_allclose([a, b], [theirs.slope, theirs.intercept])
    output = line.predicted.function(x, a, b)
    assert line.r2.function(y, output) == pytest.approx(theirs.rvalue**2)


def test_slopes_of_the_cost_are_those_of_the_engine(points):
    cost = line.mean_squared_error.function
    engine = pl.gradient(cost, wrt=("a", "b"))(*points, 1.5, -0.5)
    np.testing.assert_allclose(line.cost_slopes.function(*points, 1.5, -0.5), engine)


def test_squares_of_the_errors_are_square_on_the_page(page):
    figure = page["squares"](page["few_x"], page["few_y"], 2.0, 100.0, "")
    figure.canvas.draw()
    boxes = [patch.get_window_extent() for patch in figure.axes[0].patches]
    assert len(boxes) == 12
    np.testing.assert_allclose([b.width / b.height for b in boxes], 1, rtol=0.01)
