"""Generalised linear models: their optima by 50 digits, and that they always arrive."""

import warnings

import mpmath
import numpy as np
import pytest
import sklearn.linear_model
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models.poisson import half_deviance

# -- the optimum, by Newton's method with 50 digits -----------------------------------


def log_loss(z, y):
    """Its slope and curvature, of multiprecision numbers."""
    p = 1 / (1 + mpmath.exp(-z))
    return p - y, p * (1 - p)


def poisson(z, y):
    mean = mpmath.exp(z)
    return mean - y, mean


def exact(slopes, X, y, s, ridge):
    """The optimum [w; b] of sum s loss + ridge |w|^2 / 2, by Newton from 0."""
    with mpmath.workdps(50):
        A = [[mpmath.mpf(float(x)) for x in row] + [mpmath.mpf(1)] for row in X]
        p = len(A[0])
        u = mpmath.zeros(p, 1)
        if slopes is poisson:
            u[p - 1] = mpmath.log(mpmath.mpf(float(np.average(y, weights=s))))
        penalty = [mpmath.mpf(float(ridge))] * (p - 1) + [mpmath.mpf(0)]
        for _ in range(40):
            g = mpmath.matrix([penalty[j] * u[j] for j in range(p)])
            H = mpmath.diag(penalty)
            for row, t, weight in zip(A, y, s, strict=True):
                z = sum(a * v for a, v in zip(row, u, strict=True))
                slope, bend = slopes(z, mpmath.mpf(float(t)))
                for j in range(p):
                    g[j] += float(weight) * slope * row[j]
                    for k in range(p):
                        H[j, k] += float(weight) * bend * row[j] * row[k]
            step = mpmath.lu_solve(H, -g)
            u += step
            if mpmath.norm(step) < mpmath.mpf(10) ** -30 * mpmath.norm(u):
                break
        return np.array([float(v) for v in u])


def rows(rng, condition, counts):
    """Columns of which two are alike but for 1 / condition, on unlike scales."""
    X = rng.normal(size=(40, 3))
    X[:, 1] = X[:, 0] + X[:, 1] / condition
    z = X[:, 0] / 2 - X[:, 2] / 3
    y = rng.poisson(np.exp(z)) if counts else (z + rng.logistic(size=40) > 0) * 1
    return X * [1.0, 1e-3, 1e3] + [0.0, 0.0, 2e3], y


DIGITS = {1.0: 12, 1e2: 12, 1e4: 12, 1e6: 8}  # of coefficients, by the condition


@pytest.mark.parametrize("ridge", [0.0, 0.5], ids=["free", "ridge"])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("condition", DIGITS, ids="condition {:g}".format)
@pytest.mark.parametrize("kind", ["logistic", "poisson"])
def test_the_optimum_is_that_of_50_digits(kind, condition, weighted, ridge, rng):
    X, y = rows(rng, condition, kind == "poisson")
    s = rng.uniform(0.1, 3, 40) if weighted else np.ones(40)
    if kind == "logistic":
        model = pl.LogisticRegression(C=1 / ridge if ridge else np.inf)
        w = exact(log_loss, X, y, s, ridge)
    else:
        model = pl.PoissonRegression(alpha=ridge / np.sum(s))
        w = exact(poisson, X, y, s, ridge)
    model.fit(X, y, s if weighted else None)
    found = np.append(model.coef_, model.intercept_)
    np.testing.assert_allclose(found, w, rtol=10.0 ** -DIGITS[condition])


@pytest.mark.parametrize("alpha", [0.0, 1e-3, 1.0])
@pytest.mark.parametrize("intercept", [True, False], ids=["b", "no b"])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_poisson_regression_is_scikit_learns(alpha, intercept, weighted, rng):
    X = rng.normal(size=(200, 4)) * [1, 0.1, 2, 1]
    y = rng.poisson(np.exp(X @ [0.5, 2, -0.2, 0.1]))
    s = rng.uniform(0, 2, 200) if weighted else None
    options = {"alpha": alpha, "fit_intercept": intercept}
    ours = pl.PoissonRegression(**options).fit(X, y, s)
    theirs = sklearn.linear_model.PoissonRegressor(
        solver="newton-cholesky", tol=1e-12, **options
    ).fit(X, y, s)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(ours.intercept_, theirs.intercept_, atol=1e-9)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-8)
    assert ours.score(X, y, s) == pytest.approx(theirs.score(X, y, s), rel=1e-9)


