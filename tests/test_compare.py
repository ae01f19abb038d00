"""Models compared: tests, AIC, rows held out, against statsmodels and by hand."""

import numpy as np
import pytest
import statsmodels.formula.api as smf
from scipy import stats
from sklearn.linear_model import LinearRegression as Theirs
from statsmodels.datasets import grunfeld, longley, stackloss

import pellucid as pl
from pellucid.errors import ModelError, TableError
from pellucid.models import judging
from pellucid.statistics.held_out import difference
from pellucid.statistics.nested import Design, spans
from pellucid.tour.fit import run


def data(of):
    return of.load_pandas().data.reset_index(drop=True)


def fitted(frame, target, *columns, model=None):
    model = pl.LinearRegression() if model is None else model
    return model.fit(pl.rows(frame[[*columns, target]], target=target))


# -- which is part of which -----------------------------------------------------------

rng = np.random.default_rng(20261130)
X = rng.normal(size=(48, 3))
TOTAL = X.sum(axis=1, keepdims=True)
LEVELS = np.eye(3)[np.arange(48) % 3]
YEAR = 2000 + np.linspace(0, 1, 48)[:, None]
NESTED = {
    "fewer columns": (X[:, :2], True, X, True, (True, False)),
    "a sum, huge": (TOTAL * 1e170, True, X, True, (True, False)),
    "a sum, minute and moved": (TOTAL * 1e-170 + 1e-169, True, X, True, (True, False)),
    "far from 0": (X[:, :1] + 1e6, True, X + 1e6, True, (True, False)),
    "without intercept": (X, False, X, True, (True, False)),
    "columns that hold one": (LEVELS[:, 1:], True, LEVELS, False, (True, True)),
    "a constant column": (np.full((48, 1), 3.0), False, X, True, (True, False)),
    "powers": (YEAR ** [1, 2], True, YEAR ** [1, 2, 3, 4], True, (True, False)),
    "nearly the same": (X + 1e-6 * X[::-1], True, X, True, (False, False)),
    "others": (X[:, :2], True, X[:, 1:], True, (False, False)),
    "no more than a column": (X[:, :1], False, X[:, :1] + 5, False, (False, False)),
}


@pytest.mark.parametrize(("A", "a", "B", "b", "within"), NESTED.values(), ids=NESTED)
def test_nesting_is_found_out_from_the_rows(A, a, B, b, within):
    one, other = spans([Design(A, a), Design(B, b)])
    assert (one.is_within(other), other.is_within(one)) == within


def test_more_rows_than_a_block_are_one_table(rng):
    x = rng.normal(size=(20_000, 2)) + 100
    many = Design(np.column_stack([x, x.sum(axis=1)]), True)
    total = Design(x.sum(axis=1, keepdims=True), True)
    late = x.sum(axis=1, keepdims=True)
    late[-1] += 1  # a row of the last block alone
    a, b, c = spans([many, total, Design(late, True)])
    assert (a.is_within(b), b.is_within(a)) == (False, True)
    assert not c.is_within(a)


# -- tests and AIC --------------------------------------------------------------------

PAIRS = {
    "longley": (data(longley), "TOTEMP", ["GNP", "YEAR"], ["GNP", "YEAR", "UNEMP"]),
    "stackloss": (data(stackloss), "STACKLOSS", ["AIRFLOW"],
                  ["AIRFLOW", "WATERTEMP", "ACIDCONC"]),
    "grunfeld": (data(grunfeld), "invest", ["value"], ["value", "capital", "firm"]),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "target", "few", "many"), PAIRS.values(), ids=PAIRS)
def test_nested_least_squares_are_told_apart_by_f(frame, target, few, many):
    models = [fitted(frame, target, *columns) for columns in (few, many)]
    found = pl.compare(*models, names=["few", "many"]).frame
    theirs = [smf.ols(f"{target} ~ {'+'.join(c)}", frame).fit() for c in (few, many)]
    assert found["AIC"].tolist() == pytest.approx([t.aic for t in theirs], rel=1e-9)
    assert found["BIC"].tolist() == pytest.approx([t.bic for t in theirs], rel=1e-9)
    F, p, q = theirs[1].compare_f_test(theirs[0])
    row = found.loc["many"]
    assert row["against"] == "few"
    assert row[["F", "degrees of freedom"]].tolist() == pytest.approx([F, q], rel=1e-8)
    assert row["p"] == pytest.approx(p, rel=1e-6)
    assert found.loc["few", ["F", "p"]].isna().all()


