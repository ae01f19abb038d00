"""Errors, tests and likelihoods of classes and counts: statsmodels, 50 digits, by hand.

statsmodels gives HC0 of such models under all four names; HC1 to HC3 are here those of
R's sandwich (Zeileis 2006), checked against their definition row by row.
"""

from __future__ import annotations

import pickle

import mpmath
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import linalg, sparse, stats

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models import by_likelihood
from pellucid.statistics import likelihood
from pellucid.statistics.families import Classes, Counts

NEWTON = {"disp": 0, "method": "newton", "tol": 1e-14, "maxiter": 100}
IRLS = {"tol": 1e-15, "maxiter": 200}
KINDS = ["classical", "HC0", "HC1", "HC2", "HC3"]


def classes(X, y, s=None, **settings):
    return pl.LogisticRegression(C=np.inf, **settings).fit(X, y, sample_weight=s)


def counts(X, y, s=None, **settings):
    return pl.PoissonRegression(alpha=0.0, **settings).fit(X, y, sample_weight=s)


# -- statsmodels' data sets -----------------------------------------------------------


def table(name):
    return getattr(sm.datasets, name).load_pandas()


def spector():
    data = table("spector")
    return data.exog, data.endog


def heart():
    data = table("heart")
    return pd.DataFrame(data.exog), data.censors


def affairs():
    data = table("fair")
    return data.exog, (data.endog > 0).astype(int)


def owners():
    data = table("ccard").data
    return data[["AGE", "INCOME", "AVGEXP"]], data["OWNRENT"].astype(int)


def parties():
    data = table("anes96")
    return data.exog, data.endog.astype(int)


def travellers():
    data = table("modechoice").data
    chosen = data[data["choice"] == 1]
    return chosen[["hinc", "psize"]], chosen["mode"].astype(int)


def schools():
    """Shares of pupils as two rows of a school, with their numbers as weights."""
    data = table("star98")
    s = data.endog.to_numpy().T.ravel()
    X = pd.concat([data.exog, data.exog], ignore_index=True)[s > 0]
    y = np.repeat([1, 0], len(data.exog))[s > 0]
    return X, y, s[s > 0]


def visits():
    data = table("randhie")
    return data.exog, data.endog


def executions():
    data = table("cpunish")
    return data.exog, data.endog


def votes():
    data = table("scotland")
    return data.exog, data.endog


def weighted():
    X, y = executions()
    return X, y, np.arange(len(y)) % 3 + 1.0


DISCRETE = {
    "spector": (spector, sm.Logit),
    "heart": (heart, sm.Logit),
    "fair": (affairs, sm.Logit),
    "ccard": (owners, sm.Logit),
    "anes96": (parties, sm.MNLogit),
    "modechoice": (travellers, sm.MNLogit),
    "cpunish": (executions, sm.Poisson),
}
GENERALISED = {
    "spector": (spector, classes, sm.families.Binomial),
    "star98": (schools, classes, sm.families.Binomial),
    "randhie": (visits, counts, sm.families.Poisson),
    "cpunish": (executions, counts, sm.families.Poisson),
    "cpunish with weights": (weighted, counts, sm.families.Poisson),
    "scotland": (votes, counts, sm.families.Poisson),
}


def fitted(X, y, kind, **settings):
    return (counts if kind is sm.Poisson else classes)(X, y, **settings)


def theirs(X, y, kind, **options):
    start = {"start_params": None}
    if kind is sm.Poisson:
        start = {"start_params": np.r_[np.log(np.mean(y)), np.zeros(X.shape[1])]}
    return kind(y, sm.add_constant(X)).fit(**NEWTON, **start, **options)


def assert_rows_equal(frame, their):
    """Estimates and errors to 1e-8, p to 1e-6, a row a coefficient."""
    columns = [np.asarray(each).T.ravel() for each in (their.params, their.bse)]
    np.testing.assert_allclose(frame["estimate"], columns[0], rtol=1e-8)
    np.testing.assert_allclose(frame["standard error"], columns[1], rtol=1e-8)
    np.testing.assert_allclose(frame["z"], np.asarray(their.tvalues).T.ravel(), 1e-8)
    np.testing.assert_allclose(frame["p"], np.asarray(their.pvalues).T.ravel(), 1e-6)
    ends = np.asarray(their.conf_int()).reshape(-1, 2)
    atol = 1e-8 * columns[1].max()
    np.testing.assert_allclose(frame[["lower", "upper"]], ends, rtol=1e-8, atol=atol)