@pytest.mark.parametrize("solver", ["newton", "lbfgs", "newton-cholesky"])
def test_every_method_finds_the_same(solver, rng):
    X = rng.normal(size=(300, 5)) * [1, 10, 0.1, 1, 1] + [0, 5, 0, 0, 1]
    y = rng.poisson(np.exp(X[:, 0] / 2))
    auto = pl.PoissonRegression(alpha=0.01).fit(X, y)
    named = pl.PoissonRegression(alpha=0.01, solver=solver).fit(X, y)
    np.testing.assert_allclose(named.coef_, auto.coef_, rtol=1e-5, atol=1e-7)
    named = pl.LogisticRegression(solver=solver).fit(X, np.minimum(y, 2))
    auto = pl.LogisticRegression().fit(X, np.minimum(y, 2))
    np.testing.assert_allclose(named.coef_, auto.coef_, rtol=1e-5, atol=1e-7)


def test_the_method_is_told(rng):
    X, y = rng.normal(size=(30, 2)), rng.integers(0, 2, 30)
    assert pl.LogisticRegression().fit(X, y).solver_.startswith("Newton: of so few")
    named = pl.LogisticRegression(solver="lbfgs").fit(X, y)
    assert named.solver_.startswith("LBFGS: as was asked for")
    assert "solver Newton" in str(pl.PoissonRegression().fit(X, y).summary())


# -- what must change nothing, or all alike -------------------------------------------


SEEDS = st.integers(0, 2**32 - 1)


def counted(seed, n=60, d=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    return rng, X, rng.poisson(np.exp(0.5 + X[:, 0] / 2)) + 0.0


def fitted(X, y, s=None, **options):
    model = pl.PoissonRegression(**{"alpha": 0.0, **options}).fit(X, y, s)
    return np.append(model.coef_, model.intercept_)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_weights_mean_repetition(seed):
    rng, X, y = counted(seed)
    s = rng.integers(0, 4, len(y))
    repeated = fitted(np.repeat(X, s, axis=0), np.repeat(y, s), alpha=0.1)
    np.testing.assert_allclose(fitted(X, y, s, alpha=0.1), repeated, rtol=1e-8)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_order_of_rows_has_no_say(seed):
    rng, X, y = counted(seed)
    order = rng.permutation(len(y))
    found = fitted(X[order], y[order])
    np.testing.assert_allclose(found, fitted(X, y), rtol=1e-9, atol=1e-10)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.lists(st.floats(-3, 3), min_size=3, max_size=3))
