"""Tests of terms as a whole, against statsmodels, R and exact arithmetic."""

import mpmath
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from sklearn.datasets import load_diabetes, load_iris
from statsmodels.datasets import (
    anes96,
    cancer,
    ccard,
    copper,
    fair,
    grunfeld,
    longley,
    randhie,
    scotland,
    spector,
    stackloss,
    statecrime,
)

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models.terms import terms_of

SUMS = ["sum of squares", "degrees of freedom", "F"]


def data(of):
    """A data set that statsmodels ships, with names that formulas take."""
    frame = of.load_pandas().data.reset_index(drop=True)
    return frame.rename(columns=lambda name: name.replace(".", "_"))


def fitted(frame, target, model=pl.LinearRegression, **options):
    return model().fit(pl.rows(frame, target=target, **options))


def formula(frame, target, categories):
    names = [f"C({c})" if c in categories else c for c in frame if c != target]
    return f"{target} ~ {' + '.join(names)}"


# -- least squares --------------------------------------------------------------------

iris = load_iris(as_frame=True).frame.set_axis(["sl", "sw", "pl", "pw", "kind"], axis=1)
iris["kind"] = iris["kind"].map({0: "setosa", 1: "versicolor", 2: "virginica"})
LINEAR = {
    "longley": (data(longley), "TOTEMP", ()),
    "stackloss": (data(stackloss), "STACKLOSS", ()),
    "grunfeld": (data(grunfeld), "invest", ("firm",)),
    "scotland": (data(scotland), "YES", ()),
    "statecrime": (data(statecrime), "murder", ()),
    "ccard": (data(ccard), "AVGEXP", ()),
    "copper": (data(copper), "WORLDCONSUMPTION", ()),
    "cancer": (data(cancer), "cancer", ()),
    "diabetes": (load_diabetes(as_frame=True).frame, "target", ()),
    "iris": (iris, "sl", ("kind",)),
    "fair": (data(fair).assign(occupation=lambda f: "o" + f.occupation.astype(str)),
             "affairs", ("occupation",)),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "target", "categories"), LINEAR.values(), ids=LINEAR)
def test_terms_of_least_squares_are_those_of_statsmodels(frame, target, categories):
    found = fitted(frame, target, categories=categories).anova().frame
    fit = smf.ols(formula(frame, target, categories), frame).fit()
    theirs = sm.stats.anova_lm(fit, typ=2)
    theirs.index = theirs.index.str.replace(r"C\((.*)\)", r"\1", regex=True)
    theirs = theirs.rename({"Residual": "residual"}).loc[found.index]
    assert found[SUMS].to_numpy() == pytest.approx(
        theirs[["sum_sq", "df", "F"]].to_numpy(), rel=1e-8, nan_ok=True
    )
    assert found["p"].tolist() == pytest.approx(
        theirs["PR(>F)"].tolist(), rel=1e-6, nan_ok=True
    )


def test_weights_are_inverse_variances():
    frame, s = data(grunfeld), np.linspace(0.2, 9.0, 220)
    X = frame[["value", "capital", "year"]]
    found = pl.LinearRegression().fit(X, frame["invest"], s).anova().frame
    fit = smf.wls("invest ~ value + capital + year", frame, weights=s).fit()
    theirs = sm.stats.anova_lm(fit, typ=2)[["sum_sq", "df", "F"]]
    assert found[SUMS].to_numpy() == pytest.approx(
        theirs.to_numpy(), rel=1e-8, nan_ok=True
    )


MPG = (
    21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2,
    10.4, 10.4, 14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26, 30.4,
    15.8, 19.7, 15, 21.4,
)  # fmt: skip
CYL = "66468684466888888444488884448684"
VS = "00110101111000000111100001010001"
AM = "11100000000000000111000001111111"


def test_terms_of_cars_are_those_that_r_prints():
    """car::Anova(lm(mpg ~ vs + am + as.factor(cyl), mtcars)), as published."""
    cars = pd.DataFrame({"mpg": MPG, "vs": [*map(int, VS)], "am": [*map(int, AM)]})
    cars["cyl"] = ["c" + c for c in CYL]
    found = fitted(cars, "mpg").anova().frame
    assert found.index.tolist() == ["vs", "am", "cyl", "residual"]
    sums = found["sum of squares"].round(3).tolist()
    assert sums == [5.601, 41.122, 94.591, 258.895]
    assert found["degrees of freedom"].tolist() == [1, 1, 2, 27]
    assert found["F"].round(4).tolist()[:3] == [0.5841, 4.2886, 4.9324]
    assert found["p"].round(5).tolist()[:3] == [0.45135, 0.04805, 0.01493]


