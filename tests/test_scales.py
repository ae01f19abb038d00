"""Columns and targets of any size that float64 holds: as good as those near 1."""

import re
from fractions import Fraction

import numpy as np
import pytest
import sklearn.linear_model

import pellucid as pl
from pellucid.errors import ModelError

# -- least squares: the same data, times exact powers of two ---------------------------

SCALES = {
    "columns of 1e-170": ([-565] * 3, 0),
    "columns of 1e170": ([565] * 3, 0),
    "columns of 1e-300": ([-997] * 3, 0),
    "columns of 1e300": ([995] * 3, 0),
    "columns 1e340 apart": ([-565, 0, 565], 0),
    "columns 1e600 apart": ([-997, 0, 995], 0),
    "y of 1e-200": ([0] * 3, -664),
    "y of 1e200": ([0] * 3, 664),
    "y of 1e300": ([0] * 3, 995),
    "all of 1e-300": ([-997] * 3, -997),
    "all of 1e300": ([995] * 3, 995),
    "each as it likes": ([-400, 17, 300], -250),
}
SETTINGS = [{}, {"fit_intercept": False}, {"positive": True}]


@pytest.fixture
def rows(rng):
    X = rng.normal(size=(40, 3))
    return X, X @ [1, 2, 0.5] + 3 + rng.normal(size=40) / 10, rng.uniform(0.5, 2, 40)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("name", SCALES)
def test_a_power_of_two_changes_no_digit(name, weighted, settings, rows):
    (e, f), (X, y, s) = SCALES[name], rows
    s = s if weighted else None
    plain = pl.LinearRegression(**settings).fit(X, y, s)
    X2, y2 = np.ldexp(X, e), np.ldexp(y, f)
    model = pl.LinearRegression(**settings).fit(X2, y2, s)
    assert np.array_equal(model.coef_, np.ldexp(plain.coef_, f - np.array(e)))
    assert model.intercept_ == np.ldexp(plain.intercept_, f)
    assert np.array_equal(model.predict(X2), np.ldexp(plain.predict(X), f))
    assert model.rank_ == plain.rank_
    assert model.score(X2, y2, s) == pytest.approx(plain.score(X, y, s), rel=1e-15)
    assert model.summary().figures["r2"] == plain.summary().figures["r2"]


