"""Vectors, not loops: the figures of the lesson, found in other ways."""

import numpy as np
import pytest
import sklearn.datasets
from sklearn.linear_model import LinearRegression
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.model_selection import LeaveOneOut, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler, normalize

from pellucid.lessons import lesson_04_vectors as page
from pellucid.lessons.answers import vectors


@pytest.fixture(scope="module")
def defs():
    _, defs = page.app.run()
    return defs


@pytest.fixture
def wine():
    return sklearn.datasets.load_wine(return_X_y=True)


@pytest.fixture
def digits():
    X, y = sklearn.datasets.load_digits(return_X_y=True)
    return X[:1400], y[:1400], X[1400:], y[1400:]


def test_the_three_ways_are_timed_at_each_length(defs):
    times = np.array(list(defs["times"].values()))
    assert times.shape == (3, len(defs["lengths"]))
    assert np.all(times > 0)
    assert defs["ratio"] == defs["times"]["loop"][-1] / defs["times"]["NumPy"][-1]


def test_the_column_costs_more_than_the_true_errors(defs):
    differences = defs["differences"]
    square, right = (np.mean(d**2) for d in (differences, np.diag(differences)))
    np.testing.assert_allclose(defs["costs"], (square, right))
    assert square > right


def test_the_nearest_wines_are_those_of_scikit_learn(defs, wine):
    nearest = KNeighborsClassifier(1)
    scaled = make_pipeline(StandardScaler(), nearest)
    shares = [
        cross_val_score(m, *wine, cv=LeaveOneOut()).sum() for m in (nearest, scaled)
    ]
    assert [defs["as_they_are"], defs["on_one_scale"]] == shares == [137, 170]


def test_one_column_makes_nearly_all_of_the_distances(defs, wine):
    squares = (wine[0][:, None] - wine[0]) ** 2
    share = squares.sum(axis=(0, 1)).max() / squares.sum()
    assert defs["share"] == pytest.approx(share)
    assert round(100 * share, 1) == 99.8


def test_the_digits_are_named_as_scikit_learn_names_them(defs, digits):
    X, y, new, truth = digits
    named = KNeighborsClassifier(1).fit(X, y).predict(new)
    np.testing.assert_array_equal(defs["named"], named)
    assert defs["hits"][0] == np.sum(named == truth) == 381


def test_the_mean_pictures_are_those_of_pandas(defs):
    X, y = sklearn.datasets.load_digits(return_X_y=True, as_frame=True)
    np.testing.assert_allclose(defs["centres"], X.groupby(y).mean(), atol=1e-12)


def test_the_minimum_is_that_of_least_squares(defs):
    X, y = sklearn.datasets.load_diabetes(return_X_y=True)
    errors = y - LinearRegression().fit(X, y).predict(X)
    assert defs["fit"].fun == pytest.approx(np.mean(errors**2), rel=1e-8)


def test_the_answers_are_those_of_scikit_learn(rng):
    X, new = rng.normal(size=(7, 3)), rng.normal(size=(4, 3))
    y = np.array([0, 2, 1, 2, 0, 1, 1])
    hot = OneHotEncoder(categories=[range(4)], sparse_output=False)
    pairs = [
        (vectors.standardised.function(X), StandardScaler().fit_transform(X)),
        (vectors.unit_rows.function(X), normalize(X)),
        (vectors.one_hot.function(y, 4), hot.fit_transform(y[:, None])),
        (vectors.distances.function(X, new), euclidean_distances(X, new)),
        (
            vectors.nearest.function(X, y, new),
            KNeighborsClassifier(1).fit(X, y).predict(new),
        ),
    ]
    np.testing.assert_equal([a.shape for a, _ in pairs], [b.shape for _, b in pairs])
    np.testing.assert_allclose(
        *(np.concatenate([p[i].ravel() for p in pairs]) for i in (0, 1))
    )
