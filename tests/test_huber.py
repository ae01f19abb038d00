"""Huber's regression: cost and optimum are scikit-learn's, found by Newton's method."""

import inspect

import mpmath
import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import HuberRegressor

import pellucid as pl

CASES = {
    "plain": (100, 3, {}, 0.0),
    "no intercept": (100, 3, {"fit_intercept": False}, 0.0),
    "penalised": (200, 10, {"epsilon": 1.1, "alpha": 1.0}, 0.0),
    "far from 0": (200, 4, {"epsilon": 2.0}, 10.0),
    "few rows": (60, 15, {}, 0.0),
    "no outlier": (60, 3, {"epsilon": 1e3}, 0.0),
}


def rows(rng, n, d, offset=0.0):
    X = rng.standard_normal((n, d)) + offset
    y = X @ rng.standard_normal(d) + 3 + rng.standard_t(1.5, n)
    return X, y, rng.uniform(0.5, 2, n)


def cost(model, X, y, s=1.0):
    """J as scikit-learn's documentation writes it."""
    a = np.abs(X @ model.coef_ + model.intercept_ - y) / model.scale_
    eps = model.epsilon
    H = np.where(a <= eps, a**2, 2 * eps * a - eps**2)
    return (
        np.sum(s * (model.scale_ * (1 + H))) + model.alpha * model.coef_ @ model.coef_
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_optimum_is_scikit_learns(case, rng):
    n, d, settings, offset = case
    X, y, s = rows(rng, n, d, offset)
    ours = pl.HuberRegression(**settings).fit(X, y, s)
    near = X - offset  # theirs does not come far with columns that are not
    theirs = HuberRegressor(max_iter=10_000, tol=1e-9, **settings).fit(near, y, s)
    assert cost(ours, X, y, s) <= cost(theirs, near, y, s) * (1 + 1e-12)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-3)
    assert ours.scale_ == pytest.approx(theirs.scale_, rel=1e-3)
    assert ours.history_[-1] == pytest.approx(cost(ours, X, y, s), rel=1e-12)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_gradient_of_its_graph_vanishes_at_the_optimum(case, rng):
    n, d, settings, offset = case
    X, y, s = rows(rng, n, d, offset)
    model = pl.HuberRegression(**settings).fit(X, y, s)
    graph = model.graph_
    at = model.coef_, model.intercept_, model.scale_
    assert graph(*at, X, y, s) == pytest.approx(model.history_[-1], rel=1e-12)
    names = [node.name for node in graph.inputs]
    for name in [names[0], *names[1:2] * model.fit_intercept, names[2]]:
        slope = pl.gradient(graph, wrt=name)(*at, X, y, s)
        np.testing.assert_allclose(slope, 0, atol=1e-8 * n)


@pytest.mark.parametrize("epsilon", [1.2, 1.35, 3.0])
def test_twelve_digits_are_those_of_the_equations(epsilon):
    """With the outliers known, three equations for w, b and sigma, in 40 digits."""
    X, y = np.arange(8.0), np.array([1.0, 3.1, 4.9, 7.2, 8.8, 11.1, 12.9, 90.0])
    model = pl.HuberRegression(epsilon=epsilon, alpha=0.01).fit(X[:, None], y)
    sign = np.sign(X * model.coef_[0] + model.intercept_ - y) * model.outliers_

    def equations(w, b, sigma):
        c = [epsilon * mpmath.mpf(e) if e else (w * x + b - t) / sigma
             for x, t, e in zip(X, y, sign, strict=True)]  # fmt: skip
        of_w = mpmath.fsum(2 * each * x for each, x in zip(c, X, strict=True))
        of_w += 2 * mpmath.mpf(0.01) * w
        return of_w, mpmath.fsum(c), len(y) - mpmath.fsum(each**2 for each in c)

    found = model.coef_[0], model.intercept_, model.scale_
    with mpmath.workdps(40):
        exact = mpmath.findroot(equations, found, tol=1e-30)
        np.testing.assert_allclose(found, np.array(exact, float).ravel(), rtol=1e-12)


