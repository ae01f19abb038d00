"""How good a fit is: figures by other roads, solutions by scikit-learn and by loops."""

import numpy as np
import pytest
from scipy.stats import linregress
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import LeaveOneOut, PredefinedSplit, cross_val_predict

import pellucid as pl
from pellucid.lessons.answers import judging
from pellucid.lessons.lesson_03_judging import app

PLAIN = LinearRegression(fit_intercept=False)  # the tables have their column of ones


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


@pytest.fixture
def table(rng):
    X = np.column_stack([np.ones(15), rng.normal(size=(15, 3))])
    return X, rng.normal(size=15)


def test_four_data_sets_have_the_same_line_and_r2(page):
    lines = np.array(list(page["quartet_lines"].values()))
    np.testing.assert_allclose(lines, np.tile([0.5, 3.0, 0.67], (4, 1)), atol=0.005)
    means = np.array([[x.mean(), y.mean()] for x, y in page["quartet"].values()])
    np.testing.assert_allclose(means, np.tile([9, 7.5], (4, 1)), atol=0.005)


def test_notes_name_the_curve_the_outlier_and_the_lone_row(page):
    cloud, curve, outlier, lone = page["quartet_notes"].values()
    assert not cloud
    assert "bends" in str(curve[0])
    assert "Row 3 moves" in str(outlier[0])
    assert "Row 8 alone decides" in str(lone[0])


def test_columns_of_chance_raise_r2_and_ruin_new_rows(page):
    assert np.all(np.diff(page["seen_r2"]) > 0)
    assert page["seen_r2"][-1] > 0.97
    assert page["new_r2"][0] == pytest.approx(0.47, abs=0.01)
    assert page["new_r2"][-1] < -1
    assert page["adjusted"] == pytest.approx([0.51, 0.52], abs=0.01)


def test_one_lost_decimal_point_turns_the_line(page):
    theirs = linregress(page["typed"], page["y"])
    assert page["typed_line"] == pytest.approx(
        (theirs.slope, theirs.intercept, theirs.rvalue**2)
    )
    assert theirs.slope == pytest.approx(0.92, abs=0.01)
    assert theirs.slope < page["huber_slope"] < 10


def test_left_out_errors_of_the_patients_are_those_of_442_fits(page):
    X, y = page["X"], page["y"]
    output = cross_val_predict(LinearRegression(), X, y, cv=LeaveOneOut())
    np.testing.assert_allclose(page["left_out"], y - output, rtol=1e-6, atol=1e-6)
    assert page["left_out_r2"] == pytest.approx(r2_score(y, output))
    assert page["left_out_r2"] < page["plain_r2"]


def test_curves_of_a_higher_degree_are_better_inside_and_fail_beyond(page):
    assert np.all(np.diff(page["inside"]) > 0)
    assert np.count_nonzero(page["light"]) == 343
    assert page["beyond"][0] == pytest.approx(0.14, abs=0.01)
    assert page["beyond"][-1] < -1000


def test_narrow_range_lowers_r2_and_not_the_error(page):
    assert page["narrow_line"][2] == pytest.approx(0.05, abs=0.01)
    assert page["narrow_error"] == pytest.approx(page["whole_error"], rel=0.1)


def test_gradient_of_r2_is_the_residuals_over_half_the_total(page):
    y, output = np.array([1.0, 2, 6]), np.array([4.0, 5, 2])
    known = 2 * (y - output) / 14
    np.testing.assert_allclose(pl.gradient(page["share"])(output, y), known)


def test_residuals_and_left_out_errors_are_those_of_sklearn(table):
    X, y = table
    output = PLAIN.fit(X, y).predict(X)
    np.testing.assert_allclose(judging.residuals.function(X, y), y - output)
    alone = cross_val_predict(PLAIN, X, y, cv=LeaveOneOut())
    np.testing.assert_allclose(judging.left_out_errors.function(X, y), y - alone)


def test_leverage_is_the_change_of_a_prediction_with_its_target(table):
    X, y = table
    predicted = pl.jacobian(lambda y, X: X @ np.linalg.solve(X.T @ X, X.T @ y))
    np.testing.assert_allclose(judging.leverages.function(X), np.diag(predicted(y, X)))
    assert judging.leverages.function(X).sum() == pytest.approx(4)


def test_adjusted_r2_is_that_of_the_summary(table):
    X, y = table
    model = pl.LinearRegression().fit(X[:, 1:], y)
    found = judging.adjusted_r2.function(y, model.predict(X[:, 1:]), 3)
    assert found == pytest.approx(model.summary().figures["adjusted r2"])


def test_r2_on_new_rows_and_over_folds_are_those_of_sklearn(table):
    X, y = table
    found = judging.r2_on_new_rows.function(X[:9], y[:9], X[9:], y[9:])
    assert found == pytest.approx(PLAIN.fit(X[:9], y[:9]).score(X[9:], y[9:]))
    folds = PredefinedSplit(np.arange(15) % 3)
    output = cross_val_predict(PLAIN, X, y, cv=folds)
    known = r2_score(y, output)
    assert judging.cross_validated_r2.function(X, y, 3) == pytest.approx(known)