@pytest.mark.parametrize("name", DISCRETE)
def test_estimates_and_likelihoods_are_those_of_statsmodels(name):
    data, kind = DISCRETE[name]
    X, y = data()
    summary, their = fitted(X, y, kind).summary(), theirs(X, y, kind)
    assert_rows_equal(summary.frame, their)
    figures = summary.figures
    found = {
        "log likelihood": their.llf,
        "null log likelihood": their.llnull,
        "likelihood ratio": their.llr,
        "pseudo r2": their.prsquared,
        "degrees of freedom": their.df_resid,
        "AIC": their.aic,
        "BIC": their.bic,
    }
    assert {name: figures[name] for name in found} == pytest.approx(found, rel=1e-8)
    assert figures["p (likelihood ratio)"] == pytest.approx(their.llr_pvalue, rel=1e-6)


@pytest.mark.parametrize("name", GENERALISED)
def test_estimates_and_deviances_are_those_of_statsmodels(name):
    data, fit, family = GENERALISED[name]
    X, y, *s = data()
    summary = fit(X, y, *s).summary()
    weights = {"freq_weights": s[0]} if s else {}
    model = sm.GLM(y, sm.add_constant(X), family=family(), **weights)
    their = model.fit(**IRLS)
    assert_rows_equal(summary.frame, their)
    found = {
        "deviance": their.deviance,
        "null deviance": their.null_deviance,
        "log likelihood": their.llf,
        "null log likelihood": their.llnull,
        "degrees of freedom": their.df_resid,
        "AIC": their.aic,
        "BIC": their.bic_llf,
    }
    figures = {name: summary.figures[name] for name in found}
    assert figures == pytest.approx(found, rel=1e-8)


@pytest.mark.parametrize("name", DISCRETE)
def test_robust_errors_are_those_of_statsmodels(name):
    data, kind = DISCRETE[name]
    X, y = data()
    summary = fitted(X, y, kind).summary(covariance="HC0")
    assert_rows_equal(summary.frame, theirs(X, y, kind, cov_type="HC0"))


# -- what R has printed ---------------------------------------------------------------


def test_counts_are_told_of_as_in_the_help_of_r():
    """Dobson (1990), page 93, as R prints it for example(glm)."""
    y = [18, 17, 15, 20, 10, 20, 25, 13, 12]
    outcome, treatment = np.tile([1, 2, 3], 3), np.repeat([1, 2, 3], 3)
    X = [outcome == 2, outcome == 3, treatment == 2, treatment == 3]
    model = counts(np.column_stack(X).astype(float), y)
    printed = [
        [3.045, 0.1709, 17.815],
        [-0.4543, 0.2022, -2.247],
        [-0.2930, 0.1927, -1.520],
        [0, 0.2000, 0],
        [0, 0.2000, 0],
    ]
    frame, figures = model.summary().frame, model.summary().figures
    np.testing.assert_allclose(frame.iloc[:, :3], printed, rtol=4e-4, atol=1e-9)
    assert frame["p"].iloc[1:3].round(4).tolist() == [0.0246, 0.1285]
    assert round(figures["null deviance"], 4) == 10.5814
    assert round(figures["deviance"], 4) == 5.1291
    assert figures["degrees of freedom"] == 4
    assert round(figures["AIC"], 2) == 56.76


def test_weights_are_told_of_as_groups_by_r():
    """Bliss's beetles (1935) in Dobson (2002), section 7.3, of groups."""
    dose = [1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839]
    n = np.array([59, 60, 62, 56, 63, 59, 62, 60])
    died = np.array([6, 13, 18, 28, 52, 53, 61, 60])
    X, y = np.array([*dose, *dose])[:, None], np.repeat([1, 0], 8)
    summary = classes(X, y, np.append(died, n - died)).summary()
    printed = [[-60.717, 5.181, -11.72], [34.270, 2.912, 11.77]]
    np.testing.assert_allclose(summary.frame.iloc[:, :3], printed, rtol=5e-4)
    explained = summary.figures["null deviance"] - summary.figures["deviance"]
    assert round(explained, 2) == round(284.20 - 11.23, 2)


# -- robust errors by their definition ------------------------------------------------