def test_scales_and_shifts_of_columns_go_through(seed, powers):
    rng, X, y = counted(seed)
    scale, shift = 10.0 ** np.array(powers), rng.normal(size=3)
    w, b = np.split(fitted(X, y), [3])
    found = fitted((X + shift) * scale, y)
    np.testing.assert_allclose(found[:3], w / scale, rtol=1e-8, atol=0)
    np.testing.assert_allclose(found[3], b - shift @ w, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("exponent", [-170, -20, 20, 170])
def test_columns_of_any_size(exponent):
    _, X, y = counted(0)
    unit = 10.0**exponent
    found, w = fitted(X * unit, y), fitted(X, y)
    np.testing.assert_allclose(found[:3] * unit, w[:3], rtol=1e-9)


@pytest.mark.parametrize("weight", [1e-300, 1e-9, 1e9, 1e300])
def test_the_unit_of_weights_has_no_say(weight):
    _, X, y = counted(1)
    s = np.linspace(0.5, 1, len(y))
    np.testing.assert_allclose(fitted(X, y, s * weight), fitted(X, y, s), rtol=1e-9)


# -- it always arrives ----------------------------------------------------------------


def converged(model, X, y, s=None):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        return model.fit(X, y, s)


@pytest.mark.parametrize("start", [-1e6, -30.0, 5.0, 1e3, 1e8])
@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("C", [1.0, 1e4])
def test_a_far_start_is_come_back_from(start, classes, C, rng):
    X = rng.normal(size=(80, 3)) + 1
    y = rng.integers(0, classes, 80)
    model = converged(pl.LogisticRegression(C=C, start=start), X, y)
    assert (np.diff(model.history_) <= 0).all()
    near = pl.LogisticRegression(C=C).fit(X, y)
    np.testing.assert_allclose(model.coef_, near.coef_, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["breast_cancer", "iris", "wine"])
@pytest.mark.parametrize("C", [1e-6, 1e6])
def test_penalties_from_weak_to_strong(name, C):
    X, y = getattr(pl.datasets, name)()
    model = converged(pl.LogisticRegression(C=C), X, y)
    assert (np.diff(model.history_) <= 0).all()
    p = model.predict_proba(X)
    Y = np.eye(p.shape[1])[y]
    slope = X.T @ (p - Y)
    slope = slope[:, 1:] if p.shape[1] == 2 else slope
    slope = slope + model.coef_.T / C
    size = np.abs(X).T @ np.abs(p - Y).max(axis=1) + 1e-9
    assert np.abs(slope / size[:, None]).max() < 1e-3


@pytest.mark.parametrize(
    "y",
    [[0, 0, 0, 1e7], [1e-9, 2e-9, 3e-9, 5e-9], [0] * 4, [5] * 4, [0.5, 0, 2, 9]],
    ids=["a giant", "tiny rates", "none", "all alike", "rates"],
)
def test_counts_of_every_kind(y):
    X = np.array([[0.0], [1.0], [2.0], [3.0]])
    model = converged(pl.PoissonRegression(alpha=1e-6), X, y)
    assert model.predict(X).mean() == pytest.approx(np.mean(y), rel=1e-4, abs=1e-12)
    assert (np.diff(model.history_) <= 0).all()


def test_counts_a_feature_of_which_is_far_off(rng):
    X = rng.normal(size=(200, 2))
    y = rng.poisson(np.exp(1 + X[:, 0]))
    X[0] = [300, -200]  # exp(z) is beyond float64 on the way
    model = converged(pl.PoissonRegression(alpha=0.0), X, y)
    mean = model.predict(X)
    size = np.abs(X.T) @ mean
    np.testing.assert_allclose(X.T @ (mean - y) / size, 0, atol=1e-6)


def test_rows_in_the_order_of_their_classes(rng):
    X = rng.normal(size=(30_000, 6)) * [1, 1e3, 1, 1e-3, 1, 1] + [0, 0, 9, 0, 0, 0]
    y = (X[:, 0] + X[:, 2] - 9 + rng.logistic(size=30_000) > 0) * 1
    order = np.argsort(y, kind="stable")
    model = converged(pl.LogisticRegression(C=np.inf), X[order], y[order])
    slope = X.T @ (model.predict_proba(X)[:, 1] - y)
    np.testing.assert_allclose(slope / np.linalg.norm(X, axis=0), 0, atol=1e-7)


def test_a_class_that_a_sample_does_not_see(rng):
    X = rng.normal(size=(40_000, 4))
    y = np.zeros(40_000, int)
    y[[17, 20_000, 39_999]] = 1
    model = converged(pl.LogisticRegression(), X, y)
    p = model.predict_proba(X)[:, 1]
    assert np.sum(p) == pytest.approx(3, rel=1e-6)
    assert (np.diff(model.history_) <= 0).all()


# -- the stop rule --------------------------------------------------------------------


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e5])
@pytest.mark.parametrize("tol", [0.1, 1e-2, 1e-4, 1e-7])
def test_what_is_left_of_the_cost_is_what_tol_asks_for(tol, scale, classes, rng):
    X = rng.normal(size=(500, 5)) * [1, 3, 0.1, 1, 10] * scale
    y = rng.integers(0, classes, 500) * (X[:, 0] > -scale)
    least = pl.LogisticRegression(C=np.inf, tol=1e-12).fit(X, y).history_[-1]
    history = pl.LogisticRegression(C=np.inf, tol=tol).fit(X, y).history_
    assert history[-1] - least <= max(tol**2 / 10, 1e-14) * least


def test_less_is_done_for_less(rng):
    X, y = rng.normal(size=(500, 5)), rng.integers(0, 2, 500) * 1
    y[X[:, 0] > 0.3] = 1
    steps = [pl.LogisticRegression(tol=t).fit(X, y).n_iter_[0] for t in (0.3, 1e-8)]
    assert steps[0] < steps[1]


def test_tol_0_stops_where_rounding_does(rng):
    X, y = rng.normal(size=(50, 2)), rng.integers(0, 2, 50)
    model = pl.LogisticRegression(tol=0).fit(X, y)
    assert model.n_iter_[0] < 30


# -- the members of Poisson regression ------------------------------------------------


def test_the_graph_is_the_cost_and_flat_at_the_solution():
    _, X, y = counted(2)
    s = np.linspace(1, 2, len(y))
    model = pl.PoissonRegression(alpha=0.1).fit(X, y, s)
    where = model.coef_, model.intercept_, X, y, s
    assert model.graph_(*where) == pytest.approx(model.history_[-1], rel=1e-12)
    slopes = pl.gradient(model.graph_, wrt=("w", "b"))(*where)
    np.testing.assert_allclose(np.append(*slopes), 0, atol=1e-9)


