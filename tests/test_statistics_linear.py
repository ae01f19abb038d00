"""The statistics of linear regression, judged by statsmodels, NIST and mpmath."""

import pickle
import re
from pathlib import Path

import mpmath
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import scipy.stats
from exact import correct_digits

import pellucid as pl
from pellucid.errors import ModelError

sm = pytest.importorskip("statsmodels.api")
smf = pytest.importorskip("statsmodels.formula.api")
influence = pytest.importorskip("statsmodels.stats.outliers_influence")

HC = ["HC0", "HC1", "HC2", "HC3"]
WEIGHTED = {"ccard": lambda d: 1 / d.exog["INCOMESQ"]}
FIGURES = {
    "r2": "rsquared",
    "adjusted r2": "rsquared_adj",
    "F": "fvalue",
    "log likelihood": "llf",
    "AIC": "aic",
    "BIC": "bic",
    "degrees of freedom": "df_resid",
    "rows": "nobs",
}
SETS = ["longley", "stackloss", "statecrime", "engel", "ccard", "copper", "grunfeld",
        "star98", "scotland", "cpunish"]  # fmt: skip


def read(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """A data set of statsmodels': features, target, weights."""
    data = getattr(sm.datasets, name).load_pandas()
    X = data.exog.select_dtypes("number").to_numpy(float)
    y = np.asarray(data.endog, float).reshape(len(X), -1)[:, 0]
    s = WEIGHTED[name](data).to_numpy() if name in WEIGHTED else None
    return X, y, s


class Pair:
    """A fit of ours beside one of theirs."""

    def __init__(self, X, y, s=None, *, intercept=True):
        A = sm.add_constant(X, has_constant="add") if intercept else X
        self.theirs = (sm.OLS(y, A) if s is None else sm.WLS(y, A, s)).fit()
        self.ours = pl.LinearRegression(fit_intercept=intercept).fit(X, y, s)
        root = 1.0 if s is None else np.sqrt(s)
        self.whitened = sm.OLS(y * root, (A.T * root).T).fit()  # OLSInfluence has no s
        self.X, self.A, self.s = X, A, s


@pytest.fixture(scope="module", params=[*SETS, "stackloss without intercept"])
def pair(request) -> Pair:
    name, _, without = request.param.partition(" ")
    return Pair(*read(name), intercept=not without)


def test_estimates_are_those_of_statsmodels(pair):
    frame, theirs = pair.ours.summary().frame, pair.theirs
    close = np.testing.assert_allclose
    close(frame["estimate"], theirs.params, rtol=1e-8)
    close(frame["standard error"], theirs.bse, rtol=1e-8)
    close(frame["t"], theirs.tvalues, rtol=1e-8)
    close(frame["p"], theirs.pvalues, rtol=1e-6)
    close(frame[["lower", "upper"]], theirs.conf_int(), rtol=1e-8)


@pytest.mark.parametrize("level", [0.5, 0.999])
def test_a_level_is_that_of_the_intervals(pair, level):
    frame = pair.ours.summary(level=level).frame
    theirs = pair.theirs.conf_int(alpha=1 - level)
    np.testing.assert_allclose(frame[["lower", "upper"]], theirs, rtol=1e-8)


def test_figures_are_those_of_statsmodels(pair):
    figures, theirs = pair.ours.summary().figures, pair.theirs
    ours = [figures[name] for name in FIGURES]
    expected = [getattr(theirs, name) for name in FIGURES.values()]
    np.testing.assert_allclose(ours, expected, rtol=1e-8)
    assert figures["p (F)"] == pytest.approx(theirs.f_pvalue, rel=1e-6)
    sigma = figures["residual standard error"]
    assert sigma == pytest.approx(np.sqrt(theirs.mse_resid), rel=1e-8)


@pytest.mark.parametrize("kind", HC)
def test_robust_errors_are_those_of_statsmodels(pair, kind):
    summary = pair.ours.summary(covariance=kind)
    theirs = pair.theirs.get_robustcov_results(kind, use_t=True)
    np.testing.assert_allclose(summary.frame["standard error"], theirs.bse, rtol=1e-8)
    np.testing.assert_allclose(summary.frame["p"], theirs.pvalues, rtol=1e-6)
    assert summary.figures["F"] == pytest.approx(theirs.fvalue, rel=1e-8)
    assert summary.figures["p (F)"] == pytest.approx(theirs.f_pvalue, rel=1e-6)


def test_each_row_is_told_as_by_statsmodels(pair):
    frame, of = pair.ours.diagnostics().frame, influence.OLSInfluence(pair.whitened)
    theirs = {
        "fitted": pair.theirs.fittedvalues,
        "residual": pair.theirs.resid,
        "standardised": of.resid_studentized_internal,
        "studentised": of.resid_studentized_external,
        "leverage": of.hat_matrix_diag,
        "Cook's distance": of.cooks_distance[0],
    }
    for name, column in theirs.items():
        np.testing.assert_allclose(frame[name], column, rtol=1e-8, err_msg=name)
    assert frame.index.tolist() == [*range(1, len(pair.X) + 1)]


def test_intervals_of_predictions_are_those_of_statsmodels(pair):
    bounds = pair.theirs.get_prediction(pair.A[:9], weights=np.ones(9)).summary_frame()
    mean = bounds[["mean_ci_lower", "mean_ci_upper"]]
    new = bounds[["obs_ci_lower", "obs_ci_upper"]]
    ours = pair.ours.predict_interval
    np.testing.assert_allclose(ours(pair.X[:9], of="mean"), mean, rtol=1e-8)
    np.testing.assert_allclose(ours(pair.X[:9]), new, rtol=1e-8)


# -- tables with categories -----------------------------------------------------------


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Grunfeld's investments, of the firms by their names."""
    path = tmp_path_factory.mktemp("table") / "grunfeld.csv"
    data = sm.datasets.grunfeld.load_pandas().data
    data.drop(columns="year").to_csv(path, index=False)
    return path


@pytest.mark.parametrize("kind", ["classical", *HC])
def test_a_table_with_categories_is_fitted_as_a_formula(table, kind):
    ours = pl.LinearRegression().fit(pl.rows(table, target="invest"))
    frame, raw = ours.summary(covariance=kind).frame, pd.read_csv(table)
    theirs = smf.ols("invest ~ value + capital + C(firm)", raw).fit()
    if kind in HC:
        theirs = theirs.get_robustcov_results(kind, use_t=True)
    named = {f"C(firm)[T.{firm}]": f"firm[{firm}]" for firm in raw["firm"]}
    named |= {"Intercept": "intercept"}
    order = [named.get(name, name) for name in theirs.model.exog_names]
    for column, values in (("estimate", theirs.params), ("standard error", theirs.bse)):
        np.testing.assert_allclose(frame.loc[order, column], values, rtol=1e-8)


# -- certified values and exact arithmetic --------------------------------------------

CERTIFIED = r"\s+B\d+\s+(\S+)\s+(\S+)"


def nist(path: Path) -> tuple[list[str], np.ndarray, np.ndarray]:
    lines = path.read_text("ascii").splitlines()
    first = max(i for i, line in enumerate(lines) if line.startswith("Data:")) + 1
    data = np.array([line.split() for line in lines[first:] if line.strip()], float)
    powers = np.arange(1, 6) if path.stem.startswith("Wampler") else 1
    return lines[:first], data[:, 1:] ** powers, data[:, 0]


def certified(lines: list[str], pattern: str) -> list[str]:
    return [m[1] for line in lines if (m := re.match(pattern, line))]


NIST = ["Longley", "NoInt1", "NoInt2", "Norris", "Wampler1", "Wampler2", "Wampler3"]


@pytest.mark.parametrize("name", NIST)
def test_nist_certifies_the_digits(name, data):
    head, X, y = nist(data / "nist" / f"{name}.dat")
    intercept = not name.startswith("NoInt")
    summary = pl.LinearRegression(fit_intercept=intercept).fit(X, y).summary()
    frame, figures = summary.frame, summary.figures
    pairs = np.array([m.groups() for line in head if (m := re.match(CERTIFIED, line))])
    estimate, error = pairs.astype(float).T
    sigma = float(certified(head, r"\s+Standard Deviation\s+(\S+)")[0])
    r2 = float(certified(head, r"\s+R-Squared\s+(\S+)")[0])
    F = certified(head, r"Regression\s+\d+\s+\S+\s+\S+\s+(\S+)")[0]
    assert correct_digits(frame["estimate"], estimate) >= 9
    assert correct_digits(figures["r2"], r2) >= 8
    if sigma:
        assert correct_digits(frame["standard error"], error) >= 8
        assert correct_digits(figures["residual standard error"], sigma) >= 8
        assert correct_digits(figures["F"], float(F)) >= 8
    else:  # what the rounding of y to float64 leaves
        assert F == "Infinity"
        assert figures["residual standard error"] < 1e-14 * np.max(y)
        assert (frame["standard error"] < 1e-12 * estimate).all()


def exactly(X, y, s, intercept, new=()):
    """Errors, sums of squares, HC3, leverage, standardised residuals in 60 digits.

    And the errors of predictions for new rows.
    """
    ones = np.ones((len(y), int(intercept)))
    new = [mpmath.matrix([[1.0] * intercept + row]) for row in np.array(new).tolist()]
    with mpmath.workdps(60):
        A = mpmath.matrix(np.hstack([ones, X]).tolist())
        q = mpmath.diag([mpmath.sqrt(float(w)) for w in s])
        A, Y = q * A, q * mpmath.matrix(y.tolist())
        inverse = (A.T * A) ** -1
        w = inverse * (A.T * Y)
        r = Y - A * w
        n, p = A.rows, A.cols
        s2 = sum(e**2 for e in r) / (n - p)
        P = A * inverse
        h = [sum(P[i, j] * A[i, j] for j in range(p)) for i in range(n)]
        hc3 = [
            sum((P[i, j] * r[i] / (1 - h[i])) ** 2 for i in range(n)) for j in range(p)
        ]
        return {
            "classical": [mpmath.sqrt(s2 * inverse[j, j]) for j in range(p)],
            "sums": [w[j] ** 2 / inverse[j, j] for j in range(p)][-X.shape[1] :],
            "HC3": [mpmath.sqrt(v) for v in hc3],
            "leverage": h,
            "new rows": [mpmath.sqrt(s2 * (x * inverse * x.T)[0]) for x in new],
            "standardised": [r[i] / mpmath.sqrt(s2 * (1 - h[i])) for i in range(n)],
        }


def near(rng, by, n=24):
    Z = rng.normal(size=(n, 2))
    return np.column_stack([Z, Z[:, 0] + by * rng.normal(size=n)])


HARD = {
    "offsets of 1e9": lambda rng: rng.normal(size=(24, 2)) + 1e9,
    "condition 1e5": lambda rng: near(rng, 1e-5),
    "condition 1e9": lambda rng: near(rng, 1e-9),
    "condition 1e11": lambda rng: near(rng, 1e-11),
    "steps from 1e6": lambda rng: (1e6 + np.arange(24.0))[:, None] ** [1, 2],
    "powers to 8": lambda rng: np.linspace(1, 2, 24)[:, None] ** np.arange(1, 9),
}


@pytest.mark.filterwarnings("ignore:LinearRegression")
@pytest.mark.parametrize("intercept", [True, False], ids=["", "no intercept"])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("name", HARD)
def test_errors_keep_their_digits_where_columns_are_nearly_dependent(
    name, weighted, intercept, rng
):
    X, y = HARD[name](rng), rng.normal(size=24)
    s = rng.uniform(0.1, 10, 24) if weighted else np.ones(24)
    model = pl.LinearRegression(fit_intercept=intercept).fit(X, y, s)
    truth, rows = exactly(X, y, s, intercept), model.diagnostics().frame
    for kind in ("classical", "HC3"):
        errors = model.summary(covariance=kind).frame["standard error"]
        assert correct_digits(errors, truth[kind]) >= 12, kind
    for column in ("leverage", "standardised"):
        assert correct_digits(rows[column], truth[column]) >= 11, column
    sums = model.anova().frame["sum of squares"][:-1]
    assert correct_digits(sums, truth["sums"]) >= 12


@pytest.mark.filterwarnings("ignore:LinearRegression")
@pytest.mark.parametrize("intercept", [True, False], ids=["", "no intercept"])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
@pytest.mark.parametrize("name", HARD)
def test_widths_keep_their_digits_at_new_rows(name, weighted, intercept, rng):
    X, y = HARD[name](rng), rng.normal(size=24)
    s = 1e7 * rng.uniform(0.1, 10, 24) if weighted else np.ones(24)
    model = pl.LinearRegression(fit_intercept=intercept).fit(X, y, s)
    between = X[4:7] + (X[7:10] - X[4:7]) / 4
    new = np.vstack([X[:3], between, 1.01 * X[:2], 1e9 * X[:1], 0 * X[:1]])
    new = new if intercept else new[:-1]
    truth = exactly(X, y, s, intercept, new)["new rows"]
    half = scipy.stats.t.ppf(0.975, 24 - X.shape[1] - intercept) * np.array(
        truth, float
    )
    low, high = model.predict_interval(new, of="mean").T
    rounding = np.finfo(float).eps * np.maximum(abs(low), abs(high))
    assert (abs((high - low) / 2 - half) <= 1e-12 * half + rounding).all()


def test_p_is_told_far_in_the_tail():
    X = np.arange(60.0)[:, None]
    y = X[:, 0] + np.where(np.arange(60) % 2, 1e-3, -1e-3)
    row = pl.LinearRegression().fit(X, y).summary().frame.loc["x"]
    with mpmath.workdps(40):
        t = mpmath.mpf(row["t"])
        p = mpmath.betainc(29, 0.5, 0, 58 / (58 + t**2), regularized=True)
        assert 0 < float(p) < 1e-200
        assert abs(row["p"] / p - 1) < 1e-6


# -- what rows do not determine, and what is nan --------------------------------------


@pytest.fixture
def few(rng):
    X = rng.normal(size=(12, 2))
    return X, X @ [1.0, 2.0] + rng.normal(size=12)


def told(model, kind="classical"):
    errors = model.summary(covariance=kind).frame["standard error"]
    return errors.notna().tolist()


@pytest.mark.parametrize("kind", ["classical", "HC1"])
def test_a_trap_of_dummies_leaves_the_others_their_errors(kind, few):
    X, y = few
    a = (X[:, 0] > 0).astype(float)
    trap = np.column_stack([a, 1 - a, X[:, 1]])
    model = pl.LinearRegression().fit(trap, y)
    assert told(model, kind) == [False, False, False, True]
    free = pl.LinearRegression().fit(trap[:, 1:], y).summary(covariance=kind)
    summary = model.summary(covariance=kind)
    np.testing.assert_allclose(
        summary.frame.loc["x3"].to_numpy(float),
        free.frame.loc["x2"].to_numpy(float),
        rtol=1e-10,
    )
    assert summary.figures["F"] == pytest.approx(free.figures["F"])
    assert summary.figures["AIC"] == pytest.approx(free.figures["AIC"])
    without = pl.LinearRegression(fit_intercept=False).fit(trap, y)
    assert told(without, kind) == [True, True, True]


@pytest.mark.parametrize(
    ("column", "intercept", "expected"),
    [
        (3.0, True, [False, True, True, False]),
        (0.0, True, [True, True, True, False]),
        (3.0, False, [True, True, True]),
        (0.0, False, [True, True, False]),
    ],
)
def test_a_constant_column_is_known_apart_from_the_intercept_or_not(
    column, intercept, expected, few
):
    X = np.column_stack([few[0], np.full(12, column)])
    model = pl.LinearRegression(fit_intercept=intercept).fit(X, few[1])
    assert told(model) == expected


def test_a_column_of_ones_is_an_intercept(few):
    X, y = few
    ones = pl.LinearRegression(fit_intercept=False).fit(np.insert(X, 0, 1, axis=1), y)
    ours, expected = ones.summary(), pl.LinearRegression().fit(X, y).summary()
    skipped = {"features"}
    same = [name for name in expected.figures if name not in skipped]
    a, b = ([s.figures[name] for name in same] for s in (ours, expected))
    np.testing.assert_allclose(a, b, rtol=1e-12)
    assert ours.notes == expected.notes


def test_without_an_intercept_the_summary_says_what_r2_compares_with(few):
    summary = pl.LinearRegression(fit_intercept=False).fit(*few).summary()
    assert "There is no intercept, so r2 and F compare the fit with 0" in str(summary)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_no_freedom_left_is_nan_and_no_warning(n, few):
    X, y = few[0][:n], few[1][:n]
    model = pl.LinearRegression().fit(X, y)
    for kind in ("classical", *HC):
        summary = model.summary(covariance=kind)
        assert (
            summary.frame[["standard error", "t", "p", "lower"]].isna().all(axis=None)
        )
        names = ("F", "p (F)", "adjusted r2", "residual standard error", "AIC", "BIC")
        assert np.isnan([summary.figures[name] for name in names]).all()
    assert summary.figures["degrees of freedom"] == 0
    rows = model.diagnostics().frame
    assert (rows["residual"] == 0).all()
    assert rows[["standardised", "studentised"]].isna().all(axis=None)


def test_more_columns_than_rows_tell_no_errors(rng):
    summary = (
        pl.LinearRegression().fit(rng.normal(size=(5, 9)), np.arange(5.0)).summary()
    )
    assert summary.frame["standard error"].isna().all()
    assert not any("sparse" in note for note in summary.notes)


def test_a_perfect_fit_has_no_error():
    model = pl.LinearRegression().fit(np.arange(8.0)[:, None], 2 * np.arange(8.0) + 1)
    for kind in ("classical", "HC3"):
        summary = model.summary(covariance=kind)
        assert summary.frame["standard error"].tolist() == [0, 0]
        assert (summary.figures["F"], summary.figures["p (F)"]) == (np.inf, 0)
    assert (model.diagnostics().frame["residual"] == 0).all()


def test_a_row_that_decides_alone_has_no_hc3_and_it_is_said(few):
    X = np.column_stack([few[0][:, 0], np.arange(12) == 4])
    model = pl.LinearRegression().fit(X, few[1])
    summary = model.summary(covariance="HC3")
    assert summary.frame["standard error"].isna().all()
    assert "HC3 has no value, as some row alone decides" in str(summary)
    assert told(model, "HC1") == [True, True, True]
    row = model.diagnostics().frame.loc[5]
    assert (row["leverage"], row["residual"]) == (1, 0)
    assert np.isnan(row["Cook's distance"])


# -- weights, targets, kinds of arrays ------------------------------------------------


def test_a_factor_of_all_weights_changes_no_error(few, rng):
    s = rng.uniform(0.5, 2, 12)
    fits = [
        pl.LinearRegression().fit(*few, s * by) for by in (1.0, 2.0**-900, 4.0**400)
    ]
    for kind in ("classical", "HC3"):
        one, *others = (fit.summary(covariance=kind).frame for fit in fits)
        for other in others:
            np.testing.assert_allclose(other, one, rtol=1e-12)
    assert fits[0].summary().figures["weights"] == "inverse variances"
    assert "weights" not in pl.LinearRegression().fit(*few).summary().figures


def test_a_row_of_weight_0_is_no_row_and_the_others_keep_their_numbers(few):
    X, y = few
    s = np.ones(12)
    s[3] = 0
    model, kept = pl.LinearRegression().fit(X, y, s), np.delete(np.arange(12), 3)
    plain = pl.LinearRegression().fit(X[kept], y[kept])
    assert model.summary().frame.equals(plain.summary().frame)
    rows = model.diagnostics().frame
    assert rows.index.tolist() == (kept + 1).tolist()
    np.testing.assert_allclose(rows, plain.diagnostics().frame, rtol=1e-12)


@pytest.mark.parametrize("kind", ["classical", *HC])
def test_each_target_is_told_as_if_alone(kind, few):
    X, y = few
    Y = np.column_stack([y, y**2 * 1e200, np.exp(X[:, 0]) * 1e-200])
    model = pl.LinearRegression().fit(X, Y)
    summary, rows = model.summary(covariance=kind), model.diagnostics().frame
    for i in range(3):
        alone = pl.LinearRegression().fit(X, Y[:, i])
        one = alone.summary(covariance=kind)
        own = summary.frame.loc[f"y{i + 1}"]
        np.testing.assert_allclose(own, one.frame, rtol=1e-9)
        names = ("r2", "adjusted r2", "residual standard error", "F", "BIC")
        figures = [summary.figures[name][i] for name in names]
        np.testing.assert_allclose(figures, [one.figures[n] for n in names], rtol=1e-9)
        np.testing.assert_allclose(
            rows.loc[f"y{i + 1}"], alone.diagnostics().frame, rtol=1e-7, atol=1e-12
        )


KINDS = {
    "float32": lambda X: X.astype(np.float32),
    "sparse": scipy.sparse.csr_matrix,
    "frame": pd.DataFrame,
    "by columns": np.asfortranarray,
}


@pytest.mark.parametrize("kind", KINDS)
def test_arrays_of_any_kind_are_told_alike(kind, rng):
    X = rng.integers(-3, 3, size=(500, 3)).astype(float)
    y = X @ [1.0, 2.0, 0.0] + rng.integers(-2, 2, size=500)
    plain = pl.LinearRegression().fit(X, y)
    model = pl.LinearRegression().fit(KINDS[kind](X), y)
    for covariance in ("classical", "HC3"):
        ours, expected = (m.summary(covariance=covariance) for m in (model, plain))
        np.testing.assert_allclose(ours.frame, expected.frame, rtol=1e-9)
    np.testing.assert_allclose(
        model.diagnostics().frame, plain.diagnostics().frame, rtol=1e-9, atol=1e-12
    )


def test_many_rows_are_told_in_blocks(rng):
    X = rng.normal(size=(30_000, 3))
    y = X.sum(axis=1) + rng.normal(size=30_000) * np.abs(X[:, 0])
    A = np.insert(X, 0, 1.0, axis=1)
    Q, R = np.linalg.qr(A)
    h, r = np.sum(Q**2, axis=1), y - Q @ (Q.T @ y)
    meat = np.linalg.solve(R, (Q * (r / (1 - h))[:, None]).T)
    model = pl.LinearRegression().fit(X, y)
    rows = model.diagnostics().frame
    np.testing.assert_allclose(rows["leverage"], h, rtol=1e-10)
    np.testing.assert_allclose(rows["residual"], r, atol=1e-12)
    errors = model.summary(covariance="HC3").frame["standard error"]
    np.testing.assert_allclose(errors, np.linalg.norm(meat, axis=1), rtol=1e-10)


@pytest.mark.parametrize("e", [(500, -560), (-500, 560)], ids=str)
def test_scales_change_no_digit_of_errors(e, few):
    X, y = few
    plain = pl.LinearRegression().fit(X, y)
    model = pl.LinearRegression().fit(np.ldexp(X, e), np.ldexp(y, 300))
    by = np.ldexp(1.0, 300 - np.array([0, *e]))
    for kind in ("classical", *HC):
        ours, expected = (m.summary(covariance=kind) for m in (model, plain))
        for name in ("standard error", "lower"):
            np.testing.assert_allclose(
                ours.frame[name] / by, expected.frame[name], rtol=1e-13
            )
        np.testing.assert_allclose(ours.frame["t"], expected.frame["t"], rtol=1e-13)
        assert ours.figures["F"] == pytest.approx(expected.figures["F"], rel=1e-12)
    moved = 300 * 2 * 12 * np.log(2)  # of -2 log L, n log of the variance
    AIC = model.summary().figures["AIC"]
    assert pytest.approx(plain.summary().figures["AIC"] + moved, rel=1e-13) == AIC
    np.testing.assert_allclose(
        model.diagnostics().frame["studentised"],
        plain.diagnostics().frame["studentised"],
        rtol=1e-12,
    )


def test_a_bound_is_no_basis_of_errors_and_it_is_said(few):
    X, y = few
    model = pl.LinearRegression(positive=True).fit(X, -y)
    assert model.notes_[0].startswith("The errors, tests and intervals are those of")
    residual = model.diagnostics().frame["residual"]
    np.testing.assert_allclose(residual, -y - model.predict(X), atol=1e-14)


# -- files ----------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["file", "pickle"])
@pytest.mark.parametrize("intercept", [True, False], ids=["", "no intercept"])
def test_a_model_from_a_file_tells_the_same(way, intercept, rng, tmp_path):
    X, y, s = near(rng, 1e-9), rng.normal(size=24), rng.uniform(0.5, 2, 24)
    model = pl.LinearRegression(fit_intercept=intercept).fit(X, y, s)
    if way == "file":
        pl.save(model, tmp_path / "model")
        again = pl.load(tmp_path / "model")
    else:
        again = pickle.loads(pickle.dumps(model))
    ours, expected = again.summary(), model.summary()
    assert ours.frame.equals(expected.frame)
    assert ours.figures == expected.figures
    bounds = (m.predict_interval(X[:3], of="mean") for m in (again, model))
    assert np.array_equal(*bounds)
    assert str(pickle.loads(pickle.dumps(again)).summary()) == str(expected)
    for use in (again.diagnostics, lambda: again.summary(covariance="HC0")):
        with pytest.raises(ModelError, match="got one from a file; fit it again"):
            use()


def test_a_second_fit_forgets_the_first(few):
    X, y = few
    model = pl.LinearRegression().fit(X, -y)
    model.summary()
    again = pickle.loads(pickle.dumps(model)).fit(X, y)
    model.fit(X, y)
    expected = pl.LinearRegression().fit(X, y).summary()
    assert str(model.summary()) == str(again.summary()) == str(expected)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"level": 95}, "expected level to be a number between 0 and 1"),
        ({"covariance": "HC4"}, "expected covariance to be one of 'classical', 'HC0'"),
    ],
)
def test_what_a_summary_cannot_be_of_is_said(settings, message, few):
    with pytest.raises(ModelError, match=message):
        pl.LinearRegression().fit(*few).summary(**settings)


def test_an_interval_is_of_the_target_or_its_mean(few):
    with pytest.raises(ModelError, match="expected of to be one of 'target', 'mean'"):
        pl.LinearRegression().fit(*few).predict_interval(few[0], of="median")