def by_hand(model, A, y, kind):
    """Errors from C sum(t t') C, row by row, with matrices of all outputs at once."""
    if hasattr(model, "classes_"):
        P = model.predict_proba(A[:, 1:])[:, 1:]
        Y = (np.asarray(y)[:, None] == model.classes_[1:]).astype(float)
        Q = [np.diag(p) - np.outer(p, p) for p in P]
    else:
        P = model.predict(A[:, 1:])[:, None]
        Y, Q = np.asarray(y, float)[:, None], P[:, :, None]
    k, n = P.shape[1], len(P)
    rows = [np.kron(np.eye(k), a[:, None]) for a in A]  # (k p, k)
    C = np.linalg.inv(sum(R @ q @ R.T for R, q in zip(rows, Q, strict=True)))
    power = {"HC0": 0, "HC1": 0, "HC2": -0.5, "HC3": -1}[kind]
    M = 0.0
    for R, q, r in zip(rows, Q, Y - P, strict=True):
        away = linalg.fractional_matrix_power(np.eye(k) - q @ R.T @ C @ R, power)
        u = R @ (away @ r)
        M = M + np.outer(u, u)
    scale = n / (n - len(C)) if kind == "HC1" else 1.0
    return np.sqrt(scale * np.diag(C @ M @ C))


@pytest.mark.parametrize("kind", KINDS[1:])
@pytest.mark.parametrize(
    ("fit", "levels"),
    [(classes, 2), (classes, 4), (counts, 5)],
    ids=["two classes", "four classes", "counts"],
)
def test_robust_errors_are_those_of_their_definition(fit, levels, kind, rng):
    X = rng.normal(size=(60, 2))
    y = np.clip(np.rint(X[:, 0] + rng.normal(size=60) + 2), 0, levels - 1)
    model = fit(X, y)
    found = model.summary(covariance=kind).frame["standard error"]
    A = np.column_stack([np.ones(60), X])
    np.testing.assert_allclose(found, by_hand(model, A, y, kind), rtol=1e-9)


def test_a_row_that_decides_alone_leaves_no_robust_error_without_it():
    X = np.eye(6, 1)
    model = counts(X, [7, 1, 2, 1, 3, 2])
    summary = model.summary(covariance="HC3")
    assert np.isnan(summary.frame["standard error"]).all()
    assert "HC3 has no value" in summary.notes[-1]
    assert summary.figures["covariance"] == "HC3"
    assert np.isfinite(model.summary(covariance="HC0").frame["standard error"]).all()


# -- 50 digits ------------------------------------------------------------------------


def exactly(model, X, y, mean, variance):
    """Estimates and errors in arithmetic of 50 digits, by Newton's method."""
    with mpmath.workdps(50):
        A = mpmath.matrix([[1, *map(float, row)] for row in X])
        b = mpmath.matrix([*map(float, np.append(model.intercept_, model.coef_))])
        for _ in range(12):
            m = [mean(z) for z in A * b]
            r = mpmath.matrix(
                [t - each for t, each in zip(map(float, y), m, strict=True)]
            )
            Q = mpmath.diag([variance(each) for each in m])
            C = mpmath.inverse(A.T * Q * A)
            b += C * (A.T * r)
        errors = [mpmath.sqrt(C[j, j]) for j in range(len(b))]
        return [float(each) for each in b], [float(each) for each in errors]


@pytest.mark.parametrize(
    ("units", "away", "rtol"),
    [([1, 1], [0, 0], 1e-13), ([1e-8, 1e8], [0, 0], 1e-13), ([1, 1], [1e4, 1e6], 1e-9)],
    ids=["plain", "units", "offsets"],
)
def test_errors_have_the_digits_of_exact_arithmetic(units, away, rtol, rng):
    X = rng.normal(size=(24, 2))
    y = (X[:, 0] + rng.normal(size=24) > 0).astype(int)
    X = X * units + away
    model = classes(X, y)
    b, errors = exactly(
        model, X, y, lambda z: 1 / (1 + mpmath.exp(-z)), lambda p: p * (1 - p)
    )
    frame = model.summary().frame
    np.testing.assert_allclose(frame["estimate"], b, rtol=rtol)
    np.testing.assert_allclose(frame["standard error"], errors, rtol=rtol)


def test_errors_of_nearly_dependent_columns_have_their_digits():
    t = np.linspace(0, 1, 24)
    X, y = np.vander(t, 6, increasing=True)[:, 1:], np.round(9 * np.sin(3 * t) + 5)
    model = counts(X, y)
    b, errors = exactly(model, X, y, mpmath.exp, lambda m: m)
    frame = model.summary().frame
    np.testing.assert_allclose(frame["estimate"], b, rtol=1e-10)
    np.testing.assert_allclose(frame["standard error"], errors, rtol=1e-12)