def test_a_poisson_model_is_saved_and_loaded(tmp_path):
    _, X, y = counted(3)
    model = pl.PoissonRegression(alpha=0.1).fit(X, y)
    again = pl.load(pl.save(model, tmp_path / "counts.safetensors"))
    assert np.array_equal(again.predict(X), model.predict(X))
    assert again.formula() == model.formula()


def test_sparse_counts_and_float32():
    _, X, y = counted(4)
    X = np.round(X, 2)
    dense = pl.PoissonRegression().fit(X, y)
    thin = pl.PoissonRegression().fit(sparse.csr_array(X), y)
    single = pl.PoissonRegression().fit(X.astype(np.float32), y)
    np.testing.assert_allclose(thin.coef_, dense.coef_, rtol=1e-10)
    np.testing.assert_allclose(single.coef_, dense.coef_, rtol=1e-5)
    assert single.coef_.dtype == np.float32


@pytest.mark.parametrize("d", [30, 2000], ids=["narrow", "wide"])
def test_sparse_counts_are_not_filled_out(d, rng, monkeypatch):
    X = sparse.random_array((20_000, d), density=0.01, rng=rng, format="csr")
    y = rng.poisson(np.exp(X @ rng.normal(size=d)))
    filled, toarray = [0], sparse.csr_array.toarray

    def watched(X, *more):
        filled.append(X.shape[0])
        return toarray(X, *more)

    monkeypatch.setattr(sparse.csr_array, "toarray", watched)
    model = pl.PoissonRegression(alpha=0.01, tol=1e-7).fit(X, y)
    mean = model.predict(X)
    assert model.score(X, y) > 0
    assert max(filled) <= 8192  # a block of rows
    slope = X.T @ (mean - y) / len(y) + model.alpha * model.coef_
    np.testing.assert_allclose(slope, 0, atol=1e-7)
    assert np.mean(mean - y) == pytest.approx(0, abs=1e-7)


def test_a_warm_start_begins_at_the_solution():
    _, X, y = counted(5)
    model = pl.PoissonRegression(warm_start=True).fit(X, y)
    cost = model.history_[-1]
    assert model.fit(X, y).n_iter_ <= 2
    assert model.history_[0] == pytest.approx(cost)


@pytest.mark.parametrize(
    ("options", "y", "message"),
    [
        ({}, [1.0, -1.0, 2.0], "expected counts from 0 up in y, got -1"),
        ({}, [1.0, 1e36, 2.0], "expected counts whose sum is below 1e.36"),
        ({"alpha": -1}, [1, 2, 3], "expected alpha to be a number from 0 up"),
        ({"solver": "sag"}, [1, 2, 3], "expected solver to be one of 'auto'"),
        ({"tol": 0}, [1, 2, 3], "expected tol to be a positive number"),
        ({"tol": np.inf}, [1, 2, 3], "expected tol to be a positive number"),
    ],
    ids=["negative", "too large", "alpha", "solver", "tol", "no tol"],
)
def test_what_is_wrong_is_said(options, y, message):
    with pytest.raises(ModelError, match=message):
        pl.PoissonRegression(**options).fit([[0.0], [1.0], [2.0]], y)


def test_few_iterations_end_with_a_sentence():
    _, X, y = counted(6)
    with pytest.warns(ConvergenceWarning, match="stopped before the optimum"):
        pl.PoissonRegression(max_iter=1, alpha=0.0).fit(X * 3, y)


def test_what_overflows_on_the_way_is_no_warning(rng):
    X = rng.normal(size=(90, 5)) * [1, 1e4, 1, 1, 1e-3] + [0, 1e5, 0, 0, 0]
    y = rng.poisson(2, 90) * 1e5
    model = converged(pl.PoissonRegression(alpha=1e-3, fit_intercept=False), X, y)
    assert (np.diff(model.history_) <= 0).all()


