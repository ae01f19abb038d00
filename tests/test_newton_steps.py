"""Steps of Newton's method for linear models: with which Hessian, and how far."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.models import costs
from pellucid.regression.columns import Columns, Moments
from pellucid.regression.design import product
from pellucid.regression.generalised import Generalised
from pellucid.regression.objective import Form
from pellucid.regression.row_costs import RowCost


def quietly(model, X, y, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, **options)


@pytest.mark.parametrize("solver", ["newton-cholesky", "newton-cg"])
@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("C", [1.0, np.inf])
@pytest.mark.parametrize("classes", [2, 3])
def test_two_steps_at_once_are_one_and_one(solver, intercept, C, classes):
    X, y = load_iris(return_X_y=True)
    X, y = X[y < classes, :2], y[y < classes]
    options = {"solver": solver, "fit_intercept": intercept, "C": C}
    both = quietly(pl.LogisticRegression(max_iter=2, **options), X, y)
    single = pl.LogisticRegression(max_iter=1, warm_start=True, **options)
    quietly(quietly(single, X, y), X, y)
    np.testing.assert_allclose(single.coef_, both.coef_, rtol=1e-9)
    np.testing.assert_allclose(single.intercept_, both.intercept_, rtol=1e-9)
    assert both.solver_.startswith("plain Newton: as was asked for")


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_weights_mean_repetition_where_rows_are_fewer_than_columns(classes, rng):
    X, y = rng.normal(size=(120, 240)), np.arange(120) % classes
    s = rng.integers(0, 4, 120)
    weighted = pl.LogisticRegression().fit(X, y, sample_weight=s)
    repeated = pl.LogisticRegression().fit(np.repeat(X, s, axis=0), np.repeat(y, s))
    p = weighted.predict_proba(X)
    np.testing.assert_allclose(p, repeated.predict_proba(X), atol=5e-7)


@pytest.mark.parametrize("C", [1.0, 1e4, np.inf])
def test_a_start_that_is_shifted_in_all_classes_ends_at_the_same_place(C, rng):
    X = rng.normal(size=(400, 5)) @ rng.normal(size=(5, 5)) + 3
    z = X @ rng.normal(size=(5, 6)) + rng.gumbel(size=(400, 6)) * 4
    y = np.argmax(z, axis=1)
    model = pl.LogisticRegression(C=C, warm_start=True, tol=1e-6).fit(X, y)
    coef, intercept = model.coef_, model.intercept_
    model.coef_, model.intercept_ = coef + 2, intercept - 5
    model.fit(X, y)
    np.testing.assert_allclose(model.coef_, coef, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(model.intercept_, intercept, rtol=1e-5, atol=1e-7)


def objective_of(rng, n=4000, d=3, k=5):
    X = rng.normal(size=(n, d)) + 1
    y = np.eye(k)[rng.integers(0, k, n)]
    columns = Columns.of(Moments.of(X), 0.1, (k - 1) / k**2)
    return Generalised.of(RowCost(costs.cross_entropy), columns, X, y).objective


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_hessian_of_a_class_alone_is_its_block_of_the_whole(dtype, rng):
    objective = objective_of(rng)
    u = rng.normal(size=(4, 5))
    whole = objective.at(u, Form()).H.reshape(5, 4, 5, 4)
    alone = objective.at(u, Form(dtype, whole=False)).H
    for c in range(5):
        own = whole[c, :, c]
        size = np.sqrt(np.outer(np.diag(own), np.diag(own)))
        assert np.max(np.abs(alone[c] - own) / size) < 0.1


def squares(z, y):
    return np.sum((z - y) ** 2, axis=1)


def test_a_shift_of_all_outputs_is_known_by_its_losses(rng):
    objective = objective_of(rng)
    assert objective.is_shifted
    columns = Columns.of(Moments.of(objective.design.X), 0.1, 1.0)
    rows = objective.design.X, objective.y
    assert not Generalised.of(RowCost(squares), columns, *rows).objective.is_shifted


def test_outputs_of_many_numbers_are_those_of_longer_arithmetic(rng):
    X, v = rng.normal(size=(3000, 50)), rng.normal(size=50)
    exact = (X.astype(np.longdouble) @ v.astype(np.longdouble)).astype(float)
    size = np.abs(X) @ np.abs(v)
    assert np.max(np.abs(product(X, v) - exact) / size) < 1e-15