def squared_errors(X, y):
    """SSE of y on X and a constant, in a hundred digits."""
    with mpmath.workdps(100):
        A = mpmath.matrix(np.column_stack([np.ones(len(y)), X]).tolist())
        b = mpmath.matrix(y.tolist())
        e = b - A * mpmath.lu_solve(A.T * A, A.T * b)
        return (e.T * e)[0]


def test_a_weak_term_beside_strong_ones_keeps_its_digits():
    rng = np.random.default_rng(3)
    t = 1e3 + np.arange(40.0)
    X = np.column_stack([t, t**2, rng.normal(size=40)])
    y = 3 * t + 1e-3 * rng.normal(size=40)
    found = pl.LinearRegression().fit(X, y).anova().frame["sum of squares"]
    whole = squared_errors(X, y)
    rest = [squared_errors(np.delete(X, j, axis=1), y) - whole for j in range(3)]
    assert found.tolist() == pytest.approx([*map(float, rest), float(whole)], rel=1e-9)


@pytest.mark.parametrize("unit", [1e-170, 1e170])
@pytest.mark.parametrize("size", [1e-100, 1.0, 1e100])
def test_units_of_columns_and_target_do_not_matter(unit, size):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    near = pl.LinearRegression().fit(X, y).anova().frame
    far = pl.LinearRegression().fit(X * [unit, 1.0, 1.0], y * size).anova().frame
    columns = ["degrees of freedom", "F", "p"]
    assert far[columns].to_numpy() == pytest.approx(
        near[columns].to_numpy(), rel=1e-9, nan_ok=True
    )
    assert far["sum of squares"].to_numpy() / size / size == pytest.approx(
        near["sum of squares"].to_numpy(), rel=1e-9
    )


def test_what_other_columns_say_has_nothing_to_test():
    rng = np.random.default_rng(1)
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    more = np.column_stack([X, X[:, 0] + 2 * X[:, 1], np.full(30, 7.0)])
    found = pl.LinearRegression().fit(more, y).anova()
    alone = pl.LinearRegression().fit(X, y).anova().frame
    assert found.frame["degrees of freedom"].tolist() == [0, 0, 1, 0, 0, 26]
    assert found.frame["p"].isna().tolist() == [True, True, False, True, True, True]
    assert found.frame["F"]["x3"] == pytest.approx(alone["F"]["x3"], rel=1e-9)
    assert "x1, x2, x4, x5: the other columns say all that they say" in str(found)


def test_a_category_whose_level_is_another_column_loses_one_degree():
    rng = np.random.default_rng(5)
    level = np.array(["a", "b", "c", "d"] * 10)
    y = rng.normal(size=40) + (level == "c")
    frame = pd.DataFrame({"level": level, "is b": 1.0 * (level == "b"), "y": y})
    found = fitted(frame, "y").anova().frame
    assert found["degrees of freedom"].tolist() == [2, 0, 36]
    SSE = squared_errors(1.0 * (level == "b")[:, None], y)
    whole = squared_errors(1.0 * (level[:, None] == ["b", "c", "d"]), y)
    assert found["sum of squares"].iloc[0] == pytest.approx(float(SSE - whole))


def test_an_imputed_column_is_one_term_with_its_indicator():
    x = np.array([1.0, np.nan, 3.0, 4.0, np.nan, 6.0, 2.0, 5.0])
    frame = pd.DataFrame({"x": x, "z": x[::-1] ** 2, "y": np.arange(8.0) ** 2})
    frame["z"] = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
    model = fitted(frame, "y", missing="impute")
    terms = {name: places.tolist() for name, places in terms_of(model).items()}
    assert terms == {"x": [0, 1], "z": [2]}
    assert model.anova().frame["degrees of freedom"].tolist() == [2, 1, 4]


def test_each_target_has_tests_of_its_own():
    rng = np.random.default_rng(2)
    X, Y = rng.normal(size=(20, 2)), rng.normal(size=(20, 2))
    both = pl.LinearRegression().fit(X, Y).anova().frame
    assert both.index.names == ["target", "term"]
    one = pl.LinearRegression().fit(X, Y[:, 1]).anova().frame
    assert both.loc["y2"].to_numpy() == pytest.approx(one.to_numpy(), nan_ok=True)


def test_without_rows_to_spare_there_is_no_test():
    found = pl.LinearRegression().fit(np.eye(3)[:, :2], [1.0, 2.0, 4.0]).anova().frame
    assert found["F"].isna().all()
    assert found["p"].isna().all()
    assert found["degrees of freedom"].tolist() == [1, 1, 0]


def test_a_perfect_fit_is_beyond_chance():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    found = pl.LinearRegression().fit(x, [1.0, 3.0, 5.0, 7.0]).anova().frame
    assert found["F"]["x"] > 1e30
    assert found["p"]["x"] < 1e-30


