"""Terms and models of likelihoods, tested against statsmodels, R and by definition."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from scipy import stats
from statsmodels.datasets import anes96, randhie, spector

import pellucid as pl
from pellucid.errors import ModelError
from pellucid.models import judging


def data(of):
    return of.load_pandas().data.reset_index(drop=True)


def fitted(frame, target, model, **options):
    return model().fit(pl.rows(frame, target=target, **options))


# -- terms ----------------------------------------------------------------------------

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


BOUND = {
    "C=1.0": pl.LogisticRegression(),
    "alpha=1.0": pl.PoissonRegression(),
}


@pytest.mark.parametrize(("what", "model"), BOUND.items(), ids=BOUND)
def test_estimates_that_are_held_back_have_no_tests(what, model):
    model.fit([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1])
    with pytest.raises(ModelError, match=f"without a penalty or bounds.*{what}"):
        model.anova()


# -- models ---------------------------------------------------------------------------

PAIRS = {
    "classes": (lambda: pl.LogisticRegression(C=np.inf), smf.logit, "GRADE"),
    "counts": (lambda: pl.PoissonRegression(alpha=0.0), smf.poisson, "TUCE"),
}


@pytest.mark.parametrize(("model", "theirs", "y"), PAIRS.values(), ids=PAIRS)
def test_nested_likelihoods_are_told_apart_by_their_ratio(model, theirs, y):
    frame = data(spector).astype({"GRADE": int, "TUCE": int})
    columns = ["GPA"], ["GPA", "PSI"]
    found = pl.compare(*(model().fit(frame[c], frame[y]) for c in columns)).frame
    few, many = (theirs(f"{y} ~ {'+'.join(c)}", frame).fit(disp=0) for c in columns)
    ratio, row = 2 * (many.llf - few.llf), found.loc["model 2"]
    assert row["likelihood ratio"] == pytest.approx(ratio, rel=1e-8)
    assert row["degrees of freedom"] == 1
    assert row["p"] == pytest.approx(stats.chi2.sf(ratio, 1), rel=1e-6)
    assert found["AIC"].tolist() == pytest.approx([few.aic, many.aic], rel=1e-9)
    assert found["BIC"].tolist() == pytest.approx([few.bic, many.bic], rel=1e-9)


def test_separable_classes_have_no_likelihood_to_compare():
    x = np.arange(8.0)[:, None]
    y = x[:, 0] > 3.5
    with pytest.warns(match="separable"):
        apart = pl.LogisticRegression(C=np.inf).fit(x, y)
    other = pl.LogisticRegression(C=np.inf).fit(x % 3, y)
    found = pl.compare(apart, other, folds=4)
    assert found.frame["AIC"].isna().tolist() == [True, False]
    assert "alone judges model 1, as the classes are separable" in str(found)


def test_counts_and_densities_have_no_common_aic():
    frame = data(spector)
    line = pl.LinearRegression().fit(frame[["GPA"]], frame["TUCE"])
    counts = pl.PoissonRegression(alpha=0.0).fit(frame[["GPA"]], frame["TUCE"])
    found = pl.compare(line, counts)
    assert found.frame["AIC"].notna().all()
    assert found.frame["delta AIC"].isna().all()
    assert found.frame["F"].isna().all()
    assert "AIC and BIC compare models of one kind only" in str(found)


def test_a_penalised_model_has_no_greatest_likelihood():
    frame = data(spector)
    models = [pl.LogisticRegression(C=C).fit(frame[["GPA"]], frame["GRADE"])
              for C in (np.inf, 1.0)]  # fmt: skip
    found = pl.compare(*models)
    assert found.frame["AIC"].isna().tolist() == [False, True]
    assert "alone judges model 2, as C=1.0 holds the coefficients back" in str(found)


def test_classes_are_judged_by_log_loss():
    frame = data(spector)
    y = frame["GRADE"].astype(int).map({0: "no", 1: "yes"})
    models = [
        pl.LogisticRegression(C=np.inf).fit(frame[[c]], y) for c in ("GPA", "PSI")
    ]
    found = pl.compare(*models, folds=3)
    fold = judging.folds(y.to_numpy(), True, 0, 3)
    p = np.empty(len(y))
    for k in range(3):
        other = smf.logit("g ~ GPA", frame.assign(g=1 * (y == "yes"))[fold != k])
        p[fold == k] = other.fit(disp=0).predict(frame[fold == k])
    right = np.where(y == "yes", p, 1 - p)
    row = found.frame.loc["model 1"]
    assert row["log loss"] == pytest.approx(-np.log(right).mean(), rel=1e-6)
    assert row["accuracy"] == np.mean(right > 0.5)
    assert found.frame["difference"].min() == 0
