"""What is known where some rows can be told apart for ever: the rest, in the limit.

The truth is statsmodels' of the rows that no direction moves away or, of several
classes, its fit along which those coefficients have gone far enough.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from sklearn.exceptions import ConvergenceWarning

import pellucid as pl
from pellucid.statistics.limit import left

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Maximum Likelihood optimization failed"),
]

rng = np.random.default_rng(0)
N = 240
X = rng.normal(size=(N, 2))
G = np.arange(N) % 4
LEVELS = np.eye(4)[G]
TRUE = rng.random(N) < 1 / (1 + np.exp(-X[:, 0]))
COUNT = rng.poisson(np.exp(0.3 + 0.4 * X[:, 0]))


def far(x):
    """Rows beyond a border that others lie on: x itself, 0 or 1."""
    return np.where(x > 0.5, 1.0, 0.0)


SEPARATED = {  # columns, which rows stay, which coefficients are determined
    "a level": (np.column_stack([X, LEVELS[:, 1:]]), G != 2, [0, 1, 2, 3, 5]),
    "the first level": (np.column_stack([X, LEVELS[:, 1:]]), G != 0, [1, 2]),
    "two levels": (np.column_stack([X, LEVELS[:, 1:]]), G > 1, [1, 2]),
    "units": (np.column_stack([X * [1e150, 1e-150], LEVELS[:, 2]]), G != 2, [0, 1, 2]),
    "a number": (np.column_stack([X, LEVELS[:, 3] * far(X[:, 1]) * X[:, 1] ** 2]),
                 (G != 3) | (X[:, 1] <= 0.5), [0, 1, 2]),
    "three columns": (np.column_stack([X, LEVELS[:, 1:] @ np.diag([1, 2, 3.0])]),
                      G != 1, [0, 1, 2, 4, 5]),
}  # fmt: skip


def classes(columns, stay):
    y = np.where(stay, TRUE, np.where(G == 1, False, True))
    return pl.LogisticRegression(C=np.inf).fit(columns, y), y, sm.families.Binomial()


def counts(columns, stay):
    y = np.where(stay, COUNT, 0)
    return pl.PoissonRegression(alpha=0).fit(columns, y), y, sm.families.Poisson()


def theirs(columns, y, family, **options):
    """statsmodels' fit, of the columns that vary, in their own units."""
    columns = columns / np.abs(columns).max(axis=0).clip(1e-300)
    both = sm.add_constant(columns, has_constant="add")
    full = np.linalg.matrix_rank(both)
    keep = [
        j
        for j in range(both.shape[1])
        if np.linalg.matrix_rank(both[:, : j + 1]) > np.linalg.matrix_rank(both[:, :j])
    ]
    assert len(keep) == full
    return sm.GLM(y.astype(float), both[:, keep], family).fit(
        tol=1e-15, **options
    ), keep


@pytest.mark.parametrize("fit", [classes, counts])
@pytest.mark.parametrize("case", SEPARATED.values(), ids=SEPARATED)
def test_other_coefficients_have_the_errors_of_the_rows_that_overlap(fit, case):
    columns, stay, known = case
    model, y, family = fit(columns, stay)
    assert model.separable_
    summary = model.summary()
    z = summary.frame["z"].to_numpy()
    assert np.flatnonzero(np.isfinite(z)).tolist() == known
    their, keep = theirs(columns[stay], y[stay], family)
    same = [keep.index(j) for j in known]
    np.testing.assert_allclose(z[known], their.tvalues[same], rtol=1e-7)
    np.testing.assert_allclose(
        summary.frame["p"].iloc[known], their.pvalues[same], 1e-6
    )
    assert np.isclose(summary.figures["log likelihood"], their.llf, rtol=1e-9)
    robust = model.summary(covariance="HC0").frame["z"].iloc[known]
    their, keep = theirs(columns[stay], y[stay], family, cov_type="HC0")
    np.testing.assert_allclose(robust, their.tvalues[same], rtol=1e-6)
    rows = model.diagnostics().frame
    assert (rows.loc[~stay, ["residual", "leverage", "Pearson"]] == 0).all(axis=None)
    assert np.isclose(rows["leverage"].sum(), np.linalg.matrix_rank(
        sm.add_constant(columns[stay] / np.abs(columns).max(axis=0))))  # fmt: skip