def least_absolute(X, y):
    """The least sum of |y - Xw - b|, as a linear program."""
    (n, d), both = X.shape, np.eye(len(X))
    A = np.hstack([X, np.ones((n, 1)), both, -both])
    c = np.r_[np.zeros(d + 1), np.ones(2 * n)]
    bounds = [(None, None)] * (d + 1) + [(0, None)] * (2 * n)
    return linprog(c, A_eq=A, b_eq=y, bounds=bounds).fun


def on_a_plane(rng, X):
    y = X @ np.arange(1.0, 4) + 1
    return y + np.where(rng.random(len(y)) < 0.3, 5 * rng.standard_normal(len(y)), 0)


SHARP = {
    "epsilon is 1": (1.0, lambda rng, X: X[:, 0] + rng.standard_t(2, len(X))),
    "most rows on a plane": (1.35, on_a_plane),
    "most targets 0": (1.35, lambda rng, X: 1.0 * (rng.random(len(X)) < 0.2)),
    "counts": (1.1, lambda rng, X: rng.poisson(0.1, len(X)) * 1.0),
}


@pytest.mark.parametrize("case", SHARP.values(), ids=SHARP)
def test_without_a_scale_absolute_residuals_are_least(case, rng):
    """As sigma goes to 0, the cost goes to 2 epsilon sum |r|."""
    epsilon, target = case
    X = rng.standard_normal((100, 3))
    y = target(rng, X)
    model = pl.HuberRegression(epsilon=epsilon, alpha=0.0).fit(X, y)
    least = 2 * epsilon * least_absolute(X, y)
    assert model.scale_ < 1e-8
    assert model.history_[-1] == pytest.approx(least, rel=1e-7)
    assert cost(model, X, y) == pytest.approx(least, rel=1e-7)


@pytest.mark.parametrize("alpha", [0.1, 10.0])
def test_absolute_residuals_of_few_rows_are_never_worse_than_theirs(alpha, rng):
    X, y = np.round(rng.standard_normal((5, 11))), np.array([1.0, -2, 0, 1, -1])
    settings = {"alpha": alpha, "epsilon": 1.0}
    ours = pl.HuberRegression(**settings).fit(X, y)
    theirs = HuberRegressor(max_iter=10_000, tol=1e-9, **settings).fit(X, y)
    assert cost(ours, X, y) <= cost(theirs, X, y) * (1 + 1e-7)


def test_rows_on_a_plane_have_no_scale():
    X = np.arange(10.0)[:, None]
    model = pl.HuberRegression(alpha=0.0).fit(X, 2 * X[:, 0] + 1)
    np.testing.assert_allclose([*model.coef_, model.intercept_], [2, 1], rtol=1e-12)
    assert model.scale_ < 1e-8
    assert not model.outliers_.any()


def test_fewer_rows_than_columns_are_met_by_the_shortest_w(rng):
    """So little a penalty holds nothing back: Xw + b = y with the least |w|."""
    X, y = rng.standard_normal((20, 50)), rng.standard_normal(20)
    model = pl.HuberRegression().fit(X, y)
    np.testing.assert_allclose(model.predict(X), y, atol=1e-8)
    A = np.hstack([X, np.full((20, 1), 1e6)])  # of which b costs nothing, nearly
    w = np.linalg.lstsq(A, y)[0][:-1]
    np.testing.assert_allclose(model.coef_, w, atol=1e-7)
    assert not model.outliers_.any()


@pytest.mark.parametrize("far", [1e3, 1e12, 1e100, 1e300])
def test_how_far_an_outlier_is_does_not_matter(far, rng):
    X, y, _ = rows(rng, 100, 3)
    y[0] = 1e2
    near = pl.HuberRegression(alpha=0.0).fit(X, y)
    y[0] = far
    model = pl.HuberRegression(alpha=0.0).fit(X, y)
    np.testing.assert_allclose(model.coef_, near.coef_, rtol=1e-8)
    assert model.scale_ == pytest.approx(near.scale_, rel=1e-8)
    assert model.outliers_[0]