def test_loaded_models_keep_their_tests_of_least_squares(tmp_path):
    model = fitted(data(grunfeld), "invest")
    pl.save(model, tmp_path / "m.safetensors")
    again = pl.load(tmp_path / "m.safetensors").anova().frame
    pd.testing.assert_frame_equal(again, model.anova().frame)


BOUND = {
    "positive=True": pl.LinearRegression(positive=True),
    "C=1.0": pl.LogisticRegression(),
    "alpha=1.0": pl.PoissonRegression(),
}


@pytest.mark.parametrize(("what", "model"), BOUND.items(), ids=BOUND)
def test_estimates_that_are_held_back_have_no_tests(what, model):
    model.fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    with pytest.raises(ModelError, match=f"without a penalty or bounds.*{what}"):
        model.anova()


# -- polynomials ----------------------------------------------------------------------


def curved(centre):
    """A surface over x, far from 0, z and a category k."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame({"x": rng.uniform(-5, 5, 60), "z": rng.normal(size=60)})
    frame["k"] = np.tile(["a", "b", "b"], 20)
    bend = frame.x**2 / 9 + frame.z + 0.3 * frame.z * frame.x + (frame.k == "b")
    frame["y"] = bend + rng.normal(size=60)
    return frame.assign(x=frame.x + centre)


def test_powers_of_a_column_are_a_term_tested_without_its_interactions():
    frame = curved(0)
    found = fitted(frame, "y", lambda: pl.PolynomialRegression(2)).anova().frame
    parts = {
        "x": "x + I(x**2)", "z": "z + I(z**2)", "k": "k", "x:z": "x:z", "x:k": "x:k",
        "z:k": "z:k",
    }  # fmt: skip
    assert found.index.tolist() == [*parts, "residual"]

    def left(terms):
        return smf.ols("y ~ " + " + ".join(parts[t] for t in terms), frame).fit()

    whole = left(parts)
    for term in parts:
        others = [t for t in parts if not set(term.split(":")) <= set(t.split(":"))]
        few, many = left(others), left([*others, term])
        q = few.df_resid - many.df_resid
        F = (few.ssr - many.ssr) / q / whole.mse_resid
        expected = [few.ssr - many.ssr, q, F]
        assert found.loc[term, SUMS].tolist() == pytest.approx(expected, rel=1e-8)


def test_terms_of_powers_do_not_depend_on_where_0_is():
    near, far = (
        fitted(curved(centre), "y", lambda: pl.PolynomialRegression(2)).anova().frame
        for centre in (0, 2000)
    )
    assert far.to_numpy() == pytest.approx(near.to_numpy(), rel=1e-8, nan_ok=True)


# -- likelihood -----------------------------------------------------------------------

grades = data(spector).assign(PSI=lambda f: "p" + f.PSI.astype(int).astype(str),
                              GRADE=lambda f: f.GRADE.astype(int))  # fmt: skip
voters = data(anes96)[["PID", "logpopul", "selfLR", "educ", "income"]]
voters = voters.assign(
    PID=pd.cut(voters.PID, [-1, 1, 4, 6], labels=False),
    educ=pd.cut(voters.educ, 3, labels=["low", "middle", "high"]),
)
visits = data(randhie)[::20][["mdvis", "lncoins", "disea", "hlthg", "physlm"]]
visits = visits.assign(disea=pd.cut(visits.disea, 3, labels=["a", "b", "c"]))
LIKELY = {
    "binary": (grades, "GRADE", smf.logit, lambda: pl.LogisticRegression(C=np.inf)),
    "multinomial": (voters, "PID", smf.mnlogit,
                    lambda: pl.LogisticRegression(C=np.inf)),
    "counts": (visits, "mdvis", smf.poisson, lambda: pl.PoissonRegression(alpha=0.0)),
}  # fmt: skip


@pytest.mark.parametrize("kind", LIKELY)
def test_likelihood_ratios_of_terms_are_those_of_fits_without_them(kind):
    frame, target, theirs, model = LIKELY[kind]
    columns = [name for name in frame if name != target]
    options = {"disp": 0, "method": "newton", "maxiter": 200}

    def fit(names):
        return theirs(f"{target} ~ {' + '.join(names)}", frame).fit(**options)

    whole = fit(columns)
    found = fitted(frame.astype({target: int}), target, model).anova().frame
    assert found.index.tolist() == columns
    for name in columns:
        rest = fit([other for other in columns if other != name])
        ratio, q = 2 * (whole.llf - rest.llf), whole.df_model - rest.df_model
        row = found.loc[name]
        assert row["likelihood ratio"] == pytest.approx(ratio, rel=1e-8, abs=1e-10)
        assert row["degrees of freedom"] == q
        assert row["p"] == pytest.approx(stats.chi2.sf(ratio, q), rel=1e-6)


@pytest.mark.parametrize("kind", ["binary", "counts"])
def test_walds_chi2_is_that_of_statsmodels(kind):
    frame, target, theirs, model = LIKELY[kind]
    columns = [name for name in frame if name != target]
    found = fitted(frame.astype({target: int}), target, model).anova().frame
    whole = theirs(f"{target} ~ {' + '.join(columns)}", frame).fit(disp=0)
    expected = whole.wald_test_terms(scalar=True).table.loc[columns]
    assert found["Wald chi2"].tolist() == pytest.approx(
        expected["statistic"].tolist(), rel=1e-6
    )
    assert found["p (Wald)"].tolist() == pytest.approx(
        expected["pvalue"].tolist(), rel=1e-6
    )


def test_walds_chi2_takes_all_classes_together():
    frame, target, _, model = LIKELY["multinomial"]
    found = fitted(frame.astype({target: int}), target, model).anova().frame
    X = pd.get_dummies(frame.drop(columns=target), drop_first=True, dtype=float)
    whole = sm.MNLogit(frame[target], sm.add_constant(X)).fit(disp=0, method="newton")
    C, b = whole.cov_params().to_numpy(), whole.params.to_numpy().ravel("F")
    p = X.shape[1] + 1
    at = [i * p + j for i in range(2) for j in (4, 5)]  # educ, of both log odds
    expected = b[at] @ np.linalg.solve(C[np.ix_(at, at)], b[at])
    assert found.loc["educ", "Wald chi2"] == pytest.approx(expected, rel=1e-8)


def test_counts_of_dobson_are_those_that_r_prints():
    """anova(glm.D93, test = "Chisq") of R's help for glm; the design is balanced."""
    frame = pd.DataFrame({
        "outcome": list("123" * 3), "treatment": list("111222333"),
        "counts": [18, 17, 15, 20, 10, 20, 25, 13, 12],
    })  # fmt: skip
    options = {"categories": ("outcome", "treatment")}
    model = LIKELY["counts"][-1]
    found = fitted(frame, "counts", model, **options).anova().frame
    assert found["likelihood ratio"].round(4).tolist() == [5.4523, 0.0]
    assert found["p"].round(5).tolist() == [0.06547, 1.0]


