"""Polynomial regression: the digits of exact arithmetic, by NIST and by fractions."""

import math
import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import sparse, stats
from sklearn.preprocessing import PolynomialFeatures
from test_linear import certified

import pellucid as pl
from pellucid.errors import ModelError

# -- certified values -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["Wampler1", "Wampler2", "Wampler3"])
def test_nist_certifies_coefficients_and_errors(name, data):
    path = data / "nist" / f"{name}.dat"
    rows, expected = certified(path)
    lines = [line.split() for line in path.read_text().splitlines()]
    errors = [float(line[2]) for line in lines if line and line[0] in BETAS]
    model = pl.PolynomialRegression(5).fit(rows[:, 1:], rows[:, 0])
    frame = model.summary().frame
    np.testing.assert_allclose(frame["estimate"], expected, rtol=1e-13)
    found = frame["standard error"]
    np.testing.assert_allclose(found, errors, rtol=1e-13, atol=1e-13 * expected.max())


BETAS = {f"B{j}" for j in range(6)}


# -- exact rational arithmetic --------------------------------------------------------


def exactly(P, y, s=None):
    """Least squares of columns: coefficients, (P'SP)^-1, and the squares left."""
    P = [[Fraction(v) for v in row] for row in P]
    y = [Fraction(v) for v in y.tolist()]
    s = [Fraction(1)] * len(y) if s is None else [Fraction(v) for v in s.tolist()]
    p, weighted = len(P[0]), list(zip(s, P, y, strict=True))
    A = [
        [sum(w * row[i] * row[j] for w, row, _ in weighted) for j in range(p)]
        + [sum(w * row[i] * v for w, row, v in weighted)]
        + [Fraction(i == j) for j in range(p)]
        for i in range(p)
    ]
    for i in range(p):
        pivot = next(k for k in range(i, p) if A[k][i])
        A[i], A[pivot] = A[pivot], A[i]
        A[i] = [a / A[i][i] for a in A[i]]
        for k in set(range(p)) - {i}:
            A[k] = [a - A[k][i] * b for a, b in zip(A[k], A[i], strict=True)]
    w = [row[p] for row in A]
    left = [v - sum(map(Fraction.__mul__, row, w)) for row, v in zip(P, y, strict=True)]
    squares = sum(a * r * r for a, r in zip(s, left, strict=True))
    return w, [row[p + 1 :] for row in A], squares


def monomials(X, degree, intercept):
    """The products of powers of rows as fractions, the constant first."""
    powers = PolynomialFeatures(degree, include_bias=intercept).fit(X).powers_.tolist()
    rows = [[Fraction(v) for v in row] for row in X.tolist()]
    return [
        [math.prod(v**k for v, k in zip(row, p, strict=True)) for p in powers]
        for row in rows
    ]


def years(rng):
    x = np.arange(1950.0, 2021.0, 3.0)
    return x[:, None], 3 + 0.1 * (x - 1980) ** 2 + rng.normal(size=len(x))


def near_a_million(rng):
    return 1e6 + rng.uniform(0, 1, (25, 1)), rng.normal(size=25)


def like_filip(rng):
    x = rng.uniform(-8.8, -3.1, 40).round(4)
    return x[:, None], (0.8 + 0.01 * np.sin(x) + 0.003 * rng.normal(size=40)).round(4)


def skewed(rng):
    x = rng.lognormal(0, 2, 30)
    return x[:, None], np.log(x)


def two(rng):
    X = rng.normal(size=(30, 2)) * [1, 1e-3] + [100, 5]
    return X, rng.normal(size=30)


def alike(rng):
    X = rng.normal(size=(30, 2)) * [1, 1e-2]
    return np.column_stack([X[:, 0], X.sum(axis=1)]), rng.normal(size=30)


def parallel(rng):
    x = rng.normal(size=30)
    return np.column_stack([x, x + 1e-4 * rng.normal(size=30)]), rng.normal(size=30)