def test_p_is_that_of_the_tail_where_float64_still_holds_it():
    X, s = np.array([[0.0], [0.0], [1.0], [1.0]]), [1e4, 4e2, 4e2, 1e4]
    row = classes(X, [0, 1, 0, 1], s).summary().frame.loc["x"]
    with mpmath.workdps(30):
        p = mpmath.erfc(mpmath.mpf(row["z"]) / mpmath.sqrt(2))
        exact = 2 * mpmath.log(25), mpmath.sqrt(2 * (mpmath.mpf(1) / 400 + 1e-4))
    assert row["estimate"] == pytest.approx(float(exact[0]), rel=1e-12)
    assert row["standard error"] == pytest.approx(float(exact[1]), rel=1e-12)
    assert p > 0
    assert row["p"] == pytest.approx(float(p), rel=1e-10, abs=0)


@pytest.mark.parametrize("y", [0.0, 0.5, 3.0, 31.0, 33.0, 1e6, 1e12])
@pytest.mark.parametrize("away", [0.0, 1e-9, -0.3, 2.0])
def test_log_likelihood_of_a_count_keeps_its_digits(y, away):
    z = np.log(max(y, 1e-3)) + away
    with mpmath.workdps(50):
        mean = mpmath.exp(mpmath.mpf(z))
        log_L = y * mpmath.mpf(z) - mean - mpmath.loggamma(mpmath.mpf(y) + 1)
    found = Counts().log_likelihoods(np.array([[z]]), np.array([[y]]))
    scale = abs(float(log_L)) + y * abs(away) * 1e-2
    assert abs(found[0] - float(log_L)) <= 1e-13 * max(scale, 1.0) + 4e-16 * z * y


@pytest.mark.parametrize("z", [[0.0, 0.0], [40.0, -3.0], [-50.0, -45.0], [800.0, 1e3]])
def test_chances_near_0_and_1_keep_their_digits(z):
    family, given = Classes(), np.array([z])
    with mpmath.workdps(900):
        e = [mpmath.mpf(1), *(mpmath.exp(mpmath.mpf(each)) for each in z)]
        p = [each / sum(e) for each in e]
        Q = [[float(p[i] * ((i == j) - p[j])) for j in (1, 2)] for i in (1, 2)]
        logs = [float(mpmath.log(each)) for each in p]
    S = family.root(given)[0]
    assert np.allclose(S @ S.T, Q, rtol=1e-12, atol=1e-300)
    for own in range(3):
        y = np.eye(3)[[own], 1:]
        assert family.log_likelihoods(given, y)[0] == pytest.approx(logs[own], 1e-13)
        rest = [float((own == i) - p[i]) for i in (1, 2)]
        assert np.allclose(family.residuals(given, y)[0], rest, rtol=1e-12, atol=1e-300)


# -- weights, ranks, constants --------------------------------------------------------


def drawn(rng, levels):
    X = rng.normal(size=(80, 3))
    y = np.clip(np.rint(X[:, 0] / 2 + rng.normal(size=80) + 1), 0, levels - 1)
    return X, y


CASES = {
    "two classes": (classes, 2),
    "three classes": (classes, 3),
    "counts": (counts, 9),
}
KIND_OF_FIT = pytest.mark.parametrize(("fit", "levels"), CASES.values(), ids=CASES)


@pytest.mark.parametrize("kind", KINDS)
@KIND_OF_FIT
def test_weights_count_rows(fit, levels, kind, rng):
    X, y = drawn(rng, levels)
    s = rng.integers(0, 4, 80)
    own = fit(X, y, s).summary(covariance=kind)
    repeated = fit(np.repeat(X, s, axis=0), np.repeat(y, s)).summary(covariance=kind)
    np.testing.assert_allclose(own.frame, repeated.frame, rtol=1e-7, atol=1e-12)
    assert own.figures["rows"] == np.sum(s > 0)
    assert own.figures["sum of weights"] == repeated.figures["rows"] == np.sum(s)
    for name in ("log likelihood", "likelihood ratio", "deviance", "AIC", "BIC"):
        assert own.figures[name] == pytest.approx(repeated.figures[name], rel=1e-12)


@pytest.mark.parametrize("factor", [2.0, 1e-3, 1e200], ids=str)
def test_doubled_weights_halve_variances(factor, rng):
    X, y = drawn(rng, 2)
    s = np.ones(80)
    once, more = (classes(X, y, c * s).summary().frame for c in (1.0, factor))
    ratio = once["standard error"] / more["standard error"]
    np.testing.assert_allclose(ratio, np.sqrt(factor), rtol=1e-9)


