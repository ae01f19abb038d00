"""Least squares of a sparse X too large for a triangle, by iterations."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.regression import krylov
from pellucid.regression.least_squares import least_squares


def sparse_columns(rng, n, d, density):
    X = sparse.random(n, d, density, format="csr", rng=rng)
    X.data = rng.normal(size=X.nnz)
    return X


def problem(way, n, rng):
    """X, y and what else is given of a problem with 20 columns."""
    X, k, given = sparse_columns(rng, n, 20, 0.3), 1, {}
    match way:
        case "weighted":
            given = {"s": rng.uniform(0.5, 2, n)}
        case "heavy":
            given = {"s": rng.uniform(0.5, 2, n) * 1e300, "ridge": np.full(20, 1e300)}
        case "without intercept":
            given = {"intercept": False}
        case "two targets":
            k = 2
        case "penalty":
            given = {"ridge": rng.uniform(0.5, 2, 20)}
        case "columns far apart":
            X = sparse.csr_matrix(X @ sparse.diags(10.0 ** rng.uniform(-3, 3, 20)))
        case "beyond squares":
            X = sparse.csr_matrix(X @ sparse.diags(10.0 ** rng.uniform(-200, 200, 20)))
        case "a constant column":
            X = sparse.csr_matrix(sparse.hstack([X, np.full((n, 1), 2.0)]))
    return X, rng.normal(size=(n, k)), given


WAYS = ["plain", "weighted", "heavy", "without intercept", "two targets", "penalty",
        "columns far apart", "a constant column"]  # fmt: skip
PROBLEMS = [(way, n) for way in WAYS for n in (60, 12)] + [("beyond squares", 60)]


@pytest.mark.parametrize(("way", "n"), PROBLEMS)
def test_iterations_find_what_the_triangle_finds(way, n, monkeypatch, rng):
    X, y, given = problem(way, n, rng)
    direct = least_squares(X, y, **given)
    monkeypatch.setattr(krylov, "MOST", 0)
    found = least_squares(X, y, **given)
    assert found.converged
    off, size = np.abs(found.w - direct.w), np.abs(direct.w).max(axis=0)
    if way == "beyond squares":
        size = np.abs(direct.w)
    assert np.all(off <= 1e-11 * size)
    np.testing.assert_allclose(found.b, direct.b, atol=1e-12)
    costs, theirs = found.explained.history, direct.explained.history
    np.testing.assert_allclose(costs, theirs, atol=1e-13 * theirs[0])
    assert np.isnan(found.digits).all()
    assert np.isnan(found.singular.values).all()


def test_a_large_sparse_matrix_is_neither_filled_out_nor_squared(rng):
    n, d = 4_000, 20_000
    X = sparse_columns(rng, n, d, 1e-3)
    y = X @ rng.normal(size=d) + 5
    tracemalloc.start()
    try:
        model = pl.LinearRegression().fit(X, y)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 2**25  # filled out it has 640 MB
    np.testing.assert_allclose(model.predict(X), y, rtol=1e-10)
    w = model.coef_
    across = sparse.linalg.lsqr(X.T, w, atol=1e-15, btol=1e-15, conlim=0)[3]
    assert across < 1e-9 * np.linalg.norm(w)  # within the rows, and so the shortest
    assert np.isnan(model.predict_interval(X[:2])).all()


def test_what_is_known_of_it_is_saved(tmp_path, monkeypatch, rng):
    monkeypatch.setattr(krylov, "MOST", 0)
    X, y, _ = problem("plain", 60, rng)
    model = pl.LinearRegression().fit(X, y[:, 0])
    pl.save(model, tmp_path / "model")
    loaded = pl.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.rank_ == 20
    assert np.isnan(loaded.singular_).all()


def test_iterations_that_do_not_arrive_are_told(monkeypatch, rng):
    monkeypatch.setattr(krylov, "MOST", 0)
    monkeypatch.setattr(krylov, "STEPS", 3)
    X, y, _ = problem("plain", 60, rng)
    with pytest.warns(ConvergenceWarning, match="still change coefficients"):
        pl.LinearRegression().fit(X, y[:, 0])


def test_a_summary_says_why_there_are_no_errors(monkeypatch, rng):
    monkeypatch.setattr(krylov, "MOST", 0)
    X, y = sparse_columns(rng, 200, 3, 0.5), rng.normal(size=200)
    assert "X is sparse" in " ".join(pl.LinearRegression().fit(X, y).summary().notes)