@pytest.mark.parametrize("name", SCALES)
def test_several_targets_each_of_its_own_size(name, rows):
    (e, f), (X, y, _) = SCALES[name], rows
    Y, f = np.column_stack([y, y**2]), np.array([f, f // 2])
    plain = pl.LinearRegression().fit(X, Y)
    model = pl.LinearRegression().fit(np.ldexp(X, e), np.ldexp(Y, f))
    assert np.array_equal(model.coef_, np.ldexp(plain.coef_, f[:, None] - np.array(e)))
    assert np.array_equal(model.intercept_, np.ldexp(plain.intercept_, f))


@pytest.mark.parametrize("e", [-997, -565, 565, 995])
def test_singular_values_have_the_scale_of_the_columns(e, rows):
    X, y, _ = rows
    plain, model = (pl.LinearRegression().fit(np.ldexp(X, k), y) for k in (0, e))
    expected = np.ldexp(plain.singular_, e)
    np.testing.assert_allclose(model.singular_, expected, rtol=1e-13)


def test_singular_values_of_unlike_columns_are_those_of_blocks(rows):
    X, y, _ = rows
    model = pl.LinearRegression().fit(X * [1e-300, 1, 1e300], y)
    Z = X - X.mean(axis=0)
    alone = Z[:, 0] - Z[:, 1:] @ np.linalg.lstsq(Z[:, 1:], Z[:, 0])[0]
    middle = Z[:, 1] - Z[:, 2] * (Z[:, 1] @ Z[:, 2]) / (Z[:, 2] @ Z[:, 2])
    lengths = np.linalg.norm([Z[:, 2], middle, alone], axis=1)
    expected = lengths * [1e300, 1, 1e-300]
    np.testing.assert_allclose(model.singular_, expected, rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-170, 1e170, 1e-300, 1e300])
def test_exact_arithmetic_agrees_at_any_scale(scale, rng):
    X = rng.integers(-9, 9, (12, 2)) * np.array([scale, 1.0])
    y = rng.integers(-99, 99, 12).astype(float)
    model = pl.LinearRegression().fit(X, y)
    found = [model.intercept_, *model.coef_]
    np.testing.assert_allclose(found, exact(X, y), rtol=1e-15)


def exact(X, y):
    """The coefficients, the intercept first, in fractions."""
    A = [[Fraction(1), *map(Fraction, row)] for row in X.tolist()]
    columns = list(zip(*A, strict=True))
    rows = [
        [dot(a, b) for b in columns] + [dot(a, map(Fraction, y.tolist()))]
        for a in columns
    ]
    for i, pivot in enumerate(rows):
        pivot[:] = [v / pivot[i] for v in pivot]
        for row in rows[:i] + rows[i + 1 :]:
            row[:] = [a - row[i] * b for a, b in zip(row, pivot, strict=True)]
    return [float(row[-1]) for row in rows]


def dot(a, b):
    return sum(p * q for p, q in zip(a, b, strict=True))


# -- offsets --------------------------------------------------------------------------


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside another"])
@pytest.mark.parametrize("offset", [1e9, 1e12, 1e14, 1e15, 1e15 * 2.0**600], ids=str)
def test_an_offset_of_0_and_1_is_no_constant(offset, beside, rng):
    d, z = rng.integers(0, 2, 30) * max(1.0, offset / 1e15), rng.normal(size=30)
    X = np.column_stack([d + offset, z]) if beside else (d + offset)[:, None]
    y = 3 * (d > 0) + 2 * z
    model = pl.LinearRegression().fit(X, y)
    expected = exact(X, y)
    np.testing.assert_allclose(model.coef_, expected[1:], rtol=1e-14)
    assert model.intercept_ == pytest.approx(expected[0], rel=1e-14)


def test_what_rounding_drowns_is_told(rng):
    d, z = rng.integers(0, 2, 30), rng.normal(size=30)
    X = np.column_stack([z, d + 2.0**52])
    with pytest.warns(RuntimeWarning, match="x2 varies so little beside its size"):
        model = pl.LinearRegression().fit(X, z)
    np.testing.assert_allclose(model.coef_, [1, 0], rtol=1e-14)


def test_a_constant_column_has_no_say_and_no_warning(rng):
    z = rng.normal(size=20)
    model = pl.LinearRegression().fit(np.column_stack([z, np.full(20, 1e300)]), z)
    np.testing.assert_allclose(model.coef_, [1, 0], rtol=1e-14)


@pytest.mark.parametrize("e", [0, 400, -400])
def test_a_copy_in_another_unit_leaves_the_rest_alone(e, rng):
    a, c = rng.normal(size=(2, 30))
    X = np.ldexp(np.column_stack([a, a, c]), [0, 600, e])
    model = pl.LinearRegression().fit(X, 2 * a + 3 * c)
    assert model.rank_ == 2
    np.testing.assert_allclose(np.ldexp(model.coef_, [0, 600, e])[1:], [2, 3])
    np.testing.assert_allclose(model.predict(X), 2 * a + 3 * c)


# -- what float64 cannot hold ---------------------------------------------------------


@pytest.mark.parametrize(
    ("e", "f", "message"),
    [
        ([0, -800, 0], 800, "expected a coefficient of x2 from .* got one near 1e+48"),
        ([0, 0, 800], -800, "expected a coefficient of x3 from .* got one near 1e-48"),
        ([-1060, 0, 0], 0, "expected a coefficient of x1 from .* got one near 1e+3"),
        ([0, 0, 0], -1062, "expected a coefficient of x1 from .* got one near 1e-3"),
    ],
    ids=["too large", "too small", "columns below the normal floats", "such a y"],
)
def test_a_coefficient_out_of_range_is_refused_by_name(e, f, message, rows):
    X, y, _ = rows
    pattern = message.replace("+", r"\+")
    with pytest.raises(ModelError, match=pattern):
        pl.LinearRegression().fit(np.ldexp(X, e), np.ldexp(y, f))


def test_a_prediction_out_of_range_is_refused_by_row():
    model = pl.LinearRegression().fit([[0.0], [1.0]], [0.0, 1e10])
    with pytest.raises(ModelError, match=re.escape("row 2 is beyond what float64")):
        model.predict([[1.0], [1e300]])


def test_a_sum_may_pass_beyond_the_range_and_come_back():
    X = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]
    model = pl.LinearRegression().fit(X, [2.0, -2.0, 0.0, 0.0])
    assert model.predict([[1.5e308, 1.5e308]]) == 0


@pytest.mark.parametrize(
    ("y", "history"),
    [([1e200, 3e200], [np.inf, 0]), ([1e-200, 3e-200], [0, 0]),
     ([1e154, 1.1e154], [1.105e308, 0])],
    ids=["beyond", "below", "nearly beyond"],
)  # fmt: skip
def test_a_cost_that_float64_cannot_hold_is_inf_or_0(y, history):
    model = pl.LinearRegression().fit([[0.0], [1.0]], y)
    np.testing.assert_allclose(model.history_, history, atol=1e275)


# -- few rows, few columns, targets that do not vary -----------------------------------


