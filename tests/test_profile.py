"""Intervals of the profile likelihood: fits with each coefficient held, and R's own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import optimize, stats

import pellucid as pl
from pellucid.errors import ModelError


def classes(X, y, s=None):
    return pl.LogisticRegression(C=np.inf).fit(X, y, sample_weight=s)


def counts(X, y, s=None):
    return pl.PoissonRegression(alpha=0).fit(X, y, sample_weight=s)


def held(X, y, s, family, level):
    """Both ends for each coefficient, where a fit that has it as an offset ends."""
    Z, q = sm.add_constant(X), stats.chi2.ppf(level, 1)
    whole = sm.GLM(y, Z, family, freq_weights=s).fit(tol=1e-14, maxiter=200)

    def beyond(b, j):
        kinds = {"freq_weights": s, "offset": b * Z[:, j]}
        rest = sm.GLM(y, np.delete(Z, j, axis=1), family, **kinds)
        return rest.fit(tol=1e-14, maxiter=200).deviance - whole.deviance - q

    ends = np.empty((Z.shape[1], 2))
    for j, (b, error) in enumerate(zip(whole.params, whole.bse, strict=True)):
        for i, way in enumerate((-1, 1)):
            near, step = b, way * error * np.sqrt(q) / 2
            while beyond(near + step, j) < 0:
                near += step
            ends[j, i] = optimize.brentq(
                beyond, near, near + step, args=(j,), xtol=1e-13, rtol=1e-13
            )
    return ends


RNG = np.random.default_rng(3)
SMALL = RNG.normal(size=(30, 2)) * [1.0, 1e6]
Y = (RNG.random(30) < 1 / (1 + np.exp(-1.5 * SMALL[:, 0]))).astype(float)
COUNT = RNG.poisson(np.exp(0.8 * SMALL[:, 0] - 0.5)).astype(float)
S = RNG.integers(1, 4, 30).astype(float)
SPECTOR = sm.datasets.spector.load_pandas()
FITS = {
    "few rows": (classes, sm.families.Binomial, SMALL, Y, np.ones(30), 0.95),
    "spector": (
        classes, sm.families.Binomial, SPECTOR.exog.to_numpy(),
        SPECTOR.endog.to_numpy(), np.ones(32), 0.9,
    ),
    "nearly separable": (
        classes, sm.families.Binomial, np.linspace(-3, 3, 30)[:, None],
        np.repeat([0.0, 1, 0, 1], [14, 1, 1, 14]), np.ones(30), 0.95,
    ),
    "few in a level": (
        counts, sm.families.Poisson, 1.0 * (np.arange(30) < 4)[:, None],
        np.where(np.arange(30) < 4, np.arange(30) == 0, 3.0), np.ones(30), 0.95,
    ),
    "a short interval": (
        classes, sm.families.Binomial, SMALL, Y, np.ones(30), 0.001
    ),
    "weights": (classes, sm.families.Binomial, SMALL, Y, S, 0.99),
    "counts": (counts, sm.families.Poisson, SMALL, COUNT, np.ones(30), 0.95),
    "counts with weights": (counts, sm.families.Poisson, SMALL, COUNT, S, 0.8),
}  # fmt: skip


@pytest.mark.parametrize("case", FITS.values(), ids=FITS)
def test_ends_are_where_the_others_are_the_likeliest_for_a_coefficient(case):
    fit, family, X, y, s, level = case
    frame = fit(X, y, s).summary(level=level, interval="profile").frame
    ends = held(X, y, s, family(), level)
    errors = frame["standard error"].to_numpy()[:, None]
    away = (frame[["lower", "upper"]].to_numpy() - ends) / errors
    assert np.abs(away).max() < 1e-7


def test_of_counts_they_are_those_that_r_interpolates():
    """confint(glm.D93) of help(glm), whose splines keep three to four digits."""
    y = [18, 17, 15, 20, 10, 20, 25, 13, 12]
    columns = {"outcome": list("abc") * 3, "treatment": list("dddeeefff")}
    frame = pd.DataFrame(columns)
    model = counts(pl.rows(frame.assign(y=y), target="y"), None)
    found = model.summary(interval="profile").frame[["lower", "upper"]]
    theirs = [[2.6958215, 3.36655581], [-0.8577018, -0.06255840],
              [-0.6753696, 0.08244089], [-0.3932548, 0.39325483],
              [-0.3932548, 0.39325483]]  # fmt: skip
    np.testing.assert_allclose(found, theirs, atol=2e-5)


def test_of_one_level_beside_another_they_are_those_of_the_odds_ratio():
    """A table of two by two: the profile of its odds ratio by a root in one unknown."""
    table = np.array([[12.0, 3.0], [5.0, 9.0]])
    X, y = np.array([[0], [0], [1], [1]]), [0, 1, 0, 1]
    model = classes(X, y, table.ravel())

    def least(b):
        def cost(a):
            z = np.array([a, a + b])
            return np.sum(table.sum(axis=1) * np.logaddexp(0, z) - table[:, 1] * z)

        return optimize.minimize_scalar(cost, bracket=(-2, 1), tol=1e-14).fun

    b = model.coef_[0, 0]
    best, q = least(b), stats.chi2.ppf(0.95, 1) / 2
    ends = [optimize.brentq(lambda t: least(t) - best - q, b, b + w) for w in (-9, 9)]
    found = model.odds_ratios(interval="profile")
    np.testing.assert_allclose(np.log(found.frame[["lower", "upper"]])[:], [ends], 1e-6)
    assert found.figures["interval"] == "profile"


@pytest.mark.parametrize("reference", ["a", "b", "c"])
def test_of_several_classes_they_are_those_of_a_fit_with_one_held(reference):
    """By SciPy's minimum of the log likelihood along the border."""
    y = np.array(list("abc"))[RNG.integers(0, 3, 60)]
    x = RNG.normal(size=60) + (y == "b")
    model = classes(x[:, None], y)
    found = model.summary(reference=reference, interval="profile").frame
    labels = [reference, *np.setdiff1d(["a", "b", "c"], [reference])]
    own = np.argmax(y[:, None] == np.array(labels), axis=1)
    Z = sm.add_constant(x)

    def cost(w):
        z = np.column_stack([np.zeros(60), Z @ w.reshape(2, 2).T])
        m = z.max(axis=1)
        total = m + np.log(np.exp(z - m[:, None]).sum(axis=1))
        return np.sum(total - z[np.arange(60), own])

    start = found["estimate"].to_numpy()
    best, q = cost(start), stats.chi2.ppf(0.95, 1) / 2
    for j in range(4):
        for name, sign in (("lower", 1.0), ("upper", -1.0)):
            w = np.where(np.arange(4) == j, found[name], start)
            rest = np.arange(4) != j

            def others(v, w=w, rest=rest):
                w = w.copy()
                w[rest] = v
                return cost(w)

            least = optimize.minimize(others, w[rest], tol=1e-9).fun
            assert np.isclose(least - best, q, atol=1e-6)
            assert sign * (found[name].iloc[j] - start[j]) < 0


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_separates_has_no_ends_and_the_others_have_theirs():
    level = np.repeat([0.0, 1.0], [30, 10])
    X, x = np.column_stack([np.append(SMALL[:, 0], np.arange(10)), level]), SMALL[:, :1]
    frame = classes(X, np.append(Y, np.ones(10))).summary(interval="profile").frame
    assert frame.loc["x2", ["lower", "upper"]].isna().all()
    alone = classes(x, Y).summary(interval="profile").frame
    np.testing.assert_allclose(frame.iloc[:2, -2:], alone.iloc[:, -2:], rtol=1e-7)


