"""Least squares with a penalty of w^2, beside exact arithmetic and scikit-learn."""

from fractions import Fraction

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from test_least_squares import dot, eliminated, right_digits

from pellucid.regression.least_squares import least_squares


def exact(X, y, ridge, s=None, *, intercept=True):
    """The coefficients (d,), the intercept last, by elimination in fractions."""
    A = [[*map(Fraction, row)] + [Fraction(1)] * intercept for row in X.tolist()]
    s = [Fraction(1)] * len(A) if s is None else [*map(Fraction, s.tolist())]
    weighted = [[w * a for a in row] for w, row in zip(s, A, strict=True)]
    right = [*zip(*A, strict=True), [*map(Fraction, y.tolist())]]
    rows = [[dot(a, b) for b in right] for a in zip(*weighted, strict=True)]
    for j, of_w in enumerate(ridge.tolist()):
        rows[j][j] += Fraction(of_w)
    return eliminated(rows)[:, 0]


def few_and_many(rng):
    """Shapes that products, reflections and rows fewer than the columns solve."""
    near = rng.normal(size=(30, 4))
    return {
        "many rows": near,
        "nearly dependent": near + 1e7 * near[:, :1],
        "few rows": rng.normal(size=(6, 4)),
        "fewer than columns": rng.normal(size=(3, 6)),
        "equal columns": near[:, [0, 0, 1]],
        "a constant column": np.column_stack([near[:, :2], np.full(30, 3.0)]),
        "far from 0": near + 1e6,
    }


SHAPES = [*few_and_many(np.random.default_rng(0))]


@pytest.mark.parametrize("intercept", [True, False], ids=["b", "no b"])
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e6], ids="penalty {:g}".format)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_penalty_leaves_all_digits(shape, size, intercept, rng):
    X = few_and_many(rng)[shape]
    y, s = rng.normal(size=len(X)), rng.uniform(0.5, 2, len(X))
    ridge = size * rng.uniform(0.5, 2, X.shape[1])
    found = least_squares(X, y[:, None], s, intercept=intercept, ridge=ridge)
    truth = exact(X, y, ridge, s, intercept=intercept)
    w = np.append(found.w, found.b) if intercept else found.w[:, 0]
    digits = np.append(found.digits, found.digits_b)[: len(w)]
    right, sure = right_digits(w, truth), np.nan_to_num(digits)
    varies = np.array([t != 0 for t in truth])
    assert np.all(right[varies] >= 13)
    assert np.all(np.minimum(right, 15.9)[varies] >= sure[varies] - 0.1)
    np.testing.assert_allclose(w[~varies], 0, atol=1e-15)


@pytest.mark.parametrize("e", [-500, 7, 500])
def test_scales_of_columns_and_penalties_go_together(e, rng):
    X, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))
    ridge = np.array([0.0, 1.0, 2.0])
    scaled = least_squares(np.ldexp(X, e), y, ridge=np.ldexp(ridge, 2 * e))
    plain = least_squares(X, y, ridge=ridge)
    np.testing.assert_array_equal(np.ldexp(scaled.w, e), plain.w)


def test_weights_and_penalties_go_together(rng):
    X, y, s = rng.normal(size=(20, 3)), rng.normal(size=(20, 1)), rng.uniform(1, 2, 20)
    ridge = np.array([0.0, 1.0, 2.0])
    heavy = least_squares(X, y, np.ldexp(s, 900), ridge=np.ldexp(ridge, 900))
    np.testing.assert_array_equal(heavy.w, least_squares(X, y, s, ridge=ridge).w)


def test_a_huge_penalty_leaves_little_and_none_leaves_least_squares(rng):
    X, y = rng.normal(size=(20, 3)), rng.normal(size=20)
    stiff = least_squares(X, y[:, None], ridge=np.full(3, 1e200)).w
    np.testing.assert_allclose(
        stiff[:, 0], 1e-200 * (X - X.mean(axis=0)).T @ y, rtol=1e-12
    )
    free = least_squares(X, y[:, None], ridge=np.zeros(3))
    np.testing.assert_array_equal(free.w, least_squares(X, y[:, None]).w)


def test_what_is_left_is_that_of_the_residuals(rng):
    X, y = rng.normal(size=(50, 3)), rng.normal(size=50)
    found = least_squares(X, y[:, None], ridge=np.array([5.0, 50.0, 0.0]))
    left = np.sum((y - found.b - X @ found.w[:, 0]) ** 2)
    np.testing.assert_allclose(found.explained.left, left, rtol=1e-13)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("shape", [(60, 5), (8, 12)], ids=str)
def test_it_is_the_ridge_regression_of_scikit_learn(shape, positive, rng):
    X, y = rng.normal(size=shape), rng.normal(size=shape[0])
    theirs = Ridge(0.7, positive=positive, tol=1e-14).fit(X, y)
    ridge = np.full(shape[1], 0.7)
    ours = least_squares(X, y[:, None], positive=positive, ridge=ridge)
    close = {"atol": 1e-7 if positive else 1e-12}
    np.testing.assert_allclose(ours.w[:, 0], theirs.coef_, **close)
    np.testing.assert_allclose(ours.b[0], theirs.intercept_, **close)
