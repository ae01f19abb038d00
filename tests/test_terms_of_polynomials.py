"""Terms of polynomials: powers of a column are tested without its interactions."""

import mpmath
import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from exact import correct_digits
from statsmodels.datasets import grunfeld
from test_terms import squared_errors

import pellucid as pl

SUMS = ["sum of squares", "degrees of freedom", "F"]


def quadratic(frame):
    return pl.PolynomialRegression(2).fit(pl.rows(frame, target="y"))


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
    found = quadratic(frame).anova().frame
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
    near, far = (quadratic(curved(centre)).anova().frame for centre in (0, 2000))
    assert far.to_numpy() == pytest.approx(near.to_numpy(), rel=1e-8, nan_ok=True)


def test_terms_of_features_that_are_nearly_parallel_keep_their_digits(rng):
    x = rng.normal(size=30)
    X = np.column_stack([x, x + 1e-3 * rng.normal(size=30)])
    found = pl.PolynomialRegression(3).fit(X, y := rng.normal(size=30)).anova().frame
    exact = np.vectorize(mpmath.mpf, otypes=[object])(X)
    powers = {"x1": [(1, 0), (2, 0), (3, 0)], "x2": [(0, 1), (0, 2), (0, 3)],
              "x1:x2": [(1, 1), (2, 1), (1, 2)]}  # fmt: skip

    def left(*terms):
        columns = [np.prod(exact**p, axis=1) for name in terms for p in powers[name]]
        return squared_errors(np.column_stack(columns), y)

    whole, both = left(*powers), left("x1", "x2")
    truth = [left("x2") - both, left("x1") - both, both - whole, whole]
    assert correct_digits(found["sum of squares"], truth) >= 8


def test_polynomials_are_nested_by_degree():
    frame = grunfeld.load_pandas().data
    models = [pl.PolynomialRegression(k).fit(frame[["year"]], frame["invest"])
              for k in (1, 2, 3)]  # fmt: skip
    found = pl.compare(*models).frame
    powers = [" + ".join(f"I((year - 1945)**{p})" for p in range(1, k + 1))
              for k in (1, 2, 3)]  # fmt: skip
    theirs = [smf.ols(f"invest ~ {p}", frame).fit() for p in powers]
    F = [theirs[i + 1].compare_f_test(theirs[i])[0] for i in range(2)]
    assert found["F"].tolist() == pytest.approx([np.nan, *F], rel=1e-6, nan_ok=True)
    assert found["against"].tolist()[1:] == ["model 1", "model 2"]