def in_corners(rng):  # where x z is 1 but for little
    X = rng.choice([-1.0, 1.0], (30, 1)) + 1e-3 * rng.normal(size=(30, 2))
    return X, rng.normal(size=30)


def three(rng):
    return rng.normal(size=(25, 3)), rng.normal(size=25)


def single(rng):
    return rng.normal(size=(30, 2)).astype(np.float32), rng.normal(size=30)


def tiny(rng):
    return 1e-60 * rng.normal(size=(20, 1)), 1e90 * rng.normal(size=20)


PROBLEMS = [
    (years, 2), (years, 6), (years, 10), (near_a_million, 4), (like_filip, 10),
    (skewed, 6), (two, 4), (alike, 3), (parallel, 3), (in_corners, 2),
    (three, 2), (single, 3), (tiny, 3),
]  # fmt: skip


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weights"])
@pytest.mark.parametrize("intercept", [True, False], ids=["", "through 0"])
@pytest.mark.parametrize(
    ("problem", "degree"), PROBLEMS, ids=[f"{p.__name__} {d}" for p, d in PROBLEMS]
)
def test_coefficients_and_errors_are_those_of_fractions(
    problem, degree, intercept, weighted, rng
):
    X, y = problem(rng)
    s = rng.uniform(0.1, 9, len(y)) if weighted else None
    model = pl.PolynomialRegression(degree, fit_intercept=intercept).fit(X, y, s)
    w, inverse, left = exactly(monomials(X, degree, intercept), y, s)
    variance = left / (len(y) - len(w))
    frame = model.summary().frame
    found = [Fraction(v) for v in frame["estimate"]]
    wrong = [float(abs(a / b - 1)) for a, b in zip(found, w, strict=True)]
    assert max(wrong) < 1e-14
    digits = np.atleast_1d(model.digits_)[-len(w) :]
    own = np.maximum(wrong[-len(digits) :], 2.0**-53)
    assert (digits <= -np.log10(own) + 1e-9).all()
    errors = [Fraction(v) for v in frame["standard error"]]
    ratios = [float(e**2 / (inverse[j][j] * variance)) for j, e in enumerate(errors)]
    np.testing.assert_allclose(ratios, 1, rtol=1e-12)


def test_certainty_falls_where_rounding_is_magnified(rng):
    x = np.append(rng.uniform(0, 1, 30), 1e6)
    model = pl.PolynomialRegression(4).fit(x[:, None], y := rng.normal(size=31))
    w = exactly(monomials(x[:, None], 4, True), y)[0]
    wrong = np.abs(model.coef_ / np.array(w[1:], float) - 1)
    assert (model.digits_ <= -np.log10(wrong + 2.0**-54)).all()
    assert 0 < model.digits_.min() < 15


# -- statistics -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["classical", "HC0", "HC1", "HC2", "HC3"])
def test_statistics_are_those_of_statsmodels(kind, rng):
    X = rng.normal(size=(60, 2))
    y = X[:, 0] * X[:, 1] + (1 + np.abs(X[:, 0])) * rng.normal(size=60)
    theirs = sm.OLS(y, PolynomialFeatures(3).fit_transform(X)).fit(
        **({} if kind == "classical" else {"cov_type": kind, "use_t": True})
    )
    model = pl.PolynomialRegression(3).fit(X, y)
    summary = model.summary(covariance=kind)
    np.testing.assert_allclose(summary.frame["estimate"], theirs.params, rtol=1e-8)
    np.testing.assert_allclose(summary.frame["standard error"], theirs.bse, rtol=1e-8)
    np.testing.assert_allclose(summary.frame["p"], theirs.pvalues, rtol=1e-6)
    for name, value in {"AIC": theirs.aic, "r2": theirs.rsquared}.items():
        np.testing.assert_allclose(summary.figures[name], value, rtol=1e-8)
    influence = theirs.get_influence()
    rows = model.diagnostics().frame
    np.testing.assert_allclose(rows["leverage"], influence.hat_matrix_diag, rtol=1e-8)
    for of, what in (("target", "obs_ci"), ("mean", "mean_ci")):
        new = PolynomialFeatures(3).fit_transform(X[:5] * 1.1)
        frame = sm.OLS(y, PolynomialFeatures(3).fit_transform(X)).fit()
        frame = frame.get_prediction(new).summary_frame()
        expected = frame[[f"{what}_lower", f"{what}_upper"]]
        found = model.predict_interval(X[:5] * 1.1, of=of)
        np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_an_interval_knows_years(rng):
    X, y = years(rng)
    t = (X - 1985) / 35  # well conditioned
    near = pl.PolynomialRegression(4).fit(t, y).predict_interval(t)
    found = pl.PolynomialRegression(4).fit(X, y).predict_interval(X)
    np.testing.assert_allclose(found, near, rtol=1e-11)