@pytest.mark.parametrize(
    ("X", "y", "w", "b", "r2"),
    [
        ([[1.0]], [2.0], 0, 2, np.nan),
        ([[1.0], [2.0]], [3.0, 5.0], 2, 1, 1),
        ([[1.0], [1.0]], [3.0, 5.0], 0, 4, 0),
        ([[1.0], [2.0], [3.0]], [0.1] * 3, 0, 0.1, 1),
        ([[1.0], [2.0], [3.0]], [1e-310] * 3, 0, 1e-310, 1),
    ],
    ids=["one row", "two rows", "two equal rows", "constant y", "subnormal y"],
)
def test_small_tables(X, y, w, b, r2):
    model = pl.LinearRegression().fit(X, y)
    assert (model.coef_[0], model.intercept_) == (w, b)
    assert model.summary().figures["r2"] == pytest.approx(r2, nan_ok=True)


def test_no_columns_are_refused_as_scikit_learn_does():
    with pytest.raises(ValueError, match=r"Found array with 0 feature\(s\)"):
        pl.LinearRegression().fit(np.zeros((3, 0)), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("scale", [1e-30, 1e30], ids=str)
def test_single_precision_has_its_scales_too(scale, rng):
    X, y = rng.normal(size=(40, 2)).astype(np.float32), rng.normal(size=40)
    plain = pl.LinearRegression().fit(X, y)
    model = pl.LinearRegression().fit(X * np.float32(scale), y)
    np.testing.assert_allclose(model.coef_ * scale, plain.coef_, rtol=1e-6)


def test_a_double_target_stays_double_beside_single_columns(rng):
    X, y = rng.normal(size=(40, 2)).astype(np.float32), rng.normal(size=40) * 1e300
    model = pl.LinearRegression().fit(X, y)
    theirs = sklearn.linear_model.LinearRegression().fit(X.astype(float), y / 1e300)
    np.testing.assert_allclose(model.coef_ / 1e300, theirs.coef_, rtol=1e-12)


@pytest.mark.parametrize("s", [1e-320, 1e-170, 1e170, 1e308], ids=str)
def test_weights_have_no_scale(s, rows):
    X, y, _ = rows
    plain, model = (pl.LinearRegression().fit(X, y, np.full(40, v)) for v in (1, s))
    np.testing.assert_allclose(model.coef_, plain.coef_, rtol=1e-14)
    assert model.score(X, y, np.full(40, s)) == pytest.approx(plain.score(X, y))
    np.testing.assert_allclose(model.history_, plain.history_, rtol=1e-14)


# -- logistic regression --------------------------------------------------------------


@pytest.fixture(params=[2, 3], ids=["two classes", "three"])
def labelled(request, rng):
    X = rng.normal(size=(60, 3))
    z = X @ [1, -2, 0.5] + 0.3 + rng.logistic(size=60)
    return X, np.digitize(z, [-0.5, 1.0][: request.param - 1])


LOGISTIC = {name: e for name, (e, f) in SCALES.items() if f == 0}


@pytest.mark.parametrize("intercept", [True, False], ids=["b", "no b"])
@pytest.mark.parametrize("name", LOGISTIC)
def test_the_likeliest_line_has_no_scale(name, intercept, labelled):
    e, (X, y) = np.array(LOGISTIC[name]), labelled
    settings = {"C": np.inf, "fit_intercept": intercept}
    plain = pl.LogisticRegression(**settings).fit(X, y)
    model = pl.LogisticRegression(**settings).fit(np.ldexp(X, e), y)
    np.testing.assert_allclose(np.ldexp(model.coef_, e), plain.coef_, rtol=1e-9)
    np.testing.assert_allclose(model.intercept_, plain.intercept_, rtol=1e-9)
    p = model.predict_proba(np.ldexp(X, e))
    np.testing.assert_allclose(p, plain.predict_proba(X), rtol=1e-9)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0, 0.4])
@pytest.mark.parametrize("e", [512, 565, 995])
def test_beside_huge_columns_a_penalty_is_nothing(e, l1_ratio, labelled):
    X, y = labelled
    model = pl.LogisticRegression(l1_ratio=l1_ratio).fit(np.ldexp(X, e), y)
    plain = pl.LogisticRegression(C=np.inf).fit(X, y)
    p = model.predict_proba(np.ldexp(X, e))
    np.testing.assert_allclose(p, plain.predict_proba(X), rtol=1e-7)
    slopes = X.T @ (p - np.eye(p.shape[1])[y])
    np.testing.assert_allclose(slopes, 0, atol=1e-7)


