"""Linear models of many parameters: no Hessian is formed, and no zero is stored."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse, special
from sklearn.datasets import load_iris

import pellucid as pl
from pellucid.graphs.operations.robust import log_loss
from pellucid.minimisers.task import Options, Watch
from pellucid.models import costs
from pellucid.regression import conjugate, generalised, spaces
from pellucid.regression.design import Dense, Folded
from pellucid.regression.objective import Objective
from pellucid.regression.row_costs import RowCost

SHAPES = [(60, 8, 1), (60, 8, 4), (20, 50, 1), (20, 50, 3), (30, 30, 2)]  # n, d, k
OFFSETS = [0.0, 5.0, 1e4]


def problem(rng, n, d, k, *, offset=0.0, intercept=True, ridge=0.05):
    """Rows of a generalised linear model, with weights, and columns of many lengths."""
    X = rng.standard_normal((n, d)) * np.logspace(-3, 3, d)
    mean, length = X.mean(axis=0) * intercept, X.std(axis=0)
    X, mean = X + offset * length, mean + offset * length * intercept
    s = rng.uniform(0.1, 2, n)
    y = rng.integers(0, max(k, 2), n)
    y = y.astype(float) if k == 1 else np.eye(k)[y]
    soft = np.append(np.full(d, ridge), 0.0)
    cost = RowCost(log_loss if k == 1 else costs.cross_entropy)
    soft = soft if k == 1 else soft[:, None]
    design = (Folded if abs(offset) < 100 else Dense)(X, mean, length)
    return Objective(design, y, s / s.sum(), cost, soft, intercept)


def found(objective, tol=1e-7, limit=100):
    """What conjugate gradients find from 0."""
    shape = (objective.design.shape[1] + 1, *objective.y.shape[1:])
    watch = Watch(None, False, "J")
    return conjugate.minimised(objective, np.zeros(shape), Options(limit, tol), watch)


def residual(objective, u):
    """The slope of the cost at [w; b], by the textbook, beside that at 0."""

    def slope(u):
        Z = (objective.design.X - objective.design.mean) / objective.design.length
        z = Z @ u[:-1] + u[-1]
        p = special.expit(z) if z.ndim == 1 else special.softmax(z, axis=1)
        s = objective.s if z.ndim == 1 else objective.s[:, None]
        g = s * (p - objective.y)
        of_b = np.sum(g, axis=0)[None] * objective.intercept
        return np.concatenate([Z.T @ g, of_b]) + objective.ridge * u

    return np.abs(slope(u)).max() / np.abs(slope(0 * u)).max()


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_slope_vanishes_where_it_stops(rng, shape, offset, intercept):
    offset = offset if intercept else 0.0
    objective = problem(rng, *shape, offset=offset, intercept=intercept)
    fit, at = found(objective)
    assert fit.success
    assert residual(objective, fit.x) < 1e-6
    assert intercept or not fit.x[-1].any()
    np.testing.assert_allclose(at.g, objective.at(fit.x).g, atol=1e-12)
    assert at.cost == pytest.approx(objective.at(fit.x).cost, rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_diagonal_alone_leads_to_the_same_place(rng, shape, monkeypatch):
    objective = problem(rng, *shape)
    u = found(objective)[0].x
    monkeypatch.setattr(spaces, "FACTORED", 1)
    np.testing.assert_allclose(found(objective)[0].x, u, atol=1e-6)


@pytest.mark.parametrize("shape", [(20, 50, 1), (20, 50, 3)], ids=str)
def test_in_the_space_of_rows_a_start_is_a_place_too(rng, shape):
    objective = problem(rng, *shape)
    fit, _ = found(objective)
    begun = conjugate.minimised(
        objective, fit.x, Options(0, 1e-4), Watch(None, False, "J")
    )[0]
    np.testing.assert_allclose(begun.x, fit.x, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("index", [np.int32, np.int64])
@pytest.mark.parametrize("shape", [(60, 8, 1), (60, 8, 4), (20, 50, 3)], ids=str)
def test_a_sparse_matrix_is_its_array(rng, shape, dtype, index):
    n, d, k = shape
    X = sparse.random_array((n, d), density=0.2, rng=rng, format="csr").astype(dtype)
    X = X * 4
    X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
    objective = problem(rng, n, d, k)
    length = np.linspace(0.5, 2, d)

    def of(design):
        return Objective(design, *list(vars(objective).values())[1:])

    held = found(of(Folded(X, np.zeros(d), length)))[0].x
    full = found(of(Dense(X.toarray(), np.zeros(d), length)))[0].x
    np.testing.assert_allclose(held, full, atol=1e-9)
    blocks = of(Dense(X, np.zeros(d), length)).at(full)
    np.testing.assert_allclose(blocks.g, 0, atol=1e-7)


def test_products_of_parts_are_those_of_the_whole(rng):
    n, d = 40_000, 30
    X = sparse.random_array((n, d), density=0.1, rng=rng, format="csr")
    design = Folded(X, np.zeros(d), np.linspace(1, 2, d))
    Z, v, g = X.toarray() / design.length, rng.random((d, 3)), rng.random((n, 3))
    np.testing.assert_allclose(design.times(v), Z @ v, rtol=1e-12)
    np.testing.assert_allclose(design.across(g), Z.T @ g, rtol=1e-12)
    np.testing.assert_allclose(design.squares(g[:, 0]), g[:, 0] @ Z**2, rtol=1e-12)


def test_tol_says_how_much_of_the_cost_may_be_left(rng):
    objective = problem(rng, 200, 20, 3, ridge=1e-6)
    least = found(objective, tol=1e-8)[0].fun
    left = [found(objective, tol=tol)[0].fun / least - 1 for tol in (1e-1, 1e-2, 1e-4)]
    assert (np.array(left) <= [1e-3, 1e-5, 1e-9]).all()
    steps = [found(objective, tol=tol)[0].nit for tol in (1e-1, 1e-4)]
    assert steps[0] < steps[1]


def test_no_tol_goes_on_until_rounding_ends_it(rng):
    fit, _ = found(problem(rng, 60, 8, 3), tol=0.0)
    assert fit.success
    assert fit.message.endswith("no step lowers the cost")


def test_it_says_that_the_limit_came_first(rng):
    fit, _ = found(problem(rng, 60, 8, 3), limit=2)
    assert (fit.success, fit.nit, len(fit.history)) == (False, 2, 3)


def test_separable_rows_without_a_ridge_only_ever_lower_the_cost(rng):
    objective = problem(rng, 20, 30, 3, ridge=0.0)
    fit, _ = found(objective, limit=30)
    assert (np.diff(fit.history) < 0).all()
    assert np.isfinite(fit.x).all()
    assert fit.fun < 1e-3


# -- penalties with kinks -------------------------------------------------------------

LASSOS = {  # n, d, k, C, l1_ratio, sparse
    "two classes": (150, 12, 2, 0.3, 1.0, False),
    "three classes": (150, 12, 3, 0.3, 1.0, False),
    "elastic net": (150, 12, 2, 0.3, 0.5, False),
    "more columns than rows": (60, 300, 2, 1.0, 1.0, False),
    "of three classes": (60, 300, 3, 1.0, 0.7, False),
    "many of which leave 0": (120, 400, 2, 100.0, 1.0, False),
    "sparse": (150, 40, 2, 1.0, 1.0, True),
    "sparse, three classes": (150, 40, 3, 1.0, 0.5, True),
}


def classes(rng, n, d, k, is_sparse):
    X = rng.standard_normal((n, d)) + rng.standard_normal(d)
    if is_sparse:
        X = X * (rng.random((n, d)) < 0.3)
    W = np.zeros((d, k))
    W[:5] = 2 * rng.standard_normal((5, k))
    y = np.argmax(X @ W + rng.gumbel(size=(n, k)), axis=1)
    return X, y


@pytest.mark.parametrize("case", LASSOS.values(), ids=LASSOS)
def test_slopes_overcome_no_penalty_of_a_weight_that_is_0(case, rng):
    n, d, k, C, ratio, is_sparse = case
    X, y = classes(rng, n, d, k, is_sparse)
    s = rng.uniform(0.5, 2, n)
    rows = sparse.csr_array(X) if is_sparse else X
    model = pl.LogisticRegression(C=C, l1_ratio=ratio, tol=1e-6).fit(rows, y, s)
    p = model.predict_proba(X)
    g = s[:, None] * (p - np.eye(k)[y])
    g = g[:, 1:] if k == 2 else g
    w = model.coef_.T
    slope = C * X.T @ g + (1 - ratio) * w  # of all but the kinks
    np.testing.assert_allclose(g.sum(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(slope[w != 0], -ratio * np.sign(w[w != 0]), atol=1e-5)
    assert (np.abs(slope[w == 0]) <= ratio * (1 + 1e-5)).all()
    assert 0 < np.count_nonzero(w) < w.size


def test_sparse_rows_are_fitted_and_predicted_without_filling_them_out(rng):
    n, d = 500, 20_000
    X = sparse.random_array((n, d), density=1e-3, rng=rng, format="csr")
    y = rng.integers(0, 2, n)
    pl.LogisticRegression(max_iter=1).fit(X[:, :5], y)  # what is compiled once
    tracemalloc.start()
    model = pl.LogisticRegression().fit(X, y)
    model.predict_proba(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < n * d * 8 / 5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("C", [1.0, np.inf])
@pytest.mark.parametrize("k", [2, 3])
def test_a_model_of_sparse_rows_is_that_of_their_array(k, C, dtype, rng):
    X = sparse.random_array((300, 20), density=0.3, rng=rng, format="csr")
    y = np.argmax(X @ rng.standard_normal((20, k)) + rng.gumbel(size=(300, k)), axis=1)
    X, s = X.astype(dtype), rng.integers(0, 3, 300)
    held = pl.LogisticRegression(C=C, tol=1e-8).fit(X, y, s)
    full = pl.LogisticRegression(C=C, tol=1e-8).fit(X.toarray(), y, s)
    rtol = 1e-7 if dtype is np.float64 else 1e-5
    np.testing.assert_allclose(held.coef_, full.coef_, rtol=rtol, atol=1e-9)
    np.testing.assert_allclose(held.predict_proba(X), full.predict_proba(X), rtol=rtol)


def test_sparse_columns_may_have_any_scale(rng):
    X = sparse.random_array((200, 4), density=0.5, rng=rng, format="csr")
    y = rng.integers(0, 2, 200)
    scale = np.array([1e-170, 1.0, 1e3, 1e170])
    plain = pl.LogisticRegression(C=np.inf, tol=1e-8).fit(X, y)
    other = pl.LogisticRegression(C=np.inf, tol=1e-8).fit((X * scale).tocsr(), y)
    np.testing.assert_allclose(other.coef_[0] * scale, plain.coef_[0], rtol=1e-6)


def test_cells_that_are_stored_twice_are_added(rng):
    cells = np.array([1.0, 2.0, 3.0, 1.0]), ([0, 0, 1, 2], [0, 0, 0, 1])
    X = sparse.csr_array(sparse.coo_array(cells, shape=(4, 2)))
    twice = sparse.csr_array(
        (np.array([1.0, 2.0, 3.0, 1.0]), np.array([0, 0, 0, 1]), [0, 2, 3, 4, 4])
    )
    y = [0, 1, 0, 1]
    one, other = (pl.LogisticRegression().fit(A, y) for A in (X, twice))
    np.testing.assert_allclose(one.coef_, other.coef_, rtol=1e-9)
    assert twice.nnz == 4


@pytest.mark.parametrize("C", [1e4, 1e6, 1e8])
def test_saturated_classes_are_no_false_arrival(monkeypatch, C):
    # of a class without a doubt the curvature is far less than the mean of them all
    X, y = load_iris(return_X_y=True)
    least = pl.LogisticRegression(C=C, tol=1e-7).fit(X, y).history_[-1]
    monkeypatch.setattr(generalised, "LARGE", 0)  # parameters: products with H instead
    model = pl.LogisticRegression(C=C, max_iter=1000).fit(X, y)
    assert "conjugate gradients" in model.solver_
    assert model.history_[-1] - least <= 1e-9 * least
