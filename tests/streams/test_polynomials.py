"""Polynomials of rows that no memory holds: the digits that memory has."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.regression.points import SEEN, Points
from pellucid.tables.streams import arrays

N = 700


def apart(rng, by):
    """Two features that differ by so little."""
    return rng.normal(size=(N, 1)) + by * rng.random((N, 2))


SETS = {
    "one feature": (lambda rng: rng.normal(size=(N, 1)), 4),
    "years": (lambda rng: rng.integers(1900, 2021, size=(N, 1)) * 1.0, 9),
    "of all sizes": (lambda rng: rng.normal(size=(N, 3)) * [1.0, 1e-9, 1e9], 3),
    "two values": (lambda rng: np.c_[rng.integers(0, 2, N), rng.normal(size=N)], 3),
    "far away": (lambda rng: rng.normal([1e6, -1e4], size=(N, 2)), 2),
    "nearly alike": (lambda rng: apart(rng, 1e-3), 2),
    "alike": (lambda rng: np.repeat(rng.normal(size=(N, 1)), 2, axis=1), 2),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _pieces(monkeypatch):
    """Several pieces, and several chunks a piece."""
    monkeypatch.setattr(arrays, "LARGE", 100)
    monkeypatch.setattr(arrays, "ROWS", 70)


def streamed(X, y, stream=True):
    return pl.rows((X, y), target="y", stream=stream)


def both(X, y, degree, **settings):
    """The fits of a stream and of the same table in memory."""
    model = pl.PolynomialRegression(degree, **settings)
    other = pl.PolynomialRegression(degree, **settings)
    return model.fit(streamed(X, y)), other.fit(streamed(X, y, stream=False))


def made(name, rng):
    """The features of a set with a target, and the degree."""
    features, degree = SETS[name]
    X = features(rng)
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    return X, np.sin(z[:, 0]) + z.sum(axis=1) + 0.1 * rng.normal(size=N), degree


@pytest.mark.parametrize("intercept", [True, False], ids=["b", "no b"])
@pytest.mark.parametrize("name", SETS)
def test_coefficients_are_those_of_memory(name, intercept, rng):
    model, other = both(*made(name, rng), fit_intercept=intercept)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-10)
    np.testing.assert_allclose(model.intercept_, other.intercept_, rtol=1e-10)
    np.testing.assert_allclose(model.history_, other.history_, rtol=1e-10)
    assert model.rank_ == other.rank_
    assert model.terms_.tolist() == other.terms_.tolist()


@pytest.mark.parametrize("name", sorted({*SETS} - {"nearly alike"}))
def test_as_many_digits_are_certain_as_in_memory(name, rng):
    model, other = both(*made(name, rng))
    np.testing.assert_allclose(model.digits_, other.digits_, atol=0.5)


@pytest.mark.parametrize("by", [1e-3, 1e-4, 1e-5])
def test_the_digits_that_are_certain_are_right_where_features_are_alike(by, rng):
    X = apart(rng, by)
    model, other = both(X, np.sin(X[:, 0]) + rng.normal(size=N), 2)
    right = -np.log10(np.abs(model.coef_ / other.coef_ - 1) + 1e-16)
    assert (model.digits_ > 1).all()
    assert (np.minimum(model.digits_, other.digits_) <= right + 0.1).all()


@pytest.mark.parametrize("kind", ["classical", "HC0", "HC3"])
@pytest.mark.parametrize("name", ["one feature", "of all sizes", "two values", "years"])
def test_statistics_are_those_of_memory(name, kind, rng):
    model, other = both(*made(name, rng))
    mine, theirs = (each.summary(covariance=kind).frame for each in (model, other))
    np.testing.assert_allclose(mine, theirs, rtol=1e-9)


@pytest.mark.parametrize("name", ["one feature", "years", "two values"])
def test_predictions_and_their_intervals_are_those_of_memory(name, rng):
    X, y, degree = made(name, rng)
    model, other = both(X, y, degree)
    rows = pd.DataFrame(X, columns=model.feature_names_in_)
    np.testing.assert_allclose(model.predict(rows), other.predict(rows), rtol=1e-12)
    mine, theirs = (each.predict_interval(rows[:50]) for each in (model, other))
    np.testing.assert_allclose(mine, theirs, rtol=1e-10)


@pytest.mark.parametrize("degree", [0, 1])
def test_a_polynomial_may_be_a_line_or_a_constant(degree, rng):
    X, y, _ = made("of all sizes", rng)
    model, other = both(X, y, degree)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-12)
    np.testing.assert_allclose(model.intercept_, other.intercept_, rtol=1e-12)


def test_coefficients_are_those_that_an_exact_polynomial_was_made_of(rng):
    x = rng.integers(-50, 50, size=N) * 1.0
    y = 3 * x**4 - 2 * x**3 + x - 7
    model = pl.PolynomialRegression(4).fit(streamed(x[:, None], y))
    assert model.coef_.tolist() == [1, 0, -2, 3]
    assert model.intercept_ == -7


def test_targets_of_any_size_have_the_coefficients_of_memory(rng):
    X, y, degree = made("years", rng)
    model, other = both(X, 1e200 * y, degree)
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-12)


def test_weights_count_as_in_memory(rng):
    X, y, degree = made("of all sizes", rng)
    X[:, 0] = rng.uniform(0.5, 2.0, N)
    stream = streamed(X, y)
    weighted = replace(stream, reading=replace(stream.reading, weights="x1"))
    model = pl.PolynomialRegression(degree).fit(weighted)
    frame = pd.DataFrame(X, columns=stream.names)
    other = pl.PolynomialRegression(degree).fit(frame, y, sample_weight=X[:, 0])
    np.testing.assert_allclose(model.coef_, other.coef_, rtol=1e-10)
    mine, theirs = (each.summary(covariance="HC1").frame for each in (model, other))
    np.testing.assert_allclose(mine, theirs, rtol=1e-9)


def test_the_rows_are_read_twice(rng):
    X, y, degree = made("one feature", rng)
    stream = streamed(X, y)
    model = pl.PolynomialRegression(degree).fit(stream)
    looked, summed = stream.passes[-2:]
    assert (looked, summed) == ("where the features lie", "products of polynomials")
    assert model.passes_ == 2


def test_a_pickled_fit_predicts_and_sums_up(rng):
    X, y, degree = made("years", rng)
    model = pl.PolynomialRegression(degree).fit(streamed(X, y))
    other = pickle.loads(pickle.dumps(model))
    rows = pd.DataFrame(X, columns=model.feature_names_in_)
    assert (other.predict(rows) == model.predict(rows)).all()
    assert (other.summary().frame == model.summary().frame).all(axis=None)


def test_too_many_terms_are_refused_before_a_pass(rng):
    stream = streamed(rng.normal(size=(N, 4)), rng.normal(size=N))
    before = len(stream.passes)
    with pytest.raises(ModelError, match="at most 10,000 terms"):
        pl.PolynomialRegression(30).fit(stream)
    assert len(stream.passes) == before


def test_points_keep_their_ends_and_their_mass_where_there_are_many(rng):
    x = rng.normal(size=(5, 3000))
    some = [Points.of(part) for part in x]
    every = some[0] + some[1] + (some[2] + some[3]) + some[4]
    assert len(every.x) == SEEN
    assert (every.x[0], every.x[-1]) == (x.min(), x.max())
    assert every.mass.sum() == x.size