def test_outliers_are_those_beyond_epsilon_scales(rng):
    X, y, _ = rows(rng, 100, 3)
    y[:5] += 100
    model = pl.HuberRegression().fit(X, y)
    far = np.abs(y - model.predict(X)) > model.epsilon * model.scale_
    assert model.outliers_[:5].all()
    np.testing.assert_array_equal(model.outliers_, far)


def test_a_weight_is_how_often_a_row_counts(rng):
    X, y, _ = rows(rng, 60, 3)
    s = rng.integers(0, 4, 60)
    weighted = pl.HuberRegression().fit(X, y, s)
    repeated = pl.HuberRegression().fit(np.repeat(X, s, axis=0), np.repeat(y, s))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, rtol=1e-10)
    assert weighted.scale_ == pytest.approx(repeated.scale_, rel=1e-10)
    assert len(weighted.outliers_) == 60


@pytest.mark.parametrize("factor", [1e-200, 1e-12, 1e9, 1e200])
def test_units_of_the_target_do_not_matter(factor, rng):
    X, y, _ = rows(rng, 100, 3)
    one, other = (pl.HuberRegression(alpha=0.0).fit(X, y * f) for f in (1, factor))
    np.testing.assert_allclose(other.coef_, one.coef_ * factor, rtol=1e-10)
    assert other.scale_ == pytest.approx(one.scale_ * factor, rel=1e-10)
    np.testing.assert_array_equal(other.outliers_, one.outliers_)


def test_units_and_origins_of_the_columns_do_not_matter(rng):
    X, y, _ = rows(rng, 100, 3)
    units, origins = np.array([1e-170, 1.0, 1e170]), np.array([0, 1e6, 1e171])
    one = pl.HuberRegression(alpha=0.0).fit(X, y)
    other = pl.HuberRegression(alpha=0.0).fit(X * units + origins, y)
    np.testing.assert_allclose(other.coef_ * units, one.coef_, rtol=1e-8)
    assert other.scale_ == pytest.approx(one.scale_, rel=1e-8)