@pytest.mark.parametrize("kind", ["classical", "HC3"])
@KIND_OF_FIT
def test_what_rows_do_not_determine_has_no_error(fit, levels, kind, rng):
    X, y = drawn(rng, levels)
    whole = np.column_stack([X, X[:, 0] - X[:, 1], np.full(80, 2.0)])
    own, alone = (fit(each, y).summary(covariance=kind) for each in (whole, X))
    errors, known = own.frame["standard error"], alone.frame["standard error"]
    errors = errors.to_numpy().reshape(-1, 6)
    assert np.isnan(errors[:, [0, 1, 2, 4, 5]]).all()
    np.testing.assert_allclose(errors[:, 3], known.to_numpy().reshape(-1, 4)[:, 3])
    for name in ("degrees of freedom", "log likelihood", "likelihood ratio", "AIC"):
        assert own.figures[name] == pytest.approx(alone.figures[name], rel=1e-9)


@KIND_OF_FIT
def test_columns_that_hold_a_constant_count_as_an_intercept(fit, levels, rng):
    X, y = drawn(rng, levels)
    own = fit(np.column_stack([np.ones(80), X]), y, fit_intercept=False).summary()
    beside = fit(X, y).summary()
    np.testing.assert_allclose(own.frame, beside.frame, rtol=1e-7)
    numbers = [name for name, value in own.figures.items() if np.ndim(value) == 0]
    for name in numbers[2:-3]:
        assert own.figures[name] == pytest.approx(beside.figures[name], rel=1e-9), name


def test_without_a_constant_the_outputs_are_set_against_0(rng):
    X, y = drawn(rng, 2)
    model = classes(X, y, fit_intercept=False)
    figures, their = model.summary().figures, sm.Logit(y, X).fit(**NEWTON)
    assert_rows_equal(model.summary().frame, their)
    assert "There is no intercept" in model.summary().notes[-1]
    assert figures["null log likelihood"] == pytest.approx(80 * np.log(0.5))
    ratio = 2 * (their.llf - 80 * np.log(0.5))
    assert figures["likelihood ratio"] == pytest.approx(ratio, rel=1e-10)
    assert figures["p (likelihood ratio)"] == pytest.approx(
        stats.chi2.sf(ratio, 3), rel=1e-9
    )


@KIND_OF_FIT
@pytest.mark.parametrize("intercept", [True, False], ids=["with 1", "without"])
@pytest.mark.parametrize("kind", KINDS)
def test_columns_of_zeros_alone_say_nothing(fit, levels, intercept, kind, rng):
    y = drawn(rng, levels)[1]
    model = fit(np.zeros((80, 2)), y, fit_intercept=intercept)
    frame = model.summary(covariance=kind).frame
    errors = frame["standard error"].to_numpy().reshape(-1, 2 + intercept)
    assert np.isnan(errors[:, intercept:]).all()
    if intercept and kind == "classical":
        alone = fit(np.ones((80, 1)), y, fit_intercept=False).summary().frame
        np.testing.assert_allclose(errors[:, 0], alone["standard error"])
    figures = model.summary().figures
    assert figures["likelihood ratio"] == pytest.approx(0, abs=1e-9)
    assert np.isnan(figures["p (likelihood ratio)"])