@pytest.mark.parametrize("e", [-565, -997, -60])
def test_of_tiny_columns_a_weight_is_C_times_the_slope_at_0(e, labelled):
    X, y = np.ldexp(labelled[0], e), labelled[1]
    model = pl.LogisticRegression(C=3.0).fit(X, y)
    Y = np.eye(y.max() + 1)[y]
    expected = 3 * (Y - Y.mean(axis=0)).T @ X  # p is that of the intercept alone
    expected = expected[1:] if len(expected) == 2 else expected
    np.testing.assert_allclose(model.coef_, expected, rtol=1e-8)


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("e", [-500, -300, 300, 500])
def test_a_penalty_that_has_the_scale_of_the_columns(e, l1_ratio, labelled):
    X, y = labelled
    C = np.ldexp(1.0, -e if l1_ratio else -2 * e)
    plain = pl.LogisticRegression(l1_ratio=l1_ratio).fit(X, y)
    model = pl.LogisticRegression(l1_ratio=l1_ratio, C=C).fit(np.ldexp(X, e), y)
    np.testing.assert_allclose(np.ldexp(model.coef_, e), plain.coef_, rtol=1e-7)


@pytest.mark.parametrize("e", [565, 995, 1020])
def test_gradient_descent_says_that_it_cannot(e, labelled):
    X, y = labelled
    model = pl.LogisticRegression(solver="gradient-descent")
    message = 'the cost is .* at step .*; lower .* or take solver="auto"'
    with pytest.raises(ModelError, match=message):
        model.fit(np.ldexp(X, e), y)


def test_a_likeliest_weight_out_of_range_is_refused_by_name(labelled):
    X, y = labelled
    with pytest.raises(ModelError, match=r"a coefficient of x2 from .* 1e"):
        pl.LogisticRegression(C=np.inf).fit(np.ldexp(X, [0, -1050, 0]), y)


@pytest.mark.parametrize("x", [1e308, -1e308])
def test_far_away_a_class_is_sure(x, labelled):
    X, y = labelled
    model = pl.LogisticRegression(C=1e4).fit(X, y)
    p, logs = model.predict_proba([[x, -x, x]]), model.predict_log_proba([[x, -x, x]])
    assert sorted(p[0])[-1] == 1
    assert not np.isnan(logs).any()


# -- networks -------------------------------------------------------------------------

NETWORKS = [
    pl.MLPClassifier(random_state=0, max_iter=20),
    pl.MLPClassifier(random_state=0, max_iter=20, solver="lbfgs"),
    pl.MLPClassifier(random_state=0, max_iter=20, solver="sgd"),
    pl.MLPRegressor(random_state=0, max_iter=20),
    pl.MLPRegressor(random_state=0, max_iter=20, solver="lbfgs"),
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e154, 1e170, 1e300], ids=str)
@pytest.mark.parametrize(
    "model", NETWORKS, ids=lambda m: f"{type(m).__name__} {m.solver}"
)
def test_a_network_learns_or_says_to_scale(model, scale, labelled):
    X, y = labelled[0] * scale, labelled[1] % 2
    model = sklearn.base.clone(model)
    try:
        model.fit(X, y)
    except ModelError as error:
        assert "scale the features" in str(error)  # noqa: PT017
    else:
        assert np.isfinite(model.loss_)
        assert np.isfinite(model.predict(X)).all()


def test_a_target_beyond_single_precision_is_refused(rng):
    X = rng.normal(size=(20, 2)).astype(np.float32)
    with pytest.raises(ModelError, match="expected y to be numbers that float32 holds"):
        pl.MLPRegressor().fit(X, np.full(20, 1e300))


@pytest.mark.parametrize(
    "model", [pl.LogisticRegression(), *NETWORKS[2:4]], ids=lambda m: type(m).__name__
)
def test_weights_whose_sum_is_beyond_float64_are_refused(model, labelled):
    message = "expected weights whose sum float64 holds, got up to 1e\\+308; divide"
    with pytest.raises(ModelError, match=message):
        sklearn.base.clone(model).fit(*labelled, np.full(60, 1e308))


def test_early_stopping_ends_where_no_epoch_has_a_score(rng):
    X = rng.normal(size=(30, 2))
    model = pl.MLPRegressor(early_stopping=True, max_iter=3, tol=1.0, random_state=0)
    with pytest.warns(sklearn.exceptions.ConvergenceWarning):
        model.fit(X, X[:, 0] * 1e-200)
    assert np.isfinite(model.predict(X)).all()


def test_descent_refuses_a_start_from_which_the_cost_is_no_number(labelled):
    X, y = labelled
    settings = {"start": 0.01, "solver": "gradient-descent"}
    with (
        np.errstate(all="ignore"),
        pytest.raises(ModelError, match=r"the cost is .* learning_rate or start"),
    ):
        pl.LogisticRegression(**settings).fit(np.ldexp(X, 565), y)


def test_newton_begins_elsewhere_where_the_cost_of_the_start_is_no_number(labelled):
    X, y = labelled
    far = pl.LogisticRegression(start=0.01).fit(np.ldexp(X, 565), y)
    near = pl.LogisticRegression().fit(np.ldexp(X, 565), y)
    np.testing.assert_allclose(far.coef_, near.coef_, rtol=1e-9, atol=0)
