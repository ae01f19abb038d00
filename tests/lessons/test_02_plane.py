"""Many inputs: figures by scikit-learn, solutions by the engine and by QR."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

import pellucid as pl
from pellucid.lessons.answers import plane
from pellucid.lessons.lesson_02_plane import app


@pytest.fixture(scope="module")
def page():
    return app.run()[1]


@pytest.fixture
def table(rng):
    X = plane.with_ones.function(rng.normal(size=(9, 3)))
    return X, rng.normal(size=9)


def test_weights_are_those_of_sklearn(page):
    theirs = LinearRegression().fit(page["ten"], page["y"])
    np.testing.assert_allclose(page["model"].coef_, theirs.coef_, rtol=1e-8)
    np.testing.assert_allclose(page["fit"].x[1:], theirs.coef_, rtol=1e-4)
    assert page["r2"] == pytest.approx(theirs.score(page["ten"], page["y"]))


def test_weight_of_the_mass_index_is_smaller_beside_blood_pressure(page):
    theirs = LinearRegression().fit(page["two"], page["y"])
    assert page["plane"].coef_[0] == pytest.approx(theirs.coef_[0])
    assert 0 < page["plane"].coef_[0] < page["alone"]


def test_sign_of_s3_turns_and_is_uncertain(page):
    weight = page["model"].coef_[6]
    assert page["s3_alone"] < 0 < weight
    assert page["s3_error"] == pytest.approx(2 * weight, rel=0.1)


def test_area_of_the_nuclei_grows_with_nearly_pi_times_the_square(page):
    assert page["square_weight"] == pytest.approx(np.pi, rel=0.02)
    assert page["parabola"][0] == pytest.approx(np.pi, rel=0.02)
    assert 0.97 < page["line_r2"] < 0.98 < 0.998 < page["curve_r2"]


def test_inverse_misses_the_equations_most_and_ours_keeps_all_digits(page):
    inverse, solved, *_ = page["missed"].values()
    assert inverse == max(page["missed"].values())
    assert inverse > 1e4 * solved
    kept = list(page["right_digits"].values())
    assert kept[-1] == 16
    assert max(kept[:2]) < kept[2] < 10


def test_gradient_is_that_of_the_engine(table, rng):
    w = rng.normal(size=4)
    engine = pl.gradient(plane.cost.function)(w, *table)
    np.testing.assert_allclose(plane.gradient.function(w, *table), engine)


def test_best_weights_are_those_of_least_squares_by_qr(table):
    X, y = table
    Q, R = np.linalg.qr(X)
    known = np.linalg.solve(R, Q.T @ y)
    w = plane.best_weights.function(X, y)
    np.testing.assert_allclose(w, known)
    np.testing.assert_allclose(plane.predictions.function(X, w), Q @ (Q.T @ y))


def test_predictions_for_new_rows_are_those_of_sklearn(rng):
    X, y, new = rng.normal(size=(9, 3)), rng.normal(size=9), rng.normal(size=(4, 3))
    theirs = LinearRegression().fit(X, y).predict(new)
    np.testing.assert_allclose(plane.fit_and_predict.function(X, y, new), theirs)


def test_powers_rise_from_a_column_of_ones(rng):
    x = rng.normal(size=5)
    known = np.vander(x, 4, increasing=True)
    np.testing.assert_allclose(plane.powers.function(x, 3), known)