def test_a_class_that_a_level_lacks_leaves_the_errors_of_the_others():
    y = np.where(rng.random(N) < 0.3, "r", np.where(TRUE, "p", "q"))
    y[(G == 1) & (y == "r")] = "q"
    columns = np.column_stack([X, LEVELS[:, 1:]])
    model = pl.LogisticRegression(C=np.inf).fit(columns, y)
    exog, codes = sm.add_constant(columns), np.searchsorted(["p", "q", "r"], y)
    with np.errstate(all="ignore"):
        their = sm.MNLogit(codes, exog).fit(method="newton", disp=0, maxiter=18)
    found = model.summary().frame
    errors = found["standard error"].to_numpy().reshape(2, -1)
    assert np.argwhere(np.isnan(errors)).tolist() == [[1, 3]]
    known = np.isfinite(errors)
    np.testing.assert_allclose(errors[known], their.bse.T[known], rtol=1e-6)
    estimates = found["estimate"].to_numpy().reshape(2, -1)
    np.testing.assert_allclose(estimates[known], their.params.T[known], rtol=1e-5)
    against = model.summary(reference="q").frame["standard error"]
    assert np.isclose(against["p", "x3"], errors[0, 3], rtol=1e-12)
    assert np.isnan(against["r", "x3"])


def test_what_is_told_apart_after_a_first_direction_is_found_too():
    """The rows at 0 of the first column are separated by the second."""
    columns = np.array([[1, 5.0], [1, -5], [0, 1], [0, 2], [0, -1], [0, 0], [0, 0]])
    y = np.array([1, 1, 1, 1, 0, 0, 1])
    lost = left(columns, y, 2, True)
    assert lost.sum(axis=1).tolist() == [1, 1, 1, 1, 1, 0, 0]
    assert not lost[np.arange(len(y)), y].any()


def test_where_all_rows_are_told_apart_the_likelihood_is_that_of_the_limit():
    figures = pl.LogisticRegression(C=np.inf).fit([[0.0], [1.0]], [0, 1]).summary()
    assert figures.figures["log likelihood"] == 0
    assert figures.figures["pseudo r2"] == 1
    assert figures.frame["standard error"].isna().all()


def test_terms_that_do_not_separate_have_walds_test():
    table = pd.DataFrame({"x": X[:, 0], "g": np.array(list("abcd"))[G]})
    table["y"] = np.where(G == 2, 0, COUNT)
    found = pl.PoissonRegression(alpha=0).fit(pl.rows(table, target="y")).anova()
    assert "Some means fall to 0" in str(found)
    assert found.frame["p (Wald)"].isna().to_dict() == {"x": False, "g": True}
    # by statsmodels' deviances, the zeros being fitted as near as one likes
    rest = table[G != 2]
    full = sm.add_constant(
        pd.get_dummies(rest[["x", "g"]], drop_first=True, dtype=float)
    )
    poisson = sm.families.Poisson()
    ratio = (sm.GLM(rest["y"], full.drop(columns="x"), poisson).fit().deviance
             - sm.GLM(rest["y"], full, poisson).fit().deviance)  # fmt: skip
    assert np.isclose(found.frame.loc["x", "likelihood ratio"], ratio, rtol=1e-6)


SAID = {
    "a level": (
        LEVELS[:, :1], np.where(G == 0, 0, COUNT + 1), "x = 1: all 60 rows are 0"
    ),
    "beyond a border": (
        X[:, :1], np.where(X[:, 0] < X[:, 0].max(), 0, 5), "x: below .* are 0"
    ),
    "no counts at all": (X, np.zeros(N), "y is 0 in all 240 rows"),
    "two columns": (
        np.column_stack([np.arange(6) // 2, (np.arange(6) // 2) ** 2]),
        [0, 0, 3, 4, 0, 0], "x1 and x2 together tell rows without a count apart"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("columns", "y", "said"), SAID.values(), ids=SAID)
def test_counts_that_fall_to_0_are_told_of(columns, y, said, tmp_path):
    with pytest.warns(ConvergenceWarning, match="nearer to 0.*give an alpha above 0"):
        model = pl.PoissonRegression(alpha=0).fit(columns, y)
    assert model.separable_
    assert any(re.search(said, note) for note in model.notes_)
    pl.save(model, tmp_path / "model.safetensors")
    loaded = pl.load(tmp_path / "model.safetensors")
    assert str(loaded.summary()) == str(model.summary())


@pytest.mark.parametrize(
    "y", [COUNT, np.where(G == 0, 0, COUNT) + (np.arange(N) == 4), COUNT * 1e9],
    ids=["few zeros", "one count in a level", "large counts"],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_counts_that_have_a_maximum_are_no_false_alarm(y):
    model = pl.PoissonRegression(alpha=0).fit(np.column_stack([X, LEVELS[:, 1:]]), y)
    assert not model.separable_
    assert not any("fall to 0" in note for note in model.notes_)