@pytest.mark.parametrize("units", [(1e-170, 1e170, 1.0), (1e-160, 1e-200, 1e150)])
@pytest.mark.parametrize("kind", ["classical", "HC3"])
@KIND_OF_FIT
def test_units_change_no_digit(fit, levels, kind, units, rng):
    X, y = drawn(rng, levels)
    own, plain = (fit(each, y).summary(covariance=kind) for each in (X * units, X))
    np.testing.assert_allclose(own.frame["z"], plain.frame["z"], rtol=1e-9)
    each = np.tile([1, *units], len(own.frame) // 4)
    scaled = own.frame["standard error"] * each
    np.testing.assert_allclose(scaled, plain.frame["standard error"], rtol=1e-9)


@pytest.mark.parametrize("form", [sparse.csr_array, np.asfortranarray, np.float32])
def test_sparse_and_single_rows_have_the_same_errors(form, rng):
    X, y = drawn(rng, 3)
    X = np.float32(X * (rng.random(X.shape) < 0.5)).astype(float)
    frame = classes(form(X), y).summary().frame
    tolerance = 1e-5 if form is np.float32 else 1e-8
    np.testing.assert_allclose(frame, classes(X, y).summary().frame, rtol=tolerance)


# -- classes --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["classical", "HC2"])
@pytest.mark.parametrize("labels", [["a", "b"], ["a", "b", "c"]], ids=str)
def test_any_class_may_be_the_reference(labels, kind, rng):
    X, y = drawn(rng, len(labels))
    y = np.array(labels)[y.astype(int)]
    model = classes(X, y)
    for label in labels:
        first = np.where(y == label, "A" + y, y)  # sorted before the others
        other = classes(X, first).summary(covariance=kind)
        own = model.summary(covariance=kind, reference=label)
        np.testing.assert_allclose(own.frame, other.frame, rtol=1e-6, atol=1e-9)
        assert own.frame.index.equals(other.frame.index)
        ratios = model.odds_ratios(reference=label).frame
        assert len(ratios) == 3 * (len(labels) - 1)


def test_ratios_are_exponentials():
    X, y = spector()
    model = classes(X, y)
    rows, frame = model.summary(level=0.9).frame, model.odds_ratios(level=0.9).frame
    assert frame.columns.tolist() == ["odds ratio", "lower", "upper"]
    assert frame.index.tolist() == ["GPA", "TUCE", "PSI"]
    np.testing.assert_allclose(frame, np.exp(rows.iloc[1:, [0, 4, 5]]))
    X, y = executions()
    frame = counts(X, y).rate_ratios().frame
    ends = np.asarray(sm.GLM(y, sm.add_constant(X), family=sm.families.Poisson())
                      .fit(**IRLS).conf_int())[1:]  # fmt: skip
    assert frame.columns.tolist() == ["rate ratio", "lower", "upper"]
    np.testing.assert_allclose(frame[["lower", "upper"]], np.exp(ends), rtol=1e-7)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda m: m.summary(reference="d"),
            "one of the classes, 'a', 'b', 'c', got 'd'",
        ),
        (lambda m: m.odds_ratios(reference=1), "one of the classes"),
        (lambda m: m.odds_ratios(level=1.0), "level to be a number between 0 and 1"),
        (lambda m: m.summary(covariance="HC4"), "covariance to be one of 'classical'"),
    ],
    ids=["class", "odds", "level", "covariance"],
)
def test_what_cannot_be_asked(call, said, rng):
    X, y = drawn(rng, 3)
    with pytest.raises(ModelError, match=said):
        call(classes(X, np.array(["a", "b", "c"])[y.astype(int)]))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("levels", [2, 3])