def test_weights_count_in_f():
    frame, s = data(grunfeld), np.linspace(0.1, 5.0, 220)
    y = frame["invest"]
    a = pl.LinearRegression().fit(frame[["value"]], y, s)
    b = pl.LinearRegression().fit(frame[["value", "capital"]], y, s)
    few, many = (
        smf.wls(f"invest ~ {f}", frame, weights=s).fit()
        for f in ("value", "value + capital")
    )
    F, p, _ = many.compare_f_test(few)
    found = pl.compare(a, b).frame.loc["model 2"]
    assert found["F"] == pytest.approx(F, rel=1e-8)
    assert found["p"] == pytest.approx(p, rel=1e-6)
    assert found["AIC"] == pytest.approx(many.aic, rel=1e-9)


def test_each_is_tested_against_the_largest_inside_it_in_any_order():
    frame = data(grunfeld)
    c, a, b, d = (
        fitted(frame, "invest", *columns)
        for columns in (["value", "capital", "year"], ["value"], ["value", "year"],
                        ["capital"])
    )  # fmt: skip
    found = pl.compare(c, a, b, d, names=[*"cabd"])
    assert found.frame["against"].fillna("").tolist() == ["b", "", "a", ""]
    assert found.title.startswith("AIC prefers c, by ")
    assert any(note.startswith("c fits better than b, beyond") for note in found.notes)


def test_models_that_say_the_same_are_told_so():
    frame = data(grunfeld).assign(half=lambda f: 7 - f.value / 2)
    a, b = (fitted(frame, "invest", column) for column in ("value", "half"))
    found = pl.compare(a, b)
    assert "model 1 and model 2 are the same model" in str(found)
    assert found.frame["F"].isna().all()
    assert found.frame["delta AIC"].tolist() == pytest.approx([0, 0], abs=1e-9)
    assert found.title == "AIC hardly tells model 1 from model 2, 0 apart"


def test_perfect_fits_are_told_apart_by_nothing(rng):
    X = rng.normal(size=(30, 2))
    models = [pl.LinearRegression().fit(X[:, :d], X[:, 0]) for d in (1, 2)]
    found = pl.compare(*models)
    assert found.frame["delta AIC"].min() == 0
    assert "On rows held out all predict alike (r2 1)." in found.notes


def test_one_model_alone_has_nothing_to_be_compared_with():
    found = pl.compare(fitted(data(grunfeld), "invest", "value"))
    assert found.title == "There is model 1 alone, and nothing to compare it with"
    assert found.frame.loc["model 1", "difference"] == 0
    assert found.notes == ()


def test_a_model_that_fits_no_better_is_told_so(rng):
    frame = data(grunfeld).assign(noise=rng.normal(size=220))
    a, b = (fitted(frame, "invest", *c) for c in (["value"], ["value", "noise"]))
    found = pl.compare(a, b, names=["a", "b"])
    assert found.title.startswith("b fits no better than a beyond chance")


def test_as_many_parameters_as_rows_cannot_be_tested():
    x = np.arange(4.0)[:, None]
    y = [1.0, 3.0, 2.0, 5.0]
    a, b = (pl.LinearRegression().fit(x**p, y) for p in ([1], [1, 2, 3]))
    found = pl.compare(a, b, folds=2)
    assert np.isnan(found.frame.loc["model 2", "F"])
    assert "has as many parameters as there are rows" in found.title


# -- rows held out --------------------------------------------------------------------