def test_repeated_columns_share_a_coefficient(rng):
    X, y, _ = rows(rng, 100, 3)
    one = pl.HuberRegression().fit(X, y)
    both = pl.HuberRegression(alpha=2e-4).fit(np.hstack([X, X]), y)
    np.testing.assert_allclose(2 * both.coef_, np.tile(one.coef_, 2), rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_are_their_array(dtype, rng):
    X = sparse.random_array((80, 5), density=0.4, rng=rng, format="csr").astype(dtype)
    y = X @ np.ones(5) + rng.standard_t(2, 80)
    full = pl.HuberRegression().fit(X.toarray(), y)
    expected = full.predict(X.toarray())
    held = pl.HuberRegression().fit(X, y)
    np.testing.assert_allclose(held.coef_, full.coef_, rtol=1e-5)
    np.testing.assert_allclose(held.predict(X), expected, rtol=1e-5)
    assert held.coef_.dtype == dtype


def test_wide_sparse_rows_are_not_filled_out(rng, monkeypatch):
    X = sparse.random_array((3000, 2000), density=0.01, rng=rng, format="csr")
    y = X @ rng.standard_normal(2000) + rng.standard_t(2, 3000)
    held = pl.HuberRegression(alpha=1.0)
    filled = []
    toarray = sparse.csr_array.toarray
    monkeypatch.setattr(
        sparse.csr_array, "toarray",
        lambda X, *more: filled.append(X.shape[0]) or toarray(X, *more),
    )  # fmt: skip
    held.fit(X, y).predict(X)
    assert max(filled, default=0) <= 512
    slope = 2 * held.alpha * held.coef_
    r = np.clip((held.predict(X) - y) / held.scale_, -1.35, 1.35)
    np.testing.assert_allclose(2 * X.T @ r + slope, 0, atol=1e-5)


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_it_tells_of_a_limit_that_came_first(limit, rng):
    X, y, _ = rows(rng, 100, 3)
    with pytest.warns(ConvergenceWarning, match=f"max_iter, {limit}"):
        model = pl.HuberRegression(max_iter=limit).fit(X, y)
    assert model.n_iter_ == len(model.history_) - 1 == limit


def test_it_goes_on_from_the_last_solution(rng):
    X, y, _ = rows(rng, 200, 5)
    model = pl.HuberRegression(warm_start=True).fit(X, y)
    w = model.coef_
    assert model.fit(X, y).n_iter_ <= 1
    np.testing.assert_allclose(model.coef_, w, rtol=1e-10)


def test_costs_only_fall(rng):
    X, y, _ = rows(rng, 100, 3)
    J = pl.HuberRegression().fit(X, y).history_
    assert (np.diff(J) <= 1e-12 * J[0]).all()


def test_a_saved_model_is_the_same(rng, tmp_path):
    X, y, _ = rows(rng, 50, 3)
    model = pl.HuberRegression().fit(X, y)
    pl.save(model, tmp_path / "model.safetensors")
    again = pl.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    np.testing.assert_array_equal(again.outliers_, model.outliers_)
    assert again.summary().frame.equals(model.summary().frame)


@pytest.mark.parametrize(
    ("d", "title"),
    [(1, "A line fits "), (2, "A plane fits "), (3, "3 features fit ")],
)
def test_its_picture_counts_the_outliers(d, title, rng):
    X, y, _ = rows(rng, 40, d)
    model = pl.HuberRegression().fit(X, y)
    figure = model.plot()
    text = figure.get_suptitle() or figure.axes[0].get_title(loc="left")
    assert title in text
    far = model.outliers_.sum()
    assert f"40 rows, the {far} farthest" in " ".join(text.split()) or far < 2


# -- in the place of scikit-learn's ---------------------------------------------------


def test_its_parameters_are_theirs():
    ours, theirs = map(inspect.signature, (pl.HuberRegression, HuberRegressor))
    assert [(p.name, p.kind, p.default) for p in ours.parameters.values()] == [
        (p.name, p.kind, p.default) for p in theirs.parameters.values()
    ]


VALUES = {
    "epsilon": [0.99, "1.35", None], "max_iter": [-1, 1.5], "alpha": [-1e-9, "x"],
    "warm_start": [1, None], "fit_intercept": ["yes", 0], "tol": [-1e-9, None],
}  # fmt: skip


@pytest.mark.parametrize(
    ("parameter", "value"),
    [(name, value) for name, values in VALUES.items() for value in values],
    ids=str,
)
def test_what_is_no_value_there_is_none_here(parameter, value):
    for kind in (pl.HuberRegression, HuberRegressor):
        with pytest.raises(ValueError, match=parameter):
            kind(**{parameter: value}).fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.0])


def test_it_has_what_theirs_has_after_a_fit(rng):
    X, y, s = rows(rng, 50, 3)
    ours, theirs = (
        kind().fit(X, y, s) for kind in (pl.HuberRegression, HuberRegressor)
    )
    learnt = {name for name in vars(theirs) if name.endswith("_")}
    assert learnt <= set(vars(ours))
    for name in learnt - {"n_iter_"}:
        assert np.shape(getattr(ours, name)) == np.shape(getattr(theirs, name))
    np.testing.assert_array_equal(ours.outliers_, theirs.outliers_)


@pytest.mark.parametrize("y", [np.zeros((3, 2)), [0.0, np.nan, 1.0], [0.0, 1.0]])
def test_targets_that_cannot_be_used_are_refused(y):
    for kind in (pl.HuberRegression, HuberRegressor):
        with pytest.raises(ValueError, match=r"y|samples|inconsistent"):
            kind().fit([[0.0], [1.0], [2.0]], y)