# -- predictions ----------------------------------------------------------------------


@pytest.mark.parametrize("intercept", [True, False], ids=["", "through 0"])
@pytest.mark.parametrize(
    ("problem", "degree"), PROBLEMS, ids=[f"{p.__name__} {d}" for p, d in PROBLEMS]
)
def test_predictions_and_their_widths_are_those_of_fractions(
    problem, degree, intercept, rng
):
    X, y = problem(rng)
    w, inverse, left = exactly(monomials(X, degree, intercept), y)
    new = np.vstack([X[:4], X[4:6] + (X[4:6] - X[6:8]) / 16])
    model = pl.PolynomialRegression(degree, fit_intercept=intercept).fit(X, y)
    P, freedom = monomials(new, degree, intercept), len(y) - len(w)
    expected = [float(sum(map(Fraction.__mul__, row, w))) for row in P]
    size = 1e-14 * np.abs(y).max()
    np.testing.assert_allclose(model.predict(new), expected, rtol=1e-13, atol=size)
    h = [row @ np.array(inverse) @ row for row in np.array(P)]
    half = stats.t.ppf(0.975, freedom) * np.sqrt(
        np.array(h, float) * float(left) / freedom
    )
    low, high = model.predict_interval(new, of="mean").T
    np.testing.assert_allclose((high - low) / 2, half, rtol=1e-12)


def test_of_degree_1_it_is_linear_regression(rng):
    X, Y = rng.normal(size=(30, 3)), rng.normal(size=(30, 2))
    line = pl.LinearRegression().fit(X, Y)
    model = pl.PolynomialRegression(1).fit(X, Y)
    np.testing.assert_allclose(model.coef_, line.coef_, rtol=1e-14)
    np.testing.assert_allclose(model.intercept_, line.intercept_, rtol=1e-13)
    assert model.score(X, Y) == pytest.approx(line.score(X, Y))
    pd.testing.assert_frame_equal(model.summary().frame, line.summary().frame)


def test_terms_are_those_of_scikit_learn(rng):
    X = pd.DataFrame(rng.normal(size=(30, 3)), columns=["a", "b", "c"])
    model = pl.PolynomialRegression(3).fit(X, rng.normal(size=30))
    theirs = PolynomialFeatures(3, include_bias=False).fit(X)
    assert model.terms_.tolist() == theirs.get_feature_names_out().tolist()
    np.testing.assert_array_equal(model.powers_, theirs.powers_)


def test_a_cost_graph_gives_the_cost(rng):
    X, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    model = pl.PolynomialRegression().fit(X, y)
    J = model.graph_(model.coef_, model.intercept_, X, y)
    assert model.history_[-1] == pytest.approx(J)


# -- where rows do not tell all -------------------------------------------------------


