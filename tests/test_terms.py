"""Tests of terms as a whole, against statsmodels, R and exact arithmetic."""

import mpmath
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from sklearn.datasets import load_diabetes, load_iris
from statsmodels.datasets import (
    cancer,
    ccard,
    copper,
    fair,
    grunfeld,
    longley,
    scotland,
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
    told = pl.LinearRegression().fit(np.eye(3)[:, :2], [1.0, 2.0, 4.0]).anova()
    found = told.frame
    assert "as many estimates as rows" in str(told)
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


def test_coefficients_that_are_held_back_have_no_tests():
    model = pl.LinearRegression(positive=True).fit([[0.0], [1.0], [2.0]], [0, 1, 3])
    with pytest.raises(ModelError, match=r"without a penalty or bounds.*positive=True"):
        model.anova()
