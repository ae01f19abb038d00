"""The figures behind the notes are those of statsmodels, SciPy and scikit-learn."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.outliers_influence import OLSInfluence, variance_inflation_factor

import pellucid as pl
from pellucid.models.base import rows_of
from pellucid.statistics import copies
from pellucid.statistics.collinearity import inflations
from pellucid.statistics.curvature import strongest
from pellucid.statistics.dispersion import dispersion
from pellucid.statistics.residuals import Residuals
from pellucid.statistics.spread_of_residuals import unequal_spread

TABLES = {
    "stackloss": sm.datasets.stackloss,
    "longley": sm.datasets.longley,
    "scotland": sm.datasets.scotland,
    "engel": sm.datasets.engel,
    "cancer": sm.datasets.cancer,
    "statecrime": sm.datasets.statecrime,
    "copper": sm.datasets.copper,
}


def table(name):
    data = TABLES[name].load_pandas()
    X = np.asarray(data.exog, float)
    return X[:, X.std(axis=0) > 0], np.asarray(data.endog, float)


def weights_of(y, weighted):
    return np.random.default_rng(7).uniform(0.5, 4, len(y)) if weighted else None


@pytest.fixture(params=TABLES)
def name(request):
    return request.param


@pytest.fixture(params=[False, True], ids=["", "weighted"])
def weighted(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["", "no intercept"])
def intercept(request):
    return request.param


@pytest.fixture
def both(name, weighted, intercept):
    """Our residuals, and the fit of statsmodels with its design."""
    X, y = table(name)
    s = weights_of(y, weighted)
    model = pl.LinearRegression(fit_intercept=intercept).fit(X, y, s)
    X, y, *_ = rows_of(model)
    output = X @ model.coef_ + model.intercept_
    ours = Residuals.of(X, X, 1, y, output, s, model._spread)
    design = sm.add_constant(X) if intercept else X
    theirs = sm.WLS(y, design, weights=np.ones(len(y)) if s is None else s).fit()
    return ours, theirs


def influence_of(theirs):
    """That of the weighted rows: of WLS statsmodels takes the rows without weights."""
    return OLSInfluence(sm.OLS(theirs.model.wendog, theirs.model.wexog).fit())


def test_leverage_residuals_and_distances_are_those_of_statsmodels(both):
    ours, theirs = both
    influence = influence_of(theirs)
    np.testing.assert_allclose(ours.leverage, influence.hat_matrix_diag, rtol=1e-7)
    studentised = influence.resid_studentized_internal
    np.testing.assert_allclose(ours.standardised, studentised, rtol=1e-6, atol=1e-8)
    distance = influence.cooks_distance[0]
    np.testing.assert_allclose(ours.cooks_distance, distance, rtol=1e-6, atol=1e-12)
    external = influence.resid_studentized_external
    p = 2 * stats.t.sf(np.abs(external), theirs.df_resid - 1)
    np.testing.assert_allclose(ours.chance, p, rtol=1e-6)


def squares(ours, theirs):
    """The squares that are tried, with the weights of the rows, from the design."""
    root = np.sqrt(theirs.model.weights)
    columns = theirs.model.exog[:, -ours.raw.shape[1] :]
    middle = (columns.min(axis=0) + columns.max(axis=0)) / 2
    centre = middle if ours.spread.of_mean else 0
    z = theirs.fittedvalues - np.mean(theirs.fittedvalues)
    return np.column_stack([columns - centre, z]) ** 2 * root[:, None]


def test_a_square_explains_what_it_does_in_a_fit_of_its_own(both):
    """The share, its p and the robust score, each from regressions on the design."""
    ours, theirs = both
    found = strongest(ours, 0.0, np.inf, np.inf)
    Q = squares(ours, theirs)
    A, r = theirs.model.wexog, theirs.wresid
    q = Q[:, found.column]
    q = q - A @ np.linalg.lstsq(A, q)[0]
    share = (q @ r) ** 2 / (q @ q) / (r @ r)
    assert found.share == pytest.approx(share, rel=1e-5)
    assert found.upward == (q @ r > 0)
    grown = sm.OLS(theirs.model.wendog, np.column_stack([A, q])).fit()
    assert found.share == pytest.approx(1 - grown.ssr / theirs.ssr, rel=1e-4)
    alone = Q - A @ np.linalg.lstsq(A, Q)[0]
    tried = np.sum(np.sum(alone**2, axis=0) > 1e-6 * np.sum(Q**2, axis=0))
    assert found.p == pytest.approx(min(tried * grown.pvalues[-1], 1), rel=1e-4)
    score = np.sum(q * r) / np.sqrt(np.sum((q * r) ** 2))
    assert found.robust == pytest.approx(2 * stats.norm.sf(abs(score)), rel=1e-4)


def test_the_test_of_spread_is_whites_in_koenkers_form(both):
    ours, theirs = both
    found = unequal_spread(ours)
    z = theirs.fittedvalues
    squared = influence_of(theirs).resid_studentized_internal ** 2
    auxiliary = sm.OLS(squared, sm.add_constant(np.column_stack([z, z**2]))).fit()
    p = stats.chi2.sf(len(z) * auxiliary.rsquared, auxiliary.df_model)
    assert found.p == pytest.approx(p, rel=1e-6)


def test_thirds_have_the_spread_of_their_residuals():
    z = np.repeat([1.0, 2.0, 3.0], 4)
    X = np.column_stack([z == 2, z == 3]).astype(float)
    y = np.array([0, 2, 0, 2, 10, 14, 10, 14, 20, 28, 20, 28.0])
    model = pl.LinearRegression().fit(X, y)
    ours = Residuals.of(X, X, 1, y, model.predict(X), None, model._spread)
    found = unequal_spread(ours)
    assert found.ratio == pytest.approx(4)
    assert found.grows


@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_variance_inflation_is_that_of_statsmodels(name, weighted):
    X, y = table(name)
    s = weights_of(y, weighted)
    ours = inflations(pl.LinearRegression().fit(X, y, s)._spread)
    theirs = [inflation(X, j, s) for j in range(X.shape[1])]
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    if s is None:
        A = sm.add_constant(X)
        theirs = [variance_inflation_factor(A, j + 1) for j in range(X.shape[1])]
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)


def inflation(X, j, s):
    """That of column j, by the regression on the others."""
    others = np.column_stack([np.ones(len(X)), np.delete(X, j, axis=1)])
    weights = np.ones(len(X)) if s is None else s
    return 1 / (1 - sm.WLS(X[:, j], others, weights=weights).fit().rsquared)


def test_one_column_alone_explains_what_its_own_regression_does(both):
    ours, theirs = both
    columns = theirs.model.exog[:, -ours.raw.shape[1] :]
    y, s = theirs.model.endog, theirs.model.weights
    alone = [sm.WLS(y, sm.add_constant(x), weights=s).fit().rsquared for x in columns.T]
    np.testing.assert_allclose(copies.correlations(ours), alone, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("levels", [2, 5, 1000])
def test_areas_are_those_of_scikit_learn(rng, levels):
    y = rng.integers(0, 2, 500)
    x = np.round((rng.normal(size=500) + y) * levels / 5)
    assert copies.area(x[y == 0], x[y == 1]) == pytest.approx(roc_auc_score(y, x))
    assert copies.tells(-x, y, 2) == pytest.approx(roc_auc_score(y, x))


def test_several_classes_are_told_apart_as_the_nearest_two_are(rng):
    y = np.arange(600) % 3
    x = np.array([0.0, 2.0, 9.0])[y] + rng.normal(size=600)
    near = y < 2
    assert copies.tells(x, y, 3) == pytest.approx(roc_auc_score(y[near], x[near]))


def test_the_best_column_is_found_among_many_rows(rng):
    y = rng.integers(0, 2, 30_000)
    X = rng.normal(size=(30_000, 5))
    X[:, 3] = y + 0.2 * rng.normal(size=30_000)
    assert copies.best(X, y, 2, 0.998) == (3, pytest.approx(roc_auc_score(y, X[:, 3])))
    assert copies.best(X[:, :3], y, 2, 0.998) == (-1, 0.0)


def test_dispersion_is_pearsons_and_its_test_that_of_dean_and_lawless(rng):
    data = sm.datasets.randhie.load_pandas()
    y, X = np.asarray(data.endog, float), sm.add_constant(data.exog)
    fit = sm.GLM(y, X, family=sm.families.Poisson()).fit()
    s, mean = np.ones(len(y)), np.asarray(fit.fittedvalues)
    phi, p = dispersion(y, mean, s, fit.df_resid)
    assert phi == pytest.approx(fit.pearson_chi2 / fit.df_resid, rel=1e-9)
    assert p == 0  # z is near 700
    counts = rng.poisson(3.0, size=(2000, 200)).astype(float)
    mean = np.full(200, 3.0)
    chances = [dispersion(each, mean, s[:200], 200.0)[1] for each in counts]
    assert stats.kstest(chances, "uniform").statistic < 0.05