def test_a_power_that_rows_do_not_tell_is_left_out(rng):
    X = np.column_stack([rng.integers(0, 2, 30), rng.normal(size=30)]).astype(float)
    y = rng.normal(size=30)
    model = pl.PolynomialRegression(2).fit(X, y)
    told = np.delete(PolynomialFeatures(2).fit_transform(X), 3, axis=1)
    theirs = sm.OLS(y, told).fit()
    np.testing.assert_allclose(np.delete(model.coef_, 2), theirs.params[1:], rtol=1e-9)
    assert model.coef_[2] == 0
    assert model.rank_ == 4
    unknown = np.isnan(model.digits_)
    assert unknown.tolist() == [True, False, True, False, False]  # x1 and x1^2
    errors = model.summary().frame["standard error"].to_numpy()[1:]
    np.testing.assert_array_equal(np.isnan(errors), unknown)


@pytest.mark.parametrize("centre", [0, 2000])
@pytest.mark.parametrize("intercept", [True, False], ids=["", "through 0"])
def test_squares_of_indicators_leave_other_terms_their_errors(intercept, centre, rng):
    a, b = np.tile([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]], 20)
    f, k = rng.integers(0, 2, 60), rng.poisson(3, 60)
    x = centre + rng.normal(size=60)
    X, y = np.column_stack([a, b, x, k, f]), rng.normal(size=60)
    frame = (
        pl.PolynomialRegression(2, fit_intercept=intercept).fit(X, y).summary().frame
    )
    names = {"x1 x3": a * x, "x2 x5": b * f, "x3": x, "x3^2": x**2, "x3 x4": x * k,
             "x4": k, "x4^2": k**2, "x4 x5": k * f}  # fmt: skip
    rest = [a, b, f, a * k, b * x, b * k, a * f, x * f, *[np.ones(60)] * intercept]
    columns = np.column_stack([*names.values(), *rest])
    w, inverse, left = exactly(columns.tolist(), y)
    own = np.diagonal(np.array(inverse))
    truth = np.sqrt([float(v * left / (60 - len(w))) for v in own])[: len(names)]
    np.testing.assert_allclose(frame.loc[[*names], "standard error"], truth, rtol=1e-9)
    unknown = frame.index[frame["standard error"].isna()]
    assert set(unknown) == {"x1", "x1^2", "x1 x2", "x2", "x2^2", "x5", "x5^2"}


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("degree", [2, 3, 7])
def test_through_three_points_goes_the_curve_of_least_degree(degree, intercept):
    x = np.array([[1.0], [2.0], [4.0]])
    model = pl.PolynomialRegression(degree, fit_intercept=intercept)
    model.fit(x, x[:, 0] ** 2)
    assert model.coef_.tolist() == [0, 1, *[0] * (degree - 2)]
    freedom = 3 - intercept - model.rank_
    assert np.isnan(model.predict_interval(x)).all() == (freedom == 0)
    assert any("r2 = 1" in note for note in model.notes_) == (freedom == 0)


@pytest.mark.parametrize(
    ("degree", "intercept", "expected"), [(0, True, 2.0), (0, False, 0.0)]
)
def test_of_degree_0_it_is_a_constant(degree, intercept, expected):
    model = pl.PolynomialRegression(degree, fit_intercept=intercept)
    model.fit([[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0])
    assert model.coef_.shape == (0,)
    assert model.predict([[9.0]]) == expected


def test_a_constant_feature_says_nothing(rng):
    x, y = rng.normal(size=(20, 1)), rng.normal(size=20)
    X = np.hstack([x, np.full((20, 1), 3.0)])
    found, alone = (pl.PolynomialRegression().fit(each, y) for each in (X, x))
    np.testing.assert_allclose(found.predict(X), alone.predict(x), rtol=1e-12)
    assert found.rank_ == 2


def test_a_row_of_weight_0_is_none_and_a_repeated_one_counts_twice(rng):
    X, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    s = np.append([0.0, 2.0], np.ones(18))
    weighted = pl.PolynomialRegression().fit(X, y, s)
    again = pl.PolynomialRegression().fit(
        np.vstack([X[1:], X[1]]), np.append(y[1:], y[1])
    )
    np.testing.assert_allclose(weighted.coef_, again.coef_, rtol=1e-13)


# -- refusals -------------------------------------------------------------------------

X3, Y3 = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 2.0, 0.0])