def test_classes_that_are_separable_have_no_errors(levels):
    X = np.arange(12.0)[:, None]
    model = classes(X, np.arange(12) * levels // 12)
    for kind in KINDS:
        assert np.isnan(model.summary(covariance=kind).frame["standard error"]).all()
    assert np.isfinite(model.summary().figures["log likelihood"])


def test_with_a_penalty_the_first_note_says_that_errors_do_not_hold(rng):
    X, y = drawn(rng, 2)
    model = pl.LogisticRegression().fit(X, y)
    assert "do not hold" in model.notes_[0]
    assert "C=np.inf" in model.notes_[0]
    with pytest.warns(FutureWarning), pytest.warns(UserWarning, match="penalty"):
        unset = pl.LogisticRegression(penalty=None, C=2.0).fit(X, y)
    for free in (classes(X, y), unset):
        assert not any("do not hold" in note for note in free.notes_)
    weighted = classes(X, y, class_weight="balanced")
    assert "class_weight counts the rows" in weighted.notes_[0]
    Q = model.predict_proba(X).prod(axis=1)
    A = np.column_stack([np.ones(80), X])
    errors = np.sqrt(np.diag(np.linalg.inv((A.T * Q) @ A)))
    np.testing.assert_allclose(model.summary().frame["standard error"], errors, 1e-9)


# -- rows ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["spector", "cpunish", "scotland"])
def test_rows_are_told_of_as_by_statsmodels(name):
    data, fit, family = GENERALISED[name]
    X, y = data()
    frame = fit(X, y).diagnostics().frame
    their = sm.GLM(y, sm.add_constant(X), family=family()).fit(**IRLS)
    rows = their.get_influence()
    found = {
        "observed": y,
        "fitted": their.fittedvalues,
        "residual": their.resid_response,
        "Pearson": their.resid_pearson,
        "deviance": their.resid_deviance,
        "standardised": rows.resid_studentized,
        "leverage": rows.hat_matrix_diag,
        "Cook's distance": rows.cooks_distance[0],
    }
    assert frame.index.tolist() == [*range(1, len(y) + 1)]
    for column, values in found.items():
        np.testing.assert_allclose(frame[column], values, 1e-8, 1e-9, err_msg=column)


def test_rows_of_several_classes_are_told_of_class_by_class(rng):
    X, y = drawn(rng, 3)
    model = classes(X, y)
    frame, P = model.diagnostics().frame, model.predict_proba(X)
    assert frame.index[[0, 80]].tolist() == [("1.0", 1), ("2.0", 1)]
    np.testing.assert_allclose(frame["fitted"], P[:, 1:].T.ravel(), rtol=1e-12)
    np.testing.assert_array_equal(frame["observed"], np.r_[y == 1, y == 2])
    assert frame.loc["1.0", "leverage"].sum() == pytest.approx(8)
    deviance = (frame.loc["2.0", "deviance"] ** 2).sum()
    assert deviance == pytest.approx(model.summary().figures["deviance"])
    p, r = (frame[name].to_numpy() for name in ("fitted", "residual"))
    np.testing.assert_allclose(frame["Pearson"], r / np.sqrt(p * (1 - p)))
    A = np.column_stack([np.ones(80), X])
    Q = [np.diag(each) - np.outer(each, each) for each in P[:, 1:]]
    rows = [np.kron(np.eye(2), a[:, None]) for a in A]
    C = np.linalg.inv(sum(R @ q @ R.T for R, q in zip(rows, Q, strict=True)))
    for i in (0, 33):
        V = rows[i].T @ C @ rows[i]
        t = np.linalg.solve(np.eye(2) - Q[i] @ V, r[[i, 80 + i]])
        cooks = frame["Cook's distance"].iloc[i]
        assert cooks == pytest.approx(t @ V @ t / 8, rel=1e-9)
        var = np.diag(Q[i] - Q[i] @ V @ Q[i])
        standardised = frame["standardised"].to_numpy()[[i, 80 + i]]
        np.testing.assert_allclose(standardised, r[[i, 80 + i]] / np.sqrt(var))


@KIND_OF_FIT
def test_rows_of_weight_0_are_not_told_of(fit, levels, rng):
    X, y = drawn(rng, levels)
    s = rng.integers(0, 3, 80)
    frame = fit(X, y, s).diagnostics().frame
    told = frame.index.get_level_values(-1).unique()
    assert told.tolist() == (np.flatnonzero(s) + 1).tolist()
    alone = fit(np.repeat(X, s, axis=0), np.repeat(y, s)).diagnostics().frame
    groups = len(frame) // len(told)
    copies = np.tile(s[s > 0], groups)
    repeated = frame.to_numpy().repeat(copies, axis=0)
    np.testing.assert_allclose(alone, repeated, rtol=1e-6, atol=1e-9)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_rows_of_separable_classes_have_no_leverage():
    frame = classes(np.arange(8.0)[:, None], np.arange(8) > 3).diagnostics().frame
    assert np.isnan(frame[["leverage", "Cook's distance"]]).all(axis=None)


# -- fits that have fewer digits than their errors tell ------------------------------


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("name", "rough"),
    [
        ("spector", {"max_iter": 3}),
        ("fair", {"max_iter": 3}),
        ("anes96", {"tol": 0.01}),
        ("cpunish", {"tol": 0.01}),
    ],
    ids=str,
)
def test_errors_are_those_of_the_maximum_near_which_a_fit_ends(name, rough, tmp_path):
    data, kind = DISCRETE[name]
    X, y = data()
    model = fitted(X, y, kind, **rough)
    assert_rows_equal(model.summary().frame, theirs(X, y, kind))
    robust = theirs(X, y, kind, cov_type="HC0")
    assert_rows_equal(model.summary(covariance="HC0").frame, robust)
    pl.save(model, tmp_path / "model.safetensors")
    again = pl.load(tmp_path / "model.safetensors")
    assert again.summary().frame.equals(model.summary().frame)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", ["fair", "anes96", "cpunish"])
def test_of_a_fit_that_ends_far_from_the_maximum_it_is_said(name):
    data, kind = DISCRETE[name]
    X, y = data()
    model = fitted(X, y, kind, max_iter=1)
    summary = model.summary()
    assert "standard errors before the likeliest" in summary.notes[-1]
    if name != "anes96":
        w = [*np.atleast_1d(model.intercept_), *np.ravel(model.coef_)]
        assert summary.frame["estimate"].tolist() == w


def test_estimates_are_the_coefficients_to_the_last_digit_of_few_rows():
    X, y = spector()
    model = classes(X, y)
    estimates = model.summary().frame["estimate"]
    assert estimates.tolist() == [*model.intercept_, *model.coef_[0]]


# -- files ----------------------------------------------------------------------------