def test_moths_of_collett_are_those_that_r_prints():
    """anova(budworm.lg, test = "Chisq"), Venables & Ripley, MASS, section 7.2."""
    dead = np.array([1, 4, 9, 13, 18, 20, 0, 2, 6, 10, 12, 16])
    X = np.column_stack([np.repeat([0, 1], 6), np.tile(np.arange(6.0), 2)])
    s, y = np.append(dead, 20 - dead), np.repeat([1, 0], 12)
    model = pl.LogisticRegression(C=np.inf).fit(np.vstack([X, X]), y, s)
    assert model.anova().frame.loc["x2", "likelihood ratio"].round(3) == 112.042


def test_a_model_of_one_term_is_tested_against_the_constant():
    model = pl.LogisticRegression(C=np.inf).fit(grades[["GPA"]], grades["GRADE"])
    ratio = model.summary().figures["likelihood ratio"]
    assert model.anova().frame.loc["GPA", "likelihood ratio"] == pytest.approx(ratio)


def test_aliased_terms_of_a_likelihood_have_nothing_to_test():
    X = grades[["GPA", "TUCE"]].assign(both=lambda f: f.GPA + f.TUCE)
    found = pl.LogisticRegression(C=np.inf).fit(X, grades["GRADE"]).anova().frame
    assert found["degrees of freedom"].tolist() == [0, 0, 0]
    assert found[["p", "Wald chi2"]].isna().all(axis=None)


def test_separable_classes_are_tested_with_a_warning():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    with pytest.warns(match="separable"):
        model = pl.LogisticRegression(C=np.inf).fit(x, [0, 0, 1, 1])
    found = model.anova()
    assert found.frame["likelihood ratio"].item() == pytest.approx(8 * np.log(2))
    assert "The classes are separable" in str(found)


def test_class_weights_are_kept_in_what_is_fitted_anew():
    X, y = grades[["GPA", "TUCE"]], grades["GRADE"]
    weighted = pl.LogisticRegression(C=np.inf, class_weight={0: 2, 1: 3}).fit(X, y)
    counted = pl.LogisticRegression(C=np.inf).fit(X, y, np.where(y == 1, 3, 2))
    assert weighted.anova().frame.to_numpy() == pytest.approx(
        counted.anova().frame.to_numpy(), rel=1e-6
    )


def test_a_loaded_likelihood_is_fitted_again_for_its_terms(tmp_path):
    model = pl.PoissonRegression(alpha=0.0).fit([[0.0], [1.0], [2.0]], [1, 2, 5])
    pl.save(model, tmp_path / "m.safetensors")
    with pytest.raises(ModelError, match="fit it again"):
        pl.load(tmp_path / "m.safetensors").anova()