@pytest.mark.parametrize(
    ("model", "X", "message"),
    [
        (pl.PolynomialRegression(-1), X3, "degree to be a whole number from 0 up"),
        (pl.PolynomialRegression(1.5), X3, "degree to be a whole number"),
        (
            pl.PolynomialRegression(4),
            X3[:, [0] * 30],
            "at most 10,000 terms, got 46,375",
        ),
        (pl.PolynomialRegression(2), 1e200 * X3, r"coefficient of x\^2 .* 1e-4"),
        (pl.PolynomialRegression(2), 1e-200 * X3, r"coefficient of x\^2 .* 1e\+4"),
    ],
    ids=["negative", "half", "terms", "large", "small"],
)
def test_what_cannot_be_fitted_is_refused(model, X, message):
    with pytest.raises(ModelError, match=message):
        model.fit(X, Y3)


def test_sparse_rows_are_refused():
    with pytest.raises((TypeError, ModelError), match=r"[Ss]parse"):
        pl.PolynomialRegression().fit(sparse.csr_array(X3), Y3)


def test_a_feature_that_rounding_drowns_is_told():
    x = 1e9 + np.array([0.0, 1e-7, 2e-7, 3e-7])[:, None]
    with pytest.warns(RuntimeWarning, match="PolynomialRegression: x varies so little"):
        model = pl.PolynomialRegression().fit(x, [1.0, 2.0, 3.0, 5.0])
    assert model.coef_.tolist() == [0, 0]


# -- what is shown, and kept ----------------------------------------------------------


def test_a_formula_has_as_many_digits_as_its_terms_cancel(rng):
    X, y = years(rng)
    model = pl.PolynomialRegression().fit(pd.DataFrame(X, columns=["year"]), y)
    _, _, right = model.formula().partition(" = ")
    code = right.replace("year^2", "* year**2").replace("00 year", "00 * year")
    code = code.replace(" year ", " * year ").replace("\n", "")
    found = eval(code, {"year": X[:, 0]})  # the text as a person would compute it
    np.testing.assert_allclose(found, model.predict(model_rows(X)), atol=0.05)


def model_rows(X):
    return pd.DataFrame(X, columns=["year"])


def test_a_plot_says_where_the_curve_turns():
    x = np.linspace(-1, 3, 21)
    model = pl.PolynomialRegression().fit(x[:, None], (x - 1) ** 2 + 0.5)
    title = model.plot().axes[0].get_title(loc="left").replace("\n", " ")
    assert title == "A parabola is least at x = 1: 0.5 (r2 = 1.0000)"
    straight = pl.PolynomialRegression(3).fit(x[:, None], x**3)
    assert "A cubic explains 100.0%" in straight.plot().axes[0].get_title(loc="left")


def test_a_model_is_kept_whole(tmp_path, rng):
    X, Y = rng.normal(size=(30, 2)) + 50, rng.normal(size=(30, 2))
    model = pl.PolynomialRegression(3).fit(X, Y)
    pl.save(model, tmp_path / "model.safetensors")
    for again in (
        pl.load(tmp_path / "model.safetensors"), pickle.loads(pickle.dumps(model))
    ):  # fmt: skip
        np.testing.assert_array_equal(again.predict(X), model.predict(X))
        bounds = model.predict_interval(X)
        np.testing.assert_array_equal(again.predict_interval(X), bounds)
        assert str(again.summary()) == str(model.summary())
        assert again.formula() == model.formula()


def test_a_table_is_fitted_and_predicted():
    frame = pd.DataFrame({"pet": ["cat", "dog"] * 6, "age": range(12)})
    frame["kg"] = 2.0 * frame.age + (frame.pet == "dog") * frame.age
    model = pl.PolynomialRegression().fit(pl.rows(frame, target="kg"))
    np.testing.assert_allclose(model.predict(frame), frame.kg, atol=1e-12)
    assert "pet[dog] age" in model.terms_