def test_models_are_judged_on_the_same_folds():
    frame = data(stackloss)
    y = frame["STACKLOSS"].to_numpy()
    columns = ["AIRFLOW"], ["WATERTEMP"]
    models = [fitted(frame, "STACKLOSS", *c) for c in columns]
    found = pl.compare(*models, folds=4, seed=3).frame
    fold = judging.folds(y, False, 3, 4)
    loss = np.empty((2, len(y)))
    for i, c in enumerate(columns):
        for k in range(4):
            held = fold == k
            other = Theirs().fit(frame.loc[~held, c], y[~held])
            loss[i, held] = (y[held] - other.predict(frame.loc[held, c])) ** 2
    r2 = 1 - loss.mean(axis=1) / np.var(y)
    assert found["r2 (held out)"].tolist() == pytest.approx(r2.tolist())
    assert found["typical error"].tolist() == pytest.approx(
        np.sqrt(loss.mean(axis=1)).tolist()
    )
    apart = (loss[1] - loss[0]) / np.var(y)
    each = [apart[fold == k].mean() for k in range(4)]
    row = found.loc["model 2"]
    assert row["difference"] == pytest.approx(np.mean(each))
    error = np.sqrt((1 / 4 + 1 / 3) * np.var(each, ddof=1))
    assert row["standard error"] == pytest.approx(error)
    p = 2 * stats.t.sf(np.mean(each) / error, 3)
    assert row["p (difference)"] == pytest.approx(p)


@pytest.mark.parametrize("size", [1e-170, 1e160])
def test_the_unit_of_the_target_does_not_matter(size, rng):
    X, y = rng.normal(size=(2, 40, 2))
    X, y = X, y[:, 0] + X[:, 0]

    def found(y):
        models = [pl.LinearRegression().fit(X[:, :j], y) for j in (1, 2)]
        return pl.compare(*models).frame

    near, far = found(y), found(y * size)
    same = ["delta AIC", "F", "p", "r2 (held out)", "difference", "standard error"]
    assert far[same].to_numpy() == pytest.approx(
        near[same].to_numpy(), rel=1e-8, abs=1e-10, nan_ok=True
    )
    error = near["typical error"] * size
    assert far["typical error"].tolist() == pytest.approx(error.tolist())


def test_a_target_that_does_not_vary_tells_no_models_apart(rng):
    X, y = rng.normal(size=(20, 2)), np.ones(20)
    found = pl.compare(*(pl.LinearRegression().fit(X[:, :j], y) for j in (1, 2)))
    assert found.frame["r2 (held out)"].isna().all()
    assert np.isnan(found.frame.loc["model 1", "difference"])
    assert found.title.endswith("against model 1, as both fit every row")


def test_a_difference_that_each_fold_shows_alike_is_sure():
    fold, s = np.repeat([0, 1, 2], 2), np.ones(6)
    assert difference(np.full(6, 3.0), np.ones(6), fold, s) == (2.0, 0.0, 0.0)
    assert np.isnan(difference(s, s, fold, s).p)


def test_models_without_a_likelihood_are_judged_on_rows_held_out():
    frame = data(grunfeld)
    line = fitted(frame, "invest", "value")
    robust = fitted(frame, "invest", "value", model=pl.HuberRegression())
    network = pl.MLPRegressor(hidden_layer_sizes=(3,), max_iter=5, random_state=0,
                              early_stopping=True)  # fmt: skip
    with pytest.warns(match="max_iter"):
        fitted(frame, "invest", "value", model=network)
    found = pl.compare(line, robust, network, names=["line", "robust", "network"])
    assert found.frame["AIC"].isna().tolist() == [False, True, True]
    assert found.frame["r2 (held out)"].notna().all()
    said = "Cross-validation alone judges robust and network, as there is no likelihood"
    assert said in str(found)
    assert found.title.startswith("On rows held out ")


def test_rows_that_a_network_keeps_in_float32_are_the_same_rows(rng):
    X, y = rng.normal(size=(40, 2)).astype(np.float32), rng.normal(size=40)
    s = rng.uniform(1, 2, size=40)
    network = pl.MLPRegressor(hidden_layer_sizes=(2,), solver="lbfgs", max_iter=2000)
    models = [model.fit(X, y, s) for model in (pl.LinearRegression(), network)]
    assert pl.compare(*models).frame["r2 (held out)"].notna().all()


# -- what cannot be compared ----------------------------------------------------------

