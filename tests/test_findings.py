"""The titles of pictures tell the truth, of tables that have a property or have not."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics

import pellucid as pl
from pellucid.models import effects
from pellucid.models.pictures import findings, of_classes, of_effects, of_residuals
from pellucid.show import estimates, plots
from pellucid.show.canvas import finding
from pellucid.show.smooth import apart, smooth
from pellucid.statistics.normality import shape_of

rng = np.random.default_rng(20261130)
n = 400
x, z = rng.normal(size=(2, n))
noise = stats.norm.ppf((np.arange(n) + 0.5) / n)[rng.permutation(n)]
X = pd.DataFrame({"x": x, "z": z})


def titles(model):
    """The finding of each picture of residuals, by name."""
    drawn = of_residuals.of(model)
    return {name: finding(picture) for name, (picture, _) in drawn.items()}


def linear(y, X=X):
    return pl.LinearRegression().fit(X, pd.Series(y, name="y"))


PLAIN = linear(1 + 2 * x + noise)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("residuals", "No clear curve is left in the residuals"),
        ("spread", "Residuals spread about as far at low as at high predictions"),
        ("quantiles", "Residuals show neither a long tail nor heavy ones"),
        ("leverage", "No row alone moves the fit: at most Cook's distance"),
    ],
)
def test_residuals_without_a_pattern_are_said_to_have_none(name, title):
    assert titles(PLAIN)[name].startswith(title)


FAR = np.append(x[:-1], 12.0)
PATTERNS = {
    "a bowl": (x + x**2 + noise, X, "residuals", "Residuals sag along x: its square"),
    "a hill": (x - z**2 + noise, X, "residuals", "Residuals bulge along z: its square"),
    "a fan": (3 * x + noise * np.exp(x), X, "spread", "Residuals fan out: at high pr"),
    "drawing in": (3 * x + noise * np.exp(-x), X, "spread", "Residuals draw in: at lo"),
    "a waist": (5 * x + noise * (0.2 + x**2), X, "spread",
                "Residuals spread [0-9.]+ times"),
    "heavy tails": (x + stats.t(3).ppf(stats.norm.cdf(noise)), X, "quantiles",
                    "Residuals have heavy tails"),
    "light tails": (x + stats.norm.cdf(noise), X, "quantiles",
                    "Residuals have light tails"),
    "a high tail": (x + np.exp(noise), X, "quantiles",
                    "Residuals have a long tail to the high side"),
    "a low tail": (x - np.exp(noise), X, "quantiles",
                   "Residuals have a long tail to the low side"),
    "a far row": (np.append(x[:-1] + noise[:-1], 60.0), X.assign(x=FAR), "leverage",
                  "Row 400 alone moves the fit"),
}  # fmt: skip


@pytest.mark.parametrize(("y", "X", "name", "title"), PATTERNS.values(), ids=PATTERNS)
def test_a_pattern_of_residuals_is_told(y, X, name, title):
    assert re.match(title, titles(linear(y, X))[name])


def test_the_far_row_has_its_number_on_the_picture():
    y, X, *_ = PATTERNS["a far row"]
    picture, _ = of_residuals.of(linear(y, X))["leverage"]
    assert "400" in texts(picture)


def texts(picture):
    return {"".join(e.itertext()) for e in ET.fromstring(plots.svg(picture)).iter()}


@pytest.mark.parametrize("rows", [2, 3, 4, 12])
def test_few_rows_are_drawn_or_left(rows):
    model = linear((1 + 2 * x + noise)[:rows], X[:rows])
    assert set(titles(model)) <= {"residuals", "spread", "quantiles", "leverage"}


@pytest.mark.parametrize(
    "y", [2 * x, 1 + 2 * x - z / 3, np.full(n, 5.0)], ids=["copy", "computed", "same"]
)
def test_of_residuals_of_rounding_nothing_is_drawn(y):
    assert titles(linear(y)) == {}


def test_the_figures_of_a_leverage_picture_are_those_of_statsmodels():
    y = 1 + 2 * x + noise
    theirs = sm.OLS(y, sm.add_constant(X)).fit().get_influence()
    picture, _ = of_residuals.of(linear(y))["leverage"]
    drawn = picture.axes[0].collections[0].get_offsets()
    ours = np.column_stack([theirs.hat_matrix_diag, theirs.resid_studentized_internal])
    np.testing.assert_allclose(drawn, ours, rtol=1e-8)
    row = int(np.argmax(theirs.cooks_distance[0]))
    assert finding(picture).endswith(f"row {row + 1}")


# -- effects --------------------------------------------------------------------------

PET = np.array(["cat", "dog", "eel"])[rng.integers(0, 3, n)]
TABLE = pd.DataFrame({"x": x * 10, "z": z, "pet": PET})
BOUGHT = np.where(0.2 * x * 10 + (PET == "eel") + rng.logistic(size=n) > 0, "yes", "no")


def fitted(model, target, table=TABLE):
    rows = pl.rows(table.assign(target=target), "target").for_fitting()
    return model.fit(rows)


def found(pictures):
    return [finding(picture) for picture, _ in pictures.values()]


def test_effects_are_those_of_columns_in_comparable_units():
    y = 3 * x + 5 * (PET == "dog") + noise
    model = fitted(pl.LinearRegression(), y)
    dummies = TABLE.assign(dog=PET == "dog", eel=PET == "eel").drop(columns="pet")
    theirs = sm.OLS(y, sm.add_constant(dummies.astype(float))).fit()
    scale = [2 * dummies["x"].std(ddof=0), 2 * dummies["z"].std(ddof=0), 1, 1]
    frame = effects.standardised(model, np.asarray(dummies, float))
    np.testing.assert_allclose(frame["estimate"], theirs.params[1:] * scale, rtol=1e-8)
    bounds = theirs.conf_int()[1:].to_numpy() * np.array(scale)[:, None]
    np.testing.assert_allclose(frame[["lower", "upper"]], bounds, rtol=1e-8)
    drawn = of_effects.standardised(model)
    assert found(drawn) == [
        "2 of 4 effects differ from 0 beyond chance, that of x the most"
    ]


@pytest.mark.parametrize(
    ("slope", "title"),
    [(0.0, r"The effect of x on target may be chance \(p = 0\.[0-9]+\)"),
     (3.0, "target grows by [0-9.]+ with 1 more of x"),
     (-3.0, "target falls by [0-9.]+ with 1 more of x")],
)  # fmt: skip
def test_a_column_is_said_to_act_where_it_does(slope, title):
    model = fitted(pl.LinearRegression(), slope * x + noise)
    assert any(re.fullmatch(title, line) for line in found(of_effects.partial(model)))


def test_a_category_is_said_to_act_as_a_whole():
    with_it = fitted(pl.LinearRegression(), 5.0 * (PET == "dog") + noise)
    line = next(t for t in found(of_effects.partial(with_it)) if "By pet" in t)
    assert "is highest for dog (" in line
    means = pd.Series(noise).groupby(PET).transform("mean")
    without = fitted(pl.LinearRegression(), noise - means)
    told = found(of_effects.partial(without))
    assert any("The effect of pet on target may be chance" in line for line in told)


def test_the_chance_of_a_category_is_that_of_the_test_of_all_its_levels():
    model = fitted(pl.LinearRegression(), x + 0.2 * (PET == "dog") + noise)
    dummies = TABLE.assign(dog=PET == "dog", eel=PET == "eel").drop(columns="pet")
    theirs = sm.OLS(x + 0.2 * (PET == "dog") + noise,
                    sm.add_constant(dummies.astype(float))).fit()  # fmt: skip
    pet = next(c for c in effects.raw_columns(model) if c.name == "pet")
    expected = float(theirs.f_test("dog = 0, eel = 0").pvalue)
    assert effects.chance(model, pet) == pytest.approx(expected, rel=1e-8)


def test_the_chance_of_a_category_is_that_of_its_levels_for_all_classes():
    vote = np.array(["a", "b", "c"])[
        np.digitize(x + (PET == "eel") + rng.logistic(size=n), [-1, 1])
    ]
    model = fitted(pl.LogisticRegression(C=np.inf, tol=1e-12), vote)
    dummies = TABLE.assign(dog=PET == "dog", eel=PET == "eel").drop(columns="pet")
    design = sm.add_constant(dummies.astype(float)).to_numpy()
    theirs = sm.MNLogit(np.searchsorted(["a", "b", "c"], vote), design)
    fit = theirs.fit(disp=0, method="newton", tol=1e-12)
    places = [5 * k + j for k in range(2) for j in (3, 4)]
    w, C = fit.params.ravel(order="F")[places], fit.cov_params()[np.ix_(places, places)]
    expected = stats.chi2.sf(w @ np.linalg.solve(C, w), 4)
    pet = next(c for c in effects.raw_columns(model) if c.name == "pet")
    assert effects.chance(model, pet) == pytest.approx(expected, rel=1e-6)
    drawn = of_effects.partial(model)
    levels = next(p for p, said in drawn.values() if "each level of pet" in said)
    centre = dummies.astype(float).mean()
    rows = np.tile(np.r_[1, centre], (3, 1))
    rows[:, 3:] = [[0, 0], [1, 0], [0, 1]]
    names = [tick.get_text() for tick in levels.axes[0].get_yticklabels()]
    order = [["cat", "dog", "eel"].index(name) for name in names]
    for k, dots in enumerate(levels.axes[0].collections[1:]):
        shown = dots.get_offsets()[:, 0]
        np.testing.assert_allclose(shown, fit.predict(rows)[order, k], atol=1e-6)


@pytest.mark.parametrize(
    ("best", "title"),
    [("aaa", "a is likeliest at every x"),
     ("abb", "As x rises, the likeliest is a, then b"),
     ("aba", "As x rises, the likeliest is a, then b, then a"),
     ("abcabc", "As x rises, the likeliest is a, then 4 others, then c")],
)  # fmt: skip
def test_each_class_that_is_likeliest_somewhere_is_named(best, title):
    p = np.array([[one == label for label in "abc"] for one in best], float)
    assert findings.likeliest(p, list("abc"), "x") == title


@pytest.mark.parametrize(
    ("told", "title"),
    [([0, 0, 0], "No effect differs from 0 beyond chance"),
     ([0, 1, 0], "Of 3 effects only that of b differs from 0 beyond chance"),
     ([1, 0, 1], "2 of 3 effects differ from 0 beyond chance, that of c the most"),
     ([1, 1, 1], "All 3 effects differ from 0 beyond chance, that of b the most"),
     ([0], "The effect of a does not differ from 0 beyond chance"),
     ([1], "The effect of a differs from 0 beyond chance")],
)  # fmt: skip
def test_effects_beyond_chance_are_counted(told, title):
    sizes = np.array([1.0, -9.0, 3.0])[: len(told)]
    assert findings.effects([*"abc"][: len(told)], sizes, np.array(told)) == title


def test_the_probability_along_a_column_has_the_band_of_statsmodels():
    model = fitted(pl.LogisticRegression(C=np.inf, tol=1e-12), BOUGHT)
    dummies = TABLE.assign(dog=PET == "dog", eel=PET == "eel").drop(columns="pet")
    design = sm.add_constant(dummies.astype(float))
    theirs = sm.Logit(BOUGHT == "yes", design).fit(disp=0, tol=1e-12)
    rows = dummies.astype(float).to_numpy()[:5]
    G = np.column_stack([np.ones(5), rows])
    half = stats.norm.ppf(0.975) * np.sqrt(
        np.sum((G @ theirs.cov_params()) * G, axis=1)
    )
    middle = G @ theirs.params
    np.testing.assert_allclose(
        effects.along(model, rows), [middle, middle - half, middle + half], rtol=1e-6
    )


def test_the_odds_of_classes_are_told_with_their_event():
    model = fitted(pl.LogisticRegression(C=np.inf), BOUGHT)
    (line,) = found(of_effects.standardised(model))
    assert line.startswith("target = yes: ")
    assert "that of x the most" in line or "only that of x" in line
    told = found(of_effects.partial(model))
    assert any(re.match(r"p\(target = yes\) rises from .* as x goes", t) for t in told)


def test_counts_along_a_column_have_the_band_of_statsmodels():
    counts = rng.poisson(np.exp(0.3 + 0.5 * x))
    model = pl.PoissonRegression(alpha=0, tol=1e-12).fit(X[["x"]], counts)
    theirs = sm.GLM(counts, sm.add_constant(X[["x"]]), sm.families.Poisson()).fit()
    axes = model.plot().axes[0]
    share = 1 - theirs.deviance / theirs.null_deviance
    assert finding(model.plot()) == f"x explains {share:.1%} of the deviance"
    (band,) = [c for c in axes.collections if "Poly" in type(c).__name__]
    at, height = band.get_paths()[0].vertices.T
    ends = sm.add_constant(np.unique(at))
    bounds = theirs.get_prediction(ends).summary_frame()
    for side, extreme in (("mean_ci_lower", min), ("mean_ci_upper", max)):
        drawn = [extreme(height[at == v]) for v in np.unique(at)]
        np.testing.assert_allclose(drawn, bounds[side], rtol=1e-5)


def test_coefficients_that_a_penalty_moved_have_no_intervals():
    model = fitted(pl.LogisticRegression(C=1.0), BOUGHT)
    assert of_effects.standardised(model) == {}
    _, low, high = effects.along(model, TABLE[["x"]].to_numpy() @ np.ones((1, 4)))
    assert np.isnan(low).all()
    assert np.isnan(high).all()


# -- classes --------------------------------------------------------------------------

LABELS = ["no", "yes"]
PLACE = (BOUGHT == "yes").astype(int)
P = 1 / (1 + np.exp(-2 * x))
BOTH = np.column_stack([1 - P, P])


def test_the_title_of_roc_is_the_area_below_it():
    picture = of_classes.roc(BOTH, PLACE, LABELS)
    area = metrics.roc_auc_score(PLACE, P)
    assert f"(AUC {area:.3f})" in finding(picture)
    curve = picture.axes[0].lines[1].get_xydata()
    assert np.trapezoid(curve[:, 1], curve[:, 0]) == pytest.approx(area)


def test_what_is_said_of_two_classes_is_counted():
    title = finding(of_classes.said(BOTH, PLACE, LABELS, "bought"))
    right = np.mean((P >= 0.5) == (PLACE == 1))
    assert title.startswith(findings.percent(right).replace("\xa0", " "))


def test_what_is_said_of_three_classes_names_the_surest_and_the_least_sure():
    place = np.repeat([0, 1, 2], 10)
    p = np.full((30, 3), 0.1)
    p[:10] = [0.8, 0.1, 0.1]
    p[20:] = [0.3, 0.3, 0.4]
    title = finding(of_classes.said(p, place, ["a", "b", "c"], "y"))
    assert title == (
        "The right class gets 80 % in a typical row of a, 10 % in one of b"
    )


@pytest.mark.parametrize(("slope", "verb"), [(2, "rises"), (-2, "falls")])
def test_the_curve_of_one_column_rises_or_falls(slope, verb):
    y = np.where(slope * x + rng.logistic(size=n) > 0, "yes", "no")
    model = pl.LogisticRegression(C=np.inf).fit(X[["x"]], pd.Series(y, name="bought"))
    picture = model.plot()
    p = model.predict_proba(X.loc[[x.argmin(), x.argmax()], ["x"]])[:, 1]
    first, last = (findings.percent(float(v)).replace("\xa0", " ") for v in p)
    assert finding(picture).startswith(
        f"p(bought = yes) {verb} from {first} to {last} as x goes from"
    )


def test_lines_of_equal_probability_are_those_of_the_model():
    y = np.where(x + z + rng.logistic(size=n) > 0, "yes", "no")
    model = pl.LogisticRegression(C=np.inf).fit(X, y)
    assert {"10 %", "25 %", "75 %", "90 %"} <= texts(model.plot())


# -- the pieces -----------------------------------------------------------------------


@pytest.mark.parametrize("f", [np.sin, np.abs, np.exp], ids=["sine", "v", "rise"])
def test_a_smooth_line_is_that_of_statsmodels(f):
    y = f(x) + 0.3 * noise
    theirs = sm.nonparametric.lowess(y, x, frac=2 / 3, it=2)
    at, line = smooth(x, y)
    assert np.abs(line - np.interp(at, *theirs.T)).max() < 0.02 * np.ptp(y)


def test_a_smooth_line_minds_no_far_row():
    t = np.linspace(0, 1, 100)
    y = t.copy()
    y[50] = 1e3
    at, line = smooth(t, y)
    assert np.abs(line - at).max() < 0.01


def test_rows_of_few_values_stand_beside_one_another():
    values = np.repeat([0.0, 1.0, 3.0], 20)
    moved = apart(values)
    assert len(np.unique(moved)) == 60
    assert np.abs(moved - values).max() <= 0.12


@pytest.mark.parametrize(
    "values", [[], [1.0] * 50, np.arange(5.0), [np.nan] * 40], ids=str
)
def test_a_shape_is_told_of_enough_values_that_differ(values):
    assert shape_of(np.array(values)) is None


@pytest.mark.parametrize(
    ("estimate", "error", "shown"),
    [
        (3.14159, 0.0456, ["3.142", "0.046"]),
        (-357.2, 66.6, ["-357", "67"]),
        (1e-7, 3.21e-9, ["1.000e-07", "3.2e-09"]),
        (123456.789, 0.0123, ["123456.789", "0.012"]),
        (5.0, 0.0996, ["5.00", "0.10"]),
        (2.0, np.nan, ["2", "nan"]),
        (0.0, 0.5, ["0.00", "0.50"]),
        (-0.3, 21.0, ["0", "21"]),
    ],
)
def test_an_estimate_has_the_digits_that_its_error_leaves(estimate, error, shown):
    frame = estimates.estimates(np.array([estimate]), np.array([error]), 20, ["x"])
    row = estimates.written(frame).loc["x"]
    assert [cell.text for cell in row.iloc[:2]] == shown


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [
        ((1.052341, 1.0123, 1.0934), ["1.052", "1.012", "1.093"]),
        ((0.0006096, 2.3434e-05, 0.01586), ["0.00061", "0.000023", "0.016"]),
        ((12345.6, 4000.4, 38100.7), ["12346", "4000", "38101"]),
        ((1e12, 1e10, 1e14), ["1.0e+12", "1.0e+10", "1.0e+14"]),
        ((2.516, 1.2345, np.inf), ["2.5", "1.2", "inf"]),
        ((3.25, 0.0, np.inf), ["3.2", "0", "inf"]),
        ((3.14159, np.nan, np.nan), ["3.14159", "nan", "nan"]),
    ],
)
@pytest.mark.parametrize("name", ["odds ratio", "rate ratio"])
def test_a_ratio_has_the_digits_that_its_interval_leaves(name, ratio, shown):
    frame = pd.DataFrame([ratio], columns=[name, "lower", "upper"], index=["x"])
    assert [cell.text for cell in estimates.written(frame).loc["x"]] == shown


def test_ratios_are_written_short_as_text_and_html_and_kept_whole(rng):
    X = rng.normal(size=(200, 2))
    y = X[:, 0] + rng.logistic(size=200) > 0
    found = pl.LogisticRegression(C=np.inf).fit(X, y).odds_ratios()
    texts = [c.text for c in estimates.written(found.frame).to_numpy().ravel()]
    assert max(map(len, texts)) <= 5
    for shown in str(found), found._repr_html_():
        assert all(text in shown for text in texts)
    assert len(str(found.frame.iloc[0, 0])) > 12