@KIND_OF_FIT
def test_files_keep_errors_and_figures(fit, levels, rng, tmp_path):
    X, y = drawn(rng, levels)
    model = fit(pd.DataFrame(X, columns=["a", "b", "c"]), y)
    pl.save(model, tmp_path / "model.safetensors")
    again = [pl.load(tmp_path / "model.safetensors"), pickle.loads(pickle.dumps(model))]
    pl.save(again[0], tmp_path / "again.safetensors")
    for other in [*again, pl.load(tmp_path / "again.safetensors")]:
        assert str(other.summary()) == str(model.summary())
        assert other.summary().frame.equals(model.summary().frame)
        with pytest.raises(ModelError, match="fit it again"):
            other.summary(covariance="HC3")
        with pytest.raises(ModelError, match="fit it again"):
            other.diagnostics()


def test_a_new_fit_forgets_the_errors_of_the_last(rng):
    X, y = drawn(rng, 2)
    model = classes(X, y)
    before = model.summary().frame
    model = pickle.loads(pickle.dumps(model))
    after = model.fit(X[:60], y[:60]).summary().frame
    assert not np.allclose(before, after)
    pd.testing.assert_frame_equal(after, classes(X[:60], y[:60]).summary().frame)


def test_of_too_many_parameters_no_errors_are_formed(rng, monkeypatch):
    X, y = drawn(rng, 3)
    whole = classes(X, y).summary().figures
    for module in (by_likelihood, likelihood):
        monkeypatch.setattr(module, "MOST", 7)
    summary = classes(X, y).summary()
    assert np.isnan(summary.frame.loc[:, "standard error":]).all(axis=None)
    assert summary.figures["deviance"] == whole["deviance"]
    assert np.isnan(summary.figures["AIC"])
    assert "of more than 7 no errors" in summary.notes[-1]
    with pytest.raises(ModelError, match="coefficients for diagnostics"):
        classes(X, y).diagnostics()


def test_files_hold_no_errors_of_many_coefficients(rng, monkeypatch):
    X, y = drawn(rng, 3)
    monkeypatch.setattr(by_likelihood, "KEPT", 7)
    again = pickle.loads(pickle.dumps(classes(X, y)))
    for model in (again, pickle.loads(pickle.dumps(again))):
        summary = model.summary()
        assert np.isnan(summary.frame["standard error"]).all()
        assert "The file does not hold the errors" in summary.notes[-1]


# -- what strangers ask ---------------------------------------------------------------


def test_rates_with_exposures_as_weights_are_counts_with_an_offset(rng):
    """The question that is asked most often of Poisson regression elsewhere."""
    X, t = rng.normal(size=(80, 2)), rng.uniform(0.5, 40, 80)
    y = rng.poisson(t * np.exp(0.3 * X[:, 0] - 1))
    summary = counts(X, y / t, t).summary()
    kind = sm.families.Poisson()
    their = sm.GLM(y, sm.add_constant(X), kind, exposure=t).fit(**IRLS)
    assert_rows_equal(summary.frame, their)
    figures = summary.figures
    np.testing.assert_allclose(figures["deviance"], their.deviance, rtol=1e-9)
    ratio = their.null_deviance - their.deviance
    np.testing.assert_allclose(figures["likelihood ratio"], ratio, rtol=1e-8)


def test_a_constant_column_explains_nothing_and_not_less():
    figures = classes(np.ones((10, 1)), [0, 1] * 4 + [1, 1]).summary().figures
    assert figures["likelihood ratio"] == 0
    assert figures["pseudo r2"] == 0


def test_of_weights_that_count_no_rows_it_is_said(rng):
    """As weights that sum to 1, which elsewhere are no counts."""
    X, y = rng.normal(size=(60, 2)), np.arange(60) % 2
    told = classes(X, y, np.full(60, 1 / 60)).summary()
    assert any("The weights sum to 1, and count as" in note for note in told.notes)
    told = classes(X, y, np.full(60, 0.5)).summary()
    assert not any("The weights sum" in note for note in told.notes)


def test_shares_are_no_classes(rng):
    said = "got numbers with decimals; .*a row of each class with how many.*continuous"
    with pytest.raises(ModelError, match=said):
        classes(rng.normal(size=(9, 1)), rng.uniform(size=9))


def test_accuracy_counts_rows_as_often_as_their_weights_do():
    """Each school has a row of either class, so that half of them are always right."""
    X, y, s = schools()
    model = classes(X, y, s)
    right = model.predict(X) == y
    assert np.isclose(model.summary().figures["accuracy"], np.average(right, weights=s))