def test_of_many_rows_they_are_walds(rng):
    X = rng.normal(size=(20_000, 2))
    y = rng.random(20_000) < 0.5
    model = classes(X, y)
    wald, profile = model.summary().frame, model.summary(interval="profile").frame
    error = wald["standard error"]
    for name in ("lower", "upper"):
        assert (np.abs(wald[name] - profile[name]) < 0.01 * error).all()


def test_units_move_them_as_they_do_the_estimates():
    units = np.array([1e-150, 1e140])
    small = counts(SMALL, COUNT).summary(interval="profile").frame.iloc[1:, -2:]
    other = counts(SMALL * units, COUNT).summary(interval="profile").frame.iloc[1:, -2:]
    np.testing.assert_allclose(other.mul(units, axis=0), small, rtol=1e-7)


def test_what_cannot_be_asked(tmp_path):
    model = classes(SMALL, Y)
    with pytest.raises(ModelError, match="interval to be one of 'Wald', 'profile'"):
        model.summary(interval="likelihood")
    with pytest.raises(ModelError, match="expected classical errors beside"):
        model.summary(interval="profile", covariance="HC0")
    with pytest.raises(ModelError, match=r"without a penalty.*fit it with alpha=0"):
        pl.PoissonRegression().fit(SMALL, COUNT).rate_ratios(interval="profile")
    pl.save(model, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match="with the rows it was fitted to"):
        pl.load(tmp_path / "model.safetensors").odds_ratios(interval="profile")
