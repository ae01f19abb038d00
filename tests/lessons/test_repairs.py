"""Broken trainings, and what repairs them."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler

import pellucid as pl
from pellucid.lessons.exercises.exercise import found
from pellucid.lessons.page_repairs import app, once_right, plane_cost, softmax

patients, progression = load_diabetes(return_X_y=True, scaled=False)
Z = (patients - patients.mean(axis=0)) / patients.std(axis=0)
t = (progression - progression.mean()) / progression.std()


@pytest.fixture(scope="module")
def defs():
    return app.run()[1]


def test_the_first_training_explodes_and_half_the_bound_calms_it(defs):
    L = 2 * np.linalg.eigvalsh(np.corrcoef(patients.T))[-1]
    assert defs["steepest"] == pytest.approx(L)
    assert 2 / L < 0.3
    assert found("repairs/safe_rate").function(Z) == pytest.approx(1 / L)
    assert np.all(np.diff(defs["exploding"].history) > 0)
    assert np.all(np.diff(defs["calm"].history) < 0)


def test_standardised_by_training_rows_is_what_scikit_learn_does():
    wines = load_wine().data
    scaler = StandardScaler().fit(wines[:120])
    ours = found("repairs/standardised").function(wines[:120], wines[120:])
    np.testing.assert_allclose(ours[0], scaler.transform(wines[:120]))
    np.testing.assert_allclose(ours[1], scaler.transform(wines[120:]))


def test_the_second_training_crawls_until_its_inputs_are_standardised(defs):
    assert defs["crawling"].fun > 0.9
    assert defs["longer"].fun > 0.7
    assert defs["rises"] > 50
    assert defs["running"].fun < 0.03
    assert (round(defs["wine_hits"], 2), round(defs["scaled_hits"], 2)) == (0.53, 0.97)


def test_the_third_training_is_dead_and_he_weights_are_not(defs):
    assert not defs["dead_slopes"].any()
    assert "h = maximum(z, 0)" in str(defs["dead_story"])
    assert defs["dead"].fun == pytest.approx(np.log(10), rel=1e-3)
    assert defs["alive"].fun < 0.4


def test_first_weights_have_the_spread_of_he(rng):
    W = found("repairs/first_weights").function(rng.random((64, 2000)))
    assert np.std(W) == pytest.approx(np.sqrt(2 / 64), rel=0.01)
    assert abs(np.mean(W)) < 0.001


def test_the_fourth_training_cannot_fall_below_its_floor(defs):
    surest = np.log(softmax(softmax(1e6 * np.eye(10))[:1])[0, 0])
    assert defs["floor"] == pytest.approx(-surest)
    assert defs["floor"] < defs["timid"].fun
    assert defs["surest"] < np.exp(surest)
    assert defs["sure"].fun < 0.3
    assert "softmax(P, axis=−1)" in str(defs["flat_story"])


def test_the_repaired_cost_of_classes_is_that_of_the_library(rng):
    W, b, X = rng.normal(size=(4, 3)), rng.normal(size=3), rng.normal(size=(9, 4))
    y = rng.integers(0, 3, 9)
    ours = found("repairs/class_cost").function(W, b, X, y)
    assert ours == pytest.approx(np.mean(pl.costs.cross_entropy(X @ W + b, y)))


def test_the_fifth_training_says_the_mean_until_the_shapes_fit(defs):
    least = LinearRegression().fit(Z, t)
    assert "(442, 442)" in str(defs["shapes"])
    assert "reshape one to the other" in defs["refused"]
    assert defs["level"].fun == pytest.approx(1)
    assert defs["fitted"].fun == pytest.approx(1 - least.score(Z, t))
    squared_cost = found("repairs/squared_cost").function
    assert squared_cost(least.coef_, 0.0, Z, t[:, None]) == pytest.approx(
        plane_cost(least.coef_, 0.0, Z, t)
    )


def test_the_sixth_training_leaks_and_a_choice_by_training_rows_does_not(defs):
    assert defs["leaking"][1] > 0.6
    assert np.mean(defs["by_chance"]) > 0.3
    assert defs["honest"][1] < 0
    assert "x11 alone gives y exactly" in str(defs["noted"][0])


def test_chosen_columns_do_not_change_with_the_targets_held_out(rng):
    X, y, train = rng.normal(size=(30, 20)), rng.normal(size=30), np.arange(20)
    chosen = found("repairs/chosen").function
    other = np.where(np.arange(30) < 20, y, 100 * rng.normal(size=30))
    np.testing.assert_array_equal(chosen(X, y, train, 4), chosen(X, other, train, 4))
    strength = [abs(np.corrcoef(X[:20, j], y[:20])[0, 1]) for j in range(20)]
    assert set(chosen(X, y, train, 4)) == set(np.argsort(strength)[-4:])


def test_the_repaired_training_is_shown_once_the_exercise_is_right(
    tmp_path, monkeypatch
):
    from pellucid.lessons import progress

    monkeypatch.setenv("PELLUCID_PROGRESS", str(tmp_path / "progress.json"))
    assert "Once it is right" in once_right("repairs/chosen", "the picture").text
    progress.note("repairs/chosen", right=True)
    assert once_right("repairs/chosen", "the picture") == "the picture"
