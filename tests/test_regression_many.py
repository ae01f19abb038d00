"""Linear models of many parameters: no Hessian is formed, and no zero is stored."""

import numpy as np
import pytest
from scipy import sparse, special

from pellucid.graphs.operations.robust import log_loss
from pellucid.minimisers.task import Options, Watch
from pellucid.models import costs
from pellucid.regression import conjugate, spaces
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