frame = data(grunfeld)
LINE = fitted(frame, "invest", "value")
WRONG = {
    "other rows": (fitted(frame[:200], "invest", "value"),
                   "same rows, got 220 and 200 of them"),
    "another target": (fitted(frame, "year", "value"), "same target in the same order"),
    "another order": (fitted(frame[::-1], "invest", "value"), "in row 1 in model 1"),
    "other weights": (
        pl.LinearRegression().fit(frame[["value"]], frame["invest"], frame["year"]),
        "same weights of rows",
    ),
    "classes": (pl.LogisticRegression().fit(frame[["value"]], frame["year"] > 1945),
                "numbers in model 1 and classes in model 2"),
    "two targets": (
        pl.LinearRegression().fit(frame[["value"]], frame[["invest", "year"]]),
        "one target, got 2",
    ),
    "another library's": (Theirs().fit(frame[["value"]], frame["invest"]),
                          "models of Pellucid"),
}  # fmt: skip


@pytest.mark.parametrize(("other", "message"), WRONG.values(), ids=WRONG)
def test_what_is_not_of_the_same_rows_is_refused(other, message):
    with pytest.raises(ModelError, match=rf"pl\.compare: expected .*{message}"):
        pl.compare(LINE, other)


@pytest.mark.parametrize(
    ("models", "options", "message"),
    [
        ((), {}, "expected models to compare, got none"),
        ((LINE,), {"names": ["a", "b"]}, "a name for each of 1 model"),
        ((LINE, LINE), {"names": "ab"}, "give a list"),
        ((LINE, LINE), {"names": ["a", "a"]}, "names that differ"),
        (([LINE, LINE],), {}, "got a list; give them one by one"),
        ((LINE,), {"folds": 1}, "folds to be a whole number from 2 up, got 1"),
        ((LINE,), {"seed": -1}, "seed to be a whole number from 0 up"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(models, options, message):
    with pytest.raises(ModelError, match=message):
        pl.compare(*models, **options)


def test_a_model_from_a_file_has_no_rows_to_compare(tmp_path):
    pl.save(LINE, tmp_path / "m.safetensors")
    with pytest.raises(ModelError, match="fit it again"):
        pl.compare(LINE, pl.load(tmp_path / "m.safetensors"))


# -- in the command -------------------------------------------------------------------


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "invest.csv"
    frame[frame["firm"].str.len() < 9].to_csv(path, index=False)
    return path


def test_the_command_compares_with_fewer_columns_and_other_kinds(csv, tmp_path):
    lines = []
    options = {"against": ("value,capital", "firm"), "tell": lines.append}
    run(csv, "invest", tmp_path / "out", **options)
    told = " ".join(" ".join(lines).partition("Compared")[2].split())
    assert "all columns fits better than value + capital, beyond chance" in told
    assert "all columns fits better than firm, beyond chance" in told
    page = (tmp_path / "out" / "report.html").read_text()
    assert "value + capital" in page.partition("Compared")[2]
    rows = pl.rows(csv, target="invest")
    few = [j for j, name in enumerate(rows.names) if name in ("value", "capital")]
    whole = pl.LinearRegression().fit(rows.X, rows.y)
    part = pl.LinearRegression().fit(rows.X[:, few], rows.y)
    F = pl.compare(part, whole).frame.loc["model 2", "F"]
    assert f"F = {F:.4g}" in told


def test_the_command_compares_with_a_network(csv, tmp_path):
    found = run(csv, "invest", tmp_path / "out", against=["network"], tell=len)
    models = found["compared"]["models"]
    assert list(models) == ["all columns", "neural network"]
    assert np.isfinite(models["neural network"]["r2 (held out)"])


AGAINST = {
    "valu": 'expected columns that the model has, such as "value".*found.*"valu"',
    "invest": 'found --against "invest"',
    "year,value,capital,firm": "fewer columns than the model has",
    "": "expected columns that the model has",
    "linear": "found --against linear; use --against network",
    "logistic": "expected a few classes",
}


@pytest.mark.parametrize(("text", "message"), AGAINST.items(), ids=AGAINST)
def test_what_cannot_be_compared_is_refused_before_the_fit(
    text, message, csv, tmp_path
):
    lines = []
    with pytest.raises(TableError, match=message):
        run(csv, "invest", tmp_path / "out", against=[text], tell=lines.append)
    assert not lines