def test_what_overflows_for_want_of_a_minimum_is_no_warning(rng):
    X = (rng.random((5, 8)) < 0.3).astype(float)
    y = np.array([0.0, 0.0, 3000.0, 2900.0, 3100.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        pl.PoissonRegression(alpha=0.0, fit_intercept=False, max_iter=1000).fit(X, y)


# -- counts that are met exactly, and columns on which slopes alone mislead -----------


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6, 1e9, 1e12], ids="{:g}".format)
def test_counts_of_fewer_rows_than_columns_are_met(size, rng):
    X = rng.integers(-3, 4, (3, 60)).astype(float)
    y = rng.poisson(5, 3) * size + 1
    model = converged(pl.PoissonRegression(alpha=0.0), X, y)
    np.testing.assert_allclose(model.predict(X), y, rtol=1e-7)


@pytest.mark.parametrize("seed", range(5))
def test_lbfgs_has_not_arrived_where_a_hessian_says_it_has_not(seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(100, 8)) + 10.0 ** rng.uniform(0, 8, 8)
    y = (rng.random(100) < 0.4).astype(int)
    options = {"fit_intercept": False, "C": 1e3, "max_iter": 1000}
    found = converged(pl.LogisticRegression(solver="lbfgs", **options), X, y)
    best = converged(pl.LogisticRegression(**options), X, y)
    assert found.history_[-1] <= best.history_[-1] * (1 + 1e-8)


@pytest.mark.parametrize("t", [0.0, 1e-9, -1e-5, 0.5, 2.0, -30.0, 600.0])
@pytest.mark.parametrize("y", [0.0, 1e-310, 1.0, 3e9])
def test_deviance_keeps_its_digits_near_0(t, y):
    z = t + (np.log(y) if y else 0.0)
    with mpmath.workdps(50):
        count, mean = mpmath.mpf(y), mpmath.exp(mpmath.mpf(z))
        least = count * mpmath.log(count) - count if y else 0
        exact = float(mean - count * mpmath.mpf(z) + least)
    rounding = 4e-16 * (1 + abs(z)) * y * abs(np.expm1(t)) + 1e-32 * (1 + z * z) * y
    found = half_deviance(np.array(z), np.array(y))
    np.testing.assert_allclose(found, exact, rtol=1e-13, atol=rounding)


@pytest.mark.parametrize("size", [1e-250, 1e-10, 1.0, 1e10, 1e15], ids="{:g}".format)
@pytest.mark.parametrize("solver", ["auto", "lbfgs"])
def test_the_unit_of_counts_has_no_say(solver, size, rng):
    X, y = rng.normal(size=(60, 2)), np.arange(60.0)
    model = converged(pl.PoissonRegression(alpha=0.0, solver=solver), X, size * y)
    one = pl.PoissonRegression(alpha=0.0).fit(X, y)
    np.testing.assert_allclose(model.coef_, one.coef_, rtol=1e-6)


@pytest.mark.parametrize("size", [1e20, 1e26, 1e30, 1e32], ids="{:g}".format)
def test_lbfgs_owns_up_before_the_first_step(size, rng):
    X, y = rng.normal(size=(60, 2)), size * np.arange(60.0)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model = pl.PoissonRegression(alpha=0.0, solver="lbfgs").fit(X, y)
    best = pl.PoissonRegression(alpha=0.0).fit(X, y)
    assert told or model.history_[-1] <= best.history_[-1] * (1 + 1e-8)


@pytest.mark.parametrize("k", [3, 4])
def test_a_cost_that_comes_to_0_is_no_reason_to_warn(k, rng):
    X, y = rng.normal(size=(5, 1)) + 10, np.array([0, 1, 2, k - 1, 0])
    s = np.array([1.0, 1e-300, 1e-300, 1e-300, 1e-300])
    model = converged(pl.LogisticRegression(C=1e3, max_iter=1000), X, y, s)
    assert model.history_[-1] < 1e-14


@pytest.mark.parametrize(
    ("model", "target"),
    [
        (pl.LogisticRegression(), lambda z: z > 0),
        (pl.LogisticRegression(), lambda z: np.digitize(z, [-1, 1])),
        (pl.PoissonRegression(), lambda z: np.round(np.exp(z))),
        (pl.HuberRegression(), lambda z: z),
    ],
    ids=["logistic", "three classes", "poisson", "huber"],
)
def test_weights_of_single_precision_move_no_output(rng, model, target):
    X = (3 * rng.standard_normal((400, 3)) + 1e6).astype(np.float32)
    far = X.astype(float)
    y = target((far - 1e6) @ [1.0, -0.5, 0.3] / 3 + rng.standard_normal(400))
    z, exact = (model.fit(rows, y)._linear(rows) for rows in (X, far))
    assert model.fit(X, y).coef_.dtype == np.float32
    np.testing.assert_allclose(z, exact, atol=2e-5)
